"""Archives: ZIP files, each file inside through the doors of its own format."""

from app.formats.package.format import FOREIGN, FORMAT

FORMATS = (FORMAT, FOREIGN)
