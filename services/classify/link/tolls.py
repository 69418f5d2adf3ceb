"""Which of conflicting tolls is the best one, and why.

The rule, in order of publication: the first figure stands until a higher one is told, because tolls rise as news comes
in and a lower figure from another newsroom is nearly always an older one. It falls only when an *update* says so: a
story whose news is the changed toll, with a figure nobody gave before, or one that calls itself a correction. A claim of
responsibility lowers nothing. After a correction the figures it corrected are stale: a report that repeats one of them
does not lift the toll again. Range: the lowest and the highest anyone gave. A person of the desk overrides all.

The wounded are taken from those who give the best figure of killed, since the two shift into each other as people die in
hospital; only when none of them counts wounded, from the others. Among equals their number falls only by a correction that
calls itself one: "two are still being treated" is no new total.
"""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from shared.events.facts import Casualties, Count
from shared.events.incident import Contribution
from shared.events.report import Kind

_LOWERED = re.compile(
    r"\b(?:lower(?:ed|s)?|revis(?:e|es|ed|ing)|correct(?:s|ed|ion|ing)?|double[- ]count(?:ed|ing)|downgrad\w*|cut|reduc\w*|down to)\b"
    r"|تصحيح|تصحّح|تصحح|تخفيض|تخفض|خفض|تراجع|مراجعة|تعدل|تعديل|انخفاض"
    r"|[ڕر]است ?(?:ک|دەک|بک)|هەموار|کەم ?(?:کر|دەک|بک|بوو)|دابەز",
    re.IGNORECASE,
)


class BestReason(StrEnum):
    """Why the best toll is the best."""

    ONLY_FIGURE = "the only figure"
    SEVERAL_AGREE = "several independent sources agree"
    LATEST_UPDATE = "the latest update"
    HIGHER_LATER = "a later report with a higher figure"
    HIGHEST = "the highest of conflicting figures"
    CORRECTED = "corrected downward"
    DESK = "set by the desk"


def best_tolls(tellings: Sequence[Contribution]) -> tuple[Casualties, BestReason | None]:
    """Return the toll of an incident from its tellings in order of publication, and why the killed (else the wounded) are what they are."""
    killed, reason = _best(tellings, lambda told: told.killed)
    wounded, wounded_reason = _best(_tellings_at(killed, tellings), lambda told: told.wounded, must_say_so=True)
    if wounded is None:
        wounded, wounded_reason = _best(tellings, lambda told: told.wounded, must_say_so=True)
    attackers, _ = _best(tellings, lambda told: told.attackers_killed)
    casualties = Casualties(
        killed=killed, wounded=_ranged(wounded, tellings, lambda told: told.wounded), attackers_killed=attackers
    )
    return casualties, reason or wounded_reason


def _tellings_at(killed: Count | None, tellings: Sequence[Contribution]) -> Sequence[Contribution]:
    """Those that agree with the best figure of killed, and the updates that came after and count the wounded alone."""
    if killed is None:
        return tellings
    agreeing = [c for c in tellings if c.facts.casualties.killed and c.facts.casualties.killed.best == killed.best]
    if not agreeing:  # the desk's own figure
        return tellings
    since = agreeing[0].source.time
    return [
        c
        for c in tellings
        if c.desk
        or (c.facts.casualties.killed and c.facts.casualties.killed.best == killed.best)
        or (c.facts.casualties.killed is None and c.source.kind is Kind.UPDATE and c.source.time >= since)
    ]


def _best(
    tellings: Sequence[Contribution], figure: Callable[[Casualties], Count | None], *, must_say_so: bool = False
) -> tuple[Count | None, BestReason | None]:
    best: int | None = None
    reason: BestReason | None = None
    told: set[int] = set()
    stale: set[int] = set()
    by_desk = False
    for telling in tellings:
        count = figure(telling.facts.casualties)
        if count is None or (by_desk and telling.desk is None):
            continue
        is_update = telling.source.kind is Kind.UPDATE
        if telling.desk is not None:
            best, reason, by_desk = count.best, BestReason.DESK, True
        elif best is None:
            best, reason = count.best, BestReason.ONLY_FIGURE
        elif count.best > best and (is_update or count.best not in stale):
            best, reason = count.best, BestReason.LATEST_UPDATE if is_update else BestReason.HIGHER_LATER
        elif count.best < best and _corrects(telling, count.best, told, must_say_so=must_say_so):
            stale |= {figure for figure in told if figure > count.best}
            best, reason = count.best, BestReason.CORRECTED
        told.add(count.best)
    if best is None:
        return None, None
    return _ranged(Count(best=best, low=best, high=best), tellings, figure), _settled(best, reason, tellings, figure)


def _corrects(telling: Contribution, figure: int, told: set[int], *, must_say_so: bool) -> bool:
    if telling.source.kind is not Kind.UPDATE:
        return False
    if _LOWERED.search(telling.source.title):
        return True
    return not must_say_so and figure not in told and not telling.facts.claimed


def _settled(
    best: int,
    reason: BestReason | None,
    tellings: Sequence[Contribution],
    figure: Callable[[Casualties], Count | None],
) -> BestReason | None:
    """The reason, said better where all agree or where it is a matter of conflicting reports."""
    counts = [(c, count) for c in tellings if (count := figure(c.facts.casualties)) is not None]
    origins = {c.source.origin for c, count in counts if count.best == best}
    if reason in {BestReason.ONLY_FIGURE, BestReason.HIGHER_LATER}:
        if len(origins) > 1:
            return BestReason.SEVERAL_AGREE
        if any(count.best != best for _, count in counts) and reason is BestReason.ONLY_FIGURE:
            return BestReason.HIGHEST
    return reason


def _ranged(
    best: Count | None, tellings: Sequence[Contribution], figure: Callable[[Casualties], Count | None]
) -> Count | None:
    """The best figure with the range over all that was told."""
    if best is None:
        return None
    counts = [count for c in tellings if (count := figure(c.facts.casualties)) is not None]
    return Count(
        best=best.best,
        low=min((best.best, *(count.low for count in counts))),
        high=max((best.best, *(count.high for count in counts))),
    )
