"""English words for people and for what befalls them, as the toll grammar needs them."""

from services.classify.read.claims import Fact, Side
from services.classify.read.number_words import words

_IRREGULAR = {
    "child": "children",
    "grandchild": "grandchildren",
    "wife": "wives",
    "person": "people",
    "passer": "passers",
}


def _plural(noun: str) -> str:
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith("man"):
        return noun[:-3] + "men"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch")) else "s")


FORCES = words(
    "soldier officer policeman policewoman trooper conscript guard commander captain lieutenant colonel major general sergeant"
    " corporal brigadier fighter recruit cadet serviceman servicewoman ranger gendarme commando paramilitary agent bodyguard"
    " sentry draftee marine airman sailor pilot reservist jawan constable inspector sniper sapper deminer cop warden lancer"
    " dsp sho asi dig ssp havildar naik subedar sepoy infantryman volunteer militiaman policeperson patrolman guardsman scout levy legionnaire"
)
CIVILIANS = words(
    "civilian villager farmer shepherd worker driver teacher student pupil child boy girl woman resident local passer bystander"
    " passenger pilgrim worshipper worshiper shopper trader merchant shopkeeper fisherman hunter gatherer picker porter kolbar"
    " smuggler tribesman sheikh cleric imam journalist reporter photographer cameraman doctor nurse medic paramedic engineer"
    " technician employee labourer laborer contractor lawyer judge prosecutor activist politician mayor councillor councilor"
    " councilman lawmaker mp mukhtar elder herder herdsman nomad brother sister father mother wife husband son daughter cousin"
    " uncle aunt nephew niece grandfather grandmother grandson granddaughter infant baby toddler teenager youth pensioner tourist"
    " citizen national foreigner expatriate refugee migrant commuter motorist cyclist trucker vendor cook monk priest nun prisoner"
    " hostage captive relative miner builder baker barber dancer singer blogger professor lecturer academic scientist"
    " diplomat consul minister governor official candidate businessman banker farmhand firefighter fireman rescuer volunteer"
    " settler colonist homeowner householder tenant guest mourner groom bride lady gentleman schoolboy schoolgirl schoolchild"
    " protester protestor demonstrator rioter marcher campaigner organiser organizer unionist believer parishioner detainee convict farmworker dockworker paramedic lineman foreman salesman gardener gravedigger cobbler"
    " peasant orphan widow butcher tailor jeweller goldsmith pharmacist dentist athlete footballer player wrestler boxer coach"
    " pastor vicar rector abbot rabbi correspondent anchorman cameraman foreman brickmaker kolbar usher waiter bouncer hunter"
    " beekeeper forager logger woodcutter chief chieftain headman preacher muezzin seminarian bishop deacon missionary aid-worker"
    " peacekeeper deputy translator interpreter secretary accountant clerk staffer receptionist tribal neighbour neighbor colleague"
    " surgeon physician psychiatrist specialist principal headteacher burner customer diner seller hawker reveller churchgoer picnicker"
    " holidaymaker traveller traveler bystander caller deminer landlord shop-owner owner campaigner seminarian cashier guide exile"
    " friend spouse fiancee toddler twin sibling adolescent minor adult casualty-worker veterinarian electrician mechanic welder"
    " administrator director manager chairman grandchild stepson stepdaughter plumber cleaner janitor caretaker watchman trader butcher greengrocer fishmonger porter taxi-driver boatman ferryman"
)
EITHER = words(
    "person man member victim occupant other individual human soul attendee participant evacuee inmate local leader aide"
    " head associate colleague companion comrade patient staff personnel crewman figure operative martyr survivor kurd arab yazidi"
    " christian muslim kakai shabak turkmen turkoman iraqi syrian iranian jordanian egyptian pakistani afghan israeli palestinian"
    " american russian ukrainian nigerian somali indian turk lebanese saudi emirati kuwaiti yemeni libyan sudanese briton french"
    " chinese japanese druze alawite hazara baloch pashtun tuareg fulani filipino bangladeshi nepali bengali kenyan ethiopian"
)
ATTACKERS = words(
    "militant terrorist gunman attacker assailant insurgent jihadist jihadi extremist bomber bandit rebel shooter perpetrator"
    " khwarij kharijite kidnapper hijacker infiltrator assassin separatist guerrilla raider marauder abductor hitman trafficker robber"
)
ALWAYS_PLURAL = {
    "police": Side.FORCES, "peshmerga": Side.FORCES, "troops": Side.FORCES, "personnel": Side.FORCES, "folk": Side.CIVILIANS,
    "kolber": Side.CIVILIANS, "staff": Side.CIVILIANS, "fedayeen": Side.ATTACKERS, "khwarij": Side.ATTACKERS, "taliban": Side.ATTACKERS, "houthis": Side.ATTACKERS, "maoists": Side.ATTACKERS, "mujahideen": Side.ATTACKERS,
    "women": Side.CIVILIANS, "lives": Side.ANY, "schoolchildren": Side.CIVILIANS,
}  # fmt: skip
SIDE_OF_SINGULAR: dict[str, Side] = {
    **dict.fromkeys(EITHER, Side.ANY),
    **dict.fromkeys(CIVILIANS, Side.CIVILIANS),
    **dict.fromkeys(FORCES, Side.FORCES),
    **dict.fromkeys(ATTACKERS, Side.ATTACKERS),
    "peshmerga": Side.FORCES,
}
SIDE_OF_PLURAL: dict[str, Side] = {
    **{_plural(noun): side for noun, side in SIDE_OF_SINGULAR.items()},
    **ALWAYS_PLURAL,
}
ARMED_GROUPS = words(
    "isis isil is daesh islamic jihadist taliban shabaab haram iswap aqap qaeda hts ttp terrorist militant insurgent extremist rebel"
    " suspected bandit state separatist houthi lashkar maoist gang cartel"
)
"""Before "fighters", "members", "leader" these make attackers of them."""

