"""Short reports of our own in three languages: each attack is put into its own unit, with a point where the wording gives one."""

import pytest

from services.classify.read.places import PlaceReader
from shared.geo.gazetteer import Gazetteer
from tests.support.reading import document

# fmt: off
# title, summary, the code that the finest known unit begins with, whether there must be a point
EN = [
    ('Two soldiers killed in Hawija bombing', 'Two Iraqi soldiers were killed when a bomb exploded near their vehicle in the village of Gharib in Hawija district, Kirkuk province, on Sunday, a security source told Shafaq News.', 'IQG13Q01', True),
    ('ISIS attack kills Peshmerga near Kifri', 'Militants attacked a Peshmerga outpost between Kifri and Tuz Khurmatu overnight, killing two fighters.', 'IQ', False),
    ('Bomb kills farmer in Diyala', 'A farmer was killed by an explosive device in an orchard on the outskirts of Abu Saida, northeast of Baqubah, police said.', 'IQG10Q02', True),
    ('Gunmen kill village chief', 'BAGHDAD — Gunmen killed the mukhtar of Albu Ali al-Jassim village in the Dhuluiya subdistrict of Salahaddin on Monday. A hospital source in Balad said he was shot four times.', 'IQG16Q04', True),
    ('Rocket attack targets Taji base', 'Two Katyusha rockets landed inside Camp Taji, north of Baghdad, late on Tuesday.', 'IQG08Q02', True),
    ('Explosion in central Kirkuk wounds five', 'A motorcycle bomb went off in the centre of Kirkuk on Friday.', 'IQG13Q04', True),
    ('Turkish drone strike kills two PKK members in Sulaimani', 'A Turkish drone struck a vehicle in the Sharbazher district of Sulaimani province on Thursday.', 'IQG06Q10', False),
    ('Three killed in ambush on Baghdad-Kirkuk road', 'Gunmen ambushed a car near Tuz Khurmatu on the Baghdad-Kirkuk highway.', 'IQG16Q07', False),
    ('Kolbar shot dead at Iran-Iraq border', 'Iranian border guards shot dead a kolbar near Nowsud in Kermanshah province.', 'IR-17', True),
    ('Car bomb in Mogadishu kills 12', 'MOGADISHU, Somalia - A car bomb exploded near a hotel in Mogadishu, the Somali capital, police said.', 'SO-', True),
    ('Syria: ISIS kills four SDF fighters', 'Four fighters of the Syrian Democratic Forces were killed in an ISIS attack near al-Shaddadi in Hasakah province.', 'SY-HA', False),
    ('Israeli strike kills five in Gaza', 'An Israeli air strike on a house in Khan Younis killed five people.', 'PS', True),
    ('IED kills two in Makhmour', 'Two Iraqi army soldiers were killed by an IED in the Qarachogh mountain area of Makhmour district.', 'IQG11Q04', False),
    ('Attack on checkpoint in Diyala', 'An ISIS attack on a checkpoint in Imam Weis, southwest of Khanaqin, left three policemen dead.', 'IQG10Q05', False),
    ('Two killed in Naft Khana', 'Gunmen attacked a security post in the Naft Khana area, killing two.', 'IQG10Q05', False),
    ('Policeman killed in Muqdadiyah', 'A policeman was killed by a sniper in al-Sudur, near Miqdadiya, in Diyala province.', 'IQG10Q02', False),
    ('Drone attack on Zilkan base', 'A drone attacked a Turkish base at Zilkan in the Bashiqa area of Nineveh, Kurdistan 24 reported from Erbil.', 'IQG15Q05', True),
    ('Suicide bomber kills 30 in Baghdad market', 'A suicide bomber blew himself up in Tayaran Square in central Baghdad on Thursday.', 'IQG08', True),
    ('Bomb blast in Quetta kills 8', "At least eight people were killed in a blast in Quetta, capital of Pakistan's Balochistan province.", 'PK-BA', True),
    ('Islamic State claims attack in Dara', 'Gunmen stormed the village of Dara in Khanaqin near the Iranian border Saturday night, killing six.', 'IQG10Q05', False),
    ('Clashes in Sinjar', 'Clashes between the Iraqi army and the YBS in the Sinune subdistrict north of Sinjar left two dead.', 'IQG15Q07', True),
    ('Attack in Daquq', 'ISIS militants attacked the village of Ali Saray in Daquq, Kirkuk, killing one. The governor of Kirkuk condemned the attack from Erbil.', 'IQG13Q02', False),
    ('Rockets hit Erbil', 'Several rockets hit areas near Erbil International Airport in the Kurdistan Region capital.', 'IQG11Q02', True),
    ('Gunmen kill two in Basra', 'Gunmen on motorcycles shot dead two activists in central Basra on Sunday night.', 'IQG02Q02', True),
    ('Officer killed in Jurf al-Sakhar', 'An army officer was killed when a bomb exploded in Jurf al-Sakhar, south of Baghdad.', 'IQG07Q04', True),
    ('Mayor of Khalis survives bomb attack', 'A roadside bomb targeted the convoy of the mayor of Khalis in Hibhib, Diyala police said.', 'IQG10Q01', True),
]
AR = [
    ('مقتل ثلاثة من البيشمركة بهجوم لداعش قرب كولجو', 'قتل ثلاثة من قوات البيشمركة بهجوم شنه عناصر داعش على نقطة قرب ناحية كولجو في قضاء كفري فجر اليوم.', 'IQG10Q06', False),
    ('انفجار عبوة ناسفة في بهرز', 'بغداد/ شفق نيوز: قال مصدر أمني في ديالى إن عبوة ناسفة انفجرت في ناحية بهرز جنوبي بعقوبة.', 'IQG10Q04', True),
    ('هجوم على قرية في المقدادية', 'شن عناصر داعش هجوما على قرية نهر الإمام التابعة لقضاء المقدادية شمال شرق بعقوبة.', 'IQG10Q02', False),
    ('مقتل مدني برصاص مجهولين وسط الموصل', 'أقدم مسلحون على قتل مدني في حي الزهور وسط مدينة الموصل.', 'IQG15Q05', True),
    ('استشهاد جندي في الطارمية', 'أفاد مصدر أمني في بغداد بأن جندياً استشهد بانفجار عبوة في قضاء الطارمية شمالي العاصمة بغداد.', 'IQG08Q02', True),
    ('قصف تركي على زاخو', 'قصفت المدفعية التركية قرى حدودية في ناحية دركار بقضاء زاخو في محافظة دهوك.', 'IQG09Q04', True),
    ('هجوم في بلد', 'هجوم مسلح على نقطة للحشد في قضاء بلد جنوبي صلاح الدين يسفر عن شهيد.', 'IQG16Q04', False),
    ('الحكم على متهم بعقوبة السجن المؤبد', 'أصدرت محكمة جنايات ديالى حكماً بعقوبة السجن المؤبد بحق إرهابي شارك في تفجير خان بني سعد.', 'IQG10', False),
    ('انفجار في القائم', 'انفجار لغم أرضي في القائم غربي الأنبار يقتل راعي أغنام.', 'IQG01Q02', False),
    ('شهيدان بهجوم في العظيم', 'استشهد مقاتلان من الحشد العشائري بهجوم على قرية في حاوي العظيم بديالى.', 'IQG10Q01', True),
    ('سقوط قذائف هاون على قرية الهيتاويين', 'سقطت قذائف هاون على قرية ام الكرامي في ناحية الوجيهية شرقي ديالى دون إصابات.', 'IQG10Q02', False),
    ('مقتل شخص في نزاع عشائري في ميسان', 'اندلع نزاع عشائري في ناحية العدل بمحافظة ميسان أسفر عن مقتل شخص.', 'IQG14Q05', False),
    ('غارة إسرائيلية على بلدة عيتا الشعب', 'استهدفت غارة إسرائيلية سيارة في بلدة عيتا الشعب جنوب لبنان ما أدى إلى مقتل شخص.', 'LB-', True),
    ('هجوم انتحاري في كابل', 'قتل عشرة أشخاص في هجوم انتحاري استهدف مسجدا في العاصمة الأفغانية كابل.', 'AF-', True),
    ('اشتباكات في ريف درعا', 'قتل شخصان في اشتباكات بمدينة طفس في ريف درعا الغربي.', 'SY-DR', True),
    ('مقتل شرطي في كركوك', 'قتل شرطي وأصيب آخر بهجوم مسلح في قضاء الدبس شمال غرب كركوك، وفق مصدر في شرطة كركوك.', 'IQG13Q03', False),
    ('انفجار يستهدف رتلا للتحالف في الديوانية', 'انفجرت عبوة ناسفة مستهدفة رتلا للدعم اللوجستي على الطريق السريع في محافظة الديوانية.', 'IQG05', False),
    ('اغتيال مواطن في الناصرية', 'اغتال مسلحون مجهولون مواطناً أمام منزله في مدينة الناصرية مركز محافظة ذي قار.', 'IQG17Q04', True),
]
CKB = [
    ('هێرشێکی داعش لە کفری', 'چەکدارانی داعش هێرشیان کردە سەر بنکەیەکی پۆلیس لە ناحیەی کۆکس لە قەزای کفری و دوو پۆلیس کوژران.', 'IQG10Q06', False),
    ('تەقینەوەیەک لە کەرکووک', 'تەقینەوەی بۆمبێکی چێندراو لە گوندی دارامان لە سنووری کەرکووک سێ سەربازی کوشت.', 'IQG13', False),
    ('دوو هاووڵاتی لە جەلەولا کوژران', 'دوو هاووڵاتی لە ناحیەی جەلەولای سەر بە قەزای خانەقین بە تەقەی چەکداران کوژران.', 'IQG10Q05', True),
    ('بۆردومانی فڕۆکەکانی تورکیا لە ئامێدی', 'فڕۆکە جەنگییەکانی تورکیا گوندی سپیندارێی سەر بە ئامێدییان لە پارێزگای دهۆک بۆردومان کرد.', 'IQG09Q01', False),
    ('درۆنێک لە سنووری چەمچەماڵ', 'درۆنێک لە نزیک ناوەندی شاری چەمچەماڵ ئۆتۆمبێلێکی کردە ئامانج.', 'IQG06Q02', True),
    ('لە بەغدا کەسێک کوژرا', 'چەکدارێکی نەناسراو لە گەڕەکی کەرادەی بەغدا تەقەی لە هاووڵاتییەک کرد.', 'IQG08Q06', False),
    ('داعش هێرش دەکاتە سەر گوندێک لە دیالە', 'داعش هێرشی کردە سەر گوندی تۆکەڵانی سەر بە ناحیەی قەرەتەپە لە پارێزگای دیالە.', 'IQG10Q06', False),
    ('سوپای تورکیا سنووری سیدەکان بۆردومان دەکات', 'تۆپخانەی سوپای تورکیا گوندەکانی سنووری ناحیەی سیدەکانی سەر بە قەزای سۆران بۆردومان دەکات.', 'IQG11Q05', False),
    ('تەقینەوەیەک لە قامیشلۆ', 'لە تەقینەوەیەکدا لە شاری قامیشلۆ لە ڕۆژاوای کوردستان سێ کەس کوژران.', 'SY-HA', True),
    ('کوژرانی کۆڵبەرێک لە نەوسوود', 'هێزە سنوورییەکانی ئێران کۆڵبەرێکیان لە سنووری نەوسوودی کرماشان کوشت.', 'IR-17', False),
]
# fmt: on

CASES = [("en", *case) for case in EN] + [("ar", *case) for case in AR] + [("ckb", *case) for case in CKB]


@pytest.fixture(scope="module")
def reader() -> PlaceReader:
    return PlaceReader(Gazetteer.load())


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)])
def test_an_attack_is_put_where_the_text_says(reader: PlaceReader, case: tuple[str, str, str, str, bool]) -> None:
    lang, title, summary, code, pointed = case
    place = reader.read(document(title, lang, summary=summary)).place
    assert place is not None
    finest = place.admin2 or place.admin1 or place.country or ""
    assert finest.startswith(code)
    assert place.lat is not None or not pointed
