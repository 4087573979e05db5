"""How large what is measured is: the sizes that figures are given for, or a share of them.

`make bench SHARE=0.03` tries in minutes that everything runs; its figures say nothing.
"""

from __future__ import annotations

import os

LEAST = 20
SHARE = float(os.environ.get("CONCORD_BENCH_SHARE", "1"))


def size(usual: int) -> int:
    """The usual size, or its share."""
    return usual if SHARE == 1 else max(LEAST, round(usual * SHARE))
