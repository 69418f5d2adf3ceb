"""What an incident's tellings say together: its facts, as a pure function of the set of tellings, whatever order they came in.

*Stating* tellings (reports and updates) carry the facts. Reactions repeat what is known and often round it, so they count
for facts only where nobody reported first-hand, and those that came before the first-hand news for the facts that it leaves out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from services.classify.link.geography import has_point, km_apart
from services.classify.link.settings import LinkSettings
from services.classify.link.tolls import best_tolls
from services.classify.link.voices import voice_of
from shared.events.facts import GROUP_OF, Casualties, CountedBy, EventGroup, EventType, Place, Precision
from shared.events.incident import Contribution, Source, SourcedEvidence, Status, TollEntry
from shared.events.report import DeskVerb, Kind

STATING = frozenset({Kind.REPORT, Kind.UPDATE})
MOVED_KM = 5.0
"""A point that moves less is the same place to a reader (design, the meaning of *updated*)."""

_FINENESS = {precision: rank for rank, precision in enumerate(Precision)}
_TIER_TRUST = {1: 1.0, 2: 0.9}
_OTHER_TIER_TRUST = 0.75
_DISPUTED = 0.5
"""What is left of the confidence when somebody denies what several report."""
_UNSPECIFIC = frozenset({EventType.REMOTE_EXPLOSIVE_LANDMINE_IED})
"""What an explosion is called until somebody knows more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """The facts of an incident; the fields mean what they mean in ``IncidentChange``."""

    event_type: EventType | None
    event_group: EventGroup | None
    place: Place | None
    casualties: Casualties
    best_reason: str | None
    occurred_on: date | None
    perpetrator: str
    claimed: bool
    targets: tuple[str, ...]
    weapons: tuple[str, ...]
    sources: tuple[Source, ...]
    source_count: int
    origins: int
    tolls: tuple[TollEntry, ...]
    evidence: tuple[SourcedEvidence, ...]
    first_seen: datetime
    last_seen: datetime
    confidence: float
    status: Status


def in_order(tellings: Iterable[Contribution]) -> list[Contribution]:
    """The tellings by publication, ties by item id: an order that does not depend on arrival."""
    return sorted(tellings, key=lambda c: (c.source.time, c.source.item_id))


def draw(tellings: Sequence[Contribution], settings: LinkSettings) -> Picture:
    """Return the picture that the tellings, given in order, make together; raises ``ValueError`` for none at all."""
    if not tellings:
        raise ValueError("an incident without a telling has no picture")
    news = [c for c in tellings if c.desk is None]
    stating = [c for c in news if c.source.kind in STATING]
    by_desk = [c for c in tellings if c.desk is DeskVerb.CORRECT]
    carrying = stating or [c for c in news if c.source.kind is Kind.REACTION] or news
    carrying = in_order([*_sure(carrying, settings), *by_desk])
    listed = news or list(tellings)
    before = _before(stating, news)
    is_counted = any(c.desk or (_is_counting(c) and voice_of(c) is not CountedBy.CLAIMANT) for c in carrying)
    casualties, best_reason = best_tolls(carrying if is_counted else in_order([*before, *carrying]))
    event_type = _event_type(carrying) or _event_type(before)
    perpetrator, claimed = _perpetrator(carrying)
    voices = stating or news
    status = _status(tellings)
    is_denied = status is Status.ACTIVE and not by_desk and any(c.source.kind is Kind.RETRACTION for c in news)
    return Picture(
        event_type=event_type,
        event_group=GROUP_OF[event_type] if event_type else _group_alone(carrying),
        place=_place(carrying) or _place(before),
        casualties=casualties,
        best_reason=str(best_reason) if best_reason else None,
        occurred_on=_occurred_on(carrying) or _occurred_on(before),
        perpetrator=perpetrator,
        claimed=claimed,
        targets=_common(c.facts.targets for c in carrying),
        weapons=_common(c.facts.weapons for c in carrying),
        sources=tuple(_as_listed(c.source) for c in listed[-settings.max_listed :]),
        source_count=len(news),
        origins=len({c.source.origin for c in voices}),
        tolls=_tolls(news)[-settings.max_listed :],
        evidence=_evidence(carrying, casualties, settings.max_evidence),
        first_seen=listed[0].source.time,
        last_seen=tellings[-1].source.time,
        confidence=round(_confidence(voices) * (_DISPUTED if is_denied else 1.0), 3),
        status=status,
    )


def _before(stating: Sequence[Contribution], news: Sequence[Contribution]) -> list[Contribution]:
    """The reactions that told of it before anybody reported it: what they said and no report says is not unsaid."""
    if not stating:
        return []
    return [c for c in news if c.source.kind is Kind.REACTION and c.source.time < stating[0].source.time]


def _is_counting(telling: Contribution) -> bool:
    toll = telling.facts.casualties
    return any((toll.killed, toll.wounded, toll.attackers_killed))


