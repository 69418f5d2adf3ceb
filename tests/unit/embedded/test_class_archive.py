"""The class archive belongs to exactly one JVM and one set of jars, and two makers at once do not spoil it."""

import os
from pathlib import Path

import pytest

from shared.embedded.class_archive import class_archive


@pytest.fixture
def jars(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "a.jar", tmp_path / "b.jar"]
    for path in paths:
        path.write_bytes(b"jar")
    return paths


def made(directory: Path, contents: bytes) -> Path:
    path = directory / "made"
    path.write_bytes(contents)
    return path


def test_nothing_is_asked_of_the_jvm_before_both_files_exist(jars: list[Path], tmp_path: Path) -> None:
    archive = class_archive(jars, "21.0.8")
    assert archive.options() == ()
    archive.adopt_base(made(tmp_path, b"base"))
    assert archive.options() == ()
    archive.adopt_broker(made(tmp_path, b"broker"))
    assert f"-XX:SharedArchiveFile={archive.base}:{archive.broker}" in archive.options()


def test_another_jvm_or_a_jar_fetched_anew_has_an_archive_of_its_own(jars: list[Path]) -> None:
    before = class_archive(jars, "21.0.8")
    assert class_archive(jars, "21.0.8") == before
    assert class_archive(jars, "21.0.9").base != before.base
    os.utime(jars[0], ns=(0, 0))
    assert class_archive(jars, "21.0.8").broker != before.broker


def test_the_first_of_two_bases_stays_because_recordings_refer_to_it(jars: list[Path], tmp_path: Path) -> None:
    archive = class_archive(jars, "21.0.8")
    archive.adopt_base(made(tmp_path, b"first"))
    archive.adopt_base(made(tmp_path, b"second"))
    assert archive.base.read_bytes() == b"first"


def test_a_new_recording_supersedes_those_for_older_jars_and_leaves_no_other_file(
    jars: list[Path], tmp_path: Path
) -> None:
    old = class_archive(jars, "21.0.8")
    old.adopt_broker(made(tmp_path, b"old"))
    os.utime(jars[0], ns=(0, 0))
    new = class_archive(jars, "21.0.8")
    new.adopt_broker(made(tmp_path, b"new"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jar", "b.jar", new.broker.name]
