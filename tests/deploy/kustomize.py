"""Renders the part of kustomize that ``deploy/k8s`` uses, so that the manifests are checked on machines that have only Python.

It is no replacement for kustomize: a field it does not know is refused, and where ``kubectl`` is installed a test holds it against
the real one, object by object (``test_kubernetes.py``; decision record 0010).
"""

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]
_KNOWN = {
    "apiVersion",
    "kind",
    "namespace",
    "resources",
    "components",
    "configMapGenerator",
    "images",
    "labels",
    "patches",
    "replicas",
}
_CLUSTER_WIDE = {"Namespace"}
_MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "ports": "containerPort",
    "topologySpreadConstraints": "topologyKey",
}


class UnsupportedError(Exception):
    """The manifests use something of kustomize that this does not know."""


@dataclass
class _Rendering:
    objects: list[Object] = field(default_factory=list)
    hashed: set[str] = field(default_factory=set)
    """Names of the generated maps, which get a hash at the very end, when overlays have said their part."""


def render(folder: Path) -> list[Object]:
    """Return the objects of a kustomization; raises ``UnsupportedError`` for what is not in the subset."""
    rendering = _Rendering()
    _accumulate(folder, rendering)
    names = {name: f"{name}-{content_hash(_one(rendering, 'ConfigMap', name))}" for name in rendering.hashed}
    for one in rendering.objects:
        if one["kind"] == "ConfigMap":
            one["metadata"]["name"] = names.get(one["metadata"]["name"], one["metadata"]["name"])
        for reference in _map_references(one):
            reference["name"] = names.get(reference["name"], reference["name"])
    return rendering.objects


def content_hash(config_map: Object) -> str:
    """The suffix that kustomize gives a generated ConfigMap."""
    content = {"kind": "ConfigMap", "name": "", "data": config_map["data"]}  # kustomize leaves the name empty here
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&\u2028\u2029":  # as Go's encoder writes them
        text = text.replace(character, f"\\u{ord(character):04x}")
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return digest.translate(str.maketrans("013ae", "ghkmt"))


def _accumulate(folder: Path, rendering: _Rendering) -> None:
    """Resources of one kustomization joined to what is there; a component works on what its parent has gathered."""
    path = folder / "kustomization.yaml"
    wanted = yaml.safe_load(path.read_text(encoding="utf-8"))
    if unknown := set(wanted) - _KNOWN:
        raise UnsupportedError(f"{path}: {', '.join(sorted(unknown))} is not in the subset that tests/deploy renders")
    mine = rendering if wanted["kind"] == "Component" else _Rendering()
    for name in wanted.get("resources", ()):
        target = folder / name
        if target.is_dir():
            _accumulate(target, mine)
        else:
            mine.objects += [one for one in yaml.safe_load_all(target.read_text(encoding="utf-8")) if one]
    for name in wanted.get("components", ()):
        _accumulate(folder / name, mine)
    for generator in wanted.get("configMapGenerator", ()):
        _generate(folder, generator, mine)
    for patch in wanted.get("patches", ()):
        _patch(folder, patch, mine)
    for one in mine.objects:
        _transform(one, wanted)
    if mine is not rendering:
        rendering.objects += mine.objects
        rendering.hashed |= mine.hashed


def _generate(folder: Path, generator: Mapping[str, Any], rendering: _Rendering) -> None:
    _only(generator, {"name", "behavior", "literals", "files"}, "configMapGenerator")
    data = dict(literal.split("=", 1) for literal in generator.get("literals", ()))
    for entry in generator.get("files", ()):
        key, _, path = entry.rpartition("=")
        data[key or Path(path).name] = (folder / path).read_bytes().decode("utf-8")
    if generator.get("behavior", "create") == "merge":
        _one(rendering, "ConfigMap", generator["name"])["data"].update(data)
        return
    rendering.objects.append(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": generator["name"]}, "data": data}
    )
    rendering.hashed.add(generator["name"])


