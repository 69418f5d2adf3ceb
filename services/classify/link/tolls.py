"""Which of conflicting tolls is the best one, and why.

The rule, in order of publication. The first figure stands until a higher one is told, because tolls rise as news comes in
and a lower figure from another newsroom is nearly always an older one. It gives way to a higher one that is *said aloud*:
by an update (a story whose news is the changed toll), in a headline, by an outlet of a better tier, or by a second independent
origin. A higher figure that
one story alone has, below its headline, replaces that of one other story which we read no more surely; against two origins
that agree, or read out of the running text, it only widens the range until somebody else says it too. Such lone figures
are nearly always two attacks added up, attackers counted in, or a slip of reading. For the same reason a lone figure that is
not in its headline gives way to a lower one on which two origins agree after it.

It falls only when an *update* says so: a story whose news is the changed toll, with a figure nobody gave before, or one that
calls itself a correction. After a correction the figures it corrected are stale: a report that repeats one of them
does not lift the toll again. A claim of responsibility moves nothing, up or down, where anybody else gave a figure. Range:
the lowest and the highest anyone gave. A person of the desk overrides all.

The wounded are taken from those who give the best figure of killed, since the two shift into each other as people die in
hospital; only when none of them counts wounded, from the others. Among equals their number falls only by a correction that
calls itself one: "two are still being treated" is no new total.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from services.classify.link.sides import on_their_sides
from services.classify.link.voices import are_bystanders, has_authority, most_trusted, voice_of
from shared.events.facts import Casualties, Count, CountedBy
from shared.events.incident import Contribution
from shared.events.report import Kind

_LOWERED = re.compile(
    r"\b(?:lower(?:ed|s)?|revis(?:e|es|ed|ing)|correct(?:s|ed|ion|ing)?|double[- ]count(?:ed|ing)|downgrad\w*|cut|reduc\w*|down to)\b"
    r"|\bnot (?:\d+|t(?:wo|hree|en|welve)|four|five|six|seven|eight|nine|eleven)\b"
    r"|تصحيح|تصحّح|تصحح|تخفيض|تخفض|خفض|تراجع|مراجعة|تعدل|تعديل|انخفاض"
    r"|(?<!\w)(?:لا|وليس(?:وا)?) (?:\d+|[٠-٩]+|(?:ثلاث|أربع|خمس|ست|سبع|ثماني|تسع|عشر)ة?)(?!\w)|(?<!\w)نەک (?:\d+|[٠-٩]+|دوو|سێ|چوار|پێنج|شەش|حەوت|هەشت|نۆ|دە)(?!\w)"
    r"|[ڕر]است ?(?:ک|دەک|بک)|هەموار|کەم ?(?:کر|دەک|بک|بوو)|دابەز",
    re.IGNORECASE,
)

_Fact = Literal["killed", "wounded", "attackers_killed"]
_AS_SURE = 0.1
"""Two readings whose confidence differs by less are equally sure."""

_TOLL = re.compile(
    r"\btolls?\b|\bdeath|حصيلة|عدد (?:القتلى|الضحايا|الشهداء)|ژمارەی (?:کوژراو|قوربانی|شەهید)", re.IGNORECASE
)
"""A headline about the number itself: then a story of a claim carries somebody else's count, not the claimant's."""
_RISEN = re.compile(
    r"\b(?:r(?:ises?|ose|isen|ising)|climb\w*)\b|\bto (?!death\b)(?:at least )?[\w-]+$"
    r"|(?<!\w)[وف]?(?:إلى|الى) |(?<!\w)(?:بوون?|گەیشت\w*|دەگات\w*) بە ",
    re.IGNORECASE,
)
_CLAIMED_DEAD = re.compile(
    r"\b(?:claim\w*|say\w*|said)\W+(?:(?:it|they|its|their|to|have|has|fighters|the|attack|raid|that|of)\W+)*(?:kill\w*|dead|death\w*|\d)"
    r"|(?:يتبنى|تبنى|يعلن|أعلن)\s+(?:قتل|مقتل)|(?:کوشتنی|کوژرانی)\b.*(?:ئەستۆ|ڕاگەیاند)",
    re.IGNORECASE,
)
"""The claimant counts: "IS claims killing eight soldiers"."""

_ALOUD = frozenset({"title", "summary"})
_HALF_SURE = 0.5
_MANY_WOUNDED = 6


class BestReason(StrEnum):
    """Why the best toll is the best."""

    ONLY_FIGURE = "the only figure"
    SEVERAL_AGREE = "several independent sources agree"
    LATEST_UPDATE = "the latest update"
    HIGHER_LATER = "a later report with a higher figure"
    HIGHEST = "the highest of conflicting figures"
    BEST_ATTESTED = "a higher figure of one report is not confirmed"
    AUTHORITY = "an official or medical count"
    CORRECTED = "corrected downward"
    DESK = "set by the desk"


def best_tolls(tellings: Sequence[Contribution]) -> tuple[Casualties, BestReason | None]:
    """Return the toll of an incident from its tellings in order of publication, and why the killed (else the wounded) are what they are."""
    tellings = on_their_sides(tellings)
    killed, reason = _best(tellings, "killed")
    now = _tellings_at(killed, tellings)
    wounded, wounded_reason = _best(now, "wounded", must_say_so=True, outdated=_outdated(now, tellings))
    anyone, anyones_reason = _best(tellings, "wounded", must_say_so=True)
    if wounded is None or (anyone is not None and _is_of_the_dead(wounded.best, anyone.best)):
        wounded, wounded_reason = anyone, anyones_reason
    attackers, _ = _best(tellings, "attackers_killed")
    casualties = Casualties(
        killed=killed,
        wounded=_ranged(wounded, tellings, "wounded"),
        attackers_killed=attackers,
        counted_by=_counted_by(tellings, killed, wounded),
    )
    return casualties, reason or wounded_reason


def _counted_by(tellings: Sequence[Contribution], killed: Count | None, wounded: Count | None) -> CountedBy | None:
    """The most trusted of those who give the best figure."""
    fact: _Fact = "killed" if killed else "wounded"
    best = killed or wounded
    return most_trusted([c for c in tellings if best and (count := _figure(c, fact)) and count.best == best.best])


def _is_of_the_dead(wounded: int, anyone: int) -> bool:
    """Whether so few wounded are rather those who died of their wounds: "the toll rises to 25 as five succumb" after 52 were hurt."""
    return anyone >= _MANY_WOUNDED and 2 * wounded < anyone


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


def _outdated(now: Sequence[Contribution], tellings: Sequence[Contribution]) -> frozenset[int]:
    """Figures of wounded from before the toll of killed was what it is: some of those people have died since."""
    if not now or now[0].facts.casualties.killed is None:
        return frozenset()
    return frozenset(
        count.best for c in tellings if c.source.time < now[0].source.time and (count := _figure(c, "wounded"))
    )


def _figure(telling: Contribution, fact: _Fact) -> Count | None:
    count: Count | None = getattr(telling.facts.casualties, fact)
    return count


def _best(
    tellings: Sequence[Contribution], fact: _Fact, *, must_say_so: bool = False, outdated: frozenset[int] = frozenset()
) -> tuple[Count | None, BestReason | None]:
    best: int | None = None
    reason: BestReason | None = None
    told: dict[int, list[Contribution]] = {}
    stale: set[int] = set()
    by_desk = False
    for telling in _weighed(tellings, fact):
        count = _figure(telling, fact)
        if count is None or (by_desk and telling.desk is None):
            continue
        is_update = telling.source.kind is Kind.UPDATE
        told.setdefault(count.best, []).append(telling)
        if telling.desk is not None:
            best, reason, by_desk = count.best, BestReason.DESK, True
        elif best is None:
            best, reason = count.best, BestReason.ONLY_FIGURE
        elif count.best > best:
            is_stale = count.best in stale and not is_update
            is_stale |= count.best in outdated and len({c.source.origin for c in told[count.best]}) == 1
            if not is_stale and _is_said_aloud(fact, told[count.best], told.get(best, [])):
                best, reason = count.best, BestReason.LATEST_UPDATE if is_update else BestReason.HIGHER_LATER
        elif count.best < best and _corrects(telling, len(told[count.best]) > 1, must_say_so or 2 * count.best < best):
            stale |= {figure for figure in told if figure > count.best}
            best, reason = count.best, BestReason.CORRECTED
        elif count.best < best and _is_outvoted(told[best], told[count.best], fact):
            best, reason = count.best, BestReason.ONLY_FIGURE
        elif count.best < best and _is_of_bystanders(told[best], telling, fact):
            best, reason = count.best, BestReason.AUTHORITY
    if best is None:
        return None, None
    return _ranged(Count(best=best, low=best, high=best), tellings, fact), _settled(best, reason, tellings, fact)


def _is_outvoted(standing: Sequence[Contribution], lower: Sequence[Contribution], fact: _Fact) -> bool:
    """Whether a figure of one story, below its headline, gives way to a lower one on which two independent origins agree after it.

    Tolls rise: those who write later and agree on less have not the older news, the one before them added up two attacks or
    was read wrongly. An update knows what it changes, and stands.
    """
    saying, since = {c.source.origin for c in standing}, standing[0].source.time
    return (
        len(saying) == 1
        and len({c.source.origin for c in lower if c.source.time >= since} - saying) > 1
        and not any(piece.fact == fact and piece.field == "title" for c in standing for piece in c.facts.evidence)
        and all(c.facts.evidence and c.source.kind is not Kind.UPDATE for c in standing)
    )


def _is_of_bystanders(standing: Sequence[Contribution], telling: Contribution, fact: _Fact) -> bool:
    """Whether one origin of bystanders stands against a later count by officials or medics, which stands where the news is told."""
    return (
        has_authority([telling])
        and are_bystanders(standing)
        and len({c.source.origin for c in standing}) == 1
        and telling.facts.confidence >= _HALF_SURE
        and any(piece.fact == fact and piece.field in _ALOUD for piece in telling.facts.evidence)
    )


def _weighed(tellings: Sequence[Contribution], fact: _Fact) -> Sequence[Contribution]:
    """Those whose figure counts: a claimant's own only where nobody else gives one."""
    others = [c for c in tellings if c.desk is not None or not _is_of_the_claimant(c, fact)]
    return others if any(_figure(c, fact) for c in others) else tellings