def _sure(carrying: Sequence[Contribution], settings: LinkSettings) -> Sequence[Contribution]:
    """Without those that are read so unsurely that they may be no news of the attack, where others are surer."""
    if carrying and carrying[0].source.kind not in STATING:
        return carrying  # reactions: each says a little
    if all(c.facts.confidence < settings.sure_from for c in carrying):
        return carrying
    return [c for c in carrying if c.facts.confidence >= settings.unsure_below]


def _status(tellings: Sequence[Contribution]) -> Status:
    """Retracted once those say it never happened who may say so; only a person of the desk brings it back."""
    is_false = _may_retract(tellings)
    status = Status.ACTIVE
    for telling in tellings:
        if telling.desk is DeskVerb.RETRACT or (telling.source.kind is Kind.RETRACTION and is_false):
            status = Status.RETRACTED
        elif telling.desk is DeskVerb.CORRECT:
            status = Status.ACTIVE
    return status


def _may_retract(tellings: Sequence[Contribution]) -> bool:
    """Whether the news that call it false outweigh the news of it: one of those who reported takes it back, two origins deny it, or
    fewer than two independent origins had told of people hurt. A lone denial by an outsider does not erase a well-attested attack."""
    denying = [c.source for c in tellings if c.source.kind is Kind.RETRACTION and c.desk is None]
    stating = [c for c in tellings if c.source.kind in STATING and c.desk is None]
    attesting = {c.source.origin for c in stating if is_of_people_hurt(c)}
    is_own = bool({source.outlet for source in denying} & {c.source.outlet for c in stating})
    return bool(denying) and (is_own or len({source.origin for source in denying}) > 1 or len(attesting) < 2)


def is_of_people_hurt(telling: Contribution) -> bool:
    """Whether it counts at least one victim."""
    toll = telling.facts.casualties
    return any(count.best > 0 for count in (toll.killed, toll.wounded) if count)


def _group_alone(carrying: Sequence[Contribution]) -> EventGroup | None:
    """The first group told where nobody told a type."""
    return next((c.facts.event_group for c in carrying if c.facts.event_group), None)


def _event_type(carrying: Sequence[Contribution]) -> EventType | None:
    """The type most tell; one desk decides. "An explosion" gives way to anything in its group that says what exploded."""
    decided = [c.facts.event_type for c in carrying if c.desk and c.facts.event_type]
    if decided:
        return decided[-1]
    told = [c.facts.event_type for c in carrying if c.facts.event_type]
    if not told:
        return None
    votes = Counter(told)
    groups = [GROUP_OF[event_type] for event_type in told]
    group_votes = Counter(groups)
    group = max(group_votes, key=lambda g: (group_votes[g], -groups.index(g)))
    inside = [event_type for event_type in votes if GROUP_OF[event_type] is group]
    specific = [event_type for event_type in inside if event_type not in _UNSPECIFIC]
    if specific and 2 * sum(votes[t] for t in specific) >= sum(votes[t] for t in inside) - 1:
        inside = specific
    return max(inside, key=lambda t: (votes[t], -told.index(t)))


def _place(carrying: Sequence[Contribution]) -> Place | None:
    """The finest place that most tell; an update that names another one at least as finely corrects all before it."""
    decided = [c.facts.place for c in carrying if c.desk and c.facts.place]
    if decided:
        return decided[-1]
    told = [(c, c.facts.place) for c in carrying if c.facts.place]
    if not told:
        return None
    start = 0
    for n, (telling, place) in enumerate(told):
        if n > start and _is_a_correction(telling, [c for c, _ in told[:n]]):
            settled = _consensus([earlier for _, earlier in told[start:n]])
            if _is_other(settled, place) and _may_correct(place, settled):
                start = n
    return _consensus([place for _, place in told[start:]])


def _is_a_correction(telling: Contribution, before: Sequence[Contribution]) -> bool:
    """Whether a telling's place would correct those before: an update's, but no claimant's, who names it roughly.

    Nor that of what became of abducted people: they are found and freed elsewhere.
    """
    if telling.source.kind is not Kind.UPDATE or telling.facts.claimed:
        return False
    return {c.facts.event_type for c in before if c.facts.event_type} != {EventType.ABDUCTION}


def _may_correct(place: Place, settled: Place) -> bool:
    """A finer or equally fine place; a coarser one only when it names another governorate by a town in it."""
    if fineness(place.precision) <= fineness(settled.precision):
        return True
    return fineness(place.precision) <= fineness(Precision.TOWN) and place.admin1 != settled.admin1


def _is_other(a: Place, b: Place) -> bool:
    km = km_apart(a, b)
    if km is not None:
        return km > MOVED_KM and not (a.geonameid is not None and a.geonameid == b.geonameid)
    return bool(a.admin1 and b.admin1 and a.admin1 != b.admin1)


