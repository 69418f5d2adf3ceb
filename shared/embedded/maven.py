"""Downloads and resolution through jgo; the only module that imports it, and only when something must be downloaded."""

from pathlib import Path

from shared.embedded.errors import JarDownloadError
from shared.embedded.jars import Jar, JarLock, sha256_of

KAFKA_VERSION = "4.1.0"
SCALA_VERSION = "2.13"
SLF4J_VERSION = "1.7.36"  # the binding of the slf4j-api that Kafka asks for
REQUEST_SECONDS = 30


class MavenFetcher:
    """A ``JarFetcher`` from Maven Central, or from the mirror at ``repository_url``."""

    def __init__(self, *, repository_url: str | None = None) -> None:
        self._remotes = None if repository_url is None else {"mirror": repository_url.rstrip("/")}

    def fetch(self, jar: Jar, into: Path) -> Path:
        """The downloaded jar, in a Maven-like tree below ``into``; raises JarDownloadError with the cause in plain words."""
        import requests  # noqa: PLC0415  (comes with jgo; both cost 0.2 s that a warm start need not pay)
        from jgo.maven import MavenContext  # noqa: PLC0415

        group, artifact, version = jar.coordinate.split(":")
        context = MavenContext(repo_cache=into, local_repos=[], remote_repos=self._remotes, timeout=REQUEST_SECONDS)
        try:
            return Path(context.project(group, artifact).at_version(version).artifact().resolve())
        except requests.RequestException as error:
            reason = f"{type(error).__name__} while asking {', '.join(context.remote_repos.values())}"
            raise JarDownloadError(coordinate=jar.coordinate, cache=into.parent, reason=reason) from error
        except RuntimeError as error:  # jgo's word for "no repository has it"
            raise JarDownloadError(coordinate=jar.coordinate, cache=into.parent, reason=str(error)) from error


def resolve_lock(work: Path) -> JarLock:
    """Resolve Kafka's class path anew, downloading everything below ``work``; for ``lock_jars`` only."""
    from jgo.env import EnvironmentBuilder, LinkStrategy  # noqa: PLC0415
    from jgo.maven import MavenContext  # noqa: PLC0415

    # kafka-clients must be named with its version, or the resolver picks another one than the broker's.
    endpoint = "+".join(
        (
            f"org.apache.kafka:kafka_{SCALA_VERSION}:{KAFKA_VERSION}",
            f"org.apache.kafka:kafka-clients:{KAFKA_VERSION}",
            f"org.slf4j:slf4j-simple:{SLF4J_VERSION}",
        )
    )
    repository = work / "repository"
    builder = EnvironmentBuilder(
        context=MavenContext(repo_cache=repository, local_repos=[], timeout=REQUEST_SECONDS),
        cache_dir=work / "environments",
        link_strategy=LinkStrategy.COPY,
    )
    environment = builder.from_endpoint(endpoint)
    coordinates = {path.name: _coordinate(path, repository) for path in repository.rglob("*.jar")}
    return JarLock(
        kafka_version=KAFKA_VERSION,
        jars=tuple(
            Jar(coordinate=coordinates[path.name], sha256=sha256_of(path), size_bytes=path.stat().st_size)
            for path in environment.all_jars  # some lie in jars/, some in modules/: all belong on the one class path
        ),
    )


def _coordinate(path: Path, repository: Path) -> str:
    *group, artifact, version, _ = path.relative_to(repository).parts
    return f"{'.'.join(group)}:{artifact}:{version}"
