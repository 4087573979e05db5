"""Versioned words: lists of codes with a label in each language."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from concord.core.vocabulary.folding import fold

LANGUAGES: Final[Mapping[str, str]] = {
    "en": "English",
    "zh-Hans": "简体中文",
    "ja": "日本語",
    "ko": "한국어",
    "id": "Bahasa Indonesia",
    "ms": "Bahasa Melayu",
    "vi": "Tiếng Việt",
}
"""The languages of the interface, each in its own name."""


class UnknownCodeError(ValueError):
    """A code that the vocabulary does not have; ``nearest`` are the likest that it has."""

    def __init__(self, vocabulary: str, code: str, nearest: tuple[str, ...]) -> None:
        self.vocabulary, self.code, self.nearest = vocabulary, code, nearest
        hint = f"; nearest known: {', '.join(nearest)}" if nearest else ""
        super().__init__(f"{code!r} is not in the vocabulary of {vocabulary}{hint}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of a vocabulary: its code, its place in the list, its labels by language."""

    code: str
    labels: Mapping[str, str]
    parent: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    def label(self, language: str) -> str:
        """The label in ``language``, or in English where there is none."""
        return self.labels.get(language) or self.labels["en"]


class Vocabulary:
    """An ordered list of entries under one name and version."""

    def __init__(self, name: str, version: str, entries: Iterable[Entry]) -> None:
        self.name, self.version = name, version
        self._entries = {entry.code: entry for entry in entries}
        self._folded = {entry.code: "\n".join(map(fold, entry.labels.values())) for entry in self}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, code: object) -> bool:
        return code in self._entries

    def __getitem__(self, code: str) -> Entry:
        """The entry of ``code``; raises ``UnknownCodeError`` with the nearest known codes."""
        try:
            return self._entries[code]
        except KeyError:
            raise UnknownCodeError(self.name, code, self.nearest(code)) from None

    def nearest(self, code: str, count: int = 3) -> tuple[str, ...]:
        """The known codes likest to ``code`` by their letters or their English label."""
        wanted = code.casefold()
        spellings: dict[str, str] = {}
        for entry in self:
            spellings[entry.code.casefold()] = entry.code
            spellings.setdefault(entry.label("en").casefold(), entry.code)
        close = difflib.get_close_matches(wanted, spellings, n=count, cutoff=0.4)
        return tuple(dict.fromkeys(spellings[spelling] for spelling in close))

    def codes_with(self, word: str) -> frozenset[str]:
        """The codes that are the folded ``word`` or whose label in some language holds it."""
        return frozenset(
            code for code, labels in self._folded.items() if word in labels or word == fold(code)
        )

    def label(self, code: str, language: str) -> str:
        return self[code].label(language)

    def children(self, parent: str | None) -> tuple[Entry, ...]:
        """The entries right beneath ``parent``; with None the top of the list."""
        return tuple(entry for entry in self if entry.parent == parent)

    def leaves(self) -> tuple[Entry, ...]:
        """The entries that have none beneath them, in order."""
        parents = {entry.parent for entry in self}
        return tuple(entry for entry in self if entry.code not in parents)


def vocabulary_from_rows(
    name: str, version: str, rows: Iterable[Mapping[str, str]], code: str = "code"
) -> Vocabulary:
    """A vocabulary of table rows whose columns are code, parent, one per language, and more."""
    entries = []
    for row in rows:
        labels = {language: row[language] for language in LANGUAGES if row.get(language)}
        more = {key: value for key, value in row.items() if key not in LANGUAGES}
        entries.append(Entry(row[code], labels, row.get("parent") or None, more))
    return Vocabulary(name, version, entries)
