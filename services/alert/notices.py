"""Messages about endpoints themselves: one is failing, one was disabled, an address is to be confirmed (pure).

They go through the ledger like alerts: derived id, frozen body, retried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from services.alert import mail
from services.alert.care import NoticeKind
from services.alert.compose import Sender
from services.alert.ledger import DeliveryStatus, NewDelivery
from services.alert.phrases import Words, in_three
from services.alert.watch import EmailEndpoint, Endpoint, Language
from services.alert.words import Line, Story, isolated, plain_text
from shared.ids import derive

CONFIRM_PREFIX = "nc_"
"""Begins the ``incident_id`` of a mail that asks to confirm its address; of other notices it begins with ``n_``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something about ``subject_id``, an endpoint. ``stage`` orders the notices of one episode, which began at ``since``."""

    kind: NoticeKind
    subject_id: str
    stage: int
    since: datetime
    at: datetime
    failures: int = 0
    reason: str | None = None
    disables_at: datetime | None = None
    link: str | None = None


class _Data(msgspec.Struct, frozen=True, kw_only=True):
    message: NoticeKind
    endpoint: str
    failing_since: datetime
    failures: int
    reason: str | None
    disables_at: datetime | None
    headline: str
    text: str


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    type: Literal["endpoint.failing", "endpoint.disabled"]
    timestamp: datetime
    data: _Data


_HEADLINE: Final[Mapping[NoticeKind, Words]] = {
    NoticeKind.ENDPOINT_FAILING: in_three(
        "Your alerts do not arrive at {endpoint}",
        "تنبيهاتك لا تصل إلى {endpoint}",
        "ئاگادارکردنەوەکانت ناگەنە {endpoint}",
    ),
    NoticeKind.ENDPOINT_DISABLED: in_three(
        "{endpoint} gets no more alerts: it was disabled",
        "{endpoint} لن يتلقى تنبيهات بعد الآن: تم تعطيله",
        "{endpoint} چیتر ئاگادارکردنەوە وەرناگرێت: ناچالاک کرا",
    ),
    NoticeKind.CONFIRM_ADDRESS: in_three(
        "Please confirm that you want alerts from Tocsin",
        "يرجى تأكيد رغبتك في تلقي تنبيهات توكسن",
        "تکایە پشتڕاستی بکەرەوە کە ئاگادارکردنەوەی تۆکسنت دەوێت",
    ),
}
_LEAD: Final[Mapping[NoticeKind, Words]] = {
    NoticeKind.ENDPOINT_FAILING: in_three(
        "Since {since} every attempt has failed ({failures}). It will be disabled at {disables_at} unless it answers before.",
        "منذ {since} فشلت كل المحاولات ({failures}). سيتم تعطيله في {disables_at} ما لم يستجب قبل ذلك.",
        "لە {since} هەموو هەوڵەکان شکستیان هێناوە ({failures}). لە {disables_at} ناچالاک دەکرێت ئەگەر پێش ئەوە وەڵام نەداتەوە.",
    ),
    NoticeKind.ENDPOINT_DISABLED: in_three(
        "What waits for it is kept. Once it works again, '{command}' enables it and sends what it missed.",
        "ما ينتظره محفوظ. عندما يعمل من جديد، الأمر {command} يفعّله ويرسل ما فاته.",
        "ئەوەی چاوەڕێیەتی پارێزراوە. کاتێک کاری کردەوە، فەرمانی {command} چالاکی دەکاتەوە و ئەوەی لەدەستی داوە دەینێرێت.",
    ),
    NoticeKind.CONFIRM_ADDRESS: in_three(
        "Somebody asked that alerts about attacks be sent to this address. Nothing is sent until you confirm it on the page below. "
        "If it was not you, ignore this mail.",
        "طلب شخص ما إرسال تنبيهات عن هجمات إلى هذا العنوان. لن يُرسل شيء حتى تؤكد ذلك في الصفحة أدناه. إن لم تكن أنت من طلب، فتجاهل هذه الرسالة.",
        "کەسێک داوای کردووە ئاگادارکردنەوە دەربارەی هێرشەکان بۆ ئەم ناونیشانە بنێردرێت. هیچ نانێردرێت تا لە پەڕەی خوارەوە پشتڕاستی نەکەیتەوە. "
        "ئەگەر تۆ داوات نەکردووە، ئەم نامەیە پشتگوێ بخە.",
    ),
}
_LABEL: Final[Mapping[str, Words]] = {
    "endpoint": in_three("Endpoint", "الوجهة", "خاڵی وەرگرتن"),
    "reason": in_three("Last failure", "آخر إخفاق", "دوایین شکست"),
    "confirm": in_three("Confirm here", "أكّد هنا", "لێرە پشتڕاستی بکەرەوە"),
}
_FOOTER: Final[Words] = in_three(
    "Sent by Tocsin about the delivery of its alerts.",
    "أرسله توكسن بخصوص إيصال تنبيهاته.",
    "لەلایەن تۆکسنەوە نێردراوە دەربارەی گەیاندنی ئاگادارکردنەوەکانی.",
)
_ENCODER = msgspec.json.Encoder(order="deterministic")


def subject_of(notice: Notice) -> str:
    """What groups the notices of one episode: their common ``incident_id``."""
    kind = CONFIRM_PREFIX.removesuffix("_") if notice.kind is NoticeKind.CONFIRM_ADDRESS else "n"
    return derive(kind, notice.subject_id, notice.since.isoformat())


def notice_story(notice: Notice, language: Language) -> Story:
    """Return the notice in one language."""
    values = {
        "endpoint": isolated(notice.subject_id, language),
        "command": isolated(f"tocsin deliveries replay --endpoint {notice.subject_id}", language),
        "since": _time(notice.since, language),
        "failures": str(notice.failures),
        "disables_at": _time(notice.disables_at, language),
    }
    facts = [Line(label=_LABEL["endpoint"][language], value=isolated(notice.subject_id, language))]
    if notice.reason:
        facts.append(Line(label=_LABEL["reason"][language], value=isolated(notice.reason, language)))
    if notice.link:
        facts = [Line(label=_LABEL["confirm"][language], value=notice.link)]
    return Story(
        language=language,
        headline=_HEADLINE[notice.kind][language].format(**values),
        lead=(_LEAD[notice.kind][language].format(**values),),
        facts=tuple(facts),
        changes=(),
        sources=(),
        omitted=None,
        quotes=(),
        footer=_FOOTER[language],
    )


def notice_delivery(notice: Notice, to: Endpoint, *, sender: Sender) -> NewDelivery:
    """Return the delivery of a notice to an endpoint; equal notices give equal bytes."""
    subject = subject_of(notice)
    own_id = derive("d", to.id, subject, str(notice.stage))
    told = notice_story(notice, to.language or "en")
    if isinstance(to, EmailEndpoint):
        content_type = "message/rfc822"
        body = mail.alert_mail(
            told, delivery_id=own_id, sender=sender.address, sender_name=sender.name, to=to.to, created=notice.at
        )
    else:
        content_type = "application/json"
        body = _ENCODER.encode(_body(notice, told))
    return NewDelivery(
        delivery_id=own_id,
        endpoint_id=to.id,
        channel=to.channel,
        incident_id=subject,
        revision=notice.stage,
        message=notice.kind,
        watch_ids=(),
        test=False,
        content_type=content_type,
        body=body,
        status=DeliveryStatus.PENDING,
        occurred_at=None,
        fetched_at=None,
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the body."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(_Body)))
    return found


def _body(notice: Notice, told: Story) -> _Body:
    is_failing = notice.kind is NoticeKind.ENDPOINT_FAILING
    return _Body(
        type="endpoint.failing" if is_failing else "endpoint.disabled",
        timestamp=notice.at,
        data=_Data(
            message=notice.kind,
            endpoint=notice.subject_id,
            failing_since=notice.since,
            failures=notice.failures,
            reason=notice.reason,
            disables_at=notice.disables_at,
            headline=told.headline,
            text=plain_text(told),
        ),
    )


def _time(at: datetime | None, language: Language) -> str:
    return "" if at is None else isolated(f"{at:%Y-%m-%d %H:%M} UTC", language)
