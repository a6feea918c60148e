"""Values in the pictures of a PDF: shown, hidden behind, and beside the pixels."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from tests.safe_copies.place import INK_SIZE, SHOWN, SHOWN_AREA, Place, encoded, hidden, ink_of, letters
from tests.safe_copies.raw_pdf import RawPdf, hexadecimal

WIDE, HIGH = INK_SIZE
_IMAGE: Final = f"/Type /XObject /Subtype /Image /Width {WIDE} /Height {HIGH}"
_GREY: Final = f"{_IMAGE} /ColorSpace /DeviceGray /BitsPerComponent 8"
_RGB: Final = f"{_IMAGE} /ColorSpace /DeviceRGB /BitsPerComponent 8"
_FLATE: Final = "/Filter /FlateDecode"
_JPEG: Final = "/Filter /DCTDecode"


def _with_picture(entries: str, stream: bytes, draw: str = f"q {SHOWN} /I Do Q", **parts: str) -> bytes:
    pdf = RawPdf(content=draw, **parts)
    pdf.xobjects = f"/I {pdf.add(entries, stream)} 0 R"
    return pdf.data()


def _flat(picture: Image.Image) -> bytes:
    return zlib.compress(picture.tobytes())


def blank() -> Image.Image:
    return Image.new("L", INK_SIZE, 255)


def _raw(value: str) -> bytes:
    return _with_picture(f"{_GREY} {_FLATE}", _flat(letters(value)))


def _jpeg(value: str) -> bytes:
    return _with_picture(f"{_RGB} {_JPEG}", encoded(letters(value).convert("RGB"), "JPEG", quality=85))


def _jpeg2000(value: str) -> bytes:
    return _with_picture(f"{_IMAGE} /Filter /JPXDecode", encoded(letters(value).convert("RGB"), "JPEG2000"))


def _stencil(value: str) -> bytes:
    bits = letters(value).point(lambda level: 255 if level > 128 else 0).convert("1")
    return _with_picture(
        f"{_IMAGE} /ImageMask true /BitsPerComponent 1 {_FLATE}", zlib.compress(bits.tobytes())
    )


def _fax(value: str) -> bytes:
    buffer = BytesIO()
    letters(value).point(lambda level: 255 if level > 128 else 0).convert("1").save(
        buffer, "TIFF", compression="group4"
    )
    made = Image.open(BytesIO(buffer.getvalue()))
    start, size = made.tag_v2[273][0], made.tag_v2[279][0]
    black = "true" if made.tag_v2[262] else "false"
    parms = f"/DecodeParms <</K -1 /Columns {WIDE} /Rows {HIGH} /BlackIs1 {black}>>"
    return _with_picture(
        f"{_IMAGE} /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode {parms}",
        buffer.getvalue()[start : start + size],
    )


def _indexed(value: str) -> bytes:
    bits = letters(value).point(lambda level: 1 if level > 128 else 0)
    space = "/ColorSpace [/Indexed /DeviceRGB 1 <000000FFFFFF>]"
    return _with_picture(f"{_IMAGE} {space} /BitsPerComponent 8 {_FLATE}", _flat(bits))


def _inline(value: str) -> bytes:
    bits = letters(value).point(lambda level: 255 if level > 128 else 0).convert("1")
    body = bits.tobytes().hex()
    head = f"BI /W {WIDE} /H {HIGH} /CS /G /BPC 1 /F /AHx ID"
    return RawPdf(content=f"q {SHOWN} {head} {body}> EI Q").data()


def _upside_down(value: str) -> bytes:
    turned = letters(value).transpose(Image.Transpose.ROTATE_180)
    return _with_picture(f"{_GREY} {_FLATE}", _flat(turned), draw="q -320 0 0 -20 360 100 cm /I Do Q")


def _in_form(value: str) -> bytes:
    pdf = RawPdf(content="/X Do")
    picture = pdf.add(f"{_GREY} {_FLATE}", _flat(letters(value)))
    form = pdf.add(
        f"/Type /XObject /Subtype /Form /BBox [0 0 420 160] /Resources <</XObject <</I {picture} 0 R>> >>",
        f"q {SHOWN} /I Do Q".encode(),
    )
    pdf.xobjects = f"/X {form} 0 R"
    return pdf.data()


def _transparent(value: str) -> bytes:
    """Letters in the alpha of a black picture: shown."""
    return _masked(Image.new("L", INK_SIZE, 0), ImageOps.invert(letters(value)))


def _masked(picture: Image.Image, mask: Image.Image) -> bytes:
    pdf = RawPdf(content=f"q {SHOWN} /I Do Q")
    number = pdf.add(f"{_GREY} {_FLATE}", _flat(mask))
    pdf.xobjects = f"/I {pdf.add(f'{_GREY} {_FLATE} /SMask {number} 0 R', _flat(picture))} 0 R"
    return pdf.data()


def _colour_key(value: str) -> bytes:
    """Letters two levels from their ground, and both made transparent."""
    faint = letters(value).point(lambda level: 250 if level > 128 else 248)
    return _with_picture(f"{_GREY} {_FLATE} /Mask [240 255]", _flat(faint))


def _faint(value: str) -> bytes:
    faint = letters(value).point(lambda level: 255 if level > 128 else 253)
    return _with_picture(f"{_GREY} {_FLATE}", _flat(faint))


def _rows_below(value: str) -> bytes:
    """More rows of pixels than the dictionary tells of."""
    return _with_picture(f"{_GREY} {_FLATE}", _flat_pair(blank(), letters(value)))


def _flat_pair(first: Image.Image, second: Image.Image) -> bytes:
    return zlib.compress(first.tobytes() + second.tobytes())


def _beside(draw: str, **parts: str) -> Callable[[str], bytes]:
    """A whole picture of which the page shows nothing."""
    return lambda value: _with_picture(f"{_GREY} {_FLATE}", _flat(letters(value)), draw=draw, **parts)


def _two(content: str) -> Callable[[str], bytes]:
    """The value's picture as ``/I`` and an even one as ``/J``."""

    def build(value: str) -> bytes:
        pdf = RawPdf(content=content)
        one = pdf.add(f"{_GREY} {_FLATE}", _flat(letters(value)))
        two = pdf.add(f"{_GREY} {_FLATE}", _flat(blank()))
        pdf.xobjects = f"/I {one} 0 R /J {two} 0 R"
        return pdf.data()

    return build


