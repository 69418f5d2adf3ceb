"""Text signatures: what counts as a copy."""

import random

import pytest

from services.classify.link.signature import bands, compact, resemblance


@pytest.mark.parametrize("values", [1, 5, 64])
def test_resemblance_is_the_share_of_equal_values(values: int) -> None:
    chance = random.Random(values)
    edge = (0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF)
    for _ in range(400):
        a = [chance.choice(edge) for _ in range(values)]
        b = [value if chance.random() < 0.6 else chance.choice(edge) for value in a]
        equal = sum(one == other for one, other in zip(a, b, strict=True))
        assert resemblance(compact(tuple(a)), compact(tuple(b))) == equal / values


@pytest.mark.parametrize(("a", "b"), [(b"", b""), (b"ab", b""), (b"ab", b"abcd"), (b"abc", b"abc")])
def test_what_cannot_be_compared_resembles_nothing(a: bytes, b: bytes) -> None:
    assert resemblance(a, b) == 0.0


def test_copies_share_a_band_and_strangers_none() -> None:
    text, other = (compact(tuple(random.Random(n).getrandbits(32) for _ in range(64))) for n in (1, 2))
    nearly = text[:-8] + other[-8:]
    assert resemblance(text, nearly) > 0.9
    assert bands(text) & bands(nearly)
    assert not bands(text) & bands(other)
