"""Incidents as files: CSV, CSV with HXL hashtags, CSV with ACLED's columns, GeoJSON (pure). Everything is written row by row.

Text of the news goes into cells that people open in spreadsheets, so a cell that would be taken for a formula begins with an
apostrophe; ``plain`` takes it off again, and nothing else.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

import msgspec

from services.alert.export_acled import COLUMNS as ACLED_COLUMNS
from services.alert.export_acled import acled_row
from services.alert.export_row import COLUMNS, Cell, Exported, row_of
from services.alert.words import PlaceWords

_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n|%＝＋－＠]")
_NEUTRALISED = re.compile(r"''*\s*[=+\-@\t\r\n|%＝＋－＠]")
_ENCODER = msgspec.json.Encoder()
_DIGITS = 6


class Format(StrEnum):
    """What may be asked for."""

    CSV = "csv"
    GEOJSON = "geojson"
    HXL = "hxl"
    ACLED = "acled"


MEDIA_TYPE = {
    Format.CSV: "text/csv",
    Format.HXL: "text/csv",
    Format.ACLED: "text/csv",
    Format.GEOJSON: "application/geo+json",
}


def written(rows: Iterable[Exported], wanted: Format, names: PlaceWords) -> Iterator[bytes]:
    """Yield the file piece by piece: what begins it, each row, what ends it."""
    yield beginning(wanted)
    for number, exported in enumerate(rows):
        yield piece(exported, wanted, names, is_first=number == 0)
    yield ending(wanted)


def beginning(wanted: Format) -> bytes:
    """Return what stands before the first row."""
    if wanted is Format.GEOJSON:
        return b'{"type":"FeatureCollection","features":[\n'
    if wanted is Format.ACLED:
        return _line(ACLED_COLUMNS)
    return _line(tuple(COLUMNS)) + (_line(tuple(COLUMNS.values())) if wanted is Format.HXL else b"")


def piece(exported: Exported, wanted: Format, names: PlaceWords, *, is_first: bool) -> bytes:
    """Return one row."""
    if wanted is Format.GEOJSON:
        return (b"" if is_first else b",\n") + _feature(row_of(exported, names))
    if wanted is Format.ACLED:
        return _line([_cell(value) for value in acled_row(exported, names).values()])
    return _line([_cell(value) for value in row_of(exported, names).values()])


def ending(wanted: Format) -> bytes:
    """Return what stands after the last row."""
    return b"\n]}\n" if wanted is Format.GEOJSON else b""


def plain(cell: str) -> str:
    """Return what a cell of our CSV says."""
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def _feature(row: Mapping[str, Cell]) -> bytes:
    lat, lon = row["lat"], row["lon"]
    has_point = isinstance(lat, float) and isinstance(lon, float)
    geometry = {"type": "Point", "coordinates": (round(lon, _DIGITS), round(lat, _DIGITS))} if has_point else None  # type: ignore[arg-type]  # both are floats then
    properties = {name: value for name, value in row.items() if name not in ("lat", "lon")}
    return _ENCODER.encode(
        {"type": "Feature", "id": row["incident_id"], "geometry": geometry, "properties": properties}
    )


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return "'" + value if _FORMULA.match(value) else value


def _line(cells: Sequence[str]) -> bytes:
    into = io.StringIO(newline="")
    csv.writer(into, lineterminator="\r\n").writerow(cells)
    return into.getvalue().encode()
