"""The vocabularies of this installation, read once from ``data/vocabulary``."""

from __future__ import annotations

import csv
import tomllib
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from concord.core.vocabulary import Vocabulary, vocabulary_from_rows


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table file, keyed by its header."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@lru_cache
def load(name: str, code: str = "code") -> Vocabulary:
    """The vocabulary in ``data/vocabulary/<name>.csv``."""
    folder: Path = settings.CONCORD_VOCABULARY
    versions = tomllib.loads((folder / "versions.toml").read_text(encoding="utf-8"))
    rows = read_rows(folder / f"{name}.csv")
    return vocabulary_from_rows(name, versions[name]["version"], rows, code)


def topics() -> Vocabulary:
    """Topics of nuclear security training: groups A to I and what is in them."""
    return load("topics")


def roles() -> Vocabulary:
    """Roles of people who are trained, R01 to R24."""
    return load("roles")


@lru_cache
def roles_kept_narrow() -> frozenset[str]:
    """Roles whose training shows day and venue to a network at most while it is to come.

    Raises ``ValueError`` where the list of roles does not say it of one by ``yes`` or a blank: a
    misspelt word must not open what is to be kept.
    """
    said = {entry.code: entry.more["kept_narrow"] for entry in roles()}
    if wrong := [code for code, word in said.items() if word not in {"", "yes"}]:
        message = f"roles.csv, kept_narrow of {', '.join(wrong)}: yes or nothing is expected"
        raise ValueError(message)
    return frozenset(code for code, word in said.items() if word)


def publications() -> Vocabulary:
    """Publications of the IAEA Nuclear Security Series and beside it, by number, in English."""
    return load("publications")


def publication_title(code: str) -> str:
    """Number, edition, title and year of a publication, as it is cited."""
    entry = publications()[code]
    number = f"NSS {code}" if code[0].isdigit() else code
    more = {name: f" ({value})" for name, value in entry.more.items() if value}
    return f"{number}{more.get('edition', '')}, {entry.label('en')}{more.get('year', '')}"


def bears_on() -> tuple[tuple[str, str], ...]:
    """Publication and topic, where the vocabulary of topics names the one for the other."""
    return tuple(
        (code, topic.code)
        for topic in topics()
        for code in topic.more["nss_numbers"].split(";")
        if code in publications()
    )


def countries() -> Vocabulary:
    """Countries and areas by ISO 3166-1 code, named in our own table."""
    return load("countries")


def asian() -> frozenset[str]:
    """Countries and areas of Asia with the Middle East (UN M49, region 142)."""
    return frozenset(entry.code for entry in countries() if entry.more["region"] == "asia")
