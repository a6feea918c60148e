"""How large the pictures of an HEVC stream are, whatever its container states. Source: ITU-T H.265."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_PARAMETERS: Final = 33
_HEAD: Final = 160
"""Bytes of a parameter set that hold its sizes for sure."""


def coded_sizes(config: bytes) -> Iterator[tuple[int, int]]:
    """Width and height in every sequence parameter set of a decoder configuration (``hvcC``)."""
    at, arrays = 23, config[22] if len(config) > 22 else 0
    for _ in range(arrays):
        count = int.from_bytes(config[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            length = int.from_bytes(config[at : at + 2], "big")
            unit = config[at + 2 : at + 2 + min(length, _HEAD)]
            at += 2 + length
            if len(unit) > 2 and unit[0] >> 1 & 0x3F == _PARAMETERS:
                yield _size(unit[2:])
            if at > len(config):
                return


def sizes_in(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The same for parameter sets that stand among a picture's own units, each behind its length."""
    at = start
    while at + 6 < end:
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4] >> 1 & 0x3F == _PARAMETERS:
            yield _size(data[at + 6 : at + 4 + min(length, _HEAD)])
        at += 4 + length


def _size(payload: bytes) -> tuple[int, int]:
    bits = _Bits(payload.replace(b"\0\0\3", b"\0\0"))
    bits.take(4)
    layers = bits.take(3)
    bits.take(1 + 96)
    if layers:
        present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
        bits.take(2 * (8 - layers))
        for profile, level in present:
            bits.take(88 * profile + 8 * level)
    bits.golomb()
    if bits.golomb() == 3:
        bits.take(1)
    return bits.golomb(), bits.golomb()


class _Bits:
    """Zeros follow behind the end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        self._left -= count
        shifted = self._value >> self._left if self._left >= 0 else self._value << -self._left
        return shifted & ((1 << count) - 1)

    def golomb(self) -> int:
        zeros = 0
        while zeros < 32 and not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)
