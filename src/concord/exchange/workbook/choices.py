"""The words of closed lists and vocabularies as cells show them, and back, in any language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from django.conf import settings
from django.db.models import TextChoices
from django.utils import translation

from concord.core.vocabulary import Entry, Vocabulary
from concord.core.vocabulary.matching import Matcher
from concord.register import vocabulary, words

_VOCABULARIES: Mapping[str, Callable[[], Vocabulary]] = {
    "topics": vocabulary.topics,
    "roles": vocabulary.roles,
    "countries": vocabulary.countries,
    "publications": vocabulary.publications,
}
_CODED = frozenset({"topics", "roles", "publications"})
"""Vocabularies whose cells show the code before the label."""


class Choices:
    """The codes of one list with their labels in every language of the interface."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._labels = dict(_labels_of(name))
        entries = [Entry(code, labels) for code, labels in self._labels.items()]
        self._matcher = Matcher(
            Vocabulary(name, "1", entries), _aliases(name), never_fuzzy=name == "countries"
        )
        self._shown: dict[str, dict[str, str]] = {}
        self._found: dict[str, str | None] = {}

    def shown(self, language: str) -> Mapping[str, str]:
        """Each code as a cell of that language shows it; no two alike."""
        if language not in self._shown:
            self._shown[language] = dict(self._show(language))
        return self._shown[language]

    def _show(self, language: str) -> Iterator[tuple[str, str]]:
        for code, labels in self._labels.items():
            label = labels.get(language, labels["en"])
            text = f"{code} {label}" if self.name in _CODED else label
            match = self._matcher.find(label)
            is_plain = self.name in _CODED or (match is not None and match.code == code)
            yield code, text if is_plain else f"{text} [{code}]"

    def find(self, text: str) -> str | None:
        """The code that a text names, in whatever language; None where none for certain."""
        if text not in self._found:
            self._found[text] = self._find(text)
        return self._found[text]

    def _find(self, text: str) -> str | None:
        bare, bracket, rest = text.rpartition("[")
        if bracket and bare and rest.rstrip("]") in self._labels:
            return rest.rstrip("]")
        code = text.partition(" ")[0]
        if self.name in _CODED and code in self._labels:
            return code
        match = self._matcher.find(text)
        return match.code if match else None

    def likely(self, text: str, language: str, count: int = 3) -> list[str]:
        """The labels in ``language`` that are likest to a text; none of them is taken."""
        found = dict.fromkeys(match.code for match in self._matcher.likely(text, count))
        return [self.shown(language)[code] for code in found]


def _aliases(name: str) -> dict[str, str]:
    """What people write for countries and publications beside what our tables have."""
    if name == "publications":
        codes = [entry.code for entry in vocabulary.publications()]
        return {f"{series} {code}": code for series in ("NSS", "NSS No.") for code in codes}
    if name != "countries":
        return {}
    rows = vocabulary.read_rows(settings.CONCORD_VOCABULARY / "country_aliases.csv")
    return {row["alias"]: row["code"] for row in rows}


def _labels_of(name: str) -> Iterator[tuple[str, dict[str, str]]]:
    if name in _VOCABULARIES:
        for entry in _VOCABULARIES[name]().leaves():
            yield entry.code, dict(entry.labels)
        return
    listed: type[TextChoices] = getattr(words, name)
    for choice in listed:
        yield choice.value, _in_each_language(choice)


@lru_cache(maxsize=64)
def choices(name: str) -> Choices:
    """The list of that name: a vocabulary, or a class of the closed lists."""
    return Choices(name)


def _in_each_language(choice: TextChoices) -> dict[str, str]:
    labels = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            labels["zh-Hans" if code == "zh-hans" else code] = str(choice.label)
    return labels
