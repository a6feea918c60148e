"""Regular expressions in RE2's notation (https://github.com/google/re2/wiki/Syntax) rewritten for ``re``.

What both read alike stays as it is. Repetitions without a limit get one, so that a match has an end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from detectors.model import BOUNDARY
from detectors.regex_cost import LONGEST_LOOP

TEXT_BEGINS = f"(?:\\A|(?<={BOUNDARY}\\n)|(?<={BOUNDARY}))"
TEXT_ENDS = f"(?:\\Z|(?={BOUNDARY}))"
LINE_ENDS = f"(?:$|(?={BOUNDARY}))"

_FLAGS = re.compile(r"\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])")
_GROUP_NAME = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")
_COUNT = re.compile(r"\{(\d+)(,?)(\d*)\}")
_POSIX = re.compile(r"\[:(\^?)(\w+):\]")
_POSIX_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7f",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_NOT_POSIX = {
    "alnum": "\\x00-/:-@\\[-`{-\\U0010ffff",
    "alpha": "\\x00-@\\[-`{-\\U0010ffff",
    "digit": "\\D",
    "space": "\\S",
    "word": "\\W",
}


class UntranslatableError(ValueError):
    """The expression has no equal in ``re``; the message says what to write instead."""


def translated(pattern: str) -> str:
    """``pattern`` for ``re.compile(…, re.ASCII)``.

    Raises:
        UntranslatableError: it uses Unicode classes, an ungreedy flag, or another thing ``re`` lacks.
    """
    return _Translation(pattern).text()


@dataclass(slots=True)
class _Group:
    """An open group: the flags set in its middle hold to its end, over every alternative."""

    multiline: bool
    scopes: list[str] = field(default_factory=list)


class _Translation:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._out: list[str] = []
        self._groups = [_Group(multiline=False)]

    def text(self) -> str:
        while self._at < len(self._pattern):
            self._step()
        self._close_scopes()
        return "".join(self._out)

    def _step(self) -> None:
        char = self._pattern[self._at]
        match char:
            case "\\":
                self._escape()
            case "[":
                self._class()
            case "(":
                self._open()
            case ")":
                self._close_scopes()
                if len(self._groups) > 1:
                    self._groups.pop()
                self._take(char)
            case "|":
                scopes = self._groups[-1].scopes
                self._take(")" * len(scopes) + "|" + "".join(scopes), 1)
            case "*" | "+" | "{":
                self._repetition(char)
            case "^" if not self._groups[-1].multiline:
                self._take(TEXT_BEGINS, 1)
            case "$":
                self._take(LINE_ENDS if self._groups[-1].multiline else TEXT_ENDS, 1)
            case _:
                self._take(char)

    def _take(self, text: str, length: int | None = None) -> None:
        self._out.append(text)
        self._at += len(text) if length is None else length

    def _close_scopes(self) -> None:
        self._out.append(")" * len(self._groups[-1].scopes))
        self._groups[-1].scopes.clear()

    def _open(self) -> None:
        outer = self._groups[-1].multiline
        if flags := _FLAGS.match(self._pattern, self._at):
            added, removed, end = flags[1], flags[2] or "", flags[3]
            if unknown := set(added + removed) - set("ims"):
                raise UntranslatableError(f"the flag {min(unknown)!r} is not supported; leave it out")
            multiline = ("m" in added) or (outer and "m" not in removed)
            scope = f"(?{added}{f'-{removed}' if removed else ''}:"
            self._at = flags.end()
            self._out.append(scope)
            if end == ":":
                self._groups.append(_Group(multiline))
            else:
                self._groups[-1].scopes.append(scope)
                self._groups[-1].multiline = multiline
        elif name := _GROUP_NAME.match(self._pattern, self._at):
            self._take(f"(?P<{name[1]}>", len(name[0]))
            self._groups.append(_Group(outer))
        else:
            self._take("(")
            self._groups.append(_Group(outer))

    def _repetition(self, char: str) -> None:
        if char == "{":
            count = _COUNT.match(self._pattern, self._at)
            if count is None:
                self._take("\\{", 1)  # RE2 reads it as itself, ``re`` would read {,5} as a repetition
                return
            open_ended = count[2] and not count[3]
            limited = f"{{{count[1]},{max(LONGEST_LOOP, int(count[1]))}}}"
            self._take(limited if open_ended else count[0], len(count[0]))
        else:
            self._take(f"{{{int(char == '+')},{LONGEST_LOOP}}}", 1)
        if self._pattern.startswith("+", self._at):
            self._take("+")  # possessive, as PCRE has it

    def _escape(self) -> None:
        char = self._pattern[self._at + 1 : self._at + 2]
        match char:
            case "":
                raise UntranslatableError("it ends with a single \\")
            case "z":
                self._take(TEXT_ENDS, 2)
            case "Q":
                end = self._pattern.find("\\E", self._at)
                literal = self._pattern[self._at + 2 : end if end >= 0 else None]
                self._take(re.escape(literal), len(literal) + (4 if end >= 0 else 2))
            case _:
                self._take(*self._plain_escape(char))

    def _plain_escape(self, char: str) -> tuple[str, int]:
        """An escape that may also stand in a class, and its length in the pattern."""
        if char in "pP":
            raise UntranslatableError(
                f"Unicode classes (\\{char}) are not supported; write the characters out, as in [A-Za-z]"
            )
        if char == "C":
            raise UntranslatableError("\\C (any byte) is not supported; write . instead")
        if wide := re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}").match(self._pattern, self._at):
            if int(wide[1], 16) > 0x10FFFF:
                raise UntranslatableError(f"{wide[0]} is no character")
            return f"\\U{int(wide[1], 16):08x}", len(wide[0])
        if char == "v":
            return "\\x0b", 2
        return f"\\{char}", 2

    def _class(self) -> None:
        out = ["["]
        at = self._at + 1
        if self._pattern.startswith("^", at):
            out.append("^")
            at += 1
        first = at
        while at < len(self._pattern) and (self._pattern[at] != "]" or at == first):
            if posix := _POSIX.match(self._pattern, at):
                known = _NOT_POSIX if posix[1] else _POSIX_CLASSES
                if posix[2] not in known:
                    raise UntranslatableError(f"the class {posix[0]} is not supported; write it out")
                out.append(known[posix[2]])
                at = posix.end()
            elif self._pattern[at] == "\\":
                self._at = at
                text, length = self._plain_escape(self._pattern[at + 1 : at + 2])
                out.append(text)
                at += length
            else:
                # Doubled they would be set operations to a later ``re``.
                char = self._pattern[at]
                out.append(f"\\{char}" if char in "[]&~|" else char)
                at += 1
        if at >= len(self._pattern):
            raise UntranslatableError("a [ has no ]")
        self._out.append("".join(out) + "]")
        self._at = at + 1
