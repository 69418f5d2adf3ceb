"""The manifests: rendered, held against the schemas, and held to what the services promise (issue 8, design "The flow")."""

import copy
import ipaddress
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.alert.adapters.gazetteer import GazetteerBook
from services.alert.settings import AlertSettings
from services.alert.watches_file import load
from services.classify.settings import ClassifySettings
from services.ingest.feeds_file import load_feeds
from services.ingest.settings import IngestSettings
from shared.addresses import AddressPolicy, BlockedAddressError
from shared.geo.gazetteer import Gazetteer
from shared.settings import Settings
from tests.deploy import schema
from tests.deploy.kustomize import Object, UnsupportedError, containers, render

K8S = Path(__file__).parents[2] / "deploy" / "k8s"
FOLDERS = tuple(sorted(path.parent.relative_to(K8S).as_posix() for path in K8S.glob("[bo]*/**/kustomization.yaml")))
SERVICES: dict[str, type[Settings]] = {"ingest": IngestSettings, "classify": ClassifySettings, "alert": AlertSettings}
SECRETS = {"TOCSIN_POSTGRES_DSN_FILE": "", "TOCSIN_POSTGRES_DSN": "postgresql://someone@database/tocsin"}
CLOSING_SECONDS = 15
"""Closing connections, the start of the shutdown and a slow node, on top of what the settings bound."""


@pytest.fixture(params=FOLDERS)
def folder(request: pytest.FixtureRequest) -> Path:
    return K8S / str(request.param)


@pytest.fixture
def objects(folder: Path) -> list[Object]:
    return copy.deepcopy(_rendered(folder))


@cache
def _rendered(folder: Path) -> list[Object]:
    return render(folder)


def _pods(objects: list[Object]) -> Iterator[tuple[str, Object]]:
    for one in objects:
        if one["kind"] in {"Deployment", "StatefulSet", "Job"}:
            yield f"{one['kind']} {one['metadata']['name']}", one["spec"]["template"]


def _services(objects: list[Object]) -> Iterator[tuple[str, Object, Object]]:
    """Each service with its workload and its container."""
    for service in SERVICES:
        workload = next(
            one
            for one in objects
            if one["kind"] in {"Deployment", "StatefulSet"} and one["metadata"]["name"] == f"tocsin-{service}"
        )
        yield service, workload, next(one for one in containers(workload) if one["name"] == service)


def _environment(objects: list[Object], container: Object) -> dict[str, str]:
    """What the process will see, as far as the manifests say it."""
    maps = {one["metadata"]["name"]: one["data"] for one in objects if one["kind"] == "ConfigMap"}
    seen: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        if "configMapRef" in source:
            assert source["configMapRef"]["name"] in maps
            seen |= maps[source["configMapRef"]["name"]]
    for variable in container.get("env", ()):
        if "value" in variable:
            seen[variable["name"]] = variable["value"]
        elif "fieldRef" in variable["valueFrom"]:
            seen[variable["name"]] = "from-the-pod"
    return seen


def _settings(objects: list[Object], service: str, container: Object) -> Any:
    environment = {
        name: value
        for name, value in _environment(objects, container).items()
        if not value.startswith("/run/secrets/")  # not there while testing
    }
    return SERVICES[service].from_environment(environment | {"TOCSIN_POSTGRES_DSN": SECRETS["TOCSIN_POSTGRES_DSN"]})


def test_there_is_something_to_check() -> None:
    assert "base" in FOLDERS
    assert "overlays/dev" in FOLDERS


def test_every_object_fits_the_schema_of_its_kind(objects: list[Object]) -> None:
    assert [fault for one in objects for fault in schema.faults(one)] == []


def test_the_schema_refuses_a_misspelt_field(objects: list[Object]) -> None:
    broken = next(one for one in objects if one["kind"] == "Deployment")
    broken["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    assert any("readinesProbe" in fault for fault in schema.faults(broken))


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_the_renderer_of_the_tests_agrees_with_kustomize(folder: Path, objects: list[Object]) -> None:
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=True)
    theirs = [one for one in yaml.safe_load_all(done.stdout) if one]

    def named(several: list[Object]) -> dict[tuple[str, str], Object]:
        return {(one["kind"], one["metadata"]["name"]): one for one in several}

    assert sorted(named(objects)) == sorted(named(theirs))
    for key, one in named(objects).items():
        assert one == named(theirs)[key], key