def _in_picture(entry: str, kind: str = "") -> Callable[[str], bytes]:
    """Another object that only an entry of a shown, even picture leads to; ``$`` is its number."""

    def build(value: str) -> bytes:
        pdf = RawPdf(content=f"q {SHOWN} /I Do Q")
        if kind == "picture":
            number = pdf.add(f"{_GREY} {_FLATE}", _flat(letters(value)))
        elif kind == "xml":
            number = pdf.add(
                "/Type /Metadata /Subtype /XML", f"<x:xmpmeta><n>{value}</n></x:xmpmeta>".encode()
            )
        else:
            number = 0
        entries = entry.replace("$", f"{number} 0 R").replace("@", value)
        pdf.xobjects = f"/I {pdf.add(f'{_GREY} {_FLATE} {entries}', _flat(blank()))} 0 R"
        return pdf.data()

    return build


def _jpeg_with(segment: Callable[[str], bytes], behind: bool = False) -> Callable[[str], bytes]:
    def build(value: str) -> bytes:
        data = encoded(blank().convert("RGB"), "JPEG")
        body = segment(value)
        return _with_picture(f"{_RGB} {_JPEG}", data + body if behind else data[:2] + body + data[2:])

    return build


def _comment(value: str) -> bytes:
    return b"\xff\xfe" + (len(value) + 2).to_bytes(2, "big") + value.encode()


def _exif_thumbnail(value: str) -> bytes:
    small = encoded(letters(value), "JPEG", quality=90)
    block = (
        b"II*\0\x08\0\0\0"
        + b"\0\0"
        + (14).to_bytes(4, "little")
        + b"\x02\0"
        + b"\x01\x02\x04\0\x01\0\0\0"
        + (44).to_bytes(4, "little")
        + b"\x02\x02\x04\0\x01\0\0\0"
        + len(small).to_bytes(4, "little")
        + bytes(4)
    )
    body = b"Exif\0\0" + block + small
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body


def _colours(space: str, stream: Callable[[str], bytes] | None = None) -> Callable[[str], bytes]:
    """An even picture in a colour space that holds the value; ``$`` is a stream of it."""

    def build(value: str) -> bytes:
        pdf = RawPdf(content=f"q {SHOWN} /I Do Q")
        number = pdf.add("/N 1 /Alternate /DeviceGray", stream(value)) if stream else 0
        colours = space.replace("$", f"{number} 0 R").replace("@", value).replace("~", hexadecimal(value))
        entries = f"{_IMAGE} /ColorSpace {colours} /BitsPerComponent 8 {_FLATE}"
        pdf.xobjects = f"/I {pdf.add(entries, zlib.compress(bytes(WIDE * HIGH)))} 0 R"
        return pdf.data()

    return build


def _thumb(value: str) -> bytes:
    pdf = RawPdf()
    pdf.page = f"/Thumb {pdf.add(f'{_GREY} {_FLATE}', _flat(letters(value)))} 0 R"
    return pdf.data()


def _unused(value: str) -> bytes:
    return _with_picture(f"{_GREY} {_FLATE}", _flat(letters(value)), draw="")


