"""``/v1/export.csv`` and ``/v1/export.geojson``: all incidents as one file, now or as they were known at a time."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from litestar import get
from litestar.datastructures import State
from litestar.params import QueryParameter
from litestar.response import Stream

from services.alert.api.incident_query import read_time
from services.alert.api.parts import ApiParts, parts_of
from services.alert.api.problems import Fault, ProblemError, responses
from services.alert.export import MEDIA_TYPE, Format, beginning, ending, piece
from services.alert.export_row import Exported
from services.alert.keys import Right

_COLUMNS = ("plain", "hxl", "acled")
_Columns = Annotated[
    str,
    QueryParameter(
        name="columns",
        description="plain; hxl: the same with HXL hashtags; acled: ACLED's columns.",
        schema_extra={"enum": list(_COLUMNS)},
    ),
]
_Since = Annotated[
    str | None, QueryParameter(name="since", description="Only incidents with a report at this time or later.")
]
_AsOf = Annotated[
    str | None,
    QueryParameter(name="as_of", description="As they were known at this time; default: as they are known now."),
]


@get(
    "/v1/export.csv",
    opt={"right": Right.READ},
    media_type=MEDIA_TYPE[Format.CSV],
    responses=responses(),
    summary="All incidents as CSV",
)
async def export_csv(state: State, columns: _Columns = "plain", since: _Since = None, as_of: _AsOf = None) -> Stream:
    """One row an incident, those that no longer stand marked. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    if columns not in _COLUMNS:
        raise ProblemError(Fault.INVALID, f"columns is {columns[:60]!r}; accepted are {', '.join(_COLUMNS)}")
    wanted = Format.CSV if columns == "plain" else Format(columns)
    return await _stream(parts_of(state), wanted, since, as_of)


@get(
    "/v1/export.geojson",
    opt={"right": Right.READ},
    media_type=MEDIA_TYPE[Format.GEOJSON],
    responses=responses(),
    summary="All incidents as GeoJSON",
)
async def export_geojson(state: State, since: _Since = None, as_of: _AsOf = None) -> Stream:
    """One feature an incident; the properties are the columns of the CSV."""
    return await _stream(parts_of(state), Format.GEOJSON, since, as_of)


async def _stream(parts: ApiParts, wanted: Format, since: str | None, as_of: str | None) -> Stream:
    pages = parts.export.pages(since=read_time("since", since), as_of=read_time("as_of", as_of))
    first = await anext(pages, ())  # a database that does not answer is told as such, not in the middle of a file
    return Stream(
        _pieces(parts, wanted, first, pages),
        media_type=MEDIA_TYPE[wanted],
        headers={
            "Content-Disposition": f'attachment; filename="incidents.{"geojson" if wanted is Format.GEOJSON else "csv"}"'
        },
    )


async def _pieces(
    parts: ApiParts, wanted: Format, first: Sequence[Exported], rest: AsyncIterator[Sequence[Exported]]
) -> AsyncIterator[bytes]:
    yield beginning(wanted)
    count = 0
    page: Sequence[Exported] | None = first
    while page is not None:
        if page:
            yield b"".join(
                piece(one, wanted, parts.places, is_first=count + number == 0) for number, one in enumerate(page)
            )
            count += len(page)
        page = await anext(rest, None)
    yield ending(wanted)
