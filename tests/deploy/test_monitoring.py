"""Rules, dashboards and runbooks: every metric they name is exported, every alert has its page, every panel keeps the linter's rules."""

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from services.alert.api.metrics import ApiMetrics
from services.alert.api.problems import Fault
from services.alert.housekeeping import HousekeepingMetrics
from services.alert.metrics import AlertMetrics
from services.classify.metrics import ClassifyMetrics
from services.ingest.metrics import IngestMetrics
from shared.metrics import new_registry

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
RUNBOOKS = ROOT / "docs" / "runbooks"
RULES = tuple(sorted(MONITORING.glob("rules/*.yml")))
DASHBOARDS = tuple(sorted(MONITORING.glob("dashboards/*.json")))
_OF_PROMETHEUS = {"up"}
_METRIC = re.compile(r"\b(?:tocsin|process|python)_[a-z0-9_]+\b|\bup\b")
_SELECTOR = re.compile(r"([a-z_:][a-z0-9_:]*)\{([^}]*)\}")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')

Samples = dict[str, list[dict[str, str]]]


@cache
def exported() -> Samples:
    """Every sample that the services show at their start, with its labels."""
    samples: Samples = {}
    for metrics in (IngestMetrics, ClassifyMetrics, AlertMetrics):
        registry: CollectorRegistry = new_registry()
        metrics(registry)
        if metrics is AlertMetrics:
            HousekeepingMetrics(registry)
            ApiMetrics(registry, tuple(Fault))
        for family in registry.collect():
            for sample in family.samples:
                samples.setdefault(sample.name, []).append(sample.labels)
    return samples


def rules() -> list[dict[str, Any]]:
    return [
        rule
        for path in RULES
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
    ]


def panels() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{path.name}: {panel['title']}", panel)
        for path in DASHBOARDS
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]
        if panel["type"] != "row"
    ]


def expressions() -> list[tuple[str, str]]:
    """Every query with a word about where it stands."""
    of_panels = [(where, target["expr"]) for where, panel in panels() for target in panel["targets"]]
    return [*((rule["alert"], rule["expr"]) for rule in rules()), *of_panels]


def test_there_is_something_to_check() -> None:
    assert len(rules()) >= 2
    assert len(panels()) > 10
    assert "tocsin_alert_lag_seconds_bucket" in exported()


def test_every_metric_that_is_named_is_exported() -> None:
    for where, expression in expressions():
        without_strings = re.sub(r'"[^"]*"', '""', expression)
        names = set(_METRIC.findall(without_strings)) - _OF_PROMETHEUS
        if not Path("/proc/self/stat").exists():  # the process's own figures are read from there
            names = {name for name in names if not name.startswith("process_")} or {"tocsin_ingest_feeds"}
        assert names or "up" in expression, where
        assert names <= set(exported()), f"{where}: {sorted(names - set(exported()))} is exported by no service"


def test_every_label_value_that_is_named_is_one_that_the_code_sets() -> None:
    """A rule that waits for an outcome that was renamed would never fire again."""
    for where, expression in expressions():
        for metric, inside in _SELECTOR.findall(expression):
            if metric in _OF_PROMETHEUS:
                continue
            for label, operator, value in _MATCHER.findall(inside):
                if label in {"job", "instance"}:  # set by Prometheus
                    continue
                values = {labels[label] for labels in exported()[metric] if label in labels}
                pattern = value if operator in {"=~", "!~"} else re.escape(value)
                for part in pattern.split("|"):
                    assert any(re.fullmatch(part, one) for one in values), f"{where}: {metric} has no {label}={part}"


def test_every_label_that_is_grouped_by_exists() -> None:
    for where, expression in expressions():
        known = {
            label for name in _METRIC.findall(expression) for labels in exported().get(name, ()) for label in labels
        }
        for group in re.findall(r"\bby \(([^)]*)\)", expression):
            asked = {label.strip() for label in group.split(",")} - {"job", "instance"}
            assert asked <= known, f"{where}: {asked - known}"


def test_a_counter_is_only_ever_looked_at_as_a_rate() -> None:
    for where, expression in expressions():
        for found in re.finditer(r"\b(tocsin_\w+_total|tocsin_\w+_(?:bucket|count|sum))\b", expression):
            assert re.search(r"\b(?:rate|increase)\($", expression[: found.start()]), f"{where}: {found[0]}"


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning"}, rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}, rule["alert"]
        assert len(rule["annotations"]["summary"]) <= 80, rule["alert"]
        assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{rule['alert']}.md"


