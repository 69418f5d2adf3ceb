"""Finds gazetteer names in sentences, through clitics and suffixes, longest match first.

A mention is only a possibility: who it is and whether the attack was there is decided in ``place_choice``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.classify.read.place_cues import (
    asks_for_a_name,
    cue_level,
    is_capital,
    is_cue_word,
    is_latin,
    is_told_below,
    places_next,
    states_a_unit,
)
from services.classify.read.place_letters import MAX_WORDS, heads, tails, words_from
from services.classify.read.place_ordinary import is_ordinary
from services.classify.read.place_sound import last_of_name
from services.classify.read.place_words import (
    ATTACK,
    BETWEEN,
    HEADQUARTERS,
    INSIDE,
    MOVED,
    NEAR,
    PENALTY_AFTER,
    PENALTY_BEFORE,
    PLACED,
    STOPS,
    URBAN,
    Level,
    cue_forms,
)
from services.classify.read.text import Sentence, TokenKind
from shared.geo.gazetteer import Gazetteer, Match
from shared.geo.names import ARTICLES, ASSIMILATED_ARTICLES, word_key
from shared.geo.rows import EntryKind
from shared.letters import fold

MAX_MENTIONS = 160
"""A text naming more places than this is a list, not a report; work stays bounded."""

_REGION_RANK = 55
_MIN_AFTER_CLITIC = 4
_LEAST_RESPELT = 6
_KNOWN_AFTER_K = 60
_HAMLET = 25
"""Rank below which nobody is known to live at a place."""
_BAQUBA = "بعقوبه"
_FIRST_OF_TWO = frozenset(
    word_key(word)
    for word in [
        "ام", "أم", "ابو", "أبو", "ابي", "بني", "البو", "ألبو", "شيخ", "نهر", "تل", "عين", "سيد", "حاج", "كاني", "خان", "امام", "إمام",
        "علي", "حسن", "محمد", "عبد", "باني", "قلعة", "سەید", "شێخ", "کانی", "تەپە", "ئیمام", "حاجی", "عەلی", "مام",
    ]
)  # fmt: skip
"""First words of village names that never stand alone."""

_GREAT = 80
_LIGHT_VERBS = frozenset(
    fold(word)
    for word in [
        "کرد",
        "کردن",
        "کردوە",
        "کردووە",
        "کرا",
        "کران",
        "کراوە",
        "دەکات",
        "دەکەن",
        "دەکرێت",
        "بوو",
        "بوون",
        "بووە",
        "بوونە",
        "دەبێت",
        "دەبن",
        "ببێت",
        "ببن",
        "نەبوو",
    ]
)

_NEVER_ASKED = STOPS | PLACED | MOVED | BETWEEN | NEAR | frozenset(word for word in ATTACK if not word.isascii())
_NEVER_FIRST = frozenset(word for word in PLACED | MOVED | BETWEEN | {"بە", "بۆ", "به", "بو"} if not word.isascii()) - {
    "علي"
}
"""A name of several words does not begin with a preposition: "لە کانی" is not the village Lakani."""


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A name in the text: tokens ``first`` to ``last`` (inclusive) of a sentence, and what it may mean.

    ``clitic`` is the Arabic preposition written onto the name ("ب", "ل" ...), "" if none. ``is_unknown`` marks a name that only
    its wording makes a place ("the village of Dara"): ``matches`` is empty then. ``is_guess`` marks an unknown word after a mere
    preposition: it is a place only if the district named beside it has one of that sound.
    """

    sentence: Sentence
    first: int
    last: int
    key: str
    matches: tuple[Match, ...]
    clitic: str = ""
    is_weak: bool = False
    is_unknown: bool = False
    is_guess: bool = False

    @property
    def start(self) -> int:
        """Offset in the field."""
        return self.sentence.tokens[self.first].start + len(self.clitic)

    @property
    def end(self) -> int:
        """Offset in the field, past the name."""
        return self.sentence.tokens[self.last].end

    @property
    def name(self) -> str:
        """The name as written, with the sentence's spacing and without clitics in front."""
        begin, finish = self.start - self.sentence.start, self.end - self.sentence.start
        return " ".join(self.sentence.text[begin:finish].replace("\u2060", "").split())

    @property
    def rank(self) -> int:
        """How well known the best-known bearer of the name is."""
        return max((match.entry.rank for match in self.matches), default=0)


