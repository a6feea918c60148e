"""Text in, spans out: the detectors that every kind of input goes through."""

from detectors.engine import Detector, default_detector, rule, rules

__all__ = ["Detector", "default_detector", "rule", "rules"]
