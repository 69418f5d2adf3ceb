"""Armed groups and forces that fight in one country: where no place and no country is named, theirs is where it was.

A weak hint, like a people's adjective: it helps to tell namesakes apart and gives the country when nothing else does.
"""

from services.classify.read.place_words import folded
from services.classify.read.text import Document

_HINT = 0.35
_SENTENCES = 3
_SURE = {"PK": 0.6}
"""Where armies strike abroad, adjectives say little; the country's own groups say more."""
_COUNTRY_OF = {
    "YE": ("houthi", "houthis", "ansar allah", "الحوثي", "الحوثيون", "الحوثيين", "حوثي", "حووسی", "حووسییەکان", "حوسییەکان"),
    "SO": ("al shabaab", "al - shabaab", "حركة الشباب", "الشباب الصومالية", "ئەلشەباب", "شەبابی سۆماڵی"),
    "NG": ("boko haram", "iswap", "nigerian troops", "بوكو حرام", "بۆکۆ حەرام"),
    "CD": ("adf", "allied democratic forces", "m23", "m 23", "wazalendo", "codeco", "حركة 23 مارس", "إم 23", "ئێم 23"),
    "SD": ("rapid support forces", "rsf", "الدعم السريع", "هێزەکانی پشتیوانیی خێرا", "پشتیوانی خێرا"),
    "PK": ("ttp", "tehreek - e - taliban", "pakistani taliban", "baloch liberation army", "تحريك طالبان", "طالبان باكستان", "جيش تحرير بلوشستان", "تاڵیبانی پاکستان"),
    "SY": ("sdf", "syrian democratic forces", "white helmets", "قسد", "قوات سوريا الديمقراطية", "الخوذ البيضاء", "هەسەدە", "قەسەدە"),
    "LB": ("hezbollah", "hizbullah", "unifil", "حزب الله", "اليونيفيل", "حزبوڵڵا", "حزبوڵا"),
    "PS": ("qassam brigades", "كتائب القسام", "سرايا القدس"),
    "CO": ("farc", "eln", "clan del golfo", "فارك"),
    "MM": ("arakan army", "kachin independence army", "junta troops", "tatmadaw"),
    "ET": ("fano", "فانو"),
    "IQ": ("peshmerga", "asayish", "ybs", "ezidkhan", "7th division", "emergency regiment", "قوات الرد السريع", "ئاسایش", "ئێزیدخان", "popular mobilization", "hashd al - shaabi", "البيشمركة", "الحشد الشعبي", "سرايا السلام", "پێشمەرگە", "حەشدی شەعبی"),
    "MZ": ("ahlu sunna",),
    "AF": ("taliban", "حركة طالبان"),
    "ML": ("barkhane", "minusma", "fama", "azawad liberation front"),
    "PH": ("abu sayyaf", "new people's army", "أبو سياف"),
    "HT": ("viv ansanm",),
    "IR": ("jaish al - adl", "jaish al-adl", "جيش العدل"),
    "UA": ("ukrainian general staff",),
}  # fmt: skip
_PHRASES = tuple((f" {phrase} ", country) for country, names in _COUNTRY_OF.items() for phrase in folded(names))


def countries_of_groups(document: Document) -> dict[str, float]:
    """Return the countries whose own groups the beginning of the text names, each with the same small weight."""
    text = " ".join(f" {sentence.folded} " for sentence in document.sentences[:_SENTENCES])
    return {country: _SURE.get(country, _HINT) for phrase, country in _PHRASES if phrase in text}
