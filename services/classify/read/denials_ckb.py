"""Sorani sentences that say nobody was killed or hurt; "نازانرێت" says nothing."""

from collections.abc import Iterator

from services.classify.read import casualty_words_ckb as lexicon
from services.classify.read.claims import Claim, ClaimKind, Fact
from services.classify.read.number_words import words
from services.classify.read.phrases_ckb import Phrases

_UNKNOWN = words("زانیاری زانیارییەک دیار ڕوون ئاشکرا ژمارەی")


_NEWS_OF = words("هەواڵی هەواڵەکانی دەنگۆی")
_UNTRUE = words("ڕاست دوورە بێبنەمایە")


def _is_untrue(phrases: Phrases, at: int) -> bool:
    """ "هەواڵی کوژرانی کرێکارێک ڕاست نییە"."""
    after = phrases.keys[at:]
    return any(key in _UNTRUE and (key != "ڕاست" or after[i + 1 : i + 2] == ["نييە"]) for i, key in enumerate(after))


def denied_in(phrases: Phrases, used: set[int], starts: frozenset[int] | set[int]) -> Iterator[Claim]:
    """Yield each denial; the verbs (``starts``) that it takes up are added to ``used``."""
    both = (Fact.KILLED, Fact.WOUNDED)
    for at, key in enumerate(phrases.keys):
        if key in _NEWS_OF and phrases.key(at + 1) in lexicon.KILL_OF and _is_untrue(phrases, at):
            used.update(start for start in starts if start >= at)
            yield Claim(fact=Fact.KILLED, kind=ClaimKind.NONE, best=0, low=0, high=0, start=at, end=at + 2, parts=(0,))
            return
        near = phrases.keys[at : at + 8]
        if any(word in _UNKNOWN for word in phrases.keys[max(0, at - 4) : at + 8]):
            continue
        facts: tuple[Fact, ...] = ()
        end = at + 1
        if key in lexicon.HARM and any(word in lexicon.LIFE_LOSS for word in near[:3]):
            is_denied = {"بێ", "هيچ", "بەبێ"} & set(phrases.keys[max(0, at - 2) : at]) or any(
                _is_negative(word) for word in near
            )
            facts, end = (both if is_denied else ()), at + 2
        elif key in lexicon.NO_ONE:
            for position in range(at + 1, min(at + 7, len(phrases.keys))):
                word = phrases.key(position)
                if word.startswith("نەكوژ"):
                    facts, end = (Fact.KILLED,), position + 1
                    break
                if word.startswith("بريندار") and _is_negative(phrases.key(position + 1)):
                    facts, end = both, position + 2
                    break
                if word.startswith(("قورباني", "كوژراو")) and any(
                    _is_negative(w) for w in phrases.keys[position + 1 : position + 3]
                ):
                    facts, end = (Fact.KILLED,), position + 2
                    break
        if facts:
            used.update(start for start in starts if at <= start < end)
        for fact in facts:
            yield Claim(
                fact=fact,
                kind=ClaimKind.NONE,
                best=0,
                low=0,
                high=0,
                start=at,
                end=min(end, len(phrases.keys)),
                parts=(0,),
            )


def _is_negative(word: str) -> bool:
    if word == "نەك":
        return False  # "پێنج کەس کوژراون نەک شەش": not six, but five were
    return word.startswith(("نەبو", "ني", "نەكەو", "نەك", "نەبێ")) or "نەكەوت" in word or "نەبوو" in word
