"""The pages as HTML: no script, nothing fetched from elsewhere, every foreign word escaped by the template engine."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.alert import phrases
from services.alert.ledger import DeliveryRow
from services.alert.routing import Message
from services.alert.watch import Language
from services.alert.words import Line, PlaceWords, Story, Telling, headline, place_parts, story, toll
from shared.events.incident import IncidentChange, Status

_PAGE_WORDS: dict[str, phrases.Words] = {
    "title": {"en": "Incidents", "ar": "الحوادث", "ckb": "ڕووداوەکان"},
    "none": {"en": "No incident yet.", "ar": "لا حوادث بعد.", "ckb": "هێشتا هیچ ڕووداوێک نییە."},
    "older": {"en": "Older", "ar": "الأقدم", "ckb": "کۆنتر"},
    "history": {"en": "How it became known", "ar": "كيف عُرف", "ckb": "چۆن زانرا"},
    "sent": {"en": "Who was told", "ar": "من أُبلغ", "ckb": "کێ ئاگادار کرایەوە"},
    "nobody": {"en": "Nobody.", "ar": "لا أحد.", "ckb": "هیچ کەس."},
    "back": {"en": "All incidents", "ar": "كل الحوادث", "ckb": "هەموو ڕووداوەکان"},
    "unknown": {"en": "There is no such incident.", "ar": "لا يوجد حادث كهذا.", "ckb": "ڕووداوی وا نییە."},
    "login": {"en": "Log in", "ar": "تسجيل الدخول", "ckb": "چوونەژوورەوە"},
    "key": {"en": "Key", "ar": "المفتاح", "ckb": "کلیل"},
    "enter": {"en": "Enter", "ar": "دخول", "ckb": "بچۆ ژوورەوە"},
    "trouble": {
        "en": "This could not be answered.",
        "ar": "تعذرت الإجابة عن هذا الطلب.",
        "ckb": "نەتوانرا وەڵامی ئەم داواکارییە بدرێتەوە.",
    },
    "source_count": {"en": "sources", "ar": "مصادر", "ckb": "سەرچاوە"},
}
_TABS: dict[Language, str] = {"en": "English", "ar": "العربية", "ckb": "کوردی"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One incident in the list."""

    incident_id: str
    headline: str
    place: str
    toll: str
    when: str
    last_seen: str
    severity: str
    severity_word: str
    is_standing: bool
    sources: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One revision in an incident's history."""

    at: str
    change: str
    outlet: str
    facts: tuple[str, ...]


def list_page(
    incidents: list[IncidentChange], language: Language, names: PlaceWords, *, next_cursor: str | None
) -> str:
    """Return the page with the incident list."""
    cards = [_card(state, language, names) for state in incidents]
    return _render("list.html", language, cards=cards, next_cursor=next_cursor, path="/")


def story_page(
    history: list[IncidentChange], deliveries: list[DeliveryRow] | None, language: Language, names: PlaceWords
) -> str:
    """Return the page of one incident; ``history`` must not be empty. ``deliveries`` None: who was told is not for this reader."""
    latest = history[-1]
    told: Story = story(latest, _telling(latest, language), names)
    steps = [_step(change, language) for change in history]
    sent: list[Line] | None = (
        None
        if deliveries is None
        else [
            Line(label=f"{one.created_at:%Y-%m-%d %H:%M} UTC", value=f"{one.message}: {one.endpoint_id}, {one.status}")
            for one in deliveries
        ]
    )
    return _render("story.html", language, told=told, steps=steps, sent=sent, path=f"/incidents/{latest.incident_id}")


def missing_page(language: Language) -> str:
    """Return the page for an incident that does not exist."""
    return _render("missing.html", language, path="/")


_REFUSED: dict[str, phrases.Words] = {
    "key_wrong": {
        "en": "This is not a key of this server.",
        "ar": "هذا ليس مفتاحاً لهذا الخادم.",
        "ckb": "ئەمە کلیلی ئەم ڕاژەکارە نییە.",
    },
    "key_revoked": {"en": "This key was revoked.", "ar": "أُلغي هذا المفتاح.", "ckb": "ئەم کلیلە هەڵوەشێنرایەوە."},
    "key_expired": {
        "en": "This key has expired.",
        "ar": "انتهت صلاحية هذا المفتاح.",
        "ckb": "ماوەی ئەم کلیلە بەسەرچووە.",
    },
    "too_many_requests": {
        "en": "Too many attempts. Wait a minute.",
        "ar": "محاولات كثيرة جداً. انتظر دقيقة.",
        "ckb": "هەوڵی زۆر درا. خولەکێک چاوەڕێ بکە.",
    },
}


def login_page(language: Language, *, refused: str | None) -> str:
    """Return the page that asks for a key; ``refused`` is why the one before was not taken."""
    said = _REFUSED.get(refused, _PAGE_WORDS["trouble"])[language] if refused else None
    return _render("login.html", language, path="/login", refused=said)


def trouble_page(language: Language, reason: str) -> str:
    """Return the page that says that something cannot be answered, and the reason's word."""
    return _render("trouble.html", language, path="/", reason=reason)


@lru_cache(maxsize=1)
def style() -> bytes:
    """The style sheet."""
    return (resources.files("services.alert") / "templates" / "style.css").read_bytes()


def _telling(state: IncidentChange, language: Language) -> Telling:
    message = {Status.RETRACTED: Message.RETRACTION, Status.WITHDRAWN: Message.WITHDRAWAL}.get(
        state.status, Message.ALERT
    )
    return Telling(message=message, language=language)


def _card(state: IncidentChange, language: Language, names: PlaceWords) -> Card:
    comma = ", " if language == "en" else "، "
    return Card(
        incident_id=state.incident_id,
        headline=headline(state, _telling(state, language), names),
        place=comma.join(place_parts(state.place, language, names)) or phrases.PLACE_UNKNOWN[language],
        toll=toll(state.casualties, language),
        when=phrases.day(state.occurred_on, language) if state.occurred_on else phrases.NOT_STATED[language],
        last_seen=_minute(state.last_seen),
        severity=state.severity.value,
        severity_word=phrases.SEVERITY[state.severity][language],
        is_standing=state.status is Status.ACTIVE,
        sources=state.source_count,
    )


def _step(change: IncidentChange, language: Language) -> Step:
    source = next((one for one in reversed(change.sources) if (one.telling or one.item_id) == change.item_id), None)
    return Step(
        at=_minute(source.time if source else change.last_seen),
        change=change.change.value,
        outlet=source.outlet if source else "",
        facts=tuple(
            f"{phrases.FACT.get(one.fact, {}).get(language, one.fact)}: {one.before or '–'} → {one.after or '–'}"
            for one in change.changed
        ),
    )


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _render(name: str, language: Language, **values: object) -> str:
    words = {key: said[language] for key, said in _PAGE_WORDS.items()}
    labels = {key: said[language] for key, said in phrases.LABEL.items()}
    return (
        _environment()
        .get_template(name)
        .render(
            language=language,
            direction="ltr" if language == "en" else "rtl",
            tabs=_TABS,
            words=words,
            labels=labels,
            footer=phrases.NOT_A_WARNING[language],
            **values,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("services.alert", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
