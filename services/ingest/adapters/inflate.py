"""Undoing compression in pieces of bounded size: a bomb costs the reader's limit, not its own size."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # the library ships no types
from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
"""What may be asked for: only what can be undone piece by piece."""

_PIECE_BYTES = 65_536
_ZSTD_WINDOW: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}
"""8 MiB, the most that HTTP allows (RFC 9659): a frame may otherwise ask for gigabytes before its first byte."""


class DamagedError(Exception):
    """The compressed data cannot be undone."""


class Inflater(Protocol):
    """A decompressor. ``decompress`` gives about a piece and raises ``DamagedError``; while ``has_more`` it wants to be called with nothing.

    ``eof`` is true where the data may end.
    """

    @property
    def eof(self) -> bool: ...
    @property
    def has_more(self) -> bool: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _Plain:
    """No compression."""

    eof = True
    has_more = False

    def decompress(self, data: bytes, /) -> bytes:
        return data


class _Zlib:
    """gzip, and ``deflate``, which means zlib by the standard and raw deflate by habit: the first byte tells."""

    def __init__(self, *, is_gzip: bool) -> None:
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16) if is_gzip else None

    @property
    def eof(self) -> bool:
        return self._inner is None or self._inner.eof

    @property
    def has_more(self) -> bool:
        return self._inner is not None and bool(self._inner.unconsumed_tail)

    def decompress(self, data: bytes, /) -> bytes:
        if self._inner is None:
            is_wrapped = bool(data) and data[0] & 0x0F == 8
            self._inner = zlib.decompressobj() if is_wrapped else zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            return self._inner.decompress(self._inner.unconsumed_tail + data, _PIECE_BYTES)
        except zlib.error as error:
            raise DamagedError(str(error)) from error


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._inner.is_finished())

    @property
    def has_more(self) -> bool:
        return not self._inner.can_accept_more_data()

    def decompress(self, data: bytes, /) -> bytes:
        try:
            return bytes(self._inner.process(data, output_buffer_limit=_PIECE_BYTES))
        except brotli.error as error:
            raise DamagedError(str(error)) from error


class _Zstd:
    """Frames may follow one another; each is begun anew."""

    def __init__(self) -> None:
        self._inner = zstd.ZstdDecompressor(options=_ZSTD_WINDOW)

    @property
    def eof(self) -> bool:
        return self._inner.eof and not self._inner.unused_data

    @property
    def has_more(self) -> bool:
        return bool(self._inner.unused_data) if self._inner.eof else not self._inner.needs_input

    def decompress(self, data: bytes, /) -> bytes:
        if self._inner.eof:
            data = self._inner.unused_data + data
            self._inner = zstd.ZstdDecompressor(options=_ZSTD_WINDOW)
        try:
            return self._inner.decompress(data, _PIECE_BYTES)
        except zstd.ZstdError as error:
            raise DamagedError(str(error)) from error


def inflater(encoding: str) -> Inflater | None:
    """Return a decompressor for a Content-Encoding; None for one that was not asked for."""
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Zlib(is_gzip=True)
        case "deflate":
            return _Zlib(is_gzip=False)
        case "br":
            return _Brotli()
        case "zstd":
            return _Zstd()
    return None


async def inflated(raw: AsyncIterator[bytes], inflate: Inflater) -> AsyncIterator[bytes]:
    """Yield pieces of bounded size, however far they expand; raises ``DamagedError``."""
    async for chunk in raw:
        if chunk and (piece := inflate.decompress(chunk)):
            yield piece
        while inflate.has_more:
            await asyncio.sleep(0)  # what expands far must not hold up the other feeds
            if piece := inflate.decompress(b""):
                yield piece
