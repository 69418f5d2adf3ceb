"""Letters of the Latin, Arabic and Sorani scripts folded to one form, so that spellings which readers take as equal compare equal."""

import unicodedata
from functools import lru_cache

INVISIBLE = "".join(
    chr(code)
    for code in (
        0x00AD,
        0x0640,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2065),
        *range(0x2066, 0x206A),
        0xFEFF,
    )
)
"""Soft hyphen, tatweel, zero-width characters and bidirectional marks: they change how a word looks, never which word it is."""

_SAME_LETTER = str.maketrans(
    {
        **dict.fromkeys(INVISIBLE),
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",
        "ى": "ي", "ی": "ي", "ې": "ي", "ئ": "ي",
        "ؤ": "و",
        "ك": "ك", "ک": "ك", "ڪ": "ك",
        "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه",
        "’": "'", "‘": "'", "ʼ": "'", "ʻ": "'", "ʿ": "'", "ʾ": "'", "`": "'", "´": "'",
        "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe",
    }
)  # fmt: skip

DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٪٬٫", "01234567890123456789%,.")
"""Arabic-Indic and Persian digits and signs to ASCII, one character for one."""


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return the comparison form: lower case, no diacritics, one form of each letter, ASCII digits, no invisible characters.

    Arabic: hamza carriers become their letter, alef maqsura and Persian yeh become yeh, taa marbuta becomes heh. The Sorani
    vowels ە, ێ, ۆ and the letters ڕ, ڵ, ڤ, گ, چ, پ, ژ are letters of their own and stay.
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_SAME_LETTER))
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", kept).translate(_SAME_LETTER).translate(DIGITS)
