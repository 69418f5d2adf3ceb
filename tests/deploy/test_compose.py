"""The compose file: held against the specification's schema and to what the services promise."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.alert.settings import AlertSettings
from services.classify.settings import ClassifySettings
from services.cli.operations import OperatorSettings
from services.ingest.settings import IngestSettings
from shared.settings import Settings
from tests.deploy import schema

ROOT = Path(__file__).parents[2]
OURS: dict[str, type[Settings]] = {"ingest": IngestSettings, "classify": ClassifySettings, "alert": AlertSettings}
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = document()["services"][name]
    return found


def environment(name: str) -> dict[str, str]:
    """What the container sees when .env holds the password alone."""
    return {key: _resolved(str(value)) for key, value in service(name)["environment"].items()}


def _resolved(text: str) -> str:
    given = {"POSTGRES_PASSWORD": "0f"}
    return _VARIABLE.sub(lambda found: given.get(found[1]) or (found[3] if found[2] == "-" else ""), text)


def _seconds(text: str) -> int:
    found = re.fullmatch(r"(\d+)s", text)
    assert found, text
    return int(found[1])


def test_it_fits_the_specification() -> None:
    assert schema.compose_faults(document()) == []


def test_the_specification_refuses_a_misspelt_field() -> None:
    broken = document()
    broken["services"]["alert"]["helthcheck"] = {}
    assert any("helthcheck" in fault for fault in schema.compose_faults(broken))


def _compose() -> list[str] | None:
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    if (docker := shutil.which("docker")) and subprocess.run(
        [docker, "compose", "version"], capture_output=True, check=False
    ).returncode == 0:
        return ["docker", "compose"]
    return None


@pytest.mark.skipif(_compose() is None, reason="docker compose is not installed")
def test_docker_compose_reads_it() -> None:
    command = [*(_compose() or []), "--profile", "*", "--project-directory", str(ROOT), "config", "--quiet"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "POSTGRES_PASSWORD": "x"},
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", OURS)
def test_the_settings_of_each_service_are_accepted(name: str) -> None:
    settings = OURS[name].from_environment(environment(name))
    assert settings.http_port == 9100
    assert settings.kafka_bootstrap == "kafka:9092"


def test_set_up_reads_the_same_addresses() -> None:
    settings = OperatorSettings.from_environment(environment("setup"))
    assert settings.postgres_dsn == "postgresql://tocsin:0f@postgres:5432/tocsin"
    assert "tocsin topics apply" in service("setup")["command"][0]
    assert "tocsin migrate" in service("setup")["command"][0]


def test_services_start_after_set_up_and_set_up_after_the_servers() -> None:
    for name in OURS:
        assert service(name)["depends_on"]["setup"] == {"condition": "service_completed_successfully"}
    for server in ("kafka", "postgres"):
        assert service("setup")["depends_on"][server] == {"condition": "service_healthy"}


def test_our_containers_cannot_write_gain_rights_or_be_root() -> None:
    for name, one in document()["services"].items():
        assert "no-new-privileges:true" in one["security_opt"], name
        if not one["image"].startswith("${TOCSIN_IMAGE"):
            continue
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert one["user"] == "10001:10001", name
        assert any(mount.startswith("/tmp:") for mount in one["tmpfs"]), name


def test_nothing_is_published_beyond_loopback() -> None:
    for name, one in document()["services"].items():
        for port in one.get("ports", ()):
            assert port.startswith("127.0.0.1:"), f"{name}: {port}"


def test_servers_and_reading_have_no_way_out() -> None:
    assert document()["networks"]["backbone"] == {"internal": True}
    for name in ("kafka", "postgres", "classify", "setup", "mail"):
        assert service(name)["networks"] == ["backbone"], name


def test_everything_that_runs_is_watched_bounded_and_pinned() -> None:
    for name, one in document()["services"].items():
        assert ("test" in one["healthcheck"]) or name == "setup", name
        assert "mem_limit" in one or name == "setup", name
        assert re.search(r":[\w.-]+(\}|$)", one["image"]), name
        assert "latest" not in one["image"], name


def test_data_outlives_a_container() -> None:
    volumes = set(document()["volumes"])
    for name in ("kafka", "postgres", "classify", "prometheus", "grafana", "alertmanager"):
        assert any(mount.partition(":")[0] in volumes for mount in service(name)["volumes"]), name


def test_files_that_are_mounted_exist() -> None:
    for name, one in document()["services"].items():
        for mount in one.get("volumes", ()):
            source = mount.partition(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).exists(), f"{name}: {source}"
                assert mount.endswith(":ro"), f"{name}: {source}"


def test_a_container_is_not_killed_before_it_has_finished_what_it_may_finish() -> None:
    assert _seconds(service("ingest")["stop_grace_period"]) >= 2 * _settings("ingest").shutdown_grace_seconds + 15
    assert _seconds(service("alert")["stop_grace_period"]) >= _settings("alert").longest_attempt_seconds + 15
    assert _seconds(service("classify")["stop_grace_period"]) >= _settings("classify").stop_seconds + 15


def _settings(name: str) -> Any:
    return OURS[name].from_environment(environment(name))


def test_the_dashboard_that_opens_first_is_one_of_ours() -> None:
    path = service("grafana")["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    shipped = ROOT / "deploy" / "monitoring" / "dashboards" / Path(path).name
    assert json.loads(shipped.read_text(encoding="utf-8"))["title"]
    provider = yaml.safe_load((ROOT / "deploy/monitoring/grafana/dashboards/tocsin.yml").read_text(encoding="utf-8"))
    assert provider["providers"][0]["options"]["path"] == str(Path(path).parent)
