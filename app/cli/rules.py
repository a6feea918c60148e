"""``sharesafe rules``: what the detectors know, and a check for rules of one's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from app.cli.output import console
from app.errors import UsageError
from app.notices import NOTICES
from app.own_files import rules_in
from app.reports.words import HIDDEN_CONTENT

if TYPE_CHECKING:
    from detectors.model import Confidence, RuleInfo
    from detectors.rule_files import Rule
    from detectors.search_rules import SearchRule

commands = typer.Typer(help="Lists and explains the rules, and tests rule files.", rich_markup_mode=None)

Own = Annotated[
    list[str] | None,
    typer.Option("--rules", metavar="FILE", help="Add the rules of this file.", show_default=False),
]

ROUNDS = 20
"""How many random values each rule of a file is tried on."""


@commands.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_rules()


@commands.command("list")
def list_rules(own: Own = None) -> None:
    """Lists every rule: its name, severity and title."""
    known = _known(own)
    shown = console()
    if not shown.is_terminal:
        for rule in known:
            typer.echo(f"{rule.id}\t{rule.severity.word}\t{rule.kind}\t{rule.title}")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("Rule", "Severity", "Kind", "Title"):
        table.add_column(heading, no_wrap=heading != "Title")
    for rule in known:
        table.add_row(rule.id, rule.severity.word, rule.kind.value, rule.title)
    shown.print(table)
    shown.print(f"\n{len(known)} rules. “sharesafe rules explain RULE” tells more about one.")


@commands.command()
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", hidden=True)],
    own: Own = None,
) -> None:
    """Tells what a rule recognises, how grave it is, and what to do about a finding."""
    import difflib

    known = {info.id: info for info in _known(own)}
    info = known.get(rule)
    if info is None:
        close = difflib.get_close_matches(rule, known, n=1)
        hint = f"Did you mean “{close[0]}”?" if close else "“sharesafe rules list” shows all."
        raise UsageError(f"There is no rule “{rule}”.", hint)
    shown = console()
    shown.print(Text(info.title, "bold"))
    rows = {
        "Rule": info.id,
        "Provider": info.provider,
        "Kind": info.kind.value,
        "Severity": info.severity.word,
        "What to do": info.advice,
        "Replace it at": info.rotate_url or "–",
        "Placeholder": "–" if info.id in HIDDEN_CONTENT else f"REDACTED_{info.label}_1",
        "Source": info.source,
    }
    for name, value in rows.items():
        shown.print(Text.assemble((f"{name}: ", "dim"), value), soft_wrap=True)


def _known(own: list[str] | None) -> list[RuleInfo]:
    """What can be found, with the rules in files of one's own, ordered by id."""
    from detectors.engine import rules

    added = rules_in(own or [])
    theirs = [*(rule.info for rule in added.anchored), *(rule.info for rule in added.searched)]
    infos = [*rules(), *theirs, *NOTICES]
    return sorted(infos, key=lambda info: info.id)


@commands.command("test")
def test_file(file: Annotated[Path, typer.Argument(metavar="FILE", hidden=True)]) -> None:
    """Checks a file of rules and tries every rule on values made from its own format.

    Takes what --rules takes: our own format, or a configuration file of gitleaks.
    """
    rules = rules_in([str(file)])
    tried = [(rule.id, problems_of(rule)) for rule in rules.anchored]
    tried += [(rule.id, problems_of_search(rule)) for rule in rules.searched]
    for rule_id, problems in tried:
        typer.echo(f"{'FAILED' if problems else 'ok'}  {rule_id}")
        for problem in problems:
            typer.echo(f"        {problem}")
    for rule in rules.searched:
        if not rule.literals:
            typer.echo(f"note: {rule.id} holds no fixed text of three characters; it is slow on long files.")
    failed = sum(bool(problems) for _, problems in tried)
    typer.echo(f"{len(tried) - failed} of {len(tried)} rules passed.")
    raise typer.Exit(1 if failed else 0)


def problems_of_search(rule: SearchRule) -> list[str]:
    """What is wrong with a rule in gitleaks' format, tried on random values of its own expression."""
    from detectors.model import Sample
    from detectors.samples import generate
    from detectors.search_rules import RuleSearch
    from detectors.text import Text

    random = SystemRandom()
    search = RuleSearch([replace(rule, path=None)])
    reasons: set[str] = set()
    for _ in range(ROUNDS):
        value = generate(rule.pattern.pattern, random)
        if not rule.pattern.search(value):
            continue  # what it looks for around a value cannot be made up
        text = f"{' '.join(rule.keywords)}\n{value}"
        candidates = list(search.candidates(Text.of(Sample(text), text)))
        if any(candidate.dismissed is None for candidate in candidates):
            return []
        reasons |= {candidate.dismissed for candidate in candidates if candidate.dismissed}
    told = f": {'; '.join(sorted(reasons))}" if reasons else ""
    return [f"finds none of {ROUNDS} values made from its own regex{told}"]


def problems_of(rule: Rule) -> list[str]:
    """What is wrong with a rule, tried on fresh random values of its own format; empty when nothing is."""
    from detectors.engine import Detector
    from detectors.model import Confidence, Sample
    from detectors.samples import SampleError, negatives, positives

    random = SystemRandom()
    detector = Detector([rule])
    problems: dict[str, None] = {}

    def spans(text: str, least: Confidence) -> list[tuple[int, int]]:
        matches = detector.scan(Sample(text)).matches
        own = (match for match in matches if match.rule_id == rule.id)
        return [(match.start, match.end) for match in own if match.confidence >= least]

    try:
        for _ in range(ROUNDS):
            for template, example in zip(rule.match or ("{}",), positives(rule, random), strict=True):
                if not any(
                    a <= example.start and example.end <= b for a, b in spans(example.text, Confidence.LOW)
                ):
                    problems[f"does not find its own value in “{template}”"] = None
            for template, text in zip(rule.no_match, negatives(rule, random), strict=True):
                if spans(text, Confidence.MEDIUM):  # fragments of tokens are told with low confidence
                    problems[f"finds something in “{template}”, where nothing is"] = None
    except SampleError as error:
        problems[str(error)] = None
    return list(problems)
