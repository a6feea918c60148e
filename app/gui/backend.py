"""What the window needs from the rest of the product, as one narrow seam.

The real pieces are imported on first use: they load detectors and codecs, which would delay the
window. Tests and screenshots put other pieces in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.messages import Event, Input, Order
from app.model import Labels, RedactionPlan, Scan
from app.options import Settings
from app.places import PageArea, TextSpan
from detectors.model import Confidence


class Pool(Protocol):
    """Worker processes. Events arrive on a thread of the pool's own."""

    def submit(self, task: Order) -> int:
        """Queues the task and returns its job number without waiting."""

    def cancel(self, job: int) -> None:
        """Stops the job; its last event then tells the cancellation. Unknown numbers are ignored."""

    def cancel_all(self) -> None:
        """Stops every job."""

    def close(self) -> None:
        """Stops the workers; no event arrives afterwards."""


class Planner(Protocol):
    """Turns a scan and a person's decisions into a plan."""

    def __call__(
        self,
        scan: Scan,
        labels: Labels,
        threshold: Confidence,
        leave: Collection[str] = (),
        drawn: Sequence[PageArea | TextSpan] = (),
    ) -> RedactionPlan: ...


@dataclass(frozen=True, slots=True)
class Backend:
    """The product behind the window.

    Attributes:
        prepare: loads what the first task needs; called on a thread of its own once the window shows.
    """

    pool: Callable[[Settings, Callable[[Event], None]], Pool]
    collect: Callable[[Sequence[Path]], Iterator[Input]]
    plan_for: Planner
    prepare: Callable[[], None]


def real_backend() -> Backend:
    """The pool, intake and planner of the product."""

    def pool(settings: Settings, on_event: Callable[[Event], None]) -> Pool:
        from app.workers.pool import Pool as WorkerPool

        return WorkerPool(settings, on_event)

    def collect(paths: Sequence[Path]) -> Iterator[Input]:
        from app import intake

        return intake.collect(paths)

    def plan_for(
        scan: Scan,
        labels: Labels,
        threshold: Confidence,
        leave: Collection[str] = (),
        drawn: Sequence[PageArea | TextSpan] = (),
    ) -> RedactionPlan:
        from app import planning

        return planning.plan_for(scan, labels, threshold, leave, drawn)

    def prepare() -> None:
        import app.intake
        import app.planning
        import app.workers.pool  # noqa: F401

    return Backend(pool, collect, plan_for, prepare)