def _patch(folder: Path, patch: Mapping[str, Any], rendering: _Rendering) -> None:
    _only(patch, {"path"}, "patches")
    for wanted in yaml.safe_load_all((folder / patch["path"]).read_text(encoding="utf-8")):
        target = _one(rendering, wanted["kind"], wanted["metadata"]["name"])
        if wanted.get("$patch") == "delete":
            rendering.objects.remove(target)
        else:
            _merge(target, wanted)


def _merge(target: Object, wanted: Mapping[str, Any]) -> None:
    """A strategic merge: maps field by field, the lists of pods by their key, other lists replaced, null removes."""
    for name, value in wanted.items():
        old = target.get(name)
        if value is None:
            target.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(old, dict):
            _merge(old, value)
        elif isinstance(value, list) and isinstance(old, list) and name in _MERGE_KEYS:
            _merge_list(old, value, _MERGE_KEYS[name])
        else:
            target[name] = copy.deepcopy(value)


def _merge_list(target: list[Any], wanted: Sequence[Mapping[str, Any]], key: str) -> None:
    added = []
    for value in wanted:
        found = next((one for one in target if one.get(key) == value.get(key)), None)
        if value.get("$patch") == "delete":
            target[:] = [one for one in target if one.get(key) != value[key]]
        elif found is None:
            added.append(copy.deepcopy(dict(value)))
        else:
            _merge(found, value)
    target[:0] = added  # as kustomize does


def _transform(one: Object, wanted: Mapping[str, Any]) -> None:
    metadata = one["metadata"]
    if "namespace" in wanted and one["kind"] not in _CLUSTER_WIDE:
        metadata["namespace"] = wanted["namespace"]
    for label in wanted.get("labels", ()):
        _only(label, {"pairs", "includeTemplates"}, "labels")
        metadata.setdefault("labels", {}).update(label["pairs"])
        if label.get("includeTemplates") and (template := _template(one)) is not None:
            for inner in (template, *one["spec"].get("volumeClaimTemplates", ())):
                inner["metadata"].setdefault("labels", {}).update(label["pairs"])
    for replicas in wanted.get("replicas", ()):
        if one["kind"] in {"Deployment", "StatefulSet"} and metadata["name"] == replicas["name"]:
            one["spec"]["replicas"] = replicas["count"]
    for image in wanted.get("images", ()):
        _only(image, {"name", "newName", "newTag", "digest"}, "images")
        for container in containers(one):
            if container["image"].partition("@")[0].partition(":")[0] == image["name"]:
                tag = f"@{image['digest']}" if "digest" in image else f":{image['newTag']}"
                container["image"] = image.get("newName", image["name"]) + tag


def containers(one: Object) -> Iterator[Object]:
    """The containers of an object's pods, those of the beginning included."""
    if (template := _template(one)) is not None:
        yield from template["spec"].get("initContainers", ())
        yield from template["spec"]["containers"]


def _template(one: Object) -> Object | None:
    spec = one.get("spec")
    template = spec.get("template") if isinstance(spec, dict) else None
    return template if isinstance(template, dict) and "containers" in template.get("spec", {}) else None


def _map_references(one: Object) -> Iterator[Object]:
    if (template := _template(one)) is None:
        return
    for volume in template["spec"].get("volumes", ()):
        if "configMap" in volume:
            yield volume["configMap"]
    for container in containers(one):
        yield from (source["configMapRef"] for source in container.get("envFrom", ()) if "configMapRef" in source)


def _one(rendering: _Rendering, kind: str, name: str) -> Object:
    found = [one for one in rendering.objects if one["kind"] == kind and one["metadata"]["name"] == name]
    if len(found) != 1:
        raise UnsupportedError(f"{len(found)} objects {kind} {name}; exactly one is needed")
    return found[0]


def _only(value: Mapping[str, Any], known: set[str], what: str) -> None:
    if unknown := set(value) - known:
        raise UnsupportedError(f"{what}: {', '.join(sorted(unknown))} is not in the subset that tests/deploy renders")
