"""The evaluation page keeps what people wrote and replaces what the program measures."""

from pathlib import Path

from bench.scoring.page import fingerprint, replace_parts

PAGE = "# Title\n\nprose\n\n<!-- begin dev -->\n\nold\n\n<!-- end dev -->\n\nmore prose\n"


def test_only_the_text_between_the_marks_is_replaced() -> None:
    page = replace_parts(PAGE, {"dev": r"new \1"})
    assert page == PAGE.replace("old", r"new \1")
    assert replace_parts(page, {"dev": r"new \1"}) == page


def test_a_part_that_was_not_measured_is_kept_and_a_new_one_goes_to_the_end() -> None:
    page = replace_parts(PAGE, {"other": "x"})
    assert page.startswith(PAGE)
    assert page.endswith("<!-- begin other -->\n\nx\n\n<!-- end other -->\n")


def test_the_fingerprint_changes_with_code_and_data_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "read" / "__pycache__").mkdir(parents=True)
    (tmp_path / "read" / "kind.py").write_text("a = 1\n")
    first = fingerprint(tmp_path, ("read",))
    (tmp_path / "read" / "__pycache__" / "kind.pyc").write_text("cache")
    assert fingerprint(tmp_path, ("read",)) == first
    (tmp_path / "read" / "kind.py").write_text("a = 2\n")
    assert fingerprint(tmp_path, ("read",)) != first
