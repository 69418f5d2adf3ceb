#!/usr/bin/env python3
"""How well the kind of a story is told on news the model has not learnt from: each open stream read by a model learnt without it.

    python -m bench.cross_streams [--more STREAM]... [--errors STREAM] [--write]

The word lists and rules were still improved on these streams, so the figures are too good for what rests on words alone; the
learnt part is honest. --more adds open streams that the shipped model does not learn from yet, --errors prints what was read
wrongly, --write puts the table into docs/evaluation.md.
"""

import argparse
import sys

from bench.evaluate import PAGE, ROOT
from bench.scoring.left_out import part, unseen
from bench.scoring.page import fingerprint, replace_parts
from services.classify.train.streams import LEARNT_FROM


def main() -> int:
    """Learn without each stream, read it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--more", action="append", default=[], help="a further open stream")
    parser.add_argument("--errors", help="print what was read wrongly of this stream")
    parser.add_argument("--write", action="store_true", help="put the table into docs/evaluation.md")
    args = parser.parse_args()
    done = []
    for one in unseen((*LEARNT_FROM, *args.more)):
        if not one.stream.may_be_looked_at:
            sys.exit(f"{one.stream.name} is held out: nothing is learnt from it")
        done.append(one)
        if one.stream.name == args.errors:
            for item, (lang, true, found) in zip(one.stream.items, one.told, strict=True):
                if true != found:
                    print(f"{item.item_id} ({lang}) {true} read as {found}: {item.title} | {item.summary[:160]}")
    text = f"{part(done)}\n\nMeasured with reading and linking `{fingerprint(ROOT)}`."
    print(text)
    if args.write:
        PAGE.write_text(replace_parts(PAGE.read_text(encoding="utf-8"), {"cross streams": text}), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
