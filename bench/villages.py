#!/usr/bin/env python3
"""How often the reader finds a village of the gazetteer that a made sentence names: shares by language.

    .venv/bin/python -m bench.villages [--sentences 500] [--seed 1]

Villages are drawn from governorates as often as news of attacks names them, respelt in English as newsrooms do and by ear in Sorani,
and put beside their district, the nearest town or only their governorate. The sentences are plain, so the figures compare one
reader with another; they do not say how well it reads news.
"""

import argparse
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.classify.items import item_of
from services.classify.read.events import whole_of
from services.classify.read.lexicon import load
from services.classify.read.places import PlaceReader
from services.classify.read.text import document_of
from services.classify.read.triggers import MAX_SENTENCES, mark
from shared.events.facts import Place
from shared.geo.distance import km_between
from shared.geo.gazetteer import Gazetteer
from shared.geo.rows import Entry, EntryKind

_NEWS = {
    "IQG10": 6,
    "IQG13": 3,
    "IQG15": 3,
    "IQG16": 3,
    "IQG01": 2,
    "IQG08": 2,
    "IQG11": 2,
    "IQG06": 2,
    "IQG09": 2,
    "IQG07": 1,
    "IQG02": 1,
}
_MOST_WORDS, _LEAST_RANK, _TOWN_RANK, _FOUND_KM = 3, 25, 68, 5.0
_DIRECTIONS = {
    "en": ("north", "east", "south", "west"),
    "ar": ("شمال", "شرق", "جنوب", "غرب"),
    "ckb": ("باکووری", "ڕۆژهەڵاتی", "باشووری", "ڕۆژاوای"),
}
_SENTENCES = {
    "en": (
        ("Gunmen kill two farmers in {d} district", "Two farmers were shot dead on Sunday in the village of {v}, {d} district, a police source said."),
        ("Bomb kills soldier in {g}", "A roadside bomb killed a soldier on Monday near {v}, in {g}'s {d} district, the army said."),
        ("Two shepherds shot dead near {t}", "Islamic State gunmen killed two shepherds at {v}, {way} of {t}, on Tuesday night."),
        ("Mortar fire wounds three", "Mortar rounds wounded three people in {v}, a village {way} of {t}, on Friday."),
        ("Attack near {t} leaves one dead", "Militants fired on a checkpoint at the entrance to {v} on Thursday, an official in {t} said."),
        ("Gunmen attack {v} village in {g}", "One villager was killed and two were wounded on Sunday night, police said."),
    ),
    "ar": (
        ("مقتل مزارعين اثنين في قضاء {d}", "قتل مزارعان بهجوم مسلح في قرية {v} التابعة لقضاء {d}."),
        ("استشهاد جندي بانفجار عبوة في {g}", "انفجرت عبوة ناسفة قرب قرية {v} ضمن قضاء {d} في محافظة {g} فاستشهد جندي."),
        ("مقتل راعيين قرب {t}", "قتل عناصر من داعش راعيين اثنين مساء الثلاثاء في قرية {v} {way}ي {t}."),
        ("قذائف هاون تستهدف قرية {v}", "سقطت أربع قذائف هاون اليوم الجمعة على {v} {way} {t} فأصيب ثلاثة أشخاص."),
        ("هجوم لداعش {way} {t}", "هاجم مسلحون نقطة للحشد في أطراف {v} واستشهد مقاتل، وفق مصدر في شرطة {t}."),
        ("{g}.. مقتل مدني بهجوم مسلح", "قتل مدني بهجوم مسلح استهدف منزلاً في قرية {v}، الليلة الماضية."),
    ),
    "ckb": (
        ("دوو جووتیار لە قەزای {d} کوژران", "چەکداران ئێوارەی یەکشەممە دوو جووتیاریان لە گوندی {v} سەر بە قەزای {d} کوشت."),
        ("تەقینەوەیەک لە {g} سەربازێکی کوشت", "بۆمبێکی چێنراو لە نزیک گوندی {v} لە سنووری قەزای {d} تەقییەوە."),
        ("دوو شوان لە نزیک {t} کوژران", "چەکدارانی داعش شەوی سێشەممە دوو شوانیان لە گوندی {v} لە {way} {t} کوشت."),
        ("تۆپباران لە {v}", "ئەمڕۆ هەینی چوار هاوەن لە گوندی {v} کەوتنە خوارەوە لە {way} {t}."),
        ("هێرشی داعش لە {way} {t}", "چەکداران هێرشیان کردە سەر خاڵێکی پێشمەرگە لە نزیک {v} و پێشمەرگەیەک شەهید بوو."),
        ("کەسێک لە {g} کوژرا", "چەکداران دوێنێ شەو تەقەیان لە ماڵێک لە گوندی {v} کرد و هاووڵاتییەک کوژرا."),
    ),
}  # fmt: skip
_ARTICLE = re.compile(r"^(?:al|a[rstdnz]|ash|adh|ath)$", re.IGNORECASE)
_BY_EAR = (
    ("kh", "خ"),
    ("sh", "ش"),
    ("gh", "غ"),
    ("ch", "چ"),
    ("th", "س"),
    ("dh", "ز"),
    ("ay", "ەی"),
    ("aw", "ەو"),
    ("iy", "ی"),
)
_LETTERS = dict(zip("abtjhdrzsfqklmnwypgiuoev", "ەبتجهدرزسفقکلمنویپگیوۆێڤ", strict=True))


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Draws villages and respells them, the same for the same seed."""

    chance: random.Random
    villages: dict[str, list[Entry]]
    towns: dict[str, list[Entry]]

    @classmethod
    def of(cls, gazetteer: Gazetteer, seed: int) -> "Drawing":
        """Return the drawing over the gazetteer's villages."""
        villages: dict[str, list[Entry]] = defaultdict(list)
        towns: dict[str, list[Entry]] = defaultdict(list)
        for entry in (*gazetteer.entries_of_kind(EntryKind.VILLAGE), *gazetteer.entries_of_kind(EntryKind.TOWN)):
            if entry.country != "IQ" or None in (entry.admin1, entry.admin2, entry.lat, entry.ar):
                continue
            if entry.kind is EntryKind.TOWN:
                if entry.rank >= _TOWN_RANK:
                    towns[entry.admin1 or ""].append(entry)
            elif (
                entry.rank >= _LEAST_RANK and max(len(entry.name.split()), len((entry.ar or "").split())) <= _MOST_WORDS
            ):
                villages[entry.admin1 or ""].append(entry)
        return cls(chance=random.Random(seed), villages=villages, towns=towns)

    def village(self) -> tuple[Entry, Entry]:
        """Return a village and the nearest town of its governorate."""
        code = self.chance.choices(list(_NEWS), list(_NEWS.values()))[0]
        village = self.chance.choice(self.villages[code])
        return village, min(self.towns[code], key=lambda town: _km(village, town))

    def english(self, entry: Entry) -> str:
        """The name in one of the spellings of newsrooms."""
        words: list[str] = []
        for word in entry.name.replace("`", "").replace("'", "").split():
            if _ARTICLE.match(word):
                words += ["al-"] if words or self.chance.random() < 0.4 else []
                continue
            spelt = word[:-1] if word.endswith("ah") and self.chance.random() < 0.8 else word
            words.append(spelt.replace("ay", "ai") if self.chance.random() < 0.7 else spelt)
        name = " ".join(words).replace("al- ", "al-")
        return name[:1].upper() + name[1:]

    def sorani(self, entry: Entry) -> str:
        """The Sorani name, or the Latin one written by ear."""
        if entry.ckb:
            return entry.ckb
        words = [w for w in re.sub(r"[^a-z ]", "", entry.name.lower()).split() if not _ARTICLE.match(w)]
        heard = " ".join(re.sub("ah$", "a", word) for word in words)
        for latin, letter in _BY_EAR:
            heard = heard.replace(latin, letter)
        heard = re.sub("i", lambda _: self.chance.choice(["ی", ""]), heard)
        heard = re.sub(r"\ba", "ئە", heard)
        heard = re.sub("a", lambda _: self.chance.choice(["ا", "ە", "ە"]), heard)
        return "".join(_LETTERS.get(letter, letter) for letter in heard)