def _consensus(places: Sequence[Place]) -> Place:
    """The finest of the division that most name; the first told of equals, so that one telling moves nothing to another division."""
    divisions = Counter((place.country, place.admin1) for place in places if place.admin1)
    if divisions:
        first = max(divisions, key=lambda one: divisions[one])
        places = [place for place in places if (place.country, place.admin1) == first]
    finest = min(_rank(place) for place in places)
    among = [place for place in places if _rank(place) == finest]
    votes: dict[object, int] = defaultdict(int)
    for place in among:
        votes[_site(place)] += 1
    winner = max(votes, key=lambda site: votes[site])  # the first told wins a tie: dictionaries keep insertion order
    return next(place for place in among if _site(place) == winner)


def fineness(precision: Precision) -> int:
    """The rank of a precision, the finest first."""
    return _FINENESS[precision]


def _rank(place: Place) -> tuple[bool, int]:
    """Places with a point first, then by precision."""
    return not has_point(place), fineness(place.precision)


def _site(place: Place) -> object:
    if place.geonameid is not None:
        return place.geonameid
    if place.lat is not None and place.lon is not None:
        return round(place.lat, 2), round(place.lon, 2)
    return place.country, place.admin1, place.admin2


def _occurred_on(carrying: Sequence[Contribution]) -> date | None:
    """The date most tell, the earlier of two: a report without any word of time carries its publication's date."""
    decided = [c.facts.occurred_on for c in carrying if c.desk and c.facts.occurred_on]
    if decided:
        return decided[-1]
    votes = Counter(c.facts.occurred_on for c in carrying if c.facts.occurred_on)
    return min(votes, key=lambda day: (-votes[day], day)) if votes else None


def _perpetrator(carrying: Sequence[Contribution]) -> tuple[str, bool]:
    """Who claimed it, else whom most name, the first of equals."""
    known = [c for c in carrying if c.facts.perpetrator != "unknown"]
    decided = [c for c in known if c.desk]
    if decided:
        return decided[-1].facts.perpetrator, decided[-1].facts.claimed
    claims = [c.facts.perpetrator for c in known if c.facts.claimed]
    if claims:
        return claims[0], True
    names = [c.facts.perpetrator for c in known]
    votes = Counter(names)
    return (max(votes, key=lambda name: (votes[name], -names.index(name))), False) if votes else ("unknown", False)


def _common(slugs: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    counted = Counter(slug for group in slugs for slug in dict.fromkeys(group))
    return tuple(sorted(counted, key=lambda slug: (-counted[slug], slug))[:8])


def _tolls(news: Sequence[Contribution]) -> tuple[TollEntry, ...]:
    return tuple(
        TollEntry(item_id=c.source.item_id, outlet=c.source.outlet, time=c.source.time, casualties=c.facts.casualties)
        for c in news
        if _is_counting(c)
    )


def _evidence(carrying: Sequence[Contribution], toll: Casualties, limit: int) -> tuple[SourcedEvidence, ...]:
    """Words behind the current facts: of each fact the latest three, of the toll only from those who give the best figure."""
    found: dict[str, list[SourcedEvidence]] = defaultdict(list)
    best = {name: count.best if (count := getattr(toll, name)) else None for name in ("killed", "wounded")}
    for c in reversed(carrying):
        for piece in c.facts.evidence:
            figure = getattr(c.facts.casualties, piece.fact, None) if piece.fact in best else None
            if piece.fact in best and (figure is None or figure.best != best[piece.fact]):
                continue
            if piece.fact == "counted_by" and c.facts.casualties.counted_by is not toll.counted_by:
                continue
            if len(found[piece.fact]) < 3:
                found[piece.fact].append(
                    SourcedEvidence(
                        item_id=c.source.item_id,
                        fact=piece.fact,
                        field=piece.field,
                        text=piece.text,
                        start=piece.start,
                        end=piece.end,
                    )
                )
    return tuple(piece for fact in sorted(found) for piece in found[fact])[:limit]


def trust(tier: int) -> float:
    """What a tier's word is worth beside the reader's confidence: 1 local and trusted, 2 national or wire, 3 the rest."""
    return _TIER_TRUST.get(tier, _OTHER_TIER_TRUST)


def _confidence(voices: Sequence[Contribution]) -> float:
    """The chance that at least one independent origin is right, each origin being as good as its best telling."""
    by_origin: dict[str, float] = defaultdict(float)
    for c in voices:
        half = 1.0 if c.source.kind in STATING else 0.5
        by_origin[c.source.origin] = max(by_origin[c.source.origin], c.facts.confidence * trust(c.source.tier) * half)
    doubt = 1.0
    for origin in sorted(by_origin):
        doubt *= 1.0 - by_origin[origin]
    return round(1.0 - doubt, 3)


def _as_listed(source: Source) -> Source:
    """The source as a change lists it: an item counts for the incident of its main attack, further attacks name the telling alone."""
    return msgspec.structs.replace(
        source, telling=source.item_id, item_id="" if "#" in source.item_id else source.item_id
    )
