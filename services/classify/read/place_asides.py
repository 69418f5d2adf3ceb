"""Why a named place need not be where the attack was: datelines, speakers, institutions, weapons' owners, corrections."""

from collections.abc import Sequence

from services.classify.read.place_cues import cue_level
from services.classify.read.place_mentions import Mention
from services.classify.read.place_words import (
    ATTACK,
    BORDER,
    CORRECTED,
    INSTITUTIONS_AFTER,
    INSTITUTIONS_BEFORE,
    SAYING,
    SPEAKERS,
    TARGETS_AFTER,
    WEAPONS_OF,
    cue_forms,
    folded,
)
from services.classify.read.text import Token, TokenKind
from shared.geo.names import word_key
from shared.geo.rows import EntryKind
from shared.letters import fold

_CORRECTED = folded(CORRECTED)
_DASHES = frozenset("-–—/:(")
_AT_THINGS = frozenset({"قرب", "امام", "داخل", "عند", "نزيك", "نزیک", "بەردەم"})


def forms_of(token: Token) -> tuple[str, ...]:
    return cue_forms(token.key)


def is_in(token: Token, words: frozenset[str]) -> bool:
    return any(form in words for form in forms_of(token))


def is_dateline(mention: Mention) -> bool:
    sentence = mention.sentence
    tokens = sentence.tokens
    if mention.first > 3:
        return False
    if any(t.kind is TokenKind.WORD and not t.text.isupper() for t in tokens[: mention.first]) and mention.first > 0:
        previous = tokens[mention.first - 1]
        if previous.text not in ",/،(":
            return False
    text = tokens[mention.first].text
    after = tokens[mention.last + 1 : mention.last + 8]
    if text.isascii() and text.isupper() and len(text) > 2:
        return any(token.text in _DASHES for token in after) or (sentence.field != "title" and mention.first == 0)
    if not after:
        return False
    if after[0].text in "/—–" or (after[0].text in "-:" and after[0].start > tokens[mention.last].end):
        return sentence.field != "title" or after[0].text == "/"
    if after[0].text == "," and sentence.field != "title":
        # "Baghdad, Iraq — ", "ERBIL, Kurdistan Region —"
        return any(token.text in "—–" for token in after[1:6]) and not any(t.key in SAYING for t in after)
    return False


_SPEAK_FOR_ARMIES = frozenset(
    map(word_key, ["Ankara", "Moscow", "Washington", "Tehran", "Kyiv", "أنقرة", "موسكو", "واشنطن", "طهران", "كييف", "ئەنقەرە", "مۆسکۆ", "واشنتۆن", "تاران"])
)  # fmt: skip
"""Capitals that speak of what their armies did elsewhere: "أنقرة: حيّدنا إرهابيا"."""


def heads_the_title(mention: Mention) -> bool:
    """Whether a headline begins with the name and a mark that says where: "منبج: انفجار …", "الضالع.. استشهاد …"."""
    following = mention.sentence.tokens[mention.last + 1 : mention.last + 2]
    is_first = mention.first == 0 and mention.sentence.field == "title"
    says = bool(following) and following[0].text == ":" and mention.key in _SPEAK_FOR_ARMIES
    return is_first and bool(following) and following[0].text in ":.…،,—–-" and not says


_OF_INSTITUTIONS = frozenset(
    ["teaching", "general", "central", "public", "republican", "emergency", "medical", "national"]
)


_PEOPLE = frozenset(fold(word) for word in ["أهالي", "أهل", "سكان", "أبناء"])
_SOME_OF = frozenset(["من", "احد", "بعض"])


def is_institution(mention: Mention, before: Sequence[Token], after: Sequence[Token]) -> bool:
    named = after[1:] if after and after[0].key in _OF_INSTITUTIONS else after
    if named and named[0].text.isascii() and named[0].key in INSTITUTIONS_AFTER:
        return not (len(named) > 1 and named[1].key in TARGETS_AFTER)
    heads = before[:1]
    if before and (cue_level(before[0]) is not None or before[0].key == "of"):
        heads = before[1:2]
    if any(token.key in _PEOPLE for token in heads) and any(t.key in _SOME_OF for t in before[len(heads) : 3]):
        return False  # "ثلاثة من أهالي قرية X": some of them, whom it befell
    return any(is_in(token, INSTITUTIONS_BEFORE) for token in heads) and not mention.clitic.endswith(("ب",))


