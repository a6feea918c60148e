"""Everything made of characters: HAR, JSON with its nested views, and any other text, edited in place."""

from app.formats.text import har, json_text, plain

FORMATS = (har.FORMAT, json_text.FORMAT, plain.FORMAT)
