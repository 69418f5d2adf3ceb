"""What arrives is shown so that a person sees what, where, how many, and whether it is genuine."""

import json
from datetime import UTC, datetime
from email.message import EmailMessage

from services.standalone.arrivals import render_mail, render_webhook
from services.standalone.mail_catcher import CaughtMail
from services.standalone.webhook_receiver import ReceivedWebhook

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ALERT = {
    "type": "incident.update",
    "data": {
        "changed": [{"fact": "killed", "before": "4", "after": "7"}],
        "incident": {
            "incident_id": "a_1",
            "revision": 2,
            "event_type": "attack",
            "occurred_on": "2026-02-28",
            "severity": "severe",
            "place": {"name": "Dara", "precision": "district", "admin1": "IQG10", "admin2": "IQG10Q05", "admin3": None},
            "casualties": {"killed": {"best": 7}, "wounded": {"best": 5}, "attackers_killed": None},
        },
        "sources": [{"outlet": "مرايا ديالى", "title": "سبعة شهداء"}],
        "told": {"headline": "Attack, Dara: 7 killed"},
    },
}


def _webhook(body: bytes, refusal: str | None = None) -> ReceivedWebhook:
    return ReceivedWebhook(
        message_id="d_1",
        path="/hook",
        headers=(),
        body=body,
        received_at=NOW,
        refusal=refusal,
        status=204,
        is_repeat=False,
        differs=False,
    )


def test_an_alert_shows_place_toll_change_sources_and_that_it_is_genuine() -> None:
    shown = render_webhook(_webhook(json.dumps(ALERT).encode()))

    for words in (
        "incident.update",
        "webhook-id: d_1",
        "signature verified",
        "Dara (district; IQG10 / IQG10Q05)",
        "7 killed, 5 wounded",
        "killed: 4 -> 7",
        "مرايا ديالى: سبعة شهداء",
        "revision 2",
    ):
        assert words in shown


def test_the_whole_body_is_shown_on_request() -> None:
    shown = render_webhook(_webhook(json.dumps(ALERT).encode()), is_full=True)

    assert '"admin2": "IQG10Q05"' in shown


def test_any_other_body_is_shown_as_it_came() -> None:
    assert "not json" in render_webhook(_webhook(b"not json", refusal="No matching signature found"))
    assert "signature refused: No matching signature found" in render_webhook(
        _webhook(b"[]", refusal="No matching signature found")
    )
    assert '"data": null' in render_webhook(_webhook(b'{"type": "ping", "data": null}'))
    assert "place     unknown" in render_webhook(_webhook(b'{"data": {"incident": null}}'))


def test_control_characters_of_news_text_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in render_webhook(_webhook(b"\x1b[2J"))


def test_mail_is_shown_with_subject_and_plain_text() -> None:
    message = EmailMessage()
    message["Subject"] = "هجوم في خانقين"
    message["Message-ID"] = "<d_1@example.org>"
    message.set_content("قتل سبعة أشخاص.\n\nKilled: 7\n")
    mail = CaughtMail(
        sender="a@example.org",
        recipients=("desk@example.org",),
        message=message,
        raw=b"",
        received_at=NOW,
        reply="250 OK",
        is_repeat=False,
    )

    shown = render_mail(mail)

    for words in ("To: desk@example.org", "Subject: هجوم في خانقين", "<d_1@example.org>", "│ Killed: 7"):
        assert words in shown
