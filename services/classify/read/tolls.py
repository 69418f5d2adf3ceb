"""The toll that one item gives: killed, wounded and attackers killed, added up within the item and never over its repetitions.

The item leads with its figure: the title's, else the first sentence's. A later sentence adds to it only when it says so
("another", "also") or speaks of other people beside it (soldiers, then a civilian); the rest repeats or competes, and widens
the range. "Killed and wounded 12" cannot be split and is killed, with a range from one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.classify.read import tolls_ar, tolls_ckb, tolls_en
from services.classify.read.background import is_background, markers_of, names_other_month
from services.classify.read.claims import Claim, ClaimKind, Fact, Side
from services.classify.read.counters import Figure, read_counter
from services.classify.read.number_words import words
from services.classify.read.script import lang_of
from services.classify.read.text import FIELDS, Document, Sentence
from shared.events.facts import Casualties, Count, CountedBy, Evidence

MAX_SENTENCES = 60
"""Tolls stand at the top; what an article says after so many sentences is background."""

_READERS: dict[str, Callable[[Sentence], tuple[Claim, ...]]] = {
    "en": tolls_en.claims_of,
    "ar": tolls_ar.claims_of,
    "ckb": tolls_ckb.claims_of,
}


@dataclass(frozen=True, kw_only=True)
class CasualtiesReading:
    """The toll, the words it rests on, and the figures that were read and set aside, with the reason."""

    casualties: Casualties
    evidence: tuple[Evidence, ...]
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A claim and the sentence it stands in."""

    claim: Claim
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figure:
    """What one field says of one fact, added up."""

    best: int
    low: int
    high: int
    said: tuple[_Said, ...]
    parts: tuple[int, ...]
    is_total: bool = False
    is_explicit: bool = True
    is_addition: bool = False
    is_unsplit: bool = False


def read_casualties(
    document: Document, sentences: Sequence[int] | None = None, *, kind_hint: str | None = None
) -> CasualtiesReading:
    """Return the toll of the attack that ``sentences`` tell (all of them when null); never raises on any text.

    ``kind_hint`` "report" leaves out the toll of an attack that the report only dates itself by ("a day after gunmen killed four").
    """
    chosen = document.sentences if sentences is None else [s for s in document.sentences if s.index in set(sentences)]
    rejected: list[str] = []
    by_field: dict[str, list[_Said]] = {field: [] for field in FIELDS}
    first_of_body = next((s.index for s in document.sentences if s.field != "title"), None)
    for sentence in chosen[:MAX_SENTENCES]:
        is_lead = sentence.field == "title" or sentence.index == first_of_body
        for claim in _claims(document, sentence, is_lead=is_lead):
            if claim.is_background:
                rejected.append(f"{claim.fact.value} {claim.best}: background: {_quote(document, sentence, claim)}")
            elif kind_hint == "report" and _is_dating_clause(sentence, claim):
                rejected.append(f"{claim.fact.value} {claim.best}: another attack: {_quote(document, sentence, claim)}")
            else:
                by_field[sentence.field].append(_Said(claim=claim, sentence=sentence))
    rejected += _drop_boasts(document, by_field)
    counts: dict[Fact, Count | None] = {}
    evidence: list[Evidence] = []
    given: dict[Fact, tuple[_Said, ...]] = {}
    for fact in Fact:
        figures = [figure for field in FIELDS if (figure := _figure(fact, by_field[field]))]
        if fact is Fact.KILLED:
            figures = _without_attackers(figures, by_field)
        counts[fact], used = _settled(figures)
        given[fact] = used
        if fact is Fact.WOUNDED:
            counts[fact] = _without_the_dead(counts[fact], counts[Fact.KILLED], used, by_field)
        evidence += [_evidence(document, fact, said) for said in used]
        rejected += [
            f"{fact.value} {f.best}: another figure leads: {_quote(document, f.said[0].sentence, f.said[0].claim)}"
            for f in figures
            if (count := counts[fact]) is not None and f.best != count.best
        ]
    lead = [s for s in chosen if s.index == first_of_body]
    counted_by, words_of_it = _counted_by(document, counts, given, by_field, lead)
    evidence += words_of_it
    return CasualtiesReading(
        casualties=Casualties(
            killed=counts[Fact.KILLED],
            wounded=counts[Fact.WOUNDED],
            attackers_killed=counts[Fact.ATTACKERS_KILLED],
            counted_by=counted_by,
        ),
        evidence=tuple(dict.fromkeys(evidence)),
        rejected=tuple(dict.fromkeys(rejected)),
    )


