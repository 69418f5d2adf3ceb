"""Types of attacks, by family: whom it hit, with what, in three languages; every item here was written for this test."""

import pytest

from tests.unit.read.reading import item, reader

CASES = [
    ("en", "Two guards of oil police shot dead at pumping station near Zubair", "Gunmen on a motorcycle opened fire on the post on Sunday night.", "armed_clash"),
    ("en", "Sniper wounds federal policeman west of Kirkuk", "The officer was on a watchtower when he was hit, a captain said.", "armed_clash"),
    ("en", "Gunmen ambush army convoy in Mali, nine soldiers dead", "The attackers fired from both sides of the road.", "armed_clash"),
    ("en", "Two tribes trade fire over grazing land in Maysan, one dead", "Fighting with rifles and machine guns lasted until dawn.", "armed_clash"),
    ("en", "Fighters storm police station in Pakistan's Bannu, four officers killed", "The raid began after sunset.", "armed_clash"),
    ("en", "Journalist shot dead outside his home in Basra", "Two gunmen on a motorcycle fired at him on Monday evening.", "attack"),
    ("en", "Retired officer killed by gunmen in Mosul", "He was walking to a mosque when he was shot.", "attack"),
    ("en", "Worshippers killed as gunmen burst into village mosque", "Thirteen people died during evening prayers.", "attack"),
    ("en", "Village mayor and son found shot dead in Hawija", "Their bodies lay in an orchard, police said.", "attack"),
    ("en", "Man with knife kills two at bus stop in Haifa", "Police shot him dead.", "attack"),
    ("en", "Device under car wounds lawyer in Ramadi", "It went off as he started the engine.", "remote_explosive_landmine_ied"),
    ("en", "Shepherd killed by old mine on Iranian border", "The mine dates from the war of the 1980s.", "remote_explosive_landmine_ied"),
    ("en", "Grenade thrown at shop in Nasiriyah, owner hurt", "Two men on a motorbike threw it and fled.", "grenade"),
    ("en", "Bomber blows himself up at market gate in Maiduguri", "Seven people died in the suicide attack.", "suicide_bomb"),
    ("en", "Drone hits fuel depot near Erbil", "No one was hurt by the explosive-laden drone.", "air_drone_strike"),
    ("en", "Rockets land near base in Hasakah", "Five rockets were fired from the south, a monitor said.", "shelling_artillery_missile"),
    ("en", "Army retakes town of Bara from paramilitaries", "Troops entered the town on Friday after two days of fighting.", "government_regains_territory"),
    ("en", "M23 rebels seize lakeside town in South Kivu", "The army withdrew without a fight.", "non_state_overtakes_territory"),
    ("en", "Gunmen kidnap merchant's son in Baquba", "His family has received a call asking for ransom.", "abduction"),
    ("ar", "مقتل شرطي بهجوم مسلح على نقطة تفتيش في داقوق", "فتح مسلحون النار على النقطة ليل السبت.", "armed_clash"),
    ("ar", "اغتيال محام أمام منزله في البصرة", "أطلق مسلحان النار عليه مساء أمس.", "attack"),
    ("ar", "إصابة جندي بنيران قناص غربي الموصل", "استهدف القناص برج مراقبة للجيش.", "armed_clash"),
    ("ar", "انفجار عبوة لاصقة بسيارة موظف في كركوك", "أصيب الموظف بجروح.", "remote_explosive_landmine_ied"),
    ("ar", "قذائف هاون تسقط على قرية في المقدادية", "لم تسجل إصابات.", "shelling_artillery_missile"),
    ("ar", "مسيرة تستهدف سيارة في سنجار", "قتل اثنان كانا في السيارة.", "air_drone_strike"),
    ("ar", "خطف طبيب في الناصرية", "اقتاده مسلحون من عيادته.", "abduction"),
    ("ar", "رمانة يدوية على منزل صحفي في الكوت", "لم يصب أحد بأذى.", "grenade"),
    ("ar", "الجيش السوري يستعيد بلدة في ريف حلب", "انسحب المسلحون منها فجرا.", "government_regains_territory"),
    ("ar", "طائرات عراقية تدك مخبأ لداعش في مخمور", "قتل ثلاثة إرهابيين بضربة نفذتها الطائرات.", "air_drone_strike"),
    ("ar", "الجيش السوري يسيطر على بلدة في ريف الرقة", "انسحب المسلحون منها.", "government_regains_territory"),
    ("ar", "مقاتلو الحركة يدخلون مدينة بوكافو", "انسحب الجيش منها بلا قتال.", "non_state_overtakes_territory"),
    ("ckb", "بورجێکی کارەبا لە دەوروبەری بێجی تەقێنرایەوە", "کارەبا بڕا.", "remote_explosive_landmine_ied"),
    ("ckb", "سوپای سووریا شارۆچکەکەی لە چەکداران وەرگرتەوە", "شەڕ دوو ڕۆژی خایاند.", "government_regains_territory"),
    ("ckb", "پۆلیسێک لە کەرکوک بە تەقەی چەکداران شەهید بوو", "هێرشەکە لەسەر بازگەیەک بوو.", "armed_clash"),
    ("ckb", "ڕۆژنامەنووسێک لە سلێمانی تیرۆر کرا", "دوو چەکدار لە بەردەم ماڵەکەی تەقەیان لێ کرد.", "attack"),
    ("ckb", "مینێک لە هەورامان کۆڵبەرێک دەکوژێت", "مینەکە هی سەردەمی جەنگە.", "remote_explosive_landmine_ied"),
    ("ckb", "درۆنێک ئۆتۆمبێلێکی لە ئامێدی کردە ئامانج", "دوو کەس کوژران.", "air_drone_strike"),
    ("ckb", "تۆپبارانی گوندەکانی بەرادۆست", "سوپای ئێران بە تۆپ گوندەکانی کوتا.", "shelling_artillery_missile"),
    ("ckb", "چەکداران بازرگانێکیان لە کەلار ڕفاند", "داوای پارە دەکەن.", "abduction"),
    ("ckb", "نارنجۆکێک فڕێ درایە ناو دوکانێک لە کەرکوک", "کەس بریندار نەبوو.", "grenade"),
    ("ckb", "پێکدادان لە نێوان دوو هۆز لە زیقار", "یەک کەس کوژرا و سێ بریندار بوون.", "armed_clash"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "title", "summary", "event_type"), CASES)
def test_news_of_an_attack_gives_its_type(lang: str, title: str, summary: str, event_type: str) -> None:
    report = reader().read(item(title, summary, lang=lang))
    assert report.event_type == event_type