def _is_of_the_claimant(telling: Contribution, fact: _Fact) -> bool:
    """Whether those who did it count: the text says so, or its news is their claim and nobody else is named as counting.

    A story of a claim counts by itself where its headline is of the toll, where the words of the figure are ("the number of dead
    rose to two"), or where the headline states it without the claimant's mouth.
    """
    voice, title = voice_of(telling), telling.source.title
    if voice is not CountedBy.CLAIMANT and _is_said_to_rise(telling, fact):
        return False
    if not telling.facts.claimed or _TOLL.search(title):
        return voice is CountedBy.CLAIMANT and not _TOLL.search(title)
    fields = {piece.field for piece in telling.facts.evidence if piece.fact == fact}
    if voice in {CountedBy.CLAIMANT, CountedBy.UNKNOWN, None}:
        return voice is CountedBy.CLAIMANT or "title" not in fields or bool(_CLAIMED_DEAD.search(title))
    return not fields  # a figure that is only inferred is in nobody's mouth


def _is_said_aloud(fact: _Fact, saying: Sequence[Contribution], standing: Sequence[Contribution]) -> bool:
    """Whether a higher figure displaces the standing one.

    By two origins, by an update, by an outlet of a better tier, in the headline of an equal one, or in the summary of one as good
    as the only other.
    """
    if len({c.source.origin for c in saying}) > 1 or saying[-1].desk is not None:
        return True
    telling = saying[-1]
    if telling.source.kind is Kind.UPDATE and _is_in_headline(telling, fact):
        return True
    is_sure = telling.source.kind is Kind.UPDATE or telling.facts.confidence >= _HALF_SURE
    if fact == "killed" and is_sure and _are_of_the_wounded(telling, standing):
        return True
    best_tier = min((c.source.tier for c in standing), default=telling.source.tier)
    if telling.source.kind is Kind.UPDATE or telling.source.tier < best_tier:
        return telling.facts.confidence >= _HALF_SURE
    if _is_said_to_rise(telling, fact) and telling.facts.confidence >= _HALF_SURE:
        return True
    if has_authority(standing) and are_bystanders([telling]):
        return False  # residents alone against a hospital
    is_contested = len({c.source.origin for c in standing}) > 1
    if telling.source.tier > best_tier and is_contested:
        return False  # a lesser outlet alone against several of which one is better
    return _is_in_headline(telling, fact) or _is_believed_below_it(telling, fact, standing, is_contested=is_contested)


