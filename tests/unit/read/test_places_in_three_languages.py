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
    ('Three Iraqi soldiers killed in ISIS ambush near Hatra', 'MOSUL - Three soldiers died when their patrol was ambushed in the desert southwest of Hatra, Nineveh Operations Command said.', 'IQG15Q04', False),
    ('Roadside bomb targets PMF convoy in western Anbar', 'A roadside bomb hit a Popular Mobilization Forces convoy near the town of Husaybah in al-Qaim district on Thursday, wounding two fighters.', 'IQG01Q02', True),
    ('Katyusha rockets land near Balad Air Base', 'Five rockets fell near Balad Air Base north of Baghdad on Sunday.', 'IQG16Q04', True),
    ('Two killed as mortar shells hit village in Diyala', 'Mortar rounds landed on the village of Abu Khanazir, near Buhriz, south of Baqubah.', 'IQG10Q04', False),
    ('Gunmen kill tribal sheikh in Dhi Qar', 'Unidentified gunmen shot dead a tribal leader in Suq al-Shuyukh, south of Nasiriyah.', 'IQG17Q05', False),
    ('Islamic State attack kills five in Salahaddin', 'Five tribal fighters were killed in an attack on a checkpoint in al-Zuwiya, north of Baiji.', 'IQG16Q03', False),
    ('Explosion kills child in Sinjar', 'A child was killed when a landmine exploded in the village of Hardan, in the Sinune area of Sinjar district.', 'IQG15Q07', False),
    ('Journalist wounded in Sulaimani attack', 'Gunmen wounded a journalist outside his home in the city of Sulaimani on Monday night.', 'IQG06Q01', True),
    ('PKK fighter killed in Mawat', 'A Turkish drone killed a PKK fighter in Mawat, Sulaimani province.', 'IQG06Q10', True),
    ('Rockets target oil refinery in Lanaz near Erbil', 'Three rockets landed near the Kawergosk refinery, west of Erbil, late on Sunday.', 'IQG11', False),
    ('Shepherd shot dead by ISIS in Makhmour', 'ISIS militants abducted and killed a shepherd in the village of Sargaran, Makhmour district, southwest of Erbil.', 'IQG11Q04', False),
    ('Mass shooting at Basra cafe', 'Two men were shot dead at a cafe in the al-Jumhuriya neighbourhood of Basra.', 'IQG02Q02', True),
    ('Iraq: attack on police checkpoint in Kirkuk leaves three dead', 'Three policemen were killed on Saturday in an attack on a checkpoint in the al-Rashad area, southwest of Kirkuk, security sources told AFP.', 'IQG13Q02', False),
    ('Nine killed in attack on village in Muqdadiya', 'Gunmen attacked Al-Rashad village in the Muqdadiyah area of Diyala province, north-east of Baghdad.', 'IQG10Q02', True),
    ('ISIS attack in Jalawla kills 2 members of the security forces', 'Diyala - The attack took place in the Kobashi area on the outskirts of Jalawla, Shafaq News correspondent reported.', 'IQG10Q05', True),
    ('Truck bomb in Afrin kills six', 'A truck bomb exploded at a market in the Syrian town of Afrin on Tuesday.', 'SY-HL', True),
    ('ISIS cell attacks SDF post', 'ISIS sleeper cells attacked an SDF checkpoint in Dhiban, east of Deir ez-Zor.', 'SY-DY', False),
    ('Taliban policemen killed in Kabul blast', 'Two policemen were killed in a blast in Kabul.', 'AF-KAB', True),
    ('Bus attack in Tank district', 'Gunmen opened fire on a police van in Tank district, Khyber Pakhtunkhwa.', 'PK-KP', False),
    ('Soldiers killed in Burkina Faso ambush', 'At least 15 soldiers were killed in an ambush near Djibo in northern Burkina Faso.', 'BF', True),
    ('Al-Shabaab attacks base', 'Al-Shabaab fighters attacked a military base at Buulo Mareer in Lower Shabelle, Somalia.', 'SO', False),
    ('Shelling kills two in Kherson', 'Russian shelling killed two people in Kherson, the governor said.', 'UA-65', True),
    ('Houthi drone kills fighter in Marib', 'A Houthi drone attack killed a fighter south of Marib, Yemen.', 'YE-MA', True),
    ('Baquba blast kills three', '', 'IQG10Q04', False),
    ('Diyala: two policemen killed in Khanaqin attack', '', 'IQG10Q05', False),
    ('Kirkuk attack leaves four dead', '', 'IQG13', False),
    ('Death toll in Tarmiyah bombing rises to five', '', 'IQG08Q02', True),
    ('ISIS claims responsibility for Sinjar attack', '', 'IQG15Q07', False),
    ('Kifri: Peshmerga repel ISIS attack', '', 'IQG10Q06', False),
    ('Peshmerga repel ISIS attack on Qara Tapa outskirts', '', 'IQG10Q06', True),
    ('Iraq says air strike killed five ISIS militants in Hamrin mountains', 'Iraqi jets struck a hideout in the Hamrin mountains in Diyala province, killing five militants.', 'IQG10', False),
    ('Tal Afar: bomb kills shepherd', '', 'IQG15Q08', False),
    ('Gunmen storm house in Abu Ghraib, kill family of four', 'Gunmen stormed a house in the Abu Ghraib area west of Baghdad overnight and killed four members of a family, a security source said.', 'IQG08Q02', True),
    ('Drone strike hits Iranian Kurdish party base near Altun Kupri', 'A drone hit a base of an Iranian Kurdish opposition party near Altun Kupri (Pirde), between Erbil and Kirkuk, on Wednesday.', 'IQG13Q03', True),
    ('Two Turkish soldiers killed in northern Iraq', "Two Turkish soldiers were killed in clashes with PKK militants in the Zap area of northern Iraq, Turkey's defence ministry said.", 'IQG09Q01', False),
    ('IS militants attack Peshmerga in Garmian', 'ISIS attacked a Peshmerga post near the village of Top Khana in Garmian, killing one.', 'IQ', False),
    ('Four killed in attack on oil field in Kirkuk', 'ISIS attacked the Bai Hassan oil field northwest of Kirkuk at dawn.', 'IQG13Q03', False),
    ('Fuel tanker driver killed near Sulaiman Bek', '', 'IQG16Q07', True),
    ('Motorcycle bomb in Basra kills four', 'The bomb went off near a hospital in central Basra, Governor Asaad al-Eidani said.', 'IQG02Q02', True),
    ('Bombing targets US convoy near Diwaniya', 'A roadside bomb targeted a convoy carrying supplies for the US-led coalition near Diwaniya, 160 km south of Baghdad.', 'IQG05', False),
    ('Assassination attempt on judge in Maysan', 'Gunmen opened fire on the car of a judge in Amarah, the capital of Maysan province.', 'IQG14', True),
    ('Villagers flee after attack in Muqdadiya', 'Residents of the village of Nahr al-Imam, north of Baquba, fled after a revenge attack. The village is near al-Rashad village where ISIS killed 11 people on Tuesday.', 'IQG10', False),
    ('Landmine kills farmer near Iranian border in Penjwen', '', 'IQG06Q07', False),
    ('Turkish bombardment in Barwari Bala', 'Turkish warplanes bombed the village of Kani Masi in Barwari Bala, Duhok province, on Friday, Kurdistan 24 reported.', 'IQG09Q01', True),
    ('ISIS kidnaps three in Rutba desert', 'ISIS militants kidnapped three truffle pickers in the desert of Rutba, 310 km west of Ramadi.', 'IQG01Q04', False),
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
    ('غارة إسرائيلية على بلدة عيتا الشعب', 'استهدفت غارة إسرائيلية سيارة في بلدة عيتا الشعب جنوب لبنان ما أدى إلى مقتل شخص.', 'LB-NA', False),
    ('هجوم انتحاري في كابل', 'قتل عشرة أشخاص في هجوم انتحاري استهدف مسجدا في العاصمة الأفغانية كابل.', 'AF-', True),
    ('اشتباكات في ريف درعا', 'قتل شخصان في اشتباكات بمدينة طفس في ريف درعا الغربي.', 'SY-DR', True),
    ('مقتل شرطي في كركوك', 'قتل شرطي وأصيب آخر بهجوم مسلح في قضاء الدبس شمال غرب كركوك، وفق مصدر في شرطة كركوك.', 'IQG13Q03', False),
    ('انفجار يستهدف رتلا للتحالف في الديوانية', 'انفجرت عبوة ناسفة مستهدفة رتلا للدعم اللوجستي على الطريق السريع في محافظة الديوانية.', 'IQG05', False),
    ('اغتيال مواطن في الناصرية', 'اغتال مسلحون مجهولون مواطناً أمام منزله في مدينة الناصرية مركز محافظة ذي قار.', 'IQG17Q04', True),
    ('هجوم لداعش غرب الحضر', 'أفاد مصدر أمني في نينوى بمقتل جنديين بهجوم لداعش في صحراء الحضر جنوب غرب الموصل.', 'IQG15Q04', False),
    ('استهداف رتل للحشد في القائم', 'انفجرت عبوة ناسفة على رتل للحشد الشعبي قرب بلدة حصيبة في قضاء القائم غربي الأنبار.', 'IQG01Q02', True),
    ('مقتل مختار قرية', 'اغتال مسلحون مختار قرية البو بكر التابعة لناحية العظيم شمال ديالى.', 'IQG10Q01', False),
    ('سقوط صاروخين قرب المنطقة الخضراء', 'سقط صاروخا كاتيوشا قرب المنطقة الخضراء وسط بغداد.', 'IQG08Q03', True),
    ('اشتباكات عشائرية شمالي البصرة', 'اندلع نزاع عشائري مسلح في ناحية الدير شمالي محافظة البصرة أوقع قتيلين.', 'IQG02Q05', False),
    ('طائرة مسيرة تستهدف مقرا في السليمانية', 'استهدفت طائرة مسيرة سيارة في ناحية سيد صادق بمحافظة السليمانية.', 'IQG06Q05', True),
    ('انفجار لغم في سنجار', 'قتل طفل بانفجار لغم في ناحية سنوني التابعة لقضاء سنجار.', 'IQG15Q07', True),
    ('هجوم مسلح في طوزخورماتو', 'شن مسلحون هجوما على نقطة تفتيش في قرية زنجلي التابعة لقضاء طوزخورماتو شرق صلاح الدين.', 'IQG16Q07', False),
    ('استشهاد ضابط في سامراء', 'استشهد ضابط بانفجار عبوة ناسفة غربي سامراء، بحسب قيادة عمليات سامراء.', 'IQG16Q05', False),
    ('مقتل راع في مخمور', 'اختطف عناصر داعش راعي أغنام وقتلوه في قرية ديبكة بقضاء مخمور.', 'IQG11Q04', True),
    ('قصف مدفعي تركي على قضاء العمادية', 'طال القصف محيط قرية سركلي في ناحية كاني ماسي دون إصابات.', 'IQG09Q01', True),
    ('انفجار في حي الكرادة', 'انفجرت سيارة مفخخة في منطقة الكرادة وسط العاصمة بغداد وأسفرت عن ثلاثة قتلى.', 'IQG08Q06', False),
    ('قنص جندي في حوض الوقف', 'استشهد جندي برصاص قناص في حوض الوقف بمحافظة ديالى.', 'IQG10', False),
    ('انفجار في كويتا الباكستانية', 'قتل ثمانية في انفجار قرب محطة قطار في مدينة كويتا جنوب غربي باكستان.', 'PK-BA', True),
    ('هجوم على موقع للجيش السوري في البادية', 'قتل خمسة جنود بهجوم شنه داعش في بادية السخنة شرقي حمص.', 'SY-HI', False),
    ('غارات على خان يونس', 'قتل تسعة فلسطينيين بغارة إسرائيلية على منزل في خان يونس جنوبي قطاع غزة.', 'PS', True),
    ('ديالى.. مقتل مدني بهجوم مسلح جنوب بهرز', '', 'IQG10Q04', True),
    ('كركوك: انفجار عبوة ناسفة يودي بحياة شرطي في الحويجة', '', 'IQG13Q01', False),
    ('ارتفاع حصيلة هجوم المقدادية إلى 15 شهيدا', '', 'IQG10Q02', False),
    ('داعش يهاجم نقطة أمنية في جلولاء', '', 'IQG10Q05', True),
    ('بالصور.. آثار التفجير الذي استهدف سوق الوحيلات في مدينة الصدر', '', 'IQG08Q07', True),
    ('نينوى.. استشهاد منتسب بانفجار لغم في البعاج', '', 'IQG15Q02', False),
    ('إصابة ثلاثة من الحشد بانفجار غربي الأنبار', 'أصيب ثلاثة من مقاتلي الحشد الشعبي بانفجار عبوة ناسفة في منطقة عكاشات غربي محافظة الأنبار.', 'IQG01', False),
    ('انفجار يهز مدينة الرمادي', '', 'IQG01Q03', True),
    ('سقوط طائرة مسيرة مفخخة قرب مطار أربيل', '', 'IQG11Q02', True),
    ('مقتل وإصابة ستة من البيشمركة قرب التون كوبري', '', 'IQG13Q03', True),
    ('قصف يطال قرى حدودية في سيدكان', 'تعرضت قرى حدودية تابعة لناحية سيدكان في محافظة أربيل لقصف مدفعي إيراني.', 'IQG11Q05', False),
    ('مصدر: مقتل شخصين في الخالص', 'أبلغ مصدر أمني أن مسلحين مجهولين قتلوا شخصين في قضاء الخالص 15 كم شمال بعقوبة.', 'IQG10Q01', False),
    ('هجوم على حقل باي حسن', 'هاجم عناصر داعش بئرين نفطيين في حقل باي حسن شمال غربي كركوك.', 'IQG13Q03', False),
    ('العثور على جثة مغدور في المدائن', '', 'IQG08Q04', False),
    ('إنزال جوي في حمرين', 'نفذت قوة خاصة ضربة على وكر لداعش في سلسلة جبال حمرين ضمن حدود محافظة ديالى.', 'IQG10', False),
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
    ('کوژرانی دوو سەرباز لە حەویجە', 'دوو سەربازی سوپای عێراق بە تەقینەوەی بۆمبێک لە ناحیەی ڕیازی سەر بە قەزای حەویجە کوژران.', 'IQG13Q01', True),
    ('هێرشێک لە سنووری خانەقین', 'لە هێرشێکی داعشدا بۆ سەر گوندی مێخاسی سەر بە ناحیەی قۆرەتوو، سێ کەس برینداربوون.', 'IQG10Q05', False),
    ('تەقینەوەیەک لە بەعقووبە', 'تەقینەوەی ئۆتۆمبێلێکی بۆمبڕێژکراو لە ناوەندی بەعقووبە پێنج کوژراوی لێکەوتەوە.', 'IQG10Q04', True),
    ('درۆنێک بارەگای حزبێک لە سیدەکان دەکاتە ئامانج', 'درۆنێکی ئێرانی بارەگایەکی حزبی دیموکراتی لە سیدەکانی سنووری هەولێر کردە ئامانج.', 'IQG11Q05', False),
    ('دوو پێشمەرگە لە گەرمیان شەهید بوون', 'دوو پێشمەرگە لە هێرشێکی داعشدا لە نزیک گوندی قەڵادەرەی سنووری کفری شەهید بوون.', 'IQG10Q06', False),
    ('لە دووزخورماتوو بۆمبێک تەقییەوە', 'بۆمبێک لە ڕێگای نێوان دووزخورماتوو و ئامرلی تەقییەوە و سێ پۆلیس بریندار بوون.', 'IQG16Q07', False),
    ('بۆردومانی تورکیا لە سنووری زاخۆ', 'فڕۆکەکانی تورکیا دەوروبەری گوندی شەرانشی لە سنووری ناحیەی دەرکاری قەزای زاخۆیان بۆردومان کرد.', 'IQG09Q04', False),
    ('مامۆستایەک لە هەڵەبجە کوژرا', 'چەکدارێک لە ناو شاری هەڵەبجە تەقەی لە مامۆستایەک کرد.', 'IQG06Q05', True),
    ('تەقینەوە لە پیشاوەر', 'تەقینەوەیەک لە مزگەوتێکی شاری پیشاوەری پاکستان دە کەسی کوشت.', 'PK-KP', True),
    ('هێرشی درۆنی لە عامودا', 'لە هێرشێکی درۆنی تورکیادا لە شارۆچکەی عامودا لە ڕۆژاوای کوردستان کەسێک کوژرا.', 'SY', False),
    ('مووشەکبارانی هەولێر', 'بەیانی ئەمڕۆ شەش مووشەک بەر دەوروبەری فڕۆکەخانەی نێودەوڵەتیی هەولێر کەوتن.', 'IQG11Q02', True),
    ('شەڕی چەکداری لە سلێمانی', 'لە گەڕەکی سەرچناری شاری سلێمانی دوو گروپ تەقەیان لە یەکتر کرد.', 'IQG06Q01', True),
    ('سێ کەس لە موسڵ کوژران', 'سێ هاووڵاتی لە بازاڕی باب تۆبی لە ناوەندی مووسڵ بە بۆمبێک کوژران.', 'IQG15Q05', True),
    ('تەقینەوەکەی خورماتوو: ژمارەی کوژراوان گەیشتە دە', '', 'IQG16Q07', False),
    ('داعش دوو شوان لە قەرەتەپە دەکوژێت', '', 'IQG10Q06', True),
    ('گرژی لە کەرکووک؛ سێ کەس بریندار بوون', '', 'IQG13', False),
    ('لە سنووری مەخموور پێشمەرگەیەک شەهید بوو', '', 'IQG11Q04', False),
    ('فڕۆکەیەکی بێفڕۆکەوان ناوچەی شارباژێڕی بۆردومان کرد', '', 'IQG06Q10', False),
    ('لە ناحیەی سەعدیە بۆمبێک بە ئۆتۆمبێلێکدا تەقییەوە', '', 'IQG10Q05', True),
    ('کوشتنی گەنجێک لە شاری هەولێر', '', 'IQG11Q02', True),
    ('هێرشی داعش لە نێوان کفری و دووزخورماتوو', '', 'IQ', False),
    ('درۆنێک کێڵگەی نەوتی خورمەڵەی کردە ئامانج', '', 'IQG11Q04', False),
    ('لە نزیک پردێ تەقینەوەیەک ڕوویدا', '', 'IQG13Q03', True),
    ('هێرش بۆ سەر بنکەیەکی پۆلیس لە دیالە', '', 'IQG10', False),
    ('سوپای تورکیا گوندی دەشیشی لە کانی ماسێ تۆپباران کرد', '', 'IQG09Q01', False),
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


