"""Days of attacks as newsrooms tell them, by family: every sentence here was written for this test.

Published on Tuesday 10 February 2026, noon in Baghdad.
"""

import pytest

from services.classify.read.dates import read_date
from tests.support.reading import document

CASES: list[tuple[str, str, str, str]] = [
    # language, kind, text, day in 2026
    # reckoned from the day of speaking, which comes later in the sentence
    ("en", "report", "Gunmen shot dead two nurses in the district two days earlier, their families told the Courier on Tuesday", "02-08"),
    ("en", "report", "A shepherd was killed by a mine a day earlier, the mayor said on Monday", "02-09"),
    # the night before what followed
    ("en", "report", "Nine families left the village on Monday after gunmen had fired at their houses the night before", "02-08"),
    ("en", "report", "Farmers stayed away on Sunday because militants had burned two tractors the previous night", "02-07"),
    # reckoned from today where the day named first is still to come
    ("en", "reaction", "The clerks' union called a strike for Wednesday over the bomb that killed a cashier a day earlier", "02-09"),
    # a day after
    ("en", "update", "Police found a second charge on Monday, a day after a teacher was blown up in his car", "02-08"),
    ("en", "update", "The boy was freed on Tuesday, three days after he had been taken from his school", "02-07"),
    # last seen
    ("en", "report", "Two herders have not been seen since Friday, when gunmen drove off their flock", "02-06"),
    ("en", "report", "Three drivers have been missing since Sunday, when gunmen stopped their lorry", "02-08"),
    # what had happened before the news
    ("en", "report", "Eight people were killed when a bomber blew himself up, the minister said on Tuesday. On Sunday, gunmen had broken into a school", "02-10"),
    # since the night before, Sorani
    ("ckb", "report", "لە شەوی ڕابردووەوە تۆپخانە گوندەکە بۆردومان دەکات", "02-09"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "kind", "text", "day"), CASES)
def test_an_attack_is_dated_as_the_sentence_tells_it(lang: str, kind: str, text: str, day: str) -> None:
    title, _, rest = text.partition(". ")
    found = read_date(document(title, lang, summary=rest), kind_hint=kind, country="IQ")
    assert found.occurred_on is not None
    assert found.occurred_on.isoformat() == f"2026-{day}"
