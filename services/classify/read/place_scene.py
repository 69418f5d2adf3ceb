"""Decides which of a text's places is the attack's own.

A score weighs the sentence, the wording, and how fine the place is, as far as it agrees with the units that contain it; then the
choice descends to a finer place inside, told nearly as much.
"""

from collections.abc import Sequence
from itertools import pairwise

from services.classify.read.place_context import HOME, Settled
from services.classify.read.place_near import is_near_any
from services.classify.read.place_words import Level, Nearness, Role
from shared.geo.gazetteer import contains
from shared.geo.rows import Entry, EntryKind

_TOLD_AS_MUCH = 0.3
_STATED = (Level.VILLAGE, Level.TOWN, Level.SUBDISTRICT, Level.SITE)


def sentence_weights(count: int, fields: Sequence[str], attack: Sequence[int] | None) -> list[float]:
    """How much each sentence counts; ``attack`` are indexes of the sentences that tell the attack, best first."""
    weights = []
    in_field: dict[str, int] = {}
    for n in range(count):
        at = in_field.get(fields[n], 0)
        in_field[fields[n]] = at + 1
        if fields[n] == "title":
            weights.append(0.9)
        else:
            weights.append(max(0.12, 1.0 - 0.28 * at) if fields[n] == "summary" else max(0.1, 0.95 - 0.3 * at))
    if attack:
        chosen = {index: place for place, index in enumerate(attack)}
        weights = [
            (max(w, 0.95 - 0.12 * min(chosen[n], 5)) if n in chosen else w * 0.45) for n, w in enumerate(weights)
        ]
    return weights


def choose(settled: Sequence[Settled], weights: Sequence[float]) -> Settled | None:
    """Return the attack's own place among the settled, or None when the text names none that could be."""
    aside = (Role.DATELINE, Role.ACTOR)
    told = [s for s in settled if s.reading.role not in (*aside, Role.BACKGROUND, Role.SPEAKER)]
    possible = [s for s in settled if s.reading.role not in aside] if told else list(settled)
    possible = _without_strikers(possible)
    if not possible:
        return None
    scores = {id(one): _choice_score(one, settled, weights) for one in possible}
    best = max(possible, key=lambda one: scores[id(one)])
    while (finer := _finer_within(best, possible, weights, scores)) is not None:
        best = finer
    best = _located_by(best, possible, weights)
    return best if scores[id(best)] > 0 else None


def _located_by(best: Settled, possible: Sequence[Settled], weights: Sequence[float]) -> Settled:
    """The place that ``best`` is told to lie beside: a headline says "Kut", the text "in Sheikh Saad, south of Kut"."""
    own = best.reading.weight * weights[best.reading.mention.sentence.index]
    for one, following in pairwise(possible):
        is_located = one.reading.is_located and following.reading.is_reference and one.entry is not None
        is_of_best = following.reading.mention.key == best.reading.mention.key and following is not one
        told = one.reading.weight * weights[one.reading.mention.sentence.index]
        if is_located and is_of_best and one is not best and told >= _TOLD_AS_MUCH * own and one.fineness > 2:
            return one
    is_vague = best.reading.nearness in (Nearness.NEAR, Nearness.BETWEEN)
    if not is_vague or best.entry is None or best.reading.level is not None:
        return best
    stated = [
        one
        for one in possible
        if one.reading.role is Role.SCENE
        and one.reading.level in _STATED
        and (one.reading.nearness is Nearness.AT or best.reading.is_between)
        and one.entry is not None
        and one.entry.admin1 == best.entry.admin1
        and one.fineness >= best.fineness - 0.5
        and one.reading.weight * weights[one.reading.mention.sentence.index] >= _TOLD_AS_MUCH * own
    ]
    return next(iter(stated), best)


def _without_strikers(possible: list[Settled]) -> list[Settled]:
    """Without countries named beside a place elsewhere where something is told to be: "Israeli army … in Khan Younis"."""
    scenes = {
        one.entry.country
        for one in possible
        if one.entry is not None and one.entry.kind is not EntryKind.COUNTRY and one.reading.role is Role.SCENE
    }
    if not scenes:
        return possible
    return [
        one
        for one in possible
        if one.entry is None or one.entry.kind is not EntryKind.COUNTRY or one.entry.country in scenes
    ]


