"""How near two types of attack, or two perpetrators, are: accounts of one attack disagree on some pairs, never on others."""

from functools import lru_cache

from services.classify.link.incident import Profile
from shared.events.facts import EventType
from shared.events.incident import Contribution, Reason
from shared.events.report import Kind

_SAME_TYPE = 1.0
_SAME_RARE_TYPE = 1.3
"""Agreement says more the rarer the type is."""
_OTHER_TYPE = -2.6
NO_SUCH_PAIR = "other type"
RELATED = "related type"
_T = EventType
_COMMON_TYPES = frozenset({_T.ARMED_CLASH, _T.ATTACK, _T.REMOTE_EXPLOSIVE_LANDMINE_IED})
_BETWEEN_TYPES: dict[frozenset[EventType], float] = {
    frozenset(pair): weight
    for *pair, weight in (
        # What first reports call "an explosion" turns out to be one of these.
        (_T.REMOTE_EXPLOSIVE_LANDMINE_IED, _T.SUICIDE_BOMB, 0.6),
        (_T.REMOTE_EXPLOSIVE_LANDMINE_IED, _T.GRENADE, 0.3),
        (_T.REMOTE_EXPLOSIVE_LANDMINE_IED, _T.SHELLING_ARTILLERY_MISSILE, 0.0),
        (_T.REMOTE_EXPLOSIVE_LANDMINE_IED, _T.AIR_DRONE_STRIKE, 0.0),
        (_T.REMOTE_EXPLOSIVE_LANDMINE_IED, _T.CHEMICAL_WEAPON, -0.5),
        (_T.SHELLING_ARTILLERY_MISSILE, _T.AIR_DRONE_STRIKE, 0.5),
        (_T.SHELLING_ARTILLERY_MISSILE, _T.GRENADE, -0.6),
        (_T.SHELLING_ARTILLERY_MISSILE, _T.CHEMICAL_WEAPON, 0.0),
        (_T.GRENADE, _T.CHEMICAL_WEAPON, 0.0),
        (_T.GRENADE, _T.ATTACK, 0.0),
        (_T.GRENADE, _T.ARMED_CLASH, -0.5),
        # Who was shot at, and whether anybody shot back, is where accounts of one gunfight differ.
        (_T.ATTACK, _T.ARMED_CLASH, 0.6),
        (_T.ATTACK, _T.ABDUCTION, -0.5),
        (_T.ATTACK, _T.SEXUAL_VIOLENCE, -0.5),
        (_T.ABDUCTION, _T.SEXUAL_VIOLENCE, -0.8),
        (_T.ATTACK, _T.SUICIDE_BOMB, -0.6),
        (_T.ARMED_CLASH, _T.SUICIDE_BOMB, -0.6),
        (_T.ATTACK, _T.REMOTE_EXPLOSIVE_LANDMINE_IED, -1.0),
        (_T.ARMED_CLASH, _T.REMOTE_EXPLOSIVE_LANDMINE_IED, -1.0),
        (_T.ATTACK, _T.SHELLING_ARTILLERY_MISSILE, -1.0),
        (_T.ATTACK, _T.AIR_DRONE_STRIKE, -1.0),
        (_T.ARMED_CLASH, _T.SHELLING_ARTILLERY_MISSILE, -1.0),
        (_T.ARMED_CLASH, _T.AIR_DRONE_STRIKE, -1.2),
        (_T.ARMED_CLASH, _T.ABDUCTION, -1.2),
        (_T.ARMED_CLASH, _T.GOVERNMENT_REGAINS_TERRITORY, -0.4),
        (_T.ARMED_CLASH, _T.NON_STATE_OVERTAKES_TERRITORY, -0.4),
        (_T.ATTACK, _T.NON_STATE_OVERTAKES_TERRITORY, -0.3),
    )
}
"""Weights of two different types; pairs that are not here are worth ``_OTHER_TYPE``."""
_CALLED_ATTACK = -0.3
_LOOKING_BACK = frozenset({Kind.UPDATE, Kind.REACTION})

STATES = frozenset({
    "turkey", "iran", "israel", "us_coalition", "russia", "ukraine", "saudi_coalition", "sudan_army", "syria_gov",
    "iraq_gov", "nigeria", "somalia_gov", "pakistan", "india", "ethiopia_gov", "mali_gov", "burkina_faso_gov",
    "myanmar_gov", "lebanon_gov",
})  # fmt: skip
"""Perpetrators with an air force or an army: who struck is seldom a guess, and their spokesmen confirm it every time."""

CAMPS: tuple[frozenset[str], ...] = tuple(
    frozenset(camp.split())
    for camp in (
        "al_qaeda jnim",
        "al_qaeda al_shabaab",
        "al_qaeda hts",
        "isis iswap",
        "isis isis_k",
        "isis adf",
        "iswap boko_haram",
        "taliban ttp",
        "pkk ypg",
        "militia hezbollah",
        "militia iran",
        "criminal tribal",
        "us_coalition iraq_gov",
        "us_coalition somalia_gov",
    )
)
"""Perpetrators of whom accounts of one attack name now this one, now that: a branch and its head, two that fight side by side."""


def kinship(telling: Contribution, known: Profile) -> Reason | None:
    """Return what the telling's type says beside the incident's, None where either has none."""
    told = telling.facts.event_type
    if told is None or known.event_type is None:
        return None
    if told is known.event_type:
        return _reason("same type", _SAME_TYPE if told in _COMMON_TYPES else _SAME_RARE_TYPE)
    if len(known.event_types) > 1 and told in known.event_types:
        same = _SAME_TYPE if told in _COMMON_TYPES else _SAME_RARE_TYPE
        return _reason("type that others told", round(same * 0.8, 2))
    weight = _between(told, known.event_type)
    if told is EventType.ATTACK and telling.source.kind in _LOOKING_BACK:
        # What looks back at a bombing or an abduction calls it "the attack", "the crime", "the massacre".
        weight = max(_CALLED_ATTACK, _CALLED_ATTACK if weight is None else weight)
    if weight is None:
        return _reason(NO_SUCH_PAIR, _OTHER_TYPE)
    return _reason(RELATED if weight < 0 else "compatible type", weight)


@lru_cache(maxsize=256)
def _between(told: EventType, known: EventType) -> float | None:
    return _BETWEEN_TYPES.get(frozenset({told, known}))


@lru_cache(maxsize=256)
def _reason(name: str, weight: float) -> Reason:
    return Reason(name=name, weight=weight)


@lru_cache(maxsize=64)
def kindred(told: EventType | None) -> dict[str, float]:
    """Return the weight of each type, by name, beside first-hand news of ``told``; empty where nothing is told. Not to be changed."""
    if told is None:
        return {}
    same = _SAME_TYPE if told in _COMMON_TYPES else _SAME_RARE_TYPE
    beside = {known.value: _between(told, known) for known in EventType}
    return {name: _OTHER_TYPE if weight is None else weight for name, weight in beside.items()} | {told.value: same}
