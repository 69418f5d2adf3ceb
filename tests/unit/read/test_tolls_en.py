"""English tolls: every sentence here was written for this test."""

import pytest

from services.classify.read.tolls import CasualtiesReading, read_casualties
from tests.support.reading import document

CASES: list[tuple[str, int | None, int | None, int | None]] = [
    # sentence, killed, wounded, attackers killed
    ("Seven people were killed and five wounded in the attack", 7, 5, None),
    ("Gunmen killed six villagers and a policeman near Jalawla", 7, None, None),
    ("He and three comrades were killed when the mine went off", 4, None, None),
    ("A policeman was killed in Kirkuk", 1, None, None),
    ("Policeman killed by sniper fire", 1, None, None),
    ("A roadside bomb killed a couple on their way to market", 2, None, None),
    ("A dozen soldiers were killed at the outpost", 12, None, None),
    ("Two dozen people were wounded in the blast", None, 24, None),
    ("Half a dozen farmers were hurt", None, 6, None),
    ("Dozens were killed in the bombing", None, None, None),
    ("Dozens hurt as bomb hits market", None, None, None),
    ("Several people were wounded when a grenade went off", None, None, None),
    ("At least 7 people were killed", 7, None, None),
    ("More than a dozen people were killed in the strike", 12, None, None),
    ("Nearly 40 people were injured", None, 40, None),
    ("Up to nine fishermen were killed", 9, None, None),
    ("As many as 30 worshippers were wounded", None, 30, None),
    ("About twenty people were hurt", None, 20, None),
    ("Some 15 soldiers were killed", 15, None, None),
    ("The death toll from the bombing rose to seven from five", 7, None, None),
    ("Death toll in Tuz bombing climbs to 14", 14, None, None),
    ("Two more of the wounded died on Monday, bringing the death toll to nine", 9, None, None),
    ("The number of wounded rose to 31, the health directorate said", None, 31, None),
    ("Officials revised the toll down to five", 5, None, None),
    ("Five soldiers, not six, were killed in the attack", 5, None, None),
    ("A fourth victim has died after the shooting", 4, None, None),
    ("A third man died of his wounds in hospital", 3, None, None),
    ("There were no casualties", 0, 0, None),
    ("No deaths were reported", 0, None, None),
    ("Nobody was hurt in the rocket fire", 0, 0, None),
    ("No one was killed but two guards were wounded", 0, 2, None),
    ("The shelling caused no casualties", 0, 0, None),
    ("Rockets land near base without causing casualties", 0, 0, None),
    ("There were no immediate reports of casualties", None, None, None),
    ("It was not immediately clear whether there were any casualties", None, None, None),
    ("No further casualties were reported", None, None, None),
    ("Iraqi jets bombed a hideout, killing three ISIS militants", None, None, 3),
    ("Two gunmen were shot dead by police", None, None, 2),
    ("Three soldiers and two attackers were killed in the clash", 3, None, 2),
    ("An officer was killed and four militants died in the clash", 1, None, 4),
    ("A suicide bomber blew himself up at the gate, killing four guards and wounding 11", 4, 11, 1),
    ("A suicide bomber killed nine people in a market", 9, None, None),
    ("Six people, among them a policeman, were killed", 6, None, None),
    ("Six people were killed, including two children", 6, None, None),
    ("The blast killed five people, two of them children, and wounded eight", 5, 8, None),
    ("Gunmen opened fire on farmers, killing three of them", 3, None, None),
    ("A 40-year-old shepherd was killed by a mine", 1, None, None),
    ("Karim Salih, 42, a teacher, was shot dead outside his home", 1, None, None),
    ("A 107 mm rocket landed near the base and wounded a guard", None, 1, None),
    ("Two vehicles of the 45th Brigade were destroyed and three soldiers were wounded", None, 3, None),
    ("The bomb killed 12 sheep and wounded a shepherd", None, 1, None),
    ("Gunmen abducted seven men near Baiji", None, None, None),
    ("Police arrested five suspects after the attack that killed a judge", 1, None, None),
    ("Gunmen killed a man, his wife and their three children in their home", 5, None, None),
    ("The bomb killed a driver and wounded his two passengers", 1, 2, None),
    ("An attack left four people dead and nine wounded", 4, 9, None),
    ("Four dead, nine wounded in market blast", 4, 9, None),
    ("Four killed, nine injured in market blast", 4, 9, None),
    ("The strike claimed the lives of eight civilians", 8, None, None),
    ("Eleven people lost their lives in the bombing", 11, None, None),
    ("The killing of two shepherds angered the village", 2, None, None),
    ("The bodies of three missing fishermen were found", 3, None, None),
    ("Twenty-one people were killed and a hundred wounded", 21, 100, None),
    ("Between 10 and 12 people were killed", 10, None, None),
    ("A man and a woman were killed by shelling", 2, None, None),
    ("A gunman killed two policemen before being shot dead", 2, None, 1),
    ("Shelling kills mother and two daughters", 3, None, None),
    ("Drone strike on car kills senior commander and his driver", 2, None, None),
    ("One person was killed and another was wounded", 1, 1, None),
    ("Two brothers were killed and a third was wounded", 2, 1, None),
    ("A bomb killed two soldiers and three others were wounded", 2, 3, None),
    ("Twelve people were killed or wounded in the attack", 12, None, None),
    ("The blast killed and wounded 12 people", 12, None, None),
    ("Three Peshmerga killed, five wounded in Makhmour attack", 3, 5, None),
    ("Seven people, including the gunman, were killed", 6, None, 1),
    ("Clashes kill 11, including eight militants", 3, None, 8),
    ("Gunmen kill 7-year-old girl, wound her mother", 1, 1, None),
    ("Strike on pickup kills both occupants", 2, None, None),
    ("Police chief, three bodyguards killed by car bomb", 4, None, None),
    ("The attack resulted in the death of three soldiers and the injury of five others", 3, 5, None),
    ("Turkish shelling wounds a girl and her grandfather", None, 2, None),
    ("Militants attacked a post, killing two federal policemen and injuring four more", 2, 4, None),
    ("Two Iraqi soldiers killed, two others hurt in Hawija IED blast", 2, 2, None),
    ("The explosion killed the district's mayor and three bodyguards", 4, None, None),
    ("1,200 people were killed", 1200, None, None),
    ("An IED exploded 12 km from Tuz, wounding one", None, 1, None),
    ("The attack at 10:30 pm killed two", 2, None, None),
    ("The militants killed four policemen and burned six houses", 4, None, None),
    ("Four of the attackers were killed", None, None, 4),
    ("Shooting outside café leaves one dead, three in critical condition", 1, 3, None),
    ("Two kolbars shot dead by border guards", 2, None, None),
    ("Army says 14 insurgents killed in air raid", None, None, 14),
    ("Senior ISIS leader among four killed in air strike", None, None, 4),
    ("Two people who were wounded in Sunday's blast died in hospital, taking the number of dead to six", 6, None, None),
    ("Four men were wounded and one of them died later", 1, 3, None),
    ("Sniper shoots dead soldier at checkpoint", 1, None, None),
    ("The body of a teacher kidnapped on Saturday was found", 1, None, None),
    ("Shelling injured a shepherd and killed dozens of his sheep", None, 1, None),
    ("Three members of one family, including a six-month-old baby, died", 3, None, None),
    ("Nine people, among them an American soldier, were wounded by 14 rockets", None, 9, None),
    ("Gunmen shot dead the mukhtar of a village and wounded his two sons", 1, 2, None),
    ("Guards shot dead a suicide bomber; his vest exploded, wounding a guard", None, 1, 1),
    ("Gunmen killed two people and critically wounded a third", 2, 1, None),
    ("21 Taliban killed in Helmand clash", None, None, 21),
    ("Five separatist fighters killed in offensive", None, None, 5),
    ("Troops find 8 bodies after raid on village", 8, None, None),
    ("Gunmen kill vaccinator in northern town", 1, None, None),
    ("Presidential guard shot dead in capital", 1, None, None),
    ("The militants have killed Kamal Aziz in his home", 1, None, None),
    ("10+ dead in capital", 10, None, None),
    ("BAGHDAD - Two soldiers were killed", 2, None, None),
    ("The group said it had killed 21 soldiers", 21, None, None),
    ("Four members of a family, a couple and their two sons, were killed by a mine", 4, None, None),
    ("A 19-year-old protester was shot dead by masked gunmen", 1, None, None),
]  # fmt: skip


