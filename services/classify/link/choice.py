"""The choice: which incident a telling joins, or whether it opens one, or touches nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.classify.link.clues import clues_of, shared
from services.classify.link.incident import Incident, Profile, local_day, profile_of
from services.classify.link.index import CandidateIndex
from services.classify.link.likeness import Likeness, liken, liken_hopeful, most_of_the_rest, speaks_of_known
from services.classify.link.misreading import SAME_WORDS_FROM
from services.classify.link.opening import is_located, why_not_open
from services.classify.link.picture import STATING, draw, is_of_people_hurt
from services.classify.link.screening import Flag
from services.classify.link.settings import LinkSettings
from services.classify.link.signature import resemblance
from shared.events.facts import EventType, Precision
from shared.events.incident import Contribution, Decision, Status
from shared.events.report import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Joins:
    """The telling belongs to this incident; its text is a copy of one of ``origin``'s, if that is given.

    ``is_elsewhere``: the place it names is not the attack's (a hospital, an office), so it says nothing of the place.
    """

    incident_id: str
    decision: Decision
    origin: str | None = None
    is_elsewhere: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Opens:
    """The telling is of an attack not known before. ``takes`` names tellings of ``split_from`` that turn out to be of this one."""

    decision: Decision
    split_from: str | None = None
    takes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TouchesNothing:
    """The telling concerns no incident; ``flag`` says why where that is worth counting."""

    decision: Decision
    flag: Flag | None = None


Choice = Joins | Opens | TouchesNothing


@dataclass(frozen=True, kw_only=True, slots=True)
class _Match:
    incident: Incident
    likeness: Likeness
    resemblance: float
    origin: str | None

    @property
    def rank(self) -> tuple[float, datetime, str]:
        """Best first: score, then the older incident, then its id, so that equals are always chosen alike."""
        return -self.likeness.score, self.incident.state.first_seen, self.incident.state.incident_id


def choose(
    telling: Contribution,
    incidents: Mapping[str, Incident],
    index: CandidateIndex,
    settings: LinkSettings,
    *,
    test: bool,
    taken: frozenset[str] = frozenset(),
    is_guess: bool = False,
) -> Choice:
    """Return where the telling goes, from it, the open incidents and the settings alone.

    ``taken`` names incidents that other attacks of the same item belong to: one item tells of one attack once. ``is_guess``: it
    names no place, and is looked at in several link regions; it needs more here, opens nothing and is counted elsewhere.
    """
    copies = index.copies_of(telling.signature)
    needed = _threshold(telling, settings) + (
        settings.other_region_margin if is_guess and not _is_denial(telling) else 0.0
    )
    near = index.near(telling, test=test, settings=settings, needed=needed)
    sharing = index.sharing(telling, test=test)
    found = sharing.difference(copies, near)
    search = _Search(telling=telling, copies=copies, only_sharing=found, settings=settings, test=test)
    matches = _matches(search, sorted({*copies, *near, *sharing} - taken), incidents)
    fitting = [match for match in matches if match.likeness.veto is None]
    if speaks_of_known(telling) and (not fitting or fitting[0].likeness.score < needed):
        beyond = index.near(telling, test=test, settings=settings, everywhere=True)
        matches = _matches(search, sorted({*copies, *near, *sharing, *beyond} - taken), incidents)
        fitting = [match for match in matches if match.likeness.veto is None]
    best = fitting[0] if fitting else None
    runner_up = fitting[1] if len(fitting) > 1 else None
    if best is not None and best.likeness.score >= needed and _is_clear(telling, best, runner_up, settings):
        rule = "copy of a known text" if best.resemblance >= settings.same_text else "same attack"
        return Joins(
            incident_id=best.incident.state.incident_id,
            decision=_decision(rule, best, runner_up),
            origin=best.origin,
        )
    names_village = telling.facts.place is not None and telling.facts.place.precision is Precision.EXACT
    if best is not None and not names_village and _is_told_from_elsewhere(telling, best, runner_up, settings):
        return Joins(
            incident_id=best.incident.state.incident_id,
            decision=_decision("same attack, told from elsewhere", best, runner_up),
            origin=best.origin,
            is_elsewhere=True,
        )
    if best is not None and _is_clear_reaction(telling, best, runner_up, settings):
        return Joins(
            incident_id=best.incident.state.incident_id,
            decision=_decision("the nearest attack known", best, runner_up),
            origin=best.origin,
        )
    if best is not None and _speaks_of_nothing_else(telling, best, runner_up, settings):
        return Joins(
            incident_id=best.incident.state.incident_id,
            decision=_decision("the nearest attack known", best, runner_up),
            origin=best.origin,
            is_elsewhere=best.likeness.reasons[0].weight < 0,
        )
    flag = why_not_open(telling, settings, fits_none=best is None or best.likeness.score <= 0)
    half_fits = best is not None and best.likeness.score > 0 and not (best.likeness.is_elsewhere and names_village)
    if flag is None and telling.source.kind is Kind.REACTION and half_fits:
        # It half fits a known attack, told perhaps from the town of the mourners: alerting would more likely repeat that one.
        flag = Flag.REACTION_TOO_VAGUE
    if is_guess and not _is_denial(telling):
        return TouchesNothing(decision=_decision("touches nothing here", None, best))
    if flag is not None or telling.source.kind is Kind.RETRACTION:
        return TouchesNothing(decision=_decision("touches nothing", None, best), flag=flag or Flag.NOTHING_TO_RETRACT)
    is_reaction = telling.source.kind is Kind.REACTION
    split = _split(telling, matches, settings, test=test)
    if split is not None:
        split_from, takes = split
        return Opens(decision=_decision("split from another", None, best), split_from=split_from, takes=takes)
    rule = "first known from a reaction" if is_reaction else "no such attack known"
    return Opens(decision=_decision(rule, None, best))


def _is_denial(telling: Contribution) -> bool:
    return telling.source.kind is Kind.RETRACTION


@dataclass(frozen=True, kw_only=True, slots=True)
class _Search:
    """What a telling is compared by: ``copies`` are incidents with a text that may be the same, ``only_sharing`` those found by shared clues alone."""

    telling: Contribution
    copies: set[str]
    only_sharing: set[str]
    settings: LinkSettings
    test: bool


def _matches(search: _Search, candidates: Sequence[str], incidents: Mapping[str, Incident]) -> list[_Match]:
    """The candidates that may matter, best first: none that is hopeless, none in conflict that could not be two."""
    telling, settings, copies = search.telling, search.settings, search.copies
    found: list[_Match] = []
    mine = clues_of(telling)
    rest = most_of_the_rest(telling)
    for incident_id in candidates:
        incident = incidents[incident_id]
        if incident.state.test is not search.test or _is_closed_to(telling, incident):
            continue
        known = incident.known()
        clues = shared(telling, mine, known)
        if incident_id in search.only_sharing and clues.all < SAME_WORDS_FROM:
            continue
        alike, origin = _nearest_text(telling, incident) if incident_id in copies else (0.0, None)
        likeness = liken_hopeful(telling, known, alike, settings, rest=rest, clues=clues)
        if likeness is None or (likeness.veto is not None and len(incident.tellings) < 2):  # nothing to split
            continue
        found.append(
            _Match(
                incident=incident,
                likeness=likeness,
                resemblance=alike,
                origin=origin if alike >= settings.same_text else None,
            )
        )
    return sorted(found, key=lambda match: match.rank)


def _nearest_text(telling: Contribution, incident: Incident) -> tuple[float, str | None]:
    best, origin = 0.0, None
    for part in sorted(incident.tellings):
        other = incident.tellings[part]
        alike = resemblance(telling.signature, other.signature)
        if alike > best:
            best, origin = alike, other.source.origin
    return best, origin


def _is_closed_to(telling: Contribution, incident: Incident) -> bool:
    """Whether the incident was called false before this was told, and this happened later or tells of people hurt: then it is another attack."""
    if incident.state.status is Status.MERGED:
        return True
    if incident.state.status is not Status.RETRACTED or telling.source.kind not in STATING:
        return False
    denied = [c.source.time for c in incident.tellings.values() if c.source.kind is Kind.RETRACTION or c.desk]
    if not denied:
        return False
    told = telling.facts.occurred_on
    if told is not None and told > local_day(min(denied)):
        return True  # what happened later cannot be what was denied
    return telling.source.time > min(denied) and is_of_people_hurt(telling)


def _threshold(telling: Contribution, settings: LinkSettings) -> float:
    if telling.source.kind is Kind.REPORT:
        if telling.facts.is_back_reference:
            return settings.update_threshold
        doubt = max(0.0, settings.doubt_from - telling.facts.confidence) * settings.doubt_weight
        return max(settings.least_report_threshold, settings.report_threshold - doubt)
    unplaced = telling.facts.place is None
    return {
        Kind.UPDATE: settings.update_threshold,
        Kind.REACTION: settings.unplaced_reaction_threshold if unplaced else settings.reaction_threshold,
        Kind.RETRACTION: settings.retraction_threshold,
    }[telling.source.kind]


def _is_clear(telling: Contribution, best: _Match, runner_up: _Match | None, settings: LinkSettings) -> bool:
    """A text that names no place must fit one incident clearly better than the next."""
    if telling.facts.place is not None or best.resemblance >= settings.same_text or runner_up is None:
        return True
    return best.likeness.score - runner_up.likeness.score >= settings.unplaced_margin


def _is_told_from_elsewhere(
    telling: Contribution, best: _Match, runner_up: _Match | None, settings: LinkSettings
) -> bool:
    """Whether an update agrees with one attack in all but the place: "the third victim died in hospital in Ramadi".

    Not one that names a village: no hospital is there, so it may well be of an attack whose first report is still to come.
    """
    if telling.source.kind is not Kind.UPDATE or not best.likeness.is_elsewhere:
        return False
    if best.likeness.score < settings.elsewhere_threshold:
        return False
    return runner_up is None or best.likeness.score - runner_up.likeness.score >= settings.split_margin


def _is_clear_reaction(telling: Contribution, best: _Match, runner_up: _Match | None, settings: LinkSettings) -> bool:
    """Whether a reaction that agrees little agrees in its place, and with no other incident nearly as well."""
    if telling.source.kind is not Kind.REACTION or best.likeness.reasons[0].weight <= 0:
        return False
    is_near = runner_up is not None and best.likeness.score - runner_up.likeness.score < settings.unplaced_margin
    return best.likeness.score >= settings.clear_reaction_threshold and not is_near


def _speaks_of_nothing_else(
    telling: Contribution, best: _Match, runner_up: _Match | None, settings: LinkSettings
) -> bool:
    """Whether an update that agrees with nothing well enough still can only be of the nearest attack.

    An attack that nobody told before is seldom first told by an update, while a misread fact of an update is common. Not
    one that names a village elsewhere: that is a place of its own, and its first report may be on the way.
    """
    if telling.source.kind is not Kind.UPDATE or not is_located(telling.facts.place):
        return False
    if telling.facts.confidence < settings.sure_from or best.likeness.is_long_ago:
        return False
    if runner_up is not None and best.likeness.score - runner_up.likeness.score < settings.split_margin:
        return False
    if not best.likeness.is_elsewhere:
        return best.likeness.score >= settings.known_threshold
    names_village = telling.facts.place is not None and telling.facts.place.precision is Precision.EXACT
    if names_village or best.likeness.score < settings.known_elsewhere_threshold:
        return False
    is_freed = telling.facts.event_type is EventType.ABDUCTION and best.incident.state.event_type is EventType.ABDUCTION
    return is_freed or any(reason.name == "more killed" for reason in best.likeness.reasons)


def _split(
    telling: Contribution, matches: Sequence[_Match], settings: LinkSettings, *, test: bool
) -> tuple[str, tuple[str, ...]] | None:
    """The incident that turns out to be two, and which of its tellings are of the new one.

    Only tellings that named no site of their own move ("a bomb in the district, five killed"): they had joined the only
    attack known then, and fit the one told now better.
    """
    if telling.facts.place is None or telling.source.kind not in STATING:
        return None
    vetoed = [
        match
        for match in matches
        if match.likeness.veto is not None
        and len(match.incident.tellings) > 1
        and match.incident.state.status is Status.ACTIVE
        and any(_may_move(c) for c in match.incident.tellings.values())
    ]
    if not vetoed:
        return None
    alone = profile_of(draw([telling], settings), [telling], test=test)
    for match in vetoed:
        takes = _better_here(match.incident, alone, settings, test=test)
        if takes:
            return match.incident.state.incident_id, takes
    return None


def _better_here(incident: Incident, alone: Profile, settings: LinkSettings, *, test: bool) -> tuple[str, ...]:
    takes: list[str] = []
    tellings = incident.tellings
    for part in sorted(tellings):
        candidate = tellings[part]
        if not _may_move(candidate):
            continue
        rest = [c for other, c in tellings.items() if other != part and other not in takes]
        if not any(c.source.kind in STATING for c in rest):
            break
        mine = clues_of(candidate)
        here = liken(candidate, alone, 0.0, settings, clues=shared(candidate, mine, alone))
        if here.veto or here.score < settings.report_threshold:
            continue
        rest = sorted(rest, key=lambda c: (c.source.time, c.source.item_id))
        others = profile_of(draw(rest, settings), rest, test=test)
        there = liken(candidate, others, 0.0, settings, clues=shared(candidate, mine, others))
        if here.score >= there.score + settings.split_margin:
            takes.append(part)
    return tuple(takes)


def _may_move(telling: Contribution) -> bool:
    """Whether it is news that named no site of its own."""
    place = telling.facts.place
    return telling.desk is None and telling.source.kind in STATING and (place is None or place.lat is None)


def _decision(rule: str, best: _Match | None, runner_up: _Match | None) -> Decision:
    return Decision(
        rule=rule,
        score=best.likeness.score if best else 0.0,
        reasons=best.likeness.reasons if best else (),
        runner_up=runner_up.incident.state.incident_id if runner_up else None,
        runner_up_score=runner_up.likeness.score if runner_up else 0.0,
    )
