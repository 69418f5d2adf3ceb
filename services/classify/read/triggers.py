"""A document's phrases: what each sentence says of attacks, of people, of statements and of things that are no attack."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from services.classify.read.lexicon import Hit, Lexicon
from services.classify.read.text import Document, Sentence

MAX_SENTENCES = 24
"""What an article says further down is background; reading it would cost time and bring in other attacks' facts."""

STRONG = frozenset(
    f"atk.{name}"
    for name in (
        "gunmen", "gunfire", "suicide", "car_bomb", "ied", "mine", "air", "drone", "shell", "grenade", "chemical", "strike", "blast", "bombard", "militants_killed",
        "abduct", "sexual", "knife", "clash", "assault", "retake", "seize",
    )
)  # fmt: skip
WEAK = frozenset({"weak.explosion", "weak.attack", "weak.weapon", "weak.fire", "weak.killed"})


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A sentence and its phrases; figures of speech ("heart attack") have already taken their words away."""

    sentence: Sentence
    hits: tuple[Hit, ...]

    @cached_property
    def concepts(self) -> frozenset[str]:
        """The concepts found here."""
        return frozenset(hit.concept for hit in self.hits)

    def of(self, prefix: str) -> tuple[Hit, ...]:
        """The hits whose concept begins with ``prefix``."""
        return tuple(hit for hit in self.hits if hit.concept.startswith(prefix))

    @cached_property
    def attack_strength(self) -> float:
        """How surely the sentence speaks of an attack: 0 not at all, 1 a word or two, 2 and more plainly."""
        concepts = self.concepts
        strength = 0.0
        if concepts & STRONG:
            strength += 1.6 + 0.3 * (len(concepts & STRONG) - 1)
        if "weak.explosion" in concepts:
            strength += 0.9
        if "weak.attack" in concepts:
            strength += 0.6
        if "weak.weapon" in concepts or "weak.fire" in concepts:
            strength += 0.4
        if "weak.killed" in concepts:
            strength += 0.4
        if "who.group" in concepts and concepts & {"victim.killed", "victim.wounded", "weak.killed", "weak.attack"}:
            strength += 0.4
        if strength:
            strength += 0.5 * ("victim.killed" in concepts) + 0.5 * ("victim.wounded" in concepts)
            strength += 0.3 * bool(concepts & {"tgt.police", "tgt.army", "tgt.peshmerga", "tgt.hashd"})
        return strength


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The document's sentences with their phrases, title first."""

    document: Document
    marked: tuple[Marked, ...]

    @cached_property
    def title(self) -> tuple[Marked, ...]:
        """The headline."""
        return tuple(marked for marked in self.marked if marked.sentence.field == "title")

    @cached_property
    def below(self) -> tuple[Marked, ...]:
        """Everything under the headline, in order."""
        return tuple(marked for marked in self.marked if marked.sentence.field != "title")

    @cached_property
    def lead(self) -> tuple[Marked, ...]:
        """The first sentence under the headline, and the second: what the item is about stands there."""
        return self.below[:2]

    @cached_property
    def head(self) -> tuple[Marked, ...]:
        """Headline and lead."""
        return (*self.title, *self.lead)

    def telling(self) -> tuple[int, ...]:
        """Indexes of the sentences that tell an attack, the plainest first, equal ones in order."""
        told = [marked for marked in self.marked if marked.attack_strength >= 1.0]
        told.sort(key=lambda marked: -min(marked.attack_strength, 2.0) - (0.5 if marked in self.head else 0.0))
        return tuple(marked.sentence.index for marked in told)


def mark(document: Document, lexica: Mapping[str, Lexicon]) -> Marks:
    """Return the phrases of the document's first sentences, the document cut to these; a language without a lexicon has none."""
    lexicon = lexica.get(document.lang)
    document = replace(document, sentences=document.sentences[:MAX_SENTENCES])
    marked = []
    for sentence in document.sentences:
        hits = lexicon.hits(sentence) if lexicon else ()
        marked.append(Marked(sentence=sentence, hits=_literal(hits)))
    return Marks(document=document, marked=tuple(marked))


def _literal(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Without the attack words that are part of a figure of speech, and without claims that nobody made."""
    unclaimed = [(hit.first, hit.last) for hit in hits if hit.concept == "none.claim"]
    if unclaimed:  # "no group has claimed the attack" is no claim
        hits = [
            hit
            for hit in hits
            if hit.concept != "upd.claim"
            or not any(first <= hit.last and hit.first <= last for first, last in unclaimed)
        ]
    figures = [(hit.first, hit.last) for hit in hits if hit.concept == "neg.figure"]
    if not figures:
        return tuple(hits)
    return tuple(
        hit
        for hit in hits
        if not hit.concept.startswith(("atk.", "weak.", "victim."))
        or not any(first <= hit.last and hit.first <= last for first, last in figures)
    )


def distinct(marked: Iterable[Marked], concept: str) -> int:
    """How many words or phrases of a concept stand in these sentences; overlapping ones count once."""
    count = 0
    for one in marked:
        end = -1
        for hit in one.hits:
            if hit.concept == concept and hit.first > end:
                count += 1
                end = hit.last
    return count
