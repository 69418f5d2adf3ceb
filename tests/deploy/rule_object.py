"""The alert rules as an object of the Prometheus operator; ``python -m tests.deploy.generate`` writes it from the plain rule file."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "deploy" / "monitoring" / "rules" / "tocsin.yml"
PATH = ROOT / "deploy" / "k8s" / "components" / "monitoring" / "prometheus-rule.yaml"

_HEAD = """# Written by 'python -m tests.deploy.generate' from deploy/monitoring/rules/tocsin.yml; do not edit it here.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: tocsin
  labels:
    app.kubernetes.io/part-of: tocsin
    release: prometheus
spec:
"""


def rendered() -> str:
    """The whole file."""
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    body = lines[lines.index("groups:") :]
    return _HEAD + "".join(f"  {line}".rstrip() + "\n" for line in body)
