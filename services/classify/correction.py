"""The command line's corrections: the desk's reading with linking's own bounds and the reader's list of perpetrators."""

from datetime import datetime
from importlib import resources

from services.classify.link.screening import Flag, screen_facts
from services.classify.link.settings import LinkSettings
from services.classify.read.lexicon import parse
from shared.desk.correction import Correction, CorrectionError, CorrectionRules
from shared.desk.correction import read_correction as read_words
from shared.events.report import AttackFacts
from shared.geo.gazetteer import Gazetteer
from shared.geo.named_place import read_place

__all__ = ["Correction", "CorrectionError", "known_perpetrators", "read_correction"]


def read_correction(
    said: Correction, gazetteer: Gazetteer, settings: LinkSettings, *, now: datetime, country: str | None = None
) -> AttackFacts:
    """Return the facts; raises ``CorrectionError`` for what is unreadable, impossible, or nothing at all."""
    rules = CorrectionRules(
        max_killed=settings.max_killed,
        max_wounded=settings.max_wounded,
        perpetrators=known_perpetrators(),
        prefix="--",
    )
    facts = read_words(said, lambda words: read_place(words, gazetteer, country=country), rules, now=now)
    flags: list[Flag] = []
    screen_facts(facts, now, 1.0, flags, settings)
    place = facts.place
    if Flag.POINT_OUTSIDE_COUNTRY in flags and place is not None:
        raise CorrectionError(f"--place: the point {place.lat:g}, {place.lon:g} lies outside {place.country}")
    return facts


def known_perpetrators() -> tuple[str, ...]:
    """Return the slugs that reports and watches use."""
    listed = (resources.files("services.classify.read") / "data" / "actors.txt").read_text(encoding="utf-8")
    return tuple(sorted(parse(listed)))