def _finer_within(
    best: Settled, possible: Sequence[Settled], weights: Sequence[float], scores: dict[int, float]
) -> Settled | None:
    """A finer place inside ``best`` that is told nearly as much as the scene: a district repeated often still holds the village."""
    own = best.reading.weight * weights[best.reading.mention.sentence.index]
    inside = [
        one
        for one in possible
        if one is not best
        and best.entry is not None
        and one.fineness > best.fineness
        and one.reading.role in (Role.SCENE, Role.PLAIN)
        and one.reading.weight * weights[one.reading.mention.sentence.index]
        >= (0.45 if one.reading.role is Role.SCENE else 0.5) * own
        and (
            (_holds(best.entry, one.entry) or _lies_beside(best, one))
            if one.entry is not None
            else _may_hold(best.entry, one)
        )
    ]
    return max(inside, key=lambda one: scores[id(one)], default=None)


def _holds(unit: Entry, place: Entry) -> bool:
    """Whether a unit contains the place, or a region without boundary may: "Iraq's Kurdistan … near Chamchamal"."""
    is_open = unit.kind is EntryKind.REGION and unit.admin1 is None and unit.lat is None
    return contains(unit, place) or (is_open and unit.country == place.country)


def _lies_beside(best: Settled, one: Settled) -> bool:
    """Whether "north of Baquba" may be this village: it is told as the scene, and lies around the town of that name."""
    if best.reading.nearness is not Nearness.NEAR or one.reading.role is not Role.SCENE or one.entry is None:
        return False
    towns = [best.entry, *(m.entry for m in best.reading.mention.matches if m.entry.kind is EntryKind.TOWN)]
    is_site = one.entry.kind in (EntryKind.TOWN, EntryKind.VILLAGE, EntryKind.SITE)
    return is_site and one.entry.country == HOME and is_near_any(one.entry, [t for t in towns if t is not None])


def _may_hold(unit: Entry, one: Settled) -> bool:
    """Whether an unsettled name may lie in ``unit``: one of its rivals does, or nothing is known of it."""
    return not one.rivals or any(contains(unit, rival) for rival in one.rivals)


def _choice_score(one: Settled, settled: Sequence[Settled], weights: Sequence[float]) -> float:
    reading = one.reading
    own = reading.weight * weights[reading.mention.sentence.index] * (1.0 - 0.012 * min(reading.order, 20))
    repeated = 0.0
    inside = 0.0
    for other in settled:
        if other is one:
            continue
        value = other.reading.weight * weights[other.reading.mention.sentence.index]
        if other.entry is not None and one.entry is not None:
            if other.entry is one.entry:
                repeated = max(repeated, value)
            elif contains(other.entry, one.entry):
                inside = max(inside, value)
        elif (
            one.entry is None
            and other.reading.mention.sentence is reading.mention.sentence
            and other.fineness in (2, 3)
        ):
            inside = max(inside, value * 0.8)
    if own < 0.02:
        return own
    fine = 0.0 if own < 0.12 else _fineness_with(one, settled) * 0.11
    return own + 0.35 * repeated + 0.45 * inside + fine


def _fineness_with(one: Settled, settled: Sequence[Settled]) -> float:
    """A site without a point of its own is as fine as the district written after it: "Wadi al-Shay, in Daquq district"."""
    entry = one.entry
    if entry is None or entry.kind not in (EntryKind.SITE, EntryKind.REGION) or entry.lat is not None:
        return one.fineness
    for other in settled:
        gap = other.reading.mention.first - one.reading.mention.last
        beside = other.reading.mention.sentence is one.reading.mention.sentence and 0 < gap <= 8
        if (
            beside
            and other.entry is not None
            and other.entry.kind is EntryKind.DISTRICT
            and other.entry.admin1 == entry.admin1
        ):
            return 5
    return one.fineness
