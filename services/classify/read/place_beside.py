"""What names say of one another: lists of units, ends of a road, "X, south of Y", "between A and B"."""

from collections.abc import Sequence
from dataclasses import replace

from services.classify.read.place_asides import is_in
from services.classify.read.place_cues import cue_level
from services.classify.read.place_mentions import Mention
from services.classify.read.place_reading import Reading
from services.classify.read.place_words import ATTACK, BETWEEN, MOVED, NEAR, ROAD, Nearness, Role
from services.classify.read.text import Token, TokenKind
from shared.geo.names import ARTICLES
from shared.geo.rows import EntryKind

_REFERENCE_WORDS = 5
_WHERE_WORDS = frozenset(
    [
        "of",
        "the",
        "to",
        "in",
        "some",
        "about",
        "just",
        "town",
        "city",
        "إلى",
        "الى",
        "من",
        "مدينة",
        "لە",
        "ی",
        "له",
        "في",
    ]
)


def beside(reading: Reading, previous: Reading) -> Reading:
    """What a name takes over from the one written just before it in the sentence."""
    mention = reading.mention
    sentence = mention.sentence
    gap = sentence.tokens[previous.mention.last + 1 : mention.first]
    words = [t for t in gap if t.kind is TokenKind.WORD]
    between = sentence.text[previous.mention.end - sentence.start : mention.start - sentence.start].strip().lower()
    if not gap and between in ("'s", "’s", "'", "’"):  # "Kirkuk's Daquq district"
        is_near = previous.nearness is Nearness.NEAR and reading.nearness is Nearness.AT and previous.level is None
        return replace(reading, role=previous.role, nearness=Nearness.NEAR if is_near else reading.nearness)
    if (len(gap) == 1 and gap[0].text in ",،") or (not gap and not mention.key.isascii() and not previous.is_between):
        return replace(reading, is_container=True, role=previous.role)
    is_near = reading.nearness is Nearness.NEAR and not _is_in_region(previous.mention, gap)
    if previous.role is Role.SCENE and is_near and len(gap) <= 5 and not _restarts(gap):
        return replace(reading, is_reference=True)
    joined = (len(words) == 1 and words[0].key in ("and", "و")) or (not gap and mention.clitic.startswith("و"))
    if joined and previous.is_between:
        return replace(
            reading, is_between=True, role=previous.role, nearness=Nearness.BETWEEN, on_border=previous.on_border
        )
    return reading


def _is_in_region(previous: Mention, gap: Sequence[Token]) -> bool:
    """Whether the name before is of a region or site without a point: what lies "in the Jazeera steppe south of Baaj" lies south of Baaj."""
    is_vague = any(
        match.entry.kind in (EntryKind.REGION, EntryKind.SITE) and match.entry.lat is None for match in previous.matches
    )
    return is_vague and not any(token.text in ",،" for token in gap)


def _restarts(gap: Sequence[Token]) -> bool:
    """Whether the words between two names begin anew: "in X, and near Y"."""
    return any(t.key in ("and", "or", "then", "while", "و") or is_in(t, ATTACK) for t in gap)


def _is_one_way(mention: Mention, before: Sequence[Token]) -> bool:
    """ "On the Ali al-Sharqi road" names one place, near which it was; "the Baghdad-Kirkuk road" names two ends."""
    tokens = mention.sentence.tokens
    joined = (
        mention.first > 0 and tokens[mention.first - 1].text in "-–/" and tokens[mention.first - 2].key not in ARTICLES
    )
    return not joined and len(before) > 1 and before[0].key == "the" and before[1].key in ("on", "along")


def is_road(mention: Mention, before: Sequence[Token], after: Sequence[Token], previous: Reading | None) -> bool:
    """An end of a road: "the Baghdad-Kirkuk highway", "طريق بغداد – كركوك", "the road to Tikrit"."""
    tokens = mention.sentence.tokens
    right = tokens[mention.last + 1 : mention.last + 6]
    if after and after[0].text.isascii() and after[0].key in ROAD:
        return not _is_one_way(mention, before)
    if right and right[0].text in "-–" and any(t.key in ROAD for t in right[1:6] if t.text.isascii()):
        return True
    window = list(before[:4])
    if not any(is_in(t, ROAD) for t in window):
        return previous is not None and previous.role is Role.ROAD and 0 < mention.first - previous.mention.last <= 3
    head = window[0]
    if is_in(head, ROAD):
        return True
    if any(
        t.key in ("to", "from", "linking", "connecting", "toward", "towards", "between") or is_in(t, MOVED | BETWEEN)
        for t in window[:2]
    ):
        # "on the road between Kalar and Kifri" is where it happened; the wording keeps both ends.
        return not any(is_in(t, BETWEEN) or t.key == "between" for t in window[:2])
    return any(t.key in ("الرابط", "يربط") for t in window[:3])


def locates(reading: Reading, previous: Reading) -> bool:
    """Whether the name only says where the one before it lies: ", north of Amara", "، شمالي العمارة"."""
    mention = reading.mention
    if previous.mention.sentence is not mention.sentence or reading.nearness is not Nearness.NEAR:
        return False
    gap = mention.sentence.tokens[previous.mention.last + 1 : mention.first]
    if _is_in_region(previous.mention, gap):
        return False
    words = [t for t in gap if t.kind is TokenKind.WORD]
    is_apposed = bool(gap) and (
        any(t.text in ",،" for t in gap[:2]) or not mention.key.isascii() or is_in(gap[0], NEAR)
    )
    return (
        is_apposed and 0 < len(words) <= _REFERENCE_WORDS and not _restarts(gap) and all(_says_where(t) for t in words)
    )


def _says_where(token: Token) -> bool:
    is_kind = cue_level(token) is not None or token.key == "municipality"
    return is_in(token, NEAR) or is_kind or token.key in _WHERE_WORDS or token.text[:1].isdigit()
