"""Text in, spans out: the detectors that every kind of input goes through.

``detectors.engine`` is the way in; it is not imported here, so that ``detectors.model`` loads quickly.
"""
