"""Where the links of mails lead: leave a watch, confirm an address, report an error.

A GET only shows a page, however often a scanner follows the link; a POST acts (RFC 8058). The signed token is all that is needed:
no key, no cookie, so a foreign page that sends the form could only do what the mail's owner may do with the same link.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response, get, post
from litestar.datastructures import State
from litestar.params import PathParameter, URLEncodedBody
from litestar.types import ControllerRouterHandler

from services.alert.api.parts import parts_of
from services.alert.mail_desk import MailLinkParts
from services.alert.mail_links import EVERYTHING, LinkKind, MailLink
from services.alert.phrases import Words, in_three
from services.alert.watch import Language
from shared.logging import logger

_Token = Annotated[str, PathParameter(max_length=1000)]
_Kind = Annotated[str, PathParameter(max_length=20)]
_LONGEST_REPORT = 2000


_TITLE: Final[Mapping[LinkKind, Words]] = {
    LinkKind.UNSUBSCRIBE: in_three("Stop these alerts", "إيقاف هذه التنبيهات", "وەستاندنی ئەم ئاگادارکردنەوانە"),
    LinkKind.CONFIRM: in_three("Confirm your address", "تأكيد عنوانك", "پشتڕاستکردنەوەی ناونیشانەکەت"),
    LinkKind.REPORT: in_three("Report an error", "الإبلاغ عن خطأ", "ڕاپۆرتکردنی هەڵە"),
}
_WORDS: Final[Mapping[str, Words]] = {
    "one": in_three(
        "Send no more alerts of the watch “{subject}” to this address?",
        "هل تريد إيقاف تنبيهات المراقبة «{subject}» إلى هذا العنوان؟",
        "ئایا چیتر ئاگادارکردنەوەی چاودێریی «{subject}» بۆ ئەم ناونیشانە نەنێردرێت؟",
    ),
    "all": in_three(
        "Send no more alerts at all to this address?",
        "هل تريد إيقاف جميع التنبيهات إلى هذا العنوان؟",
        "ئایا چیتر هیچ ئاگادارکردنەوەیەک بۆ ئەم ناونیشانە نەنێردرێت؟",
    ),
    "stop_one": in_three("Stop this watch", "إيقاف هذه المراقبة", "ئەم چاودێرییە بوەستێنە"),
    "stop_all": in_three("Stop all alerts", "إيقاف جميع التنبيهات", "هەموو ئاگادارکردنەوەکان بوەستێنە"),
    "left": in_three(
        "Done: no more of these alerts are sent to this address.",
        "تم: لن تُرسل هذه التنبيهات إلى هذا العنوان بعد الآن.",
        "کرا: چیتر ئەم ئاگادارکردنەوانە بۆ ئەم ناونیشانە نانێردرێن.",
    ),
    "again": in_three("That was a mistake: send them again", "كان ذلك خطأ: أرسلها من جديد", "ئەوە هەڵە بوو: دووبارە بیاننێرەوە"),
    "returned": in_three("Done: they are sent again.", "تم: ستُرسل من جديد.", "کرا: دووبارە دەنێردرێنەوە."),
    "ask": in_three(
        "Do you want alerts about attacks to be sent to {subject}?",
        "هل تريد إرسال تنبيهات عن الهجمات إلى {subject}؟",
        "ئایا دەتەوێت ئاگادارکردنەوە دەربارەی هێرشەکان بۆ {subject} بنێردرێت؟",
    ),
    "yes": in_three("Yes, send them", "نعم، أرسلها", "بەڵێ، بیاننێرە"),
    "confirmed": in_three(
        "Done: alerts will be sent to this address.", "تم: ستُرسل التنبيهات إلى هذا العنوان.", "کرا: ئاگادارکردنەوەکان بۆ ئەم ناونیشانە دەنێردرێن."
    ),
    "what": in_three(
        "What is wrong with this alert? A person reads it.", "ما الخطأ في هذا التنبيه؟ سيقرؤه شخص.", "چی هەڵەیە لەم ئاگادارکردنەوەیەدا؟ کەسێک دەیخوێنێتەوە."
    ),
    "send": in_three("Send", "إرسال", "ناردن"),
    "reported": in_three("Thank you. It was passed on.", "شكراً لك. تم تمرير البلاغ.", "سوپاس. گەیەندرا."),
    "refused": in_three(
        "This link is not valid, or it has been used too often.", "هذا الرابط غير صالح، أو استُخدم كثيراً.", "ئەم بەستەرە دروست نییە، یان زۆر بەکارهێنراوە."
    ),
}  # fmt: skip


@get("/mail/{kind:str}/{token:str}", media_type=MediaType.HTML, include_in_schema=False)
async def show(state: State, kind: _Kind, token: _Token) -> Response[str]:
    """Show what the link is for; changes nothing."""
    parts = parts_of(state).mail
    link = _read(parts, kind, token)
    if parts is None or link is None:
        return _page("en", title="refused", said="refused", status=404)
    language = _language(state, link)
    if link.kind is LinkKind.UNSUBSCRIBE:
        every = parts.signer.token(MailLink(kind=link.kind, endpoint_id=link.endpoint_id, subject=EVERYTHING))
        forms = [] if link.subject == EVERYTHING else [(token, "stop_one")]
        said = "all" if link.subject == EVERYTHING else "one"
        return _page(language, title=link.kind, said=said, subject=link.subject, forms=[*forms, (every, "stop_all")])
    if link.kind is LinkKind.CONFIRM:
        return _page(language, title=link.kind, said="ask", subject=link.subject, forms=[(token, "yes")])
    return _page(language, title=link.kind, said="what", forms=[(token, "send")], has_text=True)


@post("/mail/{kind:str}/{token:str}", media_type=MediaType.HTML, include_in_schema=False, status_code=200)
async def act(state: State, kind: _Kind, token: _Token, data: URLEncodedBody[dict[str, str]]) -> Response[str]:
    """Do what the link is for. A mail program posts ``List-Unsubscribe=One-Click``; our own page posts the same address."""
    parts = parts_of(state).mail
    link = _read(parts, kind, token)
    if parts is None or link is None:
        return _page("en", title="refused", said="refused", status=404)
    outcome, answer = await _done(parts, link, token, _language(state, link), data)
    parts.metrics.links.labels(link.kind.value, outcome).inc()
    logger().info("mail_link.used", kind=link.kind.value, endpoint=link.endpoint_id, outcome=outcome)
    return answer


ROUTES: tuple[ControllerRouterHandler, ...] = (show, act)


async def _done(
    parts: MailLinkParts, link: MailLink, token: str, language: Language, data: Mapping[str, str]
) -> tuple[str, Response[str]]:
    if link.kind is LinkKind.UNSUBSCRIBE and "return" in data:
        await parts.desk.return_to(link.endpoint_id, link.subject)
        return "returned", _page(language, title=link.kind, said="returned")
    if link.kind is LinkKind.UNSUBSCRIBE:
        await parts.desk.leave(link.endpoint_id, link.subject)
        return "left", _page(language, title=link.kind, said="left", forms=[(token, "again")], returns=True)
    if link.kind is LinkKind.CONFIRM:
        is_done = await parts.desk.confirm(link.endpoint_id, link.subject)
        said = "confirmed"
    else:
        words = data.get("words", "").strip()[:_LONGEST_REPORT]
        is_done = await parts.desk.report(link.subject, link.endpoint_id, words)
        said = "reported"
    if not is_done:
        return "refused", _page(language, title=link.kind, said="refused", status=409)
    return said, _page(language, title=link.kind, said=said)


def _read(parts: MailLinkParts | None, kind: str, token: str) -> MailLink | None:
    found = next((one for one in LinkKind if one.value == kind), None)
    return None if parts is None or found is None else parts.signer.read(found, token)


def _language(state: State, link: MailLink) -> Language:
    endpoint = parts_of(state).roster.endpoints.get(link.endpoint_id)
    return "en" if endpoint is None or endpoint.language is None else endpoint.language


def _page(
    language: Language,
    *,
    title: LinkKind | str,
    said: str,
    subject: str = "",
    forms: "list[tuple[str, str]] | tuple[()]" = (),
    has_text: bool = False,
    returns: bool = False,
    status: int = 200,
) -> Response[str]:
    heading = _TITLE[title] if isinstance(title, LinkKind) else _WORDS[title]
    text = (
        _environment()
        .get_template("mail_link.html")
        .render(
            language=language,
            direction="ltr" if language == "en" else "rtl",
            title=heading[language],
            said=_WORDS[said][language].format(subject=subject),
            kind=title if isinstance(title, LinkKind) else "",
            forms=[(token, _WORDS[label][language]) for token, label in forms],
            has_text=has_text,
            returns=returns,
        )
    )
    return Response(text, media_type=MediaType.HTML, status_code=status)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(loader=PackageLoader("services.alert", "templates"), autoescape=True, undefined=StrictUndefined)
