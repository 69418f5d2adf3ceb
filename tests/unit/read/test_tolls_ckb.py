"""Sorani tolls: every sentence here was written for this test."""

import pytest

from services.classify.read.tolls import read_casualties
from tests.support.reading import document

CASES: list[tuple[str, int | None, int | None, int | None]] = [
    # sentence, killed, wounded, attackers killed
    ("حەوت هاووڵاتی کوژران و پێنجی دیکە بریندار بوون", 7, 5, None),
    ("دوو پۆلیس کوژران و سێی تر بریندار بوون", 2, 3, None),
    ("سەربازێک کوژرا و دوو سەرباز بریندار بوون", 1, 2, None),
    ("مامۆستایەک لە جەلەولا کوژرا", 1, None, None),
    ("شەش گوندنشین و پۆلیسێک کوژران", 7, None, None),
    ("ئەفسەرێک و دوو سەرباز شەهید بوون", 3, None, None),
    ("لانیکەم ٧ کەس کوژران", 7, None, None),
    ("زیاتر لە بیست کەس بریندار بوون", None, 20, None),
    ("نزیکەی سی کەس بریندارن", None, 30, None),
    ("دەیان کەس بریندار بوون", None, None, None),
    ("چەند کەسێک بریندار بوون", None, None, None),
    ("بیست و سێ کەس گیانیان لەدەستدا", 23, None, None),
    ("سێ شوان گیانیان لە دەست دا", 3, None, None),
    ("یازدە کوژراو و سی و یەک بریندار لە تەقینەوەکەدا", 11, 31, None),
    ("ژمارەی کوژراوان گەیشتە ١٤ کەس", 14, None, None),
    ("ژمارەی قوربانییان بۆ نۆ کەس بەرزبووەوە", 9, None, None),
    ("ژمارەی بریندارەکان گەیشتە ٣١", None, 31, None),
    ("ژمارەی کوژراوان لە پێنجەوە بۆ حەوت بەرزبووەوە", 7, None, None),
    ("فڕۆکەی جەنگی سێ چەکداری داعشی کوشت", None, None, 3),
    ("چوار چەکدار کوژران", None, None, 4),
    ("دوو سەرباز و سێ تیرۆریست کوژران", 2, None, 3),
    ("یەکێک لە چەکدارەکان کوژرا", None, None, 1),
    ("یەکێک لە بریندارەکان گیانی لەدەستدا و ژمارەی کوژراوان بوو بە پێنج", 5, None, None),
    ("هێرشەکە زیانی گیانی لێنەکەوتووەتەوە", 0, 0, None),
    ("هیچ زیانێکی گیانی نەبووە", 0, 0, None),
    ("هیچ کەسێک نەکوژراوە", 0, None, None),
    ("کوشتنی دوو کۆڵبەر لەلایەن هێزەکانی ئێرانەوە", 2, None, None),
    ("دوو کۆڵبەر لە سنوور دەکوژرێن", 2, None, None),
    ("بۆردومانێک دوو گوندنشین دەکوژێت", 2, None, None),
    ("ژنێک و منداڵێک بریندار بوون", None, 2, None),
    ("درۆنێک ژنێکی بریندار کرد", None, 1, None),
    ("سێ ماسیگر ڕفێنران", None, None, None),
    ("پۆلیس پێنج گومانلێکراوی دەستگیر کرد", None, None, None),
    ("سێ مووشەک کەوتنە ناو بنکەکە و سەربازێک بریندار بوو", None, 1, None),
    ("تەرمی دوو ماسیگر دۆزرایەوە", 2, None, None),
    ("دە کەس کوژران و بریندار بوون", 10, None, None),
    ("پێشمەرگەیەک شەهید بوو و دوانی تر بریندارن", 1, 2, None),
    ("لە تەقینەوەی مینێکدا شوانێکی تەمەن ٤٠ ساڵ گیانی لەدەستدا", 1, None, None),
    ("سەد و بیست کەس کوژران", 120, None, None),
    ("شەش کەس کوژران کە دوانیان منداڵن", 6, None, None),
    ("ڕۆژنامەنووسێک تیرۆر کرا", 1, None, None),
    ("کوژران و برینداربوونی دە کەس لە تەقینەوەیەکدا", 10, None, None),
    ("هاووڵاتییەک و کوڕەکەی لە تەقەی چەکداراندا کوژران", 2, None, None),
    ("بیست و پێنج کەس لە مزگەوتێک بوونە قوربانی", 25, None, None),
    ("دوو برا کوژران و باوکیان بریندار بوو", 2, 1, None),
    ("ئەفسەرێکی پۆلیس شەهید بوو و شۆفێرەکەی بریندار بوو", 1, 1, None),
    ("ژمارەی قوربانییان گەیشتە ١٢ کوژراو و ٣٠ بریندار", 12, 30, None),
    ("دوو چەکداری ماتۆڕسوار تەقەیان لە پۆلیسێک کرد و کوشتیان", 1, None, None),
    ("دە پێشمەرگە لە نێویاندا ئەفسەرێک بریندار بوون", None, 10, None),
    ("چوار کەس کە دووانیان منداڵن کوژران", 4, None, None),
    ("لە تەقینەوەکەدا کەس نەکوژراوە بەڵام چوار کەس بریندار بوون", 0, 4, None),
    ("داعش دوو جووتیاری سەربڕی", 2, None, None),
    ("سێ داعش لە حەمرین کوژران", None, None, 3),
]  # fmt: skip


@pytest.mark.parametrize(("text", "killed", "wounded", "attackers"), CASES, ids=[str(n) for n in range(len(CASES))])
def test_a_sorani_sentence_gives_its_toll(
    text: str, killed: int | None, wounded: int | None, attackers: int | None
) -> None:
    casualties = read_casualties(document(text, "ckb")).casualties
    counts = (casualties.killed, casualties.wounded, casualties.attackers_killed)
    assert tuple(count.best if count else None for count in counts) == (killed, wounded, attackers)


@pytest.mark.parametrize(
    "sentence",
    ["لە ساڵی ٢٠٢١ سیانزە پۆلیس لەو ناوچەیە کوژران.", "مانگی ڕابردوو دوازدە کەس لە هێرشێکی هاوشێوەدا کوژران."],
)
def test_the_toll_of_the_past_is_not_the_toll(sentence: str) -> None:
    casualties = read_casualties(
        document("هێرشێک لە داقووق", "ckb", summary=f"دوو پۆلیس کوژران. {sentence}")
    ).casualties
    assert casualties.killed is not None
    assert casualties.killed.best == 2


MORE = (
    ("چوار چەکداری حەشد کوژران و شەشی دیکە بریندار بوون", 4, 6),
    ("خۆی و سێ کوڕییان کوشت، هاوسەرەکەشی بریندارە", 4, 1),
    ("دوو پۆلیس شەهید و یەکێکیش بریندار بوو", 2, 1),
    ("سەرۆک هۆزێک لە جەلەولا کوژرا", 1, None),
    ("لە ئەنجامدا ژن و مێردێک کوژران", 2, None),
    ("هێرش کرایە سەر خاڵێکی حەشدی شەعبی و دوو کەس کوژران", 2, None),
)


@pytest.mark.parametrize(("text", "killed", "wounded"), MORE)
def test_people_without_a_number_are_counted(text: str, killed: int, wounded: int | None) -> None:
    casualties = read_casualties(document(text, "ckb")).casualties
    assert casualties.killed is not None
    assert casualties.killed.best == killed
    assert (casualties.wounded.best if casualties.wounded else None) == wounded
    assert casualties.attackers_killed is None
