"""Which of ACLED's sub-event types an attack is, with what it was done and whom it hit."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from services.classify.read.lexicon import Hit, visible
from services.classify.read.quotes import quote_of, telling_hit
from services.classify.read.text import TokenKind
from services.classify.read.triggers import Marked, Marks
from services.classify.read.type_features import type_features
from services.classify.read.type_model import TypeModel
from services.classify.read.victims import hits_security
from shared.events.facts import EventType, Evidence

_WEAPON_OF = {
    "atk.suicide": "suicide_vest",
    "atk.car_bomb": "car_bomb",
    "atk.ied": "ied",
    "atk.mine": "mine",
    "atk.air": "airstrike",
    "atk.strike": "airstrike",
    "atk.drone": "drone",
    "atk.grenade": "grenade",
    "atk.chemical": "chemical",
    "atk.gunmen": "gun",
    "atk.gunfire": "gun",
    "atk.clash": "gun",
    "atk.knife": "knife",
}
_SHELLS = {
    "mortar": ("mortar", "هاون"),
    "rocket": ("rocket", "katyusha", "صاروخ", "صواريخ", "كاتيوشا", "مووشەك", "موشەك", "ڕۆكێت"),
    "missile": ("missile", "ballistic", "باليستي"),
    "artillery": ("artillery", "shell", "howitzer", "مدفع", "قذيف", "قذائف", "تۆپ"),
}
_TARGETS = (
    "civilians", "police", "army", "peshmerga", "hashd", "tribal", "officials", "energy", "religious", "journalists", "militants", "base",
)  # fmt: skip

_BY_CONCEPT: dict[str, EventType] = {
    "atk.chemical": EventType.CHEMICAL_WEAPON,
    "atk.suicide": EventType.SUICIDE_BOMB,
    "atk.sexual": EventType.SEXUAL_VIOLENCE,
    "atk.retake": EventType.GOVERNMENT_REGAINS_TERRITORY,
    "atk.seize": EventType.NON_STATE_OVERTAKES_TERRITORY,
    "atk.car_bomb": EventType.REMOTE_EXPLOSIVE_LANDMINE_IED,
    "atk.drone": EventType.AIR_DRONE_STRIKE,
    "atk.air": EventType.AIR_DRONE_STRIKE,
    "atk.shell": EventType.SHELLING_ARTILLERY_MISSILE,
    "atk.grenade": EventType.GRENADE,
    "atk.mine": EventType.REMOTE_EXPLOSIVE_LANDMINE_IED,
    "atk.ied": EventType.REMOTE_EXPLOSIVE_LANDMINE_IED,
    "atk.abduct": EventType.ABDUCTION,
    "atk.strike": EventType.AIR_DRONE_STRIKE,
    "atk.bombard": EventType.SHELLING_ARTILLERY_MISSILE,
    "atk.clash": EventType.ARMED_CLASH,
    "atk.militants_killed": EventType.ARMED_CLASH,
}
"""Most telling first: a suicide car bomb is a suicide bomb, a drone with gas a chemical weapon."""
_ORDER = tuple(_BY_CONCEPT)
_OUTRANKS = frozenset({"atk.chemical", "atk.suicide"})
"""These settle the type wherever in the opening they stand: the headline's "bombing" leaves them open."""
_LEFT_OPEN = frozenset(
    {"atk.ied", "atk.car_bomb", "atk.blast", "weak.explosion", "atk.grenade", "atk.shell", "atk.drone"}
)
_GENERIC = frozenset({"atk.strike", "atk.bombard", "atk.militants_killed"})
"""These say that something came from afar or that militants died; the next sentence may say how."""
_BOMBS = frozenset({"atk.blast", "weak.explosion"})
_FROM_AFAR = frozenset({"atk.air", "atk.drone"})
_OVERRUN = frozenset(
    {"overrun", "overruns", "overran", "stormed", "storm", "storms", "entered", "enter", "enters", "village"}
)
_GROUND = frozenset(
    {"town", "city", "control", "captured", "captures", "capture", "seized", "seize", "seizes", "district", "airport"}
)
_OBJECT_FOLLOWS = frozenset(
    {
        "at", "dozens", "scores", "several", "more", "people", "civilians", "villagers", "soldiers", "policemen", "residents", "worshippers",
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "nearly", "about", "some",
    }
)  # fmt: skip
_GUN = frozenset({"atk.gunmen", "atk.gunfire", "atk.assault", "atk.knife", "weak.attack", "weak.fire", "victim.killed"})
_BY_PEOPLE = frozenset({EventType.ARMED_CLASH, EventType.ATTACK})
"""Gun attacks: which of the two is told by whom they hit, not by a weapon."""
_HARMED = _GUN | {"weak.killed", "victim.wounded"}
_OF_DRONES = frozenset({"atk.suicide", "atk.car_bomb", "atk.ied"})
_DRONES = ("drone", "مسير", "درۆن")
_NOT = frozenset(
    {
        "not",
        "ruling",
        "ruled",
        "rather",
        "others",
        "some",
        "spoke",
        "unclear",
        "whether",
        "ليس",
        "وليس",
        "نفي",
        "نەك",
        "نييە",
    }
)
_OPENING = 4