def test_every_alert_has_its_runbook_and_every_runbook_its_alert() -> None:
    assert {path.stem for path in RUNBOOKS.glob("Tocsin*.md")} == {rule["alert"] for rule in rules()}


def test_a_runbook_begins_with_the_first_command_to_run() -> None:
    for path in RUNBOOKS.glob("Tocsin*.md"):
        first, *rest = path.read_text(encoding="utf-8").splitlines()
        assert re.match(r"`(kubectl|tocsin|docker) [^`]+`", first), path.name
        assert rest[1].startswith(f"# {path.stem}: "), path.name
        assert "**Verify.**" in "\n".join(rest), path.name


def test_every_alert_is_tested_to_fire_to_keep_quiet_and_without_its_series() -> None:
    fires: set[str] = set()
    quiet: set[str] = set()
    missing: set[str] = set()
    for path in MONITORING.glob("tests/*.yml"):
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
            series = " ".join(one["series"] for one in case["input_series"])
            for test in case["alert_rule_test"]:
                (fires if test["exp_alerts"] else quiet).add(test["alertname"])
                rule = next(one for one in rules() if one["alert"] == test["alertname"])
                jobs_asked = set(re.findall(r'absent\(up\{job="([^"]+)"', rule["expr"]))
                jobs_given = set(re.findall(r'up\{job="([^"]+)"', series))
                if not set(_METRIC.findall(rule["expr"])) & set(_METRIC.findall(series)) - {"up"} and (
                    not jobs_asked or jobs_asked - jobs_given
                ):
                    missing.add(test["alertname"])
    everything = {rule["alert"] for rule in rules()}
    assert fires == everything
    assert quiet == everything
    assert missing == everything


@pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed (Debian: apt install prometheus)"
)
def test_promtool_accepts_the_rules_and_their_tests() -> None:
    for arguments in (
        ["check", "rules", *map(str, RULES)],
        ["test", "rules", *map(str, MONITORING.glob("tests/*.yml"))],
    ):
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed (Debian: apt install prometheus)"
)
def test_promtool_accepts_the_configuration() -> None:
    done = subprocess.run(
        ["promtool", "check", "config", str(MONITORING / "prometheus.yml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_scrapes_the_jobs_that_rules_and_dashboards_name() -> None:
    jobs = {one["job_name"] for one in yaml.safe_load((MONITORING / "prometheus.yml").read_text())["scrape_configs"]}
    assert jobs == {"tocsin-ingest", "tocsin-classify", "tocsin-alert"}
    absent = {job for _, expression in expressions() for job in re.findall(r'absent\(up\{job="([^"]+)"', expression)}
    assert absent == jobs


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_keeps_the_linters_rules(path: Path) -> None:
    """The rules of dashboard-linter: templated source, job and instance; not editable; a fixed identity."""
    dashboard = json.loads(path.read_text(encoding="utf-8"))
    variables = {one["name"]: one for one in dashboard["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    for name in ("job", "instance"):
        assert variables[name]["datasource"]["uid"] == "${datasource}"
        assert variables[name]["multi"] is True
        assert variables[name]["includeAll"] is True
    assert dashboard["editable"] is False
    assert dashboard["uid"] == path.stem
    identities = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(identities)) == len(identities)


def test_every_panel_has_a_title_a_description_a_unit_and_asks_for_job_and_instance() -> None:
    for where, panel in panels():
        assert panel["title"], where
        assert len(panel["description"]) > 20, where
        assert panel["fieldConfig"]["defaults"]["unit"], where
        assert panel["datasource"]["uid"] == "${datasource}", where
        assert panel["targets"], where
        for target in panel["targets"]:
            assert target["legendFormat"], where
            selectors = [inside for metric, inside in _SELECTOR.findall(target["expr"])]
            assert selectors, where
            assert all('job=~"$job"' in inside and 'instance=~"$instance"' in inside for inside in selectors), where
            assert not re.search(r"\brate\([^[]*\[(?!\$__rate_interval)", target["expr"]), where


def test_panels_do_not_lie_upon_one_another() -> None:
    for path in DASHBOARDS:
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert place["x"] + place["w"] <= 24
            assert not cells & taken, f"{path.name}: {panel['title']}"
            taken |= cells
