"""How likely a telling and an incident are the same attack: a sum of weights with reasons, and vetoes.

The weights are set by judgement on what newsrooms get right: they agree on the day and the kind of attack, name the
place as finely as they know it, and disagree on tolls. They are the whole table; thresholds are in ``LinkSettings``.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from services.classify.link.clues import NOTHING, Shared, clue_reason
from services.classify.link.counts import SAME_ATTACKERS, UNEQUAL, compare_tolls, equal_killed, equal_wounded
from services.classify.link.geography import (
    OTHER_COUNTRY,
    OTHER_GOVERNORATE,
    OTHER_SITE,
    SAME_COUNTRY,
    SAME_SITE,
    SAME_TOWN,
    UNPLACED,
    Relation,
    relate,
)
from services.classify.link.grounds import ground
from services.classify.link.incident import Profile, local_day
from services.classify.link.kinship import CAMPS, NO_SUCH_PAIR, RELATED, kinship
from services.classify.link.misreading import COPIED_WITHIN, misread
from services.classify.link.settings import LinkSettings
from shared.events.facts import EventType, Precision
from shared.events.incident import Contribution, Reason
from shared.events.report import Kind

_PLACE_AGREES = 1.0
"""Weight of place from which names of well-known places that both texts hold say nothing more."""
SAME_TEXT_WEIGHT = 6.0
SIMILAR_TEXT_WEIGHT = 1.5
SIMILAR_TEXT = 0.5

_REACTION_NEAR = Relation(name="reaction from elsewhere in the governorate", weight=-1.2, is_conflict=True)
_REACTION_OTHER_VILLAGE = Relation(name="reaction that names another village", weight=-2.2, is_conflict=True)
_REACTION_FAR = Relation(name="reaction from another governorate", weight=-2.5, is_conflict=True)

_SAME_WEAPON = 0.2  # little: the type of attack says most of it
_OWN_STORY = 1.2


_DENIED_NEAR = Relation(name="denial from another town of the governorate", weight=-1.5, is_conflict=True)
_UNPLACED_REPORT = Relation(name="place unknown", weight=-1.0)
_UNPLACED_DENIAL = Relation(name="denial without a place, of others' news", weight=-2.0)
_UNPLACED_KNOWN = Relation(name="place unknown", weight=-0.4)

REPORT_DAYS_APART, KNOWN_DAYS_APART = 2, 3
"""News of one attack disagrees on its day by one, rarely two; beyond this it is another attack. The second is for news that speaks of a known one."""

_LAGS = ((1, 0.8), (3, 0.3), (7, -0.3), (14, -0.9), (30, -1.2), (10_000, -1.8))
"""Days since the attack, at most, and what they are worth. Beyond 14 come reactions and retractions alone, beyond 30 retractions."""
_LONG_AGO = -0.9
AFTERMATH_DAYS_APART = 14
"""The same for news of those abducted in one."""


OTHER_PERPETRATOR = "other perpetrator"
OTHER_WEAPON = "other weapon"
_ALL_DIFFER = ground("kind, weapon and toll differ", -0.5)
_APART = {1: -0.2, 2: -1.2, 3: -2.2}
"""Weights of days between what two accounts say; more are worth -4."""
_APART_UNSAID = {1: 0.3, 2: -0.5}
"""The same when the later day is only that of publication."""


@lru_cache(maxsize=1024)
def _days(apart: int, weight: float) -> Reason:
    return Reason(name=f"days apart: {apart}", weight=weight)


@lru_cache(maxsize=1024)
def _lagging(days: int, weight: float) -> Reason:
    return Reason(name=f"told {days} days after", weight=weight)


@dataclass(frozen=True, kw_only=True, slots=True)
class Likeness:
    """The score with its grounds; ``veto`` names a conflict that no score outweighs. ``is_elsewhere``: the places exclude each other.
    ``is_long_ago``: it was told more than a week after the attack.
    """

    score: float
    reasons: tuple[Reason, ...]
    veto: str | None = None
    is_elsewhere: bool = False
    is_long_ago: bool = False


def most_of_the_rest(telling: Contribution) -> float:
    """What all beside place, day and kind can add at most, going by what first-hand news tells at all; no bound for other news."""
    facts = telling.facts
    if speaks_of_known(telling) or facts.place is None:
        return math.inf
    toll = facts.casualties
    return (
        (0.7 if facts.targets else 0.0)
        + (_SAME_WEAPON if facts.weapons else 0.0)
        + (0.5 if facts.perpetrator != "unknown" else 0.0)
        + equal_killed(telling)
        + (equal_wounded(toll.wounded.best) if toll.wounded is not None else 0.0)
        + (SAME_ATTACKERS if toll.attackers_killed is not None else 0.0)
    )


def liken(
    telling: Contribution, known: Profile, resemblance: float, settings: LinkSettings, *, clues: Shared = NOTHING
) -> Likeness:
    """Return how alike they are; ``resemblance`` is that of the telling's text with the nearest of the incident's, ``clues`` what their clues weigh."""
    likeness = liken_hopeful(telling, known, resemblance, settings, rest=math.inf, clues=clues)
    assert likeness is not None
    return likeness


def liken_hopeful(
    telling: Contribution,
    known: Profile,
    resemblance: float,
    settings: LinkSettings,
    *,
    rest: float,
    clues: Shared = NOTHING,
) -> Likeness | None:
    """As ``liken``; None for an incident that cannot reach any threshold even if ``rest`` is added to place, day and kind.

    Comparing costs most of a decision where thousands of attacks are open, and most of what lies near in place and day is hopeless.
    """
    place = _place(telling, known)
    is_copy = resemblance >= settings.same_text and _is_of_another_outlet(telling, known)
    if place.is_conflict:
        place = misread(telling, known, place, is_copy=is_copy, clues=clues)
    if place is UNPLACED:
        place = _unplaced(telling, known)
    if place.is_conflict and telling.source.kind is Kind.REACTION:
        place = _where_people_spoke(telling, known, place)
    if place is OTHER_SITE and _is_own_denial(telling, known):
        place = _DENIED_NEAR
    day, day_veto = _day(telling, known, settings)
    if is_copy and abs(telling.source.time - known.first_seen) <= COPIED_WITHIN:
        day_veto = None
    reasons = [ground(place.name, place.weight), day]
    veto = day_veto or _place_veto(telling, place) or _denial_of_another_place(telling, known, place)
    if veto is not None:
        return Likeness(score=round(place.weight + day.weight, 3), reasons=tuple(reasons), veto=veto)
    kind = kinship(telling, known)
    if kind is not None:
        reasons.append(kind)
    words = clues.words if place.weight >= _PLACE_AGREES else clues.all
    so_far = place.weight + day.weight + (kind.weight if kind is not None else 0.0)
    if so_far + rest + words < settings.least_report_threshold and resemblance < SIMILAR_TEXT:
        return None
    perpetrator = _perpetrator(telling, known)
    reasons += [
        reason
        for reason in (
            _targets(telling, known),
            _weapons(telling, known),
            perpetrator,
            *(() if _is_own_denial(telling, known) else compare_tolls(telling, known)),
            _own_story(telling, known),
            _text(resemblance, settings),
        )
        if reason is not None
    ]
    if telling.source.kind is Kind.REPORT and resemblance < SIMILAR_TEXT and _differs_in_all(reasons):
        reasons.append(_ALL_DIFFER)
    elif words:
        reasons.append(clue_reason(words))
    is_other = perpetrator is not None and perpetrator.name == OTHER_PERPETRATOR
    if is_other and kind is not None and kind.name == NO_SUCH_PAIR:
        return Likeness(score=place.weight, reasons=tuple(reasons), veto="another kind of attack by others")
    total = round(sum(reason.weight for reason in reasons), 3)
    return Likeness(
        score=total, reasons=tuple(reasons), is_elsewhere=place.is_conflict, is_long_ago=day.weight <= _LONG_AGO
    )


def _place(telling: Contribution, known: Profile) -> Relation:
    """The relation to where the incident is, or that anyone told of the very same site."""
    now = relate(telling.facts.place, known.place)
    if len(known.places) == 1 or now is SAME_SITE or now is SAME_TOWN:
        return now
    for place in known.places:
        told = relate(telling.facts.place, place)
        if (told is SAME_SITE or told is SAME_TOWN) and told.weight > now.weight:
            return told
    return now


def _unplaced(telling: Contribution, known: Profile) -> Relation:
    """Where either is unknown, the rest must agree better: first-hand news of two places agrees in day and kind every day.

    A denial that names no place is the outlet's own, or hardly to be placed at all.
    """
    if telling.source.kind is Kind.REPORT:
        return _UNPLACED_REPORT
    if telling.source.kind is Kind.RETRACTION and not _is_own_denial(telling, known):
        return _UNPLACED_DENIAL
    return _UNPLACED_KNOWN


def _where_people_spoke(telling: Contribution, known: Profile, place: Relation) -> Relation:
    """A reaction happens at places of its own: a rally, a hospital, a capital. Taking one of them for the scene is the commonest misreading."""
    if place is OTHER_GOVERNORATE:
        return _REACTION_FAR
    if place is not OTHER_SITE:
        return place
    both = {told.precision for told in (telling.facts.place, known.place) if told}
    return _REACTION_OTHER_VILLAGE if both == {Precision.EXACT} else _REACTION_NEAR


def _place_veto(telling: Contribution, place: Relation) -> str | None:
    """A conflict of place is final for first-hand news. What speaks of a known attack may correct its place, at the price of the weight."""
    if not place.is_conflict:
        return None
    if place is OTHER_COUNTRY or not speaks_of_known(telling):
        return place.name
    return None


def _denial_of_another_place(telling: Contribution, known: Profile, place: Relation) -> str | None:
    """A denial that names hills or a region which nobody told of this attack, and shares the country alone with it, is of another."""
    if telling.source.kind is not Kind.RETRACTION or place is not SAME_COUNTRY:
        return None
    named = {clue[1:] for clue in telling.facts.clues if clue[1:2] == "p"}
    told = {clue[1:] for _, clues in known.clues for clue in clues}
    return "denial of another place" if named and not named & told else None


def speaks_of_known(telling: Contribution) -> bool:
    """Whether the text takes the attack for known: an update, a reaction, a retraction or a reference back."""
    return telling.source.kind is not Kind.REPORT or telling.facts.is_back_reference


def _day(telling: Contribution, known: Profile, settings: LinkSettings) -> tuple[Reason, str | None]:
    window = _window(telling, settings)
    told = telling.facts.occurred_on
    if known.event_type is EventType.ABDUCTION and told and told >= known.day and _is_aftermath(telling):
        return _lag((told - known.day).days, window.days)
    if told is not None and known.days:
        apart = 0 if told in known.days else min(abs((told - day).days) for day in known.days)
        is_own = abs((told - known.day).days) == apart
        weight = (1.5 if is_own else 1.0) if apart == 0 else _APART.get(apart, -4.0)
        if apart and told > known.day and is_of_publication(telling):
            weight = _APART_UNSAID.get(apart, weight)
        return _days(apart, weight), None if apart <= days_apart(telling) else "other date"
    if told is not None:
        return _lag((local_day(known.first_seen) - told).days, window.days)
    return _lag((local_day(telling.source.time) - known.day).days, window.days)


def _window(telling: Contribution, settings: LinkSettings) -> timedelta:
    """How long after an attack, or its first report, news without a day may be of it."""
    if telling.source.kind is Kind.RETRACTION:
        return settings.retraction_window
    return settings.reaction_window if telling.source.kind is Kind.REACTION else settings.join_window


def day_ceiling(apart: int, *, is_dated: bool, is_said: bool) -> float:
    """Return the most that the days can be worth when the telling's lies so far from the incident's, or from its first report's if it has none.

    ``is_said``: a word of the text says the telling's day.
    """
    if not is_dated:
        return _LAGS[0][1]
    if apart == 0:
        return 1.5
    return _APART.get(apart, -4.0) if is_said else _APART_UNSAID.get(apart, _APART.get(apart, -4.0))


def is_of_publication(telling: Contribution) -> bool:
    """Whether no word of the text says the day: then it is that of publication, and news of yesterday's attack has it too."""
    evidence = telling.facts.evidence
    return bool(evidence) and all(piece.fact != "occurred_on" for piece in evidence)


