"""Fingerprints that last from run to run, and baselines made of them.

A plain hash of a password is found by hashing a dictionary, and a slow one only delays that: a password
of six letters falls in an hour. So these are keyed (HMAC-SHA-256), and the key is *not* in the baseline:
it lies in the user's own configuration folder. Whoever has the baseline alone learns how many values
there are, and nothing about any. To share a baseline with colleagues or a build server, give them the
key as well, by the way that other secrets take.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from app.errors import NotWritten, UsageError

KEY_BYTES: Final = 32
DIGITS: Final = 32
"""Hexadecimal digits of a lasting fingerprint: 128 bits."""

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a baseline."""

_MARK: Final = "sharesafe-baseline"


@dataclass(frozen=True, slots=True)
class LastingKey:
    """The user's own key; ``id`` tells keys apart and nothing about them."""

    _key: bytes = field(repr=False)

    @property
    def id(self) -> str:
        return hmac.new(self._key, b"sharesafe key id", sha256).hexdigest()[:16]

    def fingerprint(self, value: str) -> str:
        """The same digits for the same value in every run with this key."""
        text = b"sharesafe value\0" + value.encode("utf-8", "surrogatepass")
        return hmac.new(self._key, text, sha256).hexdigest()[:DIGITS]


def own_key_file() -> Path:
    """Where the user's own key lies; it need not exist."""
    from platformdirs import user_config_path

    return user_config_path("sharesafe", appauthor=False) / "fingerprint.key"


def key_at(file: str, *, make: bool = False) -> LastingKey | None:
    """The key in ``file``, or the user's own when that is empty; None when it does not exist.

    Args:
        make: writes a new one, readable for the user only, where there is none.

    Raises:
        UsageError: the file holds no key, or cannot be read or made.
    """
    path = Path(file) if file else own_key_file()
    try:
        if make and not path.exists():
            _write_key(path)
        text = path.read_text("ascii").strip()
        key = bytes.fromhex(text)
    except FileNotFoundError:
        if file:
            raise UsageError(f"There is no key file {path}.", "Check its name.") from None
        return None
    except OSError as error:
        reason = error.strerror or "input/output error"
        raise UsageError(f"The key file {path} cannot be used: {reason}.", "Check its permissions.") from None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        told = f"The file {path} is no key for fingerprints."
        raise UsageError(told, "Name another with --fingerprint-key, or remove it to have a new one made.")
    return LastingKey(key)


def _write_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_hex(KEY_BYTES) + "\n")


def read_baseline(path: Path, key: LastingKey | None) -> frozenset[str]:
    """The fingerprints in a baseline.

    Raises:
        UsageError: it cannot be read, or was made with another key.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"The baseline {path} is too large.", "Write a new one with --write-baseline.")
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        reason = error.strerror or "input/output error"
        raise UsageError(f"The baseline {path} cannot be read: {reason}.", "Check its name.") from None
    except (ValueError, RecursionError):
        content = None
    known = content.get("fingerprints") if isinstance(content, dict) and content.get(_MARK) == 1 else None
    if not isinstance(known, list) or not all(isinstance(one, str) for one in known):
        raise UsageError(f"The file {path} is no baseline.", "Write one with --write-baseline.")
    if key is None or content["key"] != key.id:
        raise UsageError(
            f"The baseline {path} was made with another key.",
            "Name that key with --fingerprint-key, or write a new baseline with --write-baseline.",
        )
    return frozenset(known)


def write_baseline(path: Path, key: LastingKey, fingerprints: Iterable[str]) -> None:
    """Writes a baseline in one step.

    Raises:
        NotWritten: the disk is full, or the folder may not be written to.
    """
    content = {_MARK: 1, "key": key.id, "fingerprints": sorted(set(fingerprints))}
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        partial.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
        os.replace(partial, path)  # noqa: PTH105 - the name says that it is atomic
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        reason = error.strerror or "input/output error"
        raise NotWritten(f"The baseline {path} could not be written: {reason}.", "Choose another.") from None
