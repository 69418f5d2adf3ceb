"""English tolls by family: each group shows one way of telling, in sentences that no labelled stream holds."""

import pytest

from services.classify.read.tolls import read_casualties
from tests.support.reading import document

FAMILIES: dict[str, list[tuple[str, int | None, int | None, int | None]]] = {
    "one of the wounded dies: one more dead, one fewer wounded": [
        ("One of the four policemen wounded in the ambush died in hospital on Sunday", 1, 3, None),
        ("Two of the nine worshippers hurt in Friday's blast have since died", 2, 7, None),
        ("One of three brothers injured by the mine died overnight", 1, 2, None),
    ],
    "a part of a counted whole": [
        ("One of two engineers taken from the rig was found shot dead", 1, None, None),
        ("Three of the seven hostages were killed", 3, None, None),
        ("One of the two pilots died in the crash of the helicopter hit by gunfire", 1, None, None),
    ],
    "someone described after a comma is not two people": [
        ("The guard, a father of five, died at the scene", 1, None, None),
        ("The teacher, a woman from Tikrit, was shot dead", 1, None, None),
        ("A farmer, a shepherd and a teacher were killed", 3, None, None),
        ("A baker, a barber and two pupils were hurt", None, 4, None),
    ],
    "a subset between commas does not take the whole's place": [
        ("Eleven people, three of them children, were wounded when a shell hit the school", None, 11, None),
        ("Six villagers, two of them women, were killed", 6, None, None),
        ("At least 20 passengers, five of them soldiers, were injured", None, 20, None),
    ],
    "a list goes on behind the detail of its first part": [
        ("At least nine civilians, among them a nurse, and one soldier were killed", 10, None, None),
        ("Six farmers, including two brothers, and a guard were wounded", None, 7, None),
        ("At least 12 people, including two women and a policeman, were killed", 12, None, None),
        ("Five people, including a girl and her grandmother, died", 5, None, None),
    ],
    "taken to hospital is wounded": [
        ("Four worshippers were taken to hospital with bullet wounds", None, 4, None),
        ("Two girls were rushed to hospital with burns", None, 2, None),
        ("Thirteen people sought medical help after the strike", None, 13, None),
        ("The bodies were taken to hospital", None, None, None),
        ("A porter was shot and taken to hospital, where he died", 1, None, None),
    ],
    "whoever kills himself is an attacker": [
        ("The man set off his belt at the gate, killing himself and two guards", 2, None, 1),
        ("His vest went off early, killing only him", None, None, 1),
        ("A woman blew herself up near a bank, killing herself and wounding five", None, 5, 1),
    ],
    "whom the state's forces kill is the other side": [
        ("The army lost three men and killed 15 fighters", 3, None, 15),
        ("Government troops killed nine fighters near the river", None, None, 9),
        ("Gunmen killed four Peshmerga fighters", 4, None, None),
        ("A Turkish drone killed two PKK fighters", None, None, 2),
        ("Ten M23 fighters and two soldiers died in the fighting", 2, None, 10),
        ("Soldiers said the bomb killed two PMF fighters", 2, None, None),
    ],
    "what a later death leaves is the whole toll": [
        ("A baker hurt in Sunday's grenade attack died on Monday, leaving one dead and six wounded", 1, 6, None),
        ("One of the five soldiers wounded on Sunday died, leaving two dead and four hurt", 2, 4, None),
        ("A boy died of his wounds, which leaves three dead and one injured", 3, 1, None),
        ("A bomb in the market exploded, leaving five dead and nine wounded", 5, 9, None),
        ("Gunmen killed a guard, leaving two others wounded", 1, 2, None),
    ],
    "a bare number behind a comma is a part of those before it": [
        ("Sniper shoots two policemen, one dies", 1, None, None),
        ("Four miners hit by gunfire, two killed", 2, None, None),
    ],
    "bodies are of those whom they belong to": [
        ("Divers found three militants' bodies in the river", None, None, 3),
        ("A third gunman's body was pulled from the canal", None, None, 3),
        ("Villagers recovered two farmers' bodies", 2, None, None),
    ],
    "a smuggler who dies in a fight with guards fought against them": [
        ("A soldier and an arms smuggler were killed in a shootout", 1, None, 1),
        ("Two border guards and three smugglers died in clashes near the crossing", 2, None, 3),
        ("A landmine killed a smuggler near the village", 1, None, None),
    ],
    "who claims an attack counts his victims himself": [
        ("The group claimed the ambush and put the army's dead at 20; the army said three soldiers were killed", 3, None, None),
        ("Rebels claim convoy bombing, say 40 soldiers died", 40, None, None),
        ("The governor put the dead at 12", 12, None, None),
    ],
    "so many are dead by now: the whole toll": [
        ("Governor: three guards now dead after depot blast. A guard wounded in the blast died in hospital", 3, None, None),
    ],
    "lost things are no losses of life": [
        ("Herders have lost 60 goats to the fighting", None, None, None),
        ("Farmers lost 40 beehives in the fire", None, None, None),
        ("The army lost nine men", 9, None, None),
    ],
    "a group's people are no group": [
        ("Two fighters of an Iran-backed faction were killed and four wounded", 2, 4, None),
        ("A drone killed two guards and wounded six, three local officials said", 2, 6, None),
    ],
    "those who say so are not among those hit": [
        ("A shell hit a clinic, killing three nurses, a doctor and two witnesses said", 3, None, None),
        ("The blast wounded nine, a police captain told reporters", None, 9, None),
        ("Gunmen killed four farmers, a teacher and a guard", 6, None, None),
    ],
    "a former fighter is a civilian": [
        ("Gunmen killed three former rebel fighters in their homes", 3, None, None),
        ("Two ex-militants were shot dead at a market", 2, None, None),
    ],
    "he whom the guards shoot is the attacker": [
        ("He stabbed two women before police shot him dead", None, None, 1),
        ("Guards killed him as he reached for the trigger", None, None, 1),
    ],
    "corpses, and shots that wound": [
        ("Villagers recovered 13 corpses from the fields", 13, None, None),
        ("A driver was shot in the shoulder", None, 1, None),
        ("Sixteen people received treatment after the blast", None, 16, None),
    ],
    "totals said without the word toll": [
        ("Rescuers found four more bodies, bringing the dead to 17", 17, None, None),
        ("It was the fourth death from the raid", 4, None, None),
        ("A guard has died, becoming its third fatality", 3, None, None),
        ("The injured now number 30", None, 30, None),
        ("Officials put the number of insurgents killed at 25", None, None, 25),
        ("Toll reaches 31 after church attack", 31, None, None),
        ("Market bombing toll: 12", 12, None, None),
    ],
    "bare headlines": [
        ("Border guards lose four men in Hatra ambush", 4, None, None),
        ("Army loses two in Makhmour clash", 2, None, None),
        ("Bomb kills party chief, two others", 3, None, None),
        ("Rebels kill army captain and three men", 4, None, None),
        ("Raiders kill five camel herders", 5, None, None),
        ("Death toll from depot blast passes 60", 60, None, None),
        ("Director of Hilla water board killed by gunmen", 1, None, None),
        ("Party leader Salem Hadi killed in blast", 1, None, None),
        ("Gunmen murder ex-minister's brother", 1, None, None),
        ("Third lawyer in a week killed in Basra", 1, None, None),
        ("Village leader, two guards killed in night raid", 3, None, None),
        ("Sub-inspector, four home guards shot dead", 5, None, None),
        ("Four rebel 'colonels' killed in Goma", 4, None, None),
    ],
    "who is meant": [
        ("Four would-be bombers were shot dead at the gate", None, None, 4),
        ("Five members of the Kurdistan Workers' Party were killed", None, None, 5),
        ("The shell wounded a teacher and three of her pupils", None, 4, None),
        ("Three policemen were killed and another injured when they drove over a bomb", 3, 1, None),
        ("Two people were killed, and the third man reported dead had fled", 2, None, None),
        ("The mayor of a town near Tikrit was shot dead", 1, None, None),
        ("Six people died in the attack, for which it gave a toll of twenty", 6, None, None),
        ("Officials put the dead at seven", 7, None, None),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "killed", "wounded", "attackers"),
    [pytest.param(*case, id=f"{family}: {case[0]}") for family, cases in FAMILIES.items() for case in cases],
)
def test_the_toll_is_what_the_sentence_says(
    sentence: str, killed: int | None, wounded: int | None, attackers: int | None
) -> None:
    found = read_casualties(document(sentence)).casualties
    counts = (found.killed, found.wounded, found.attackers_killed)
    assert tuple(None if count is None else count.best for count in counts) == (killed, wounded, attackers)