FORMER = words("former ex retired demobilised demobilized")
"""A former fighter is a civilian."""

NAMED_FORCES = words("pkk pjak hezbollah hizbollah hamas codeco adf eln farc m23 rsf iswap jnim aa bla blf jem")
"""Before "fighters", "members", "militiamen" these make attackers of them, but not of a "figure", who may be anybody."""

TURNED_OF_FORCES = words(
    "fighter fighters member members militiaman militiamen militant militants guerrilla guerrillas rebel rebels"
)

TURNED = words(
    "fighter member leader commander figure operative element suspect cell men man militiaman emir chief official"
)
TURNED_TO_ATTACKERS = TURNED | {_plural(noun) for noun in TURNED}

NOT_PEOPLE = words(
    "year years month months week weeks day days night nights hour hours minute minutes second seconds decade decades century"
    " centuries km kilometre kilometres kilometer kilometers mile miles metre metres meter meters yard yards feet foot inch inches mm"
    " cm kg kilogram kilograms kilo kilos gram grams ton tons tonne tonnes litre litres barrel barrels percent percentage per cent"
    " dollar dollars dinar dinars euro euros pound pounds lira liras rial rials million billion trillion house houses home homes"
    " vehicle vehicles car cars truck trucks lorry lorries bus buses tank tanks humvee humvees pickup pickups motorcycle motorcycles"
    " motorbike motorbikes boat boats ship ships tanker tankers train trains drone drones rocket rockets missile missiles shell shells"
    " mortar mortars round rounds bomb bombs bombing bombings device devices mine mines landmine landmines grenade grenades ied ieds"
    " explosion explosions blast blasts attack attacks strike strikes airstrike airstrikes raid raids clash clashes ambush ambushes"
    " incident incidents operation operations assault assaults shooting shootings round-up sheep cow cows goat goats buffalo"
    " buffaloes animal animals livestock horse horses camel camels dog dogs village villages town towns city cities district districts"
    " province provinces state states country countries hectare hectares acre acres donum dunam post posts checkpoint checkpoints base"
    " bases camp camps position positions outpost outposts building buildings shop shops store stores stall stalls school schools"
    " hospital hospitals mosque mosques church churches floor floors storey storeys room rooms helicopter helicopters jet jets aircraft"
    " plane planes warplane warplanes family families household households side sides group groups tribe tribes clan clans party parties"
    " faction factions cell cells unit units brigade brigades battalion battalions regiment regiments division divisions army force forces case cases time"
    " times stage stages place places location locations area areas point points site sites cache caches belt belts vest vests rifle"
    " rifles gun guns pistol pistols weapon weapons bullet bullets shot shots gunshot gunshots arrest arrests toll number am pm gmt part"
    " parts phase phases crime crimes charge charges question questions statement statements line lines road roads bridge bridges"
    " street streets tower towers pylon pylons well wells field fields farm farms orchard orchards tunnel tunnels cave caves hideout"
    " hideouts target targets front fronts direction directions ambulance ambulances bed beds medal medals goal goals match matches game"
    " games war wars conflict fight battle battles siege story hand leg arm head-on convoy convoys patrol patrols window windows week-long"
    " result results reason reasons way ways step steps hundred thousand deal wave waves series string spate couple pair lot bit row crowd"
    " statement source sources report reports life magnitude storm flood accident crash fire fires engine poll vote votes seat seats"
)
MODIFYING_THINGS = words(
    "faction army tribe party bus truck group state tanker boat school hospital field farm force convoy base train night day"
    " village town city district camp home church mosque shop road street aircraft helicopter plane ship sheep cattle goat camel"
)
"""Things that stand before people all the same: "two army officers", "five truck drivers"."""

