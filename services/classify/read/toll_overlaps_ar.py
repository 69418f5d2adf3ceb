"""Arabic claims of one sentence that count the same people twice: bodies among the attackers, a death among the whole toll."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from services.classify.read import casualty_words_ar as lexicon
from services.classify.read.claims import Claim, ClaimKind, Fact, Group, Side
from services.classify.read.number_words import AR_UNITS, words
from services.classify.read.phrases_ar import Phrases
from services.classify.read.text import Sentence

BODIES = tuple(words("جثة جثت جثامين جثمان جثث"))
_CLAIMED = words("تبنى تبنت يتبنى تتبنى تبنيه تبنيها وتبنى وتبنت")
_RESPONSIBLE = "مسووليت"
_FELLED_AS = words("قتيلا قتيلة قتيلين صريعا صريعة")
_FELLED_REACH = 10
_WHICH = words("الذي التي")
_WHICH_REACH = 3
_AFTER = words("بعد")
_THAT = words("أن")
_HAD_BEEN = words("كانوا كانت كان كانا")


def without_bodies_of_attackers(sentence: Sentence, found: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """ "العثور على جثتين أخريين ليصبح عدد الإرهابيين القتلى ستة": the bodies are among the attackers that the sentence counts."""
    whole = [c for c in found if c.fact is Fact.ATTACKERS_KILLED and c.kind is ClaimKind.TOTAL]
    if not whole:
        return found
    return tuple(
        c
        for c in found
        if c.fact is not Fact.KILLED
        or c.best >= whole[0].best
        or not any(token.key.startswith(BODIES) for token in sentence.tokens[c.start : c.end])
    )


def with_whole(sentence: Sentence, found: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """ "توفي أحد المصابين … النزاع الذي أودى بحياة شخصين": behind a later death, what the attack cost is the whole toll."""
    found = _with_earlier_count(sentence, found)
    later = [c.start for c in found if c.fact is Fact.KILLED and c.kind is ClaimKind.LATER]
    if not later:
        return found
    keys = [token.key for token in sentence.tokens]
    return tuple(
        replace(c, kind=ClaimKind.TOTAL)
        if c.fact is Fact.KILLED
        and c.kind is ClaimKind.STATED
        and c.start > later[0]
        and c.best > 1
        and _WHICH & set(keys[max(0, c.start - _WHICH_REACH) : c.start])
        else c
        for c in found
    )


def _with_earlier_count(sentence: Sentence, found: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """ "عثرت على 19 قتيلاً … بعد أن كانوا 16": what had been fewer before is the whole toll."""
    keys = [token.key for token in sentence.tokens]
    was = (i + 1 for i, pair in enumerate(pairwise(keys)) if pair[0] in _THAT and pair[1] in _HAD_BEEN)
    at = next((i for i in was if keys[i - 2] in _AFTER and i + 1 < len(keys)), None)
    told = next((c for c in found if at is not None and c.end <= at and c.fact is Fact.KILLED), None)
    if at is None or told is None or told.kind is not ClaimKind.STATED or not _counts(keys[at + 1]):
        return found
    return tuple(replace(c, kind=ClaimKind.TOTAL) if c is told else c for c in found)


def _counts(key: str) -> bool:
    return key.isdecimal() or key in AR_UNITS


def names_claimed_attack(keys: Sequence[str]) -> bool:
    """Whether somebody claims the attack in these words: what he says next of its dead is his own count."""
    return any(key in _CLAIMED or key.startswith(_RESPONSIBLE) for key in keys)


def of_whose_bodies(phrases: Phrases, group: Group) -> Group:
    """ "جثة مسلح رابع", "ست جثث لمسلحين": the bodies are those of attackers."""
    if not phrases.keys[group.end - 1].removeprefix("ال").startswith(BODIES):
        return group
    following = phrases.at_start.get(group.end)
    if following is not None and following.side is Side.ATTACKERS and group.best == 1:
        return replace(following, best=following.best if following.is_ordinal else 1)
    owner = phrases.holds(group.end, lexicon.SIDE_OF_PLURAL, definite=False)
    is_theirs = owner is not None and lexicon.SIDE_OF_PLURAL[owner] is Side.ATTACKERS
    return replace(group, side=Side.ATTACKERS, end=group.end + 1) if is_theirs else group


def people_of_bodies(phrases: Phrases, group: Group) -> list[Group]:
    """ "جثتي شقيقين": the two brothers are the two bodies, whatever is said of them next."""
    following = phrases.at_start.get(group.end)
    is_body = phrases.keys[group.end - 1].removeprefix("ال").startswith(BODIES)
    is_same = following is not None and following.best in (group.best, 1) and following.start not in phrases.facts
    return [following] if following is not None and is_body and is_same else []


def named_again(phrases: Phrases, after: int) -> set[int]:
    """The word for him whom "أردى مسلح صحفياً يعمل في إذاعة قتيلاً" names a second time."""
    near = range(after, min(after + _FELLED_REACH, len(phrases.keys)))
    return {at for at in near if phrases.keys[at] in _FELLED_AS}
