#!/usr/bin/env python3
"""How well the type of an attack is told on streams the type model has not learnt from, beside what the rules alone say.

    python -m bench.cross_types [--strength X]

Each open stream is read by a model learnt without it; reports and updates of the truth count, whatever their kind would be read
as. The rules were improved on these streams (all but the last lines of docs/evaluation.md's held-out stream), the model is blind.
"""

import argparse
from collections.abc import Iterator, Sequence

from bench.scoring.tables import table
from services.classify.read.type_model import TypeModel
from services.classify.train import types
from services.classify.train.streams import LEARNT_FROM

LANGUAGES = ("en", "ar", "ckb")
Told = tuple[str, bool, bool]
"""The language of an item, whether the rules are right, whether the model is."""


def unseen(lesson: types.Lesson) -> Iterator[tuple[str, list[Told]]]:
    """Yield each stream and what was told of it by a model that was learnt without it."""
    for name in LEARNT_FROM:
        learnt = lesson.model(without=name)
        model = TypeModel(types=learnt["types"], weights=learnt["weights"])
        yield (
            name,
            [
                (row.lang, row.rule is row.event_type, model.choose(row.rule, row.features) is row.event_type)
                for row in lesson.rows
                if row.source == name
            ],
        )


def line(name: str, told: Sequence[Told]) -> list[str]:
    """Return a row: how many, the share that the rules get right, the share that the model gets right."""
    count = len(told)
    rules, model = sum(one[1] for one in told), sum(one[2] for one in told)
    return [name, str(count), f"{rules / count:.3f}", f"{model / count:.3f}"]


def main() -> int:
    """Learn without each stream and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strength", type=float, default=types.STRENGTH, help="pull of each weight to zero")
    args = parser.parse_args()
    types.STRENGTH = args.strength
    done = list(unseen(types.Lesson.load()))
    together = [one for _, told in done for one in told]
    lines = [line(name, told) for name, told in done]
    lines += [line(lang, [one for one in together if one[0] == lang]) for lang in LANGUAGES]
    print(table(["stream", "items", "rules", "rules and model"], [*lines, line("all", together)]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
