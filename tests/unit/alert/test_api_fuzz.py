"""Whatever is asked of the API, its answer is one that its own document announces, and no 5xx (schemathesis)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from services.alert.keys import Right
from tests.support.api import ApiStage
from tests.support.incidents import opened, updated

schemathesis = pytest.importorskip("schemathesis")
_EXAMPLES = 12


def _loaded() -> tuple[ApiStage, Any]:
    stage = ApiStage([opened(), updated(opened())], [opened(2)])
    stage.deliveries.write("d_1", endpoint="desk", incident_id=opened().incident_id)
    return stage, schemathesis.openapi.from_asgi("/v1/openapi.json", stage.app)


_LABELS = sorted(found.ok().label for found in _loaded()[1].get_all_operations())


def test_the_document_has_every_route_of_the_api() -> None:
    stage, _ = _loaded()
    announced = {label.partition(" ")[2] for label in _LABELS}
    routes = {
        route.path.replace(":str", "").replace(":int", "")
        for route in stage.app.routes
        if route.path.startswith("/v1/")
    }
    assert announced == routes - {"/v1/openapi.json", "/v1/{path}"}


@pytest.mark.parametrize("label", _LABELS)
def test_any_request_is_answered_as_the_document_says(label: str) -> None:
    from schemathesis.checks import not_a_server_error  # noqa: PLC0415  # the package may be absent
    from schemathesis.specs.openapi import checks  # noqa: PLC0415

    stage, schema = _loaded()
    key = stage.key(Right.ADMIN, Right.DESK)
    operation = next(found.ok() for found in schema.get_all_operations() if found.ok().label == label)

    @settings(
        max_examples=_EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        # A filter may be well-formed and still name no place; that a document is refused for its sense is no fault.
        answer = case.call(headers={"Authorization": f"Bearer {key}"})
        case.validate_response(
            answer,
            checks=(
                not_a_server_error,
                checks.status_code_conformance,
                checks.content_type_conformance,
                checks.response_headers_conformance,
                checks.response_schema_conformance,
            ),
        )

    ask()
