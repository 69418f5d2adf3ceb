"""Text signatures: are two texts copies of one, and where to look for the copies.

A signature is a MinHash: the share of positions at which two agree estimates the share of word sequences that the texts
have in common. Only the low 16 bits of each value are kept, which adds chance agreement of one in 65,536.
"""

import sys
from array import array
from functools import lru_cache

ROWS = 4
"""Values to a band. With 64 values, copies at 0.8 share at least one of 16 bands in 999.8 of 1,000 cases; texts at 0.3 in 1 of 8."""


def compact(values: tuple[int, ...]) -> bytes:
    """Return the kept half of each value, big-endian; values beyond 32 bits or below zero are taken modulo 65,536."""
    halves = array("H", [value & 0xFFFF for value in values])
    if sys.byteorder == "little":
        halves.byteswap()
    return halves.tobytes()


def resemblance(a: bytes, b: bytes) -> float:
    """Return the share of equal positions, 0 when a signature is missing, the lengths differ, or one is no whole number of values."""
    if not a or len(a) != len(b) or len(a) % 2:
        return 0.0
    values = len(a) // 2
    low, high = _masks(values)
    # All positions at once: a lane of 16 bits that differs anywhere ends with its highest bit set. Ten times the speed of slices.
    differing = int.from_bytes(a, "big") ^ int.from_bytes(b, "big")
    return (values - (((differing & low) + low | differing) & high).bit_count()) / values


@lru_cache(maxsize=16)
def _masks(values: int) -> tuple[int, int]:
    return int.from_bytes(b"\x7f\xff" * values, "big"), int.from_bytes(b"\x80\x00" * values, "big")


@lru_cache(maxsize=50_000)  # an incident is entered anew with each of its tellings
def bands(signature: bytes) -> frozenset[tuple[int, bytes]]:
    """Return the keys under which copies of the text are found."""
    width = ROWS * 2
    return frozenset((start, signature[start : start + width]) for start in range(0, len(signature) - width + 1, width))
