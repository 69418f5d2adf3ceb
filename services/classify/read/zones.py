"""Local time of the countries the news tells of: the zone most of a country's people live in."""

from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ZONES = {
    "IQ": "Asia/Baghdad", "SY": "Asia/Damascus", "IR": "Asia/Tehran", "TR": "Europe/Istanbul", "LB": "Asia/Beirut", "IL": "Asia/Jerusalem",
    "PS": "Asia/Gaza", "JO": "Asia/Amman", "SA": "Asia/Riyadh", "YE": "Asia/Aden", "KW": "Asia/Kuwait", "QA": "Asia/Qatar", "BH": "Asia/Bahrain",
    "AE": "Asia/Dubai", "OM": "Asia/Muscat", "EG": "Africa/Cairo", "LY": "Africa/Tripoli", "TN": "Africa/Tunis", "DZ": "Africa/Algiers",
    "MA": "Africa/Casablanca", "SD": "Africa/Khartoum", "SS": "Africa/Juba", "ET": "Africa/Addis_Ababa", "ER": "Africa/Asmara",
    "SO": "Africa/Mogadishu", "KE": "Africa/Nairobi", "UG": "Africa/Kampala", "TZ": "Africa/Dar_es_Salaam", "CD": "Africa/Kinshasa",
    "CF": "Africa/Bangui", "CM": "Africa/Douala", "TD": "Africa/Ndjamena", "NG": "Africa/Lagos", "NE": "Africa/Niamey", "ML": "Africa/Bamako",
    "BF": "Africa/Ouagadougou", "BJ": "Africa/Porto-Novo", "TG": "Africa/Lome", "GH": "Africa/Accra", "CI": "Africa/Abidjan", "SN": "Africa/Dakar",
    "MR": "Africa/Nouakchott", "MZ": "Africa/Maputo", "BI": "Africa/Bujumbura", "RW": "Africa/Kigali", "ZA": "Africa/Johannesburg",
    "AF": "Asia/Kabul", "PK": "Asia/Karachi", "IN": "Asia/Kolkata", "BD": "Asia/Dhaka", "LK": "Asia/Colombo", "NP": "Asia/Kathmandu",
    "MM": "Asia/Yangon", "TH": "Asia/Bangkok", "PH": "Asia/Manila", "ID": "Asia/Jakarta", "MY": "Asia/Kuala_Lumpur", "CN": "Asia/Shanghai",
    "JP": "Asia/Tokyo", "KR": "Asia/Seoul", "KZ": "Asia/Almaty", "UZ": "Asia/Tashkent", "TJ": "Asia/Dushanbe", "KG": "Asia/Bishkek",
    "TM": "Asia/Ashgabat", "AZ": "Asia/Baku", "AM": "Asia/Yerevan", "GE": "Asia/Tbilisi", "UA": "Europe/Kyiv", "RU": "Europe/Moscow",
    "BY": "Europe/Minsk", "MD": "Europe/Chisinau", "RO": "Europe/Bucharest", "BG": "Europe/Sofia", "GR": "Europe/Athens", "CY": "Asia/Nicosia",
    "RS": "Europe/Belgrade", "PL": "Europe/Warsaw", "DE": "Europe/Berlin", "AT": "Europe/Vienna", "FR": "Europe/Paris", "BE": "Europe/Brussels",
    "NL": "Europe/Amsterdam", "ES": "Europe/Madrid", "IT": "Europe/Rome", "GB": "Europe/London", "IE": "Europe/Dublin", "SE": "Europe/Stockholm",
    "NO": "Europe/Oslo", "DK": "Europe/Copenhagen", "FI": "Europe/Helsinki", "US": "America/New_York", "CA": "America/Toronto",
    "MX": "America/Mexico_City", "GT": "America/Guatemala", "HN": "America/Tegucigalpa", "SV": "America/El_Salvador", "HT": "America/Port-au-Prince",
    "CO": "America/Bogota", "VE": "America/Caracas", "EC": "America/Guayaquil", "PE": "America/Lima", "BR": "America/Sao_Paulo",
    "AR": "America/Argentina/Buenos_Aires", "CL": "America/Santiago", "BO": "America/La_Paz", "AU": "Australia/Sydney", "NZ": "Pacific/Auckland",
}  # fmt: skip
BAGHDAD = timezone(timedelta(hours=3), "UTC+3")
"""The region's time where no country is known; Iraq has had no summer time since 2008."""


@lru_cache(maxsize=512)
def zone_of(country: str | None) -> tzinfo:
    """Return the zone of an ISO 3166-1 alpha-2 code; UTC+3 for unknown ones and where the system has no zone data."""
    name = _ZONES.get((country or "").upper())
    if name is None or name == "Asia/Baghdad":
        return BAGHDAD
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return BAGHDAD


def local_time(moment: datetime, country: str | None) -> datetime:
    """Return ``moment`` on the clocks of ``country``."""
    return moment.astimezone(zone_of(country))
