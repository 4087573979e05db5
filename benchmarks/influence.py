"""The influence of assumptions on the order of gaps, and its estimator beside SALib's.

Run by `make bench ONLY=influence`. The study is asked as its page asks it, of the East Asian
register: 8,192 base samples, 1,000 resamples, all runs of the model included. The estimators take
the same sample of one output.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

import django
import numpy as np
from rich.console import Console

from concord.core.analysis.assumptions import Assumption
from concord.core.analysis.influence import indices, sample

BASE, RESAMPLES, ASSUMPTIONS = 8_192, 1_000, 20
MOST_SECONDS, LEAST_FASTER = 60.0, 5.0


def study() -> tuple[float, int]:
    """Seconds of the whole study, and how many assumptions it draws."""
    from concord.core.disclosure import ANYONE
    from concord.studies.influence import InfluenceQuestion
    from concord.studies.running import study_run

    begun = time.perf_counter()
    kept = study_run(viewer=ANYONE, name="influence", question=InfluenceQuestion())
    return time.perf_counter() - begun, len(kept.result["keys"])


def estimators() -> tuple[float, float]:
    """Seconds of our estimator and of SALib's, of the same sample, which agree."""
    from SALib.analyze import sobol

    every = [Assumption(f"x{n}", 0.5, 0.0, 1.0, "") for n in range(ASSUMPTIONS)]
    weights = np.linspace(1, 3, ASSUMPTIONS)
    sampled = sample(
        lambda v: (np.column_stack([v[one.key] for one in every]) ** 2 @ weights)[:, None],
        every, base=BASE, seed=1,
    )  # fmt: skip
    begun = time.perf_counter()
    found = indices(sampled, resamples=RESAMPLES, seed=1)
    ours = time.perf_counter() - begun
    names = [one.key for one in every]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0, 1]] * len(names)}
    y = np.concatenate([sampled.of_a[None], sampled.of_ab, sampled.of_b[None]])[:, :, 0].T.ravel()
    begun = time.perf_counter()
    theirs = sobol.analyze(problem, y, calc_second_order=False, num_resamples=RESAMPLES, seed=1)
    seconds = time.perf_counter() - begun
    assert np.allclose(found.total[0], theirs["ST"])
    return ours, seconds


def report() -> None:
    """Measure both and print them beside their limits."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "CONCORD_VAR": folder,
            "DJANGO_SETTINGS_MODULE": "concord.site.settings",
        }
        django.setup()
        subprocess.run(
            [sys.executable, "-m", "concord", "init"], check=True, stdout=subprocess.DEVNULL
        )
        seconds, count = study()
    ours, theirs = estimators()
    console.print(f"influence of {count} assumptions: {seconds:.1f} s (limit {MOST_SECONDS:.0f})")
    console.print(
        f"estimator of {ASSUMPTIONS}: {ours:.2f} s, SALib {theirs:.2f} s, "
        f"{theirs / ours:.1f} times as fast (at least {LEAST_FASTER:.0f})"
    )
    if seconds > MOST_SECONDS or theirs / ours < LEAST_FASTER:
        sys.exit("over the limit")


if __name__ == "__main__":
    report()
