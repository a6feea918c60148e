"""Every error that reaches a person: what happened, what to do next, and the exit code.

Messages never hold document text. The path is added by whoever reports the error.
"""

from __future__ import annotations

from typing import ClassVar


class SharesafeError(Exception):
    """Base of all expected errors.

    Attributes:
        code: stable identifier for reports, kebab case.
        exit_code: what the command line returns when this is the worst that happened.
        next_step: one sentence that tells the user what to do.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __reduce__(self) -> tuple[type[SharesafeError], tuple[str, str]]:
        return type(self), (self.message, self.next_step)


class UsageError(SharesafeError):
    """The call itself is wrong: an unknown option value, a path that does not exist."""

    code = "usage"
    exit_code = 2


class Unreadable(SharesafeError):
    """The file is empty, damaged, truncated, or may not be opened."""

    code = "unreadable"


class Unsupported(SharesafeError):
    """The content is of a kind that Sharesafe does not handle."""

    code = "unsupported"


class TooLarge(SharesafeError):
    """A size stated by the file is above the limit; nothing of that size was allocated."""

    code = "too-large"


class PasswordNeeded(SharesafeError):
    """The document is encrypted."""

    code = "password-needed"


class SourceChanged(SharesafeError):
    """The file is no longer the one that was examined."""

    code = "source-changed"


class OutOfTime(SharesafeError):
    """The file took longer than the time limit; its worker was stopped."""

    code = "timed-out"


class WorkerDied(SharesafeError):
    """The worker process crashed or exceeded its memory limit."""

    code = "worker-died"


class EngineMissing(SharesafeError):
    """No text recognition engine can run."""

    code = "engine-missing"
    exit_code = 4


class VerificationFailed(SharesafeError):
    """The written copy did not pass a check; it was deleted."""

    code = "verification-failed"
    exit_code = 5


class NotWritten(SharesafeError):
    """No copy was written: the target exists, is full, read-only, or the copy would not be safe."""

    code = "not-written"
    exit_code = 5


class Cancelled(SharesafeError):
    """The user stopped the work."""

    code = "cancelled"
    exit_code = 130

    def __init__(
        self,
        message: str = "The work on this file was cancelled.",
        next_step: str = "Start it again when you are ready.",
    ) -> None:
        super().__init__(message, next_step)