ABROAD = (
    ("Car bombing in Afrin kills five", "SY"),
    ("Houthi missile hits Marib, killing five", "YE"),
    ("IED kills three soldiers in Kidal", "ML"),
    ("Cartel drone attack kills two in Michoacan", "MX"),
    ("Gunmen ambush convoy in Lamu, kill three", "KE"),
    ("Jaish al-Adl kills five police in Sistan-Baluchestan", "IR"),
    ("Hezbollah rockets kill two in Kiryat Shmona", "IL"),
    ("Bomb in Narathiwat wounds four rangers", "TH"),
)


@pytest.mark.parametrize(("title", "country"), ABROAD)
def test_a_town_or_division_abroad_needs_no_other_name_beside_it(reader: PlaceReader, title: str, country: str) -> None:
    place = reader.read(document(title)).place
    assert place is not None
    assert place.country == country


def test_the_town_that_a_quarter_belongs_to_is_the_place(reader: PlaceReader) -> None:
    place = reader.read(document("اغتيال طبيب جراح في حي التحرير بمدينة بعقوبة", "ar")).place
    assert place is not None
    assert place.admin2 == "IQG10Q04"
    assert place.lat is not None


def test_a_place_that_names_the_attack_is_its_place(reader: PlaceReader) -> None:
    place = reader.read(document("Third victim of Balkana shooting dies in Sulaimani hospital")).place
    assert place is not None
    assert place.name == "Balkana"
