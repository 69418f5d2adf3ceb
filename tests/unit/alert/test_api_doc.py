"""docs/api.md names what the code has: every reason, right, parameter and setting."""

import re
from pathlib import Path

from services.alert.api.problems import STATUS_OF, Fault
from services.alert.keys import Right
from services.alert.settings import AlertSettings
from tests.support.api import ApiStage

TEXT = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_reason_and_right_is_documented_with_its_status() -> None:
    for fault in Fault:
        assert f"`{fault.value}`" in TEXT, fault
        assert str(STATUS_OF[fault]) in TEXT
    for right in Right:
        assert f"| `{right.value}` |" in TEXT


def test_every_setting_and_address_that_is_named_exists() -> None:
    for name in re.findall(r"TOCSIN_ALERT_([A-Z_]+)", TEXT):
        assert name.lower() in AlertSettings.model_fields, name
    stage = ApiStage()
    paths = {re.sub(r"\{[^}]*\}", "X", route.path) for route in stage.app.routes}
    for address in re.findall(r"(/v1/[a-zA-Z/._~-]*[a-zA-Z])", TEXT):
        named = "/".join("X" if part.isupper() or part == "diyala" else part for part in address.split("/"))
        named = named.replace("/v1/endpoints/desk", "/v1/endpoints/X")
        assert named in paths or address == "/v1/openapi.json", address


def test_the_days_that_are_documented_are_the_defaults() -> None:
    for field in ("keep_deliveries_days", "keep_attempts_days", "keep_incidents_days", "keep_audit_days"):
        row = next(
            line for line in TEXT.splitlines() if f"TOCSIN_ALERT_{field.upper()}`" in line and line.startswith("|")
        )
        assert f"| {AlertSettings.model_fields[field].default} |" in row
