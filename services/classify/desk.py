"""What became of the desk's decisions, in classify's words; the decisions themselves are ``shared.desk``."""

from enum import StrEnum

from shared.desk.decision import (
    DESK_WORDS,
    MAX_WHO,
    MAX_WHY,
    desk_record,
    desk_report,
    objection,
    region_of_incident,
    tellings_in,
    word_of,
)


class DeskOutcome(StrEnum):
    """What linking made of a decision: carried out, or refused with a flag."""

    DONE = "done"
    REFUSED = "refused"


__all__ = [
    "DESK_WORDS",
    "MAX_WHO",
    "MAX_WHY",
    "DeskOutcome",
    "desk_record",
    "desk_report",
    "objection",
    "region_of_incident",
    "tellings_in",
    "word_of",
]
