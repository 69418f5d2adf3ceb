"""Arabic sentences that say nobody was killed or hurt; "دون معرفة حجم الخسائر" says nothing."""

from collections.abc import Iterator

from services.classify.read import casualty_words_ar as lexicon
from services.classify.read.claims import Claim, ClaimKind, Fact
from services.classify.read.number_words import words
from services.classify.read.phrases_ar import Phrases
from shared.letters import fold

_NEGATORS = words("دون بدون عدم لا لم ولا ولم")
_UNKNOWN = words("معلومات أنباء معرفة تتضح يتضح يعرف تعرف ترد ورود حصيلة الكشف تفاصيل تأكيد يتسن أخرى إحصائية حجم عدد")
_KILLS = words("يقتل يستشهد")
_HURTS = words("يصب يجرح يتعرض")
_MORE_HURT = words("جرحى إصابات مصابين")
_DEAD = words("قتلى وفيات شهداء")
_STOPS = frozenset({".", ";", "؛", "!", "?", "؟", ":"})


def denied_in(phrases: Phrases, used: set[int]) -> Iterator[Claim]:
    """Yield each denial; the words that it takes up are added to ``used``."""
    for at in range(len(phrases.keys)):
        if not phrases.holds(at, _NEGATORS, definite=False):
            continue
        facts, end = _denied(phrases, used, at)
        for fact in facts:
            yield Claim(fact=fact, kind=ClaimKind.NONE, best=0, low=0, high=0, start=at, end=end + 1, parts=(0,))


def _denied(phrases: Phrases, used: set[int], at: int) -> tuple[tuple[Fact, ...], int]:
    both = (Fact.KILLED, Fact.WOUNDED)
    for position in range(at + 1, min(at + 8, len(phrases.keys))):
        if phrases.holds(position, _UNKNOWN) or phrases.keys[position] in _STOPS:
            break
        if phrases.key(position + 1) in {"احد", "اي"} and phrases.holds(position, _KILLS | _HURTS, definite=False):
            return (both if phrases.holds(position, _HURTS) else (Fact.KILLED,)), position + 1
        noun = phrases.holds(position, lexicon.NO_CASUALTIES)
        if noun is None or (noun == fold("خسائر") and phrases.key(position + 1) == fold("مادية")):
            continue
        used.add(position)
        if noun in _DEAD:
            more = any(phrases.holds(p, _MORE_HURT) for p in range(position + 1, position + 4))
            return (both if more else (Fact.KILLED,)), position
        return ((Fact.WOUNDED,) if noun == fold("جرحى") else both), position
    return (), at
