"""Pictures: PNG, APNG, JPEG, WebP, GIF, BMP and TIFF, every frame and page."""

from app.formats.image.format import FORMAT

FORMATS = (FORMAT,)
