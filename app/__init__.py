"""Sharesafe: finds secrets in files before they are shared, and writes verified redacted copies."""

__version__ = "0.1.0"
