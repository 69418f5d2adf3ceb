"""A process that parses: requests on standard input, answers on standard output, one at a time, each a length and MessagePack.

It ends when its input ends, so it cannot outlive the service, however that ended. Memory is limited by the system.
"""

import os
import resource
import signal
import struct
import sys
from dataclasses import dataclass
from typing import BinaryIO, Literal

import msgspec

from services.ingest.adapters import feed_parser
from services.ingest.document import Document, Unreadable
from services.ingest.outcome import FailureReason
from services.ingest.robots import Permission

LENGTH = struct.Struct(">I")


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A body to parse: a feed, the page of an article, or a robots.txt to be asked about ``url`` for the agent in ``language``."""

    body: bytes
    content_type: str
    url: str
    language: str | None
    max_entries: int
    task: Literal["feed", "article", "robots"] = "feed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """Exactly one is set."""

    document: Document | None = None
    unreadable: Unreadable | None = None
    text: str | None = None
    permission: Permission | None = None


def answer(request: Request) -> Reply:
    """Parse one body; whatever the parser raises becomes an ``Unreadable``."""
    found: Document | Unreadable | str | Permission
    try:
        found = _done(request)
    except MemoryError:
        found = Unreadable(reason=FailureReason.PARSING_FAILED, detail="parsing needs more memory than is allowed")
    except Exception as error:  # noqa: BLE001 - the boundary of one unit of work: any fault of a feed is that feed's alone
        found = Unreadable(
            reason=FailureReason.PARSING_FAILED, detail=f"the parser failed: {type(error).__name__}: {error}"
        )
    match found:
        case Document():
            return Reply(document=found)
        case str():
            return Reply(text=found)
        case Permission():
            return Reply(permission=found)
        case _:
            return Reply(unreadable=found)


def _done(request: Request) -> Document | Unreadable | str | Permission:
    match request.task:
        case "article":
            # Read where it is wanted: processes that parse feeds need neither library.
            from services.ingest.adapters import article_text  # noqa: PLC0415

            return article_text.extract(
                request.body, content_type=request.content_type, url=request.url, language=request.language
            )
        case "robots":
            from services.ingest.adapters import robots_file  # noqa: PLC0415

            return robots_file.permission(request.body, url=request.url, agent=request.language or "")
        case _:
            return feed_parser.parse(
                request.body,
                content_type=request.content_type,
                url=request.url,
                language=request.language,
                max_entries=request.max_entries,
            )


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer requests until the input ends."""
    decoder = msgspec.msgpack.Decoder(Request)
    encoder = msgspec.msgpack.Encoder()
    while len(head := incoming.read(LENGTH.size)) == LENGTH.size:
        raw = incoming.read(LENGTH.unpack(head)[0])
        reply = encoder.encode(answer(decoder.decode(raw)))
        outgoing.write(LENGTH.pack(len(reply)) + reply)
        outgoing.flush()


def main() -> None:
    """Limit the memory to the bytes given as the only argument, then serve."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group; the service ends us by closing the pipe
    if sys.platform == "linux":
        limit = int(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not break the frames
    serve(incoming, outgoing)


if __name__ == "__main__":
    main()
