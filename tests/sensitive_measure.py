"""Prints what the content check finds of its passages: recall by kind and language, false alarms.

Run as ``PYTHONPATH=src python tests/sensitive_measure.py``; ``--floors`` prints the file of floors.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path

from passages import HERE, KINDS, LANGUAGES, SENSITIVE, Passage, later, passages

from concord.core.sensitive import Effect, Matcher, rules_parse

RULES = Path(__file__).parents[1] / "data" / "vocabulary" / "sensitive.toml"


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some passages of a kind in a language: how many there are, and what was found of them."""

    sensitive: int
    found: int
    stopped: int
    harmless: int
    alarms: int
    alarms_stopped: int

    @property
    def recall(self) -> float:
        return self.found / self.sensitive

    def __str__(self) -> str:
        return f"{self.found}/{self.sensitive} ({self.stopped}) {self.alarms}/{self.harmless}"


@cache
def matcher() -> Matcher:
    return Matcher(rules_parse(tomllib.loads(RULES.read_text(encoding="utf-8"))))


def figures(
    kind: str, language: str, which: Callable[[Passage], bool] = lambda _passage: True
) -> Figures:
    """What the rules in the repository do with the passages that were written before them."""
    return _figures(kind, [p for p in passages(kind, language) if which(p)])


def figures_later(kind: str, language: str, name: str) -> Figures:
    """What they do with those that were written after them."""
    return _figures(kind, later(kind, language, name))


def _figures(kind: str, chosen: list[Passage]) -> Figures:
    sensitive = [p for p in chosen if p.section == SENSITIVE]
    harmless = [p for p in chosen if p.section != SENSITIVE]
    hits = [{r.effect for r in matcher().check(p.text) if r.kind == kind} for p in sensitive]
    alarms = [{r.effect for r in matcher().check(p.text)} for p in harmless]
    return Figures(
        len(sensitive), sum(map(bool, hits)), sum(bool(h - {Effect.WARN}) for h in hits),
        len(harmless), sum(map(bool, alarms)), sum(bool(a - {Effect.WARN}) for a in alarms),
    )  # fmt: skip


def floors() -> dict[str, dict[str, list[int]]]:
    """By kind and language: at least so many found, at most so many false alarms."""
    return tomllib.loads((HERE / "floors.toml").read_text(encoding="utf-8"))


def table(title: str, figures_of: Callable[[str, str], Figures]) -> str:
    """Figures of all kinds and languages: found of sensitive (of these stopped), false alarms."""
    lines = [title, "".join(f"{head:<16}" for head in ("", *LANGUAGES))]
    for kind in KINDS:
        cells = [str(figures_of(kind, language)) for language in LANGUAGES]
        lines.append("".join(f"{cell:<16}" for cell in (kind, *cells)))
    return "\n".join(line.rstrip() for line in lines)


def report() -> str:
    return "\n\n".join(
        [
            "Content check: passages found / all (of these stopped), false alarms / harmless",
            table("Tuned on", lambda *of: figures(*of, lambda p: not p.is_held_out)),
            table("Held out", lambda *of: figures(*of, lambda p: p.is_held_out)),
            table(
                "Written after the rules, which were then widened",
                lambda *of: figures_later(*of, "later"),
            ),
            f"Written last, and then tuned on: {summed('last')}",
            f"Fresh, nothing tuned: {summed('fresh')}",
        ]
    )


def summed(name: str) -> Figures:
    found = [figures_later(kind, language, name) for kind in KINDS for language in LANGUAGES]
    return Figures(*(sum(column) for column in zip(*map(astuple, found), strict=True)))


def _floors_file() -> str:
    lines = [
        "# Below these figures the test fails: [passages found at least, false alarms at most].",
        "# Raise them when rules get better; `python tests/sensitive_measure.py --floors` prints them.",
    ]
    for kind in KINDS:
        lines += ["", f"[{kind}]"]
        for language in LANGUAGES:
            now = figures(kind, language)
            lines.append(f"{language} = [{now.found}, {now.alarms}]")
    return "\n".join(lines)


if __name__ == "__main__":
    print(_floors_file() if "--floors" in sys.argv else report())  # noqa: T201