def test_the_renderer_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("kind: Kustomization\nhelmCharts: []\n")
    with pytest.raises(UnsupportedError, match="helmCharts"):
        render(tmp_path)


def test_pods_meet_the_restricted_standard(objects: list[Object]) -> None:
    for name, template in _pods(objects):
        spec = template["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, f"{name}: service variables would be read as settings"
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", name
        assert not any({"hostPath", "nfs"} & set(volume) for volume in spec.get("volumes", ())), name
        for container in [*spec.get("initContainers", ()), *spec["containers"]]:
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name
            if container["image"].startswith("tocsin"):
                assert security["readOnlyRootFilesystem"] is True, name
                assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"], name


def test_memory_is_bounded_and_cpu_is_not(objects: list[Object]) -> None:
    for name, template in _pods(objects):
        for container in [*template["spec"].get("initContainers", ()), *template["spec"]["containers"]]:
            resources = container["resources"]
            assert resources["requests"]["memory"] == resources["limits"]["memory"], name
            assert "cpu" in resources["requests"], name
            assert "cpu" not in resources["limits"], f"{name}: a throttled consumer misses its heartbeats"


def test_the_settings_of_every_service_are_accepted(objects: list[Object]) -> None:
    for service, _, container in _services(objects):
        settings = _settings(objects, service, container)
        assert settings.http_host == "0.0.0.0"
        assert {"name": "metrics", "containerPort": settings.http_port} in container["ports"]


def test_a_pod_is_not_killed_while_it_waits_for_kafka_at_start(objects: list[Object]) -> None:
    for service, _, container in _services(objects):
        probe = container["startupProbe"]
        patience = probe["periodSeconds"] * probe["failureThreshold"]
        assert patience > _settings(objects, service, container).startup_deadline_seconds + 30, service


def _may_take_seconds(service: str, settings: Any) -> float:
    """How long a service may work on after SIGTERM."""
    if service == "ingest":
        return float(2 * settings.shutdown_grace_seconds)  # polls, then the outbox
    return float(settings.stop_seconds if service == "classify" else settings.longest_attempt_seconds)


def test_a_pod_is_not_killed_before_it_has_finished_what_it_may_finish(objects: list[Object]) -> None:
    for service, workload, container in _services(objects):
        settings = _settings(objects, service, container)
        grace = workload["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        assert grace >= _may_take_seconds(service, settings) + CLOSING_SECONDS, service


def test_probes_ask_for_progress_and_have_time_to_answer(objects: list[Object]) -> None:
    for service, _, container in _services(objects):
        assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "metrics"}, service
        assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "metrics"}, service
        assert container["livenessProbe"]["timeoutSeconds"] >= 2, service


def test_every_map_claim_and_account_that_is_named_exists(objects: list[Object]) -> None:
    have = {(one["kind"], one["metadata"]["name"]) for one in objects}
    for name, template in _pods(objects):
        spec = template["spec"]
        if "serviceAccountName" in spec:
            assert ("ServiceAccount", spec["serviceAccountName"]) in have, name
        for volume in spec.get("volumes", ()):
            if "configMap" in volume:
                assert ("ConfigMap", volume["configMap"]["name"]) in have, name


def test_every_service_selects_pods_that_exist(objects: list[Object]) -> None:
    pods = [template["metadata"]["labels"] for _, template in _pods(objects)]
    for one in objects:
        if one["kind"] == "Service":
            assert any(one["spec"]["selector"].items() <= labels.items() for labels in pods), one["metadata"]["name"]


def test_a_disruption_budget_never_blocks_a_drain(objects: list[Object]) -> None:
    budgets = [one for one in objects if one["kind"] == "PodDisruptionBudget"]
    assert {one["metadata"]["name"] for one in budgets} == {f"tocsin-{service}" for service in SERVICES}
    assert all(one["spec"]["maxUnavailable"] == 1 for one in budgets)


def _policies(objects: list[Object]) -> dict[str, Object]:
    return {one["metadata"]["name"]: one["spec"] for one in objects if one["kind"] == "NetworkPolicy"}


def test_nothing_comes_in_or_goes_out_that_is_not_named(objects: list[Object]) -> None:
    denied = _policies(objects)["tocsin-default-deny"]
    assert denied["policyTypes"] == ["Ingress", "Egress"]
    assert "egress" not in denied
    assert "ingress" not in denied
    for name, template in _pods(objects):
        assert denied["podSelector"]["matchLabels"].items() <= template["metadata"]["labels"].items(), name