ALSO_ADJECTIVES = words(
    "major general minor other local national human leader individual official guard marine tribal"
) - {"guard", "official"}
"""Without an article these describe a thing more often than they name a person."""

SPANS_OF_TIME = words("hour hours day days week weeks month months minute minutes year years second seconds")

KILL_PARTICIPLES: tuple[tuple[str, ...], ...] = (
    ("killed",), ("slain",), ("murdered",), ("assassinated",), ("executed",), ("beheaded",), ("slaughtered",), ("martyred",),
    ("massacred",), ("shot", "dead"), ("gunned", "down"), ("stabbed", "to", "death"), ("hacked", "to", "death"),
    ("burned", "to", "death"), ("burnt", "to", "death"), ("beaten", "to", "death"), ("shot", "and", "killed"), ("blown", "up"),
    ("kia",), ("neutralised",), ("neutralized",), ("eliminated",), ("decapitated",), ("sent", "to", "hell"), ("shot", "to", "death"), ("tortured", "to", "death"), ("crushed", "to", "death"),
)  # fmt: skip
KILL_ACTIVE: tuple[tuple[str, ...], ...] = (
    ("killing",), ("kills",), ("kill",), ("murdering",), ("murders",), ("murder",), ("assassinating",), ("assassinates",),
    ("assassinate",), ("executing",), ("executes",), ("execute",), ("beheading",), ("behead",), ("slaughtering",),
    ("massacring",), ("massacre",), ("slay",), ("slays",), ("slew",), ("decapitate",), ("decapitates",), ("decapitating",), ("beheads",), ("shooting", "dead"), ("shoot", "dead"), ("shoots", "dead"), ("gunning", "down"),
    ("gun", "down"), ("guns", "down"), ("claimed", "the", "lives", "of"), ("claims", "the", "lives", "of"),
    ("claiming", "the", "lives", "of"), ("claim", "the", "lives", "of"), ("took", "the", "lives", "of"), ("taking", "the", "lives", "of"),
    ("claimed",), ("claims",), ("claiming",), ("cost",), ("neutralises",), ("neutralising",), ("neutralizes",), ("eliminates",), ("eliminating",),
    ("martyring",), ("take", "the", "lives", "of"), ("takes", "the", "lives", "of"), ("lost",), ("loses",), ("losing",), ("lose",),
)  # fmt: skip
KILL_SUBJECT: tuple[tuple[str, ...], ...] = (
    ("died",), ("dies",), ("die",), ("dying",), ("dead",), ("perished",), ("perish",), ("succumbed",), ("succumbs",),
    ("lost", "their", "lives"), ("lost", "his", "life"), ("lost", "her", "life"), ("lose", "their", "lives"),
    ("losing", "their", "lives"), ("loses", "his", "life"), ("deaths",), ("fatalities",), ("martyrs",), ("bodies",), ("found", "dead"), ("met", "their", "deaths"), ("met", "their", "end"), ("fell", "in", "the"),
    ("corpses",), ("embraced", "martyrdom"), ("embrace", "martyrdom"), ("paid", "the", "supreme", "price"), ("pay", "the", "supreme", "price"), ("laid", "down", "their", "lives"), ("did", "not", "survive"), ("drank", "the", "cup", "of", "martyrdom"), ("drink", "the", "cup", "of", "martyrdom"), ("had", "their", "heads", "cut", "off"), ("attained", "martyrdom"), ("fatally", "wounded"), ("fatally", "injured"), ("fatally", "shot"), ("mortally", "wounded"), ("lost", "lives"),
)  # fmt: skip
KILL_OF = tuple(
    (noun, "of")
    for noun in sorted(
        words(
            "killing killings death deaths murder murders assassination assassinations execution executions bodies body massacre"
            " beheading slaying slaughter corpses corpse martyrdom"
        )
    )
)
WOUND_PARTICIPLES: tuple[tuple[str, ...], ...] = (
    ("wounded",), ("wia",), ("injured",), ("hurt",), ("maimed",), ("hospitalised",), ("hospitalized",), ("burned",), ("burnt",),
    ("shot", "and", "wounded"), ("shot", "and", "injured"), ("treated",), ("poisoned",), ("gassed",), ("scalded",), ("cut", "by"), ("hit", "by", "shrapnel"), ("struck", "by", "shrapnel"),
)  # fmt: skip
WOUND_ACTIVE: tuple[tuple[str, ...], ...] = (
    ("wounding",), ("injuring",), ("injures",), ("injure",), ("wound",), ("wounds",), ("hurts",), ("hurting",), ("maiming",),
)  # fmt: skip
WOUND_SUBJECT: tuple[tuple[str, ...], ...] = (
    ("in", "need", "of", "treatment"), ("needed", "treatment"), ("need", "treatment"), ("needing", "treatment"),
    ("received", "treatment"), ("received", "medical"), ("receiving", "medical"),
    *((("shot", "in", "the", part)) for part in ("leg", "legs", "arm", "shoulder", "hand", "foot", "thigh", "knee", "stomach", "abdomen", "chest", "back", "neck")),
    ("suffered", "injuries"), ("suffered", "wounds"), ("taken", "to", "hospital"), ("rushed", "to", "hospital"), ("taken", "to", "a", "hospital"),
    ("rushed", "to", "a", "hospital"), ("brought", "to", "hospital"), ("admitted", "to", "hospital"), ("sent", "to", "hospital"), ("flown", "to", "hospital"),
    ("sought", "help"), ("sought", "treatment"), ("sought", "medical"), ("seeking", "treatment"), ("undergoing", "treatment"), ("receiving", "treatment"),
    ("fighting", "for", "his", "life"), ("fighting", "for", "her", "life"), ("fighting", "for", "their", "lives"), ("suffered", "burns"), ("sustained", "injuries"), ("sustained", "wounds"),
    ("in", "intensive", "care"), ("in", "critical", "condition"), ("still", "in", "hospital"), ("are", "in", "hospital"), ("is", "in", "hospital"), ("being", "treated"), ("remain", "in", "hospital"),
    ("remains", "in", "hospital"), ("in", "serious", "condition"), ("injuries",), ("suffered", "minor", "injuries"), ("required", "treatment"), ("were", "treated", "for"),
    ("treated", "for", "wounds"), ("treated", "for", "injuries"), ("suffered", "breathing", "problems"), ("suffered", "shrapnel", "wounds"),
)  # fmt: skip
_LIMBS = tuple(
    sorted(
        words(
            "leg legs arm arms hand hands foot feet eye eyes finger fingers toe toes limb limbs sight eyesight thumb ear"
        )
    )
)
_WHOSE = (("a",), ("an",), ("his",), ("her",), ("their",), ("both",), ("one",), ("two",), ("three",), (), ("both", "his"), ("both", "her"), ("his", "left"), ("his", "right"), ("her", "left"), ("her", "right"))  # fmt: skip
LOST_LIMB: tuple[tuple[str, ...], ...] = tuple(
    (verb, *whose, limb) for verb in ("lost", "loses", "lose", "losing") for whose in _WHOSE for limb in _LIMBS
)
"""Maimed, not dead: before these "lost" alone would count the dead."""
HIT_BY_PARTS: tuple[tuple[str, ...], ...] = (
    *((("hit", "in", "the", part)) for part in ("leg", "legs", "arm", "shoulder", "hand", "foot", "thigh", "knee", "stomach", "abdomen", "chest", "back", "neck", "head", "face", "hip")),
    ("grazed", "by"), ("scratched", "by"), ("peppered", "with"), ("hit", "by", "flying"), ("cut", "by", "flying"), ("hit", "by", "splinters"), ("hit", "by", "fragments"),
    ("hit", "by", "debris"), ("hit", "by", "a", "bullet"), ("hit", "by", "bullets"), ("struck", "by", "bullets"), ("struck", "by", "a", "bullet"),
    *((verb, kind, "wounds") for verb in ("has", "have", "had") for kind in ("bullet", "splinter", "shrapnel", "gunshot", "knife", "stab")), ("hit", "by", "two", "bullets"), ("hit", "by", "three", "bullets"), ("left", "for", "dead"), ("hit", "by", "glass"), ("with", "broken", "bones"), ("with", "broken", "ribs"),
)  # fmt: skip

