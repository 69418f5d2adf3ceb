"""A headline and nothing else, as agencies send it: an attack told plainly is a report, the same words about an accident are none."""

import pytest

from shared.events.report import Kind
from tests.unit.read.reading import read


@pytest.mark.parametrize(
    "title",
    [
        "Iraq: Car bombing in Mosul kills at least 9 civilians",
        "UPDATE 1-Bomb in western Kabul kills at least 6",
        "Bomb kills three soldiers in Niger's Tillaberi: ministry",
        "8 killed in violence in Haiti's capital",
        "Gunmen kill judge in northern Mexico",
        "Rockets kill four in Sderot",
        "Three separatist fighters killed in raid in northwest Cameroon",
        "ISIL claims attack on policemen in Dagestan",
        "Border guards lose two in Rutba clash",
        "Mine blast leaves four soldiers dead in Donetsk region",
        "Raid on market in Hama province leaves at least 9 dead",
        "Cattle raid leaves 15 dead in Jonglei",
        "Iraq: minibus explosion on Kut road kills five",
        "Twelve rebels dead in battle for Kaga-Bandoro",
        "Taliban kill sister of former governor",
        "Two officers held hostage by herders shot at their home",
    ],
)
def test_an_attack_told_by_a_headline_alone_is_news_of_one(title):
    assert read(title, "").kind in {Kind.REPORT, Kind.UPDATE}


@pytest.mark.parametrize(
    "title",
    [
        "Bus crash kills at least 12 in Nepal",
        "UPDATE 1-Quake kills at least 6 in western Iran",
        "Ten dead in mine collapse in eastern Congo",
        "Late strike kills off City's hopes",
        "Bombing of Baghdad, 2003: a chronicle",
        "Man jailed for life for 2016 Baghdad car bombing",
        "City lose three in a row after Lynch injury",
        "Mine blast in Shanxi kills 12 miners",
        "Battle for top spot: Rovers sink United with late strike",
        "Boston massacre: Reds routed 14-1 at home",
    ],
)
def test_the_same_words_about_something_else_are_none(title):
    assert read(title, "").kind is Kind.OTHER
