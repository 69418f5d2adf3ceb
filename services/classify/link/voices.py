"""Whose count it is: a hospital, a ministry, the police, residents, those who did it; and whose is believed where they conflict."""

from collections.abc import Sequence

from shared.events.facts import CountedBy
from shared.events.incident import Contribution

AUTHORITIES = frozenset({CountedBy.OFFICIAL, CountedBy.MEDICAL})
"""Who has lists of names or beds to count by."""
BYSTANDERS = frozenset({CountedBy.WITNESS, CountedBy.CLAIMANT, CountedBy.OTHER})
"""Who saw, heard or boasts. Where a text names nobody there is no voice to set against another, and police count as they come."""
_TRUSTED = (
    CountedBy.MEDICAL,
    CountedBy.OFFICIAL,
    CountedBy.POLICE,
    CountedBy.OTHER,
    CountedBy.WITNESS,
    CountedBy.CLAIMANT,
    CountedBy.UNKNOWN,
)


def voice_of(telling: Contribution) -> CountedBy | None:
    """Who counted, by the telling's own words."""
    return telling.facts.casualties.counted_by


def has_authority(tellings: Sequence[Contribution]) -> bool:
    """Whether one of them has the count of an official or a medical source."""
    return any(voice_of(c) in AUTHORITIES for c in tellings)


def are_bystanders(tellings: Sequence[Contribution]) -> bool:
    """Whether all of them have the count of people who are neither officials nor medics nor police, and say so."""
    return all(voice_of(c) in BYSTANDERS for c in tellings)


def most_trusted(tellings: Sequence[Contribution]) -> CountedBy | None:
    """The most trusted of those who counted, None where nobody asked."""
    heard = {voice_of(c) for c in tellings}
    return next((voice for voice in _TRUSTED if voice in heard), None)