def _match_at(gazetteer: Gazetteer, sentence: Sentence, at: int, lang: str) -> Mention | None:
    """The longest gazetteer name that begins at token ``at``; the fewest letters taken off among equals."""
    words = words_from(sentence.tokens, at)
    if not words or (words[0][2] and len(words) == 1):
        return None
    best: tuple[int, str, str] | None = None
    for head, clitic in heads(words[0][1], lang):
        joined = "" if words[0][2] else head
        for n, (index, key, is_article) in enumerate(words):
            if n and not is_article:
                before, joined = joined, joined + key
            elif n == 0:
                before = ""
            else:
                continue
            if len(joined) < 2 or n >= MAX_WORDS + 2:
                continue
            longer = best is None or index > best[0]
            if not longer:
                continue
            last = joined[len(before) :]
            if clitic and len(joined) < _MIN_AFTER_CLITIC:
                continue
            known = [
                before + tail
                for tail in tails(last, lang)
                if gazetteer.knows_key(before + tail) and not _is_word_with_k(gazetteer, clitic, before + tail)
            ]
            if known:
                best = (index, _best_known(gazetteer, known, joined), clitic)
    if best is None:
        return _respelt_at(gazetteer, sentence, at, words)
    last_index, key, clitic = best
    return Mention(
        sentence=sentence, first=at, last=last_index, key=key, matches=gazetteer.lookup_key(key), clitic=clitic, is_weak=gazetteer.is_weak(key)
    )  # fmt: skip


def _best_known(gazetteer: Gazetteer, keys: Sequence[str], written: str) -> str:
    """The key as written, or of those without endings the best known: "سلێمانیدا" is in Sulaymaniyah, not in a hamlet Sulaiman.

    A hamlet that the word as written names gives way to a town or unit in the ezafe: "ناحیەی مەیدانی سەر سنوور" is Maidan.
    """
    if len(keys) == 1:
        return keys[0]
    ranks = {key: gazetteer.lookup_key(key)[0].entry.rank for key in keys}
    if keys[0] == written and (ranks[written] >= _HAMLET or not written.endswith("ي")):
        return written
    best = max(keys, key=lambda key: ranks[key])
    if keys[0] == written and (ranks[best] < _KNOWN_AFTER_K or best != written[:-1]):
        return written
    return best


def _respelt_at(
    gazetteer: Gazetteer, sentence: Sentence, at: int, words: Sequence[tuple[int, str, bool]]
) -> Mention | None:
    """A well-known Iraqi place in another transliteration than the gazetteer's; as doubtful as a name that is also a word."""
    if not is_latin(sentence.tokens[at]):
        return None
    joined, found = "", None
    for index, key, is_article in words[:3]:
        if not is_article and sentence.tokens[index].key not in STOPS and not is_cue_word(sentence.tokens[index]):
            joined += key
            known = gazetteer.respelt(joined) if len(joined) >= _LEAST_RESPELT else None
            found = (index, known) if known is not None else found
        elif not is_article:
            break
    if found is None:
        return None
    last, known = found
    return Mention(sentence=sentence, first=at, last=last, key=known, matches=gazetteer.lookup_key(known), is_weak=True)


def _is_word_with_k(gazetteer: Gazetteer, clitic: str, key: str) -> bool:
    """Whether taking "like" off the word leaves but a little-known village: كنيسة is a church."""
    if not clitic.endswith("ك"):
        return False
    return all(match.entry.rank < _KNOWN_AFTER_K for match in gazetteer.lookup_key(key))


def _is_penalty(sentence: Sentence, mention: Mention) -> bool:
    """Whether بعقوبة is "with a penalty" here."""
    if mention.key != _BAQUBA:
        return False
    after = sentence.tokens[mention.last + 1 : mention.last + 3]
    before = sentence.tokens[max(0, mention.first - 3) : mention.first]
    return any(form in PENALTY_AFTER for token in after[:1] for form in cue_forms(token.key)) or (
        any(form in PENALTY_BEFORE for token in before for form in cue_forms(token.key))
    )


def _is_of_a_verb(sentence: Sentence, mention: Mention) -> bool:
    """Whether a Sorani verb takes the word as its own noun: "ڕزگاری بوو", was saved. A great town that nothing places may be what was hit."""
    if mention.first != mention.last or not sentence.tokens[mention.last].key.endswith("ي") or mention.rank >= _GREAT:
        return False
    following = [token.key for token in sentence.tokens[mention.last + 1 : mention.last + 3]]
    if not following or following[0] not in _LIGHT_VERBS or mention.first == 0 or "به" in following[1:]:
        return False
    before = sentence.tokens[mention.first - 1]
    return before.key not in PLACED and cue_level(before) is None


def _unknown_at(sentence: Sentence, at: int, lang: str) -> Mention | None:
    """A name that no gazetteer key matches, after or before the word for village or town."""
    tokens = sentence.tokens
    token = tokens[at]
    if token.kind is not TokenKind.WORD or token.key in _NEVER_ASKED or is_ordinary(token.key):
        return None
    latin = is_latin(token)
    if latin and (cue_level(token) is not None or is_cue_word(token)):
        return None
    if not latin and any(form in INSIDE or form in URBAN or form in HEADQUARTERS for form in cue_forms(token.key)):
        return None
    if cue_level(token) in (
        Level.GOVERNORATE,
        Level.DISTRICT,
        Level.SUBDISTRICT,
        Level.TOWN,
        Level.VILLAGE,
        Level.AREA,
    ):
        return None
    if latin:
        if not is_capital(token):
            return None
        last = at
        while last + 1 < len(tokens) and last - at < 3:
            following = tokens[last + 1]
            if following.text == "-" or (
                following.kind is TokenKind.WORD and is_capital(following) and cue_level(following) is None
            ):
                last += 1
            else:
                break
        if tokens[last].kind is TokenKind.MARK:
            last -= 1
        return Mention(sentence=sentence, first=at, last=last, key=word_key(token.text), matches=(), is_unknown=True)
    last = at
    key = word_key(token.text)
    if at + 1 < len(tokens):
        second = tokens[at + 1]
        joined = key in _FIRST_OF_TWO or (second.key.startswith("ال") and lang == "ar" and not key.startswith("ال"))
        if joined and second.kind is TokenKind.WORD and not is_cue_word(second):
            last = at + 1
    return Mention(sentence=sentence, first=at, last=last, key=key, matches=(), is_unknown=True)


