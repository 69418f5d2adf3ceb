"""Whether a telling that joins nothing may open an incident: what is too unsure, too old or too vague rings nobody."""

from services.classify.link.incident import day_of, local_day
from services.classify.link.likeness import speaks_of_known
from services.classify.link.picture import STATING, is_of_people_hurt
from services.classify.link.screening import Flag
from services.classify.link.settings import LinkSettings
from shared.events.facts import Casualties, Count, Place
from shared.events.incident import Contribution
from shared.events.report import AttackFacts, Kind


def why_not_open(telling: Contribution, settings: LinkSettings, *, fits_none: bool) -> Flag | None:
    """Why a telling that joins nothing may not open an incident either."""
    facts, kind = telling.facts, telling.source.kind
    if facts.confidence < _least_confidence(facts, settings):
        return Flag.LOW_CONFIDENCE
    age = local_day(telling.source.time) - day_of(telling)
    if age > (settings.reaction_age if kind is Kind.REACTION else settings.archive_age):
        return Flag.ARCHIVE_STORY
    if _is_of_many_attacks(facts, settings):
        return Flag.ABSURD_TOLL
    if "#" in telling.source.item_id and not is_located(facts.place):
        return Flag.NO_PLACE_TO_OPEN  # a further attack of an item, somewhere: nobody could be told where
    if speaks_of_known(telling) and not _says_where(telling, fits_none=fits_none):
        return Flag.NO_PLACE_TO_OPEN
    if kind is Kind.REACTION and not _has_substance(facts):
        return Flag.REACTION_TOO_VAGUE
    return None


def _has_substance(facts: AttackFacts) -> bool:
    """Whether a reaction says enough of the attack to alert by it: its day, and a finer place or a toll; or its dead and its wounded.

    How sure the reader is of its kind does not count: one that is hardly a reaction is a report. A reference back is no
    day: capitals condemn what happened elsewhere, and the place that is read may be theirs.
    """
    assert facts.place is not None
    is_fine = facts.place.lat is not None or facts.place.admin2 is not None
    told = [count for count in _counts(facts.casualties) if count]
    if facts.occurred_on is None:
        return is_fine and len(told) > 1
    return is_fine or bool(told)


def _counts(told: Casualties) -> tuple[Count | None, ...]:
    return told.killed, told.wounded, told.attackers_killed


def _least_confidence(facts: AttackFacts, settings: LinkSettings) -> float:
    """How sure the reader must be: the surer the less the text says of what and where."""
    least = settings.opening_confidence if facts.place is not None else settings.unplaced_opening_confidence
    if any(count is not None and count.best for count in _counts(facts.casualties)):
        return least
    is_vague = not is_located(facts.place)
    return max(least, settings.vague_opening_confidence if is_vague else settings.uncounted_opening_confidence)


def _is_of_many_attacks(facts: AttackFacts, settings: LinkSettings) -> bool:
    """Whether its dead are rather those of a season or a country: hundreds and read unsurely, or scores by mines alone."""
    dead = facts.casualties.killed
    if dead is None:
        return False
    is_by_mines = set(facts.weapons) == {"mine"} and dead.best > settings.max_killed_by_mine
    return is_by_mines or (dead.best > settings.max_killed_unsure and facts.confidence < settings.season_confidence)


def is_located(place: Place | None) -> bool:
    return place is not None and (place.admin1 is not None or place.lat is not None)


def _says_where(telling: Contribution, *, fits_none: bool) -> bool:
    """Whether news of an unknown attack says enough of what and where.

    A governorate or a point; the country for a toll that nobody had told of: "Toll in attack in north-west Pakistan rises to nine".
    """
    place = telling.facts.place
    if telling.facts.event_type is None or place is None:
        return False
    dead = telling.facts.casualties.attackers_killed
    is_toll = telling.source.kind in STATING and (is_of_people_hurt(telling) or (dead is not None and dead.best > 0))
    return is_located(place) or (is_toll and fits_none and place.country is not None)
