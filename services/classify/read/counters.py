"""Who counted the dead, as the text says: "hospital sources said", "بحسب مصدر أمني", "وەزارەتی تەندروستی ڕایگەیاند".

The speaker is looked for in the sentences that give the figure, the nearest to it first; where none of them names one, nobody is
known to have counted. A wrong guess is worse than none: what no list knows stays unknown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.classify.read.counter_words import AR, CKB, EN, MARKS, PREFIXES, CounterWords
from services.classify.read.script import lang_of
from services.classify.read.text import Document, Sentence
from shared.events.facts import CountedBy, Evidence

_WORDS: dict[str, CounterWords] = {"en": EN, "ar": AR, "ckb": CKB}
_LONGEST = 9
"""Words of a speaker: "a colonel of the Khanaqin police who asked not to be named"."""
_LONGEST_IN_TITLE = 5
_HYPHEN = "-"
_RELATIVE = frozenset({"that", "which", "who", "الذي", "التي", "کە"})
"""Behind them the outlet tells what the deed did."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Where a figure stands: its sentence and first token. ``is_boast``: those who did it give it in their own words."""

    sentence: Sentence
    at: int
    is_boast: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Speaker:
    who: CountedBy
    start: int
    end: int


def read_counter(document: Document, figures: Sequence[Figure]) -> tuple[CountedBy, tuple[Evidence, ...]]:
    """Return who gave the figures, told in order of importance, and the words that say so; never raises on any text."""
    for figure in figures:
        speakers = list(_speakers(figure.sentence, lang_of(figure.sentence, document.lang)))
        if figure.is_boast:
            boasters = [one for one in speakers if one.who is CountedBy.CLAIMANT]
            return CountedBy.CLAIMANT, tuple(_evidence(document, figure.sentence, one) for one in boasters[:1])
        if speakers:
            nearest = min(speakers, key=lambda one: min(abs(one.start - figure.at), abs(one.end - figure.at)))
            return nearest.who, (_evidence(document, figure.sentence, nearest),)
    return CountedBy.UNKNOWN, ()


def _speakers(sentence: Sentence, lang: str) -> Iterator[_Speaker]:
    """Everybody the sentence lets speak whom a list knows."""
    lists = _WORDS[lang]
    keys = [token.key for token in sentence.tokens]
    for at, key in enumerate(keys):
        if key in lists.claiming or _is_speech(key, lists):
            found = _of_verb(keys, at, lists, lang)
            if found is not None:
                yield found
        for phrase in lists.before:
            if tuple(keys[at : at + len(phrase)]) == phrase:
                start = at + len(phrase)
                end = _forward(keys, start, lists)
                who = _class_of(keys[start:end], lists, lang, may_claim=False)
                if who is not None:
                    yield _Speaker(who=who, start=at, end=end)
    if sentence.field == "title":
        yield from _beside_colon(keys, lists, lang)


def _is_speech(key: str, lists: CounterWords) -> bool:
    return key in lists.speech or (lists is AR and key.startswith("و") and key[1:] in lists.speech)


def _of_verb(keys: Sequence[str], at: int, lists: CounterWords, lang: str) -> _Speaker | None:
    """Who speaks by the verb at ``at``: the words before it, or behind it, as the language has it; the other side is the second guess."""
    if at and keys[at - 1] in lists.passive:
        return None  # "three were reported dead"
    may_claim = _is_of_their_deed(keys, at, lists)
    before, after = (_backward(keys, at, lists), at), (at + 1, _forward(keys, at + 1, lists))
    for start, end in (before, after) if lists.speaks_first else (after, before):
        who = _class_of(keys[start:end], lists, lang, may_claim=may_claim)
        if who is not None:
            return _Speaker(who=who, start=min(start, at), end=max(end, at + 1))
        if lists.speaks_first and end > start:
            return None  # somebody speaks whom no list knows
    return None


def _is_of_their_deed(keys: Sequence[str], at: int, lists: CounterWords) -> bool:
    """Whether those who speak say whom they killed, in their own words: "said its fighters killed nine", "claims killing nine"."""
    behind = keys[at + 1 : at + 1 + _LONGEST]
    stop = next((n for n, key in enumerate(behind) if n and key in MARKS | _RELATIVE), len(behind))
    said = set(behind[:stop])
    return bool(said & lists.deeds) and (keys[at] in lists.claiming or bool(said & lists.own))


def _backward(keys: Sequence[str], at: int, lists: CounterWords) -> int:
    start = at
    while start and at - start < _LONGEST and not _ends(keys[start - 1], lists):
        start -= 1
    return start


def _forward(keys: Sequence[str], at: int, lists: CounterWords) -> int:
    end = at
    while end < len(keys) and end - at < _LONGEST and not _ends(keys[end], lists):
        end += 1
    return end


def _ends(key: str, lists: CounterWords) -> bool:
    return key in MARKS or key in lists.ends or (lists is CKB and key.startswith(("کوژر", "بریندار")))


def _beside_colon(keys: Sequence[str], lists: CounterWords, lang: str) -> Iterator[_Speaker]:
    """ "Police: three killed", "الصحة: ارتفاع الحصيلة", "Three killed in raid: ISPR"."""
    if ":" not in keys:
        return
    first, last = keys.index(":"), len(keys) - 1 - keys[::-1].index(":")
    for start, end in ((0, first), (last + 1, len(keys))):
        if 0 < end - start <= _LONGEST_IN_TITLE and not any(_ends(key, lists) for key in keys[start:end]):
            who = _class_of(keys[start:end], lists, lang, may_claim=False)
            if who is not None:
                yield _Speaker(who=who, start=start, end=end)


def _class_of(speaker: Sequence[str], lists: CounterWords, lang: str, *, may_claim: bool) -> CountedBy | None:
    keys = {key for key in speaker if key != _HYPHEN}
    for who, known in lists.classes:
        if who is CountedBy.CLAIMANT and not may_claim:
            continue
        if any(_is_word(key, known, lang) for key in keys):
            return who
    return None


def _is_word(key: str, known: frozenset[str], lang: str) -> bool:
    if lang == "ckb":
        return any(key.startswith(beginning) for beginning in known)
    if key in known or lang == "en":
        return key in known
    return any(key[cut:] in known for cut in _cuts(key))


def _cuts(key: str) -> Iterator[int]:
    """How much of an Arabic word may be particles: "وللشرطة" is "and for the police"."""
    longest = PREFIXES.match(key)
    yield from range(1, (longest.end() if longest else 0) + 1)


def _evidence(document: Document, sentence: Sentence, speaker: _Speaker) -> Evidence:
    start, end = sentence.tokens[speaker.start].start, sentence.tokens[speaker.end - 1].end
    return Evidence(
        fact="counted_by",
        field=sentence.field,
        text=document.quote(sentence.field, start, end),
        start=start,
        end=end,
    )
