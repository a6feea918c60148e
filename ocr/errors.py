"""What can go wrong while a page is read. Messages never hold anything that was read."""

from __future__ import annotations


class OcrError(Exception):
    """Base of all expected errors of reading.

    Attributes:
        message: what happened.
        next_step: one sentence that tells the user what to do.
    """

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __reduce__(self) -> tuple[type[OcrError], tuple[str, str]]:
        return type(self), (self.message, self.next_step)


class EngineMissing(OcrError):
    """No text recognition engine can run on this machine."""


class EngineFailed(OcrError):
    """An engine was there but broke, or took longer than its time limit."""


class PictureTooLarge(OcrError):
    """The picture has more pixels than a reader may hold in memory."""


class ReadingCancelled(OcrError):
    """The caller asked to stop."""

    def __init__(
        self,
        message: str = "Reading was cancelled.",
        next_step: str = "Start it again when you are ready.",
    ) -> None:
        super().__init__(message, next_step)
