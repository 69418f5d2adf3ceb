"""Links of mails: signed, shown by GET, acted on by POST alone; one watch or all; errors reach the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from prometheus_client import CollectorRegistry

from services.alert.bounce import Bounce, Hardness
from services.alert.care import NoticeKind
from services.alert.compose import Sender
from services.alert.delivery import Reason
from services.alert.ledger import NewDelivery
from services.alert.mail import alert_mail
from services.alert.mail_desk import MailKeeper, MailLinkParts
from services.alert.mail_gate import MailGate, MailRules
from services.alert.mail_links import EVERYTHING, LinkKind, LinkSigner, MailLink
from services.alert.metrics import AlertMetrics
from services.alert.notices import Notice, notice_story
from services.alert.watch import LANGUAGES, EmailEndpoint, Endpoint, Language, Subscriptions, WebhookEndpoint
from tests.support.api import ApiStage

SIGNER = LinkSigner(base_url="https://alerts.example/", secret=b"s" * 32)
NOW = datetime(2026, 6, 13, 20, 0, tzinfo=UTC)
LEAVE = MailLink(kind=LinkKind.UNSUBSCRIBE, endpoint_id="mail", subject="diyala")
MAIL = EmailEndpoint(id="mail", to="desk@example.org")


class MemoryMailDesk:
    """``MailDesk`` in memory."""

    def __init__(self) -> None:
        self.left: set[tuple[str, str]] = set()
        self.addresses: dict[str, tuple[str, datetime]] = {}
        self.confirmed: dict[str, str] = {}
        self.reports: list[tuple[str, str, str]] = []
        self.kept: list[NewDelivery] = []
        self.bounces: list[Bounce] = []

    async def rules(self) -> MailRules:
        """What holds."""
        left: dict[str, frozenset[str]] = {}
        for endpoint_id, watch_id in self.left:
            left[endpoint_id] = left.get(endpoint_id, frozenset()) | {watch_id}
        return MailRules(left=left, confirmed=dict(self.confirmed))

    async def leave(self, endpoint_id: str, watch_id: str) -> None:
        """Unsubscribe."""
        self.left.add((endpoint_id, watch_id))

    async def return_to(self, endpoint_id: str, watch_id: str) -> None:
        """Take it back."""
        self.left -= {(endpoint_id, watch_id), (endpoint_id, EVERYTHING)}

    async def ask(self, endpoint_id: str, address: str) -> datetime | None:
        """Note it."""
        if self.addresses.get(endpoint_id, ("", NOW))[0] == address:
            return None
        self.addresses[endpoint_id] = (address, NOW)
        return NOW

    async def unasked(self, endpoint_ids: Sequence[str]) -> Mapping[str, datetime]:
        """Those without a mail."""
        sent = {one.endpoint_id for one in self.kept}
        return {one: self.addresses[one][1] for one in endpoint_ids if one in self.addresses and one not in sent}

    async def keep(self, delivery: NewDelivery) -> None:
        """Write it down."""
        self.kept.append(delivery)

    async def confirm(self, endpoint_id: str, address: str) -> bool:
        """Confirm."""
        if self.addresses.get(endpoint_id, ("", NOW))[0] != address:
            return False
        self.confirmed[endpoint_id] = address
        return True

    async def report(self, delivery_id: str, endpoint_id: str, words: str) -> bool:
        """Keep it."""
        self.reports.append((delivery_id, endpoint_id, words))
        return len(self.reports) <= 2

    async def bounced(self, bounce: Bounce) -> str | None:
        """Count it."""
        self.bounces.append(bounce)
        return "mail"


@pytest.mark.parametrize("kind", LinkKind)
def test_a_token_says_what_it_was_made_for(kind: LinkKind) -> None:
    link = MailLink(kind=kind, endpoint_id="mail", subject="دیالە@x")
    assert SIGNER.read(kind, SIGNER.token(link)) == link
    assert len(SIGNER.url(link)) < 300


def test_a_token_is_good_for_nothing_else() -> None:
    token = SIGNER.token(LEAVE)
    payload, _, mac = token.partition(".")
    other = SIGNER.token(replace(LEAVE, endpoint_id="other"))
    assert SIGNER.read(LinkKind.REPORT, token) is None
    assert SIGNER.read(LinkKind.UNSUBSCRIBE, f"{other.partition('.')[0]}.{mac}") is None
    assert SIGNER.read(LinkKind.UNSUBSCRIBE, payload) is None
    assert replace(SIGNER, secret=b"t" * 32).read(LinkKind.UNSUBSCRIBE, token) is None


@given(st.text(max_size=1200))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert SIGNER.read(LinkKind.UNSUBSCRIBE, text) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_carries_one_click_and_the_links_in_its_language(language: Language) -> None:
    notice = Notice(kind=NoticeKind.ENDPOINT_FAILING, subject_id="desk", stage=1, since=NOW, at=NOW)
    links = SIGNER.links(endpoint_id="mail", watch_ids=("diyala",), delivery_id="d_1")
    raw = alert_mail(
        notice_story(notice, language), delivery_id="d_1", sender="a@tocsin.example", sender_name="T",
        to="desk@example.org", created=NOW, links=links,
    )  # fmt: skip
    mail = message_from_bytes(raw, policy=default)
    assert mail["List-Unsubscribe"] == f"<{links.unsubscribe}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        text = part.get_content()
        assert links.unsubscribe in text
        assert links.report is not None
        assert links.report in text


def test_a_mail_of_several_watches_leaves_them_all_and_one_of_a_single_watch_that_one() -> None:
    def subject(*watch_ids: str) -> str:
        url = SIGNER.links(endpoint_id="mail", watch_ids=watch_ids, delivery_id=None).unsubscribe
        link = SIGNER.read(LinkKind.UNSUBSCRIBE, url.rpartition("/")[2])
        assert link is not None
        return link.subject

    assert subject("diyala") == "diyala"
    assert subject("diyala", "kirkuk") == EVERYTHING


class Stage:
    """The pages over a desk in memory."""

    def __init__(self, **changed: Any) -> None:
        self.desk = MemoryMailDesk()
        self.registry = CollectorRegistry()
        parts = MailLinkParts(signer=SIGNER, desk=self.desk, metrics=AlertMetrics(self.registry))
        subscriptions = Subscriptions(endpoints=(replace(MAIL, **changed),))
        self.client: TestClient[Litestar] = ApiStage(of_file=subscriptions, mail=parts).client()

    def path(self, kind: LinkKind, subject: str, endpoint_id: str = "mail") -> str:
        """Where a link leads."""
        return urlsplit(SIGNER.url(MailLink(kind=kind, endpoint_id=endpoint_id, subject=subject))).path


def test_a_get_changes_nothing_and_shows_the_choice() -> None:
    stage = Stage()
    answer = stage.client.get(stage.path(LinkKind.UNSUBSCRIBE, "diyala"))
    assert answer.status_code == 200
    assert answer.text.count('<form method="post"') == 2  # this watch, or all
    assert "“diyala”" in answer.text
    assert stage.desk.left == set()


def test_one_click_leaves_the_watch_and_can_be_taken_back() -> None:
    stage = Stage()
    path = stage.path(LinkKind.UNSUBSCRIBE, "diyala")
    for _ in range(2):
        assert stage.client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert stage.desk.left == {("mail", "diyala")}
    assert stage.client.post(path, data={"return": "yes"}).status_code == 200
    assert stage.desk.left == set()
    assert (
        stage.registry.get_sample_value("tocsin_alert_mail_links_total", {"kind": "unsubscribe", "outcome": "left"})
        == 2
    )


def test_one_click_as_multipart_form_is_taken_too() -> None:
    stage = Stage()
    answer = stage.client.post(
        stage.path(LinkKind.UNSUBSCRIBE, EVERYTHING),
        content=b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert answer.status_code == 200
    assert stage.desk.left == {("mail", EVERYTHING)}


def test_an_address_is_confirmed_once_it_is_the_endpoints_own() -> None:
    stage = Stage()
    path = stage.path(LinkKind.CONFIRM, "desk@example.org")
    assert stage.client.post(path, data={}).status_code == 409
    stage.desk.addresses["mail"] = ("desk@example.org", NOW)
    assert stage.client.get(path).status_code == 200
    assert stage.desk.confirmed == {}
    assert stage.client.post(path, data={}).status_code == 200
    assert stage.desk.confirmed == {"mail": "desk@example.org"}


def test_an_error_is_reported_in_words_and_not_without_end() -> None:
    stage = Stage()
    path = stage.path(LinkKind.REPORT, "d_1")
    assert "<textarea" in stage.client.get(path).text
    statuses = [stage.client.post(path, data={"words": " <b>It was Kirkuk</b> "}).status_code for _ in range(3)]
    assert statuses == [200, 200, 409]
    assert stage.desk.reports[0] == ("d_1", "mail", "<b>It was Kirkuk</b>")


@pytest.mark.parametrize("path", ["/mail/unsubscribe/x.y", "/mail/delete/x", "/mail/confirm/%F0%9F%98%80"])
def test_a_link_that_is_not_ours_is_refused_by_get_and_post(path: str) -> None:
    stage = Stage()
    assert stage.client.get(path).status_code == 404
    assert stage.client.post(path, data={}).status_code == 404
    assert stage.desk.left == set()


def test_a_link_for_one_thing_does_not_do_another() -> None:
    stage = Stage()
    path = stage.path(LinkKind.REPORT, "d_1").replace("/report/", "/unsubscribe/")
    assert stage.client.post(path, data={}).status_code == 404


def test_the_page_speaks_the_addresss_language_and_isolates_what_is_foreign() -> None:
    stage = Stage(language="ar")
    text = stage.client.get(stage.path(LinkKind.UNSUBSCRIBE, "<script>alert(1)</script>")).text
    assert 'dir="rtl"' in text
    assert "<script>" not in text


@pytest.mark.parametrize(
    ("left", "watch_ids", "reason"),
    [
        (set(), ("diyala",), None),
        ({"diyala"}, ("diyala",), Reason.UNSUBSCRIBED),
        ({"diyala"}, ("diyala", "kirkuk"), None),
        ({"diyala", "kirkuk"}, ("diyala", "kirkuk"), Reason.UNSUBSCRIBED),
        ({EVERYTHING}, ("kirkuk",), Reason.UNSUBSCRIBED),
        ({EVERYTHING}, (), Reason.UNSUBSCRIBED),
        ({"diyala"}, (), None),
    ],
)
def test_who_left_a_watch_gets_nothing_that_is_only_about_it(
    left: set[str], watch_ids: tuple[str, ...], reason: Reason | None
) -> None:
    gate = MailGate(frozenset({"mail"}))
    gate.become(MailRules(left={"mail": frozenset(left)}))
    assert gate.refusal("mail", "desk@example.org", watch_ids, "a_1") == reason


def test_a_managed_address_gets_nothing_but_the_question_until_it_is_confirmed() -> None:
    gate = MailGate(frozenset())
    assert gate.refusal("mail", "desk@example.org", ("w",), "a_1") is Reason.UNCONFIRMED
    assert gate.refusal("mail", "desk@example.org", (), "n_1") is Reason.UNCONFIRMED
    assert gate.refusal("mail", "desk@example.org", (), "nc_1") is None
    gate.become(MailRules(confirmed={"mail": "other@example.org"}))
    assert gate.refusal("mail", "desk@example.org", ("w",), "a_1") is Reason.UNCONFIRMED
    gate.become(MailRules(confirmed={"mail": "desk@example.org"}))
    assert gate.refusal("mail", "desk@example.org", ("w",), "a_1") is None


class FakeBox:
    """``BounceBox`` of some messages."""

    def __init__(self, **messages: bytes) -> None:
        self.messages = messages

    def take(self) -> Sequence[tuple[str, bytes]]:
        """All."""
        return list(self.messages.items())

    def done(self, name: str) -> None:
        """Remove it."""
        del self.messages[name]


def _keeper(desk: MemoryMailDesk, endpoints: Mapping[str, Endpoint], **parts: Any) -> MailKeeper:
    usual: dict[str, Any] = {"metrics": AlertMetrics(CollectorRegistry()), "wake": lambda: None}
    return MailKeeper(
        desk=desk,
        gate=MailGate(frozenset({"of-file"})),
        endpoints=endpoints,
        of_file=frozenset({"of-file"}),
        sender=Sender(address="alerts@tocsin.example", name="Tocsin", links=SIGNER),
        **(usual | parts),
    )


async def test_a_new_managed_address_is_asked_once_and_one_of_the_file_never() -> None:
    desk = MemoryMailDesk()
    endpoints: dict[str, Endpoint] = {
        "mail": MAIL,
        "of-file": EmailEndpoint(id="of-file", to="chief@example.org"),
        "hook": WebhookEndpoint(id="hook", url="https://x.example", secrets=("s",)),
    }
    wakes: list[int] = []
    keeper = _keeper(desk, endpoints, wake=lambda: wakes.append(1))
    for _ in range(3):
        await keeper.round()
    (delivery,) = desk.kept
    mail = message_from_bytes(delivery.body, policy=default)
    assert (delivery.endpoint_id, mail["To"], len(wakes)) == ("mail", "desk@example.org", 1)
    part = mail.get_body(("plain",))
    assert part is not None
    assert (
        SIGNER.url(MailLink(kind=LinkKind.CONFIRM, endpoint_id="mail", subject="desk@example.org"))
        in part.get_content()
    )


async def test_a_replica_killed_between_noting_and_writing_leaves_the_question_to_the_next() -> None:
    desk = MemoryMailDesk()
    await desk.ask("mail", MAIL.to)
    await _keeper(desk, {"mail": MAIL}).round()
    assert len(desk.kept) == 1


async def test_bounces_are_taken_from_their_box_counted_and_removed() -> None:
    registry = CollectorRegistry()
    desk, box = MemoryMailDesk(), FakeBox(a=DSN, b=b"Subject: out of office\r\n\r\nBack on Monday.")
    await _keeper(desk, {}, metrics=AlertMetrics(registry), box=box).round()
    assert [(one.delivery_id, one.hardness) for one in desk.bounces] == [("d_" + "a" * 24, Hardness.HARD)]
    assert box.messages == {}
    assert registry.get_sample_value("tocsin_alert_mail_bounces_total", {"hardness": "hard"}) == 1
    assert registry.get_sample_value("tocsin_alert_mail_bounces_total", {"hardness": "unknown"}) == 1


DSN = b"""To: bounces+d_aaaaaaaaaaaaaaaaaaaaaaaa@tocsin.example
From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; desk@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b--
"""
