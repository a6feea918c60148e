"""Every option in one table: the command line, the preferences and the workers read it from here."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from detectors.model import Confidence
from ocr.model import MOST_PIXELS

CONFIDENCE_WORDS = tuple(level.word for level in Confidence)


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its help text is what ``--help`` and the preferences show.

    A tuple of strings holds names of files, and is added to what a configuration file names; a string
    without choices is the name of one file, or empty.

    Attributes:
        flag: name on the command line.
        choices: allowed words, or empty.
        minimum, maximum: bounds of a number, inclusive.
    """

    flag: str
    help: str
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None


def _row(default: Any, option: Option) -> Any:
    return field(default=default, metadata={"option": option})


@dataclass(frozen=True, slots=True)
class Settings:
    """The options' values; field order is the order on screen.

    Raises:
        ValueError: a value is outside its option's bounds or choices; the message names the option.
    """

    min_confidence: str = _row(
        "medium",
        Option("--min-confidence", "Cover findings of at least this confidence.", CONFIDENCE_WORDS),
    )
    fail_on: str = _row(
        "low",
        Option("--fail-on", "Exit with 1 for findings of at least this confidence.", CONFIDENCE_WORDS),
    )
    private_hosts: str = _row(
        "exports",
        Option(
            "--private-hosts",
            "Cover hosts and addresses of private networks: in workflow exports, always, or never list them.",
            ("exports", "always", "never"),
        ),
    )
    cover: str = _row(
        "black",
        Option("--cover", "Colour of covers in pictures and PDFs.", ("black", "background")),
    )
    cover_labels: bool = _row(
        False,
        Option("--cover-labels", "Write on each cover what it hides: the kind of secret and its number."),
    )
    hide_length: bool = _row(
        True,
        Option("--hide-length", "Cover names and short values to the end of their line or field."),
    )
    pdf_pages: str = _row(
        "text",
        Option(
            "--pdf-pages",
            "Keep the text of PDF pages where that is proven safe, or turn every page into a picture.",
            ("text", "picture"),
        ),
    )
    receipts: bool = _row(
        False,
        Option(
            "--receipts",
            "Write a receipt beside each copy: the checks it passed, and no values, for “sharesafe verify”.",
        ),
    )
    jobs: int = _row(2, Option("--jobs", "How many files are examined at the same time.", (), 1, 64))
    second_reader: bool = _row(
        True,
        Option(
            "--second-reader",
            "Look again with Tesseract, when it is installed, at what was hard to read in a picture.",
        ),
    )
    timeout: int = _row(
        600, Option("--timeout", "Seconds a file may take before it is given up.", (), 5, 86_400)
    )
    memory: int = _row(4096, Option("--memory", "MiB of memory one worker may use.", (), 1024, 1_048_576))
    max_file: int = _row(512, Option("--max-file", "MiB; larger files are refused.", (), 1, 65_536))
    max_pixels: int = _row(
        MOST_PIXELS // 1_000_000,
        Option("--max-pixels", "Megapixels; larger pictures are refused.", (), 1, 4_000),
    )
    max_pages: int = _row(
        2_000, Option("--max-pages", "Pages or frames; longer documents are refused.", (), 1, 100_000)
    )

    rules: tuple[str, ...] = _row(
        (),
        Option(
            "--rules",
            "Rules of your own: a TOML file with [[rule]] tables, or a configuration file of gitleaks.",
        ),
    )
    words: tuple[str, ...] = _row(
        (),
        Option(
            "--words",
            "Words to hide wherever they stand, such as names of customers: a text file, one a line.",
        ),
    )
    allow: tuple[str, ...] = _row(
        (),
        Option("--allow", "What may stay readable: a TOML file with [[allow]] tables."),
    )
    baseline: str = _row(
        "",
        Option("--baseline", "Findings in this file are known and do not change the exit code."),
    )
    fingerprint_key: str = _row(
        "",
        Option(
            "--fingerprint-key",
            "The key of the fingerprints in baselines and allow-lists; without it your own is used.",
        ),
    )
    explain: bool = _row(
        False,
        Option("--explain", "Also tell what was recognised and is not reported, why, and on whose word."),
    )

    def __post_init__(self) -> None:
        for row in fields(self):
            option: Option = row.metadata["option"]
            value = getattr(self, row.name)
            if option.choices and value not in option.choices:
                raise ValueError(f"{option.flag} takes one of {', '.join(option.choices)}")
            if option.minimum is not None and not option.minimum <= value <= (option.maximum or value):
                raise ValueError(f"{option.flag} takes a number from {option.minimum} to {option.maximum}")

    @property
    def threshold(self) -> Confidence:
        return Confidence[self.min_confidence.upper()]

    def private_confidence(self, platform: str | None) -> Confidence | None:
        """The least confidence of private hosts in a document; None when they are not to be reported.

        Args:
            platform: the workflow tool whose export the document is, or None.
        """
        if self.private_hosts == "never":
            return None
        return Confidence.MEDIUM if platform or self.private_hosts == "always" else Confidence.LOW


def option(name: str) -> Option:
    """The table row of the setting called ``name``; KeyError when there is none."""
    for row in fields(Settings):
        if row.name == name:
            row_option: Option = row.metadata["option"]
            return row_option
    raise KeyError(name)