def _is_aftermath(telling: Contribution) -> bool:
    """Whether it tells what became of those abducted: a release and a find have days of their own, weeks later."""
    return telling.facts.event_type is EventType.ABDUCTION and speaks_of_known(telling)


def _lag(days: int, window: int) -> tuple[Reason, str | None]:
    """News without a day: the sooner after the attack, the likelier it is of it; before it, never (a day's grace for time zones)."""
    weight = next(weight for most, weight in _LAGS if days <= most)
    veto = "told before it happened" if days < -1 else "too late" if days > window else None
    return _lagging(days, weight), veto


def _is_of_another_outlet(telling: Contribution, known: Profile) -> bool:
    """An outlet repeats its own wording for the next attack; another's text is taken over for the same one."""
    return telling.source.outlet not in known.outlets


def _targets(telling: Contribution, known: Profile) -> Reason | None:
    told = frozenset(telling.facts.targets)
    if not told or not known.targets:
        return None
    if told & known.targets:
        return ground("same target", 0.7)
    if _is_own_denial(telling, known):
        return None
    return ground("other target", -0.9)


def _differs_in_all(reasons: Iterable[Reason]) -> bool:
    """Whether kind, weapon and number of dead all disagree: one is misread now and then, three are another attack in the same place.

    The words that two such texts share are those of the place and of the day, on which one often mentions the other.
    """
    names = {reason.name for reason in reasons}
    return RELATED in names and OTHER_WEAPON in names and not names.isdisjoint(UNEQUAL)


