"""Public sets are found in a folder, read in their own formats, and nothing breaks when they are not there."""

import json
from pathlib import Path

import pytest

from bench.public.articles import unescaped
from bench.public.attacks import attack_parts
from bench.public.lgl import lgl_part
from bench.public.ordinary import ordinary_part
from services.classify.read.reader import Reader

ATTACK = "Gunmen killed seven people in Khanaqin on Saturday night, police said."


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_folder_without_sets_gives_no_part_and_says_what_is_missing(
    reader: Reader, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ordinary_part(reader, tmp_path) | attack_parts(reader, tmp_path) | lgl_part(tmp_path) == {}
    said = capsys.readouterr().err
    assert all(name in said for name in ("AG news", "BBC news", "muc4", "hrdsattack", "ceha", "LGL"))


def test_ordinary_news_counts_false_alarms_and_leaves_the_world_section_out(reader: Reader, tmp_path: Path) -> None:
    rows = [("2", "Cup final ends in a draw", "The match was level."), ("3", "Shop sales rise", ""), ("1", ATTACK, "")]
    rows += [("4", "Gunmen kill seven in Khanaqin", ATTACK)]
    write(tmp_path / "ag-news" / "test.csv", "".join(f'"{a}","{b}","{c}"\n' for a, b, c in rows))
    part = ordinary_part(reader, tmp_path)["ordinary"]
    assert "| AG news, sport | 1 | 0 | 0 | 0 | 0 | 0.00 |" in part
    assert "| AG news, science and technology | 1 | 1 | 0 | 0 | 0 | 1000.00 |" in part
    assert "| **AG news, the three sections** | 3 | 1 |" in part


def test_lost_ampersands_come_back() -> None:
    assert unescaped("Iraq #39;s  quot;calm quot;\\ends") == 'Iraq\'s "calm" ends'


def test_muc4_compares_templates_with_attack_news(reader: Reader, tmp_path: Path) -> None:
    texts = {
        "1": {"doc": ATTACK, "roles": {"perp_individual_id": [["GUNMEN"]], "hum_tgt_name": []}},
        "2": {"doc": "THE PRESIDENT MET THE TRADE MINISTER. THEY SIGNED A TREATY.", "roles": {"hum_tgt_name": []}},
    }
    write(tmp_path / "muc4" / "dev.json", json.dumps(texts))
    part = attack_parts(reader, tmp_path)["muc4"]
    assert "| texts | 2 |" in part
    assert "| with an attack | 1 |" in part
    assert "| attack news, F1 | 1.000 |" in part


def test_lgl_counts_names_found_and_how_near_they_are(tmp_path: Path) -> None:
    text = "A fair opened in Mosul and another in Baghdad."
    spans = [(name, text.index(name), lat, lon) for name, lat, lon in (("Mosul", 36.3, 43.1), ("Baghdad", 51.5, -0.1))]
    toponyms = "".join(
        f"<toponym><start>{at}</start><end>{at + len(name)}</end><gaztag><lat>{lat}</lat><lon>{lon}</lon></gaztag></toponym>"
        for name, at, lat, lon in spans
    )
    write(tmp_path / "lgl" / "lgl.xml", f"<articles><article><text>{text}</text>{toponyms}</article></articles>")
    part = lgl_part(tmp_path)["lgl"]
    assert "recall (overlapping) | 1.000 |" in part
    assert "0.500 of 2" in part
