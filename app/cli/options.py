"""Command line options made from the tables, so that nothing is stated twice."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from dataclasses import Field, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from app.options import Option, Settings
from app.reports import Report, reports


def with_options(
    leave_out: Collection[str] = (),
) -> Callable[[Callable[..., int]], Callable[..., None]]:
    """Adds an option for every setting and every report to a command that returns its exit code.

    Those whose names are in ``leave_out`` have no meaning for it.

    The command receives them as ``flags`` (name to value, None when not given) and ``files``
    (report name to path).
    """
    settings = [_setting(row) for row in fields(Settings) if row.name not in leave_out]
    writers = [_writer(report) for report in reports() if report.name not in leave_out]

    def decorate(command: Callable[..., int]) -> Callable[..., None]:
        parameters = inspect.signature(command, eval_str=True).parameters.values()
        own = [parameter for parameter in parameters if parameter.name not in ("flags", "files")]

        def call(**values: Any) -> None:
            given = {parameter.name: values.pop(parameter.name) for parameter in settings}
            flags = {
                name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
            }
            files = {parameter.name: values.pop(parameter.name) for parameter in writers}
            named = {name: path for name, path in files.items() if path is not None}
            raise typer.Exit(command(**values, flags=flags, files=named))

        every = [*own, *writers, *settings]
        call.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
        call.__annotations__ = {parameter.name: parameter.annotation for parameter in every}
        call.__name__, call.__doc__ = command.__name__, command.__doc__
        return call

    return decorate


def _setting(row: Field[Any]) -> inspect.Parameter:
    option: Option = row.metadata["option"]
    kind = type(row.default)
    flag, default = option.flag, str(row.default)
    if kind is tuple or (kind is str and not option.choices):
        told = f"{option.help} May be given several times." if kind is tuple else option.help
        info = typer.Option(flag, help=told, metavar="FILE", show_default=False)
        return _parameter(row.name, Annotated[list[str] | None if kind is tuple else str | None, info])
    metavar = "|".join(option.choices) if option.choices else "N"
    if kind is bool:
        negative = flag.replace("--", "--no-", 1)
        default = flag if row.default else negative
        flag = f"{flag}/{negative}"
    bounds = f"{option.minimum} to {option.maximum}; " if option.minimum is not None else ""
    told = f"{option.help} ({bounds}default: {default})"
    info = typer.Option(flag, help=told, metavar=None if kind is bool else metavar, show_default=False)
    return _parameter(row.name, Annotated[kind | None, info])


def _writer(report: Report) -> inspect.Parameter:
    told = f"{report.help} “-” writes to standard output."
    info = typer.Option(f"--{report.name}", help=told, metavar="FILE|-", show_default=False)
    return _parameter(report.name, Annotated[Path | None, info])


def _parameter(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