def _counted_by(
    document: Document,
    counts: Mapping[Fact, Count | None],
    given: Mapping[Fact, tuple[_Said, ...]],
    by_field: Mapping[str, Sequence[_Said]],
    lead: Sequence[Sentence],
) -> tuple[CountedBy | None, tuple[Evidence, ...]]:
    """Who counted the killed, else the wounded, else the attackers.

    Asked of the words the figure rests on, then of those that repeat it, then of the first sentence under the headline.
    """
    fact = next((fact for fact in (Fact.KILLED, Fact.WOUNDED, Fact.ATTACKERS_KILLED) if counts[fact]), None)
    count = counts[fact] if fact else None
    if fact is None or count is None:
        return None, ()
    others = [s for field in FIELDS for s in by_field[field] if s.claim.fact is fact and s not in given[fact]]
    told = [*given[fact], *sorted(others, key=lambda s: s.claim.best != count.best)]
    return read_counter(
        document,
        [
            *(Figure(sentence=s.sentence, at=s.claim.start, is_boast=s.claim.kind is ClaimKind.BOAST) for s in told),
            *(Figure(sentence=sentence, at=0) for sentence in lead),
        ],
    )


def _without_the_dead(
    wounded: Count | None, killed: Count | None, used: Sequence[_Said], by_field: Mapping[str, Sequence[_Said]]
) -> Count | None:
    """The wounded that are left: those of them who died are told behind them, or the text gives one figure for both and then the dead."""
    if wounded is None:
        both = [s.claim for said in by_field.values() for s in said if s.claim.kind is ClaimKind.UNSPLIT]
        left = both[0].best - killed.best if both and killed else 0
        return Count(best=left, low=left, high=left) if left > 0 and killed and killed.best else None
    if not used:
        return wounded
    field, last = used[-1].sentence.field, (used[-1].sentence.index, used[-1].claim.start)
    dead = sum(
        s.claim.best
        for s in by_field[field]
        if s.claim.is_of_wounded and s.claim.fact is Fact.KILLED and (s.sentence.index, s.claim.start) > last
    )
    if not 0 < dead < wounded.best:
        return wounded
    return Count(best=wounded.best - dead, low=max(0, wounded.low - dead), high=wounded.high)


def _drop_boasts(document: Document, by_field: dict[str, list[_Said]]) -> list[str]:
    """Remove attackers' own counts where somebody else counts too; returns what was removed."""
    dropped = []
    sober = {s.claim.fact for said in by_field.values() for s in said if s.claim.kind is not ClaimKind.BOAST}
    for field, said in by_field.items():
        boasts = [s for s in said if s.claim.kind is ClaimKind.BOAST and s.claim.fact in sober]
        dropped += [
            f"{s.claim.fact.value} {s.claim.best}: a claimant's figure: {_quote(document, s.sentence, s.claim)}"
            for s in boasts
        ]
        by_field[field] = [s for s in said if s not in boasts]
    return dropped


def _claims(document: Document, sentence: Sentence, *, is_lead: bool) -> list[Claim]:
    lang = lang_of(sentence, document.lang)
    claims = _READERS[lang](sentence)
    if not claims:
        return []
    if not is_lead and names_other_month(sentence, document.published):
        return [_as_background(claim) for claim in claims]
    markers = markers_of(sentence, lang, document.published.year)
    if not markers:
        return list(claims)
    spans = [(claim.start, claim.end) for claim in claims]
    return [
        _as_background(claim)
        if is_background(claim.start, claim.end, _in_clause(sentence, claim, markers), spans, is_lead=is_lead)
        else claim
        for claim in claims
    ]


def _in_clause(sentence: Sentence, claim: Claim, markers: Sequence[int]) -> tuple[int, ...]:
    """The markers of another time that no semicolon divides from the claim."""
    stops = [at for at, token in enumerate(sentence.tokens) if token.key in _CLAUSE_ENDS]
    return tuple(at for at in markers if not any(min(at, claim.start) < stop < max(at, claim.start) for stop in stops))


