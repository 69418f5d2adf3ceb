"""Named areas that no boundary set has."""

from pathlib import Path

import pytest

from shared.geo.areas import AreaError, areas_from, find_area, load_areas, shipped_areas
from shared.geo.gazetteer import Gazetteer


@pytest.mark.parametrize("name", ["Garmian", "garmian", "Germian", "كرميان", "گەرمیان"])
def test_garmian_is_kalar_and_kifri_in_three_scripts(name: str) -> None:
    area = find_area(name)
    assert area is not None
    assert area.units == ("IQG06Q06", "IQG10Q06")


def test_every_shipped_area_is_made_of_real_units_and_named_in_three_languages(gazetteer: Gazetteer) -> None:
    for area in shipped_areas():
        assert set(area.names) == {"en", "ar", "ckb"}, area.slug
        assert area.note, area.slug
        assert not gazetteer.polygon(area.units).is_empty


def test_a_place_inside_is_held_and_a_vaguer_one_may_be() -> None:
    garmian = find_area("Garmian")
    assert garmian is not None
    assert garmian.holds("IQG10", "IQG10Q06")
    assert not garmian.holds("IQG10", "IQG10Q05")
    assert garmian.may_hold("IQG10")
    assert not garmian.may_hold("IQG15")
    assert not garmian.may_hold(None)


def test_an_unknown_area_is_none() -> None:
    assert find_area("Atlantis") is None
    assert find_area("") is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not YAML"),
        ("a: b", "expected a list"),
        ("- 5", "entry 1"),
        ("- {names: {en: X}, units: [IQG10]}", "slug"),
        ("- {slug: x, units: [IQG10]}", "names"),
        ("- {slug: x, names: {en: X}, units: [Diyala]}", "p-codes"),
        ("- {slug: x, names: {en: X}, units: [IQG10], aliases: no}", "aliases"),
        ("- {slug: x, names: {en: X}, units: [IQG10]}\n- {slug: x, names: {en: Y}, units: [IQG13]}", "twice"),
    ],
)
def test_a_faulty_file_is_refused_with_its_entry_named(text: str, complaint: str) -> None:
    with pytest.raises(AreaError, match=complaint):
        areas_from(text)


def test_an_own_file_adds_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "areas.yaml"
    path.write_text(
        "- {slug: garmian, names: {en: Garmian}, units: [IQG06Q06]}\n- {slug: mine, names: {en: Mine}, units: [IQG13]}",
        encoding="utf-8",
    )
    areas = {area.slug: area for area in load_areas(path)}
    assert areas["garmian"].units == ("IQG06Q06",)
    assert "mine" in areas
    assert "hamrin" in areas
