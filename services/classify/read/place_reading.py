"""A mention with what its wording says of it: the value that ``place_roles`` makes and the choice of the place works on."""

from dataclasses import dataclass

from services.classify.read.place_mentions import Mention
from services.classify.read.place_words import Level, Nearness, Role

_REFERENCE = 0.45
_WEIGHT = {
    Role.SCENE: 1.0, Role.PLAIN: 0.5, Role.DATELINE: 0.04, Role.SPEAKER: 0.15, Role.INSTITUTION: 0.2, Role.ROAD: 0.2, Role.MOVEMENT: 0.3,
    Role.ACTOR: 0.05, Role.BACKGROUND: 0.12, Role.CORRECTED: 0.1,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A mention with what its wording says; ``order`` counts mentions through the document."""

    mention: Mention
    order: int
    role: Role
    level: Level | None = None
    nearness: Nearness = Nearness.AT
    is_container: bool = False
    """Written right after a finer name, as its district or governorate: "X, Y district"."""
    is_between: bool = False
    on_border: bool = False
    names_attack: bool = False
    """The name calls the attack or its victims: "the Riyadh blast", "هجوم سنسل"."""
    is_located: bool = False
    """Followed by the town that says where it lies: "X, south of Y"."""
    is_reference: bool = False
    """Named only to say where the place before it lies: "X, south of Y"."""

    @property
    def weight(self) -> float:
        """How far the wording makes this the scene, 0 to 1."""
        return _WEIGHT[self.role] * (_REFERENCE if self.is_reference else 1.0)