def _as_background(claim: Claim) -> Claim:
    return Claim(
        fact=claim.fact, kind=claim.kind, best=claim.best, low=claim.low, high=claim.high, start=claim.start, end=claim.end,
        is_background=True,
    )  # fmt: skip


_SPANS_OF_TIME = words("hours hour day days week weeks ساعات ساعة يوم يومين أيام ڕۆژ ڕۆژێک کاتژمێر چەند")
_AFTER = words("after since بعد دوای پاش")
_CLAUSE_ENDS = frozenset({";", "؛"})
_COMMAS = frozenset({",", "،", ";", "؛"})


def _is_dating_clause(sentence: Sentence, claim: Claim) -> bool:
    """Whether the claim stands in a clause like "two days after gunmen killed four"."""
    keys = [token.key for token in sentence.tokens[: claim.start + 1]]
    for at, key in enumerate(keys):
        if key in _AFTER and _SPANS_OF_TIME & set(keys[max(0, at - 1) : at + 3]):
            return not _COMMAS & set(keys[at:])
    return False


def _figure(fact: Fact, said: Iterable[_Said]) -> _Figure | None:
    """Add up what one field says of ``fact``."""
    told = tuple(said)
    mine = [s for s in told if s.claim.fact is fact]
    totals = [s for s in mine if s.claim.kind is ClaimKind.TOTAL]
    if totals:
        claim = totals[0].claim
        if claim.is_ordinal and any(s.claim.fact is Fact.WOUNDED and s.claim.best == claim.best - 1 for s in told):
            return _Figure(
                best=1, low=1, high=1, said=(totals[0],), parts=(1,)
            )  # the tenth of ten hit, nine of them wounded
        return _Figure(
            best=claim.best, low=claim.low, high=claim.high, said=(totals[0],), parts=claim.parts, is_total=True
        )
    stated = [s for s in mine if s.claim.kind is not ClaimKind.NONE]
    if any(s.claim.kind is not ClaimKind.UNSPLIT for s in stated):
        stated = [s for s in stated if s.claim.kind is not ClaimKind.UNSPLIT]
    if not stated:
        return _nobody(mine)
    taken = [stated[0]]
    others: list[_Said] = []
    for later in stated[1:]:
        (taken if _adds(taken, later) else others).append(later)
    best = sum(s.claim.best for s in taken)
    low, high = sum(s.claim.low for s in taken), sum(s.claim.high for s in taken)
    if any(s.claim.kind is ClaimKind.UNSPLIT for s in taken):
        low = min(low, 1)
    return _Figure(
        best=best,
        low=min([low, *(s.claim.low for s in others if s.claim.kind is not ClaimKind.LATER)])
        if _compete(best, others)
        else low,
        high=max([high, *(s.claim.high for s in others)]),
        said=tuple(taken),
        parts=tuple(part for s in taken for part in s.claim.parts),
        is_explicit=any(s.claim.is_explicit for s in taken),
        is_addition=all(s.claim.kind is ClaimKind.LATER for s in taken),
        is_unsplit=any(s.claim.kind is ClaimKind.UNSPLIT for s in taken),
    )


def _without_attackers(figures: list[_Figure], by_field: Mapping[str, Sequence[_Said]]) -> list[_Figure]:
    """Without a first figure that is the sum of victims and attackers, where a later field tells them apart ("12 die": two and ten)."""
    if len(figures) == 1 and figures[0].said[0].sentence.field == "title" and not figures[0].is_total:
        below = [figure for field in FIELDS[1:] if (figure := _figure(Fact.ATTACKERS_KILLED, by_field[field]))]
        is_open = all(claim.claim.sides <= {Side.ANY} for claim in figures[0].said)  # "two", not "two soldiers"
        return [] if is_open and below and below[0].best == figures[0].best else figures
    headline = _figure(Fact.ATTACKERS_KILLED, by_field["title"])
    if len(figures) == 1 and headline is not None and headline.best == figures[0].best and not figures[0].is_total:
        counted = _figure(Fact.ATTACKERS_KILLED, by_field[figures[0].said[0].sentence.field])
        return (
            figures if counted is not None else []
        )  # the two that the headline calls militants, "an official and his guard"
    if len(figures) > 1 and _are_bodies_of_attackers(figures[0], by_field):
        return figures[1:]
    if len(figures) < 2 or figures[0].is_total:
        return figures
    told = figures[1].said[0].sentence.field
    attackers = _figure(Fact.ATTACKERS_KILLED, by_field[told])
    is_sum = attackers is not None and attackers.best and figures[1].best + attackers.best == figures[0].best
    return figures[1:] if is_sum else figures


