"""The local calendar day of the attack that one item tells, from its words and its time of publication.

The attack's day, not the statement's: in one sentence the earlier of two days is the attack's, a day that belongs to it
("Saturday's attack") comes first, and "said on Sunday" last. A report without any word of time happened when it was published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.classify.read.background import markers_of, year_in
from services.classify.read.calendar_words import DEFINITE_ATTACK, TELLS_ATTACK
from services.classify.read.day_mentions import mentions_of, vague_words
from services.classify.read.day_words import DayMention
from services.classify.read.quantities import arabic_stems
from services.classify.read.script import lang_of
from services.classify.read.text import Document, Sentence
from services.classify.read.zones import local_time
from shared.events.facts import Evidence

OLD_AFTER_DAYS = 30
"""What happened longer ago is history, not the attack that the news is about (design, "Kind of a story")."""

MAX_SENTENCES = 12
_LEAD = 4
_REPORTING_LAG = timedelta(hours=1)
"""A first report that names no time was written some time after the attack: just past midnight it means the day before."""


@dataclass(frozen=True, kw_only=True)
class DateReading:
    """``occurred_on`` is null when no day is fixed. ``is_back_reference``: the text speaks of the attack as already known.

    ``is_old``: the day, or the year the opening names, is long past; ``age_days`` counts from that day to publication.
    ``old_years``: past years named in the title or first sentence. ``is_from_publication``: no word of time was there. ``is_spoken``: only the day that something was said on is known.
    """

    occurred_on: date | None
    evidence: tuple[Evidence, ...] = ()
    is_back_reference: bool = False
    is_old: bool = False
    age_days: int | None = None
    old_years: tuple[int, ...] = ()
    is_from_publication: bool = False
    is_spoken: bool = False
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dated:
    mention: DayMention
    sentence: Sentence
    order: int


def read_date(
    document: Document, *, kind_hint: str | None, country: str | None, sentences: Sequence[int] | None = None
) -> DateReading:
    """Return the day of the attack that ``sentences`` tell (all of them when null), on the clocks of ``country``; never raises on any text."""
    wanted = None if sentences is None else set(sentences)
    chosen = [s for s in document.sentences if wanted is None or s.index in wanted][:MAX_SENTENCES]
    now = local_time(document.published, country)
    dated: list[_Dated] = []
    is_vague = False
    for order, sentence in enumerate(chosen):
        lang = lang_of(sentence, document.lang)
        dated += [_Dated(mention=m, sentence=sentence, order=order) for m in mentions_of(sentence, lang, now)]
        is_vague = is_vague or (order < _LEAD and any(vague_words(sentence, lang)))
    old_years = _old_years(chosen, document, now)
    recent = [d for d in dated if (now.date() - d.mention.day).days <= OLD_AFTER_DAYS]
    old = [d for d in dated if d not in recent and d.order < 2]
    best = _chosen(recent, kind_hint) or (old[0] if old and not recent else None)
    if best is None:
        return _undated(document, chosen, kind_hint, now, old_years, is_vague=is_vague)
    age = (now.date() - best.mention.day).days
    return DateReading(
        occurred_on=best.mention.day,
        evidence=(_evidence(document, best),),
        is_back_reference=best.mention.is_owned or _refers_back(document, chosen),
        is_old=age > OLD_AFTER_DAYS,
        age_days=age,
        old_years=old_years,
        is_spoken=best.mention.is_speech,
        rejected=tuple(
            f"{d.mention.day.isoformat()}: {_evidence(document, d).text}"
            for d in dated
            if d.mention.day != best.mention.day
        ),
    )


def _undated(
    document: Document,
    chosen: Sequence[Sentence],
    kind_hint: str | None,
    now: datetime,
    old_years: tuple[int, ...],
    *,
    is_vague: bool,
) -> DateReading:
    is_default = kind_hint == "report" and not is_vague
    return DateReading(
        occurred_on=(now - _REPORTING_LAG).date() if is_default else None,
        is_back_reference=_refers_back(document, chosen),
        is_old=bool(old_years),
        old_years=old_years,
        is_from_publication=is_default,
    )


def _chosen(dated: Sequence[_Dated], kind_hint: str | None) -> _Dated | None:
    """The mention that dates the attack."""
    usable = [d for d in dated if not (kind_hint == "report" and d.mention.is_counted)]
    firm = [d for d in usable if not d.mention.is_speech and not d.mention.is_weak]
    if kind_hint == "report":
        return _of_report(usable, firm)
    lead = [d for d in firm if d.order < _LEAD]
    owned = [d for d in lead if d.mention.is_owned or d.mention.is_counted]
    if owned:
        return min(owned, key=lambda d: (d.order >= _LEAD, d.mention.day))
    spoken = [d for d in usable if d.mention.is_weak or (d.mention.is_speech and d.mention.is_trailing)]
    return _first(lead) or _first(firm) or _first(spoken)


def _of_report(usable: Sequence[_Dated], firm: Sequence[_Dated]) -> _Dated | None:
    lead = _first([d for d in firm if d.order < _LEAD])
    spoken = next((d for d in usable if d.order < _LEAD and d.mention.is_speech), None)
    weak = next((d for d in usable if d.mention.is_weak), None)
    if lead is not None and spoken is not None and spoken.order < lead.order and spoken.mention.day < lead.mention.day:
        return spoken
    if weak is not None and spoken is not None and lead is None:
        return spoken if spoken.order == weak.order else weak
    return lead or weak or spoken or _first(firm) or _first(usable)


def _first(dated: Sequence[_Dated]) -> _Dated | None:
    """The earliest day of the first sentence that names one."""
    if not dated:
        return None
    sure = [d for d in dated if not d.mention.is_doubtful] or dated
    order = min(d.order for d in sure)
    return min((d for d in sure if d.order == order), key=lambda d: d.mention.day)


def _old_years(chosen: Sequence[Sentence], document: Document, now: datetime) -> tuple[int, ...]:
    found = []
    for sentence in chosen[:2]:
        for at in markers_of(sentence, lang_of(sentence, document.lang), now.year):
            year = year_in(sentence.tokens[at].key)
            if year is not None and year < now.year:
                found.append(year)
    return tuple(dict.fromkeys(found))


def _refers_back(document: Document, chosen: Sequence[Sentence]) -> bool:
    """Whether the title or the first sentence speaks of "the attack" as something known.

    In Arabic and Sorani the sentence under a headline that tells the attack takes it up again as "the attack": that is no
    reference to older news.
    """
    for order, sentence in enumerate(chosen[:2]):
        lang = lang_of(sentence, document.lang)
        keys = [token.key for token in sentence.tokens]
        if order and lang in TELLS_ATTACK and _tells(chosen[0], TELLS_ATTACK[lang]):
            return False
        for at, key in enumerate(keys):
            if key not in DEFINITE_ATTACK[lang]:
                continue
            if lang != "en" or "the" in keys[max(0, at - 3) : at]:
                return True
    return False


_DEFINITE = "ەكە"


def _tells(title: Sentence, stems: tuple[str, ...]) -> bool:
    """Whether a headline tells an attack that it does not take as known."""
    return any(
        key.startswith(stems)
        for token in title.tokens
        for key in arabic_stems(token.key)
        if not key.startswith("ال") and _DEFINITE not in key
    )


def _evidence(document: Document, dated: _Dated) -> Evidence:
    tokens = dated.sentence.tokens[dated.mention.start : dated.mention.end]
    start, end = tokens[0].start, tokens[-1].end
    field = dated.sentence.field
    return Evidence(fact="occurred_on", field=field, text=document.quote(field, start, end), start=start, end=end)
