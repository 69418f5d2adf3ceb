"""The attacks that one item tells as news: the main one, and further ones that are told apart from it."""

from dataclasses import dataclass

from services.classify.read.places import PlaceReader
from services.classify.read.text import Document
from services.classify.read.triggers import Marks


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One attack: the document (with other attacks' clauses cut away), its phrases, and the sentences that tell it, plainest first."""

    document: Document
    marks: Marks
    sentences: tuple[int, ...]


def tellings_of(marks: Marks, places: PlaceReader) -> tuple[Telling, ...]:
    """Return the main attack first, then the others in the order of the text."""
    return (Telling(document=marks.document, marks=marks, sentences=marks.telling()),)
