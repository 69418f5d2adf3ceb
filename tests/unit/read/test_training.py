"""The shipped kind model is what training on the shipped examples gives."""

import json
from importlib import resources

import numpy as np
import pytest

from services.classify.train.__main__ import train
from services.classify.train.examples import LANGUAGES, examples
from shared.events.report import Kind


def test_the_shipped_model_is_what_training_gives() -> None:
    file = resources.files("services.classify.read") / "data" / "kind_model.json"
    shipped = json.loads(file.read_text(encoding="utf-8"))
    trained = train()
    assert trained["kinds"] == shipped["kinds"]
    assert sorted(trained["weights"]) == sorted(shipped["weights"])
    for name, row in trained["weights"].items():
        assert np.allclose(row, shipped["weights"][name], atol=0.01), f"{name}: run python -m services.classify.train"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_has_examples_and_attacks_have_types(lang: str) -> None:
    found = examples(lang)
    assert {example.kind for example in found} == set(Kind)
    assert all((example.event_type is None) == (example.kind is Kind.OTHER) for example in found)
