"""English claims of one sentence that are not what their verb says: a claimant's boast, a figure that replaces another, militants' bodies."""

from collections.abc import Sequence
from dataclasses import replace

from services.classify.read.casualty_words_en import ARMED_GROUPS, NAMED_FORCES, SIDE_OF_PLURAL, TURNED_TO_ATTACKERS
from services.classify.read.claims import Claim, ClaimKind, Fact, Side
from services.classify.read.number_words import words
from services.classify.read.phrases_en import Phrases
from services.classify.read.text import Sentence

_BOASTS = words("boast boasts boasted boasting brag brags bragged bragging")
_ASSERTS = words("asserting asserts asserted alleging alleges claiming claims claimed saying says said declaring")
_OWN_VOICE = words(
    "channel channels agency outlet outlets telegram website mouthpiece magazine newspaper propaganda newsletter"
)
_GROUPS = words(
    "group is isis isil daesh islamic taliban shabaab haram iswap jnim aqap ttp bla houthis militants rebels insurgents jihadists"
)
_ITS = frozenset({"its", "their"})
_BOAST_REACH = 12
_STOPS = frozenset({".", ";", "!", "?"})
_SOBER = words("but while whereas although though ministry army police government officials")
_MORE = frozenset({"more", "further", "another", "others"})
_AFTER_COUNT = frozenset({"", ".", ",", ";", "in", "so", "dead", "since", "altogether"})
_HEAD_REACH = 4


def corrected(sentence: Sentence, found: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """The claims as they are meant; the same claims where none is of these kinds."""
    if not found:
        return found
    keys = [token.key for token in sentence.tokens]
    found = tuple(_of_militants(keys, claim) for claim in found)
    found = _counted_up(sentence, keys, found)
    return tuple(replace(c, kind=ClaimKind.BOAST) if _is_boast(keys, c) else c for c in found)


def _is_boast(keys: Sequence[str], claim: Claim) -> bool:
    """ "Boasts of 'nine dead'", "asserting on its channel that nine soldiers died": what a group says of its own attack."""
    if claim.kind is not ClaimKind.STATED or claim.fact is Fact.ATTACKERS_KILLED:
        return False
    first = max(0, claim.start - _BOAST_REACH)
    for at in range(claim.start - 1, first - 1, -1):
        if keys[at] in _STOPS | _SOBER:
            return False
        if keys[at] in _BOASTS:
            return True
        is_own = bool(_ITS & set(keys[at + 1 : at + 4]) and _OWN_VOICE & set(keys[at + 1 : at + 6]))
        if keys[at] in _ASSERTS and is_own and _GROUPS & set(keys[:at]):
            return True
    return False


def _of_militants(keys: Sequence[str], claim: Claim) -> Claim:
    """ "Two more dead Islamic State men": whose noun follows the word that counts them."""
    if claim.fact is not Fact.KILLED or claim.sides != {Side.ANY} or keys[claim.end - 1] != "dead":
        return claim
    is_named = False
    for at in range(claim.end, min(claim.end + _HEAD_REACH, len(keys))):
        if SIDE_OF_PLURAL.get(keys[at]) is Side.ATTACKERS or (is_named and keys[at] in TURNED_TO_ATTACKERS):
            return replace(claim, fact=Fact.ATTACKERS_KILLED, sides=frozenset({Side.ATTACKERS}), end=at + 1)
        if keys[at] not in ARMED_GROUPS | NAMED_FORCES:
            return claim
        is_named = True
    return claim


def _counted_up(sentence: Sentence, keys: Sequence[str], found: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """ "Have found 19 dead …, up from 16", "two more bodies …, making six": the whole toll stands, or follows."""
    turned = list(found)
    for at, key in enumerate(keys[:-1]):
        is_rise = key in {"up", "down"} and keys[at + 1] == "from"
        if not is_rise and key != "making":
            continue
        number = next((q for q in Phrases(sentence).quantities if q.start == at + 1 + is_rise and q.best), None)
        before = [i for i, c in enumerate(turned) if c.end <= at and c.kind is ClaimKind.STATED]
        if number is None or not number.best:
            continue
        if is_rise:
            told = next((i for i in before if turned[i].fact is Fact.KILLED), None)
            if told is not None and (turned[told].best > number.best) is (key == "up"):
                turned[told] = replace(turned[told], kind=ClaimKind.TOTAL, is_additional=False)
            continue
        after = keys[number.end] if number.end < len(keys) else ""
        told = next((i for i in before if _MORE & set(keys[turned[i].start : turned[i].end])), None)
        if told is not None and after in _AFTER_COUNT and number.best > turned[told].best:
            whole = number.best
            turned[told] = replace(
                turned[told], kind=ClaimKind.TOTAL, best=whole, low=whole, high=whole, parts=(whole,), is_additional=False
            )  # fmt: skip
    return tuple(turned)
