"""Undoing compression in pieces of bounded size: a bomb costs the reader's limit, not its own size."""

import zlib
from collections.abc import AsyncIterator
from typing import Protocol

ACCEPTED = "gzip, deflate"
"""What may be asked for: only what can be undone piece by piece."""

_PIECE_BYTES = 65_536


class Inflater(Protocol):
    """A decompressor in the shape of the standard library's; raises ``zlib.error`` for damaged data."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class _Plain:
    """No compression, in the shape of a decompressor."""

    eof = True
    unconsumed_tail = b""

    def decompress(self, data: bytes, _max_length: int = 0, /) -> bytes:
        return data


class _Deflate:
    """``deflate`` means zlib by the standard and raw deflate by habit: the first byte tells."""

    def __init__(self) -> None:
        self._inner: Inflater | None = None

    @property
    def eof(self) -> bool:
        return self._inner is None or self._inner.eof

    @property
    def unconsumed_tail(self) -> bytes:
        return b"" if self._inner is None else self._inner.unconsumed_tail

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        if self._inner is None:
            self._inner = (
                zlib.decompressobj() if data[:1] and data[0] & 0x0F == 8 else zlib.decompressobj(-zlib.MAX_WBITS)
            )
        return self._inner.decompress(data, max_length)


def inflater(encoding: str) -> Inflater | None:
    """Return a decompressor for a Content-Encoding; None for one that was not asked for."""
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return _Plain()
    if name in {"gzip", "x-gzip"}:
        return zlib.decompressobj(zlib.MAX_WBITS | 16)
    return _Deflate() if name == "deflate" else None


async def inflated(raw: AsyncIterator[bytes], inflate: Inflater) -> AsyncIterator[bytes]:
    """Yield pieces of bounded size, however far they expand."""
    async for chunk in raw:
        left = chunk
        while left:
            piece = inflate.decompress(left, _PIECE_BYTES)
            left = inflate.unconsumed_tail
            if piece:
                yield piece
            elif not left:
                break
