"""The pages as HTML: nothing fetched from elsewhere, every foreign word escaped by the template engine. Only the map has a script."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.alert import phrases
from services.alert.api import page_words
from services.alert.api.assets import asset_address
from services.alert.api.desk_routes import WaitingItem
from services.alert.api.page_filters import Asked, Chosen, choices
from services.alert.api.story_page import minute, sent_rows, source_rows, steps, telling_of, toll_rows, vague
from services.alert.coverage import is_healthy
from services.alert.ledger import DeliveryRow
from services.alert.watch import Language
from services.alert.words import PlaceWords, cleaned, headline, isolated, place_parts, story, toll
from shared.events.facts import EventType, Precision
from shared.events.incident import IncidentChange, Severity, Status
from shared.events.source import CANARY_FEED, SourceHealth

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
_TABS: dict[Language, str] = {"en": "English", "ar": "العربية", "ckb": "کوردی"}
_SCRIPT_WORDS = (
    "shown", "without_point", "cut", "loading", "load_failed", "zoom_in", "zoom_out", "close", "hollow", "retracted", "toll_unknown",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One incident in the list. ``vague`` says how far the place is known, empty where it is known."""

    incident_id: str
    headline: str
    place: str
    vague: str
    toll: str
    when: str
    last_seen: str
    severity: str
    severity_word: str
    is_standing: bool
    held: bool
    sources: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthRow:
    """One feed and whether it is seen."""

    outlet: str
    country: str
    language: str
    state: str
    state_word: str
    last_success: str
    failures: int


def list_page(
    incidents: list[IncidentChange],
    language: Language,
    names: PlaceWords,
    *,
    asked: Asked,
    next_cursor: str | None,
    signed_in: bool,
) -> str:
    """Return the page with the incident list."""
    return _render(
        "list.html",
        language,
        path="/",
        signed_in=signed_in,
        kept_query=asked.chosen.query,
        cards=[_card(state, language, names) for state in incidents],
        chosen=asked.chosen,
        choices=choices(asked.chosen, language, names),
        is_area_unknown=asked.is_area_unknown,
        is_search=asked.sought is not None,
        next_cursor=next_cursor,
    )


def map_page(language: Language, names: PlaceWords, *, chosen: Chosen, base: str, signed_in: bool) -> str:
    """Return the page with the map; ``base`` names the version of the base map."""
    return _render(
        "map.html",
        language,
        path="/map",
        signed_in=signed_in,
        kept_query=chosen.query,
        chosen=chosen,
        choices=choices(chosen, language, names),
        script_words=json.dumps(_script_words(language) | {"base": base}, ensure_ascii=False),
    )


def story_page(
    history: list[IncidentChange],
    deliveries: list[DeliveryRow] | None,
    language: Language,
    names: PlaceWords,
    *,
    reported: str | None = None,
    reasons: Mapping[str, str] | None = None,
    may_decide: bool = False,
) -> str:
    """Return the page of one incident; ``history`` must not be empty. ``deliveries`` None: who was told is not for this reader.

    ``reasons`` says for each of the reader's watches why it was told or not.

    ``reported`` is the word of the page that answers a reported error.
    """
    latest = history[-1]
    return _render(
        "story.html",
        language,
        path=f"/incidents/{latest.incident_id}",
        signed_in=deliveries is not None,
        told=story(latest, telling_of(latest, language), names),
        sources=source_rows(latest, language),
        tolls=toll_rows(latest.tolls, language),
        steps=steps(history, language, names),
        sent=None if deliveries is None else sent_rows(deliveries, language),
        merged_into=latest.merged_into,
        held=latest.held,
        incident_id=latest.incident_id,
        may_decide=may_decide,
        reasons=[
            (isolated(watch_id, language), page_words.REASON[reason][language])
            for watch_id, reason in (reasons or {}).items()
        ],
        reported=page_words.PAGE[reported][language] if reported else None,
    )


def sources_page(
    sources: list[SourceHealth], language: Language, names: PlaceWords, *, now: datetime, signed_in: bool
) -> str:
    """Return the page that says which feeds are being seen; those that are not come first."""
    known = [one for one in sources if one.slug != CANARY_FEED]
    ordered = sorted(known, key=lambda one: (not one.is_active, is_healthy(one, now), one.tier, one.slug))
    rows = [_health(one, language, names, now) for one in ordered]
    return _render("sources.html", language, path="/sources", signed_in=signed_in, rows=rows)


