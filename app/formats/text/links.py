"""Links between the files of a guide: where they stand in Markdown, HTML, AsciiDoc, reStructuredText, CSS.

Copies have names of their own; a link to a file of the same run has to lead to its copy. Only the address
of such a link is changed, and of that only the name where the folders stay as they are.

Notations: CommonMark 0.31 (links, images, link reference definitions), the HTML standard (attributes that
hold addresses, srcset), CSS (url()), Asciidoctor's macros and includes, Docutils' directives and targets.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote, unquote

from app.copies import Neighbour, Neighbourhood
from app.formats.text.body import Body, Edit
from app.model import Check

_LONGEST: Final = 2000
_INLINE = re.compile(
    r"\]\([ \t]{0,9}+(?:<([^<>\n]{1,2000})>"
    r"|((?:[^()\s<]|\([^()\s]{0,200}\))(?:[^()\s]|\([^()\s]{0,200}\)){0,2000}+))"
)
_SPACED = re.compile(r"\]\([ \t]{0,9}+([^()<>\"'\n]{1,300}+)\)")
_DEFINITION = re.compile(
    r"^[ \t>]{0,12}+\[[^\]\n]{1,400}\]:[ \t]{0,9}+(?:<([^<>\n]{1,2000})>|([^\s<]\S{0,2000}))", re.MULTILINE
)
_WIKI = re.compile(r"\[\[([^\[\]|\n]{1,400})(?=\||\]\])")
_ATTRIBUTE = re.compile(
    r"(?<![\w:.-])(?:src|href|xlink:href|poster|data|background|cite|longdesc|fileref|conref|content"
    r"|data-[\w-]{1,40})\s{0,9}=\s{0,9}\\?(?:\"([^\"<>]{1,2000})\"|'([^'<>]{1,2000})'"
    r"|\{[\"'`]([^\"'`<>]{1,2000})[\"'`]\}|([^\s\"'<>`={]{1,2000}+))",
    re.IGNORECASE,
)
_SOURCE_SET = re.compile(
    r"(?<![\w:.-])(?:data-|image)?srcset\s{0,9}=\s{0,9}\\?(?:\"([^\"<>]{1,8000})\"|'([^'<>]{1,8000})')",
    re.IGNORECASE,
)
_CANDIDATE = re.compile(r"(?<![^\s,\"'])[^\s,]+")
_STYLE = re.compile(
    r"(?:\burl\([ \t]{0,9}|@import[ \t]{1,9})(?:\\?\"([^\"\\()\n]{1,2000})|'([^'()\n]{1,2000})"
    r"|([^\s\"'()\\;]{1,2000}+))",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"\b(?:from|import|require\(|import\()[ \t]{0,9}[\"']([^\"'\n]{1,1000})[\"']")
_FRONT_MATTER = re.compile(r"\A(?:---|\+\+\+)[ \t]*\r?\n(?:[^\n]{0,2000}\n){1,200}?(?:---|\+\+\+)[ \t]*\r?\n")
_FRONT_VALUE = re.compile(
    r"[\w.-]{1,60}[ \t]{0,9}[:=][ \t]{1,9}+[\"']?([^\s\"'{}\[\]#|>&*!][^\"'\n]{0,1000})"
)
_MACRO = re.compile(
    r"\b(image|video|audio|include|link|xref|icon|kroki|pass)::?([^\s\[\]][^\[\]\n]{0,1000})\["
)
_CROSS_REFERENCE = re.compile(r"<<([^<>,#\n]{1,500})(?=#|,|>>)")
_ENTRY = re.compile(r"^:(!?[\w-]{1,60}!?):[ \t]{0,9}([^\n]{0,400})$", re.MULTILINE)
_REFERENCE = re.compile(r"\{([\w-]{1,60})\}")
_DIRECTIVE = re.compile(
    r"^[ \t]{0,80}\.\.[ \t]{1,9}(?:\|[^|\n]{1,200}\|[ \t]{1,9})?(?:image|figure|include"
    r"|literalinclude|video|thumbnail|raw|csv-table)::[ \t]{1,9}([^\s][^\n]{0,1000})",
    re.MULTILINE,
)
_TARGET = re.compile(
    r"^[ \t]{0,80}(?:\.\.[ \t]{1,9}_[^:\n]{1,200}:|:(?:target|file|url):)[ \t]{1,9}(\S{1,1000})", re.MULTILINE
)
_ANGLES = re.compile(r"`[^`<>\n]{0,400}<([^<>`\n]{1,1000})>`")
_ROLE = re.compile(r":(?:doc|download):`([^`<>\n]{1,1000})`")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:|//|#|\?|\\\\")
_END_OF_PATH = re.compile(r"[?#]")
_MARKDOWN_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_IN_PICTURES: Final = frozenset({"image", "video", "audio", "icon"})

Hits = Iterator[tuple[int, int]]
Named = Callable[[str], Neighbour | None]


@dataclass(frozen=True, slots=True)
class Notation:
    """Which addresses a kind of file has, and how they are written.

    Attributes:
        patterns: the last group that matched is an address.
        encoded: whether addresses may be percent-encoded.
        markdown: whether a backslash may stand before a punctuation character.
        macros: whether it is AsciiDoc, where attributes tell folders.
    """

    patterns: tuple[re.Pattern[str], ...]
    encoded: bool = True
    markdown: bool = False
    macros: bool = False


_MARKUP = (_ATTRIBUTE, _STYLE)
_MARKDOWN = Notation((_INLINE, _SPACED, _DEFINITION, _WIKI, *_MARKUP, _SCRIPT), markdown=True)
_HTML = Notation((*_MARKUP, _SCRIPT))
_ASCIIDOC = Notation((_CROSS_REFERENCE, *_MARKUP), encoded=False, macros=True)
_STRUCTURED = Notation((_DIRECTIVE, _TARGET, _ANGLES, _ROLE, *_MARKUP), encoded=False)
_CSS = Notation((_STYLE,))

_BY_SUFFIX: Final = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd", ".ipynb"), _MARKDOWN),
    **dict.fromkeys((".html", ".htm", ".xhtml", ".xht", ".shtml", ".vue", ".svg", ".xml", ".dita"), _HTML),
    **dict.fromkeys((".ditamap", ".dbk", ".hbs", ".njk", ".php", ".jsp", ".aspx", ".mhtml", ".mht"), _HTML),
    **dict.fromkeys((".adoc", ".asciidoc", ".asc", ".ad"), _ASCIIDOC),
    **dict.fromkeys((".rst", ".rest"), _STRUCTURED),
    **dict.fromkeys((".css", ".scss", ".less"), _CSS),
}


def has_links(name: str) -> bool:
    """Whether links are looked for in a file of this name."""
    return PurePosixPath(name).suffix.lower() in _BY_SUFFIX


@dataclass(frozen=True, slots=True)
class Links:
    """What is to be done about the links of one document.

    Attributes:
        edits: each changes the address of one link, in order.
        copies: the file that each of them leads to.
        missing: names of files of the run without a copy that are linked to.
    """

    edits: tuple[Edit, ...] = ()
    copies: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def among(self, edits: Sequence[Edit]) -> list[str]:
        """What those of the edits that are links lead to."""
        made = {(edit.start, edit.end) for edit in edits}
        pairs = zip(self.edits, self.copies, strict=True)
        return [copy for edit, copy in pairs if (edit.start, edit.end) in made]


NO_LINKS: Final = Links()

NO_COPY: Final = "There is no copy of this file; links to it lead nowhere."


def links_of(body: Body, around: Neighbourhood) -> Links:
    """The links of a document that lead to files of the run, as edits that lead them to the copies."""
    edits: dict[int, tuple[Edit, str]] = {}
    missing: dict[str, None] = {}
    for start, written, neighbour, notation in _in_body(body, around):
        copy = around.places.by_original[neighbour.original]
        if copy is None:
            missing[PurePosixPath(neighbour.original).name] = None
        elif (better := _written(written, neighbour, notation)) != written:
            edits[start] = Edit(start, start + len(written), better), copy
    kept = list(_apart(edits))
    return Links(tuple(edit for edit, _ in kept), tuple(copy for _, copy in kept), tuple(missing))


def check_links(copy: Body, around: Neighbourhood, wanted: Sequence[str]) -> Check:
    """Whether the copy's own links lead to these copies.

    Args:
        around: the surroundings of the original.
    """
    there = Counter(neighbour.original for _, _, neighbour, _ in _in_body(copy, around.reversed()))
    lost = sum((Counter(wanted) - there).values())
    detail = f"{len(wanted)} links followed" if not lost else f"{lost} of {len(wanted)} links lead elsewhere"
    return Check("Links lead to the copies", not lost, detail)


def _in_body(body: Body, around: Neighbourhood) -> Iterator[tuple[int, str, Neighbour, Notation]]:
    """Where addresses of files of the run stand, and how they are written."""
    suffix = PurePosixPath(around.document).suffix.lower()
    notation = _BY_SUFFIX.get(suffix)
    if notation is None:
        return
    attributes: dict[str, str] = {}
    for chunk in body.chunks:
        text = body.text(chunk)
        done: set[int] = set()
        for start, end, neighbour in _found(text, notation, around, attributes, first=not chunk.start):
            if start in done:
                continue
            done.add(start)
            yield chunk.start + start, text[start:end], neighbour, notation


def _apart(edits: dict[int, tuple[Edit, str]]) -> Iterator[tuple[Edit, str]]:
    end = -1
    for start in sorted(edits):
        if start >= end:
            yield edits[start]
            end = edits[start][0].end


def _found(
    text: str, notation: Notation, around: Neighbourhood, attributes: dict[str, str], *, first: bool
) -> Iterator[tuple[int, int, Neighbour]]:
    """Spans of addresses, without query and anchor, that mean a file of the run."""
    own = PurePosixPath(around.document).suffix

    def named(path: str) -> Neighbour | None:
        found = around.named(path)
        if found is None and not path.endswith(own):
            return around.named(path + own)  # as generators of sites have it
        return found

    for start, end in _addresses(text, notation, first=first):
        if (hit := _meant(text, start, end, notation, named)) is not None:
            yield hit
    if notation.macros:
        yield from _macros(text, notation, named, attributes)


def _addresses(text: str, notation: Notation, *, first: bool) -> Hits:
    for pattern in notation.patterns:
        for found in pattern.finditer(text):
            yield found.span(found.lastindex or 0)
    if _ATTRIBUTE in notation.patterns:
        for found in _SOURCE_SET.finditer(text):
            start, end = found.span(found.lastindex or 0)
            for one in _CANDIDATE.finditer(text, start, end):
                yield one.span()
    if first and (front := _FRONT_MATTER.match(text)) is not None:
        for found in _FRONT_VALUE.finditer(text, 0, front.end()):
            yield found.span(1)


def _macros(
    text: str, notation: Notation, named: Named, attributes: dict[str, str]
) -> Iterator[tuple[int, int, Neighbour]]:
    """Macros of AsciiDoc, whose pictures lie below ``imagesdir`` and whose addresses may name attributes."""
    events = sorted((*_ENTRY.finditer(text), *_MACRO.finditer(text)), key=lambda found: found.start())
    for found in events:
        if found.re is _ENTRY:
            attributes[found[1].strip("!").lower()] = found[2].strip()
            continue

        def in_folder(path: str, below: bool = found[1] in _IN_PICTURES) -> Neighbour | None:
            plain = _REFERENCE.sub(lambda name: attributes.get(name[1].lower(), name[0]), path)
            folder = attributes.get("imagesdir", "") if below else ""
            inside = named(f"{folder}/{plain}") if folder else None
            return inside or named(plain)

        if (hit := _meant(text, *found.span(2), notation, in_folder)) is not None:
            yield hit


def _meant(
    text: str, start: int, end: int, notation: Notation, named: Named
) -> tuple[int, int, Neighbour] | None:
    """The address at a place, if it means a file of the run in one of the ways to write its name."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] == "\\"):
        end -= 1
    raw = text[start:end]
    if not raw or len(raw) > _LONGEST or _SCHEME.match(raw):
        return None
    cut = _END_OF_PATH.search(raw)
    for path in dict.fromkeys((raw[: cut.start()] if cut else raw, raw)):
        for way in _ways(path, notation):
            neighbour = named(way)
            if neighbour is not None:
                return start, start + len(path), neighbour
    return None


