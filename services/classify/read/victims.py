"""Whom an attack hit: police and army, or civilians. Speakers and attackers in uniform are not those hit."""

from collections.abc import Sequence

from services.classify.read.lexicon import Hit, visible
from services.classify.read.number_words import words
from services.classify.read.text import Token, TokenKind
from services.classify.read.triggers import Marked

_SECURITY = frozenset({"tgt.police", "tgt.army", "tgt.peshmerga", "tgt.hashd"})
_CIVILIAN = frozenset({"tgt.civilians", "tgt.officials", "tgt.religious", "tgt.journalists"})
_VAGUE = frozenset(
    {
        "people",
        "man",
        "men",
        "woman",
        "person",
        "market",
        "house",
        "home",
        "كس",
        "كەس",
        "كەسي",
        "شخص",
        "اشخاص",
        "شخصين",
        "شخصان",
    }
)
_LEADING = 2
_NEAR = 4  # words between the killing and those killed

_SPEAKER_AFTER = frozenset(
    {
        "said",
        "says",
        "say",
        "told",
        "source",
        "sources",
        "chief",
        "spokesman",
        "reported",
        "added",
        "confirmed",
        "announced",
        "ڕايگەياند",
        "دەڵێت",
        "وتي",
        "گوتي",
    }
)
_SPEAKER_BEFORE = frozenset(
    {"مصدر", "مصادر", "اعلنت", "قالت", "افاد", "افادت", "ذكرت", "قياده", "بحسب", "وفق", "سەرچاوەيەكي", "according"}
)
_DOES = frozenset(
    {
        "kill",
        "kills",
        "shoot",
        "shoots",
        "open",
        "opens",
        "opened",
        "fire",
        "fires",
        "killed",
        "shot",
        "overpowered",
        "overpower",
        "arrested",
        "arrest",
        "detained",
        "subdued",
        "cordoned",
        "sealed",
        "arrived",
        "responded",
        "declared",
        "declare",
        "يقتل",
        "تقتل",
        "يطلق",
        "تقە",
        "تەقە",
    }
)
_FORMER = words(
    "retired former ex demobilised متقاعد المتقاعد متقاعدا سابق سابقا خانەنشین خانەنشینکراو خانەنشینی پێشووی"
)
_FAKE = frozenset({"fake", "false", "bogus", "وهميه", "وهمي", "ساختە"})


def hits_security(opening: Sequence[Marked], lang: str) -> bool:
    """Whether those hit are police or army: those named next to the words of harm decide, else whoever is named; the headline counts more."""
    near, anywhere = [0.0, 0.0], [0.0, 0.0]
    for place, one in enumerate(opening):
        weight = 1.5 if one.sentence.field == "title" else 1.0 if place < _LEADING else 0.5
        tokens = visible(one.sentence)
        harm = [hit for hit in one.hits if hit.concept.startswith(("victim.", "atk.assault", "atk.gunfire"))]
        for hit in one.hits:
            is_security = hit.concept in _SECURITY
            if is_security and _is_former(tokens, hit):
                is_security = False  # a retired officer is a civilian
            elif not (is_security or hit.concept in _CIVILIAN):
                continue
            if _is_not_hit(tokens, hit, lang):
                continue
            value = weight * (0.3 if not is_security and tokens[hit.first].key in _VAGUE else 1.0)
            anywhere[is_security] += value
            if _is_near(hit, harm):
                near[is_security] += value
    civilian, security = near if any(near) else anywhere
    return security > civilian


def _is_former(tokens: Sequence[Token], hit: Hit) -> bool:
    near = (*tokens[max(0, hit.first - 2) : hit.first], *tokens[hit.last + 1 : hit.last + 3])
    return any(token.key in _FORMER for token in near)


def _is_near(hit: Hit, harm: Sequence[Hit]) -> bool:
    return any(max(one.first, hit.first) - min(one.last, hit.last) <= _NEAR for one in harm)


def _is_not_hit(tokens: Sequence[Token], hit: Hit, lang: str) -> bool:
    """Police who speak, soldiers who shoot, and checkpoints that are fake."""
    after = [token.key for token in tokens[hit.last + 1 : hit.last + 3]]
    before = [token.key for token in tokens[max(0, hit.first - 2) : hit.first]]
    if any(word in _SPEAKER_AFTER for word in after) or any(word in _SPEAKER_BEFORE for word in before):
        return True
    if any(word in _FAKE for word in before):
        return True
    if lang == "en" and after and after[0] in _DOES:
        follow = tokens[hit.last + 2 : hit.last + 4]
        passive = after[0] in ("killed", "shot")
        return not passive or any(
            token.kind is TokenKind.NUMBER or token.key in _NUMBERS or token.key == "dead" for token in follow[:1]
        )
    return False


_NUMBERS = frozenset(
    {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "at", "several", "a"}
)
