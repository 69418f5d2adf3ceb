"""What arrived, put on a terminal: webhooks and mail as framed text (pure).

News text is foreign: control characters would move the cursor or recolour the screen, so they are taken out here.
"""

import json
import unicodedata
from collections.abc import Iterable
from typing import Any

from services.standalone.mail_catcher import CaughtMail
from services.standalone.webhook_receiver import ReceivedWebhook

_WIDTH = 78
_NUMBER_NAMES = (("killed", "killed"), ("wounded", "wounded"), ("attackers_killed", "attackers killed"))


def render_webhook(received: ReceivedWebhook, *, is_full: bool = False) -> str:
    """Return the request for people: its identity, whether the signature held, and what it says.

    ``is_full`` shows the whole body as indented JSON. A body that is no alert is shown as it came.
    """
    payload = _payload(received.body)
    verdict = "signature verified" if received.is_verified else f"signature refused: {received.refusal}"
    lines = [f"webhook-id: {received.message_id}", f"{len(received.body)} bytes, {verdict}", ""]
    if payload is None:
        lines.append(received.body.decode("utf-8", "replace"))
    elif is_full or "incident" not in _part(payload, "data"):
        lines += json.dumps(payload, ensure_ascii=False, indent=2).splitlines()
    else:
        lines += _alert_lines(_part(payload, "data"))
    return _framed("webhook", str((payload or {}).get("type", "")), lines)


def render_mail(mail: CaughtMail) -> str:
    """Return the message for people: its envelope and its plain text part."""
    lines = [f"To: {', '.join(mail.recipients)}", f"Subject: {mail.subject}", f"Message-ID: {mail.message_id}", ""]
    return _framed("e-mail", "", [*lines, *mail.plain_text.strip().splitlines()])


def _payload(body: bytes) -> dict[str, Any] | None:
    try:
        payload = json.loads(body)
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None


def _part(payload: dict[str, Any], name: str) -> dict[str, Any]:
    """The object under ``name``, empty where there is none: a terminal is no place to fail on a body of another version."""
    part = payload.get(name)
    return part if isinstance(part, dict) else {}


def _alert_lines(data: dict[str, Any]) -> Iterable[str]:
    incident = _part(data, "incident")
    place = _part(incident, "place")
    yield str(_part(data, "told").get("headline", ""))
    yield ""
    codes = [str(place[level]) for level in ("admin1", "admin2", "admin3") if place.get(level)]
    yield _fact(
        "place", f"{place.get('name', 'unknown')} ({place.get('precision', '?')}; {' / '.join(codes) or 'no code'})"
    )
    yield _fact("toll", _toll(_part(incident, "casualties")))
    yield _fact("what", f"{incident.get('event_type')} on {incident.get('occurred_on')}, {incident.get('severity')}")
    yield _fact("incident", f"{incident.get('incident_id')} revision {incident.get('revision')}")
    for change in data.get("changed") or ():
        yield _fact("changed", f"{change.get('fact')}: {change.get('before')} -> {change.get('after')}")
    for source in data.get("sources") or ():
        yield _fact("source", f"{source.get('outlet')}: {source.get('title')}")


def _toll(casualties: dict[str, Any]) -> str:
    counts = [f"{_part(casualties, key)['best']} {name}" for key, name in _NUMBER_NAMES if _part(casualties, key)]
    return ", ".join(counts) or "not known"


def _fact(label: str, value: str) -> str:
    return f"{label:<9} {value}"


def _framed(what: str, kind: str, lines: Iterable[str]) -> str:
    title = " ".join(part for part in ("──", what, kind) if part)
    framed = [f"┌{title} {'─' * max(0, _WIDTH - len(title) - 2)}"]
    framed += [f"│ {_printable(line)}".rstrip() for line in lines]
    framed.append(f"└{'─' * (_WIDTH - 1)}")
    return "\n".join(framed)


def _printable(line: str) -> str:
    return "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in line)