def _ways(path: str, notation: Notation) -> Iterator[str]:
    """What a written path may mean: as it is, decoded, with the separator of Windows."""
    if not path.strip("./\\"):
        return
    yield path
    if "%" in path:
        yield unquote(path)
    if "&" in path:
        yield unquote(unescape(path))
    if "\\" in path:
        if notation.markdown:
            yield unquote(_MARKDOWN_ESCAPE.sub(r"\1", path))
        yield unquote(path.replace("\\", "/"))


def _written(path: str, neighbour: Neighbour, notation: Notation) -> str:
    """The address of the copy, written as that of the original was."""
    copy = neighbour.copy or ""
    if not neighbour.same_way:
        return _spelled(copy, notation)
    original = PurePosixPath(neighbour.original)
    at = max(path.rfind("/"), path.rfind("\\") if _is_separator(path, original.name) else -1) + 1
    folder, name = path[:at], path[at:]
    suffix = original.suffix
    if name == original.stem and copy.startswith(name) and copy.endswith(suffix):
        return path + _spelled(copy[len(name) : len(copy) - len(suffix)], notation)
    if suffix and name.endswith(suffix) and copy.startswith(original.stem):
        return folder + name[: -len(suffix)] + _spelled(copy[len(original.stem) :], notation)
    return folder + _spelled(copy, notation)


def _is_separator(path: str, name: str) -> bool:
    """Whether the last backslash of a path separates the name, and is no escape in it."""
    return unquote(path[path.rfind("\\") + 1 :]).casefold() == name.casefold()


def _spelled(path: str, notation: Notation) -> str:
    if notation.encoded or not path.isascii():
        return quote(path, safe="/~!$'*+,;=:@" if "'" not in path else "/~!$*+,;=:@")
    return path
