"""One allow-list opens the service and the network around it."""

import yaml
from click.testing import CliRunner

from services.cli.network_policy import network_policy
from tests.deploy import schema


def said(**environment):
    unset = {"TOCSIN_INGEST_ALLOW_NETWORKS": None, "TOCSIN_ALERT_ALLOW_NETWORKS": None}
    return CliRunner().invoke(network_policy, env={**unset, **environment})


def test_the_policies_open_exactly_the_networks_of_the_settings():
    done = said(TOCSIN_INGEST_ALLOW_NETWORKS="10.1.2.0/24,fd00::/64", TOCSIN_ALERT_ALLOW_NETWORKS="192.168.7.9/32")
    assert done.exit_code == 0, done.output
    ingest, alert = yaml.safe_load_all(done.stdout)
    assert [fault for one in (ingest, alert) for fault in schema.faults(one)] == []
    assert ingest["metadata"]["name"] == "tocsin-ingest-allowed"
    assert [to["ipBlock"]["cidr"] for to in ingest["spec"]["egress"][0]["to"]] == ["10.1.2.0/24", "fd00::/64"]
    assert [port["port"] for port in ingest["spec"]["egress"][0]["ports"]] == [80, 443]
    assert [to["ipBlock"]["cidr"] for to in alert["spec"]["egress"][0]["to"]] == ["192.168.7.9/32"]
    assert alert["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "alert"


def test_without_an_allow_list_nothing_is_opened():
    done = said()
    assert (done.exit_code, done.stdout) == (0, "")


def test_a_list_that_the_service_would_refuse_is_refused_here_too():
    done = said(TOCSIN_INGEST_ALLOW_NETWORKS="the office")
    assert done.exit_code == 1
    assert "TOCSIN_INGEST_ALLOW_NETWORKS" in done.output
