"""The reader: one item in, one report out. Pure, deterministic, bounded by the text's size; it never raises on any text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from services.classify.read import lexicon
from services.classify.read.clues import ClueReader
from services.classify.read.confidence import confidence_of, confidence_of_kind
from services.classify.read.dates import DateReading, read_date
from services.classify.read.event_type import read_event_type
from services.classify.read.events import Telling, tellings_of, whole_of
from services.classify.read.features import features_of
from services.classify.read.kind import KindModel, KindReading
from services.classify.read.language import KNOWN, UNKNOWN, language_of
from services.classify.read.lexicon import Hit, Lexicon
from services.classify.read.perpetrator import Actors, read_perpetrator
from services.classify.read.places import PlaceReader
from services.classify.read.signature import signature_of
from services.classify.read.text import document_of
from services.classify.read.tolls import CasualtiesReading, read_casualties
from services.classify.read.triggers import MAX_SENTENCES, mark
from services.classify.read.type_model import TypeModel
from services.classify.read.version import reader_version
from shared.events.facts import GROUP_OF, Casualties, Evidence
from shared.events.item import Item, ItemChange
from shared.events.report import AttackFacts, Kind, Report
from shared.geo.gazetteer import Gazetteer

MAX_TITLE_CHARACTERS = 1_000
"""What a report repeats of the headline: a broken feed's megabyte of "headline" would not fit a message."""
_STATES_FACTS = frozenset({Kind.REPORT, Kind.UPDATE})
_FURTHER = 0.8
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A report and why: each kind's probability, the weightiest features, the words that counted, and what was set aside."""

    report: Report
    probabilities: tuple[tuple[str, float], ...] = ()
    weights: tuple[tuple[str, float], ...] = ()
    hits: tuple[tuple[str, Hit], ...] = ()
    rejected: tuple[str, ...] = ()


class Reader:
    """Reads items; make it once with ``load`` and use it from one thread."""

    def __init__(
        self,
        *,
        lexica: Mapping[str, Lexicon],
        kinds: KindModel,
        types: TypeModel,
        actors: Actors,
        places: PlaceReader,
        clues: ClueReader,
    ) -> None:
        self._lexica = lexica
        self._kinds = kinds
        self._types = types
        self._actors = actors
        self._places = places
        self._clues = clues

    @classmethod
    def load(cls, *, kinds: KindModel | None = None) -> "Reader":
        """Return a reader with the shipped gazetteer and word lists, and another kind model where one is given; opens no connection."""
        lexica = {lang: lexicon.load(lang) for lang in KNOWN}
        gazetteer = Gazetteer.load()
        return cls(
            lexica=lexica,
            kinds=kinds or KindModel.load(),
            types=TypeModel.load(),
            actors=Actors.load(),
            places=PlaceReader(gazetteer),
            clues=ClueReader(gazetteer),
        )

    def read(self, item: Item) -> Report:
        """Return what the item says happened; the same item always gives the same report."""
        if item.change is ItemChange.WITHDRAWN:
            return _report(item, kind=Kind.OTHER, lang=UNKNOWN, confidence=1.0)
        lang = language_of(item)
        document = document_of(item, lang, most_sentences=MAX_SENTENCES)
        if lang == UNKNOWN:
            return _report(item, kind=Kind.OTHER, lang=lang, confidence=0.5, signature=signature_of(document))
        marks = mark(document, self._lexica)
        document = marks.document
        head = tuple(one.sentence.index for one in marks.head)
        date = read_date(document, kind_hint=None, country=item.country, sentences=head)
        kind = self._kinds.read(marks, is_old=date.is_old, is_back_reference=date.is_back_reference)
        if kind.kind is Kind.OTHER:
            return _report(
                item,
                kind=Kind.OTHER,
                lang=lang,
                confidence=confidence_of_kind(Kind.OTHER, kind.confidence),
                evidence=kind.evidence,
                signature=signature_of(document),
            )
        main, *others = tellings_of(marks, self._places) if kind.kind in _STATES_FACTS else (whole_of(marks),)
        facts = self._facts(main, kind, without_headline=bool(others))
        return _report(
            item,
            kind=kind.kind,
            lang=lang,
            confidence=facts.confidence,
            facts=facts,
            evidence=(*kind.evidence, *facts.evidence),
            others=tuple(_further(self._facts(one, kind, is_further=True), facts) for one in others),
            signature=signature_of(document),
        )

    def explain(self, item: Item) -> "Explanation":
        """Return the report with what spoke for its kind and what was read and set aside."""
        report = self.read(item)
        if item.change is ItemChange.WITHDRAWN or report.lang == UNKNOWN:
            return Explanation(report=report)
        marks = mark(document_of(item, report.lang, most_sentences=MAX_SENTENCES), self._lexica)
        head = tuple(one.sentence.index for one in marks.head)
        date = read_date(marks.document, kind_hint=None, country=item.country, sentences=head)
        kind = self._kinds.read(marks, is_old=date.is_old, is_back_reference=date.is_back_reference)
        features = features_of(marks, is_old=date.is_old, is_back_reference=date.is_back_reference)
        telling = whole_of(marks)
        rejected: tuple[str, ...] = ()
        if report.kind is not Kind.OTHER:
            place = self._places.read(marks.document, telling.sentences)
            tolls = _tolls(telling, kind, without_headline=bool(report.other_events))
            rejected = (
                *(f"place: {reason}" for reason in place.rejected),
                *(f"toll: {reason}" for reason in tolls.rejected),
                *(f"day: {reason}" for reason in date.rejected),
            )
        return Explanation(
            report=report,
            probabilities=tuple(
                (one.value, share) for one, share in sorted(kind.probabilities.items(), key=lambda pair: -pair[1])
            ),
            weights=self._kinds.weights_for(report.kind, features),
            hits=tuple((one.sentence.field, hit) for one in marks.head for hit in one.hits),
            rejected=rejected,
        )

    def _day(self, telling: Telling, kind: KindReading, country: str | None) -> DateReading:
        """The day of the attack; where the sentences that tell it name none, a day in those about its victims serves."""
        document = telling.document
        told = read_date(document, kind_hint=kind.kind.value, country=country, sentences=telling.sentences or None)
        if told.evidence and not told.is_spoken:
            return told
        after = read_date(
            document, kind_hint=kind.kind.value, country=country, sentences=telling.with_aftermath or None
        )
        if told.evidence and after.is_spoken:
            return told
        return after if after.evidence and not after.is_old else told

    def _facts(
        self, telling: Telling, kind: KindReading, *, without_headline: bool = False, is_further: bool = False
    ) -> AttackFacts:
        document = telling.document
        place = self._places.read(document, telling.sentences)
        country = place.place.country if place.place else document.country
        date = self._day(telling, kind, country)
        tolls = _tolls(telling, kind, without_headline=without_headline)
        model = self._types if kind.kind in _STATES_FACTS else None
        types = read_event_type(telling.marks, telling.sentences, model)
        who = read_perpetrator(telling.marks, telling.sentences, self._actors, event_type=types.event_type)
        evidence = (*types.evidence, *place.evidence, *tolls.evidence, *date.evidence, *who.evidence)
        return AttackFacts(
            event_type=types.event_type,
            event_group=GROUP_OF[types.event_type] if types.event_type else None,
            place=place.place,
            occurred_on=date.occurred_on,
            casualties=tolls.casualties,
            perpetrator=who.perpetrator,
            claimed=who.claimed,
            targets=types.targets,
            weapons=types.weapons,
            is_back_reference=date.is_back_reference,
            confidence=confidence_of(kind.kind, kind.confidence, place, tolls),
            evidence=_quotable(evidence),
            clues=self._clues.read(
                document,
                telling.sentences if without_headline or is_further else (),
                without=_figures(tolls.casualties),
            ),
        )


