"""Office files: DOCX, XLSX, PPTX and OpenDocument, every part of them."""

from app.formats.office.format import COMPOUND, ODF, OOXML

FORMATS = (OOXML, ODF, COMPOUND)
