"""The link region of a country: which news may be about one incident, and so must meet in one partition.

The Middle East and the unknown (``XX``) are ``mena``, every other country goes by continent. Egypt counts as Middle East (Sinai
and Gaza share incidents); the rest of North Africa and Sudan count as ``africa``, because their incidents spill over the Sahel's
borders, not over Iraq's or Syria's. The table is fixed for v1 of the topics: changing a row moves a country's news to another
partition, where its open incidents are not known.
"""

from enum import StrEnum


class LinkRegion(StrEnum):
    """Key of ``tocsin.reports.v1``."""

    MENA = "mena"
    EUROPE = "europe"
    ASIA = "asia"
    AFRICA = "africa"
    AMERICAS = "americas"
    OCEANIA = "oceania"


UNKNOWN_COUNTRY = "XX"

_COUNTRIES = {
    LinkRegion.MENA: "AE BH EG IL IQ IR JO KW LB OM PS QA SA SY TR YE XX",
    LinkRegion.EUROPE: (
        "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO"
        " PL PT RO RS RU SE SI SJ SK SM UA VA XK"
    ),
    LinkRegion.ASIA: (
        "AF AM AZ BD BN BT CC CN CX GE HK ID IN IO JP KG KH KP KR KZ LA LK MM MN MO MV MY NP PH PK SG TH TJ TL TM TW UZ VN"
    ),
    LinkRegion.AFRICA: (
        "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC"
        " SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW"
    ),
    LinkRegion.AMERICAS: (
        "AG AI AR AW BB BL BM BO BQ BR BS BV BZ CA CL CO CR CU CW DM DO EC FK GD GF GL GP GS GT GY HN HT JM KN KY LC MF MQ MS MX"
        " NI PA PE PM PR PY SR SV SX TC TT US UY VC VE VG VI"
    ),
    LinkRegion.OCEANIA: "AQ AS AU CK FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TF TK TO TV UM VU WF WS",
}
_REGION_OF = {country: region for region, codes in _COUNTRIES.items() for country in codes.split()}
_PARTITION_OF = {region: number for number, region in enumerate(LinkRegion)}


def region_of(country: str | None) -> LinkRegion:
    """Return the link region of an ISO 3166-1 alpha-2 code; ``mena`` for none, ``XX`` and codes that do not exist."""
    return _REGION_OF.get((country or UNKNOWN_COUNTRY).upper(), LinkRegion.MENA)


def partition_of(region: str) -> int:
    """Return the partition of ``tocsin.reports.v1`` (0 to 5) of a link region; raises ``ValueError`` for any other word."""
    return _PARTITION_OF[LinkRegion(region)]


def countries_of(region: LinkRegion) -> frozenset[str]:
    """The countries whose news meets in ``region``."""
    return frozenset(_COUNTRIES[region].split())