def test_a_headline_that_adds_the_attackers_gives_way_to_the_sentence_that_tells_them_apart() -> None:
    read = read_casualties(
        document(
            "Nine dead in clash at border post",
            summary="Two guards and seven militants died in the clash, police said.",
        )
    )
    assert read.casualties.killed is not None
    assert read.casualties.attackers_killed is not None
    assert (read.casualties.killed.best, read.casualties.attackers_killed.best) == (2, 7)


def test_an_open_figure_of_the_headline_gives_way_to_the_exact_one_below() -> None:
    read = read_casualties(document("More than 40 dead in raid", summary="The raid killed 43 people, a monitor said."))
    assert read.casualties.killed is not None
    assert read.casualties.killed.best == 43


def test_a_subset_in_a_list_does_not_take_the_next_number() -> None:
    read = read_casualties(document("Eight people were killed, including a nurse, and 17 were injured"))
    assert read.casualties.killed is not None
    assert read.casualties.wounded is not None
    assert (read.casualties.killed.best, read.casualties.wounded.best) == (8, 17)


def test_one_who_is_killed_in_the_lead_is_not_replaced_by_a_figure_far_below() -> None:
    found = read_casualties(
        document(
            "Drone hits hills above the town",
            summary="A drone killed a shepherd and wounded a herder.",
            content="A drone killed a shepherd and wounded a herder. Camps lie in the mountains. Three bodies came to the morgue.",
        )
    ).casualties
    assert found.killed is not None
    assert found.killed.best == 1


def test_a_headline_of_bodies_is_of_those_whose_bodies_the_text_says() -> None:
    found = read_casualties(
        document(
            "Third body recovered after river battle",
            summary="A third gunman's body was found on Sunday after the clash in which two soldiers were killed.",
        )
    ).casualties
    assert found.killed is not None
    assert found.killed.best == 2
    assert found.attackers_killed is not None
    assert found.attackers_killed.best == 3
