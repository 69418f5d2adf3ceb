"""The faults of a run as values: what happens to which part, when and for how long, drawn from a seed."""

import random
from collections.abc import Collection
from dataclasses import dataclass

from tests.support.proxy import Mode

SERVICES = ("ingest", "classify", "alert")
SERVERS = ("kafka", "postgres")
NETWORKS = ("kafka", "postgres", "receiver", "mail")
ANSWERS = ("answer 503", "break", "hang")
DISKS = ("kafka", "postgres", "classify")
STEPS = ("step forward an hour", "step back an hour")
_LONGEST_SECONDS = 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """At ``at`` seconds, ``what`` happens to ``part`` for ``seconds`` (0: it is over at once)."""

    at: float
    part: str
    what: str
    seconds: float = 0.0

    def __str__(self) -> str:
        lasting = f" for {self.seconds:.0f} s" if self.seconds else ""
        return f"{self.at:5.0f} s  {self.part}: {self.what}{lasting}"


PLAIN_KINDS = ("kill service", "stop service", "kill server", "stop server", "network", "receiver")
"""What every machine can do."""
KINDS: dict[str, int] = {
    "kill service": 4,
    "stop service": 3,
    "kill server": 2,
    "stop server": 2,
    "network": 4,
    "receiver": 2,
    "restart in a transaction": 2,
    "disk": 2,
    "clock": 2,
}
"""How often each kind is drawn, among those that this machine can do."""


def plan(
    *, seed: int, seconds: float, pause: tuple[float, float] = (3.0, 7.0), kinds: Collection[str] = tuple(KINDS)
) -> tuple[Fault, ...]:
    """Return the faults of a run: the same for the same seed, none in the last tenth, each over before the next begins."""
    chance = random.Random(seed)
    wanted = [kind for kind in KINDS if kind in kinds]
    faults: list[Fault] = []
    at = chance.uniform(*pause)
    while at < seconds * 0.9:
        kind = chance.choices(wanted, weights=[KINDS[one] for one in wanted])[0]
        fault = _fault(chance, kind, at, chance.uniform(1.0, _LONGEST_SECONDS))
        faults.append(fault)
        at += fault.seconds + chance.uniform(*pause)
    return tuple(faults)


def each_kind(*, begin: float, apart: float, lasting: float, kinds: Collection[str]) -> tuple[Fault, ...]:
    """Return one fault of each of the rarer kinds and parts: for a short run that must not leave one out."""
    wanted = [
        ("restart in a transaction", "postgres", "restart in a transaction", 0.0),
        *(("disk", f"disk of {name}", "fill", lasting) for name in DISKS),
        *(
            ("clock", f"clock of {name}", step, lasting)
            for name, step in zip(SERVICES, (*STEPS, STEPS[0]), strict=True)
        ),
    ]
    return tuple(
        Fault(at=begin + number * apart, part=part, what=what, seconds=seconds)
        for number, (_, part, what, seconds) in enumerate(one for one in wanted if one[0] in kinds)
    )


def _fault(chance: random.Random, kind: str, at: float, lasting: float) -> Fault:
    match kind:
        case "kill service" | "kill server":
            return Fault(at=at, part=chance.choice(SERVICES if kind == "kill service" else SERVERS), what="kill")
        case "stop service" | "stop server":
            parts = SERVICES if kind == "stop service" else SERVERS
            return Fault(at=at, part=chance.choice(parts), what="stop", seconds=lasting)
        case "network":
            mode = chance.choice((Mode.SLOW, Mode.HALF_OPEN, Mode.RESET))
            part = f"network to {chance.choice(NETWORKS)}"
            return Fault(at=at, part=part, what=f"make {mode.value}", seconds=lasting)
        case "restart in a transaction":
            return Fault(at=at, part="postgres", what=kind)
        case "disk":
            return Fault(at=at, part=f"disk of {chance.choice(DISKS)}", what="fill", seconds=lasting)
        case "clock":
            part = f"clock of {chance.choice(SERVICES)}"
            return Fault(at=at, part=part, what=chance.choice(STEPS), seconds=lasting)
        case _:
            return Fault(at=at, part="receiver", what=chance.choice(ANSWERS), seconds=lasting)