@dataclass(frozen=True, kw_only=True)
class TypeReading:
    """The type, its words, and the slugs that help linking."""

    event_type: EventType | None
    evidence: tuple[Evidence, ...]
    weapons: tuple[str, ...]
    targets: tuple[str, ...]


def read_event_type(marks: Marks, telling: Sequence[int], model: TypeModel | None) -> TypeReading:
    """Return the type of the attack that the sentences ``telling`` tell: the rules' answer, unless the model knows better.

    Reactions are read without the model, which learns from news of attacks.
    """
    opening, rule, found = _by_rules(marks, telling)
    chosen = model.choose(rule, type_features(marks, rule)) if model else rule
    if chosen is not rule and chosen is not None:
        found = _speaks_for(chosen, (*opening, *marks.head)) or found
    weapons = tuple(dict.fromkeys(slug for one in opening for hit in one.hits for slug in _weapons(one, hit)))
    targets = tuple(slug for slug in _TARGETS if any(f"tgt.{slug}" in one.concepts for one in opening))
    evidence = (_evidence(marks, opening, *found),) if found else ()
    return TypeReading(event_type=chosen, evidence=evidence, weapons=weapons, targets=targets)


def rule_type(marks: Marks, telling: Sequence[int]) -> EventType | None:
    """Return the type that the rules alone give: what the model weighs against the words."""
    return _by_rules(marks, telling)[1]


def _by_rules(marks: Marks, telling: Sequence[int]) -> "tuple[Sequence[Marked], EventType | None, Found]":
    """The sentences that open the telling, the type by rule, and its word; what the headline says plainly stands."""
    wanted = set(telling)
    told = sorted((one for one in marks.marked if one.sentence.index in wanted), key=lambda one: one.sentence.index)
    opening = [one for one in told if one in marks.head] or told[:2]
    chosen, found = _plain(opening, told[:_OPENING])
    if chosen is None:
        chosen, found = _by_people(marks, opening)
    if chosen is None:
        chosen, found = _by_rest(marks)
    return opening, chosen, found


def _speaks_for(chosen: EventType, told: Sequence[Marked]) -> "Found":
    """The word that the model's type rests on: a weapon's or deed's of that type, else one of harm."""
    of_type = frozenset(concept for concept, one in _BY_CONCEPT.items() if one is chosen)
    return _first_of(told, of_type) or (_first_of(told, _HARMED) if chosen in _BY_PEOPLE else None)


Found = tuple[Marked, Hit] | None


def _plain(opening: Sequence[Marked], told: Sequence[Marked]) -> tuple[EventType | None, Found]:
    """The type by weapon or deed: from the first sentence that names one, unless a later one settles what it left open."""
    generic: Found = None
    for one in opening:
        first = _foremost(one, opening)
        if first is None:
            continue
        if first.concept in _GENERIC:
            generic = generic or (one, first)
            continue
        if generic and first.concept == "atk.clash" and generic[1].concept != "atk.militants_killed":
            break
        found = _settled_by_later(one, first, told) or (one, first)
        return _BY_CONCEPT[found[1].concept], found
    if generic and not (_is_of_bomb(opening) and generic[1].concept == "atk.militants_killed"):
        return _BY_CONCEPT[generic[1].concept], generic
    if (settled := _settled(told)) is not None and any(one.concepts & _BOMBS for one in opening):
        return _BY_CONCEPT[settled[1].concept], settled
    bomb = _first_of(opening, _BOMBS)
    if bomb is not None and (generic or _first_of(opening, {"atk.gunmen", "atk.gunfire"}) is None):
        return EventType.REMOTE_EXPLOSIVE_LANDMINE_IED, bomb
    return None, None


