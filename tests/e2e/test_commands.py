"""`tocsin demo` and `tocsin up` as a user runs them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.servers, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
FEEDS = """
feeds:
  - {slug: nowhere-en, url: "http://no-such-host.invalid/rss", outlet: Nowhere, language: en, tier: 3, interval_seconds: 5}
  - {slug: inside-en, url: "http://127.0.0.1:9/rss", outlet: Inside, language: en, tier: 3, interval_seconds: 5}
"""
WATCHES = "endpoints: {}\nwatches: {}\n"


class Command:
    """A `tocsin` command whose output goes to a file; whatever the test does, nothing of it is left afterwards."""

    def __init__(self, folder: Path, *arguments: str | Path) -> None:
        self._output = folder / f"output-{time.monotonic_ns()}.txt"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.cli", *map(str, arguments)],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")},
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def wait_for(self, words: str, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while re.search(words, self.output) is None:
            assert self.process.poll() is None, f"ended with {self.process.returncode} before {words!r}:\n{self.output}"
            assert time.monotonic() < end, f"no {words!r} within {seconds:g} s:\n{self.output}"
            time.sleep(0.1)  # polls a file that another process writes

    def children(self) -> set[int]:
        return {child.pid for child in psutil.Process(self.process.pid).children(recursive=True)}

    def end(self, how: signal.Signals, seconds: float = 60) -> int:
        self.process.send_signal(how)
        return self.process.wait(seconds)


@pytest.fixture
def commands() -> Iterator[list[Command]]:
    started: list[Command] = []
    yield started
    for command in started:
        if command.process.poll() is None:
            command.process.kill()
            command.process.wait(30)


def gone(pids: set[int], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while any(psutil.pid_exists(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)  # polls the process table
    return True


def test_the_demo_ends_by_itself_with_the_promised_outcome(tmp_path: Path, commands: list[Command]) -> None:
    demo = Command(tmp_path, "demo", "--duration", "15", "--api-port", "0")
    commands.append(demo)
    assert demo.process.wait(240) == 0, demo.output
    assert demo.output.count("── webhook incident.alert") == 1
    assert demo.output.count("── webhook incident.update") == 1
    assert "As promised" in demo.output
    assert "district IQG10Q05 of governorate IQG10" in demo.output
    assert "7 killed, 5 wounded" in demo.output
    assert "not an official warning" in demo.output.lower()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_demo_that_is_stopped_leaves_no_process(tmp_path: Path, commands: list[Command], how: signal.Signals) -> None:
    demo = Command(tmp_path, "demo", "--duration", "60", "--api-port", "0")
    commands.append(demo)
    demo.wait_for("stories have appeared")
    children = demo.children()
    assert len(children) >= 8
    demo.end(how)
    assert gone(children), "something outlived the demo"


def test_up_without_a_network_runs_says_which_feeds_fail_and_why_and_keeps_its_data(
    tmp_path: Path, commands: list[Command]
) -> None:
    feeds, watches, data = tmp_path / "feeds.yaml", tmp_path / "watches.yaml", tmp_path / "data"
    feeds.write_text(FEEDS, encoding="utf-8")
    watches.write_text(WATCHES, encoding="utf-8")
    arguments = ("up", "--data-dir", data, "--feeds", feeds, "--watches", watches, "--api-port", "0")
    first = Command(tmp_path, *arguments)
    commands.append(first)
    first.wait_for("feed nowhere-en fails: .+")
    first.wait_for("feed inside-en fails: .+")
    assert first.process.poll() is None
    environment = data / "environment"
    assert environment.stat().st_mode & 0o077 == 0
    doctor = subprocess.run(
        ["/bin/sh", "-c", '. "$0" && exec "$1" -m services.cli doctor', environment, sys.executable],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr

    second = Command(tmp_path, *arguments)
    commands.append(second)
    assert second.process.wait(60) != 0
    assert str(first.process.pid) in second.output
    assert "Traceback" not in second.output

    children = first.children()
    assert first.end(signal.SIGINT) == 0, first.output
    assert gone(children)

    third = Command(tmp_path, *arguments)
    commands.append(third)
    third.wait_for("the page is")
    assert third.end(signal.SIGTERM) == 0, third.output


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("feeds.yaml", FEEDS.replace("tier: 3", "tier: 9"), ["feeds.yaml", "tier", "9", "1, 2 or 3"]),
        (
            "watches.yaml",
            "endpoints: {}\nwatches: {home: {places: [Diyalx], endpoints: []}}\n",
            ["watches.yaml", "Diyalx", "Diyala"],
        ),
    ],
)
def test_a_wrong_configuration_file_ends_up_with_a_sentence(
    tmp_path: Path, commands: list[Command], file: str, text: str, said: list[str]
) -> None:
    files = {"feeds.yaml": FEEDS, "watches.yaml": WATCHES, file: text}
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    up = Command(tmp_path, "up", "--data-dir", tmp_path / "data", "--feeds", tmp_path / "feeds.yaml", "--watches", tmp_path / "watches.yaml", "--api-port", "0")  # fmt: skip
    commands.append(up)
    assert up.process.wait(120) != 0
    for words in said:
        assert words in up.output
    assert "Traceback" not in up.output


def test_a_port_in_use_is_refused_before_anything_starts(tmp_path: Path, commands: list[Command]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        demo = Command(tmp_path, "demo", "--api-port", str(taken.getsockname()[1]))
        commands.append(demo)
        assert demo.process.wait(30) == 2
    assert "is in use" in demo.output
    assert "--api-port" in demo.output
    assert "Traceback" not in demo.output


def test_a_command_that_is_interrupted_says_so_by_its_status_alone() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background hands down "ignored"
    try:
        command = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "classify"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT,
        )  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, before)
    assert command.stdin is not None
    assert command.stdout is not None
    command.stdin.write(b'{"id": "1", "title": "Bomb kills two in Kalar", "published": "2026-03-14T18:22:00Z"}\n')
    command.stdin.flush()
    assert command.stdout.readline().startswith(b"{")  # it runs, and waits for the next item
    command.send_signal(signal.SIGINT)
    rest, _ = command.communicate(timeout=30)
    assert command.returncode == 130
    assert rest == b""
