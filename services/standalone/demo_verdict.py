"""Whether the demo showed what it promises: one alert, one update, nothing else, at the right place with the right toll (pure)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.standalone.mail_catcher import CaughtMail
from services.standalone.recorded_day import Expectation
from services.standalone.webhook_receiver import ReceivedWebhook


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """``problems`` is empty when all is as promised; ``summary`` are sentences for the end of the demo."""

    problems: tuple[str, ...]
    summary: tuple[str, ...]


def judge(
    expected: Expectation,
    webhooks: Sequence[ReceivedWebhook],
    mails: Sequence[CaughtMail],
    contradictions: Sequence[str],
) -> Verdict:
    """Return what is wrong with what arrived: ``webhooks`` are the accepted ones, first of each id; ``mails`` likewise."""
    problems: list[str] = []
    payloads = [json.loads(webhook.body) for webhook in webhooks]
    kinds = [str(payload.get("type", "")) for payload in payloads]
    if len(payloads) != 2:
        problems.append(
            f"{len(payloads)} webhooks arrived instead of one alert and one update: {', '.join(kinds) or 'none'}"
        )
    if len(mails) != len(payloads):
        problems.append(f"{len(mails)} mails arrived for {len(payloads)} webhooks")
    if contradictions:
        problems.append(f"the same webhook-id came with different bodies: {', '.join(contradictions)}")
    if len(payloads) == 2:
        problems += _wrong_facts(expected, payloads)
    summary: tuple[str, ...] = ()
    if payloads and not problems:
        last = payloads[-1]["data"]["incident"]
        place, toll = last["place"], last["casualties"]
        summary = (
            "one alert and one update reached the Diyala watch, by webhook and by e-mail",
            f"place: {place['name']}, district {place['admin2']} of governorate {place['admin1']} ({place['precision']} precision)",
            f"toll: {toll['killed']['best']} killed, {toll['wounded']['best']} wounded; {last['source_count']} reports, {last['origins']} independent origins",
            "nothing for Sunday's condemnations, nothing for the rest of the world",
        )
    return Verdict(problems=tuple(problems), summary=summary)


def _wrong_facts(expected: Expectation, payloads: Sequence[dict[str, Any]]) -> list[str]:
    first, last = payloads[0]["data"]["incident"], payloads[-1]["data"]["incident"]
    problems = []
    if first["incident_id"] != last["incident_id"]:
        problems.append("alert and update are about different incidents")
    for name, wanted, got in (
        ("governorate", expected.watch_admin1, last["place"]["admin1"]),
        ("district", expected.watch_admin2, last["place"]["admin2"]),
        ("killed", expected.killed, (last["casualties"]["killed"] or {}).get("best")),
        ("wounded", expected.wounded, (last["casualties"]["wounded"] or {}).get("best")),
    ):
        if wanted != got:
            problems.append(f"{name} is {got}, expected {wanted}")
    return problems
