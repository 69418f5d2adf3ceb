"""Holds an object against the vendored schema of its kind."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SCHEMAS = Path(__file__).parent / "schemas"


def _validator(schema: dict[str, Any]) -> Any:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: run 'make setup'")
    return jsonschema.Draft202012Validator(schema)


@cache
def _kinds() -> dict[str, Any]:
    validators = {}
    for path in sorted(SCHEMAS.glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        if "kinds" not in schema:  # compose's is no Kubernetes object
            continue
        for kind, definition in schema["kinds"].items():
            one = {"$ref": f"#/definitions/{definition}", "definitions": schema["definitions"]}
            validators[kind] = _validator(one)
    return validators


def faults(one: dict[str, Any]) -> list[str]:
    """What is wrong with a Kubernetes object, one sentence a fault; an unknown kind is a fault."""
    kind = f"{one.get('apiVersion')}/{one.get('kind')}"
    validator = _kinds().get(kind)
    if validator is None:
        return [f"{kind} has no vendored schema"]
    return [
        f"{kind} {one['metadata']['name']}: {error.json_path}: {error.message}" for error in validator.iter_errors(one)
    ]


def compose_faults(document: dict[str, Any]) -> list[str]:
    """What is wrong with a compose file."""
    schema = json.loads((SCHEMAS / "compose-spec.json").read_text(encoding="utf-8"))
    return [f"{error.json_path}: {error.message}" for error in _validator(schema).iter_errors(document)]
