"""Ninety-six short reports of our own in three languages, each put into its own unit or country; four were misread at first."""

import pytest

from services.classify.read.places import PlaceReader
from shared.geo.gazetteer import Gazetteer
from tests.support.reading import document

# fmt: off
REPORTS = [
    ("en", "Roadside bomb kills two Iraqi border guards", "The blast struck their vehicle on the road from Mandali to Qazaniya, close to the Iranian frontier, on Thursday.", "IQG10Q03"),
    ("en", "Islamic State ambush leaves four tribal fighters dead", "BAGHDAD (Wire) - Four tribal fighters were killed when gunmen ambushed their pickup between the villages of Sherween and Abu Karma, northeast of Baquba, police sources said.", "IQG10Q02"),
    ("en", "PMF says it repelled attack in Diyala orchards", "Fighters of the 110th brigade opened fire on militants who crept through palm groves in al-Waqf basin overnight.", "IQG10"),
    ('en', 'Three Peshmerga wounded in Qaratapa', "A sticky bomb exploded under their car in the town's main street on Friday evening, said the mayor of Kifri.", 'IQG10Q06'),
    ("en", "Gunmen kill mukhtar in northern Diyala", "The mukhtar of Tawakkul village in the Jalawla sub-district was shot outside his home, a police captain told NINA.", "IQG10Q05"),
    ("en", "Turkish warplanes bomb village in Iraqi Kurdistan", "The jets hit farmland around Sararo in Amedi district at dawn, residents said. Ankara had no immediate comment.", "IQG09Q01"),
    ("en", "Drone hits convoy near Sinjar", "Two members of the YBS were killed when a drone struck their car on the road linking Khanasor to Sinune.", "IQG15Q07"),
    ("en", "Blast at oil well near Kirkuk", "Engineers said two bombs planted at wells in the Khabbaz field, 20 km southwest of Kirkuk city, started a fire; nobody was hurt.", "IQG13"),
    ("en", "Army officer shot in Mosul", "Unknown men with silenced pistols killed a major in the Wadi Hajar district of Mosul, a source in Nineveh operations command said.", "IQG15Q05"),
    ('en', 'Rockets land near US embassy', "Three Katyusha rockets fell in Baghdad's Green Zone late on Sunday; sirens sounded. There was no word of victims.", 'IQG08'),
    ("en", "Two killed as tribes clash in Maysan", "Two members of rival clans died in Qalat Salih, south of Amara, after a dispute over water.", "IQG14Q06"),
    ("en", "Kidnapped engineer freed", "Police in Hilla freed an engineer abducted on Monday from his home in Musayyib, a spokesman said.", "IQG07Q04"),
    ("en", "Mortar shells fall on Iranian Kurdish party camp", "Shells fired from across the border landed at the camp near Koya on Saturday, wounding five.", "IQG11Q03"),
    ("en", "ISIS kills three woodcutters", "The bodies were found in the Makhoul hills north of Baiji, a day after they went missing from their village near Zuwiya.", "IQG16Q03"),
    ("en", "Police chief of Balad escapes bomb", "The bomb went off as his motorcade passed through Yathrib, Salahuddin province; one guard was hurt. In 2014 militants held the area for months.", "IQG16Q04"),
    ("ar", "إصابة ثلاثة من حرس الحدود", "أصيب ثلاثة عناصر بانفجار عبوة على الطريق الرابط بين مندلي وقزانية شرقي ديالى.", "IQG10Q03"),
    ("ar", "هجوم لداعش شمال شرقي بعقوبة", "نصب مسلحون كمينا لمقاتلي الحشد العشائري بين قريتي شروين وأبو كرمة ما أسفر عن مقتل أربعة.", "IQG10Q02"),
    ("ar", "اغتيال مختار قرية شمالي ديالى", "اغتال مسلحون مختار قرية في أطراف قره تبه أمام منزله.", "IQG10Q06"),
    ("ar", "الطيران التركي يقصف محيط سرارو", "قصفت طائرات حربية تركية أراضي زراعية في قضاء العمادية بمحافظة دهوك فجر اليوم.", "IQG09Q01"),
    ("ar", "مقتل ضابط بأسلحة كاتمة", "أقدم مجهولون على قتل ضابط برتبة رائد في منطقة وادي حجر بالجانب الأيمن لمدينة الموصل.", "IQG15Q05"),
    ("ar", "العثور على جثث ثلاثة حطابين", "عثرت القوات الأمنية على الجثث في جبال مكحول شمالي بيجي بعد يوم من اختطافهم.", "IQG16Q03"),
    ("ar", "سقوط صواريخ قرب السفارة الأميركية", "سقطت ثلاثة صواريخ كاتيوشا داخل المنطقة الخضراء وسط بغداد مساء الأحد.", "IQG08"),
    ("ar", "نزاع عشائري يودي بحياة شخصين في ميسان", "اندلع النزاع في قضاء قلعة صالح جنوبي العمارة بسبب خلاف على المياه.", "IQG14Q06"),
    ("ar", "مدير شرطة بلد ينجو من تفجير", "انفجرت عبوة لدى مرور موكبه في ناحية يثرب التابعة لمحافظة صلاح الدين.", "IQG16Q04"),
    ("ar", "طائرة مسيرة تستهدف عجلة في سنوني", "أسفر القصف عن مقتل اثنين من عناصر وحدات مقاومة سنجار على الطريق المؤدي إلى خانصور.", "IQG15Q07"),
    ("ckb", "سێ پاسەوانی سنوور بریندار بوون", "بۆمبێک لەسەر ڕێگای نێوان مەندەلی و قەزانیە بە ئۆتۆمبێلەکەیاندا تەقییەوە.", "IQG10Q03"),
    ("ckb", "موختارێک لە دیالە کوژرا", "چەکداران موختاری گوندێکیان لە سنووری ناحیەی قەرەتەپە لەبەردەم ماڵەکەی کوشت.", "IQG10Q06"),
    ("ckb", "فڕۆکە جەنگییەکانی تورکیا دەوروبەری سەرارۆیان بۆردومان کرد", "دانیشتووان دەڵێن لە قەزای ئامێدی زیان بە باخەکان گەیشتووە.", "IQG09Q01"),
    ("ckb", "دڕۆنێک ئۆتۆمبێلێکی لە سنوونێ کردە ئامانج", "دوو ئەندامی یەکینەکانی بەرخودانی شنگال لە ڕێگای خانەسۆر کوژران.", "IQG15Q07"),
    ("ckb", "ئەفسەرێک لە مووسڵ تیرۆر کرا", "چەکداری نەناسراو بە دەمانچەی بێدەنگ لە گەڕەکی وادی حەجەر ڕائیدێکیان کوشت.", "IQG15Q05"),
    ("ckb", "تۆپباران لە کەمپی پارتێکی کوردی ئێران", "گوللە تۆپەکان لە نزیک کۆیە کەوتنە خوارەوە و پێنج کەس بریندار بوون.", "IQG11Q03"),
    ("ckb", "هاوینەهەوارێک لە پێنجوێن بۆردومان کرا", "سوپای پاسداران لە سنووری پێنجوێن گوندی نەڵپارێزی تۆپباران کرد.", "IQG06Q07"),
    ("ckb", "تەرمی سێ دارتاش دۆزرایەوە", "هێزە ئەمنییەکان تەرمەکانیان لە چیای مەکحول لە باکووری بێجی دۆزییەوە.", "IQG16Q03"),
    ("ckb", "دوو کەس لە شەڕی خێڵەکیدا کوژران", "شەڕەکە لە قەزای قەڵعەت ساڵح لە باشووری عەمارە ڕوویدا.", "IQG14Q06"),
    ("ckb", "داعش هێرشی کردە سەر بنکەیەکی پێشمەرگە", "هێرشەکە شەوی ڕابردوو لە گوندی قوڵەجۆ لە نێوان کەلار و کفری ڕوویدا و دوو پێشمەرگە شەهید بوون.", "IQG10Q06"),
    ("en", "Car bomb in Azaz kills five", "The blast hit a market in the northern Syrian town of Azaz near the Turkish border.", "SY"),
    ("en", "Gunmen kill 12 in Nigerian village", "The attackers rode into Yelwata on motorcycles; Benue state police confirmed the deaths.", "NG"),
    ("en", "Kenyan police officers die in ambush", "Four officers were killed when their vehicle hit a bomb near the Somali border.", "KE"),
    ("en", "Russian glide bombs kill three", "Three people died in Kostiantynivka, the regional governor said.", "UA"),
    ("en", "Suicide bomber targets Chinese convoy", "The attack took place near Gwadar port; the Baloch Liberation Army claimed it.", "PK"),
    ("ar", "مقتل جنود في كمين بمأرب", "اتهم الجيش اليمني الحوثيين بتنفيذ الكمين.", "YE"),
    ("ar", "هجوم بمسيرات على الأبيض", "قال شهود إن الدعم السريع قصفت المدينة.", "SD"),
    ("ckb", "لە دیمەشق تەقینەوەیەک ڕوویدا", "دوو کەس بریندار بوون، سانا بڵاوی کردەوە.", "SY"),
    ("ckb", "هێرشێکی درۆنی لە خەرتوم", "سوپای سوودان دەڵێت هێزەکانی پشتیوانیی خێرا لە پشت هێرشەکەن.", "SD"),
    ("ckb", "پێشمەرگەیەک لە قەرەهەنجیر شەهید بوو", "بەرپرسێکی پێشمەرگە بە ڕووداوی وت، داعش هێرشی کردە سەر سەنگەرێک لە ڕۆژهەڵاتی کەرکووک.", "IQG13"),
    ("ckb", "لە سنووری گەرمیان دوو شوان ڕفێندران", "ڕووداوەکە لە نزیک گوندی تۆپخانە لە سنووری قەزای کفری بووە.", "IQG10Q06"),
    ("ckb", "مینێک لە بەمۆ جووتیارێکی بریندار کرد", "ڕووداوەکە لە سنووری قەزای دەربەندیخان ڕوویدا، بریندارەکە گەیەنرایە نەخۆشخانەی سلێمانی.", "IQG06"),
    ("ckb", "تەقینەوەیەک لە بازاڕی خورماتوو", "چوار کەس بریندار بوون؛ قایمقامی دووزخورماتوو دەڵێت بۆمبەکە لە ناو ماتۆڕێکدا بووە.", "IQG16Q07"),
    ("ckb", "گروپێکی چەکدار هێرشیان کردە سەر حەقڵی کۆرمۆر", "درۆنێک بەر خەزنەکی گاز کەوت، زیانی گیانی نەبوو.", "IQG06Q02"),
    ("ckb", "سێ کەس لە شەقڵاوە بە گوللە کوژران", "ناکۆکییەکی خێزانی نەبوو، پۆلیس دەڵێت چەکدارەکان نەناسراون.", "IQG11Q06"),
    ("ckb", "ژمارەی قوربانییانی هێرشەکەی مەخموور زیادی کرد", "بریندارێکی تر لە نەخۆشخانەی ڕزگاری لە هەولێر گیانی لەدەستدا.", "IQG11Q04"),
    ("ckb", "چەکداران ئەندامێکی ئەنجوومەنی پارێزگای دیالەیان کوشت", "ڕووداوەکە لە ناوەڕاستی شاری بەعقووبە بوو.", "IQG10Q04"),
    ("ckb", "هێرشێک بۆ سەر بازگەیەکی پۆلیسی فیدراڵ لە ڕەشاد", "دوو پۆلیس کوژران، لە باشووری ڕۆژئاوای کەرکووک.", "IQG13Q02"),
    ("ckb", "تانکەرێکی نەوت لە ڕێگای بێجی - حەدیسە تەقێندرایەوە", "شۆفێرەکە بریندارە، ڕووداوەکە لە نزیک سینیە بووە.", "IQG16Q03"),
    ("ckb", "فڕۆکەیەکی جەنگی عێراق حەشارگەیەکی داعشی لە وادی شای بۆردومان کرد", "سێ چەکدار کوژران، خانەی ڕاگەیاندنی ئەمنی بڵاویکردەوە.", "IQG13"),
    ("ckb", "لە بادینان گوندێک بۆردومان کرا", "گوندی کێستە لە سنووری ئامێدی کەوتە بەر تۆپبارانی تورکیا.", "IQG09Q01"),
    ("ckb", "کوژرانی سەرکردەیەکی حەشد لە باکووری بابل", "بۆمبێک لە جورف سەخر بە ئۆتۆمبێلەکەیدا تەقییەوە.", "IQG07Q04"),
    ("ckb", "تەقە لە پۆلیسێک کرا لە ناحیەی سەعدیە", "پۆلیسی خانەقین دەڵێت چەکداران بە ماتۆڕ بوون.", "IQG10Q05"),
    ("ar", "مقتل عنصرين من الحشد بهجوم في حوض الزور", "أفاد مصدر أمني بأن الهجوم وقع في أطراف قضاء المقدادية شمال شرقي بعقوبة.", "IQG10Q02"),
    ("ar", "عبوة تستهدف رتلا للتحالف", "انفجرت العبوة على الطريق السريع قرب جسر السماوة في محافظة المثنى دون خسائر.", "IQG03"),
    ("ar", "اختطاف شقيقين في أطراف الدجيل", "قال قائممقام القضاء إن مسلحين بزي عسكري اقتادوهما من مزرعتهما.", "IQG16Q04"),
    ("ar", "مسلحون يحرقون منزلين في قرى مخمور", "الهجوم وقع قرب قرية علي رش جنوب غربي أربيل بحسب مصدر في البيشمركة.", "IQG11Q04"),
    ("ar", "ثلاثة قتلى بانفجار في كلار", "انفجر لغم أرضي في منطقة باوة نور أثناء تنظيف الأراضي الزراعية.", "IQG06Q06"),
    ("ar", "مقتل مزارع بنيران قناص", "استهدف قناص مزارعا في قرية المخيسة التابعة لناحية أبي صيدا.", "IQG10Q02"),
    ("en", "Two women killed by stray fire", "The women were hit when clans fought in al-Islah, Dhi Qar governorate, local official said.", "IQG17"),
    ("en", "Bomb targets power line", "Saboteurs blew up two pylons on the line between Mosul and Qayyarah near the village of Haj Ali.", "IQG15Q05"),
    ("en", "Policeman stabbed to death", "The attack happened in Sadr City, in eastern Baghdad, where two bombs killed 30 people in 2016.", "IQG08Q07"),
    ("en", "Father and son killed", "They died when a shell left over from the war exploded in Umm al-Shababit, north of Sinjar. Some 3,000 Yazidis are still missing, and thousands live in camps near Duhok.", "IQG15Q07"),
    ("en", "Gas field workers evacuated", "Two drones struck the Khor Mor field between Kirkuk and Sulaimani at night; one Yemeni worker was killed, Dana Gas said.", "IQG06Q02"),
    ("en", "Militants storm Iraqi village", "They came from the Hamrin hills and attacked Bani Saad hamlet, outside Kanaan, Diyala.", "IQG10Q04"),
    ("en", "Militants kill 20 villagers in Tillaberi", "The gunmen came from across the border with Mali, officials said.", "NE"),
    ("en", "Eight soldiers dead in Cameroon far north raid", "Boko Haram fighters crossed Lake Chad by boat to hit the post at Darak.", "CM"),
    ("en", "Bomb kills schoolgirls in Paktia", "The Taliban government blamed Islamic State.", "AF"),
    ("en", "Police bus hit in Mastung", "A suicide rider struck the bus on the highway from Quetta to Karachi.", "PK"),
    ("en", "Israeli drone kills two in Nabatieh", "Lebanese health ministry says the strike hit a motorcycle.", "LB"),
    ("en", "Rocket fired from Gaza falls in field", "It caused no injuries near Sderot, the Israeli army said.", "IL"),
    ("en", "US strikes kill al-Shabaab fighters", "The air strikes took place near Jamaame in Somalia.", "SO"),
    ("en", "Ukrainian drones hit refinery", "A fire broke out at a plant in Volgograd, Russia, the governor said.", "RU"),
    ("en", "Gunmen storm hospital in Haiti", "Doctors fled the hospital in Mirebalais.", "HT"),
    ("en", "Car bomb outside police station", "Five people were hurt in Jamundi, near Cali.", "CO"),
    ("en", "Rebels seize Walikale", "Congolese soldiers withdrew without a fight.", "CD"),
    ("en", "Jordanian border guard killed by smugglers", "The clash took place on the frontier with Syria before dawn.", "JO"),
    ("en", "Kurdish fighters clash with Turkish-backed factions", "Fighting raged near Tishreen dam, east of Aleppo.", "SY"),
    ("en", "Saudi air defences down Houthi missile over Jizan", "", "SA"),
    ("en", "Iran says guards kill militants in Saravan", "", "IR"),
    ("en", "Turkish soldier killed in Hakkari clash", "PKK militants opened fire on a base.", "TR"),
    ("ar", "مقتل 12 جنديا في هجوم لبوكو حرام", "وقع الهجوم في ولاية بورنو شمال شرقي نيجيريا.", "NG"),
    ("ar", "غارة إسرائيلية على بلدة كفركلا", "أصيب شخصان وفق وزارة الصحة اللبنانية.", "LB"),
    ("ar", "انفجار سيارة مفخخة في رأس العين", "سقط قتلى بحسب الدفاع المدني.", "SY"),
    ("ar", "هجوم انتحاري في كويتا", "أعلن جيش تحرير بلوشستان مسؤوليته.", "PK"),
    ("ar", "مقتل متظاهر في أم درمان", "سقطت قذائف على حي سكني.", "SD"),
    ("ckb", "لە قامیشلۆ ئۆتۆمبێلێک تەقییەوە", "دوو ئەندامی ئاسایشی ناوخۆ بریندار بوون.", "SY"),
    ("ckb", "لە مەریوان کۆڵبەرێک کوژرا", "هەنگاو ڕایگەیاند هێزی سنووریی ئێران تەقەی لێ کردووە.", "IR"),
    ("ckb", "هێرشێک بۆ سەر سەربازانی تورکیا لە جۆلەمێرگ", "دوو سەرباز بریندار بوون.", "TR"),
    ("ckb", "ئیسرائیل باشووری لوبنانی بۆردومان کرد", "دوو کەس لە شاری سوور کوژران.", "LB"),
    ("ckb", "لە کابوڵ خۆکوژێک خۆی تەقاندەوە", "شەش کەس کوژران.", "AF"),
]
# fmt: on