def _point(entry: Entry) -> tuple[float, float]:
    if entry.lat is None or entry.lon is None:
        raise ValueError(entry.name)  # none such is drawn
    return entry.lat, entry.lon


def _km(a: Entry, b: Entry) -> float:
    return km_between(*_point(a), *_point(b))


def _way(village: Entry, town: Entry) -> int:
    (lat, lon), (town_lat, town_lon) = _point(village), _point(town)
    north, east = lat - town_lat, lon - town_lon
    return (0 if north > 0 else 2) if abs(north) > abs(east) else (1 if east > 0 else 3)


def judged(place: Place | None, village: Entry) -> Counter[str]:
    """What of the village the place has right."""
    found: Counter[str] = Counter(sentences=1)
    if place is None:
        return found
    found["district"] = int(place.admin2 == village.admin2)
    found["other governorate"] = int(place.admin1 not in (None, village.admin1))
    if place.lat is not None and place.lon is not None:
        found["point"] = int(km_between(place.lat, place.lon, *_point(village)) <= _FOUND_KM)
    return found


def run(sentences: int, seed: int) -> dict[str, Counter[str]]:
    """Return the counts by language."""
    gazetteer = Gazetteer.load()
    reader = PlaceReader(gazetteer)
    lexica = {lang: load(lang) for lang in _SENTENCES}
    drawing = Drawing.of(gazetteer, seed)
    spell: dict[str, Callable[[Entry], str]] = {
        "en": drawing.english,
        "ar": lambda e: e.ar or e.name,
        "ckb": drawing.sorani,
    }
    counts: dict[str, Counter[str]] = {lang: Counter() for lang in _SENTENCES}
    for _ in range(sentences):
        for lang, shapes in _SENTENCES.items():
            village, town = drawing.village()
            units = [gazetteer.unit(code or "") for code in (village.admin2, village.admin1)]
            words = {
                "v": spell[lang](village),
                "t": gazetteer.display_name(town, lang),
                "way": _DIRECTIONS[lang][_way(village, town)],
            }
            words |= {key: gazetteer.display_name(unit, lang) for key, unit in zip("dg", units, strict=True) if unit}
            title, summary = drawing.chance.choice(shapes)
            row = {"id": "v", "feed": "villages", "lang": lang, "url": "https://villages.example/v", "content": None,
                   "title": title.format(**words), "summary": summary.format(**words), "published": datetime(2026, 3, 16, 12, tzinfo=UTC).isoformat()}  # fmt: skip
            marks = mark(document_of(item_of(row), lang, most_sentences=MAX_SENTENCES), lexica)
            counts[lang] += judged(reader.read(marks.document, whole_of(marks).sentences).place, village)
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each language; returns the exit code."""
    parser = argparse.ArgumentParser(description="Finds villages of the gazetteer in made sentences.")
    parser.add_argument("--sentences", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    for lang, counts in run(options.sentences, options.seed).items():
        shares = (
            f"{name} {counts[name] / counts['sentences']:.3f}" for name in ("district", "point", "other governorate")
        )
        sys.stdout.write(f"{lang}: {', '.join(shares)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
