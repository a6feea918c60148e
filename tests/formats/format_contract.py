"""What every format promises; a format's tests subclass ``FormatContract`` and name their samples."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest

from app.errors import SharesafeError
from app.formats import recognise
from app.formats.base import Format
from tests.support.documents import FakeReader, context_of, examined, plan_of, source_of


def canary() -> str:
    """A random word of a shape that no rule knows, to be searched for in copies."""
    return "canary" + secrets.token_hex(8)


@dataclass(frozen=True)
class Case:
    """A valid document that holds ``canary`` at least once where ``examine`` finds it.

    Attributes:
        reader: stands in for the text recognition, where the canary is seen in pixels.
        any_prefix_is_valid: True for text, of which a beginning is a text again.
    """

    name: str
    data: bytes = field(repr=False)
    canary: str
    reader: FakeReader | None = None
    any_prefix_is_valid: bool = False


class FormatContract:
    """Round trip, no canary left, truncated bytes raise only our errors, original untouched."""

    format: ClassVar[Format]

    def cases(self) -> list[Case]:
        raise NotImplementedError

    def test_is_recognised_by_content_under_any_suffix(self) -> None:
        for case in self.cases():
            for suffix in ("", ".txt", ".png", ".unknown"):
                assert recognise(source_of(case.data, f"file{suffix}")) is self.format, case.name

    def test_round_trip_leaves_no_canary_and_passes_its_own_check(self, tmp_path: Path) -> None:
        for case in self.cases():
            source = source_of(case.data)
            document = self.format.open(source, context_of(case.reader))
            sink = examined(document)
            assert case.canary in sink.text, f"{case.name}: not found in the input"
            target = tmp_path / f"copy-{case.name}"
            plan = plan_of(source, (case.canary, sink.places_of(case.canary)))
            document.write(plan, target)
            copy = source_of(target.read_bytes(), target.name)
            failed = [check for check in document.check(copy, plan) if not check.passed]
            assert not failed, f"{case.name}: {failed}"
            assert case.canary.encode() not in copy.data, case.name
            reopened = self.format.open(copy, context_of(case.reader))
            assert not any(case.canary.encode() in data for data in reopened.decoded()), case.name
            assert case.canary not in examined(reopened, again=True).text, case.name
            document.close()
            document.close()

    def test_the_untouched_input_passed_off_as_a_copy_fails_the_check(self) -> None:
        for case in self.cases():
            source = source_of(case.data)
            document = self.format.open(source, context_of(case.reader))
            plan = plan_of(source, (case.canary, examined(document).places_of(case.canary)))
            assert not all(check.passed for check in document.check(source, plan)), case.name

    def test_writing_touches_neither_source_nor_neighbours(self, tmp_path: Path) -> None:
        for case in self.cases():
            folder = tmp_path / case.name
            folder.mkdir()
            original = folder / "original"
            original.write_bytes(case.data)
            source = source_of(original.read_bytes(), str(original))
            self.format.open(source, context_of(case.reader)).write(plan_of(source), folder / "copy")
            assert original.read_bytes() == case.data, case.name
            assert sorted(path.name for path in folder.iterdir()) == ["copy", "original"], case.name

    @pytest.mark.parametrize("share", [0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
    def test_cut_off_bytes_raise_only_our_errors(self, share: float, tmp_path: Path) -> None:
        for case in self.cases():
            source = source_of(case.data[: int(len(case.data) * share)])
            whole, said = False, ""
            try:
                if self.format.recognises(source):
                    document = self.format.open(source, context_of(case.reader))
                    sink = examined(document)
                    document.write(plan_of(source), tmp_path / "copy")
                    whole = not sink.gaps
            except SharesafeError as error:
                said = f"{error.message} {error.next_step}"
            assert case.canary not in said, case.name
            assert not whole or case.any_prefix_is_valid, f"{case.name}: half a document passed as whole"
