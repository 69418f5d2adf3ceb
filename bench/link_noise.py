#!/usr/bin/env python3
"""How linking fares when reading errs: the true facts of the labelled streams, some of them misread at random, as often as reading does.

    .venv/bin/python -m bench.link_noise [--seeds 3] [--errors 1.0] [--stream DIR]...

Reading gets about one place in ten wrong on news that nobody tuned it on, one kind of attack in ten, one toll in twelve, one date in
twenty. Here each fact of each item is changed with that chance (times ``--errors``; 0 gives the true facts), so that the
figures say how robust linking is, of whatever reader, and do not depend on what the reader was trained on. What is not
labelled (targets, weapons, the text's signature) comes from the reader. Held-out streams are left out.
"""

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import msgspec

from bench.evaluate import OWN_STREAMS, streams_in
from bench.scoring.linking import LinkingFigures, score_linking
from bench.scoring.stream import Stream, Truth
from services.classify.backtest import Backtest
from services.classify.read.reader import Reader
from shared.events.facts import GROUP_OF, Casualties, Count, EventType, Place, Precision
from shared.events.report import Kind, Report

T = EventType
TAKEN_FOR: dict[EventType, tuple[EventType, ...]] = {
    T.ARMED_CLASH: (T.ATTACK, T.REMOTE_EXPLOSIVE_LANDMINE_IED),
    T.ATTACK: (T.ARMED_CLASH, T.REMOTE_EXPLOSIVE_LANDMINE_IED),
    T.REMOTE_EXPLOSIVE_LANDMINE_IED: (T.ATTACK, T.SUICIDE_BOMB, T.GRENADE),
    T.SUICIDE_BOMB: (T.REMOTE_EXPLOSIVE_LANDMINE_IED,),
    T.AIR_DRONE_STRIKE: (T.ATTACK, T.SHELLING_ARTILLERY_MISSILE),
    T.SHELLING_ARTILLERY_MISSILE: (T.ARMED_CLASH, T.AIR_DRONE_STRIKE),
    T.CHEMICAL_WEAPON: (T.AIR_DRONE_STRIKE,),
    T.GRENADE: (T.REMOTE_EXPLOSIVE_LANDMINE_IED, T.ATTACK),
    T.ABDUCTION: (T.ATTACK,),
    T.SEXUAL_VIOLENCE: (T.ATTACK,),
    T.GOVERNMENT_REGAINS_TERRITORY: (T.ARMED_CLASH,),
    T.NON_STATE_OVERTAKES_TERRITORY: (T.ARMED_CLASH,),
}
"""What each kind of attack is most often misread as."""
KIND_TAKEN_FOR: dict[Kind, tuple[tuple[float, Kind], ...]] = {
    Kind.REPORT: ((0.04, Kind.OTHER), (0.02, Kind.REACTION), (0.015, Kind.UPDATE)),
    Kind.UPDATE: ((0.06, Kind.REPORT), (0.06, Kind.OTHER)),
    Kind.REACTION: ((0.10, Kind.OTHER), (0.06, Kind.REPORT)),
}
"""With what chance a story is taken for which other."""
NO_PLACE, WRONG_PLACE, ONLY_GOVERNORATE, ONLY_DISTRICT, ONLY_COUNTRY = 0.03, 0.06, 0.04, 0.04, 0.02
WRONG_TYPE, WRONG_TOLL, WRONG_DATE = 0.10, 0.08, 0.05


@dataclass(frozen=True, kw_only=True)
class Noise:
    """Misreads reports; ``places`` are those that a wrong one is taken from."""

    chance: random.Random
    errors: float
    places: Sequence[Place]

    def misread(self, report: Report) -> Report:
        """Return the report as it might have been read."""
        if report.kind is Kind.OTHER:
            return report
        kind = self._kind(report.kind)
        event_type = report.event_type
        if event_type is not None and self._happens(WRONG_TYPE):
            event_type = self.chance.choice(TAKEN_FOR[event_type])
        is_sure = kind is report.kind
        confidence = min(0.95, max(0.3, self.chance.gauss(0.82, 0.12))) if is_sure else self.chance.uniform(0.3, 0.65)
        return msgspec.structs.replace(
            report,
            kind=kind,
            event_type=event_type,
            event_group=GROUP_OF[event_type] if event_type else None,
            place=self._place(report.place),
            occurred_on=self._date(report.occurred_on),
            casualties=msgspec.structs.replace(
                report.casualties,
                killed=self._count(report.casualties.killed),
                wounded=self._count(report.casualties.wounded),
            ),
            confidence=round(confidence, 3),
        )

    def _happens(self, chance: float) -> bool:
        return self.chance.random() < chance * self.errors

    def _kind(self, kind: Kind) -> Kind:
        return next((other for chance, other in KIND_TAKEN_FOR.get(kind, ()) if self._happens(chance)), kind)

    def _place(self, place: Place | None) -> Place | None:
        if place is None or self._happens(NO_PLACE):
            return None
        if self._happens(WRONG_PLACE):
            return self.chance.choice([one for one in self.places if one.country == place.country] or [place])
        country, admin1, admin2 = place.country, place.admin1, place.admin2
        if admin1 and self._happens(ONLY_GOVERNORATE):
            return Place(name=admin1, precision=Precision.GOVERNORATE, country=country, admin1=admin1)
        if admin2 and self._happens(ONLY_DISTRICT):
            return Place(name=admin2, precision=Precision.DISTRICT, country=country, admin1=admin1, admin2=admin2)
        if country and self._happens(ONLY_COUNTRY):
            return Place(name=country, precision=Precision.COUNTRY, country=country)
        return place

    def _date(self, day: date | None) -> date | None:
        return day + timedelta(days=self.chance.choice((-1, 1, -7, -2))) if day and self._happens(WRONG_DATE) else day

    def _count(self, count: Count | None) -> Count | None:
        if not self._happens(WRONG_TOLL):
            return count
        if count is not None and self.chance.random() < 0.4:
            return None
        best = max(0, (count.best if count else 0) + self.chance.choice((-2, -1, 1, 2, 4)))
        return Count(best=best, low=best, high=best)


