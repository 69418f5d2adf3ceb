"""Words for victims, sites and things that tell one attack from another, in three languages: "shepherd", "رعاة" and "شوان" are one clue.

What every story has (gunmen, police, killed) is no clue, and what the facts already say (bomb, drone) is none either. Forms are
listed without article, case ending and possessive; Arabic plurals are words of their own. A form in two lines would be a fault.
"""

from collections.abc import Mapping
from functools import cache

from shared.letters import fold

_WORDS = """
shepherd: shepherd herder herdsman herdsmen pastoralist | راعي راع رعاة الرعاة | شوان شوانان شوانێک
sheep: sheep flock cattle cow livestock goat herd | اغنام ماشية مواشي قطيع ابقار | مەڕ مێگەل ئاژەڵ ڕانەمەڕ
farmer: farmer peasant farmhand grower | مزارع مزارعين مزارعون فلاح فلاحين فلاحون | جوتیار جوتیاران
farm: farm orchard field plantation farmland grove | مزرعة بستان بساتين حقل حقول مزارع بستانا | کێڵگە باخ باخات باخێک
harvest: harvest wheat crop barley | حصاد محصول قمح حنطة شعير محاصيل | دروێنە گەنم دانەوێڵە
fisherman: fisherman fishermen fisher fishing | صياد صيادين صيادي صيادون | ماسیگر ڕاوچی
hunter: hunter falcon hunting | صقور صقر | ڕاوکەر هەڵۆ باز ڕاو
truffle: truffle | كمأ كمأة كما | دومەڵان دۆمەڵان
headman: mukhtar headman | مختار مخاتير | موختار
mayor: mayor governor subgovernor alderman | قائمقام محافظ | قایمقام پارێزگار
councillor: councillor councilman candidate | مرشح مرشحة عضو | کاندید ئەندام ئەنجومەن
sheikh: elder chieftain tribesman | وجهاء وجيه | سەرۆکهۆز
judge: judge magistrate | قاضي قاض قضاة | دادوەر
lawyer: lawyer attorney | محامي محام محامية محامين | پارێزەر
journalist: journalist reporter cameraman photographer correspondent presenter broadcaster | صحفي صحفية صحافي مراسل مصور اعلامي | ڕۆژنامەنووس ڕۆژنامەوان پەیامنێر کامێرامان
teacher: teacher schoolteacher headteacher headmaster headmistress | معلم معلمة مدرس مدرسة معلمين | مامۆستا
professor: professor lecturer academic dean | استاذ اكاديمي عميد | پرۆفیسۆر
student: student pupil schoolgirl schoolboy schoolchildren | طالب طالبة طلاب طلبة تلاميذ تلميذ | خوێندکار قوتابی قوتابیان
school: school classroom college seminary madrasa | مدرسة مدارس كلية ثانوية | قوتابخانە خوێندنگە
university: university campus | جامعة جامعي | زانکۆ
doctor: doctor surgeon physician pharmacist dentist | طبيب طبيبة جراح صيدلي دكتور | پزیشک دکتۆر
nurse: nurse midwife medic paramedic | ممرض ممرضة مسعف مسعفين قابلة | پەرستار فریاگوزار
hospital: hospital clinic maternity ward dispensary | مستوصف عيادة ولادة | خەستەخانە بنکەیتەندروستی
ambulance: ambulance | اسعاف | ئەمبولانس
aidworker: humanitarian charity aidworker ngo | اغاثة انساني انسانية اغاثي | مرۆیی فریاگوزاری
imam: imam preacher cleric mullah muezzin | خطيب مؤذن شيخ | پێشنوێژ خوتبەخوێن مەلا
priest: priest pastor bishop nun deacon | كاهن قس اسقف راهبة قسيس | قەشە کاهین
mosque: mosque mosques prayer worshipper | مسجد جامع مصلين مصلون مساجد | مزگەوت نوێژخوێن
shrine: shrine pilgrim pilgrimage husseiniya procession | مزار مرقد زوار زائر حسينية موكب | مەزارگە زیارەتکار زیارەت مەرقەد
church: church chapel cathedral monastery convent mass | كنيسة دير كاتدرائية | کڵێسا دێر کەنیسە
temple: temple synagogue gurdwara | معبد كنيس | پەرستگا
market: market bazaar souk marketplace stall vendor | سوق اسواق بائع باعة | بازاڕ دەستفرۆش فرۆشیار
shop: shop store grocer grocery shopkeeper storekeeper bakery baker butcher barber | دكان متجر محل بقالة مخبز خباز حلاق جزار محلات | دوکان فرۆشگا نانەواخانە سەرتاش
moneychanger: moneychanger currency exchange changer hawala | صيرفة صراف صيرفي | دراوگۆڕینەوە سەراف ئاڵوگۆڕ
goldsmith: goldsmith jeweller jewelry jewellery gold | صائغ صاغة ذهب مجوهرات | زێڕنگر زێڕ
bank: bank banknote payroll salary salaries | مصرف بنك رواتب | بانک مووچە
cafe: cafe coffeehouse teahouse tearoom | مقهى مقاهي كافيه | چایخانە کافێ قاوەخانە
restaurant: restaurant diner eatery | مطعم مطاعم | چێشتخانە ڕێستۆرانت
hotel: hotel guesthouse motel | فندق فنادق | ئوتێل هۆتێل میوانخانە
wedding: wedding bride groom | زفاف عرس عروس عريس | زەماوەند بووک زاوا
funeral: funeral mourner burial wake mourners | عزاء تشييع جنازة مجلس مشيعين | پرسە ناشتن تازیە
football: football soccer pitch stadium match player footballer | كرة ملعب مباراة لاعب | یاریگا تۆپی یاریزان
playground: playground park garden | حديقة متنزه | پارک باخچە
bus: bus minibus coach passenger | حافلة باص ركاب حافلات | پاس نەفەر پاسێک سەرنشین
truck: truck lorry tanker trucker | شاحنة شاحنات صهريج | بارهەڵگر تەنکەر لۆری
taxi: taxi cab | اجرة تكسي | تاکسی
driver: driver chauffeur | سائق سائقين | شۆفێر
train: train railway rail locomotive railroad station | قطار سكة محطة | شەمەندەفەر هێڵیئاسن وێستگە
motorcycle: motorcycle motorbike motorcyclist biker | دراجة دراجات نارية | ماتۆڕ ماتۆڕسکیل
bicycle: bicycle cart donkey rickshaw tuktuk | هوائية عربة حمار توكتوك | پاسکیل عەرەبانە کەر
tractor: tractor bulldozer digger excavator | جرار جرافة حفارة حاصدة | تراکتۆر شۆفڵ
boat: boat ship vessel ferry tanker port harbour canoe | زورق سفينة قارب ميناء عبارة باخرة | بەلەم کەشتی بەندەر
plane: plane airport runway helicopter | مطار مدرج مروحية هليكوبتر | فڕۆکەخانە هەلیکۆپتەر
bridge: bridge culvert | جسر قنطرة | پرد
dam: dam canal reservoir irrigation | سد قناة ري | بەنداو جۆگە
river: river riverbank bank lake marsh | نهر ضفة بحيرة هور اهوار | ڕووبار دەریاچە زۆنگاو
well: well spring borehole cistern | بئر ابار نبع عين | بیر کانیاو
powerline: pylon electricity powerline transmission substation grid | كهرباء ابراج طاقة محولة كهربائية | کارەبا بورجی تاوەر
pipeline: pipeline gas oilfield refinery well | انبوب غاز نفط مصفاة حقل نفطي | بۆری گاز نەوت پاڵاوگە
company: company contractor worker labourer laborer builder employee | شركة عامل عمال مقاول موظف | کۆمپانیا کرێکار بەڵێندەر فەرمانبەر
engineer: engineer technician electrician | مهندس مهندسين فني | ئەندازیار
mine: miner quarry goldmine colliery | منجم محجر عمال مناجم | کانگا بەردبڕ
factory: factory plant mill workshop brickworks kiln | مصنع معمل ورشة طاحونة | کارگە کارخانە ئاش
warehouse: warehouse depot granary silo | مستودع مخزن صومعة | کۆگا عەمبار سایلۆ
house: doorstep courtyard roof bedroom | سطح حديقة غرفة عتبة | سەربان ژوور حەوشە
family: family families household | عائلة اسرة عوائل عائلات | خێزان ماڵباوان
father: father dad | والد اب ابا اباه | باوک باوکێک
son: son sons | ابن ابناء ابنيه ولديه نجله نجل | کوڕ کوڕی کوڕەکەی
mother: mother | ام والدة | دایک
daughter: daughter | ابنة بنت كريمة | کچ کچێک
brother: brother | شقيق شقيقين اشقاء اخوين اخ | برا
wife: wife widow | زوجة زوجته ارملة | هاوسەر خێزانەکەی
husband: husband | زوج زوجها | مێرد
cousin: cousin nephew uncle | قريب خال عم | ئامۆزا
couple: couple newlywed | زوجين زوجان | ژنومێرد
woman: woman women girl | امرأة نساء فتاة سيدة | ژن ئافرەت ژنێک
child: child children boy toddler infant baby | طفل اطفال طفلة رضيع صبي صبية | منداڵ مناڵ کۆرپە منداڵێک
oldman: elderly pensioner grandfather grandmother | مسن مسنة متقاعد جد | بەتەمەن پیرەمێرد خانەنشین
youth: teenager teenage youth teenagers | مراهق فتى شاب | هەرزەکار گەنج
refugee: refugee displaced camp tent | مخيم نازح نازحين لاجئ لاجئين خيمة | کەمپ ئاوارە پەنابەر چادر
prison: prison jail inmate prisoner detainee | سجن سجين سجناء معتقل | زیندان بەندیخانە زیندانی
court: court courthouse tribunal | محكمة قضاء | دادگا
ministry: ministry minister parliament lawmaker senator deputy | وزارة وزير برلمان نائب | وەزارەت وەزیر پەرلەمان
embassy: embassy consulate diplomat ambassador | سفارة قنصلية دبلوماسي سفير | باڵیۆزخانە کونسوڵخانە باڵیۆز
party: party headquarters office rally | مقر حزب تجمع | بارەگا حیزب
election: election polling ballot voter | انتخاب انتخابات اقتراع ناخبين | هەڵبژاردن دەنگدان
protest: protest protester demonstrator sit-in | متظاهر متظاهرين احتجاج اعتصام | خۆپیشاندان خۆپیشاندەر
parade: parade ceremony graduation recruit cadet | عرض تخرج متطوع مجندين | نمایش خولی دەرچوون سەربازینوێ
general: general brigadier commander colonel captain major lieutenant | لواء عميد قائد عقيد مقدم نقيب رائد ملازم ضابط | فەرماندە عەمید عەقید نەقیب ڕائید ئەفسەر
guard: guard bodyguard watchman escort | حارس حراس حماية مرافق | پاسەوان حەرەس
convoy: convoy column motorcade | رتل قافلة | کاروان ڕەتڵ
patrol: patrol | دورية | دەوریە دەورییە
checkpoint: checkpoint roadblock | حاجز سيطرة نقطة | بازگە خاڵی
barracks: barracks garrison outpost base camp | ثكنة معسكر قاعدة موقع | سەربازگە بنکە مۆڵگا
border: border frontier crossing | حدود معبر منفذ حدودي | سنوور سنووری دەروازە
tunnel: tunnel cave hideout den lair | نفق كهف وكر انفاق كهوف مضافة | تونێل ئەشکەوت حەشارگە
hills: hill mountain ridge valley gorge | جبل جبال تلال وادي سلسلة | چیا شاخ دۆڵ گرد
desert: desert steppe | صحراء بادية صحراوية | بیابان
highway: highway motorway | سريع دولي | خێرا نێودەوڵەتی
rooftop: tower skyscraper block apartment flat building | برج مبنى شقة عمارة بناية | باڵەخانە شوقە تاوەر
dog: dog | كلب كلاب | سەگ
toy: toy scrap | خردة لعبة | ئاسنیکۆن یاریمنداڵ
ransom: ransom kidnapper hostage | فدية رهينة رهائن خاطفين | فیدیە بارمتە
leg: leg foot arm limb amputated | ساق ساقه قدمه بتر | قاچ قاچێکی دەستی
beheaded: beheaded decapitated throat | ذبح ذبحا نحر قطع راس | سەربڕین سەربڕی سەریان
burned: burned burnt torched fire blaze | حرق احرق احراق حريق | سووتان سووتاند ئاگر
dawn: dawn sunrise | فجر | بەرەبەیان سپێدە
evening: evening dusk sunset night | مساء ليل غروب ليلا | ئێوارە شەو خۆرئاوابوون
morning: morning | صباح صباحا | بەیانی
noon: noon midday afternoon | ظهر ظهرا عصر | نیوەڕۆ دوانیوەڕۆ عەسر
brigade: brigade | لوائي | لیوا
helicopterpilot: pilot crew | طيار طاقم | فڕۆکەوان
donors: aid food ration convoy | مساعدات غذائية سلة | هاوکاری خۆراک
tax: extortion royalty tax levy | اتاوة اتاوات جزية | سەرانە باج
dispute: land grazing feud quarrel vendetta revenge | ثأر ارض نزاع عشائري | ناکۆکی تۆڵە زەوی
ambush: ambush | كمين | کەمین بۆسە
silencer: silencer silenced | كاتم | بێدەنگ
rocket: rocket katyusha mortar | كاتيوشا هاون | کاتیۆشا هاوەن
sniper: sniper | قناص قنص | قەناس
"""


@cache
def concepts() -> Mapping[str, str]:
    """Return the concept of each folded form; a form that two lines claim stands for the first."""
    found: dict[str, str] = {}
    for line in _WORDS.strip().splitlines():
        concept, _, forms = line.partition(":")
        for form in forms.replace("|", " ").split():
            found.setdefault(fold(form), concept)
    return found