def mentions_in(gazetteer: Gazetteer, sentences: Sequence[Sentence], lang: str) -> list[Mention]:
    """Return the names in ``sentences`` in order of reading, without overlaps, at most ``MAX_MENTIONS``."""
    found: list[Mention] = []
    for sentence in sentences:
        tokens = sentence.tokens
        at = 0
        while at < len(tokens) and len(found) < MAX_MENTIONS:
            mention = None
            if tokens[at].kind is TokenKind.WORD:
                mention = _known_at(gazetteer, sentence, at, lang) or _named_at(gazetteer, sentence, at, lang)
            if mention is None:
                at += 1
                continue
            found.append(mention)
            at = mention.last + 1
    return found


def _known_at(gazetteer: Gazetteer, sentence: Sentence, at: int, lang: str) -> Mention | None:
    """A name of the gazetteer; after the word for village the longer name that only sounds like one goes before it."""
    tokens = sentence.tokens
    named = at > 0 and cue_level(tokens[at - 1]) in (Level.DISTRICT, Level.SUBDISTRICT)  # قضاء المدينة
    mention = None
    if named or tokens[at].key not in _NEVER_FIRST:
        mention = _match_at(gazetteer, sentence, at, lang)
    asked = not is_latin(tokens[at]) and asks_for_a_name(sentence, at)
    is_name = named or (mention is not None and ((asked and _is_of_a_village(mention)) or _may_be_a_name(mention)))
    if mention is not None and (not is_name or _is_penalty(sentence, mention) or _is_of_a_verb(sentence, mention)):
        mention = None
    if asked:
        last = last_of_name(gazetteer, tokens, at)
        if last is not None and (mention is None or last > mention.last):
            return Mention(sentence=sentence, first=at, last=last, key=tokens[at].key, matches=(), is_unknown=True)
    return mention


def _is_of_a_village(mention: Mention) -> bool:
    """Whether an ordinary word is a village's name after the word for village: قرية تركي; but قرية تركية is a Turkish village."""
    first = mention.sentence.tokens[mention.first].key
    is_word = (
        first in STOPS or first in NEAR or first.endswith("ه") or cue_level(mention.sentence.tokens[mention.first])
    )
    return not is_word and any(m.entry.kind is EntryKind.VILLAGE and not m.is_short for m in mention.matches)


def _named_at(gazetteer: Gazetteer, sentence: Sentence, at: int, lang: str) -> Mention | None:
    """A name of no gazetteer that the wording makes a place, or may make one."""
    tokens = sentence.tokens
    token = tokens[at]
    if gazetteer.country_of_demonym(word_key(token.text)) is not None:
        return None  # "Iraqi village" names none
    named_after = at + 1 < len(tokens) and is_latin(token) and cue_level(tokens[at + 1]) is Level.VILLAGE
    told_below = is_latin(token) and is_capital(token) and not is_cue_word(token) and is_told_below(tokens, at)
    if asks_for_a_name(sentence, at) or (named_after and at > 0) or told_below:
        return _unknown_at(sentence, at, lang)
    is_stated = not is_latin(token) and at > 0 and states_a_unit(tokens[at - 1])
    if at > 0 and not is_cue_word(token) and (is_stated or places_next(tokens, at)):
        mention = _unknown_at(sentence, at, lang)
        return None if mention is None else replace(mention, is_guess=True)
    return None


_QUARTER_OF = frozenset(["hay", "hayy", "mahallat"])


def _opens_an_article(mention: Mention) -> bool:
    following = mention.sentence.tokens[mention.last + 1 : mention.last + 2]
    return bool(following) and (following[0].key in ARTICLES or following[0].key in ASSIMILATED_ARTICLES)


def _may_be_a_name(mention: Mention) -> bool:
    """Whether the matched words are not ordinary ones: a lone cue word, or a little-known name that begins with a common word."""
    token = mention.sentence.tokens[mention.first]
    if mention.first == mention.last and token.key in _QUARTER_OF and _opens_an_article(mention):
        return False  # "the Hay al-Jumhuri quarter" is not the town of Hay
    if mention.first == mention.last:
        return not is_cue_word(token)
    if token.key.isascii() or (token.key not in STOPS and token.key not in NEAR) or token.key == "علي":
        return True
    return mention.rank >= _REGION_RANK  # شمال شرق is a direction; شمال العراق a region