_CAPITAL = 85
_FIRM = tuple(
    fold(word)
    for word in [
        "source", "official", "spokes", "doctor", "medic", "witness", "hospital",
        "مصدر", "مصادر", "المصدر", "مسؤول", "مراسل", "مستشف", "الطب", "سەرچاوە", "نەخۆشخانە", "پەیامنێر", "بەرپرس",
    ]
)  # fmt: skip
"""Beginnings of words for those who only tell; an officer or a doctor may be the victim."""


def is_speaker(before: Sequence[Token], after: Sequence[Token], *, placed: bool) -> bool:
    """ "police in Ramadi said", "a hospital source in Khalis", "مصدر أمني في ديالى"."""
    if not placed:
        return False
    says_next = any(token.key in SAYING or token.text == "," for token in after[:2]) and any(
        t.key in SAYING for t in after[:4]
    )
    governing = []
    for token in before[1:4]:
        if token.key == "of" or (
            token.text.isascii()
            and token.text[:1].isupper()
            and token.kind is TokenKind.WORD
            and not is_in(token, SPEAKERS)
        ):
            break  # "the mayor of Khalis in Hibhib": the mayor does not speak from Hibhib
        governing.append(token)
    if any(token.text in ",،;" for token in governing[:1]):
        return False
    named = [
        token for n, token in enumerate(governing) if is_in(token, SPEAKERS) and not _stands_at(before[n + 2 : n + 5])
    ]
    if not named:
        return False
    firm = any(token.key.startswith(_FIRM) for token in named)
    return says_next or firm or _acts_from(before, after)


_ACTIONS = frozenset(
    [
        "freed",
        "rescued",
        "arrested",
        "detained",
        "found",
        "identified",
        "confirmed",
        "opened",
        "blamed",
        "urged",
        "released",
        "recovered",
    ]
)