def _is_believed_below_it(
    telling: Contribution, fact: _Fact, standing: Sequence[Contribution], *, is_contested: bool
) -> bool:
    """Whether a higher figure in the summary displaces the standing one: of an authority that of others, of one as good that of one other."""
    if not any(piece.fact == fact and piece.field == "summary" for piece in telling.facts.evidence):
        return False
    confidence = telling.facts.confidence
    if has_authority([telling]) and not has_authority(standing) and confidence >= _HALF_SURE:
        return True
    best_tier = min((c.source.tier for c in standing), default=telling.source.tier)
    surest = max((c.facts.confidence for c in standing), default=0.0)
    return telling.source.tier <= best_tier and confidence >= surest - _AS_SURE and not is_contested


def _are_of_the_wounded(telling: Contribution, standing: Sequence[Contribution]) -> bool:
    """Whether as many more are dead as fewer are wounded: they died of their wounds, and no slip of reading adds up so."""
    now = telling.facts.casualties
    return any(
        now.killed and now.wounded and was.killed and was.wounded
        and now.killed.best - was.killed.best == was.wounded.best - now.wounded.best
        for was in (c.facts.casualties for c in standing)
    )  # fmt: skip


def _is_said_to_rise(telling: Contribution, fact: _Fact) -> bool:
    """Whether the words of the figure are of a toll that changed: then the story is an update, whatever it was read as."""
    return any(
        piece.fact == fact and piece.field in _ALOUD and _RISEN.search(piece.text) for piece in telling.facts.evidence
    )