def _foremost(one: Marked, opening: Sequence[Marked]) -> Hit | None:
    """The most telling word for a type in one sentence."""
    hits = [
        hit
        for hit in one.hits
        if hit.concept in _BY_CONCEPT and not _is_denied(one, hit) and not _is_by_militants(one, hit)
    ]
    if not hits or _is_raid(one, hits, opening):
        return None
    first = _not_swallowed(min(hits, key=lambda hit: (_ORDER.index(hit.concept), hit.first)), hits)
    if first.concept == "atk.clash" and (_is_bare(first, one) or _is_raid_on_civilians(one, first, opening)):
        return None
    return None if first.concept == "atk.abduct" and _is_killing_first(one, first) else first


def _settled_by_later(one: Marked, first: Hit, told: Sequence[Marked]) -> Found:
    """What a later sentence makes of a word that leaves the weapon open."""
    if _names_any_bomb(one, first) and (dropped := _first_of(told, _FROM_AFAR)) is not None:
        return dropped
    return _settled(told) if first.concept in _LEFT_OPEN else None


def _is_of_bomb(opening: Sequence[Marked]) -> bool:
    """Whether those killed died by a bomb and no shot is told."""
    return (
        _first_of(opening, _BOMBS) is not None and _first_of(opening, frozenset({"atk.gunfire", "atk.clash"})) is None
    )


def _first_of(told: Iterable[Marked], concepts: AbstractSet[str]) -> Found:
    return next(((one, hit) for one in told for hit in one.hits if hit.concept in concepts), None)


def _names_any_bomb(one: Marked, hit: Hit) -> bool:
    """ "Bombing of a market": a later sentence may say that the bombs fell from an aircraft."""
    words = {token.key for token in visible(one.sentence)[hit.first : hit.last + 1]}
    return hit.concept == "atk.ied" and bool(words & {"bombing", "bombings", "bombed", "bombs"})


def _is_by_militants(one: Marked, hit: Hit) -> bool:
    """ "Insurgents killed at least four people": militants who kill, not who are killed."""
    if hit.concept != "atk.militants_killed":
        return False
    tokens = visible(one.sentence)
    last, following = tokens[hit.last].key, tokens[hit.last + 1 : hit.last + 3]
    if last not in {"killed", "shot"} or not following:
        return False
    return following[0].kind is TokenKind.NUMBER or following[0].key in _OBJECT_FOLLOWS


def _is_raid(one: Marked, hits: Sequence[Hit], opening: Sequence[Marked]) -> bool:
    """A post or camp that is overrun with bloodshed is raided, not taken, unless something else says that ground changed hands."""
    tokens = visible(one.sentence)
    if any(hit.concept != "atk.seize" for hit in hits):
        return False
    if not any("victim.killed" in other.concepts for other in opening):
        return False
    spans = [{token.key for token in tokens[hit.first : hit.last + 1]} for hit in hits]
    return all(span & _OVERRUN and not span & _GROUND for span in spans)


def _settled(told: Iterable[Marked]) -> Found:
    for one in told:
        for hit in one.hits:
            if hit.concept in _OUTRANKS and not _is_denied(one, hit):
                return one, hit
    return None


def _not_swallowed(first: Hit, hits: Sequence[Hit]) -> Hit:
    """ "Missile strike on a base" is a missile's, though "strike on a base" alone would be an aircraft's."""
    if first.concept == "atk.retake":  # "militia fighters retake the town": not the government's
        for hit in hits:
            if hit.concept == "atk.seize" and hit.first <= first.first <= hit.last:
                return hit
    if first.concept in ("atk.air", "atk.strike"):
        for hit in hits:
            if hit.concept in ("atk.shell", "atk.drone") and hit.first <= first.first and hit.last >= first.first:
                return hit
    return first


