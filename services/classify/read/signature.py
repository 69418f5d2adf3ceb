"""A short fingerprint of a text, nearly equal for syndicated copies."""

from rensa import RMinHash

from services.classify.read.text import Document, TokenKind

PERMUTATIONS = 64
SHINGLE_WORDS = 4
MIN_WORDS = 20
"""Shorter texts share their few shingles by chance: a flash of eight words must not look like a copy of another flash."""

_SEED = 20200613
"""Part of the stored data: with another seed old and new fingerprints could not be compared."""

_MAX_WORDS = 600


def signature_of(document: Document) -> tuple[int, ...]:
    """Return the MinHash of the words' shingles as unsigned 32-bit values, or nothing for a text under ``MIN_WORDS`` words."""
    words: list[str] = []
    for sentence in document.sentences:
        words.extend(token.key for token in sentence.tokens if token.kind is not TokenKind.MARK)
        if len(words) >= _MAX_WORDS:
            break
    words = words[:_MAX_WORDS]
    if len(words) < MIN_WORDS:
        return ()
    shingles = {" ".join(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - SHINGLE_WORDS + 1)}
    minhash = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    minhash.update(sorted(shingles))
    return tuple(int(value) for value in minhash.digest())
