"""The topics as objects of the Strimzi operator; ``python -m tests.deploy.generate`` writes them from ``shared/topics.py``."""

from pathlib import Path

from shared.topics import ALL, Topic

ROOT = Path(__file__).parents[2]
PATH = ROOT / "deploy" / "k8s" / "components" / "strimzi" / "topics.yaml"

_HEAD = "# Written by 'python -m tests.deploy.generate' from shared/topics.py; do not edit it here.\n"


def rendered() -> str:
    """The whole file."""
    return _HEAD + "---\n".join(_object(topic) for topic in ALL)


def _object(topic: Topic) -> str:
    config = "".join(
        f"    {key}: {value if value.lstrip('-').isdigit() else repr(value)}\n".replace("'", '"')
        for key, value in topic.config.items()
    )
    return (
        "apiVersion: kafka.strimzi.io/v1\n"
        "kind: KafkaTopic\n"
        "metadata:\n"
        f"  name: {topic.name}\n"
        "  labels:\n"
        "    strimzi.io/cluster: tocsin\n"
        "spec:\n"
        f"  partitions: {topic.partitions}\n"
        "  replicas: 3\n"
        "  config:\n"
        f"{config}"
        "    min.insync.replicas: 2\n"
    )
