"""Documents that are made from the code, and commands that documents name."""

import re
from pathlib import Path

import click
import pytest
import yaml

from services.cli.__main__ import COMMANDS, cli
from shared.settings import PRODUCT
from shared.topics import ALL
from tests.deploy import rule_object, settings_table, topic_objects

ROOT = Path(__file__).parents[2]
OPERATORS = (ROOT / "docs" / "deploy.md", *sorted((ROOT / "docs" / "runbooks").glob("*.md")))


def test_the_table_of_settings_is_current() -> None:
    assert settings_table.PATH.read_text(encoding="utf-8") == settings_table.rendered(), (
        "a setting changed: python -m tests.deploy.generate"
    )


def test_the_rules_on_kubernetes_are_the_rules() -> None:
    assert rule_object.PATH.read_text(encoding="utf-8") == rule_object.rendered(), "python -m tests.deploy.generate"
    wrapped = yaml.safe_load(rule_object.rendered())
    assert wrapped["spec"] == yaml.safe_load(rule_object.SOURCE.read_text(encoding="utf-8"))


def test_the_topics_on_kubernetes_are_the_topics() -> None:
    assert topic_objects.PATH.read_text(encoding="utf-8") == topic_objects.rendered(), "python -m tests.deploy.generate"
    declared = list(yaml.safe_load_all(topic_objects.rendered()))
    assert [one["metadata"]["name"] for one in declared] == [topic.name for topic in ALL]
    assert [one["spec"]["partitions"] for one in declared] == [topic.partitions for topic in ALL]


def test_every_setting_is_described() -> None:
    for cls in settings_table.SERVICES:
        for name, field in cls.model_fields.items():
            assert field.description, f"{cls.__name__}.{name} has no docstring"


@pytest.mark.parametrize("path", OPERATORS, ids=lambda path: path.name)
def test_every_command_that_operators_are_told_exists(path: Path) -> None:
    context = click.Context(cli)
    for code in re.findall(r"`([^`\n]+)`|^    (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
        for words in re.findall(r"\btocsin ((?:[a-z]+(?: |$))+)((?:--[a-z-]+ ?)*)", " ".join(code)):
            name, *rest = words[0].split()
            if name not in COMMANDS:
                continue
            command = cli.get_command(context, name)
            if isinstance(command, click.Group) and rest:
                command = command.get_command(context, rest[0])
            assert command is not None, words
            options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
            assert set(words[1].split()) <= options, words


@pytest.mark.parametrize("path", OPERATORS, ids=lambda path: path.name)
def test_every_variable_that_operators_are_told_is_a_setting(path: Path) -> None:
    known = {
        f"{PRODUCT}_{prefix}{name.upper()}{suffix}"
        for cls in settings_table.SERVICES
        for name in cls.model_fields
        for prefix in ("", f"{cls.service.upper()}_")
        for suffix in ("", "_FILE")
    } | {"TOCSIN_IMAGE", "TOCSIN_PAGE_PORT", "TOCSIN_TEST_KUBECONFIG"}  # of the compose file and of the tests
    named = set(re.findall(r"\bTOCSIN_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8")))
    assert named <= known


@pytest.mark.parametrize("path", OPERATORS, ids=lambda path: path.name)
def test_every_file_that_operators_are_told_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"\b((?:deploy|docs|config|tests)/[\w./-]*\w)", text):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / name).exists(), name