WOUND_OF = (("wounding", "of"), ("injuring", "of"), ("injury", "of"))

TRIGGERS: dict[tuple[str, ...], tuple[Fact, str]] = {
    **dict.fromkeys(WOUND_PARTICIPLES, (Fact.WOUNDED, "participle")),
    **dict.fromkeys(WOUND_ACTIVE, (Fact.WOUNDED, "active")),
    **dict.fromkeys((*WOUND_SUBJECT, *LOST_LIMB, *HIT_BY_PARTS), (Fact.WOUNDED, "subject")),
    **dict.fromkeys(WOUND_OF, (Fact.WOUNDED, "of")),
    **dict.fromkeys(KILL_PARTICIPLES, (Fact.KILLED, "participle")),
    **dict.fromkeys(KILL_ACTIVE, (Fact.KILLED, "active")),
    **dict.fromkeys(KILL_SUBJECT, (Fact.KILLED, "subject")),
    **dict.fromkeys(KILL_OF, (Fact.KILLED, "of")),
}
LONGEST_TRIGGER = max(map(len, TRIGGERS))

ABDUCTS = words(
    "abduct abducts abducted abducting kidnap kidnaps kidnapped kidnapping seize seizes seized seizing take takes took taking"
    " capture captures captured capturing snatch snatches snatched free frees freed rescue rescues rescued arrest arrests arrested detain detains detained"
)
"""Whoever follows these is no casualty, though the list began with the dead."""
SETS = {"duo": 2, "pair": 2, "trio": 3, "quartet": 4}
"""Nouns that count: "an ISIS trio"."""

AUXILIARIES = words("was were been being is are be got get have has had also later both reportedly confirmed to all")
ADVERBS = words(
    "also later reportedly seriously critically slightly badly lightly severely instantly immediately allegedly another others"
    " still all both confirmed subsequently moderately then now even only just further more other mostly apparently already"
    " known feared believed thought presumed found left either today yesterday overnight outright two-day have has had was were been being is are be had to get got"
)
BOUNDARIES = words(
    "in at on by from with near during after before when while as because since until who which that where for to into inside outside"
    " around across along against over under between among amid including is was were are be been being has have had of and or but the a an"
    " this these those it they he she we i his her their its not no will would could said says say told according if than then there"
    " whom whose off out up down near through toward towards via despite without within following"
)
SUBSET_OF = words("dead wounded injured killed victims casualties deceased slain fatalities them whom those these hurt")
