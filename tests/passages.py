"""The passages by which the content check is measured, as `core/sensitive/passages` holds them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "core" / "sensitive" / "passages"
KINDS = ("layout", "guards", "material", "transport", "vulnerability", "personal", "marking")
LANGUAGES = ("en", "zh-Hans", "ja", "ko", "id", "ms", "vi")
SENSITIVE, HARMLESS = "sensitive", "harmless"


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage; ``is_held_out`` where rules were not tuned on it."""

    kind: str
    language: str
    section: str
    number: int
    text: str

    @property
    def is_held_out(self) -> bool:
        return self.number % 3 == 0


def passages(kind: str, language: str) -> list[Passage]:
    """The passages of a kind in a language, sensitive ones first."""
    lists = _read(kind)[language]
    return [
        Passage(kind, language, section, number, text)
        for section in (SENSITIVE, HARMLESS)
        for number, text in enumerate(lists[section], start=1)
    ]


def later(kind: str, language: str, name: str) -> list[Passage]:
    """Passages that were written after the rules: `later`, `last`, and `fresh` on which none was tuned.

    Of `fresh` there are none of some kinds in some languages.
    """
    lists = _read(name)[kind].get(language, {SENSITIVE: (), HARMLESS: ()})
    return [
        Passage(kind, language, section, number, text)
        for section in (SENSITIVE, HARMLESS)
        for number, text in enumerate(lists[section], start=1)
    ]


@cache
def _read(kind: str) -> dict[str, Any]:
    with (HERE / f"{kind}.toml").open("rb") as file:
        return tomllib.load(file)
