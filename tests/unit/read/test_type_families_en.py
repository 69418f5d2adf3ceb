"""English event types by family: each group shows one way of telling, in sentences that no labelled stream holds."""

import pytest

from shared.events.facts import EventType
from tests.unit.read.reading import read

FAMILIES: dict[str, list[tuple[str, str, EventType]]] = {
    "a camp or post overrun with bloodshed is raided, not taken": [
        ("Militia overruns camp for displaced, nine dead", "Nine people were hacked to death in the raid.", EventType.ATTACK),
        ("Insurgents overran a border post, killing six soldiers", "", EventType.ARMED_CLASH),
        ("Rebels seize town after army flees", "", EventType.NON_STATE_OVERTAKES_TERRITORY),
    ],
    "militants who kill are not militants killed": [
        ("Insurgents kill five villagers, burn huts", "Insurgents killed five villagers and burned their huts.", EventType.ATTACK),
        ("Militants behead three fishermen", "Militants killed three fishermen on an island.", EventType.ATTACK),
        ("Three militants killed in raid on hideout", "", EventType.ARMED_CLASH),
    ],
    "a bombing may come from the air": [
        ("Nine dead in bombing of market", "Two bombs dropped by a warplane hit the market.", EventType.AIR_DRONE_STRIKE),
        ("Bombing kills four in bazaar", "A bomb hidden in a cart went off.", EventType.REMOTE_EXPLOSIVE_LANDMINE_IED),
    ],
    "fighters killed by a blast": [
        ("Two Hashd fighters killed in blast near Tuz", "", EventType.REMOTE_EXPLOSIVE_LANDMINE_IED),
        ("Fighter killed by explosion of device in Hawija", "", EventType.REMOTE_EXPLOSIVE_LANDMINE_IED),
    ],
    "what is hit by wheels": [
        ("Ambulance hits mine, two medics dead", "", EventType.REMOTE_EXPLOSIVE_LANDMINE_IED),
        ("Harvester drives over bomb near Makhmur, farmer killed", "", EventType.REMOTE_EXPLOSIVE_LANDMINE_IED),
    ],
    "pylons": [
        ("Explosives bring down pylon in Kirkuk", "Saboteurs blew up a transmission tower overnight.", EventType.REMOTE_EXPLOSIVE_LANDMINE_IED),
    ],
    "clashes with mortars stay clashes": [
        ("Renewed clashes in Tripoli suburb kill three", "Mortar and machine-gun fire was exchanged for hours.", EventType.ARMED_CLASH),
    ],
    "a militia that retakes a town is not the government": [
        ("Mai-Mai militia retake mining town from rebels", "", EventType.NON_STATE_OVERTAKES_TERRITORY),
        ("Army retakes mining town from rebels", "", EventType.GOVERNMENT_REGAINS_TERRITORY),
    ],
    "taken away": [
        ("Bandits raid school, take 30 pupils", "Bandits marched 30 pupils into the forest.", EventType.ABDUCTION),
        ("Nuns whisked away from convent by gunmen", "", EventType.ABDUCTION),
    ],
    "rape by armed men": [
        ("Girls raped at roadblock outside camp", "Men in uniform raped four girls at a roadblock.", EventType.SEXUAL_VIOLENCE),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("title", "summary", "expected"),
    [pytest.param(*case, id=f"{family}: {case[0]}") for family, cases in FAMILIES.items() for case in cases],
)
def test_the_type_is_what_the_text_tells(title: str, summary: str, expected: EventType) -> None:
    assert read(title, summary).event_type is expected
