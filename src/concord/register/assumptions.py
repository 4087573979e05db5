"""The assumptions and role profiles of this installation, read once from ``data/vocabulary``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from concord.core.analysis.assumptions import Assumption, Assumptions
from concord.core.analysis.needs import Requirement
from concord.core.vocabulary import Vocabulary
from concord.register import vocabulary
from concord.register.vocabulary import read_rows
from concord.register.words import TrainingLevel


def _file(name: str) -> Path:
    folder: Path = settings.CONCORD_VOCABULARY
    return folder / f"{name}.csv"


@lru_cache
def assumptions() -> Assumptions:
    """Every assumption of the studies; raises ``ValueError`` that names what is wrong."""
    return Assumptions(
        Assumption(
            row["code"], float(row["central"]), float(row["low"]), float(row["high"]),
            row["unit"], row["source"],
        )
        for row in read_rows(_file("assumptions"))
    )  # fmt: skip


def assumption_words() -> Vocabulary:
    """What each assumption means, in the languages of the interface."""
    return vocabulary.load("assumptions")


@lru_cache
def role_profiles() -> tuple[Requirement, ...]:
    """Which role needs which topic, how many of it, at what level and for how many years.

    A blank share or validity is that of the row's reason or sort, which are assumptions; numbers of
    its own come before those. Raises ``ValueError`` that names the row.
    """
    known = assumptions()
    return tuple(_requirement(row, known) for row in read_rows(_file("role_profiles")))


def _requirement(row: dict[str, str], known: Assumptions) -> Requirement:
    where = f"role_profiles.csv, {row['role']} {row['topic']}"
    role, topic = vocabulary.roles()[row["role"]], vocabulary.topics()[row["topic"]]
    if row["level"] not in TrainingLevel.values:
        message = f"{where}: {row['level']!r} is no level of training"
        raise ValueError(message)
    share, years = f"share.{row['reason']}", f"validity.{row['validity']}"
    for key in (share, years):
        if key not in known:
            message = f"{where}: there is no assumption {key}"
            raise ValueError(message)
    return Requirement(
        role.code, topic.code, row["level"], share, years,
        _own(row, "share", where, most=1.0), _own(row, "years", where, most=50.0),
    )  # fmt: skip


def _own(row: dict[str, str], name: str, where: str, most: float) -> Assumption | None:
    """Numbers of the row's own, where it has any: all three, in order."""
    texts = [row[f"{name}_low"], row[name], row[f"{name}_high"]]
    if not any(texts):
        return None
    if not all(texts):
        message = f"{where}: give {name} with its low and its high, or none of the three"
        raise ValueError(message)
    low, central, high = map(float, texts)
    if not 0 <= low <= high <= most:
        message = f"{where}: {name} is expected from 0 to {most:g}"
        raise ValueError(message)
    return Assumption(f"{name}.{row['role']}.{row['topic']}", central, low, high, "")