def _are_bodies_of_attackers(lead: _Figure, by_field: Mapping[str, Sequence[_Said]]) -> bool:
    """Whether a headline's whole toll, "fourth body", is below that of the attackers ("a fourth militant's body")."""
    if not lead.is_total or lead.said[0].sentence.field != "title" or not lead.said[0].claim.sides <= {Side.ANY}:
        return False
    below = [figure for field in FIELDS[1:] if (figure := _figure(Fact.ATTACKERS_KILLED, by_field[field]))]
    return bool(below) and below[0].is_total and below[0].best == lead.best


def _sum(lead: _Figure, other: _Figure) -> _Figure:
    return _Figure(
        best=lead.best + other.best,
        low=lead.low + other.low,
        high=lead.high + other.high,
        said=lead.said + other.said,
        parts=lead.parts + other.parts,
        is_explicit=lead.is_explicit,
    )


def _compete(best: int, others: Sequence[_Said]) -> bool:
    """Whether figures set aside are rivals of ``best`` rather than parts of it: a part is far smaller."""
    return any(2 * s.claim.best >= best for s in others)


def _nobody(mine: Sequence[_Said]) -> _Figure | None:
    if not mine:
        return None
    return _Figure(best=0, low=0, high=0, said=(mine[0],), parts=(0,))


def _adds(taken: Sequence[_Said], later: _Said) -> bool:
    """Whether ``later`` counts people that ``taken`` has not counted."""
    first, claim = taken[0], later.claim
    if later.sentence.index == taken[-1].sentence.index:
        return True
    if claim.kind is ClaimKind.LATER or claim.is_additional:
        return True
    sides = {side for s in taken for side in s.claim.sides}
    is_next = later.sentence.index - first.sentence.index <= 2
    is_disjoint = Side.ANY not in sides | claim.sides and not sides & claim.sides
    return is_next and is_disjoint and claim.best <= max(s.claim.best for s in taken)


def _settled(figures: Sequence[_Figure]) -> tuple[Count | None, tuple[_Said, ...]]:
    """Choose among the fields' figures: the first leads, unless a later one is the sum it is a part of, or the total it lacks."""
    if not figures:
        return None, ()
    lead = figures[0]
    for other in figures[1:]:
        if other.is_addition and not (lead.is_total or lead.is_addition) and lead.best:
            lead = _sum(lead, other)
        elif _completes(other, lead):
            lead = other
    rivals = [figure for figure in figures if figure.best or not lead.best]
    count = Count(
        best=lead.best,
        low=min([lead.best, *(figure.low for figure in rivals)]),
        high=max([lead.best, *(figure.high for figure in rivals)]),
    )
    return count, lead.said


def _completes(other: _Figure, lead: _Figure) -> bool:
    if not lead.best:
        return other.best > 0
    if lead.is_unsplit and not other.is_unsplit:
        return other.best > 0
    if lead.is_total:
        return False
    if other.best <= lead.best:
        return not lead.is_explicit and other.is_explicit and other.is_total
    is_open = lead.low == lead.best < lead.high and other.low == other.best == other.high <= lead.high
    if is_open and other.is_explicit and not other.is_addition:
        return True  # "more than 30" in the headline, "31" below
    is_sum_with_lead = len(other.parts) > 1 and lead.best in other.parts
    is_deep = other.said[0].sentence.field == "content" and lead.said[0].sentence.field != "title"
    return other.is_total or is_sum_with_lead or (not lead.is_explicit and other.is_explicit and not is_deep)


def _span(sentence: Sentence, claim: Claim) -> tuple[int, int]:
    tokens = sentence.tokens[claim.start : claim.end]
    return tokens[0].start, tokens[-1].end


def _quote(document: Document, sentence: Sentence, claim: Claim) -> str:
    return document.quote(sentence.field, *_span(sentence, claim))


def _evidence(document: Document, fact: Fact, said: _Said) -> Evidence:
    start, end = _span(said.sentence, said.claim)
    field = said.sentence.field
    return Evidence(fact=fact.value, field=field, text=document.quote(field, start, end), start=start, end=end)