def _in_soft_mask_alone(value: str) -> bytes:
    """White over white: the mask has the letters, the page shows nothing."""
    return _masked(Image.new("L", INK_SIZE, 255), letters(value))


def _stacked(value: str) -> bytes:
    """Pixels that a mask hides: the letters are stored, the mask lets nothing through."""
    return _masked(letters(value), Image.new("L", INK_SIZE, 0))


def _decode_away(value: str) -> bytes:
    return _with_picture(f"{_GREY} {_FLATE} /Decode [1 1]", _flat(letters(value)))


def _shown(build: Callable[[str], bytes]) -> Place:
    return Place(build, shown=True, area=SHOWN_AREA, ink=ink_of)


def _hidden(build: Callable[[str], bytes]) -> Place:
    return Place(build, ink=ink_of)


SHOWN_PICTURES: Final[dict[str, Place]] = {
    "picture": _shown(_raw),
    "lossy picture": _shown(_jpeg),
    "picture as JPEG 2000": _shown(_jpeg2000),
    "picture as a stencil": _shown(_stencil),
    "picture as a fax": _shown(_fax),
    "picture of few colours": _shown(_indexed),
    "picture in the content": _shown(_inline),
    "picture upside down": _shown(_upside_down),
    "picture in a form": _shown(_in_form),
    "letters in the alpha of a picture": _shown(_transparent),
}

HIDDEN_PICTURES: Final[dict[str, Place]] = {
    "picture off the page": _hidden(_beside("q 320 0 0 20 900 80 cm /I Do Q")),
    "picture outside the crop": _hidden(_beside(f"q {SHOWN} /I Do Q", page="/CropBox [0 110 420 160]")),
    "picture clipped away": _hidden(_beside(f"q 0 0 1 1 re W n {SHOWN} /I Do Q")),
    "picture of no size": _hidden(_beside("q 0 0 0 0 40 80 cm /I Do Q")),
    "picture fully transparent": _hidden(
        _beside(f"q /G gs {SHOWN} /I Do Q", resources="/ExtGState <</G <</ca 0>> >>")
    ),
    "picture under a box": _hidden(_beside(f"q {SHOWN} /I Do Q 0 g 30 70 340 40 re f")),
    "picture under a picture": _hidden(_two(f"q {SHOWN} /I Do Q q {SHOWN} /J Do Q")),
    "picture never drawn": _hidden(_unused),
    "picture behind its mask": _hidden(_stacked),
    "mask of a white picture": _hidden(_in_soft_mask_alone),
    "picture behind a colour key": _hidden(_colour_key),
    "picture that is decoded to white": _hidden(_decode_away),
    "faint picture": _hidden(_faint),
    "rows below a picture": _hidden(_rows_below),
    "alternate picture": _hidden(
        _in_picture("/Alternates [<</Image $ /DefaultForPrinting true>>]", "picture")
    ),
    "picture's older picture": _hidden(
        _in_picture("/OPI <</2.0 <</Type /OPI /Version 2.0 /F (@) /MainImage (@)>> >>")
    ),
    "picture's metadata": _hidden(_in_picture("/Metadata $", "xml")),
    "picture's name": _hidden(_in_picture("/Name /@")),
    "picture's private data": _hidden(_in_picture("/PieceInfo <</App <</Private (@)>> >>")),
    "picture's measures": _hidden(_in_picture("/Measure <</Type /Measure /R (@)>>")),
    "comment in a picture": _hidden(_jpeg_with(_comment)),
    "thumbnail in a picture": _hidden(_jpeg_with(_exif_thumbnail)),
    "bytes behind a picture": _hidden(_jpeg_with(lambda value: value.encode(), behind=True)),
    "picture behind a picture": _hidden(
        _jpeg_with(lambda value: encoded(letters(value), "JPEG", quality=90), behind=True)
    ),
    "colour profile": _hidden(_colours("[/ICCBased $]", lambda value: bytes(128) + value.encode())),
    "palette": _hidden(_colours("[/Indexed /DeviceGray 60 <FF~>]")),
    "name of a colour": _hidden(
        _colours("[/Separation /@ /DeviceGray <</FunctionType 2 /Domain [0 1] /C0 [1] /C1 [0] /N 1>>]")
    ),
    "names of colours": _hidden(
        _colours("[/DeviceN [/@] /DeviceGray <</FunctionType 2 /Domain [0 1] /C0 [1] /C1 [0] /N 1>>]")
    ),
    "thumbnail of the page": _hidden(_thumb),
    "comment in a picture in the content": hidden(
        content="q 20 0 0 20 40 80 cm BI /W 1 /H 1 /CS /G /BPC 8 /@ (@) ID \x00 EI Q"
    ),
}
