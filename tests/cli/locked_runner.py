"""The stand-in for the pipeline, with files that open with the password that stands in them."""

from __future__ import annotations

from dataclasses import replace

from app.messages import Task
from app.model import Labels, RunKey, Scan
from app.options import Settings
from app.workers.process import Listener
from tests.cli import runners


def run(task: Task, settings: Settings, key: RunKey, labels: Labels, listener: Listener) -> Scan:
    """``locked password``: a document with a finding for those who know the password."""
    word, _, password = task.input.path.read_text().partition(" ")
    if word == "locked" and task.input.password == password:
        task = replace(task, input=replace(task.input, data=b"secret value", password=None))
    return runners.run(task, settings, key, labels, listener)
