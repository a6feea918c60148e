"""The namespaces of Office files under one short name each, whatever prefix a file gives them."""

from __future__ import annotations

from typing import Final

_MICROSOFT: Final = "http://schemas.microsoft.com/office/"
_TRANSITIONAL: Final = "http://schemas.openxmlformats.org/"
_STRICT: Final = "http://purl.oclc.org/ooxml/"
_ODF: Final = "urn:oasis:names:tc:opendocument:xmlns:"

_OOXML: Final = {
    "w": "wordprocessingml/2006/main",
    "x": "spreadsheetml/2006/main",
    "p": "presentationml/2006/main",
    "a": "drawingml/2006/main",
    "c": "drawingml/2006/chart",
    "cdr": "drawingml/2006/chartDrawing",
    "dgm": "drawingml/2006/diagram",
    "wp": "drawingml/2006/wordprocessingDrawing",
    "xdr": "drawingml/2006/spreadsheetDrawing",
    "pic": "drawingml/2006/picture",
    "r": "officeDocument/2006/relationships",
    "m": "officeDocument/2006/math",
    "ep": "officeDocument/2006/extended-properties",
    "op": "officeDocument/2006/custom-properties",
    "vt": "officeDocument/2006/docPropsVTypes",
    "ct": "package/2006/content-types",
    "rel": "package/2006/relationships",
    "cp": "package/2006/metadata/core-properties",
    "mc": "markup-compatibility/2006",
}

_OTHER: Final = {
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
    "urn:schemas-microsoft-com:office:word": "w10",
    "urn:schemas-microsoft-com:office:excel": "xvml",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.w3.org/1999/xlink": "xlink",
    "http://www.w3.org/XML/1998/namespace": "xml",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
    _MICROSOFT + "word/2010/wordml": "w14",
    _MICROSOFT + "word/2012/wordml": "w15",
    _MICROSOFT + "word/2006/wordml": "wne",
    _MICROSOFT + "word/2010/wordprocessingShape": "wps",
    _MICROSOFT + "drawing/2008/diagram": "dsp",
    _MICROSOFT + "excel/2006/main": "xm",
    _MICROSOFT + "powerpoint/2010/main": "p14",
    _MICROSOFT + "spreadsheetml/2009/9/main": "x14",
}

_OPENDOCUMENT: Final = (
    *("office", "text", "table", "draw", "style", "meta", "config", "form", "script", "presentation"),
    *("manifest", "chart", "datastyle", "animation", "database", "of"),
)

NAMESPACES: Final = {
    **{_TRANSITIONAL + path: short for short, path in _OOXML.items()},
    **{_STRICT + path.replace("/2006", ""): short for short, path in _OOXML.items()},
    **_OTHER,
    **{f"{_ODF}{name}:1.0": name for name in _OPENDOCUMENT},
    f"{_ODF}xsl-fo-compatible:1.0": "fo",
    f"{_ODF}svg-compatible:1.0": "svg",
    "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0": "loext",
    "http://openoffice.org/2004/calc": "calcext",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
}
"""Address of a namespace -> the short name that the rules use. The strict variant of OOXML is the same."""
