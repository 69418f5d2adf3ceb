"""Whatever a feed writes, an alert can be composed, stays within its bounds and carries no header of the feed's making."""

import json
from email import message_from_bytes
from email.policy import default

from hypothesis import given, settings
from hypothesis import strategies as st

from services.alert.payload import MAX_BODY_BYTES
from services.alert.routing import Message
from services.alert.watch import LANGUAGES, EmailEndpoint, Language
from shared.codec import decode, encode
from shared.events.facts import Candidate, Place, Precision
from shared.events.incident import FactChange, IncidentChange, Source, SourcedEvidence, Status
from tests.support.incidents import opened, source
from tests.unit.alert.test_payload import compose

_HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Content-Language", "Auto-Submitted",
    "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
}  # fmt: skip
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from([
    "\r\nBcc: x@example.org\r\n\r\n", "\u202e" * 50, "=?utf-8?q?=0D=0ABcc:_x?=", "=??Q?=0D0", "=", "?", "<script>", "\x00", "دارا " * 200, "{{ 7*7 }}",
    "\u2028\u2029\x85", "a" * 5000, "%s{0}{outlet}",
])  # fmt: skip


@st.composite
def _states(draw: st.DrawFn) -> IncidentChange:
    def text() -> str:
        return draw(_TEXT)

    sources: tuple[Source, ...] = tuple(
        source(number, outlet=text(), title=text(), url=text(), origin=text())
        for number in range(draw(st.integers(0, 4)))
    )
    return opened(
        sources=sources,
        source_count=len(sources),
        status=draw(st.sampled_from(Status)),
        perpetrator=text(),
        best_reason=text(),
        place=Place(
            name=text(), precision=draw(st.sampled_from(Precision)), country=draw(st.none() | _TEXT), admin1=draw(st.none() | _TEXT),
            candidates=tuple(Candidate(name=text()) for _ in range(draw(st.integers(0, 3)))),
        ),
        evidence=tuple(
            SourcedEvidence(item_id=text(), fact=text(), field="title", text=text(), start=0, end=1)
            for _ in range(draw(st.integers(0, 3)))
        ),
        changed=tuple(FactChange(fact=text(), before=text(), after=text()) for _ in range(draw(st.integers(0, 3)))),
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(state=_states(), message=st.sampled_from(Message), language=st.sampled_from(LANGUAGES))
def test_any_news_makes_a_bounded_webhook_and_a_mail_with_our_headers_alone(
    state: IncidentChange, message: Message, language: Language
) -> None:
    state = decode(IncidentChange, encode(state))
    body = compose(state, message=message, previous=1).body
    assert len(body) <= MAX_BODY_BYTES
    assert json.loads(body)["data"]["incident"]["incident_id"] == state.incident_id
    mailbox = EmailEndpoint(id="mail", to="desk@example.org", language=language)
    mail = message_from_bytes(compose(state, message=message, previous=1, endpoint=mailbox).body, policy=default)
    assert set(mail.keys()) == _HEADERS
    assert mail["To"] == "desk@example.org"
    assert not mail.defects
