"""``python -m services.classify.train``: learns the kind model (``kinds``) and the type model (``types``) and writes both beside the reader.

Deterministic: convex problems, solved to convergence in double precision from a fixed start, weights rounded.
"""

import sys

from services.classify.train import kinds, types


def main() -> int:
    """Train and write both models."""
    return kinds.main() or types.main()


if __name__ == "__main__":
    sys.exit(main())
