"""Layouts in which a value stands neither behind a mark nor below its name: pairs, elements, defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass

from detectors.values import Syntax

_VALUE_KEY = r"(?:value|val|content|text|default|defaultValue|initialValue)"
_BEYOND = re.compile(
    rf"""
    # {{"name": "token", "value": "…"}}
    (?P<sibling>\\{{0,3}}["'`”’][ \t]{{0,4}}[\])]{{0,2}}[ \t]{{0,4}},?[ \t\r\n,;]{{0,6}}
      \\{{0,3}}["']?(?i:{_VALUE_KEY})\\{{0,3}}["']?[ \t]{{0,4}}[:=]{{1,2}}>?[ \t]{{0,4}})
    # a Terraform variable
  | (?P<variable>["'][ \t]{{0,4}}\{{[ \t\r\n]{{1,20}}
      (?:(?:type|description|sensitive)[ \t]*=[^\n]{{0,160}}\n[ \t]{{0,20}}){{0,3}}
      default[ \t]*=[ \t]*)
    # rows of YAML: "- name: API_KEY", "value: …"
  | (?P<rows>["']?[ \t]{{0,4}}\r?\n[ \t]{{0,40}}(?:-[ ])?["']?[Vv]alue["']?[ \t]{{0,2}}[:=][ \t]{{1,4}}(?=\S))
    # <key>token</key><string>…</string>
  | (?P<elements></[\w:.-]{{1,30}}>\s{{0,40}}
      <(?P<tag>[\w:.-]{{1,30}})(?:[ ][^<>\n]{{0,60}})?>\s{{0,40}}(?=[^<\s]))
    # <string name="token">…</string>
  | (?P<attribute>["'](?:[ ][^<>\n]{{0,80}})?>\s{{0,40}}(?=[^<\s]))
    # process.env.TOKEN || "…"
  | (?P<fallback>\\{{0,3}}["'`]?[\])]{{0,2}}[ \t]{{0,4}}(?:\|\||\?\?|\?:|\bor\b)[ \t]{{0,4}}(?=["'`]))
    # "token=" + "…"
  | (?P<joined>[:=][ ]?["'][ \t]{{0,4}}(?:\+|\.|&|<<)[ \t]{{0,4}}(?=["']))
    # tokens: ["…", "…"]
  | (?P<items>\\{{0,3}}["'`]?[ \t]{{0,4}}(?::=|=>|[:=])[ \t]{{0,4}}
      (?:\[\]\w{{1,20}}|new\b[\w\[\] ]{{0,20}})?[\[({{]\s{{0,40}}(?=["'`]))
    """,
    re.VERBOSE,
)
_SYNTAX = {
    "sibling": Syntax.QUOTED,
    "variable": Syntax.QUOTED,
    "rows": Syntax.BARE,
    "attribute": Syntax.QUOTED,
    "fallback": Syntax.QUOTED,
    "joined": Syntax.QUOTED,
    "items": Syntax.ADJACENT,
}
_TELLING_TAGS = frozenset({"string", "value", "text", "data", "val", "content"})
_NAMED = re.compile(
    r"""<[\w:.-]{1,40}\s(?:[^<>]{0,120}\s)?(?:name|key|id|k|property|parameter)\s?=\s?["']\Z""", re.IGNORECASE
)
_OPENING_TAG = re.compile(r"(?<![?P])(?:<|&lt;)(?:[\w.-]{1,30}:)?\Z")
_CLOSING_TAG = re.compile(r"\s{0,40}(?:\]\]>\s{0,9})?(?:</|&lt;/|\Z)")
_LISTED = re.compile(r"""["'],\s{0,40}["']\Z""")
_TAG_REACH = 180


@dataclass(frozen=True, slots=True)
class Beyond:
    """Where a value begins, how firmly its name holds it, and whether an element has to end behind it."""

    at: int
    syntax: Syntax
    element: bool = False
    several: bool = False


def beyond(raw: str, start: int, end: int, ceiling: int) -> Beyond | None:
    """The beginning of the value of the name at ``start`` to ``end``, in a layout of the kinds above."""
    found = _BEYOND.match(raw, end, ceiling)
    if not found:
        return None
    layout = next(name for name in (*_SYNTAX, "elements") if found[name])
    if layout == "elements":
        telling = found["tag"].lower() in _TELLING_TAGS
        return Beyond(found.end(), Syntax.QUOTED if telling else Syntax.CELL, element=True)
    if layout == "attribute" and not _NAMED.search(raw, max(0, start - _TAG_REACH), start):
        return None
    several = layout == "items"
    return Beyond(found.end(), _SYNTAX[layout], element=layout == "attribute", several=several)


def opens_element(raw: str, start: int) -> bool:
    """Whether the name at ``start`` is an element's: "<password>", not the group of an expression."""
    return _OPENING_TAG.search(raw, max(0, start - 40), start) is not None


def closes_element(raw: str, end: int) -> bool:
    """Whether an element ends at ``end``; a field of a format, "<user>:<password>@", does not."""
    return _CLOSING_TAG.match(raw, end) is not None


def is_listed(raw: str, start: int) -> bool:
    """Whether the name at ``start`` is an item behind another one: a list of names, not name and value."""
    return _LISTED.search(raw, max(0, start - 44), start) is not None
