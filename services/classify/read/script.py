"""The language a sentence is written in, as far as its letters tell: a mixed item is read sentence by sentence."""

from services.classify.read.text import Sentence

_SORANI_LETTERS = frozenset("ەێۆڕڵڤ")


def lang_of(sentence: Sentence, declared: str) -> str:
    """Return "en", "ar" or "ckb": Latin letters read as English, Arabic ones as ``declared`` or by the letters only Sorani has."""
    arabic = sum("\u0600" <= character <= "\u06ff" for character in sentence.text)
    latin = sum("a" <= character <= "z" for character in sentence.text)
    if latin > arabic:
        return "en"
    if declared in {"ar", "ckb"}:
        return declared
    return "ckb" if any(character in _SORANI_LETTERS for character in sentence.text) else "ar"
