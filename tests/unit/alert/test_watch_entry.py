"""``tocsin watches add`` and ``test``: a file keeps what people wrote in it, and what would have been sent is what is sent."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from services.alert.area import CodedArea
from services.alert.bulletin import GatheredBy
from services.alert.cli import watches
from services.alert.manners import Digest, DigestPace, Manners
from services.alert.matching import WatchIndex
from services.alert.rehearsal import PastChange, WouldGather, WouldSend, rehearse
from services.alert.routing import Message
from services.alert.watch import Watch
from services.alert.watch_entry import ShapeError, with_watch
from shared.codec import encode
from shared.events.incident import Severity, Status
from tests.support.incidents import PUBLISHED, opened, updated

ADDED = {"places": ["Diyala"], "endpoints": ["desk"]}
SHIPPED = Path(__file__).parents[3] / "config" / "watches.yaml"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing yet\n",
        "watches: {}\n",
        "watches:\n",
        "endpoints:\n  desk: {channel: pull}\n",
        "watches:\n  a: {places: [IQ]}\n\nendpoints:  # last\n  desk: {channel: pull}\n",
        "watches:\n    a:\n        places: [IQ]\n        # filters: none\n# the end\n",
        SHIPPED.read_text(encoding="utf-8"),
    ],
)
def test_a_watch_is_added_after_the_others_and_all_else_stays(text: str) -> None:
    written = with_watch(text, "new-one", ADDED)
    before, after = yaml.safe_load(text) or {}, yaml.safe_load(written)
    assert after["watches"] == {**(before.get("watches") or {}), "new-one": ADDED}
    assert after.get("endpoints") == before.get("endpoints")
    kept = [line for line in text.splitlines() if line.strip() and not line.startswith("watches:")]
    remaining = iter(written.splitlines())
    assert all(line in remaining for line in kept)


def test_watches_in_one_line_are_refused() -> None:
    with pytest.raises(ShapeError, match="one line"):
        with_watch("watches: {a: {places: [IQ]}}\n", "b", ADDED)


def _add(path: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(watches, ["add", "--file", str(path), *words])
    return result.exit_code, result.output


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "watches.yaml"
    path.write_text("# ours\nendpoints:\n  desk: {channel: pull}\nwatches: {}\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def test_the_command_adds_what_is_understood(path: Path) -> None:
    status, said = _add(
        path, "garmian", "--place", "Garmian", "--to", "desk", "--name", "Garmian",
        "--set", "quiet={from: 22:00, to: 06:00}", "--set", "limit_an_hour=5",
    )  # fmt: skip
    assert (status, said) == (0, f"garmian is added to {path}\n")
    assert path.read_text(encoding="utf-8").startswith("# ours\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    listed = CliRunner().invoke(watches, ["list", "--file", str(path)])
    assert "garmian: Garmian" in listed.output
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["x", "--place", "Diyalaa", "--to", "desk"], "did you mean"),
        (["x", "--place", "Punjab", "--to", "desk"], "which may mean Pakistani Punjab"),
        (["x", "--place", "IQ", "--to", "dsk"], "did you mean desk?"),
        (["x", "--to", "desk"], "places is empty"),
        (["X y", "--place", "IQ", "--to", "desk"], "accepted are up to 64 of a-z"),
        (["x", "--place", "IQ", "--to", "desk", "--set", "quiet"], "is not KEY=VALUE"),
        (["x", "--place", "IQ", "--to", "desk", "--set", "quiets={}"], "did you mean quiet?"),
    ],
)
def test_what_is_not_understood_changes_nothing_and_is_a_sentence(path: Path, words: list[str], sentence: str) -> None:
    before = path.read_text(encoding="utf-8")
    status, said = _add(path, *words)
    assert status != 0
    assert sentence in " ".join(said.split())
    assert path.read_text(encoding="utf-8") == before
    assert list(path.parent.iterdir()) == [path]


def test_a_watch_that_is_there_is_not_added_again(path: Path) -> None:
    words = ("x", "--place", "IQ", "--to", "desk")
    assert _add(path, *words)[0] == 0
    assert "has a watch x already" in _add(path, *words)[1]


def _watch(**manners: object) -> Watch:
    return Watch(
        id="iraq", name="Iraq", areas=(CodedArea(codes=("IQ",)),), endpoints=("desk",),
        manners=Manners(**manners),  # type: ignore[arg-type]  # tests set any
    )  # fmt: skip


def test_a_rehearsal_sends_and_gathers_as_the_service_would() -> None:
    first, second = opened(1, severity=Severity.MODERATE), opened(2, severity=Severity.MODERATE)
    past = [
        PastChange(at=PUBLISHED, state=first),
        PastChange(at=PUBLISHED + timedelta(minutes=1), state=second),
        PastChange(at=PUBLISHED + timedelta(minutes=2), state=updated(second, status=Status.RETRACTED)),
        PastChange(at=PUBLISHED + timedelta(hours=2), state=updated(first, status=Status.RETRACTED)),
    ]
    digested = list(rehearse(past, WatchIndex([_watch(digest=Digest(pace=DigestPace.HOUR))]), ["desk"]))
    assert isinstance(digested[0], WouldGather)
    assert digested[0].gathered_by is GatheredBy.DIGEST
    assert [state.incident_id for state in digested[0].states] == [first.incident_id]
    assert [one.message for one in digested[1:] if isinstance(one, WouldSend)] == [Message.RETRACTION]
    at_once = list(rehearse(past, WatchIndex([_watch()]), ["desk"]))
    assert [one.message.value for one in at_once if isinstance(one, WouldSend)] == [
        "alert", "alert", "retraction", "retraction",
    ]  # fmt: skip


def test_a_rehearsal_ends_with_the_lists_that_are_left() -> None:
    many = [PastChange(at=PUBLISHED, state=opened(number, severity=Severity.MODERATE)) for number in range(1, 31)]
    found = list(rehearse(many, WatchIndex([_watch(limit_an_hour=20)]), ["desk"]))
    assert len(found) == 21
    assert isinstance(found[-1], WouldGather)
    assert len(found[-1].states) == 10


def test_one_watch_can_be_tried_by_itself(path: Path, tmp_path: Path) -> None:
    for name, place in (("a", "IQG10"), ("b", "IQG13")):
        assert _add(path, name, "--place", place, "--to", "desk", "--set", "digest={every: hour}")[0] == 0
    lines = tmp_path / "changes.jsonl"
    lines.write_bytes(encode(opened()) + b"\n")
    tried = CliRunner().invoke(watches, ["test", "--file", str(path), "--watch", "a", str(lines)])
    assert tried.exit_code == 0, tried.output
    assert "desk  1 together (digest)" in tried.output
    other = CliRunner().invoke(watches, ["test", "--file", str(path), "--watch", "b", str(lines)])
    assert "0 deliveries" in other.output
    unknown = CliRunner().invoke(watches, ["test", "--file", str(path), "--watch", "c", str(lines)])
    assert "has no enabled watch c" in unknown.output
