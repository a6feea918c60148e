"""Killable processes that examine, write and verify one document each at a time."""
