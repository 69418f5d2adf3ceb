"""Places abroad: new divisions, regions that no division covers, and names that a lesser place must not take."""

import pytest

from shared.geo.gazetteer import Gazetteer
from shared.geo.rows import EntryKind


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Hiraan", "SO-HI"), ("Galgaduud", "SO-GA"), ("Togdheer", "SO-TO"), ("West Kordofan", "SD-GK"), ("غرب كردفان", "SD-GK"),
        ("Laikipia", "KE-20"), ("Ituri", "CD-IT"), ("إيتوري", "CD-IT"), ("Cabo Delgado", "MZ-P"), ("Menaka", "ML-9"),
        ("South Darfur", "SD-DS"), ("Katsina", "NG-KT"), ("كاتسينا", "NG-KT"), ("Khyber Pakhtunkhwa", "PK-KP"), ("Oruzgan", "AF-URU"),
    ],
)  # fmt: skip
def test_divisions_abroad_are_found_as_newsrooms_write_them(gazetteer: Gazetteer, name: str, code: str) -> None:
    assert code in {match.entry.code for match in gazetteer.lookup(name)}


@pytest.mark.parametrize(
    ("name", "country"), [("Darfur", "SD"), ("Sinai", "EG"), ("Donbas", "UA"), ("Walikale", "CD"), ("Waziristan", "PK")]
)
def test_a_region_without_a_division_has_its_country(gazetteer: Gazetteer, name: str, country: str) -> None:
    match = gazetteer.lookup(name)[0]
    assert (match.entry.kind, match.entry.country, match.entry.lat) == (EntryKind.REGION, country, None)


def test_alexandria_is_egypts(gazetteer: Gazetteer) -> None:
    assert gazetteer.lookup("Alexandria")[0].entry.country == "EG"


def test_towns_of_a_new_division_lie_in_it(gazetteer: Gazetteer) -> None:
    towns = {name: gazetteer.lookup(name)[0].entry.admin1 for name in ("Bunia", "Nyala", "Burao")}
    assert towns == {"Bunia": "CD-IT", "Nyala": "SD-DS", "Burao": "SO-TO"}


@pytest.mark.parametrize(
    ("country", "names"),
    [
        ("SD", "الفاشر|الجنينة|بابنوسة|نيالا|كادقلي|مخيم زمزم|شمال دارفور|ئەلفاشێر|باکووری دارفور|خارتووم"),
        ("PS", "غزة|رفح|جباليا|المواصي|الشجاعية|النصيرات|خان يونس|بيت لاهيا|الضفة الغربية|غەزە|خان یونس|کەناری ڕۆژئاوا"),
        ("LB", "الضاحية الجنوبية|عيتا الشعب|ميس الجبل|عين الحلوة|باشووری لوبنان|نەبەتیە"),
        ("SY", "سد تشرين|الشيخ مقصود|عين عيسى|الباغوز|ريف إدلب|ڕۆژئاوای کوردستان|کەمپی هۆل|شێخ مەقسوود|دێرەزۆر"),
        ("YE", "صعدة|الحديدة|مأرب|سيئون|رأس عيسى|سەعدە|حەزرەمەوت"),
        ("SO", "مقديشو|بلدوين|باكول|بونتلاند|عدن يبال|مۆگادیشیۆ"),
        ("NG", "ميدوغوري|ولاية النيجر|كوارا|زامفارا|مایدوگوری"),
        ("CD", "بيني|روتشورو|أوفيرا|شمال كيفو|باکووری کیڤو|گۆما"),
        ("AF", "باكتيا|بنجشير|ننغرهار|مزار شريف|نەنگەرهار|هێرات"),
        ("PK", "باجور|وزيرستان|شمال وزيرستان|خيبر بختونخوا|وەزیرستانی باکوور|کویتا"),
        ("UA", "باخموت|خاركيف|زاباروجيا|القرم|تشاسيف يار|كريفي ريغ|ئۆکراینا|خارکیڤ|لوگانسک"),
        ("IR", "سراوان|كردستان الإيرانية|قصر شيرين|پیرانشار|جوانڕۆ"),
        ("TR", "شرناق|نصيبين|دیاربەکر|نسێبین|ئەستەمبوڵ"),
        ("ML", "تمبكتو|موبتي|باندياغارا|تیمبوکتو"),
        ("HT", "بور أو برانس|پۆرتۆپرانس"),
    ],
)  # fmt: skip
def test_places_of_the_news_are_known_in_arabic_and_sorani(gazetteer: Gazetteer, country: str, names: str) -> None:
    unknown = [n for n in names.split("|") if country not in {m.entry.country for m in gazetteer.lookup(n)}]
    assert unknown == []


@pytest.mark.parametrize(
    "word", ["مدنيين", "سيول", "هوية", "تیرۆر", "ڕێگا", "کۆتا", "بيان", "معسكر", "الجمعة", "البندقية", "ميناء", "مین"]
)
def test_a_word_of_arabic_or_sorani_is_no_far_away_town(gazetteer: Gazetteer, word: str) -> None:
    abroad = [m.entry for m in gazetteer.lookup(word) if m.entry.country != "IQ"]
    assert abroad == []