@pytest.fixture(scope="module")
def reader() -> PlaceReader:
    return PlaceReader(Gazetteer.load())


@pytest.mark.parametrize(("lang", "title", "summary", "code"), REPORTS)
def test_a_short_report_is_put_into_its_own_unit(
    reader: PlaceReader, lang: str, title: str, summary: str, code: str
) -> None:
    place = reader.read(document(title, lang, summary=summary)).place
    assert place is not None
    assert code in (place.admin2, place.admin1, place.country)


def test_an_adjective_before_the_word_for_village_is_no_name(reader: PlaceReader) -> None:
    place = reader.read(
        document("Militants storm Iraqi village", summary="They attacked a hamlet near Kanaan, Diyala.")
    ).place
    assert place is not None
    assert place.name == "Kanaan"


@pytest.mark.parametrize(
    ("lang", "title", "code"),
    [
        ("ckb", "لە سلێمانیدا دوو کەس کوژران", "IQG06"),
        ("ckb", "لە بەلەددا دوو کەس کوژران", "IQG16Q04"),
        ("ckb", "لە خان بەنی سەعددا بۆمبێک تەقییەوە", "IQG10Q04"),
        ("ckb", "لە ڕەشاددا پۆلیسێک بریندار بوو", "IQG13Q02"),
        ("en", "Hit: gunmen kill two policemen", "IQG01Q07"),
        ("en", "Kut: four dead in feud", "IQG18Q02"),
    ],
)
def test_endings_and_headings_leave_the_name_what_it_is(reader: PlaceReader, lang: str, title: str, code: str) -> None:
    place = reader.read(document(title, lang)).place
    assert place is not None
    assert code in (place.admin2, place.admin1)
