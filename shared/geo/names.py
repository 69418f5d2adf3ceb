"""Place names folded so that spellings of one name meet, in Latin, Arabic and Sorani letters.

Two keys of different strictness: ``name_key`` joins forms that every reader takes as equal (case, hamza, article, hyphen, "Tal
Afar" and "Talafar"); ``skeleton`` keeps only the consonants, in one alphabet for all scripts, so that Khanaqin, Xaneqîn, خانقين
and خانەقین are the same. Many names share a skeleton, so it proposes and never decides.
"""

import re
from functools import lru_cache

from shared.letters import fold

ARTICLES = frozenset({"al", "el", "ul"})
"""Written before a Latin name at will: "al-Adhaim", "Adhaim"."""

ASSIMILATED_ARTICLES = frozenset(
    {"ad", "adh", "an", "ar", "as", "ash", "at", "ath", "az", "ud", "ur", "us", "edh", "esh", "er", "es", "et", "ez"}
)
"""The article before a sun letter, as in "Ash Shirqat"; some are English words, so only gazetteer names and capitals drop them."""

_ONE_LETTER = str.maketrans(
    {
        "ە": "ه", "ێ": "ي", "ۆ": "و", "ۇ": "و", "ۋ": "و", "ڕ": "ر", "ڵ": "ل", "ڤ": "ف", "گ": "ك", "پ": "ب", "چ": "ج",
        "ء": None, "'": None, '"': None, "“": None, "”": None,
    }
)  # fmt: skip
_DOUBLED = re.compile(r"(و)\1+|(ي)\2+")
_TWICE = re.compile(r"(?<=...)([\u0621-\u06d5])\1+")
"""A letter written twice, past the article: "بەرتەللە", "بەرتەلە"."""
_WORD = re.compile(r"[^\W_]+(?:['’‘ʻʼʿʾ`´][^\W_]+)*")


_SAME_VOWEL = (("ay", "ai"), ("ey", "ai"), ("ei", "ai"), ("ee", "i"), ("oo", "u"), ("ou", "u"))
"""Vowels that transliterations of Arabic and Kurdish write either way: Zuhayrat, Zuhairat; Hamreen, Hamrin."""
_COMMON_WORDS = {
    spelt: word
    for word, spellings in {
        "tal": "tall tell tel", "umm": "um om", "sayyid": "sayid seyid seyyid sayed syed", "sheikh": "shekh sheik",
        "muhammad": "mohammed mohamed muhamad mohammad muhammed", "husayn": "hussein hussain husain hosein husein", "ahmad": "ahmed",
        "khalid": "khaled", "salih": "saleh", "hasan": "hassan", "jasim": "jassim", "mulla": "mullah", "haji": "hajji", "abdalla": "abdullah abdulla abdallah",
        "mahmud": "mahmoud mahmood", "rashid": "rasheed", "said": "saeed",
    }.items()
    for spelt in spellings.split()
}  # fmt: skip
"""Words that names of villages begin with or consist of, by their spellings."""


@lru_cache(maxsize=131_072)
def word_key(word: str) -> str:
    """Return one word's exact key; ``word`` may be folded already."""
    key = fold(word)
    if key.isascii():
        key = key.replace("'", "")
        if len(key) > 4 and key.endswith("ah"):
            key = key[:-1]  # Diyalah, Baqubah, Muqdadiyah
        key = _COMMON_WORDS.get(key, key)
        for written, one in _SAME_VOWEL:
            key = key.replace(written, one)
        key = key.replace("iyya", "iya")
        return key[:-1] if key.endswith("iyat") else key  # Mansuriyat al-Jabal, Amiriyat al-Fallujah
    key = key.translate(_ONE_LETTER)
    return _TWICE.sub(r"\1", _DOUBLED.sub(lambda m: m.group()[0], key))


def has_shared_vowel(name: str) -> bool:
    """Whether the name has vowels that its key writes otherwise, so that it may meet names that are spelt as its key."""
    folded = fold(name)
    return folded.isascii() and any(written in folded for written, _ in _SAME_VOWEL)


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name as written, split at spaces, hyphens and other marks; apostrophes inside a word stay."""
    return tuple(_WORD.findall(name))


@lru_cache(maxsize=65_536)
def name_key(name: str) -> str:
    """Return the exact key of a whole name: its words' keys without spaces and without Latin articles; "" if nothing is left."""
    keys = [word_key(word) for word in words_of(name)]
    kept = [
        key
        for n, key in enumerate(keys)
        if not (n + 1 < len(keys) and (key in ARTICLES or key in ASSIMILATED_ARTICLES))
    ]
    return "".join(kept)