def _acts_from(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """ "Police in Hilla freed an engineer": the police act from there, the deed was elsewhere."""
    is_subject = len(before) > 1 and before[0].key == "in" and before[1].key in ("police", "authorities", "officials")
    return is_subject and bool(after) and after[0].key in _ACTIONS


def is_whose_weapon(before: Sequence[Token], mention: Mention) -> bool:
    """Whether a country follows the weapon that is its own: "مووشەکێکی ڕووسیا", "درۆنی تورکیا"."""
    is_country = any(match.entry.kind is EntryKind.COUNTRY for match in mention.matches)
    heads = [token for token in before[:2] if token.kind is TokenKind.WORD]
    return is_country and any(token.key.startswith(WEAPONS_OF) and token.key.endswith("ي") for token in heads)


_TOLD = frozenset(["told", "telling", "informed", "قال", "أبلغ", "ابلغ"])
_BACKED = frozenset(["backed", "supported", "sponsored", "armed", "funded", "accused", "accuses", "blamed", "blames"])
_ONTO = frozenset(["سهر", "سەر"])


_FRONTIERS = frozenset(["border", "frontier", "boundary"])
_ACROSS = frozenset(["with", "مع", "لەگەڵ", "لهكهل", "لەگەل"])


def is_beyond(mention: Mention, before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Whether the country lies behind a border named for it: "the border with Ivory Coast", "قرب الحدود مع", "on Iran's border"."""
    if not any(match.entry.kind is EntryKind.COUNTRY for match in mention.matches):
        return False
    following = [token for token in after[:2] if token.key != "s"]
    if mention.key.isascii() and following and following[0].key in _FRONTIERS:
        return not (len(following) > 1 and cue_level(following[1]) is not None)
    return len(before) > 1 and before[0].key in _ACROSS and is_in(before[1], BORDER)


_COMMENTS = frozenset(
    [
        "did",
        "has",
        "had",
        "declined",
        "denies",
        "denied",
        "insists",
        "insisted",
        "vowed",
        "accused",
        "accuses",
        "blames",
        "blamed",
    ]
)
_LAUNCHED = frozenset(["launched", "fired", "lobbed", "flown", "sent", "shot"])


def country_of(mention: Mention) -> str | None:
    """The country that a name means as a country's, or None."""
    return next((m.entry.country for m in mention.matches if m.entry.kind is EntryKind.COUNTRY), None)


def is_aloof(mention: Mention, before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Whether a country or capital only comments or is where it was fired from: "Rabat did not comment", "launched from Yemen"."""
    known = max((match.entry.rank for match in mention.matches), default=0) >= _CAPITAL
    if not known or not mention.key.isascii():
        return False
    if len(before) > 1 and before[0].key == "from" and before[1].key in _LAUNCHED:
        return True
    return mention.first == 0 and bool(after) and after[0].key in _COMMENTS


def is_actor(mention: Mention, before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Whether the name stands for who struck, backed, commented or was told, or for what lies beyond a border."""
    return (
        is_whose_weapon(before, mention)
        or is_backer(before, mention)
        or is_told(before)
        or is_beyond(mention, before, after)
        or is_aloof(mention, before, after)
    )


def is_told(before: Sequence[Token]) -> bool:
    """Whether the name is the outlet that was told: "a resident told Shamal by telephone"."""
    return bool(before) and before[0].key in _TOLD


def is_backer(before: Sequence[Token], mention: Mention) -> bool:
    """Whether the country stands behind the attackers or is the attacker: "backed by Rwanda", "هێرشی ڕووسیا بۆ سەر"."""
    if not any(match.entry.kind is EntryKind.COUNTRY for match in mention.matches):
        return False
    if len(before) > 1 and before[0].key in ("by", "on") and before[1].key in _BACKED:
        return True
    following = mention.sentence.tokens[mention.last + 1 : mention.last + 3]
    is_attack_of = bool(before) and not before[0].key.isascii() and is_in(before[0], ATTACK)
    return is_attack_of and len(following) > 1 and following[0].key in ("بۆ", "بو") and following[1].key in _ONTO


_AFTER = frozenset(["after", "since", "following", "بعد", "عقب", "منذ", "دوای", "پاش", "دواي"])
_SPANS = frozenset(
    fold(word)
    for word in [
        "minutes", "hour", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years",
        "ساعة", "ساعات", "ساعتين", "يوم", "يومين", "أيام", "أسبوع", "أسبوعين", "أسابيع", "شهر", "أشهر", "دقائق", "عام",
        "کاتژمێر", "کاتژمێرێک", "سەعات", "ڕۆژ", "ڕۆژێک", "هەفتە", "هەفتەیەک", "مانگ", "مانگێک",
    ]
)  # fmt: skip


def is_long_before(before: Sequence[Token]) -> bool:
    """Whether the name belongs to what the attack came some time after: "an hour after a bombing in nearby Saadiya"."""
    for n, token in enumerate(before[:6]):
        if token.text in ",،;؛.:":
            return False
        if n and token.key in _AFTER:
            spans = before[n + 1 : n + 3] if token.key.isascii() else before[max(0, n - 3) : n]
            further = before[n + 1 : n + 3]
            return any(t.key in _SPANS for t in further) or (
                not token.key.isascii() and any(t.key in _SPANS for t in spans)
            )
    return False


def _stands_at(further: Sequence[Token]) -> bool:
    """Whether the noun is itself a scene: "near a hospital in X", "at the police station in X"."""
    for token in further:
        if token.key in ("near", "at", "outside", "inside", "on") or is_in(token, _AT_THINGS):
            return True
        if token.key not in ("a", "an", "the", "main", "local", "of") and not token.text.isdigit():
            return False
    return False


def is_corrected(mention: Mention) -> bool:
    """Whether the text takes the name back: "correcting earlier reports that put it in X"."""
    text = mention.sentence.folded
    found = [phrase for phrase in _CORRECTED if phrase in text]
    if not found:
        return False
    padded = f" {text} "  # whole words: منزلا في is no لا في
    start = sum(len(token.key) + 1 for token in mention.sentence.tokens[: mention.first])
    return any((at := padded.find(f" {phrase} ")) >= 0 and 0 <= start - at <= len(phrase) + 12 for phrase in found)
