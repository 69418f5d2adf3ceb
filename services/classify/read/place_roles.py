"""What the words around a mention say of it: which kind of place, how near, and whether the attack is told to be there.

Looks a few tokens to either side and never further than the sentence; no word decides alone, each role only lowers a weight.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.classify.read.place_asides import (
    country_of,
    forms_of,
    heads_the_title,
    is_actor,
    is_corrected,
    is_dateline,
    is_in,
    is_institution,
    is_long_before,
    is_speaker,
)
from services.classify.read.place_beside import beside, is_road, locates
from services.classify.read.place_cues import cue_level, level_told_after
from services.classify.read.place_mentions import Mention
from services.classify.read.place_past import background_factor
from services.classify.read.place_reading import Reading
from services.classify.read.place_words import (
    ATTACK,
    BETWEEN,
    BORDER,
    DIRECTION_ADJECTIVES,
    INSIDE,
    LEVELS,
    MOVED,
    NEAR,
    PLACED,
    Level,
    Nearness,
    Role,
)
from services.classify.read.text import Token, TokenKind
from shared.letters import fold

_BACKGROUND_BELOW = 0.2


def _words_before(mention: Mention, limit: int) -> list[Token]:
    """The words before a mention, nearest first; a comma or full mark is kept, quotes and hyphens are not."""
    out = []
    for token in reversed(mention.sentence.tokens[: mention.first]):
        if token.kind is TokenKind.MARK and token.text not in ",،;؛:()":
            continue
        out.append(token)
        if len(out) == limit:
            break
    return out


def _words_after(mention: Mention, limit: int) -> list[Token]:
    out = []
    for token in mention.sentence.tokens[mention.last + 1 :]:
        if token.kind is TokenKind.MARK and token.text not in ",،;؛:()/—–-":
            continue
        out.append(token)
        if len(out) == limit:
            break
    return out


def _level_after(after: Sequence[Token]) -> Level | None:
    if not after or not after[0].text.isascii():
        return None
    level = LEVELS.get(after[0].key)
    if (
        level is None
        and len(after) > 1
        and after[0].key in ("international", "military", "air", "refugee", "oil", "gas")
    ):
        level = LEVELS.get(after[1].key)
    return level


def _nearness(before: Sequence[Token], words: list[Token]) -> Nearness:
    for token in before[:4]:
        if is_in(token, BETWEEN):
            return Nearness.BETWEEN
    if [token.key for token in before[:1]] == ["to"] and len(before) > 1 and before[1].key in _CLOSE:
        return Nearness.NEAR
    for token in words:
        if is_in(token, NEAR):
            return Nearness.NEAR
    for token in words:
        if is_in(token, INSIDE):
            return Nearness.INSIDE
    return Nearness.AT


@dataclass(frozen=True, kw_only=True)
class _Wording:
    """The words that govern a name: ``phrase`` stands between it and ``governing`` (nearest first), which places or moves things."""

    phrase: tuple[Token, ...]
    governing: tuple[Token, ...]
    level: Level | None

    @property
    def head(self) -> Token | None:
        return self.governing[0] if self.governing else None


_OF_AFTER = frozenset(
    [
        "residents",
        "people",
        "villagers",
        "inhabitants",
        "part",
        "parts",
        "west",
        "north",
        "south",
        "east",
        "top",
        "control",
        "seizure",
        "capture",
    ]
)


def _wording(before: Sequence[Token], level: Level | None) -> _Wording:
    """Split the words before a name into its own phrase ("the outskirts of the town of") and what governs that."""
    phrase: list[Token] = []
    for n, token in enumerate(before[:6]):
        stated = cue_level(token)
        is_near = is_in(token, NEAR)
        if token.text in ",،;؛:()" or len(phrase) == 5:
            break
        if token.key == "of" and not _takes_of(before[n + 1 : n + 2]):
            break
        if stated is not None:
            if not is_near and any(is_in(t, NEAR) for t in phrase):
                break  # "a village northeast of X": X itself is no village
            further = before[n + 1] if n + 1 < len(before) else None
            is_anothers = n > 0 and before[n - 1].key == "of" and further is not None and further.text[:1].isupper()
            if not is_anothers:  # "the Riyadh subdistrict of Hawija": the subdistrict is Riyadh
                level = level or stated
        elif not (
            token.key in ("the", "of", "a", "al", "its", "من", "s")
            or token.key in DIRECTION_ADJECTIVES
            or is_near
            or is_in(token, INSIDE)
            or token.kind is TokenKind.NUMBER
        ):
            break
        phrase.append(token)
    return _Wording(phrase=tuple(phrase), governing=tuple(before[len(phrase) :]), level=level)


def _takes_of(noun: Sequence[Token]) -> bool:
    """Whether "of" after this noun says where: "village of", "outskirts of", "bombing of"; "governor of" does not."""
    return bool(noun) and (
        cue_level(noun[0]) is not None or is_in(noun[0], NEAR | INSIDE | ATTACK) or noun[0].key in _OF_AFTER
    )


_BELONGING = frozenset(fold(word) for word in ["تابع", "تابعة", "التابع", "التابعة", "التابعتين", "التابعين"])
"""What stands before the unit that a place is part of: "بلدة حاجياوا التابعة لرانية"."""


def _is_placed(mention: Mention, words: _Wording) -> bool:
    """Whether the wording puts something at the name."""
    head, governing = words.head, words.governing
    if head is not None and mention.clitic[-1:] == "ل" and is_in(head, _BELONGING):
        return True
    if head is not None and (is_in(head, PLACED) or is_in(head, ATTACK)):
        return True
    if mention.clitic[-1:] in ("ب", "ه") or _is_near_or_level(words) or _is_close_to(words):
        return True
    if any(not t.key.isascii() and t.key[:1] in "بل" and len(forms_of(t)) > 1 for t in words.phrase):
        return True
    if len(governing) > 1 and governing[0].key == "بە" and governing[1].key == "سەر":  # سەر بە: "part of"
        return True
    return head is not None and head.key == "of" and len(governing) > 1 and is_in(governing[1], ATTACK)


_NAMED_BY_PLACE = frozenset(
    [
        "attack",
        "attacks",
        "bombing",
        "bombings",
        "blast",
        "explosion",
        "shooting",
        "massacre",
        "ambush",
        "raid",
        "strike",
        "killings",
        "assault",
        "siege",
        "clashes",
        "toll",
        "victims",
        "kidnapping",
        "abduction",
        "hostages",
        "battle",
        "fighting",
        "shelling",
        "gunfight",
        "shootout",
        "airstrike",
        "airstrikes",
        "raids",
        "strikes",
        "murders",
        "killing",
        "slaughter",
    ]
)


def _names_an_attack(after: Sequence[Token]) -> bool:
    """Whether the name calls the attack: "the Balkana shooting", "Koya missile strike"."""
    for token in after[:3]:
        if token.key in _NAMED_BY_PLACE:
            return True
        if token.key not in _WEAPONS:
            return False
    return False


def _is_of_an_attack(words: _Wording) -> bool:
    """Whether an attack or its victims stand right before the name in Arabic or Sorani: "ضحايا الصقلاوية"."""
    head = words.head
    return head is not None and not words.phrase and not head.key.isascii() and is_in(head, ATTACK)


_WEAPONS = frozenset(
    [
        "drone",
        "missile",
        "rocket",
        "car",
        "truck",
        "suicide",
        "market",
        "mosque",
        "air",
        "bomb",
        "mortar",
        "base",
        "village",
        "checkpoint",
        "post",
        "field",
        "death",
        "bus",
        "church",
        "school",
        "convoy",
        "roadside",
        "grenade",
        "mine",
        "landmine",
        "gun",
        "mass",
    ]
)


def _is_near_or_level(words: _Wording) -> bool:
    return any(is_in(t, NEAR | INSIDE) or cue_level(t) is not None for t in words.phrase)


_CLOSE = frozenset(
    ["close", "next", "adjacent", "nearest", "opposite", "entrance", "entrances", "approach", "approaches"]
)


def _is_close_to(words: _Wording) -> bool:
    """ "Close to Qulajo", "next to", "adjacent to": where it was, not where somebody went."""
    governing = words.governing
    return len(governing) > 1 and governing[0].key == "to" and governing[1].key in _CLOSE


def _is_moved(mention: Mention, words: _Wording) -> bool:
    """ "from X", "to X": where somebody came from or went."""
    head = words.head
    if head is not None and is_in(head, MOVED) and not any(is_in(t, NEAR) for t in words.phrase):
        return not _is_close_to(words)
    if head is not None and is_in(head, _BELONGING):
        return False
    return mention.clitic[-1:] == "ل" and not _is_near_or_level(words)


def read_mention(mention: Mention, order: int, previous: Reading | None, published: datetime) -> Reading:
    """Return what the wording says of one mention; ``previous`` is the mention read before it."""
    before, after = _words_before(mention, 8), _words_after(mention, 6)
    told = level_told_after(mention.sentence.tokens, mention.last)
    words = _wording(before, _level_after(after) or told)
    placed = _is_placed(mention, words) or told is not None or _names_an_attack(after) or heads_the_title(mention)
    near = [*words.phrase, *(t for t in words.governing[:1] if is_in(t, NEAR | INSIDE))]
    nearness = _nearness(before, near)
    is_between = nearness is Nearness.BETWEEN
    reading = Reading(
        mention=mention,
        order=order,
        role=Role.SCENE if placed else Role.PLAIN,
        level=words.level,
        nearness=nearness,
        names_attack=_names_an_attack(after) or _is_of_an_attack(words),
        is_between=is_between,
        on_border=is_between and any(is_in(t, BORDER) for t in before[:6]),
    )
    if previous is not None and previous.mention.sentence is mention.sentence:
        reading = beside(reading, previous)
    role = reading.role
    if is_dateline(mention):
        role = Role.DATELINE
    elif is_road(mention, before, after, previous):
        role = Role.ROAD
    elif is_institution(mention, before, after):
        role = Role.INSTITUTION
    elif is_actor(mention, before, after):
        role = Role.ACTOR
    elif is_speaker(words.governing, after, placed=placed):
        role = Role.SPEAKER
    elif not reading.is_between and _is_moved(mention, words):
        role = Role.MOVEMENT
    if is_corrected(mention):
        role = Role.CORRECTED
    if reading.is_container and previous is not None and previous.role in (Role.DATELINE, Role.SPEAKER, Role.ROAD):
        role = previous.role
    if role in (Role.SCENE, Role.PLAIN) and is_long_before(before):
        role = Role.BACKGROUND
    if role in (Role.SCENE, Role.PLAIN) and background_factor(mention.sentence, published) < _BACKGROUND_BELOW:
        role = Role.BACKGROUND
    return replace(reading, role=role)


def read_mentions(mentions: Sequence[Mention], published: datetime) -> list[Reading]:
    """Read every mention in order."""
    readings: list[Reading] = []
    for order, mention in enumerate(mentions):
        previous = readings[-1] if readings else None
        reading = read_mention(mention, order, previous, published)
        if previous is not None and locates(reading, previous):
            role = Role.SCENE if previous.role in (Role.PLAIN, Role.INSTITUTION) else previous.role
            readings[-1] = replace(previous, is_located=True, role=role)
            reading = replace(reading, is_reference=True)
        readings.append(reading)
    return _without_speaking_country(readings)


def _without_speaking_country(readings: list[Reading]) -> list[Reading]:
    """ "Uganda: massacre in Congo was the ADF's work": a country at the head only speaks where the headline puts it in another."""
    if not readings or not heads_the_title(readings[0].mention):
        return readings
    countries = [country_of(reading.mention) for reading in readings]
    title = readings[0].mention.sentence
    told = {
        country
        for reading, country in zip(readings[1:], countries[1:], strict=True)
        if reading.mention.sentence is title and reading.role is Role.SCENE and country is not None
    }
    if countries[0] is None or not told or countries[0] in told:
        return readings
    return [
        replace(reading, role=Role.ACTOR)
        if country == countries[0] and reading.role is not Role.BACKGROUND
        else reading
        for reading, country in zip(readings, countries, strict=True)
    ]