def true_report(read: Report, truth: Truth) -> Report:
    """Return what a reader without fault would make of the item; what is not labelled is as read."""
    event_type = EventType(truth.event_type) if truth.event_type else None
    return msgspec.structs.replace(
        read,
        kind=Kind(truth.kind),
        event_type=event_type,
        event_group=GROUP_OF[event_type] if event_type else None,
        place=_true_place(truth),
        occurred_on=date.fromisoformat(truth.occurred_on) if truth.occurred_on else None,
        casualties=Casualties(
            killed=_exactly(truth.killed),
            wounded=_exactly(truth.wounded),
            attackers_killed=_exactly(truth.attackers_killed),
        ),
        perpetrator=truth.perpetrator or "unknown",
        claimed=False,
        other_events=(),
        confidence=0.9,
        evidence=(),
    )


def _exactly(count: int | None) -> Count | None:
    return None if count is None else Count(best=count, low=count, high=count)


def _true_place(truth: Truth) -> Place | None:
    if not truth.country:
        return None
    is_named = truth.lat is not None or (truth.admin1 is None and truth.place is not None)
    coarse = Precision.DISTRICT if truth.admin2 else Precision.GOVERNORATE if truth.admin1 else Precision.COUNTRY
    return Place(
        name=truth.place or truth.country,
        lat=truth.lat,
        lon=truth.lon,
        precision=Precision.TOWN if is_named else coarse,
        country=truth.country,
        admin1=truth.admin1,
        admin2=truth.admin2,
    )


def linked(stream: Stream, reports: dict[str, Report]) -> LinkingFigures:
    """Return the figures of linking these reports."""
    folding = Backtest()
    return score_linking(stream, [change for item in stream.items for change in folding.take(reports[item.item_id])])


def main() -> None:
    """Link every open stream with each seed and print one line over all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--errors", type=float, default=1.0)
    parser.add_argument("--stream", type=Path, action="append", default=[])
    args = parser.parse_args()
    reader, total, b_cubed = Reader.load(), Counter[str](), list[float]()
    for stream in streams_in([OWN_STREAMS, *args.stream]):
        if not stream.may_be_looked_at:
            continue
        truths = {truth.id: truth for truth in stream.truths}
        true = {item.item_id: true_report(reader.read(item), truths[item.item_id]) for item in stream.items}
        places = [one.place for one in true.values() if one.place is not None and one.kind is Kind.REPORT]
        for seed in range(args.seeds):
            noise = Noise(chance=random.Random(f"{stream.name} {seed}"), errors=args.errors, places=places)
            figures = linked(stream, {item: noise.misread(report) for item, report in true.items()})
            b_cubed.append(figures.b_cubed.f1)
            total += Counter(
                incidents=figures.incidents, once=figures.alerted_once.right, opened=figures.openings_right.of,
                right=figures.openings_right.right, first=figures.alerted_at_first_report.right, hidden=figures.hidden_by_merge,
                updates=figures.updates, news=figures.updates_with_news.right,
                killed=figures.final_killed.right, ended=figures.final_killed.of,
            )  # fmt: skip
    print(
        f"{total['incidents']} incidents: once {total['once'] / total['incidents']:.3f},"
        f" first alerts right {total['right'] / total['opened']:.3f},"
        f" at the first report {total['first'] / total['incidents']:.3f},"
        f" hidden by a merge {total['hidden']}, B-cubed F1 {sum(b_cubed) / len(b_cubed):.3f},"
        f" updates with news {total['news'] / total['updates']:.3f}, final killed {total['killed'] / total['ended']:.3f}"
    )


if __name__ == "__main__":
    main()