def _weapons(telling: Contribution, known: Profile) -> Reason | None:
    told = frozenset(telling.facts.weapons) - {"unknown"}
    others = known.weapons - {"unknown"}
    if not told or not others:
        return None
    if told & others:
        return ground("same weapon", _SAME_WEAPON)
    return ground(OTHER_WEAPON, -0.4)


def _perpetrator(telling: Contribution, known: Profile) -> Reason | None:
    told = telling.facts.perpetrator
    if told == "unknown" or not known.perpetrators:
        return None
    if told in known.perpetrators:
        return ground("same perpetrator", 0.5)
    if any(told in camp and camp & known.perpetrators for camp in CAMPS):
        return ground("perpetrator of the same camp", 0.2)
    return ground(OTHER_PERPETRATOR, -0.5 if telling.facts.claimed else -0.9)


def _own_story(telling: Contribution, known: Profile) -> Reason | None:
    """An outlet takes back its own stories far oftener than those of others."""
    return ground("the outlet's own story", _OWN_STORY) if _is_own_denial(telling, known) else None


def _is_own_denial(telling: Contribution, known: Profile) -> bool:
    """Whether the outlet denies what it told, which was of that kind: a bomb hoax is no retraction of a shooting."""
    if telling.source.kind is not Kind.RETRACTION or telling.source.outlet not in known.outlets:
        return False
    kind = kinship(telling, known)
    return kind is None or kind.weight >= 0


def _text(resemblance: float, settings: LinkSettings) -> Reason | None:
    if resemblance >= settings.same_text:
        return ground("copy of one text", SAME_TEXT_WEIGHT)
    if resemblance >= SIMILAR_TEXT:
        return ground("similar text", SIMILAR_TEXT_WEIGHT)
    return None


def days_apart(telling: Contribution) -> int:
    """By how many days the telling's date may differ from the incident's."""
    if _is_aftermath(telling):
        return AFTERMATH_DAYS_APART
    return KNOWN_DAYS_APART if speaks_of_known(telling) else REPORT_DAYS_APART


def days_searched(telling: Contribution, settings: LinkSettings) -> tuple[date, ...]:
    """The days whose incidents may fit, nearest first: those not vetoed by date, no more."""
    told = telling.facts.occurred_on
    if told is not None:
        offsets = sorted(range(-days_apart(telling), settings.join_window.days + 1), key=lambda n: (abs(n), n))
        return tuple(date.fromordinal(told.toordinal() + n) for n in offsets)
    window = _window(telling, settings)
    day = local_day(telling.source.time).toordinal()
    return tuple(date.fromordinal(day - n) for n in range(-1, window.days + 1))