def _figures(told: Casualties) -> frozenset[int]:
    """The numbers that the toll is told in: they are facts, no clues."""
    counts = (told.killed, told.wounded, told.attackers_killed)
    return frozenset(figure for count in counts if count for figure in (count.low, count.best, count.high))


def _tolls(telling: Telling, kind: KindReading, *, without_headline: bool) -> CasualtiesReading:
    """The toll of this attack; where the item tells of several, the headline's figure may be their sum and only serves if nothing else is said."""
    document = telling.document
    if without_headline:
        below = tuple(index for index in telling.with_aftermath if document.sentences[index].field != "title")
        found = read_casualties(document, below, kind_hint=kind.kind.value)
        if found.casualties != Casualties():
            return found
    return read_casualties(document, telling.with_aftermath or None, kind_hint=kind.kind.value)


def _further(facts: AttackFacts, main: AttackFacts) -> AttackFacts:
    """An attack told beside another one is less surely read; without a word of time it was on the same day."""
    has_day = any(evidence.fact == "occurred_on" for evidence in facts.evidence)
    return msgspec.structs.replace(
        facts,
        confidence=round(facts.confidence * _FURTHER, 4),
        occurred_on=facts.occurred_on if has_day else main.occurred_on,
    )


def _quotable(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Without repetitions, and without words that no encoder accepts (half of a surrogate pair)."""
    return tuple(one for one in dict.fromkeys(evidence) if not _HALF_A_PAIR.search(one.text))


def _report(
    item: Item,
    *,
    kind: Kind,
    lang: str,
    confidence: float,
    facts: AttackFacts | None = None,
    evidence: tuple[Evidence, ...] = (),
    others: tuple[AttackFacts, ...] = (),
    signature: tuple[int, ...] = (),
) -> Report:
    facts = facts or AttackFacts()
    return Report(
        item_id=item.item_id,
        event_id=item.event_id,
        version=item.version,
        change=item.change,
        kind=kind,
        backfill=item.backfill,
        test=item.test,
        lang=lang,
        event_type=facts.event_type,
        event_group=facts.event_group,
        place=facts.place,
        occurred_on=facts.occurred_on,
        casualties=facts.casualties,
        perpetrator=facts.perpetrator,
        claimed=facts.claimed,
        targets=facts.targets,
        clues=facts.clues,
        weapons=facts.weapons,
        is_back_reference=facts.is_back_reference,
        confidence=round(confidence, 4),
        evidence=_quotable(evidence),
        other_events=others,
        feed=item.feed,
        outlet=item.outlet,
        tier=item.tier,
        url=item.url,
        title=_HALF_A_PAIR.sub("\ufffd", item.title[:MAX_TITLE_CHARACTERS]),
        published=item.published,
        signature=signature,
        reader=reader_version(),
    )
