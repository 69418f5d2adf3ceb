"""``docs/configuration.md``, made from the settings classes; ``python -m tests.deploy.generate`` writes it."""

from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from services.alert.settings import AlertSettings
from services.classify.settings import ClassifySettings
from services.cli.operations import OperatorSettings
from services.ingest.settings import IngestSettings
from shared.settings import PRODUCT, Settings, variable

PATH = Path(__file__).parents[2] / "docs" / "configuration.md"
SERVICES: tuple[type[Settings], ...] = (IngestSettings, ClassifySettings, AlertSettings, OperatorSettings)
_TITLES = {"ingest": "ingest", "classify": "classify", "alert": "alert", "cli": "The operator's commands"}

_HEAD = """# Configuration

Written by `python -m tests.deploy.generate` from the settings classes; a test holds it to them. Do not edit it.

Settings come from the environment, once, at start. A wrong value, a missing one and a name that no service knows end the
process with a sentence that names the variable, the value and what is accepted. What is in force is in the log's first line
(`service.started`), secrets masked.

- What all services share is read from `TOCSIN_<NAME>`, or for one of them from `TOCSIN_<SERVICE>_<NAME>`, which wins.
  A service's own settings may be written both ways too.
- Every variable may carry `_FILE` and name a file that holds the value, as mounted secrets do: `TOCSIN_POSTGRES_DSN_FILE`.
- Several values in one variable are separated by commas.
- Feeds and watches are files, not variables: `config/feeds.yaml` and `config/watches.yaml` say in their heads what they take.
"""


def rendered() -> str:
    """The whole document."""
    shared = list(Settings.model_fields)
    parts = [_HEAD, "## All services\n", *_table(Settings, shared, prefix=f"{PRODUCT}_")]
    for cls in SERVICES:
        own = [name for name in cls.model_fields if name not in Settings.model_fields]
        parts += [f"## {_TITLES[cls.service]}\n", *_table(cls, own, prefix="")]
    return "\n".join(parts).rstrip() + "\n"


def _table(cls: type[Settings], fields: list[str], *, prefix: str) -> list[str]:
    lines = ["| variable | default | accepts | what it is |", "|---|---|---|---|"]
    for name in fields:
        field = cls.model_fields[name]
        shown = f"{prefix}{name.upper()}" if prefix else variable(cls, name)
        description = " ".join((field.description or "").split()).replace("``", "`").replace("|", "\\|")
        lines.append(f"| `{shown}` | {_default(field)} | {_accepted(field)} | {description} |")
    return [*lines, ""]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value in ("", ()):
        return "none"
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    if isinstance(value, float):
        value = f"{value:.15g}"
    return f"`{value}`"


def _accepted(field: FieldInfo) -> str:
    bounds = []
    for one in _metadata(field):
        for kind, words in ((Ge, "at least"), (Gt, "above"), (Le, "at most"), (Lt, "below")):
            if isinstance(one, kind):
                bounds.append(f"{words} {getattr(one, kind.__name__.lower())}")
    return ", ".join([_kind(field.annotation), *bounds])


def _metadata(field: FieldInfo) -> list[Any]:
    found: list[Any] = []
    for one in field.metadata:
        found += getattr(one, "metadata", [one])
    return found


def _kind(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(arguments[0])
    if origin in {Union, UnionType}:
        return _kind(next(one for one in arguments if one is not type(None)))
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in arguments)
    if origin is tuple:
        return "values with commas"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{one.value}`" for one in annotation)
    return {
        int: "whole number",
        float: "number",
        bool: "`true` or `false`",
        str: "text",
        SecretStr: "secret",
        Path: "path",
    }[annotation]
