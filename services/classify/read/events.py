"""The attacks that one item tells as news: the main one, and further ones that are told apart from it.

A further attack is told in a sentence that says so ("in a separate attack", "elsewhere"), or in a clause of its own beside the
main one's ("… killed two in A, while a bomb wounded three in B"). It must have a place of its own, else it is the main one again;
what is said of the past, or after "since" and "a day after", is background.
"""

from dataclasses import dataclass, replace

from services.classify.read.background import markers_of
from services.classify.read.calendar_words import MONTHS
from services.classify.read.lexicon import visible
from services.classify.read.places import PlaceReader
from services.classify.read.script import lang_of
from services.classify.read.text import Document, Sentence
from services.classify.read.triggers import STRONG, Marked, Marks
from shared.events.facts import Place, Precision
from shared.geo.distance import km_between
from shared.letters import fold

MAX_OTHERS = 3
"""More attacks than this in one item are a round-up; each further one would cost work and be less sure."""

_SEARCHED = 14
"""How many sentences may open a further attack: below is background."""
_APART_KM = 5.0
_COARSE = frozenset({Precision.GOVERNORATE, Precision.COUNTRY})
_JOINTS = frozenset({"while", "whereas", ";", "؛", "and", "فيما", "بينما", "كما", "لەكاتيكدا", "هاوكات", "هەروەها"})
_BACK = frozenset(
    [
        "after",
        "since",
        "following",
        "before",
        "when",
        "where",
        "which",
        "who",
        "hours",
        "days",
        "weeks",
        "months",
        "day",
        "year",
        "years",
        "earlier",
        "ago",
        "بعد",
        "منذ",
        "عقب",
        "قبل",
        "اثر",
        "دواي",
        "پاش",
        "لەدواي",
        "پيش",
    ]
)
_LEAST_WORDS = 5
_OF_BEFORE = tuple(
    " ".join(fold(word) for word in phrase.split())
    for phrase in (
        "of its kind", "second such", "third such", "fourth such", "in the past",
        "من نوعها", "من نوعه", "وكان قد", "وكانت قد", "وكان هجوم", "وكانت عبوة", "وسبق", "في وقت سابق",
        "لەم جۆرە", "هاوشێوە", "پێشتر", "پێشووتر",
    )
)  # fmt: skip
_PLUPERFECT = ("had killed", "had been killed", "had died")
_SAYING = frozenset({"said", "says", "told", "confirmed", "announced", "reported", "added"})
_TELLING_MONTH = 4  # letters: shorter names of months are words too
_AFTERMATH = 5
_OTHER_ATTACKS = frozenset({"sep.other"})


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One attack: the document (with other attacks' clauses cut away), its phrases, and the sentences that tell it, plainest first."""

    document: Document
    marks: Marks
    sentences: tuple[int, ...]

    @property
    def with_aftermath(self) -> tuple[int, ...]:
        """The sentences that may count victims: those that tell, and those of the opening that name no attack of their own.

        "A bomb went off in a market. Thirty-one people were wounded." counts in its second sentence; one that tells of
        other days is left to the words that say so.
        """
        near = (*self.marks.title, *self.marks.below[:_AFTERMATH])
        month = self.document.published.month
        index = {
            one.sentence.index
            for one in near
            if not one.concepts & _OTHER_ATTACKS and not _is_of_before(one.sentence, month)
        }
        head = {one.sentence.index for one in (*self.marks.title, *self.marks.below[:1])}
        told = (at for at in self.sentences if at in head or not _says_before(self.document.sentences[at]))
        return tuple(dict.fromkeys((*told, *sorted(index))))


def _says_before(sentence: Sentence) -> bool:
    if any(phrase in sentence.folded for phrase in _OF_BEFORE):
        return True
    is_of_before = any(phrase in sentence.folded for phrase in _PLUPERFECT)
    return is_of_before and not any(
        token.key in _SAYING for token in sentence.tokens
    )  # "he said 24 had been killed" is news


def _is_of_before(sentence: Sentence, month: int) -> bool:
    """Whether a sentence that tells no attack of its own speaks of earlier ones: another month, "the second of its kind"."""
    if _says_before(sentence):
        return True
    named = {
        MONTHS[(token.key,)]
        for token in sentence.tokens
        if len(token.key) >= _TELLING_MONTH and (token.key,) in MONTHS and not token.text[:1].islower()
    }
    return bool(named) and month not in named


def tellings_of(marks: Marks, places: PlaceReader) -> tuple[Telling, ...]:
    """Return the main attack first, then the others in the order of the text."""
    kept: list[Marked] = list(marks.title)
    parts: list[tuple[Marked, ...]] = []
    is_of_part = False
    for number, marked in enumerate(marks.below):
        cut = _cut(marked) if number < _SEARCHED and len(parts) < MAX_OTHERS else None
        if number < _SEARCHED and len(parts) < MAX_OTHERS and _opens_another(marked, marks):
            parts.append((marked,))
            is_of_part = True
        elif cut is not None:
            kept.append(cut[0])
            parts.append((cut[1],))
            is_of_part = True
        elif is_of_part and not marked.attack_strength and marked.of("victim."):
            parts[-1] = (*parts[-1], marked)  # "Four people were injured there" counts the other attack's victims
        else:
            kept.append(marked)
            is_of_part = False
    whole = whole_of(marks)
    if not parts:
        return (whole,)
    first = whole_of(_numbered(marks, tuple(kept)))
    if not first.sentences:
        return (whole,)
    home = places.read(first.document, first.sentences).place
    found, places_told = [], [home]
    for part in parts:
        telling = whole_of(_numbered(marks, part))
        place = places.read(telling.document, telling.sentences).place
        if telling.sentences and place is not None and all(_is_elsewhere(place, other) for other in places_told):
            places_told.append(place)
            found.append(telling)
    return (first, *found) if found else (whole,)


def whole_of(marks: Marks) -> Telling:
    """Return the document as one attack's."""
    return Telling(document=marks.document, marks=marks, sentences=marks.telling())


def _numbered(marks: Marks, kept: tuple[Marked, ...]) -> Marks:
    """The marks of these sentences alone, as a document whose sentences count from 0 without gaps."""
    renumbered = tuple(replace(one, sentence=replace(one.sentence, index=index)) for index, one in enumerate(kept))
    document = replace(marks.document, sentences=tuple(one.sentence for one in renumbered))
    return Marks(document=document, marked=renumbered)


def _opens_another(marked: Marked, marks: Marks) -> bool:
    if "sep.other" not in marked.concepts or not marked.concepts & STRONG:
        return False
    return not _looks_back(marked, marks.document)


def _looks_back(marked: Marked, document: Document) -> bool:
    separator = min(hit.first for hit in marked.of("sep."))
    before = [token.key for token in visible(marked.sentence)[max(0, separator - 12) : separator]]
    if any(word in _BACK for word in before):
        return True
    return bool(markers_of(marked.sentence, lang_of(marked.sentence, document.lang), document.published.year))


_SAME_MEN = frozenset(["left", "then", "set", "took", "also"])
"""What follows "and" where the same men do something more: "killed a father and left his mother for dead"."""


def _cut(marked: Marked) -> tuple[Marked, Marked] | None:
    """The two clauses of a sentence that tells of two attacks, or nothing."""
    tokens = visible(marked.sentence)
    strong = [hit for hit in marked.hits if hit.concept in STRONG]
    if len(strong) < 2 or len(tokens) < 2 * _LEAST_WORDS:
        return None
    for at, token in enumerate(tokens):
        if token.key not in _JOINTS or at < _LEAST_WORDS or len(tokens) - at - 1 < _LEAST_WORDS:
            continue
        if any(hit.first <= at <= hit.last for hit in strong):
            continue
        left = [hit for hit in strong if hit.last < at]
        right = [hit for hit in strong if hit.first > at]
        opening = [one.key for one in tokens[at + 1 : at + 4]]
        is_verb_next = any(hit.first == at + 1 for hit in right) or opening[0] in _SAME_MEN
        if token.key == "and" and is_verb_next:
            continue  # "stopped a bus and shot dead eleven": one deed of the same men
        if left and right and not any(word in _BACK for word in opening):
            return _clause(marked, 0, at), _clause(marked, at + 1, len(tokens))
    return None


def _clause(marked: Marked, first: int, end: int) -> Marked:
    """Words ``first`` to ``end`` of the sentence as a sentence of their own, offsets unchanged."""
    tokens = visible(marked.sentence)[first:end]
    whole = marked.sentence
    start, finish = tokens[0].start, tokens[-1].end
    sentence = Sentence(
        index=whole.index,
        field=whole.field,
        text=whole.text[start - whole.start : finish - whole.start],
        start=start,
        end=finish,
        tokens=tuple(token for token in whole.tokens if start <= token.start < finish),
    )
    hits = tuple(
        replace(hit, first=hit.first - first, last=hit.last - first)
        for hit in marked.hits
        if first <= hit.first and hit.last < end
    )
    return Marked(sentence=sentence, hits=hits)


def _is_elsewhere(place: Place, other: Place | None) -> bool:
    if place.precision in _COARSE and other is not None and place.country == other.country:
        return place.admin1 is not None and other.admin1 is not None and place.admin1 != other.admin1
    if other is None:
        return True
    if place.lat is not None and place.lon is not None and other.lat is not None and other.lon is not None:
        return km_between(place.lat, place.lon, other.lat, other.lon) > _APART_KM
    return (place.country, place.admin1, place.admin2) != (other.country, other.admin1, other.admin2)