def desk_page(
    items: list[WaitingItem],
    language: Language,
    names: PlaceWords,
    *,
    asked: str | None = None,
    said: str | None,
    done: str | None,
) -> str:
    """Return the desk's page; the form of the incident ``asked`` for is open, ``said`` is why a decision cannot be made, ``done`` the verb of one that was."""
    rows = [
        {
            "incident_id": item.incident_id,
            "headline": headline(item.latest, telling_of(item.latest, language), names) if item.latest else "",
            "held": item.latest is not None and item.latest.held,
            "reports": [
                {"id": report.id, "words": report.words, "at": minute(report.created_at)} for report in item.reports
            ],
        }
        for item in items
    ]
    return _render(
        "desk.html",
        language,
        path="/desk",
        signed_in=True,
        items=rows,
        asked=asked,
        verbs=[(verb, name[language]) for verb, name in page_words.VERB.items()],
        facts=[(name, label[language]) for name, label in page_words.CORRECTED.items()],
        said=said,
        done=None if done is None else page_words.PAGE["desk_done"][language],
    )


def missing_page(language: Language) -> str:
    """Return the page for an incident that does not exist."""
    return _render("missing.html", language, path="/")


def login_page(language: Language, *, refused: str | None) -> str:
    """Return the page that asks for a key; ``refused`` is why the one before was not taken."""
    said = _REFUSED.get(refused, page_words.PAGE["trouble"])[language] if refused else None
    return _render("login.html", language, path="/login", refused=said)


def trouble_page(language: Language, reason: str) -> str:
    """Return the page that says that something cannot be answered, and the reason's word."""
    return _render("trouble.html", language, path="/", reason=reason)


def _card(state: IncidentChange, language: Language, names: PlaceWords) -> Card:
    comma = ", " if language == "en" else "، "
    return Card(
        incident_id=state.incident_id,
        headline=headline(state, telling_of(state, language), names),
        place=comma.join(place_parts(state.place, language, names)) or phrases.PLACE_UNKNOWN[language],
        vague=vague(state, language),
        toll=toll(state.casualties, language),
        when=phrases.day(state.occurred_on, language) if state.occurred_on else phrases.NOT_STATED[language],
        last_seen=minute(state.last_seen),
        severity=state.severity.value,
        severity_word=phrases.SEVERITY[state.severity][language],
        is_standing=state.status is Status.ACTIVE,
        held=state.held,
        sources=state.source_count,
    )


def _health(one: SourceHealth, language: Language, names: PlaceWords, now: datetime) -> HealthRow:
    words = page_words.PAGE
    state = "paused" if not one.is_active else "healthy" if is_healthy(one, now) else "failing"
    spoken = page_words.SOURCE_LANGUAGE.get(one.language or "")
    return HealthRow(
        outlet=isolated(one.outlet or one.slug, language),
        country=(names.display_name(one.country, language) or cleaned(one.country))
        if one.country
        else words["world"][language],
        language=spoken[language] if spoken else cleaned(one.language or "–", limit=20),
        state=state,
        state_word=words[state][language],
        last_success=minute(one.last_success_at) if one.last_success_at else words["never"][language],
        failures=one.failures,
    )


def _script_words(language: Language) -> dict[str, object]:
    """Return what the map's script says: it has no words of its own."""
    return {
        **{name: page_words.PAGE[name][language] for name in _SCRIPT_WORDS},
        "comma": ", " if language == "en" else "، ",
        "kinds": {"": phrases.EVENT[None][language], **{one.value: phrases.EVENT[one][language] for one in EventType}},
        "precisions": {one.value: phrases.PRECISION[one][language] for one in Precision},
        "severities": [phrases.SEVERITY[one][language] for one in Severity],
        "months": phrases.months(language),
        "day": {"en": "{d} {m} {y}", "ar": "{d} {m} {y}", "ckb": "{d}ی {m}ی {y}"}[language],
        "killed": {"en": "# killed", "ar": "القتلى: #", "ckb": "# کوژراو"}[language],
        "wounded": {"en": "# wounded", "ar": "الجرحى: #", "ckb": "# بریندار"}[language],
    }


def _render(template: str, language: Language, **values: object) -> str:
    words = {key: said[language] for key, said in page_words.PAGE.items()}
    labels = {key: said[language] for key, said in phrases.LABEL.items()}
    return (
        _environment()
        .get_template(template)
        .render(
            {
                "language": language,
                "direction": "ltr" if language == "en" else "rtl",
                "tabs": _TABS,
                "words": words,
                "labels": labels,
                "footer": phrases.NOT_A_WARNING[language],
                "kept_query": "",
                "signed_in": False,
                **values,
            }
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("services.alert", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["asset_address"] = asset_address
    return environment
