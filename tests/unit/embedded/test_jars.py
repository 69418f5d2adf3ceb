"""Only locked jars reach Kafka's class path, and a failed download says what to do."""

import hashlib
from pathlib import Path

import pytest

from shared.embedded.errors import JarDownloadError, JarMismatchError
from shared.embedded.jars import Jar, JarLock, cache_directory, class_path, load_lock
from shared.embedded.maven import KAFKA_VERSION, MavenFetcher


def jar(name: str, contents: bytes) -> Jar:
    return Jar(
        coordinate=f"org.example:{name}:1.0", sha256=hashlib.sha256(contents).hexdigest(), size_bytes=len(contents)
    )


CONTENTS = {"broker": b"the broker", "clients": b"the clients"}
LOCK = JarLock(kafka_version="9.9.9", jars=tuple(jar(name, contents) for name, contents in CONTENTS.items()))


class FakeFetcher:
    """Serves CONTENTS, counts, and can be told to fail or to deliver something else."""

    def __init__(self) -> None:
        self.fetched: list[str] = []
        self.replies: dict[str, bytes | Exception] = {}

    def fetch(self, jar: Jar, into: Path) -> Path:
        self.fetched.append(jar.coordinate)
        name = jar.coordinate.split(":")[1]
        reply = self.replies.get(name, CONTENTS[name])
        if isinstance(reply, Exception):
            raise reply
        path = into / jar.file_name
        path.write_bytes(reply)
        return path


def test_missing_jars_are_downloaded_once_and_in_class_path_order(tmp_path: Path) -> None:
    fetcher = FakeFetcher()
    said: list[str] = []
    first = class_path(cache=tmp_path, lock=LOCK, fetcher=fetcher, announce=said.append)
    again = class_path(cache=tmp_path, lock=LOCK, fetcher=fetcher, announce=said.append)
    assert [path.name for path in first] == ["broker-1.0.jar", "clients-1.0.jar"]
    assert [path.read_bytes() for path in first] == [b"the broker", b"the clients"]
    assert again == first
    assert sorted(fetcher.fetched) == ["org.example:broker:1.0", "org.example:clients:1.0"]
    assert len(said) == 1
    assert "2 files" in said[0]


def test_a_corrupted_cached_jar_is_refused_and_named(tmp_path: Path) -> None:
    path, _ = class_path(cache=tmp_path, lock=LOCK, fetcher=FakeFetcher())
    path.write_bytes(b"the br0ker")
    with pytest.raises(JarMismatchError, match="delete it and start again") as caught:
        class_path(cache=tmp_path, lock=LOCK, fetcher=FakeFetcher())
    assert caught.value.path == path
    assert str(path) in str(caught.value)


def test_a_download_that_is_not_the_locked_file_never_enters_the_cache(tmp_path: Path) -> None:
    fetcher = FakeFetcher()
    fetcher.replies["clients"] = b"something else"
    with pytest.raises(JarDownloadError, match="not the locked file"):
        class_path(cache=tmp_path, lock=LOCK, fetcher=fetcher)
    assert not list(tmp_path.rglob("clients-1.0.jar"))


def test_without_a_network_the_first_start_says_what_to_do_and_leaves_no_rubbish(tmp_path: Path) -> None:
    fetcher = FakeFetcher()
    for name in CONTENTS:
        fetcher.replies[name] = JarDownloadError(
            coordinate=f"org.example:{name}:1.0", cache=tmp_path, reason="no route to host"
        )
    with pytest.raises(JarDownloadError) as caught:
        class_path(cache=tmp_path, lock=LOCK, fetcher=fetcher)
    text = str(caught.value)
    assert "must be downloaded once" in text
    assert "no route to host" in text
    assert "Connect to the network" in text
    assert str(tmp_path) in text
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_an_unreachable_repository_is_such_a_failure(tmp_path: Path) -> None:
    # Port 9 (discard) of loopback: refused at once, nothing leaves the machine.
    fetcher = MavenFetcher(repository_url="http://127.0.0.1:9/maven")
    with pytest.raises(JarDownloadError, match=r"ConnectionError while asking http://127\.0\.0\.1:9/maven"):
        class_path(cache=tmp_path, lock=LOCK, fetcher=fetcher)


def test_the_lock_in_the_repository_names_one_kafka_and_the_clients_of_the_same_version() -> None:
    lock = load_lock()
    ours = {jar.coordinate for jar in lock.jars if jar.coordinate.startswith("org.apache.kafka:")}
    assert lock.kafka_version == KAFKA_VERSION
    assert {f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}", f"org.apache.kafka:kafka-clients:{KAFKA_VERSION}"} <= ours
    assert {coordinate.rsplit(":", 1)[1] for coordinate in ours} == {KAFKA_VERSION}
    assert any(":slf4j-simple:" in jar.coordinate for jar in lock.jars)
    assert len({jar.file_name for jar in lock.jars}) == len(lock.jars)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TOCSIN_CACHE_DIR": "/c/own", "XDG_CACHE_HOME": "/x"}, Path("/c/own")),
        ({"XDG_CACHE_HOME": "/x"}, Path("/x/tocsin")),
        ({}, Path("~/.cache/tocsin").expanduser()),
    ],
)
def test_the_cache_is_where_the_user_says(environ: dict[str, str], expected: Path) -> None:
    assert cache_directory(environ) == expected
