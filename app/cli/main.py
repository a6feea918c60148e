"""The commands of ``sharesafe`` and their exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

import app
from app.cli import rules as rule_commands
from app.cli.baseline import Baseline
from app.cli.config import settings as settings_from
from app.cli.files import (
    STANDARD,
    inputs,
    targets,
    without_earlier_copies,
    without_earlier_reports,
    write_report,
)
from app.cli.options import with_options
from app.cli.output import Screen
from app.cli.passwords import Passwords
from app.cli.receipts import RECEIPT, Receipts
from app.errors import Cancelled, SharesafeError, Unreadable, UsageError
from app.messages import RUNNER, Input, RedactTask, ScanTask
from app.options import Settings
from app.own_files import policy as policy_from
from app.partial_files import sweep_tree
from app.reports import Report, reports
from app.reports.base import Marked
from app.reports.scrub import mask_of, scrubbed

runner: str = RUNNER
"""What the workers do with a task; tests put their own here."""

NOT_FOR_SCAN: Final = ("min_confidence", "receipts")
NOT_FOR_REDACT: Final = ("fail_on", "baseline")
NOT_FOR_VERIFY: Final = (
    "private_hosts", "cover", "cover_labels", "hide_length", "pdf_pages", "receipts", "baseline",
    "html", "sarif",
)  # fmt: skip
DISPLAYS: Final = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
"""Without any of these Qt ends the process with a crash instead of an error."""

commands = typer.Typer(
    name="sharesafe",
    help="Finds secrets in screenshots, PDFs, workflow exports and logs before you share them, and writes "
    "verified redacted copies. Works offline: nothing leaves this computer.",
    epilog="Exit codes: 0 clean, or every copy verified; 1 findings; 2 wrong call; 3 unreadable input; "
    "4 no text recognition engine; 5 a copy was not written or not verified; 6 something could not be "
    "examined; 130 cancelled.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # tracebacks with local variables would show what was read
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
commands.add_typer(rule_commands.commands, name="rules")

Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH", help="Files or folders; “-” is text on standard input.", show_default=False
    ),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Read options from this TOML file.", show_default=False),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show errors only.", show_default=False)]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the copies.", show_default=False)]
WriteBaseline = Annotated[
    Path | None,
    typer.Option(
        "--write-baseline",
        metavar="FILE",
        help="Write fingerprints of everything found to this file, for --baseline. It holds no values.",
        show_default=False,
    ),
]
Receipt = Annotated[
    Path | None,
    typer.Option(
        "--receipt",
        metavar="FILE",
        help="Write one receipt for all copies to this file, for “sharesafe verify”. It holds no values.",
        show_default=False,
    ),
]
OwnReceipt = Annotated[
    Path | None,
    typer.Option(
        "--receipt",
        metavar="FILE",
        help="The receipt; without it the one beside each copy (COPY.receipt.json).",
        show_default=False,
    ),
]
Copies = Annotated[list[Path], typer.Argument(metavar="COPY", help="Redacted copies.", show_default=False)]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        help="Passwords of encrypted files, one a line; without it they are asked for at a terminal.",
        show_default=False,
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace copies of an earlier run.", show_default=False)]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sharesafe {app.__version__}")
        raise typer.Exit


@commands.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave."),
    ] = False,
) -> None:
    pass


@commands.command()
@with_options(leave_out=NOT_FOR_SCAN)
def scan(
    paths: Paths,
    config: Config = None,
    write_baseline: WriteBaseline = None,
    password_file: PasswordFile = None,
    quiet: Quiet = False,
    *,
    flags: Mapping[str, Any],
    files: Mapping[str, Path],
) -> int:
    """Lists secrets in files and folders; a PATH of “-” is text on standard input."""
    settings = settings_from(flags, config)
    screen = _screen(settings, files, quiet=quiet)
    policy, baseline = policy_from(settings), Baseline.of(settings, write_baseline)
    writers, passwords = _writers(files), Passwords.of(password_file)
    wanted = without_earlier_reports(inputs(paths, settings), writers.items(), paths)
    tasks = [ScanTask(one, policy=policy) for one in wanted]
    return _carry_out(tasks, settings, screen, writers, baseline, passwords)


@commands.command()
@with_options(leave_out=NOT_FOR_REDACT)
def redact(  # noqa: PLR0913 - one for each option
    paths: Paths,
    out: Out,
    force: Force = False,
    receipt: Receipt = None,
    config: Config = None,
    password_file: PasswordFile = None,
    quiet: Quiet = False,
    *,
    flags: Mapping[str, Any],
    files: Mapping[str, Path],
) -> int:
    """Writes verified redacted copies of files and folders; a PATH of “-” is text on standard input."""
    settings = settings_from(flags, config)
    screen = _screen(settings, files, quiet=quiet)
    policy, baseline = policy_from(settings), Baseline.of(settings)
    writers, passwords = _writers(files), Passwords.of(password_file)
    places: list[tuple[Marked, Path]] = [*writers.items(), *([(RECEIPT, receipt)] if receipt else [])]
    found = without_earlier_reports(inputs(paths, settings), places, paths)
    wanted = without_earlier_copies(found, paths, out)
    if left := len(found) - len(wanted):
        screen.note(f"Left out: {left} in {out}, which is where the copies go.")
    if not wanted:
        raise UsageError("There is nothing to redact but earlier copies.", "Name the originals.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {out} cannot be made: {error.strerror}.", "Choose another.") from None
    sweep_tree(out)
    tasks = [
        RedactTask(one, target, replace=force, policy=policy)
        for one, target in zip(wanted, targets(wanted, out, policy), strict=True)
    ]
    receipts = Receipts(settings, receipt, replace=force)
    return _carry_out(tasks, settings, screen, writers, baseline, passwords, copies=out, receipts=receipts)


@commands.command()
@with_options(leave_out=NOT_FOR_VERIFY)
def verify(
    copies: Copies,
    receipt: OwnReceipt = None,
    config: Config = None,
    quiet: Quiet = False,
    *,
    flags: Mapping[str, Any],
    files: Mapping[str, Path],
) -> int:
    """Checks redacted copies once more, on this computer, without their originals.

    Ends with 0 when all checks passed, 1 when something was left readable on purpose, 5 when a check failed.
    """
    from app.cli.session import Session, exit_code
    from app.cli.verify import compared, refused, settings_for, wanted
    from app.cli.verify_output import block, verified_lines

    settings = settings_from(flags, config)
    screen, writers = _screen(settings, files, quiet=quiet), _writers(files)
    policy, named = policy_from(settings), wanted(copies, receipt)
    ours = [*copies, *(one.receipt for one in named)]
    without_earlier_reports([Input(path, path) for path in ours], writers.items(), ours)
    left = {number: one for number, one in enumerate(named) if refused(one) is None}
    with screen.progress([one.copy for one in left.values()]) as watcher:
        session = Session(settings_for(settings, named), watcher, runner=runner)
        outcome = session.run([one.task(policy) for one in left.values()])
    if outcome.cancelled:
        raise Cancelled
    shown = scrubbed([outcome.scans[number] for number in range(len(left))], mask_of(policy.words))
    repeated = dict(zip(left, shown, strict=True))
    results = [refused(one) or compared(one, repeated[number]) for number, one in enumerate(named)]
    for report, path in writers.items():
        write_report(path, report.render(results, app.__version__, {}))
    screen.verified(results, block, verified_lines)
    return exit_code(results, settings, redacting=False)


@commands.command()
def gui(paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", hidden=True)] = None) -> None:
    """Opens the window."""
    if sys.platform == "linux" and not any(map(os.environ.get, DISPLAYS)):
        raise UsageError("There is no screen to open the window on.", "Use scan and redact here.")
    try:
        from app.gui.main import run as open_window
    except ImportError as error:
        raise UsageError(
            f"The window cannot be opened: {error.name or 'Qt'} could not be loaded.",
            "Run “sharesafe doctor” to see why, or use scan and redact.",
        ) from None
    raise typer.Exit(open_window(paths or []))


@commands.command()
def doctor() -> None:
    """Tells what works here and what is missing."""
    from app.cli.doctor import run as examine

    raise typer.Exit(examine())


@commands.command()
def samples(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", hidden=True)],
) -> None:
    """Writes samples with random, worthless secrets."""
    from app.samples import write_samples

    write_samples(folder)
    typer.echo(f"Sample files: {folder}")


def _screen(settings: Settings, files: Mapping[str, Path], *, quiet: bool) -> Screen:
    return Screen(report_on_stdout=STANDARD in files.values(), quiet=quiet, explain=settings.explain)


def _writers(files: Mapping[str, Path]) -> dict[Report, Path]:
    return {report: files[report.name] for report in reports() if report.name in files}


def _carry_out(
    tasks: Sequence[ScanTask | RedactTask],
    settings: Settings,
    screen: Screen,
    writers: Mapping[Report, Path],
    baseline: Baseline,
    passwords: Passwords,
    copies: Path | None = None,
    receipts: Receipts | None = None,
) -> int:
    from app.cli.session import Outcome, Session, exit_code, without_replaced_copies

    def run_all(wanted: Sequence[ScanTask | RedactTask]) -> Outcome:
        with screen.progress([task.input.path for task in wanted]) as watcher:
            pictures = any(report.wants_pictures for report in writers)
            return Session(settings, watcher, pictures=pictures, runner=runner).run(wanted)

    outcome = run_all(tasks)
    passwords.unlock(tasks, outcome, run_all)
    scans = without_replaced_copies(outcome.scans)
    marked = [baseline.marked(scans[number]) for number in sorted(scans)]
    results = scrubbed(marked, mask_of(tasks[0].policy.words))
    if outcome.cancelled:
        there = [report.redacted.path for report in results if report.redacted is not None]
        screen.cancelled(len(results), len(tasks), there)
        return Cancelled.exit_code
    baseline.write()
    for report, path in writers.items():
        write_report(path, report.render(results, app.__version__, outcome.pictures))
    written = [path for path in writers.values() if path != STANDARD]
    if receipts is not None:
        written += receipts.write(results, [scans[number] for number in sorted(scans)], screen.note)
    screen.results(results)
    screen.summary(
        results,
        copies=copies,
        written=written,
        redacting=copies is not None,
    )
    return exit_code(results, settings, redacting=copies is not None)


def run(arguments: Sequence[str]) -> int:
    """Does what the arguments say and returns the exit code; no exception leaves it."""
    return _contained(lambda: commands(args=list(arguments), prog_name="sharesafe"))


def _contained(call: Callable[[], object]) -> int:
    try:
        call()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except SharesafeError as error:
        Screen().error(error)
        return error.exit_code
    except KeyboardInterrupt:
        Screen().error(Cancelled("Cancelled.", "Nothing was left half-written."))
        return Cancelled.exit_code
    except BrokenPipeError:  # whoever read our output has left
        sys.stdout = None  # nothing is flushed into the pipe at the end
        return Cancelled.exit_code
    except Exception as error:  # noqa: BLE001 - a traceback could show what was read
        from app.workers.process import own_place

        kind = f"{type(error).__name__} in {own_place(error)}"
        Screen().error(Unreadable(f"An internal error stopped the work ({kind}).", "Please report this."))
        return Unreadable.exit_code
    return 0