def _is_in_headline(telling: Contribution, fact: _Fact) -> bool:
    """Whether the headline states the figure; a report without evidence is given the benefit."""
    fields = {piece.field for piece in telling.facts.evidence if piece.fact == fact}
    return "title" in fields or not fields


def _corrects(telling: Contribution, is_told_before: bool, must_say_so: bool) -> bool:
    """Whether an update lowers the toll; to less than half only when it says so, for "one more dies" tells of one."""
    if telling.source.kind is not Kind.UPDATE:
        return False
    if _LOWERED.search(telling.source.title):
        return True
    return not must_say_so and not is_told_before and not telling.facts.claimed


def _settled(best: int, reason: BestReason | None, tellings: Sequence[Contribution], fact: _Fact) -> BestReason | None:
    """The reason, said better where all agree or where it is a matter of conflicting reports."""
    counts = [(c, count) for c in tellings if (count := _figure(c, fact)) is not None]
    agreeing = [c for c, count in counts if count.best == best]
    others = [c for c, count in counts if count.best != best]
    if reason in {BestReason.ONLY_FIGURE, BestReason.HIGHER_LATER}:
        if others and has_authority(agreeing) and not has_authority(others):
            return BestReason.AUTHORITY
        if any(count.best > best for c, count in counts if not c.facts.claimed):
            return BestReason.BEST_ATTESTED
        if len({c.source.origin for c in agreeing}) > 1:
            return BestReason.SEVERAL_AGREE
        if others and reason is BestReason.ONLY_FIGURE:
            return BestReason.HIGHEST
    return reason


def _ranged(best: Count | None, tellings: Sequence[Contribution], fact: _Fact) -> Count | None:
    """The best figure with the range over all that was told."""
    if best is None:
        return None
    counts = [count for c in tellings if (count := _figure(c, fact)) is not None]
    return Count(
        best=best.best,
        low=min((best.best, *(count.low for count in counts))),
        high=max((best.best, *(count.high for count in counts))),
    )
