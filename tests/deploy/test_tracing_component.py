"""The component ``tracing``, added to the base as an overlay would: where spans go, and nowhere else."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from services.classify.settings import ClassifySettings
from tests.deploy import schema
from tests.deploy.kustomize import Object, render

K8S = Path(__file__).parents[2] / "deploy" / "k8s"


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    names = {name: os.path.relpath(K8S / name, tmp_path) for name in ("base", "components/tracing")}
    document = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [names["base"]],
        "components": [names["components/tracing"]],
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(document))
    return tmp_path


def test_it_sends_spans_to_the_collector_and_opens_one_door_for_them(overlay: Path) -> None:
    objects = render(overlay)
    assert [fault for one in objects for fault in schema.faults(one)] == []
    settings = _named(objects, "ConfigMap", "tocsin-settings")["data"]
    told = ClassifySettings.from_environment({"TOCSIN_TRACE_ENDPOINT": settings["TOCSIN_TRACE_ENDPOINT"]})
    assert told.trace_endpoint is not None
    policy = _named(objects, "NetworkPolicy", "tocsin-traces")["spec"]
    assert policy["policyTypes"] == ["Egress"]
    (rule,) = policy["egress"]
    assert rule["to"] == [{"namespaceSelector": {"matchLabels": {"tocsin/takes-traces": "true"}}}]
    assert f":{rule['ports'][0]['port']}/" in told.trace_endpoint


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kustomize_itself_takes_it(overlay: Path) -> None:
    done = subprocess.run(["kubectl", "kustomize", str(overlay)], capture_output=True, text=True, check=True)
    assert "tocsin-traces" in done.stdout


def _named(objects: list[Object], kind: str, prefix: str) -> Object:
    return next(one for one in objects if one["kind"] == kind and one["metadata"]["name"].startswith(prefix))
