"""The type of an attack told without a weapon: never null where anybody is harmed."""

import pytest

from shared.events.facts import EventType
from shared.events.report import Kind
from tests.unit.read.reading import read


@pytest.mark.parametrize(
    ("title", "event_type"),
    [
        ("Taliban kill former governor", EventType.ATTACK),
        ("Gang kills 17 in Haitian town", EventType.ATTACK),
        ("Violence leaves eight policemen dead", EventType.ARMED_CLASH),
        ("Fighting kills 14 in Sweida countryside", EventType.ARMED_CLASH),
        ("Deadly explosion has hit a car in Beirut", EventType.REMOTE_EXPLOSIVE_LANDMINE_IED),
        ("Bomb wounds three on school football pitch", EventType.REMOTE_EXPLOSIVE_LANDMINE_IED),
        ("Village elder and three sons murdered", EventType.ATTACK),
        ("Army bombs rebel towns", EventType.AIR_DRONE_STRIKE),
        ("M23 rebels enter Walikale", EventType.NON_STATE_OVERTAKES_TERRITORY),
    ],
)
def test_a_report_without_a_weapon_has_a_type(title: str, event_type: EventType) -> None:
    report = read(title)
    assert (report.kind, report.event_type) == (Kind.REPORT, event_type)


@pytest.mark.parametrize(
    "title",
    [
        "Coal mine explosion kills 20 in Shanxi",
        "Gas blast at flats kills nine",
        "Explosion at fireworks plant kills 12",
        "Iran warns its missiles can hit any US base",
        "Bowlers ambush India on day one",
        "Ministry's page hacked, false attack news posted",
        "Commandos stage mock raid on hotel",
    ],
)
def test_what_is_no_attack_has_none(title: str) -> None:
    report = read(title)
    assert (report.kind, report.event_type) == (Kind.OTHER, None)


@pytest.mark.parametrize(
    "title",
    [
        "No attack took place in Hawija, police say",
        "No mortars fell on Kirkuk base, army says; blasts were a drill",
        "Police denied reports of a kidnapping in Daquq",
        "الشرطة: لم يقع أي هجوم في الحويجة",
        "خلية الإعلام: لم تسقط أي قذائف على القاعدة وأصوات الانفجارات ناجمة عن تمرين",
        "پۆلیس: هیچ هێرشێک لە حەویجە ڕووی نەداوە",
    ],
)
def test_a_plain_denial_is_a_retraction(title: str) -> None:
    assert read(title).kind is Kind.RETRACTION
