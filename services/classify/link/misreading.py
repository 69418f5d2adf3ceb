"""When a conflict of place is rather a place read wrongly: the rest of the account is that of the known attack.

A place is the fact that reading gets wrong most often, and a conflict of place alone would ring a second time for one attack.
Five grounds outweigh it: the text is a copy of one that is known; it shares names, rare words or rare victims with one (``clues.py``),
more than the names of well-known places; the place is only the country of the attacker ("Iran's answer: a missile hits a tower"); the
tolls of dead *and* wounded are the same and too many for chance; or, within a country, everything else is the same: the day, the
kind, three dead or more, the target, the weapon and the attacker. Only the first two hold between two named villages: accounts that
know the village know it right, and two villages are two attacks.
"""

from datetime import timedelta

from services.classify.link.clues import NOTHING, Shared
from services.classify.link.geography import OTHER_COUNTRY, Relation
from services.classify.link.incident import Profile
from shared.events.facts import Place, Precision
from shared.events.incident import Contribution
from shared.events.report import Kind

COPIED_WITHIN = timedelta(days=3)
"""Syndicated copies appear within hours; a text that comes again later may be of a later attack in the same words."""
SAME_TOLLS_OF = 8
"""Dead and wounded together from which equal tolls of both are no chance."""

_COPY_READ_OTHERWISE = Relation(name="a copy, its place read otherwise", weight=-1.0)
_ATTACKERS_COUNTRY = Relation(name="the attacker's country", weight=-0.8)
_SAME_TOLLS = Relation(name="other place, but the same dead and wounded", weight=-2.0)

_SAME_ACCOUNT = Relation(name="other place, but the same account", weight=-2.0)
ACCOUNT_FROM = 3
"""Dead from which an equal number says that two accounts may be one."""

_SAME_WORDS = Relation(name="other place, but the same words and names", weight=-2.0)
SAME_WORDS_FROM = 1.5
"""Weight of the clues from which a conflict of place is rather one of reading; not by names of well-known places alone,
for a story of one attack may name the town of another."""

_HOME = {
    "iran": "IR", "israel": "IL", "russia": "RU", "turkey": "TR", "ukraine": "UA", "syria_gov": "SY", "iraq_gov": "IQ",
    "houthis": "YE", "us_coalition": "US", "pakistan": "PK", "india": "IN", "taliban": "AF", "saudi_coalition": "SA",
    "hezbollah": "LB",
}  # fmt: skip


def misread(
    telling: Contribution, known: Profile, place: Relation, *, is_copy: bool, clues: Shared = NOTHING
) -> Relation:
    """Return the relation in place of the conflict ``place``: the conflict itself unless there is ground to think one of the places misread."""
    ours, theirs = telling.facts.place, known.place
    assert ours is not None  # or there were no conflict
    if telling.source.kind is Kind.RETRACTION or abs(telling.source.time - known.first_seen) > COPIED_WITHIN:
        return place
    if clues.all >= SAME_WORDS_FROM and clues.words > 0:
        return _SAME_WORDS
    if theirs is not None and _are_villages(ours, theirs):
        return place
    if is_copy:
        return _COPY_READ_OTHERWISE
    if place is OTHER_COUNTRY and (_is_attackers(ours, telling, known) or _is_attackers(theirs, telling, known)):
        return _ATTACKERS_COUNTRY
    if _have_same_tolls(telling, known):
        return _SAME_TOLLS
    return _SAME_ACCOUNT if place is not OTHER_COUNTRY and _is_same_account(telling, known) else place


def _are_villages(ours: Place, theirs: Place) -> bool:
    return ours.precision is Precision.EXACT and theirs.precision is Precision.EXACT


def _is_attackers(place: Place | None, telling: Contribution, known: Profile) -> bool:
    """Whether the place is no more than the country of somebody who is said to have attacked."""
    if place is None or place.precision is not Precision.COUNTRY:
        return False
    return place.country in {_HOME.get(name) for name in (telling.facts.perpetrator, *known.perpetrators)} - {None}


def _is_same_account(telling: Contribution, known: Profile) -> bool:
    """Whether the day, the kind, the dead, the target, and the weapon or the attacker are the same, and the wounded are not others."""
    facts = telling.facts
    dead = facts.casualties.killed
    if dead is None or dead.best < ACCOUNT_FROM or dead.best not in known.killed or facts.occurred_on not in known.days:
        return False
    hurt = facts.casualties.wounded
    if hurt is not None and known.wounded and hurt.best not in known.wounded:
        return False
    is_same_means = bool(set(facts.weapons) & known.weapons) or facts.perpetrator in known.perpetrators
    return facts.event_type in known.event_types and bool(set(facts.targets) & known.targets) and is_same_means


def _have_same_tolls(telling: Contribution, known: Profile) -> bool:
    toll, day = telling.facts.casualties, telling.facts.occurred_on
    if toll.killed is None or toll.wounded is None or toll.killed.best < 1 or toll.wounded.best < 1:
        return False
    is_same = toll.killed.best in known.killed and toll.wounded.best in known.wounded
    is_same_day = day is None or day in known.days
    is_same_type = telling.facts.event_type is not None and telling.facts.event_type in known.event_types
    return is_same and is_same_day and is_same_type and toll.killed.best + toll.wounded.best >= SAME_TOLLS_OF
