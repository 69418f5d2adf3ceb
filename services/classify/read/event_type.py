"""Which of ACLED's sub-event types an attack is, with what it was done and whom it hit."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.classify.read.lexicon import Hit
from services.classify.read.triggers import Marked, Marks
from shared.events.facts import EventType, Evidence

_WEAPON_OF = {
    "atk.suicide": "suicide_vest",
    "atk.car_bomb": "car_bomb",
    "atk.ied": "ied",
    "atk.mine": "mine",
    "atk.air": "airstrike",
    "atk.drone": "drone",
    "atk.grenade": "grenade",
    "atk.chemical": "chemical",
    "atk.gunmen": "gun",
    "atk.gunfire": "gun",
    "atk.clash": "gun",
    "atk.knife": "knife",
}
_TARGETS = (
    "civilians", "police", "army", "peshmerga", "hashd", "tribal", "officials", "energy", "religious", "journalists", "militants", "base",
)  # fmt: skip
_SECURITY = frozenset({"tgt.police", "tgt.army", "tgt.peshmerga", "tgt.hashd"})

_BY_CONCEPT: dict[str, EventType] = {
    "atk.chemical": EventType.CHEMICAL_WEAPON,
    "atk.suicide": EventType.SUICIDE_BOMB,
    "atk.sexual": EventType.SEXUAL_VIOLENCE,
    "atk.retake": EventType.GOVERNMENT_REGAINS_TERRITORY,
    "atk.seize": EventType.NON_STATE_OVERTAKES_TERRITORY,
    "atk.car_bomb": EventType.REMOTE_EXPLOSIVE_LANDMINE_IED,
    "atk.drone": EventType.AIR_DRONE_STRIKE,
    "atk.air": EventType.AIR_DRONE_STRIKE,
    "atk.grenade": EventType.GRENADE,
    "atk.shell": EventType.SHELLING_ARTILLERY_MISSILE,
    "atk.mine": EventType.REMOTE_EXPLOSIVE_LANDMINE_IED,
    "atk.ied": EventType.REMOTE_EXPLOSIVE_LANDMINE_IED,
    "atk.abduct": EventType.ABDUCTION,
    "atk.clash": EventType.ARMED_CLASH,
    "weak.explosion": EventType.REMOTE_EXPLOSIVE_LANDMINE_IED,
}
_SPECIFIC = tuple(
    _BY_CONCEPT
)  # most telling first: a suicide car bomb is a suicide bomb, a drone with gas a chemical weapon
_GUN = frozenset({"atk.gunmen", "atk.gunfire", "atk.assault", "atk.knife", "weak.attack", "weak.fire"})


@dataclass(frozen=True, kw_only=True)
class TypeReading:
    """The type, its words, and the slugs that help linking."""

    event_type: EventType | None
    evidence: tuple[Evidence, ...]
    weapons: tuple[str, ...]
    targets: tuple[str, ...]


def read_event_type(marks: Marks, telling: Sequence[int]) -> TypeReading:
    """Return the type of the attack that the sentences ``telling`` tell, the plainest sentence first."""
    by_index = {marked.sentence.index: marked for marked in marks.marked}
    told = [by_index[index] for index in telling if index in by_index]
    near = [marked for marked in told if marked in marks.head] or told[:2]
    scores: dict[EventType, float] = {}
    words: dict[EventType, tuple[Marked, Hit]] = {}
    for place, marked in enumerate(sorted(near, key=lambda one: one.sentence.index)):
        weight = 1.0 if place == 0 else 0.7
        for hit in marked.of(""):
            found = _BY_CONCEPT.get(hit.concept)
            if found is None:
                continue
            value = weight * (0.3 if hit.concept.startswith("weak.") else 1.0 - 0.01 * _SPECIFIC.index(hit.concept))
            if value > scores.get(found, 0.0):
                scores[found] = value
                words[found] = (marked, hit)
    chosen = _chosen(scores, near)
    weapons = tuple(
        dict.fromkeys(_WEAPON_OF[hit.concept] for marked in near for hit in marked.hits if hit.concept in _WEAPON_OF)
    )
    targets = tuple(slug for slug in _TARGETS if any(f"tgt.{slug}" in marked.concepts for marked in near))
    return TypeReading(
        event_type=chosen, evidence=_evidence(marks, chosen, words, near), weapons=weapons, targets=targets
    )


def _chosen(scores: dict[EventType, float], near: Sequence[Marked]) -> EventType | None:
    if not near:
        return None
    explosive = {kind: value for kind, value in scores.items() if kind is not EventType.ARMED_CLASH and value > 0.3}
    if explosive:
        order = list(dict.fromkeys(_BY_CONCEPT.values()))
        return max(explosive, key=lambda kind: (round(explosive[kind], 1), -order.index(kind)))
    if EventType.ARMED_CLASH in scores:
        return EventType.ARMED_CLASH
    if any(marked.concepts & _GUN for marked in near) and not _only_explosion(near):
        return EventType.ARMED_CLASH if _hits_security(near) else EventType.ATTACK
    return next(iter(scores), None) or (EventType.ATTACK if near else None)


def _only_explosion(near: Sequence[Marked]) -> bool:
    concepts = frozenset().union(*(marked.concepts for marked in near))
    return "weak.explosion" in concepts and not concepts & {"atk.gunmen", "atk.gunfire", "atk.assault", "atk.knife"}


def _hits_security(near: Sequence[Marked]) -> bool:
    """Whether those attacked are police or army: the first people named after the attack's words decide."""
    for marked in near:
        security = [hit.first for hit in marked.hits if hit.concept in _SECURITY]
        civilian = [hit.first for hit in marked.hits if hit.concept == "tgt.civilians"]
        if security and not civilian:
            return True
        if civilian and not security:
            return False
        if security and civilian:
            return min(security) < min(civilian)
    return False


def _evidence(
    marks: Marks, chosen: EventType | None, words: dict[EventType, tuple[Marked, Hit]], near: Sequence[Marked]
) -> tuple[Evidence, ...]:
    if chosen is None:
        return ()
    found = words.get(chosen)
    if found is None:
        found = next(((marked, hit) for marked in near for hit in marked.hits if hit.concept in _GUN), None)
    if found is None:
        return ()
    marked, hit = found
    field = marked.sentence.field
    return (
        Evidence(
            fact="event_type",
            field=field,
            text=marks.document.quote(field, hit.start, hit.end),
            start=hit.start,
            end=hit.end,
        ),
    )
