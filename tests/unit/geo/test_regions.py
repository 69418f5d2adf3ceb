"""Every country has one link region, and every region one partition, for ever."""

import pytest

from shared.geo.gazetteer import Gazetteer
from shared.geo.regions import LinkRegion, countries_of, partition_of, region_of


def test_every_country_of_the_gazetteer_is_in_exactly_one_region(gazetteer: Gazetteer) -> None:
    for country in {
        match.entry.country for name in ("Iraq", "Chad", "Fiji", "Kosovo") for match in gazetteer.lookup(name)
    }:
        assert sum(country in countries_of(region) for region in LinkRegion) == 1
    listed = [code for region in LinkRegion for code in countries_of(region)]
    assert len(listed) == len(set(listed))
    assert len(listed) >= 250


@pytest.mark.parametrize(
    ("country", "region"),
    [
        ("IQ", "mena"), ("SY", "mena"), ("TR", "mena"), ("IR", "mena"), ("EG", "mena"), ("XX", "mena"), (None, "mena"), ("", "mena"), ("iq", "mena"),
        ("UA", "europe"), ("PK", "asia"), ("NG", "africa"), ("LY", "africa"), ("CO", "americas"), ("AU", "oceania"), ("QQ", "mena"),
    ],
)  # fmt: skip
def test_a_country_goes_to_its_region(country: str | None, region: str) -> None:
    assert region_of(country) == region


def test_partitions_never_change() -> None:
    assert [partition_of(region) for region in ("mena", "europe", "asia", "africa", "americas", "oceania")] == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]
    with pytest.raises(ValueError, match="atlantis"):
        partition_of("atlantis")