def _is_bare(hit: Hit, one: Marked) -> bool:
    """A clash that is only the answer to an attack on civilians ("who responded to the firefight")."""
    assaulted = one.concepts & {"atk.assault", "atk.gunmen"} and one.concepts & {"tgt.civilians", "tgt.religious"}
    return hit.last - hit.first <= 1 and bool(assaulted)


def _is_raid_on_civilians(one: Marked, hit: Hit, opening: Sequence[Marked]) -> bool:
    """ "Villagers killed in raid": a raid is a fight only for those who can fight."""
    words = {token.key for token in visible(one.sentence)[hit.first : hit.last + 1]}
    on_civilians = any("tgt.civilians" in other.concepts and "tgt.militants" not in other.concepts for other in opening)
    return bool(words & {"raid", "raids", "ambush"}) and on_civilians and not hits_security(opening, "en")


def _is_killing_first(one: Marked, hit: Hit) -> bool:
    """ "Farmer killed, brother abducted" in a headline: what it names first is what it is about."""
    if one.sentence.field != "title":
        return False
    killed = [other.first for other in one.of("victim.killed") if other.first < hit.first]
    words = {token.key for token in visible(one.sentence)[: hit.first]}
    return bool(killed) and not words & {"body", "bodies", "found", "kidnapped", "abducted", "hostage", "hostages"}


def _is_denied(one: Marked, hit: Hit) -> bool:
    if hit.concept in _OF_DRONES and any(_overlaps(hit, drone) for drone in one.of("atk.drone")):
        return True  # a "suicide drone" is a drone, and so is one laden with a bomb
    before = visible(one.sentence)[max(0, hit.first - 3) : hit.first]
    return any(token.key in _NOT for token in before)


def _overlaps(one: Hit, other: Hit) -> bool:
    return one.first <= other.last and other.first <= one.last


def _by_people(marks: Marks, opening: Sequence[Marked]) -> tuple[EventType | None, Found]:
    """A gun attack is a clash when it was on police or army, an attack when it was on civilians."""
    for one in opening:
        for hit in one.hits:
            if hit.concept in _GUN:
                kind = EventType.ARMED_CLASH if hits_security(opening, marks.document.lang) else EventType.ATTACK
                return kind, (one, hit)
    return None, None


def _by_rest(marks: Marks) -> tuple[EventType | None, Found]:
    """The type where no sentence tells the attack plainly: by any word for a weapon in headline and lead, else by those harmed.

    An alert without a type reaches nobody who asked for a type; null is left to texts that name neither weapon nor harm.
    """
    chosen, found = _plain(marks.head, marks.head)
    if chosen is not None:
        return chosen, found
    for one in marks.head:
        for hit in one.hits:
            if hit.concept == "weak.weapon" and (weapon := _weak_weapon(one, hit)) is not None:
                return weapon, (one, hit)
    for one in marks.head:
        for hit in one.hits:
            if hit.concept in _HARMED:
                kind = EventType.ARMED_CLASH if hits_security(marks.head, marks.document.lang) else EventType.ATTACK
                return kind, (one, hit)
    return None, None


def _weak_weapon(one: Marked, hit: Hit) -> EventType | None:
    words = [token.key for token in visible(one.sentence)[hit.first : hit.last + 1]]
    if any(stem in word for word in words for stems in _SHELLS.values() for stem in stems):
        return EventType.SHELLING_ARTILLERY_MISSILE
    if any(stem in word for word in words for stem in _DRONES):
        return EventType.AIR_DRONE_STRIKE
    return None


def _weapons(one: Marked, hit: Hit) -> tuple[str, ...]:
    if hit.concept in _WEAPON_OF:
        return (_WEAPON_OF[hit.concept],)
    if hit.concept != "atk.shell":
        return ()
    words = [token.key for token in visible(one.sentence)[hit.first : hit.last + 1]]
    return tuple(slug for slug, stems in _SHELLS.items() if any(stem in word for word in words for stem in stems))


def _evidence(marks: Marks, opening: Sequence[Marked], marked: Marked, hit: Hit) -> Evidence:
    """The sentence that names the deed, one under the headline before the headline itself."""
    lead = telling_hit([one for one in opening if one.sentence.field != "title"], (hit.concept,))
    marked, hit = lead or (marked, hit)
    return quote_of(marks.document, "event_type", marked.sentence, hit)