def _figures(reading: CasualtiesReading) -> tuple[int | None, int | None, int | None]:
    counts = (reading.casualties.killed, reading.casualties.wounded, reading.casualties.attackers_killed)
    killed, wounded, attackers = (count.best if count else None for count in counts)
    return killed, wounded, attackers


@pytest.mark.parametrize(("text", "killed", "wounded", "attackers"), CASES, ids=[case[0][:50] for case in CASES])
def test_an_english_sentence_gives_its_toll(
    text: str, killed: int | None, wounded: int | None, attackers: int | None
) -> None:
    assert _figures(read_casualties(document(text))) == (killed, wounded, attackers)


BACKGROUND = [
    "Since 2014 attacks in the district have killed 300 people.",
    "Last month's attack in the same village killed 12 people.",
    "In 2013 a suicide bombing at a funeral killed 42 people.",
    "A similar bombing killed nine people a year ago.",
    "Thirteen policemen were killed there in 2021.",
]


@pytest.mark.parametrize("sentence", BACKGROUND)
def test_the_toll_of_the_past_is_not_the_toll(sentence: str) -> None:
    reading = read_casualties(
        document("Bomb kills two in Baquba", content=f"A bomb killed two people in Baquba. {sentence}")
    )
    assert _figures(reading) == (2, None, None)
    alone = read_casualties(document("Bomb goes off in Baquba", content=f"A bomb went off in Baquba. {sentence}"))
    assert _figures(alone) == (None, None, None)


