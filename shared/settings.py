"""Settings: one frozen class a service, read once from the environment, refused with a sentence when wrong (house style, rules 10, 11).

A field ``poll_workers`` of the service ``ingest`` is read from ``TOCSIN_INGEST_POLL_WORKERS``, else from
``TOCSIN_POLL_WORKERS`` (handy for what all services share, such as the broker's address). Either may carry the suffix
``_FILE`` and name a file that holds the value, as container secrets do.
"""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

PRODUCT = "TOCSIN"


class SettingsError(Exception):
    """A setting or a configuration file is wrong; the text names the setting, the value seen and what is accepted."""


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


CommaSeparated = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""Several values in one variable, separated by commas."""


class Settings(BaseModel):
    """What every service needs. Subclasses set ``service`` and add fields; each field's description becomes its documentation."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
    service: ClassVar[str] = ""

    kafka_bootstrap: str = "127.0.0.1:9092"
    """Kafka brokers, ``host:port`` separated by commas."""
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """Security protocol of the connection to Kafka."""
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """SASL mechanism; used with the SASL protocols alone."""
    kafka_username: str | None = None
    """SASL user."""
    kafka_password: SecretStr | None = None
    """SASL password."""
    kafka_ca_file: Path | None = None
    """Certificate authority of the brokers; the system's when unset."""
    topic_prefix: str = ""
    """Put before every topic and consumer group, for a Kafka shared with others."""
    http_host: str = "127.0.0.1"
    """Address that /metrics, /livez and /readyz listen on; 0.0.0.0 in a container."""
    http_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Port of the same; 0 lets the system choose and the log says which."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least level that is logged."""
    log_format: Literal["auto", "json", "console"] = "auto"
    """``auto``: readable on a terminal, JSON otherwise."""
    trace_endpoint: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] | None = None
    """Collector that traces are sent to (OTLP over HTTP), as http://collector:4318/v1/traces; unset or empty: no traces. Needs the extra ``tracing``."""
    trace_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of items that are traced, where a trace begins; what follows from an item is traced with it."""
    startup_deadline_seconds: Annotated[float, Field(gt=0)] = 60.0
    """How long to wait for Kafka and Postgres at start before giving up with exit status 75; below the orchestrator's start limit."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Return the settings; raises ``SettingsError`` for a bad value, a missing one, an unreadable file or an unknown variable of this service."""
        values, names = _collect(cls, environment)
        try:
            return cls(**values)
        except ValidationError as error:
            raise SettingsError(_sentence(cls, error, names)) from None  # the cause would print secrets

    def described(self) -> dict[str, object]:
        """The settings as they may be logged: secrets are masked."""
        return self.model_dump(mode="json")


def variable(cls: type[Settings], field: str) -> str:
    """The environment variable of a field."""
    return f"{PRODUCT}_{cls.service.upper()}_{field.upper()}"


def _collect(cls: type[Settings], environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    values: dict[str, str] = {}
    names: dict[str, str] = {}
    for field in cls.model_fields:
        own = variable(cls, field)
        for name in (own, f"{PRODUCT}_{field.upper()}"):
            if name in environment:
                values[field], names[field] = environment[name], name
                break
            if (path := environment.get(f"{name}_FILE")) is not None:
                names[field] = f"{name}_FILE"
                try:
                    values[field] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
                except (OSError, UnicodeDecodeError) as error:
                    raise SettingsError(f"{name}_FILE names {path!r}, which cannot be read: {error}") from error
                break
    known = {variable(cls, field) + suffix for field in cls.model_fields for suffix in ("", "_FILE")}
    for name in environment:
        if name.startswith(f"{PRODUCT}_{cls.service.upper()}_") and name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingsError(f"{name} is not a setting of {cls.service}{hint}")
    return values, names


def _sentence(cls: type[Settings], error: ValidationError, names: Mapping[str, str]) -> str:
    parts = []
    for problem in error.errors(include_url=False):
        field = str(problem["loc"][0]) if problem["loc"] else ""
        name = names.get(field, variable(cls, field)) if field else cls.service
        kind = cls.model_fields[field].annotation if field in cls.model_fields else None
        secret = "Secret" in str(kind)
        # A relation between settings has no field of its own: its input is all of them, secrets included.
        seen = "" if problem["type"] == "missing" or secret or not field else f" is {problem['input']!r}"
        description = (cls.model_fields[field].description or "") if field in cls.model_fields else ""
        about = f" ({description})" if description else ""
        parts.append(f"{name}{about}{seen}: {problem['msg'][0].lower()}{problem['msg'][1:]}")
    return "; ".join(parts)
