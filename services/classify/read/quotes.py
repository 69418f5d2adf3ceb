"""The words that people are shown for what an item is: the sentence that tells it, not the one word that gave it away."""

import itertools
from collections.abc import Sequence

from services.classify.read.lexicon import Hit
from services.classify.read.text import Document, Sentence
from services.classify.read.triggers import Marked
from shared.events.facts import Evidence

MAX_CHARACTERS = 240
"""A quote longer than this is an article."""

_CLAUSE_ENDS = frozenset(",،;؛:—–")


def quote_of(document: Document, fact: str, sentence: Sentence, hit: Hit) -> Evidence:
    """Return the sentence around ``hit`` as the evidence of ``fact``; a long one is cut at a clause or word, the hit kept."""
    start, end = _span(sentence, hit)
    return Evidence(
        fact=fact, field=sentence.field, text=document.quote(sentence.field, start, end), start=start, end=end
    )


def telling_hit(marked: Sequence[Marked], prefixes: tuple[str, ...]) -> tuple[Marked, Hit] | None:
    """Return the first word of these concepts, in the sentences under the headline first: the lead tells more than it."""
    below = [one for one in marked if one.sentence.field != "title"]
    title = [one for one in marked if one.sentence.field == "title"]
    for one in (*below, *title):
        for hit in one.hits:
            if hit.concept.startswith(prefixes):
                return one, hit
    return None


def _span(sentence: Sentence, hit: Hit) -> tuple[int, int]:
    """Offsets of the sentence, or of a piece of it that is short enough and holds the hit."""
    first, last = sentence.tokens[0].start, sentence.tokens[-1].end
    if last - first <= MAX_CHARACTERS:
        return first, last
    start = first
    if hit.end - first > MAX_CHARACTERS // 2:  # what follows the word tells more than what leads up to it
        opens = [
            after.start
            for mark, after in zip(sentence.tokens, sentence.tokens[1:], strict=False)
            if mark.text in _CLAUSE_ENDS and after.start <= hit.start and hit.end - after.start <= MAX_CHARACTERS
        ]
        words = [token.start for token in sentence.tokens if hit.end - token.start <= MAX_CHARACTERS]
        start = max(opens, default=min(words, default=hit.start))
    fitting = [token for token in sentence.tokens if hit.end <= token.end <= start + MAX_CHARACTERS]
    closes = [
        before.end
        for before, mark in itertools.pairwise(fitting)
        if mark.text in _CLAUSE_ENDS and before.end - start > MAX_CHARACTERS // 2
    ]
    return start, max(closes, default=fitting[-1].end if fitting else hit.end)
