"""The assumptions and role profiles of this installation, read once from ``data/vocabulary``.

An operator's folder (``CONCORD_ASSUMPTIONS``) may hold files of the same names: a row there takes
the place of ours with the same key, or stands beside ours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

from concord.core.analysis.assumptions import Assumption, Assumptions, OutOfRangeError
from concord.core.analysis.needs import Requirement
from concord.core.vocabulary import LANGUAGES, Vocabulary, vocabulary_from_rows
from concord.register import vocabulary
from concord.register.vocabulary import read_rows
from concord.register.words import TrainingLevel

_KEYS: Final = {"assumptions": ("code",), "role_profiles": ("role", "topic")}
_OPTIONAL: Final = frozenset({*LANGUAGES, "why", "guidance"})
"""Columns that an operator's file may lack."""
NO_NEED: Final = "none"
"""The reason of a row by which an operator takes a need of ours away."""
CORE: Final = "share.core"
"""The share of a requirement whose topic is core to its role."""
_OWN: Final = re.compile(r"(share|years)\.(R\d{2})\.([A-I]\d)")
"""The key of a number that is of one role and one topic."""
_RANGES: Final = {"share": (0.0, 1.0), "years": (0.25, 50.0)}


def _rows(name: str) -> list[dict[str, str]]:
    """The rows of a file, with those of the operator in their place."""
    folder: Path = settings.CONCORD_VOCABULARY
    ours = read_rows(folder / f"{name}.csv")
    found = {tuple(row[key] for key in _KEYS[name]): row for row in ours}
    own = Path(settings.CONCORD_ASSUMPTIONS) / f"{name}.csv"
    if settings.CONCORD_ASSUMPTIONS and own.is_file():
        for row in read_rows(own):
            missing = [head for head in ours[0] if head not in row and head not in _OPTIONAL]
            if missing:
                message = f"{own}: there is no column {', '.join(missing)}"
                raise ValueError(message)
            key = tuple(row[head] for head in _KEYS[name])
            found[key] = found.get(key, {}) | row
    return list(found.values())


@lru_cache
def assumptions() -> Assumptions:
    """Every assumption of the studies; raises ``ValueError`` that names what is wrong."""
    return Assumptions(
        Assumption(
            row["code"], float(row["central"]), float(row["low"]), float(row["high"]),
            row["unit"], row["source"],
        )
        for row in _rows("assumptions")
    )  # fmt: skip


@lru_cache
def assumption_words() -> Vocabulary:
    """What each assumption means, in the languages of the interface."""
    version = vocabulary.load("assumptions").version
    return vocabulary_from_rows("assumptions", version, _rows("assumptions"))


def unit_label(unit: str, language: str) -> str:
    """What a unit is called; one of an operator's own file that we do not know stays as it is."""
    known = vocabulary.load("assumption_units")
    return known.label(unit, language) if unit in known else unit


@lru_cache
def role_profiles() -> tuple[Requirement, ...]:
    """Which role needs which topic, how many of it, at what level and for how many years.

    A blank share or validity is that of the row's reason or sort, which are assumptions; numbers of
    its own come before those. Raises ``ValueError`` that names the row.
    """
    known = assumptions()
    return tuple(
        _requirement(row, known) for row in _rows("role_profiles") if row["reason"] != NO_NEED
    )


def assumptions_if(values: Mapping[str, float]) -> Assumptions:
    """The assumptions with other values; raises as ``Assumptions.with_values`` does.

    A number of one role and topic (``share.R08.B5``, ``years.R08.B5``) may be changed too; it
    changes the profile (``role_profiles_if``).
    """
    for key in values.keys() & _own_keys():
        low, high = _RANGES[key.partition(".")[0]]
        if not low <= values[key] <= high:
            raise OutOfRangeError(Assumption(key, low, low, high, ""), values[key])
    return assumptions().with_values({k: v for k, v in values.items() if k not in _own_keys()})


def role_profiles_if(values: Mapping[str, float]) -> tuple[Requirement, ...]:
    """The role profiles with the numbers of single roles and topics that ``values`` has."""
    if not values.keys() & _own_keys():
        return role_profiles()
    return tuple(_changed(one, values) for one in role_profiles())


def _changed(one: Requirement, values: Mapping[str, float]) -> Requirement:
    share, years = (_certain(f"{kind}.{one.role}.{one.topic}", values) for kind in _RANGES)
    return replace(one, own_share=share or one.own_share, own_years=years or one.own_years)


def _certain(key: str, values: Mapping[str, float]) -> Assumption | None:
    return Assumption(key, values[key], values[key], values[key], "") if key in values else None


@lru_cache
def _own_keys() -> frozenset[str]:
    return frozenset(f"{kind}.{p.role}.{p.topic}" for p in role_profiles() for kind in _RANGES)


@lru_cache
def assumed_digest() -> str:
    """SHA-256 of all assumptions and role profiles: results rest on them too."""
    plain = repr([_rows(name) for name in _KEYS])
    return hashlib.sha256(plain.encode()).hexdigest()


def assumption_faults() -> list[str]:
    """What is wrong in the files of assumptions and role profiles; nothing where all is well."""
    try:
        known = assumptions()
        words = {entry.code for entry in assumption_words() if entry.labels.get("en")}
        role_profiles()
    except (ValueError, KeyError) as error:
        return [str(error)]
    return [f"assumptions.csv, {key}: there are no words for it" for key in known
            if key not in words and not _OWN.fullmatch(key)]  # fmt: skip


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
        row.get("why", ""), _guidance(row.get("guidance", ""), where),
    )  # fmt: skip


def _guidance(text: str, where: str) -> tuple[str, ...]:
    codes = tuple(code for code in text.split(";") if code)
    for code in codes:
        if code not in vocabulary.publications():
            message = f"{where}: there is no publication {code}"
            raise ValueError(message)
    return codes


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
