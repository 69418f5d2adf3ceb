"""Areas that people name and no boundary set has, such as Garmian: each a list of administrative units, from ``areas.yaml``."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import yaml

from shared.geo.names import name_key


class AreaError(ValueError):
    """An areas file that does not say what it must; the text names the entry and the field."""


@dataclass(frozen=True, kw_only=True)
class Area:
    """A named area: the union of Iraqi units by p-code. ``names`` are by language (en, ar, ckb), ``note`` says what it leaves out."""

    slug: str
    names: dict[str, str]
    aliases: tuple[str, ...]
    units: tuple[str, ...]
    note: str = ""

    def holds(self, *codes: str | None) -> bool:
        """Whether a place with these p-codes (of whatever levels) lies inside for certain."""
        return any(code is not None and code.startswith(unit) for code in codes for unit in self.units)

    def may_hold(self, code: str | None) -> bool:
        """Whether something known only to lie in unit ``code`` may lie inside: the unit holds a part of the area, or is held by it."""
        return code is not None and any(unit.startswith(code) or code.startswith(unit) for unit in self.units)


def areas_from(text: str) -> tuple[Area, ...]:
    """Read areas from YAML; raises ``AreaError`` naming the entry for a missing field, a code that is no p-code or a slug used twice."""
    try:
        rows = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise AreaError(f"areas: not YAML: {error}") from error
    if not isinstance(rows, list):
        raise AreaError("areas: expected a list of areas")
    areas = [_area(row, number) for number, row in enumerate(rows, start=1)]
    slugs = [area.slug for area in areas]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise AreaError(f"areas: the slug {slug!r} is used twice")
    return tuple(areas)


def _area(row: object, number: int) -> Area:
    if not isinstance(row, dict):
        raise AreaError(f"areas: entry {number} is not a mapping")
    where = f"areas: entry {number} ({row.get('slug', 'no slug')})"
    slug, names, units = row.get("slug"), row.get("names"), row.get("units")
    aliases = [] if row.get("aliases") is None else row["aliases"]
    if not isinstance(slug, str) or not slug:
        raise AreaError(f"{where}: slug is missing")
    if not isinstance(names, dict) or not isinstance(names.get("en"), str):
        raise AreaError(f"{where}: names needs at least en")
    if not isinstance(units, list) or not units or not all(isinstance(u, str) and u.startswith("IQG") for u in units):
        raise AreaError(f"{where}: units must be Iraqi p-codes such as IQG10Q05")
    if not isinstance(aliases, list):
        raise AreaError(f"{where}: aliases must be a list")
    return Area(
        slug=slug,
        names={str(lang): str(name) for lang, name in names.items()},
        aliases=tuple(str(alias) for alias in aliases),
        units=tuple(units),
        note=str(row.get("note") or ""),
    )


@lru_cache(maxsize=1)
def shipped_areas() -> tuple[Area, ...]:
    """Return the areas that ship with the package."""
    return areas_from((resources.files("shared.geo") / "areas.yaml").read_text(encoding="utf-8"))


def load_areas(path: Path | None = None) -> tuple[Area, ...]:
    """Return the shipped areas with those of the file at ``path`` added; one of the same slug replaces the shipped one."""
    if path is None:
        return shipped_areas()
    own = areas_from(path.read_text(encoding="utf-8"))
    replaced = {area.slug for area in own}
    return (*(area for area in shipped_areas() if area.slug not in replaced), *own)


def find_area(name: str, areas: Iterable[Area] | None = None) -> Area | None:
    """Return the area of this slug or name, in any language and spelling, or None."""
    key = name_key(name)
    for area in shipped_areas() if areas is None else areas:
        spelled = (area.slug, *area.names.values(), *area.aliases)
        if key and any(name_key(one) == key for one in spelled):
            return area
    return None