def test_the_way_to_the_internet_leads_to_no_address_that_the_services_refuse(objects: list[Object]) -> None:
    policy = AddressPolicy()
    blocks = [
        peer["ipBlock"]
        for spec in _policies(objects).values()
        for rule in spec.get("egress", ())
        for peer in rule.get("to", ())
        if "ipBlock" in peer
    ]
    assert blocks
    for text in (
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "127.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "64:ff9b::a00:1",
    ):
        address = ipaddress.ip_address(text)
        with pytest.raises(BlockedAddressError):
            policy.check(text)
        for block in blocks:
            network = ipaddress.ip_network(block["cidr"])
            inside = address in network and not any(
                address in ipaddress.ip_network(out) for out in block.get("except", ())
            )
            assert not inside, f"{text} can be reached through {block['cidr']}"


def test_reading_has_no_way_to_the_internet_and_to_the_database(objects: list[Object]) -> None:
    classify = next(template for name, template in _pods(objects) if name == "StatefulSet tocsin-classify")
    labels = classify["metadata"]["labels"]
    for name, spec in _policies(objects).items():
        selector = spec["podSelector"]
        chosen = selector.get("matchLabels", {}).items() <= labels.items() and all(
            labels.get(wanted["key"]) in wanted["values"] for wanted in selector.get("matchExpressions", ())
        )
        if chosen:
            assert name in {"tocsin-default-deny", "tocsin-names", "tocsin-kafka", "tocsin-metrics"}


def test_no_password_lies_in_the_manifests(objects: list[Object]) -> None:
    for one in objects:
        if one["kind"] == "Secret":
            assert one.get("stringData") == {"dsn": "postgresql://tocsin@postgres:5432/tocsin"}, (
                "a throw-away database without a password"
            )


def test_feeds_and_watches_are_accepted(objects: list[Object], tmp_path: Path) -> None:
    environment = dict.fromkeys(("DIYALA_WEBHOOK_URL", "DUTY_OFFICER_URL"), "https://example.com/hook")
    environment |= dict.fromkeys(("DIYALA_WEBHOOK_SECRET", "DUTY_OFFICER_SECRET"), "whsec_" + "A" * 44)
    maps = [one for one in objects if one["kind"] == "ConfigMap"]
    assert any("watches.yaml" in one["data"] for one in maps)
    for one in maps:
        for name, text in one["data"].items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        if "watches.yaml" in one["data"]:
            assert load(tmp_path / "watches.yaml", environment, GazetteerBook(Gazetteer.load())).watches
        if "feeds.yaml" in one["data"]:
            assert load_feeds(tmp_path / "feeds.yaml")


@pytest.mark.skipif(
    "TOCSIN_TEST_KUBECONFIG" not in os.environ, reason="TOCSIN_TEST_KUBECONFIG names no API server to try"
)
def test_a_real_api_server_takes_everything_with_restricted_pods_enforced(folder: Path, objects: list[Object]) -> None:
    """Deployments are never refused for their pods, only warned of; so every pod is offered by itself too."""
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "tocsin-test", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
    }
    _kubectl(["apply", "--filename=-"], [namespace])
    for one in objects:
        one["metadata"].pop("namespace", None)
    bare = []
    for _, template in _pods(objects):
        spec = {**template["spec"], "serviceAccountName": "default"}
        spec["volumes"] = [*spec.get("volumes", ()), {"name": "data", "emptyDir": {}}]
        bare.append(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"generateName": "try-", "labels": template["metadata"]["labels"]},
                "spec": spec,
            }
        )
    offered = [one for one in objects if one["kind"] != "Namespace" and not _is_custom(one)]
    told = _kubectl(["apply", "--namespace=tocsin-test", "--dry-run=server", "--filename=-"], offered)
    assert told.count("(server dry run)") == len(offered)
    assert "arning" not in told
    told = _kubectl(["create", "--namespace=tocsin-test", "--dry-run=server", "--filename=-"], bare)
    assert told.count("(server dry run)") == len(bare)


def _is_custom(one: Object) -> bool:
    """Whether an operator defines the kind, which a plain API server does not know."""
    return one["apiVersion"].partition("/")[0] in {"monitoring.coreos.com", "kafka.strimzi.io", "keda.sh"}


def _kubectl(arguments: list[str], objects: list[Object]) -> str:
    done = subprocess.run(
        ["kubectl", f"--kubeconfig={os.environ['TOCSIN_TEST_KUBECONFIG']}", *arguments],
        input=yaml.safe_dump_all(objects),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr
