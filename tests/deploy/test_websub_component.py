"""The component that opens the WebSub port, on top of the base: valid objects, one port, the settings that the service accepts."""

import os
from pathlib import Path

import yaml

from tests.deploy import schema
from tests.deploy.kustomize import containers, render

K8S = Path(__file__).parents[2] / "deploy" / "k8s"


def test_the_component_opens_one_port_of_ingest_and_nothing_else(tmp_path: Path) -> None:
    plan = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "news",
        "resources": [os.path.relpath(K8S / "base", tmp_path)],
        "components": [os.path.relpath(K8S / "components" / "websub", tmp_path)],
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(plan), encoding="utf-8")
    objects = render(tmp_path)
    assert [fault for one in objects for fault in schema.faults(one)] == []
    workload = next(
        one for one in objects if one["kind"] == "Deployment" and one["metadata"]["name"] == "tocsin-ingest"
    )
    container = next(one for one in containers(workload) if one["name"] == "ingest")
    environment = {one["name"]: one.get("value") for one in container["env"]}
    assert environment["TOCSIN_INGEST_WEBSUB_HOST"] == "0.0.0.0"
    port = next(one for one in container["ports"] if one["name"] == "websub")
    assert str(port["containerPort"]) == environment["TOCSIN_INGEST_WEBSUB_PORT"]
    service = next(
        one for one in objects if one["kind"] == "Service" and one["metadata"]["name"] == "tocsin-ingest-websub"
    )
    assert [one["targetPort"] for one in service["spec"]["ports"]] == ["websub"]
    assert service["spec"]["selector"].items() <= workload["spec"]["template"]["metadata"]["labels"].items()
    policy = next(
        one for one in objects if one["kind"] == "NetworkPolicy" and one["metadata"]["name"] == "tocsin-ingest-websub"
    )
    assert policy["spec"]["ingress"][0]["ports"] == [{"protocol": "TCP", "port": port["containerPort"]}]
