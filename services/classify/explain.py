"""``tocsin explain``: an item's text with its facts marked, what spoke for its kind, and what was read and set aside."""

from collections.abc import Sequence

import click

from services.classify.read.lexicon import Hit
from services.classify.read.reader import Explanation
from shared.events.facts import Count, Evidence, Place
from shared.events.item import Item
from shared.events.report import AttackFacts

_FIELDS = ("title", "summary", "content")
_SHOWN_WORDS = 24


def explain_text(item: Item, explanation: Explanation, *, colour: bool) -> str:
    """Return the explanation for people: facts, the text with the words behind them in brackets, weights, rejected candidates."""
    report = explanation.report
    lines = [f"{report.kind.value}  confidence {report.confidence:.2f}  language {report.lang}", ""]
    for number, facts in enumerate((report, *report.other_events)):
        if number:
            lines += ["", f"further attack #{number}  confidence {facts.confidence:.2f}"]
        lines += _facts(facts)
    evidence = [one for facts in (report, *report.other_events) for one in facts.evidence]
    for field in _FIELDS:
        text = getattr(item, field) or ""
        if text:
            lines += ["", f"{field}:", marked(text, _finest(evidence, field), colour=colour)]
    if explanation.probabilities:
        lines += ["", "kinds: " + "  ".join(f"{kind} {share:.2f}" for kind, share in explanation.probabilities)]
    if explanation.weights:
        lines += ["what spoke for this kind (+) or against it (-):"]
        lines += [f"  {weight:+.2f}  {name}" for name, weight in explanation.weights]
    if explanation.hits:
        lines += ["", "words that counted: " + ", ".join(_words(item, explanation.hits))]
    if explanation.rejected:
        lines += ["", "read and set aside:", *(f"  {reason}" for reason in explanation.rejected)]
    return "\n".join(lines)


def _finest(evidence: Sequence[Evidence], field: str) -> list[Evidence]:
    """The evidence in one field without whole sentences that hold other evidence: in brackets they would hide it."""
    here = [one for one in evidence if one.field == field]
    return [
        one
        for one in here
        if not any(
            one.start <= other.start and other.end <= one.end and other.end - other.start < one.end - one.start
            for other in here
        )
    ]


def marked(text: str, evidence: Sequence[Evidence], *, colour: bool) -> str:
    """Return the text with each piece of evidence in brackets, named; overlapping pieces share brackets."""
    out, at = [], 0
    for start, end, facts in _spans(evidence):
        words = text[start:end]
        name = ",".join(facts)
        shown = click.style(words, bold=True, underline=True) if colour else f"[{words}]"
        out += [text[at:start], shown, click.style(f"<{name}>", dim=True) if colour else f"<{name}>"]
        at = end
    out.append(text[at:])
    return "".join(out)


def _spans(evidence: Sequence[Evidence]) -> list[tuple[int, int, list[str]]]:
    spans: list[tuple[int, int, list[str]]] = []
    for one in sorted(evidence, key=lambda e: (e.start, e.end)):
        if spans and one.start < spans[-1][1]:
            start, end, facts = spans[-1]
            spans[-1] = (start, max(end, one.end), facts if one.fact in facts else [*facts, one.fact])
        else:
            spans.append((one.start, one.end, [one.fact]))
    return spans


def _facts(facts: AttackFacts) -> list[str]:
    rows = [
        ("type", facts.event_type.value if facts.event_type else None),
        ("place", _place(facts.place)),
        ("day", facts.occurred_on.isoformat() if facts.occurred_on else None),
        ("killed", _count(facts.casualties.killed)),
        ("wounded", _count(facts.casualties.wounded)),
        ("attackers killed", _count(facts.casualties.attackers_killed)),
        ("counted by", facts.casualties.counted_by.value if facts.casualties.counted_by else None),
        ("by", None if facts.perpetrator == "unknown" else facts.perpetrator + (" (claimed)" if facts.claimed else "")),
        ("targets", ", ".join(facts.targets) or None),
        ("weapons", ", ".join(facts.weapons) or None),
    ]
    return [f"  {name}: {value}" for name, value in rows if value]


def _place(place: Place | None) -> str | None:
    if place is None:
        return None
    codes = "/".join(code for code in (place.country, place.admin1, place.admin2, place.admin3) if code)
    point = f" at {place.lat:.4f}, {place.lon:.4f}" if place.lat is not None and place.lon is not None else ""
    doubt = f"; could also be {', '.join(c.name for c in place.candidates)}" if place.candidates else ""
    return f"{place.name} ({place.precision.value}, {codes}){point}{doubt}"


def _count(count: Count | None) -> str | None:
    if count is None:
        return None
    return str(count.best) if count.low == count.high else f"{count.best} ({count.low} to {count.high})"


def _words(item: Item, hits: Sequence[tuple[str, Hit]]) -> list[str]:
    found = dict.fromkeys(f"{(getattr(item, field) or '')[hit.start : hit.end]!r} {hit.concept}" for field, hit in hits)
    return list(found)[:_SHOWN_WORDS]