ARTICLES: list[tuple[str, str, str | None, int | None, int | None]] = [
    # title, summary, content, killed, wounded
    ("Bomb kills four soldiers", "A bomb killed four soldiers. A civilian also died.", None, 5, None),
    ("Four soldiers killed in bombing", "The bomb killed four soldiers and a civilian.", None, 5, None),
    ("Attack kills officer in Kirkuk", "Gunmen killed an officer and two soldiers.", None, 3, None),
    ("Seven killed in attack", "Six villagers and a policeman were killed.", "The attack killed seven people.", 7, None),
    ("Two killed in blast", "Two people were killed. Police said three were killed.", None, 2, None),
    ("Blast hits market", "Four people were killed and six wounded.", "Two of the wounded later died in hospital.", 6, 6),
    ("Group claims attack", "Officials say six soldiers died. The group said it had killed 21 soldiers.", None, 6, None),
    ("Toll rises", "The death toll has risen to nine. Five people died at once and four in hospital.", None, 9, None),
    ("Gunmen attack village", "Three people were killed. Another five were wounded.", None, 3, 5),
    ("Shells hit Zakho", "A woman was hurt. There were no deaths.", None, 0, 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "summary", "content", "killed", "wounded"), ARTICLES, ids=[case[1][:50] for case in ARTICLES]
)
def test_sentences_of_one_item_are_added_up_and_never_twice(
    title: str, summary: str, content: str | None, killed: int | None, wounded: int | None
) -> None:
    assert _figures(read_casualties(document(title, summary=summary, content=content)))[:2] == (killed, wounded)


@pytest.mark.parametrize(
    ("lang", "text", "kind", "killed"),
    [
        ("en", "Jets bombed the town on Tuesday, a day after fighters killed 20 soldiers", "report", None),
        ("en", "Villagers left on Tuesday, a day after fighters killed 20 soldiers", "reaction", 20),
        ("en", "Hours after a truce began, shelling killed three people", "report", 3),
        ("ar", "قصف الطيران البلدة بعد يوم من مقتل عشرين جندياً فيها", "report", None),
        ("ar", "بعد ساعات من بدء الهدنة، قتل ثلاثة مدنيين بالقصف", "report", 3),
        ("ckb", "ڕۆژێک دوای کوشتنی بیست سەرباز شارەکە بۆردومان کرا", "report", None),
    ],
)
def test_a_report_that_dates_itself_by_another_attack_does_not_take_its_toll(
    lang: str, text: str, kind: str, killed: int | None
) -> None:
    count = read_casualties(document(text, lang), kind_hint=kind).casualties.killed
    assert (count.best if count else None) == killed


@pytest.mark.parametrize(
    ("text", "low", "best", "high"),
    [
        ("Seven people were killed", 7, 7, 7),
        ("At least 10 people were killed", 10, 10, 12),
        ("More than 10 people were killed", 10, 10, 12),
        ("Up to 10 people were killed", 8, 10, 10),
        ("About 10 people were killed", 8, 10, 12),
        ("Between 10 and 12 people were killed", 10, 10, 12),
        ("Three soldiers and several civilians were killed", 3, 3, 5),
    ],
)
def test_words_of_doubt_widen_the_range(text: str, low: int, best: int, high: int) -> None:
    count = read_casualties(document(text)).casualties.killed
    assert count is not None
    assert (count.low, count.best, count.high) == (low, best, high)


def test_of_two_competing_figures_the_leading_one_is_best_and_the_other_widens() -> None:
    reading = read_casualties(
        document("Bomb kills nine", content="Nine people were killed. The governor said 14 had been killed.")
    )
    count = reading.casualties.killed
    assert count is not None
    assert (count.low, count.best, count.high) == (9, 9, 14)


ASIDES = (
    ("Boy of 12 killed by old mine near Mandali.", 1),
    ("A man, 45, was shot dead in Kut on Monday.", 1),
    ("Gunmen shot dead a 52-year-old heart surgeon in Baquba.", 1),
    ("Three, not four, died in the attack on the post.", 3),
    ("Market bombing: dead now seven.", 7),
    ("The death of one of the wounded brings to three the number killed in the bombing.", 3),
)


@pytest.mark.parametrize(("text", "killed"), ASIDES)
def test_ages_and_corrected_figures_are_no_victims(text: str, killed: int) -> None:
    casualties = read_casualties(document(text, "en")).casualties
    assert casualties.killed is not None
    assert casualties.killed.best == killed


def test_bodies_that_nobody_saw_are_no_victims() -> None:
    text = "A priest said that he had seen no bodies in the streets after the attack."
    assert read_casualties(document(text, "en")).casualties.killed is None
