"""PDF: text layer, page pictures and every other carrier in; flattened, vetted pages out."""

from app.formats.pdf.format import FORMAT

FORMATS = (FORMAT,)
