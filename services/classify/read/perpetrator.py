"""Who attacked, as the text states or suspects it, and whether they claimed it themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from services.classify.read.lexicon import Hit, Lexicon, parse, visible
from services.classify.read.triggers import Marked, Marks
from shared.events.facts import EventType, Evidence

UNKNOWN = "unknown"

_STATES = frozenset(
    {
        "turkey", "iran", "israel", "us_coalition", "russia", "ukraine", "iraq_gov", "syria_gov", "nigeria", "somalia_gov",
        "pakistan", "india", "saudi_coalition", "sudan_army", "lebanon_gov", "ethiopia_gov", "mali_gov", "burkina_faso_gov", "myanmar_gov",
    }
)  # fmt: skip
_STATE_DEEDS = frozenset(
    {"atk.air", "atk.drone", "atk.strike", "atk.shell", "atk.gunfire", "atk.retake", "atk.chemical", "weak.attack"}
)
_WITHOUT_AIRCRAFT = frozenset(
    {
        "isis",
        "iswap",
        "isis_k",
        "boko_haram",
        "al_qaeda",
        "al_shabaab",
        "ttp",
        "taliban",
        "bla",
        "jaish_al_adl",
        "tribal",
        "criminal",
        "dhkp_c",
        "settlers",
        "pkk",
        "ypg",
        "farc_dissidents",
    }
)
_REACH = 4
_OPENING = 4
_BLAME_REACH = 6
_PLACE_BEFORE = frozenset(
    {
        "in",
        "inside",
        "near",
        "from",
        "into",
        "with",
        "northern",
        "southern",
        "eastern",
        "western",
        "southeast",
        "northeast",
        "northwest",
        "southwest",
        "في",
        "داخل",
        "لە",
        "علي",
    }
)
_BEFORE = {
    "en": {"by", "suspected", "blamed", "blame", "from"},
    "ar": {"شنه", "شنته", "نفذه", "نفذته", "يد", "من", "لداعش", "قبل"},
    "ckb": {"لەلایەن", "لەلايەن"},
}
_SPEAKS = frozenset(
    [
        "said",
        "says",
        "say",
        "told",
        "ministry",
        "minister",
        "president",
        "foreign",
        "embassy",
        "ambassador",
        "envoy",
        "police",
        "official",
        "officials",
        "officer",
        "media",
        "television",
        "parliament",
        "government",
        "interior",
        "defence",
        "defense",
        "justice",
        "prime",
        "court",
        "hospital",
        "border",
        "province",
        "state",
        "region",
        "town",
        "city",
        "city's",
        "soil",
        "territory",
        "قال",
        "اعلن",
        "وزارة",
        "وزير",
        "رئيس",
        "سفير",
        "خارجيه",
        "برلمان",
        "حكومه",
        "محافظه",
        "مدينه",
        "حدود",
    ]
)


@dataclass(frozen=True, kw_only=True)
class PerpetratorReading:
    """The slug, "unknown" when the text names nobody; ``claimed`` when they said so themselves."""

    perpetrator: str
    claimed: bool
    evidence: tuple[Evidence, ...]


class Actors:
    """The names of those who attack, in the three languages."""

    def __init__(self, phrases: dict[str, list[str]]) -> None:
        self._lexica = {lang: Lexicon(lang=lang, phrases=_written_in(phrases, lang)) for lang in ("en", "ar", "ckb")}

    @classmethod
    def load(cls) -> "Actors":
        """Return the shipped list."""
        folder = resources.files("services.classify.read") / "data"
        return cls(parse((folder / "actors.txt").read_text(encoding="utf-8")))

    def in_sentence(self, marked: Marked, lang: str) -> tuple[Hit, ...]:
        """The actors named in the sentence; of overlapping names the longest."""
        lexicon = self._lexica.get(lang)
        hits = lexicon.hits(marked.sentence) if lexicon else ()
        return tuple(
            hit
            for hit in hits
            if not any(
                other is not hit
                and other.first <= hit.first
                and hit.last <= other.last
                and other.last - other.first > hit.last - hit.first
                for other in hits
            )
        )


def _written_in(phrases: dict[str, list[str]], lang: str) -> dict[str, list[str]]:
    def is_arabic(phrase: str) -> bool:
        return any("\u0600" <= character <= "\u06ff" for character in phrase)

    return {
        slug: [phrase for phrase in listed if is_arabic(phrase) == (lang != "en")] for slug, listed in phrases.items()
    }


def read_perpetrator(
    marks: Marks, telling: Sequence[int], actors: Actors, *, event_type: EventType | None
) -> PerpetratorReading:
    """Return who did what the sentences ``telling`` tell; an actor that is only spoken of elsewhere is not taken."""
    lang = marks.document.lang
    by_index = {marked.sentence.index: marked for marked in marks.marked}
    best: tuple[float, str, Marked, Hit] | None = None
    claimed_by: set[str] = set()
    order = [*[one.sentence.index for one in (*marks.title, *marks.below[:_OPENING])], *telling]
    for place, index in enumerate(dict.fromkeys(order)):
        marked = by_index.get(index)
        if marked is None:
            continue
        claims = marked.of("upd.claim")
        for hit in actors.in_sentence(marked, lang):
            value = _value(marked, hit, lang, event_type)
            if (
                claims
                and min(abs(hit.first - claim.last) for claim in claims) <= 8
                and _may_claim(hit, marked)
                and not _cannot_be(hit, marked, event_type)
            ):
                value += 1.5
                claimed_by.add(hit.concept)
            if value <= 0:
                continue
            value -= 0.05 * place
            if best is None or value > best[0]:
                best = (value, hit.concept, marked, hit)
    if best is None:
        return PerpetratorReading(perpetrator=UNKNOWN, claimed=False, evidence=())
    _, slug, marked, hit = best
    field = marked.sentence.field
    quoted = marks.document.quote(field, hit.start, hit.end)
    return PerpetratorReading(
        perpetrator=slug,
        claimed=slug in claimed_by,
        evidence=(Evidence(fact="perpetrator", field=field, text=quoted, start=hit.start, end=hit.end),),
    )


def _may_claim(hit: Hit, marked: Marked) -> bool:
    """A minister who tells of an attack claims none; "Turkey says it killed" does."""
    if hit.concept not in _STATES:
        return True
    after = [token.key for token in visible(marked.sentence)[hit.last + 1 : hit.last + 2]]
    if any(word in _SPEAKS - {"said", "says", "say"} for word in after):
        return False
    return any(0 < claim.first - hit.last <= _REACH for claim in marked.of("upd.claim"))


def _value(marked: Marked, hit: Hit, lang: str, event_type: EventType | None) -> float:
    """How well the actor's place in the sentence fits a doer; 0 or less means not a doer here."""
    tokens = visible(marked.sentence)
    before = [token.key for token in tokens[max(0, hit.first - 3) : hit.first]]
    after = [token.key for token in tokens[hit.last + 1 : hit.last + 4]]
    deeds = [one for one in marked.hits if one.concept.startswith(("atk.", "weak.attack"))]
    blamed = any(_distance(hit, one) <= _BLAME_REACH for one in marked.hits if one.concept == "who.blame")
    if not deeds and not blamed and not marked.of("upd.claim"):
        return 0.0
    if _cannot_be(hit, marked, event_type):
        return 0.0
    value = 1.0 + (0.6 if any(word in _BEFORE.get(lang, ()) for word in before) else 0.0) + (0.5 if blamed else 0.0)
    if hit.concept in _STATES and not blamed and not _does(hit, deeds, before, after):
        return 0.0
    if deeds:
        value += 0.4 - min(0.4, 0.05 * min(_distance(hit, one) for one in deeds))
    return value