_DIGRAPHS = (
    ("kh", "x"), ("gh", "ɣ"), ("sh", "c"), ("ch", "j"), ("tch", "j"), ("th", "t"), ("dh", "z"), ("zh", "z"), ("ph", "f"), ("ck", "k"),
)  # fmt: skip
_LATIN = str.maketrans({**dict.fromkeys("aeiouwyv'-"), "q": "k", "g": "k", "p": "b", "ç": "j", "ş": "c", "ğ": "ɣ"})
_ARABIC = str.maketrans(
    {
        **dict.fromkeys("اويىعءەێۆئؤ'"),
        "ب": "b", "پ": "b", "ت": "t", "ط": "t", "ث": "t", "ج": "j", "چ": "j", "ح": "h", "ه": "h", "خ": "x", "د": "d", "ض": "d",
        "ذ": "z", "ز": "z", "ژ": "z", "ظ": "z", "ر": "r", "ڕ": "r", "س": "s", "ص": "s", "ش": "c", "غ": "ɣ", "گ": "k", "ف": "f",
        "ڤ": "f", "ق": "k", "ك": "k", "ل": "l", "ڵ": "l", "م": "m", "ن": "n",
    }
)  # fmt: skip
_REPEATED = re.compile(r"(.)\1+")


@lru_cache(maxsize=65_536)
def skeleton(name: str) -> str:
    """Return the consonants of a name in one alphabet for all scripts; "" for a name without any."""
    parts: list[str] = []
    for word in words_of(name):
        key = fold(word).lstrip("'")
        if not key or key in ARTICLES or key in ASSIMILATED_ARTICLES:
            continue
        if not parts:
            parts.append(_onset(key))
        parts.append(_skeleton_of_word(key))
    return _REPEATED.sub(r"\1", "".join(parts))


def _onset(key: str) -> str:
    """A vowel or half-vowel at the very beginning is heard in every script: "a", "w" or "y"; else nothing."""
    if key.startswith("ال") and len(key) > 4:
        key = key[2:]
    if key[0] in "wvو":
        return "w"
    if key[0] == "y" or (key[0] == "ي" and key[1:2] not in ("ا", "ە", "ۆ", "ێ", "و")):
        return "y"
    return "a" if key[0] in "aeiouاعي" else ""


def _skeleton_of_word(key: str) -> str:
    if key.isascii() or "a" <= key[0] <= "ÿ":
        for written, one in _DIGRAPHS:
            key = key.replace(written, one)
        if key.endswith("h") and len(key) > 1:
            key = key[:-1]
        return key.translate(_LATIN)
    if key.startswith("ال") and len(key) > 4:
        key = key[2:]
    if key.endswith("ه") and len(key) > 1:
        key = key[:-1]
    return key.translate(_ARABIC)


_RESPELT = (
    ("kh", "x"), ("gh", "g"), ("dh", "d"), ("th", "t"), ("ph", "f"), ("tch", "j"), ("ch", "j"), ("sh", "c"), ("ck", "k"), ("q", "k"), ("ee", "i"), ("oo", "u"),
    ("ou", "u"), ("w", "v"),
)  # fmt: skip
_GLIDE = re.compile(r"[iy](?=[aeou])|(?<=[aeou])[iy]|y")
_VOWELS = re.compile(r"[aeiou]+")
_SAME_SOUND = str.maketrans(
    {"ص": "س", "ث": "س", "ض": "ز", "ذ": "ز", "ظ": "ز", "ط": "ت", "ا": None, "ه": None, "ى": None}
)
"""Letters that Sorani writes as one, and the vowels that one of both leaves out."""
_FINAL_H = re.compile(r"(?<=[aeiou])h$")
_LETTER_TWICE = re.compile(r"(.)\1+")
_LEAST_SOUNDS = 4


@lru_cache(maxsize=65_536)
def respelt_key(key: str) -> str:
    """Return what the spellings of one Arabic or Kurdish name share within a script, for a ``name_key``; "" where that is too little.

    Haidariya, Haydariyya and Heidaria meet; vowels count only as the half-vowels they hide. Unlike ``skeleton`` it keeps half-vowels
    and h, so few names meet by chance; it still proposes only.
    """
    if not key.isascii():
        sounds = key.removeprefix("ال").removesuffix("ي").translate(_SAME_SOUND)
        return sounds if len(sounds) >= _LEAST_SOUNDS - 1 else ""
    key = _FINAL_H.sub("", key)
    for spelt, sound in _RESPELT:
        key = key.replace(spelt, sound)
    key = _LETTER_TWICE.sub(r"\1", key)
    sounds = _LETTER_TWICE.sub(r"\1", _VOWELS.sub("", _GLIDE.sub("y", key)))
    return sounds if len(sounds) >= _LEAST_SOUNDS else ""
