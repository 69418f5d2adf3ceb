"""The trained weights that settle an attack's type, given what the rules say and the words around.

The rules know what a weapon's name means; whom an attack hit, and which of two weapons is the main one, is better weighed than
ruled (docs/adr/0021). Trained by ``services/classify/train``.
"""

import json
import math
from collections.abc import Mapping, Sequence
from importlib import resources

from shared.events.facts import EventType

LEAST = 0.3
"""Where the rules find no type, one that is less likely than this is none."""

_NEEDS_WORD = {
    EventType.SUICIDE_BOMB: "any:atk.suicide",
    EventType.CHEMICAL_WEAPON: "any:atk.chemical",
    EventType.SEXUAL_VIOLENCE: "any:atk.sexual",
}
"""Grave types that are never guessed from what usually goes with them: their word must stand in the text."""


class TypeModel:
    """A row of one number a type for every feature."""

    def __init__(self, *, types: Sequence[str], weights: Mapping[str, Sequence[float]]) -> None:
        self._types = tuple(EventType(one) for one in types)
        self._weights = {name: tuple(row) for name, row in weights.items()}

    @classmethod
    def load(cls) -> "TypeModel":
        """Return the shipped model."""
        file = resources.files("services.classify.read") / "data" / "type_model.json"
        model = json.loads(file.read_text(encoding="utf-8"))
        return cls(types=model["types"], weights=model["weights"])

    def probabilities(self, features: Mapping[str, float]) -> dict[EventType, float]:
        """Return each type's probability; the sum is 1."""
        scores = [0.0] * len(self._types)
        for name, value in features.items():
            row = self._weights.get(name)
            if row is not None:
                for at, weight in enumerate(row):
                    scores[at] += weight * value
        top = max(scores)
        raised = [math.exp(score - top) for score in scores]
        whole = sum(raised)
        return {one: value / whole for one, value in zip(self._types, raised, strict=True)}

    def choose(self, rule: EventType | None, features: Mapping[str, float]) -> EventType | None:
        """Return the likeliest type; null only where the rules found none either and nothing is likely."""
        found = {
            one: share
            for one, share in self.probabilities(features).items()
            if one is rule or one not in _NEEDS_WORD or _NEEDS_WORD[one] in features
        }
        best = max(found, key=lambda one: found[one])
        return best if rule is not None or found[best] >= LEAST else None
