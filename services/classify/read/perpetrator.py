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
_GOVERNMENTS = frozenset(slug for slug in _STATES if slug.endswith("_gov")) | {"nigeria", "pakistan", "india"}
_STATE_DEEDS = frozenset(
    {"atk.air", "atk.drone", "atk.shell", "atk.gunfire", "atk.retake", "atk.chemical", "weak.attack", "atk.clash"}
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
    order = [*[one.sentence.index for one in marks.head], *telling]
    for place, index in enumerate(dict.fromkeys(order)):
        marked = by_index.get(index)
        if marked is None:
            continue
        claims = marked.of("upd.claim")
        for hit in actors.in_sentence(marked, lang):
            value = _value(marked, hit, lang, event_type)
            if claims and min(abs(hit.first - claim.last) for claim in claims) <= 8 and _may_claim(hit, marked):
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
    return hit.concept not in _GOVERNMENTS or any(claim.first > hit.first for claim in marked.of("upd.claim"))


def _value(marked: Marked, hit: Hit, lang: str, event_type: EventType | None) -> float:
    """How well the actor's place in the sentence fits a doer; 0 or less means not a doer here."""
    tokens = visible(marked.sentence)
    before = [token.key for token in tokens[max(0, hit.first - 3) : hit.first]]
    after = [token.key for token in tokens[hit.last + 1 : hit.last + 4]]
    deeds = [one for one in marked.hits if one.concept.startswith(("atk.", "weak.attack"))]
    if not deeds and not marked.of("upd."):
        return 0.0
    value = 1.0
    if any(word in _BEFORE.get(lang, ()) for word in before):
        value += 0.6
    if hit.concept in _STATES:
        near = [
            one
            for one in deeds
            if one.concept in _STATE_DEEDS and (one.first - hit.last <= 4 and hit.first - one.last <= 3)
        ]
        if not near or any(word in _SPEAKS for word in after[:1]):
            return 0.0
        if event_type is EventType.NON_STATE_OVERTAKES_TERRITORY:
            return 0.0
    elif any(
        one.concept == "tgt.militants" and one.first <= hit.last and hit.first <= one.last for one in marked.hits
    ) and event_type in (EventType.AIR_DRONE_STRIKE, EventType.GOVERNMENT_REGAINS_TERRITORY):
        return 0.0  # those who were hit
    if deeds:
        distance = min(max(0, one.first - hit.last, hit.first - one.last) for one in deeds)
        value += 0.4 - min(0.4, 0.05 * distance)
    return value
