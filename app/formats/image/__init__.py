"""Pictures: PNG, APNG, JPEG, WebP, GIF, BMP, TIFF, HEIC and AVIF, every frame and page."""

from app.formats.image.format import FORMAT

FORMATS = (FORMAT,)
