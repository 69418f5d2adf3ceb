"""Every command that the README shows is one the tests run: the cheap ones here, those that start servers elsewhere by name."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.cli.__main__ import COMMANDS, cli

pytestmark = pytest.mark.timeout(120)

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RUN_ELSEWHERE = {
    "make demo": "test_commands.py::test_the_demo_ends_by_itself_with_the_promised_outcome",
    "make up": "test_commands.py::test_up_without_a_network_runs_says_which_feeds_fail_and_why_and_keeps_its_data",
}
"""A command that starts servers, and the test that runs what its make target runs."""


def fenced_commands() -> list[str]:
    """The lines of the README's fenced blocks that are commands."""
    blocks = re.findall(r"^```\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [
        line for block in blocks for line in block.splitlines() if line.startswith(("make ", ".venv/bin/", "tocsin "))
    ]


def named_commands() -> list[str]:
    """The ``tocsin …`` commands named in the README's text and tables, alternatives written out."""
    found = []
    for quoted in re.findall(r"`tocsin ([^`]+)`", README):
        words = [word for word in quoted.replace("\\|", "|").split() if not word.startswith(("-", '"'))]
        *path, last = words
        found += [" ".join([*path, one]) for one in last.split("|")]
    return sorted(set(found))


def test_the_readme_shows_commands() -> None:
    assert len(fenced_commands()) >= 4
    assert "dlq replay" in named_commands()


@pytest.mark.parametrize("command", [one for one in fenced_commands() if one.startswith(".venv/bin/tocsin ")])
def test_a_command_of_the_readme_that_needs_no_server_works_as_written(command: str) -> None:
    arguments = shlex.split(command)[1:]
    ran = subprocess.run(
        [sys.executable, "-m", "services.cli", *arguments],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip()
    assert not ran.stderr


@pytest.mark.parametrize("command", [one for one in fenced_commands() if one.startswith("make ")])
def test_a_command_of_the_readme_that_starts_servers_is_run_by_another_test(command: str) -> None:
    module, _, test = RUN_ELSEWHERE[command].partition("::")
    assert f"def {test}(" in (Path(__file__).parent / module).read_text(encoding="utf-8")
    target = command.removeprefix("make ")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}: .*\n\t@\$\(BIN\)/tocsin {target} ", makefile, re.MULTILINE)


@pytest.mark.parametrize("command", named_commands())
def test_a_command_that_the_readme_names_exists(command: str) -> None:
    words = command.split()
    if words[0] == "run":
        words, service = words[:1], words[1]
        assert service in CliRunner().invoke(cli, ["run", "--help"]).output
    shown = CliRunner().invoke(cli, [*words, "--help"])
    assert shown.exit_code == 0, shown.output


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z-]+)", README))))
def test_a_make_target_that_the_readme_names_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_command_has_its_place_in_the_readme() -> None:
    missing = [name for name in COMMANDS if f"`tocsin {name}" not in README and f"`{name}`" not in README]
    assert not missing


@pytest.mark.parametrize(
    "target", [*sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))), "config/feeds.yaml", "config/watches.yaml"]
)
def test_a_file_that_the_readme_points_to_exists(target: str) -> None:
    assert (ROOT / target).exists()
