"""``tocsin network-policy``: the same allow-lists that the services obey, as Kubernetes network policies, so that neither can be forgotten."""

import os
from collections.abc import Iterable
from typing import Any

import click
import yaml

from services.alert.settings import AlertSettings
from services.ingest.settings import IngestSettings
from shared.settings import SettingsError

_FEED_PORTS = (80, 443)
_NO_DATABASE = {"TOCSIN_POSTGRES_DSN": "postgresql://unused@unused/unused"}
"""Stands for the secret, which a policy does not need."""


def policy(component: str, networks: Iterable[str], ports: Iterable[int]) -> dict[str, Any]:
    """Return the policy that lets a service reach these networks; no ports means all of TCP."""
    numbers = tuple(ports)
    opened = [{"protocol": "TCP", "port": number} for number in numbers] if numbers else [{"protocol": "TCP"}]
    labels = {"app.kubernetes.io/name": "tocsin", "app.kubernetes.io/component": component}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"tocsin-{component}-allowed", "labels": labels},
        "spec": {
            "podSelector": {"matchLabels": labels},
            "policyTypes": ["Egress"],
            "egress": [{"to": [{"ipBlock": {"cidr": network}} for network in networks], "ports": opened}],
        },
    }


def policies(environment: dict[str, str]) -> list[dict[str, Any]]:
    """Return a policy for each service with an allow-list; raises ``SettingsError`` for a list that the service would refuse."""
    ingest = IngestSettings.from_environment({**_mine(environment, "INGEST"), **_NO_DATABASE})
    alert = AlertSettings.from_environment({**_mine(environment, "ALERT"), **_NO_DATABASE})
    wanted = (("ingest", ingest.allow_networks, _FEED_PORTS), ("alert", alert.allow_networks, ()))
    return [policy(component, networks, ports) for component, networks, ports in wanted if networks]


@click.command("network-policy")
def network_policy() -> None:
    """Print the network policies that TOCSIN_INGEST_ALLOW_NETWORKS and TOCSIN_ALERT_ALLOW_NETWORKS ask for.

    They open to the pods what these settings open in the services: pipe the output into 'kubectl apply', or keep it in your overlay.
    """
    try:
        found = policies(dict(os.environ))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    if not found:
        click.echo("no network is allowed besides the public Internet: nothing to open", err=True)
        return
    click.echo(yaml.safe_dump_all(found, sort_keys=False), nl=False)


def _mine(environment: dict[str, str], service: str) -> dict[str, str]:
    name = f"TOCSIN_{service}_ALLOW_NETWORKS"
    return {name: environment[name]} if name in environment else {}
