"""Folders of demos that were killed go with the next demo; those in use stay."""

from pathlib import Path

from services.standalone.abandoned import temporary_folder


def test_the_folder_is_gone_at_the_end(tmp_path: Path) -> None:
    with temporary_folder("demo-", parent=tmp_path) as folder:
        (folder / "data").write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_survives_the_next_demo(tmp_path: Path) -> None:
    with temporary_folder("demo-", parent=tmp_path) as first:
        with temporary_folder("demo-", parent=tmp_path):
            assert first.exists()
        assert first.exists()


def test_an_abandoned_folder_is_removed_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    abandoned, unknown, other = tmp_path / "demo-killed", tmp_path / "demo-unknown", tmp_path / "other"
    for folder in (abandoned, unknown, other):
        folder.mkdir()
    for folder in (abandoned, other):
        (folder / "IN-USE").touch()
    with temporary_folder("demo-", parent=tmp_path):
        assert not abandoned.exists()
        assert unknown.exists()
        assert other.exists()
