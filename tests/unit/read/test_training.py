"""The shipped models are what training on the shipped examples and the open streams gives."""

import json
from importlib import resources

import numpy as np
import pytest

from bench.scoring.stream import HELD_OUT
from services.classify.train import kinds, streams, types
from services.classify.train.examples import LANGUAGES, examples
from shared.events.report import Kind


def test_the_shipped_model_is_what_training_gives() -> None:
    file = resources.files("services.classify.read") / "data" / "kind_model.json"
    shipped = json.loads(file.read_text(encoding="utf-8"))
    trained = kinds.train()
    assert trained["kinds"] == shipped["kinds"]
    assert sorted(trained["weights"]) == sorted(shipped["weights"]), "run python -m services.classify.train"
    for name, row in trained["weights"].items():
        assert np.allclose(row, shipped["weights"][name], atol=0.01), f"{name}: run python -m services.classify.train"


def test_the_shipped_type_model_is_what_training_gives() -> None:
    file = resources.files("services.classify.read") / "data" / "type_model.json"
    shipped = json.loads(file.read_text(encoding="utf-8"))
    trained = types.train()
    assert trained["types"] == shipped["types"]
    assert sorted(trained["weights"]) == sorted(shipped["weights"]), "run python -m services.classify.train"
    for name, row in trained["weights"].items():
        assert np.allclose(row, shipped["weights"][name], atol=0.01), f"{name}: run python -m services.classify.train"


def test_a_held_out_stream_is_never_learnt_from() -> None:
    assert not HELD_OUT & set(streams.LEARNT_FROM)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_has_examples_and_attacks_have_types(lang: str) -> None:
    found = examples(lang)
    assert {example.kind for example in found} == set(Kind)
    assert all((example.event_type is None) == (example.kind is Kind.OTHER) for example in found)
