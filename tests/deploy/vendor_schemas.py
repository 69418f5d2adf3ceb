"""Writes ``tests/deploy/schemas/``: what the manifests are checked against, so that the check needs no network and no cluster.

    python -m tests.deploy.vendor_schemas KUBERNETES_FOLDER COMPOSE_SPEC_JSON [CRD_YAML …]

``KUBERNETES_FOLDER`` is a ``v1.N.0-local-strict`` folder of JSON schemas made from the Kubernetes API's own description, as the
package kubernetes-validate ships it; ``COMPOSE_SPEC_JSON`` the compose specification's schema; the rest are the custom resource
definitions of optional operators. All three are published under Apache-2.0 (README in the folder). Descriptions are left out:
they are nine tenths of the bytes.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

SCHEMAS = Path(__file__).parent / "schemas"
KINDS = (
    "ConfigMap/v1",
    "Deployment/apps/v1",
    "Job/batch/v1",
    "Namespace/v1",
    "NetworkPolicy/networking.k8s.io/v1",
    "PodDisruptionBudget/policy/v1",
    "Secret/v1",
    "Service/v1",
    "ServiceAccount/v1",
    "StatefulSet/apps/v1",
)


_PROSE = {"description", "$id", "$schema", "$comment"}


def without_descriptions(value: Any) -> Any:
    """The same schema without its prose; a property that is called ``description`` stays."""
    if isinstance(value, Mapping):
        return {
            key: _local(part) if key == "$ref" else without_descriptions(part)
            for key, part in value.items()
            if not (key in _PROSE and isinstance(part, str)) and not str(key).startswith("x-kubernetes-list")
        }
    if isinstance(value, list):
        return [without_descriptions(part) for part in value]
    return value


def _local(reference: str) -> str:
    return f"#/definitions/{reference.rpartition('/')[2]}"


def references(value: Any) -> Iterator[str]:
    """Names of the definitions that a schema refers to."""
    if isinstance(value, Mapping):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].rpartition("/")[2]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def kubernetes(folder: Path) -> dict[str, Any]:
    """One schema with the definitions that ``KINDS`` need and no others."""
    definitions = json.loads((folder / "_definitions.json").read_text())["$defs"]
    kinds: dict[str, str] = {}
    for kind in KINDS:
        name, _, api_version = kind.partition("/")
        for key, definition in definitions.items():
            for found in definition.get("x-kubernetes-group-version-kind", ()):
                group_version = f"{found['group']}/{found['version']}".strip("/")
                if (found["kind"], group_version) == (name, api_version):
                    kinds[f"{api_version}/{name}"] = key
    waiting, wanted = list(kinds.values()), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += references(definitions[name])
    return {
        "version": folder.name,
        "kinds": kinds,
        "definitions": {name: without_descriptions(definitions[name]) for name in sorted(wanted)},
    }


def custom(definition: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """File name and schema of a custom resource, its newest served version; unknown fields are refused like the API server's strict mode does."""
    spec = definition["spec"]
    version = next(one for one in reversed(spec["versions"]) if one["served"])
    schema = strict(without_descriptions(version["schema"]["openAPIV3Schema"]))
    kind = spec["names"]["kind"]
    return f"{kind.lower()}.json", {
        "kinds": {f"{spec['group']}/{version['name']}/{kind}": kind},
        "definitions": {kind: schema},
    }


def strict(schema: Any) -> Any:
    """Refuse fields that the schema does not name, and say what JSON Schema has other words for."""
    if isinstance(schema, Mapping):
        strictened = {key: strict(part) for key, part in schema.items()}
        if strictened.pop("x-kubernetes-int-or-string", False):
            strictened.pop("type", None)
            strictened["anyOf"] = [{"type": "integer"}, {"type": "string"}]
        if isinstance(strictened.get("properties"), dict) and "additionalProperties" not in strictened:
            names = strictened["properties"]
            if strictened.pop("x-kubernetes-preserve-unknown-fields", False) is not True and "apiVersion" not in names:
                strictened["additionalProperties"] = False
        return strictened
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    return schema


def main(arguments: list[str]) -> None:
    """Write the files."""
    folder, compose, *definitions = map(Path, arguments)
    SCHEMAS.mkdir(exist_ok=True)
    files = {
        "kubernetes.json": kubernetes(folder),
        "compose-spec.json": without_descriptions(json.loads(compose.read_text())),
    }
    for path in definitions:
        name, schema = custom(yaml.safe_load(path.read_text()))
        files[name] = schema
    for name, schema in files.items():
        text = json.dumps(schema, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
        (SCHEMAS / name).write_text(text + "\n", encoding="utf-8")
        print(f"{name}: {len(text)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
