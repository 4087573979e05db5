"""Made-up registers of three sizes, each in a folder of its own under `var/bench`, and children.

A benchmark runs each size in a process of its own: `run_at(module, size)` starts
`python -m benchmarks.<module> --measure` there and returns what it prints last, as JSON.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.sizes import size

STUDY = """
import django
django.setup()
from concord.studies.services import studies_run_all
studies_run_all()
"""
SIZES = [size(1_000), size(10_000), size(100_000)]


def environment(of: int, *, is_mixed: bool = False) -> dict[str, str]:
    """The environment of a process that works on the register of a size, made if need be.

    With ``is_mixed`` one of which a part is for networks or the compiler alone.
    """
    var = Path("var/bench") / (f"{of}-mixed" if is_mixed else str(of))
    found = {
        **os.environ,
        "CONCORD_VAR": str(var.resolve()),
        "DJANGO_SETTINGS_MODULE": "concord.site.settings",
    }
    if not (var / "complete").exists():
        var.mkdir(parents=True, exist_ok=True)
        (var / "concord.sqlite3").unlink(missing_ok=True)
        start = time.perf_counter()
        synth = [".venv/bin/concord", "synth", "--activities", str(of)]
        synth += ["--mixed"] if is_mixed else []
        subprocess.run(synth, env=found, check=True, stdout=subprocess.DEVNULL)
        collect = [sys.executable, "-m", "django", "collectstatic", "--noinput", "-v", "0"]
        subprocess.run(collect, env=found, check=True)
        subprocess.run([sys.executable, "-c", STUDY], env=found, check=True)
        (var / "complete").touch()
        print(f"{of:>8} activities written in {time.perf_counter() - start:.1f} s", flush=True)
    return found


def run_at(module: str, of: int, *, is_mixed: bool = False) -> dict[str, Any]:
    """What the child of a benchmark measured at a size."""
    child = [sys.executable, "-m", f"benchmarks.{module}", "--measure"]
    env = environment(of, is_mixed=is_mixed)
    done = subprocess.run(child, env=env, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def slope(figures: list[float]) -> float:
    """How a figure grows with the size, as the exponent of a power: 0 is flat, 1 is linear."""
    return math.log(figures[-1] / figures[0]) / math.log(SIZES[-1] / SIZES[0])


def table(
    title: str, found: Mapping[int, Mapping[str, float]], floor: str, limits: Mapping[str, float]
) -> None:
    """Print a line a figure: at each size with its ratio to the floor, its slope and its limit."""
    print(f"{title:<38}" + "".join(f"{of:>20}" for of in SIZES) + "   slope")
    for name in found[SIZES[-1]]:
        figures = [found[of][name] for of in SIZES]
        floors = [found[of][floor] for of in SIZES]
        cells = [f"{f:.1f} ({f / g:.1f}x)" for f, g in zip(figures, floors, strict=True)]
        limit = limits.get(name)
        verdict = "" if limit is None else f"  limit {limit:.0f}"
        if limit is not None and figures[-1] > limit:
            verdict += "  OVER"
        shown = "".join(f"{cell:>20}" for cell in cells)
        print(f"{name:<38}{shown}{slope(figures):>8.2f}{verdict}", flush=True)


def main(module: str, measure: Callable[[], object], report: Callable[[], None]) -> None:
    """Measure, in a child; report, otherwise."""
    if "--measure" in sys.argv:
        import django

        django.setup()
        print(json.dumps(measure()))
    else:
        print(f"== {module}", flush=True)
        report()
