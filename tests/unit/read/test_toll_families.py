"""Tolls as newsrooms tell them, by family, in three languages: every sentence here was written for this test."""

import pytest

from services.classify.read.tolls import read_casualties
from shared.events.facts import Count
from tests.support.reading import document

# sentence, killed, wounded, attackers killed
Case = tuple[str, int | None, int | None, int | None]
ENGLISH: list[Case] = [
    ("Two soldiers died and a third lost a leg when the bomb went off", 2, 1, None),
    ("A mine killed two brothers; their cousin, 12, lost his right hand", 2, 1, None),
    ("A conscript lost a foot when he stepped on an old mine", None, 1, None),
    ("A boy was killed and two of his friends lost fingers when a shell blew up", 1, 2, None),
    ("The army lost a village near the border", None, None, None),
    ("Two farmers were killed by a mine. A third, 19, is in hospital with burns", 2, 1, None),
    ("Three policemen were killed, and a fourth is being treated for his wounds", 3, 1, None),
    ("A shepherd aged 60 was hit in the arm by shrapnel", None, 1, None),
    ("A guard was grazed by a bullet in the shooting", None, 1, None),
    ("Two children were cut by broken glass when the rocket landed", None, 2, None),
    ("A shopkeeper was hit in the neck and died on the way to hospital", 1, None, None),
    ("Four people were hurt by the blast and three others in a stampede", None, 7, None),
    ("Nine were wounded by shrapnel and two more while running to a shelter", None, 11, None),
    ("Guard dies, fourth victim of market bomb", 4, None, None),
    ("Wounded nurse becomes fifth fatality of Sunday's shelling", 5, None, None),
    ("Mother of dead boy succumbs, third victim of missile strike", 3, None, None),
    ("Eleven people were injured when a bomb exploded at a fair. A twelfth victim, a vendor, died at dawn", 1, 11, None),
    ("Bandits kill six guards, abduct priest and 14 pupils", 6, None, None),
    ("Gunmen killed two farmers and kidnapped three herders", 2, None, None),
    ("Militants shot dead a driver and took away 20 passengers", 1, None, None),
    ("The brigade's dead are therefore four and the wounded nine", 4, 9, None),
    ("The dead number twelve and the wounded 30", 12, 30, None),
    ("The dead are two, the ministry said", 2, None, None),
    ("An air strike killed no fewer than 40 of the bandits", None, None, 40),
    ("Troops ambushed the rebels, killing at least 15 of them", None, None, 15),
    ("ISIS trio killed in air strike near Rawa", None, None, 3),
    ("The explosion killed the night watchman of a mill", 1, None, None),
    ("A blast killed the owner of a bakery", 1, None, None),
    ("DSP, two constables die as bomb hits police van", 3, None, None),
    ("SHO and four cops martyred in Tank blast", 5, None, None),
    ("Correspondent and three colleagues killed in strike on press car", 4, None, None),
    ("Raiders stopped a minibus and shot dead seven passengers, officials said", 7, None, None),
    ("Gunmen kill 14 on bus in western Niger", 14, None, None),
    ("Attackers kill nine at funeral in Cauca", 9, None, None),
    ("He put the number of civilians killed at nine and wounded at over 60", 9, 60, None),
    ("On Nov 18 two soldiers and a watchman were wounded nearby", None, 3, None),
    ("The riot of July 12 left five people injured", None, 5, None),
    ("Fifteen villagers were killed and thirty injured; five soldiers were wounded too", 15, 35, None),
    ("Eighteen soldiers were killed and wounded, seven of whom died", 7, 11, None),
    ("Twelve dead and wounded in the blast; five of them died on the spot", 5, 7, None),
    ("Six policemen were wounded, two of whom later died in hospital", 2, 4, None),
    ("Nine people were hurt. One of the wounded died on the way to hospital", 1, 8, None),
    ("Three of the injured died overnight", 3, None, None),
    ("A bodyguard did not survive and the driver was wounded", 1, 1, None),
    ("The convoy was raked with bullets; one guard did not survive", 1, None, None),
    ("A man of 40 died under the rubble and his wife was pulled out with broken ribs", 1, 1, None),
    ("A private drank the cup of martyrdom in the fight", 1, None, None),
    ("Five terrorists were sent to hell and a fighter drank the cup of martyrdom", 1, None, 5),
    ("Two other people died too, said the hospital's director", 2, None, None),
    ("Four people in a bread queue were killed and seventeen injured when a van exploded", 4, 17, None),
    ("The bodies of the three brothers were found with gunshot wounds to the head", 3, None, None),
    ("Police found the bodies of the four men", 4, None, None),
    ("Regional admin: 2 KIA (civ), 9 WIA incl 1 child", 2, 9, None),
    ("Officials gave the dead as 16; a doctor spoke of 33 bodies", 16, None, None),
    ("Two other men have splinter wounds", None, 2, None),
    ("His wife, who sat next to him, was hit by two bullets", None, 1, None),
]  # fmt: skip
ARABIC: list[Case] = [
]  # fmt: skip
SORANI: list[Case] = [
]  # fmt: skip
CASES = [("en", *case) for case in ENGLISH] + [("ar", *case) for case in ARABIC] + [("ckb", *case) for case in SORANI]


def _best(count: Count | None) -> int | None:
    return None if count is None else count.best


@pytest.mark.parametrize(("lang", "text", "killed", "wounded", "attackers"), CASES)
def test_a_sentence_of_news_gives_its_toll(
    lang: str, text: str, killed: int | None, wounded: int | None, attackers: int | None
) -> None:
    found = read_casualties(document(text, lang=lang)).casualties
    assert (_best(found.killed), _best(found.wounded), _best(found.attackers_killed)) == (killed, wounded, attackers)