def _distance(hit: Hit, other: Hit) -> int:
    return max(0, other.first - hit.last, hit.first - other.last)


def _cannot_be(hit: Hit, marked: Marked, event_type: EventType | None) -> bool:
    """Those whom the deed was done to: militants under an air strike, the side that lost the town."""
    if _is_hit(hit, marked):
        return True
    if hit.concept == "tribal" and not any(one.concept == "atk.clash" for one in marked.hits):
        return True  # a sheikh of the tribe was killed
    if event_type is EventType.GOVERNMENT_REGAINS_TERRITORY:
        return hit.concept not in _STATES
    if event_type is EventType.NON_STATE_OVERTAKES_TERRITORY:
        return hit.concept in _STATES
    if event_type is EventType.AIR_DRONE_STRIKE:
        is_hit = any(_distance(hit, one) == 0 for one in marked.of("tgt.militants"))
        return hit.concept in _WITHOUT_AIRCRAFT or (is_hit and hit.concept not in _STATES)
    return False


_HITS = frozenset(
    [
        "hit",
        "hits",
        "struck",
        "strikes",
        "targets",
        "targeted",
        "targeting",
        "kills",
        "killed",
        "killing",
        "wounds",
        "wounded",
        "against",
        "ambush",
        "attack",
        "attacks",
    ]
)
_OWN_THINGS = frozenset(
    [
        "vehicle",
        "vehicles",
        "convoy",
        "patrol",
        "post",
        "position",
        "headquarters",
        "base",
        "checkpoint",
        "barracks",
        "truck",
        "bus",
        "office",
    ]
)
_ARTICLES = frozenset(["a", "an", "the", "two", "three", "four", "five", "several", "senior"])
_HITS_AR = ("استهدف", "تستهدف", "يستهدف", "مقتل", "استشهاد", "اصابه", "اغتيال")


def _is_hit(hit: Hit, marked: Marked) -> bool:
    """Whether the words make it the one that was hit: "struck a militia vehicle", "استهدفت عجلة للحشد"."""
    tokens = visible(marked.sentence)
    before = [token.key for token in tokens[max(0, hit.first - 4) : hit.first] if token.key not in _ARTICLES]
    after = [token.key for token in tokens[hit.last + 1 : hit.last + 3]]
    if after and after[0] in _OWN_THINGS and before and before[-1] in _HITS | {"on", "at", "near", "in"}:
        return True
    if before and before[-1] in _HITS and after[:1] != ["attack"]:
        return True
    return any(word.startswith(_HITS_AR) for word in before[-2:])


def _does(hit: Hit, deeds: Sequence[Hit], before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a state's name stands with a deed that states do ("Turkish drone", "Iranian border guards shot"), and is no speaker or place."""
    is_guard = list(after[:2]) in (
        ["border", "guards"],
        ["border", "guard"],
        ["border", "forces"],
        ["border", "police"],
    )
    if (any(word in _SPEAKS for word in after[:1]) and not is_guard) or any(
        word in _PLACE_BEFORE for word in before[-1:]
    ):
        return False
    return any(
        one.concept in _STATE_DEEDS and one.first - hit.last <= _REACH and hit.first - one.last <= _REACH - 1
        for one in deeds
    )
