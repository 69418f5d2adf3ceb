"""The values of the desk's list: what is held back, and what readers say is wrong."""

from dataclasses import dataclass
from datetime import datetime

MAX_WORDS = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedError:
    """What somebody says is wrong with an incident. ``delivery_id`` names the mail they read it in, None for the page and the API."""

    report_id: int
    incident_id: str
    revision: int
    delivery_id: str | None
    words: str
    created_at: datetime
