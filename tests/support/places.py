"""A gazetteer of a few divisions, for tests that must not load the real one."""

from collections.abc import Mapping, Sequence

from services.alert.area import Area, Circle, CodedArea, Polygon
from services.alert.watch import Language

_DIYALA = CodedArea(codes=("IQ", "IQG10"))
_KHANAQIN = CodedArea(codes=("IQ", "IQG10", "IQG10Q05"))
_AREAS: dict[str, dict[str, tuple[Area, ...]]] = {
    "Diyala": {"Diyala": (_DIYALA,)},
    "ديالى": {"Diyala": (_DIYALA,)},
    "دیالە": {"Diyala": (_DIYALA,)},
    "Khanaqin": {"Khanaqin": (_KHANAQIN,)},
    "Salman": {"Salman in Muthanna": (_DIYALA,), "Salman in Diyala": (_KHANAQIN,)},
}
_NAMES: dict[str, dict[Language, str]] = {
    "IQ": {"en": "Iraq", "ar": "العراق", "ckb": "عێراق"},
    "IQG10": {"en": "Diyala", "ar": "ديالى", "ckb": "دیالە"},
    "IQG10Q05": {"en": "Khanaqin", "ar": "خانقين", "ckb": "خانەقین"},
    "IQG13": {"en": "Kirkuk", "ar": "كركوك", "ckb": "کەرکووک"},
    "SY": {"en": "Syria", "ar": "سوريا", "ckb": "سووریا"},
}


class FewPlaces:
    """``PlaceBook`` over the tables above."""

    def areas_named(self, name: str) -> Mapping[str, tuple[Area, ...]]:
        """What bears exactly this name."""
        return _AREAS.get(name, {})

    def suggestions(self, name: str) -> Sequence[str]:
        """Names that begin with the same letter."""
        return tuple(known for known in _AREAS if known[:1] == name[:1])

    def is_code(self, code: str) -> bool:
        """Whether the tables have the code."""
        return code in _NAMES

    def with_extent(self, area: Circle | Polygon) -> Circle | Polygon:
        """The area itself."""
        return area

    def display_name(self, code: str, language: Language) -> str | None:
        """The name in the table."""
        return _NAMES.get(code, {}).get(language)

    def place_name(self, geonameid: int, language: Language) -> str | None:
        """None: the tables know divisions only."""
        return None
