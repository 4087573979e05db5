"""Institutions, States and networks as cells name them, and back."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from rapidfuzz import fuzz, process

from concord.core.disclosure import Viewer
from concord.core.vocabulary.folding import fold
from concord.exchange.workbook.choices import choices
from concord.record.selectors import RecordView, record_list
from concord.register.links import short_name
from concord.register.reading import pick

Party = dict[str, Any]
QUOTES = {'"': '"', "“": "”", "「": "」", "«": "»"}
_QUOTED: Final = r"“[^”]*”|\"[^\"]*\"|「[^」]*」"
PARTS: Final = re.compile(rf"(?:{_QUOTED}|[^;；\n])+")
"""The parts of a cell that holds several; what stands in quotation marks is not parted."""
_STRAY: Final = re.compile(r"[;；\n“”\"「」]")


def quoted(text: str) -> str:
    """A text in quotation marks that it does not hold itself, so that it stays one part."""
    pairs = (("“", "”"), ("「", "」"), ('"', '"'))
    opening, closing = next((pair for pair in pairs if pair[1] not in text), ("“", "”"))
    return f"{opening}{text.replace(closing, '’')}{closing}"


def needs_quotes(text: str) -> bool:
    """Whether a text could be taken for several parties, or for words, without quotes around it."""
    return text[:1] in QUOTES or bool(_STRAY.search(re.sub(_QUOTED, "", text)))


class UnknownPartyError(ValueError):
    """No such institution, country or network is known; ``likely`` are the likest names."""

    def __init__(self, text: str, likely: list[str]) -> None:
        self.text, self.likely = text, likely
        super().__init__(text)


class Names:
    """The names of what one viewer may see, for cells in one language."""

    def __init__(self, viewer: Viewer, language: str) -> None:
        self.language = language
        self._parties: dict[str, Party] = {}
        self._labels: dict[str, str] = {}
        self._by_name: dict[str, set[str]] = defaultdict(set)
        for kind in ("institution", "network"):
            for record in record_list(viewer=viewer, kind=kind):
                self._take(record)
        self._shown: dict[str, str] = {}

    def _take(self, record: RecordView) -> None:
        key = str(record.id)
        self._parties[key] = {record.kind: key}
        self._labels[key] = short_name(record, self.language)
        for name in [self._labels[key], *(n["name"] for n in record.content.get("names", ()))]:
            self._by_name[fold(name)].add(key)

    def label(self, key: str) -> str:
        """The short name of an institution or network; the id itself of anything else."""
        return self._labels.get(key, key)

    def institution(self, key: str) -> str:
        """An institution or network as a cell shows it: a name that leads back to it alone."""
        if key not in self._labels:
            return f"[{key}]"
        label = self._labels[key]
        if needs_quotes(label):
            return f"{quoted(label)} [{key[:8]}]"
        is_plain = self._by_name[fold(label)] == {key} and not choices("countries").find(label)
        return label if is_plain else f"{label} [{key[:8]}]"

    def shown(self, party: Mapping[str, Any]) -> str:
        """A party as a cell shows it."""
        if description := party.get("description"):
            words = quoted(pick(description, self.language)[0])
            return f"{words} ({self._state(party['state'])})" if party.get("state") else words
        if state := party.get("state"):
            return self._state(state)
        return self.institution(str(party.get("institution") or party.get("network")))

    def _state(self, code: str) -> str:
        label = choices("countries").shown(self.language)[code]
        return f"{label} [{code}]" if fold(label) in self._by_name else label

    def find(self, text: str) -> Party:
        """The party that a text names; raises ``UnknownPartyError`` where none for certain."""
        if whole := self.named_whole(text):
            return whole
        if key := self._key_in_brackets(text):
            return dict(self._parties[key])
        if (closing := QUOTES.get(text[:1])) and closing in text[1:]:
            return self.named_whole(text[1:-1]) or self._described(text, closing)
        named = self._by_name.get(fold(text), set())
        if len(named) == 1:
            return dict(self._parties[next(iter(named))])
        if not named and (state := choices("countries").find(text)):
            return {"state": state}
        raise UnknownPartyError(text, self._likely(text, named))

    def named_whole(self, text: str) -> Party | None:
        """The institution or network of this one name, if its name cannot stand without quotes."""
        named = self._by_name.get(fold(text), set()) if needs_quotes(text) else set()
        return dict(self._parties[next(iter(named))]) if len(named) == 1 else None

    def likely(self, text: str) -> list[str]:
        """The names, as cells show them, that are likest to a text."""
        return self._likely(text, set())

    def _described(self, text: str, closing: str) -> Party:
        words, _closing, rest = text[1:].rpartition(closing)
        described = {"original": self.language, "text": {self.language: words.strip()}}
        party: Party = {"description": described}
        if country := rest.strip().strip("()"):
            state = choices("countries").find(country)
            if state is None:
                raise UnknownPartyError(
                    country, choices("countries").likely(country, self.language)
                )
            party["state"] = state
        return party

    def _key_in_brackets(self, text: str) -> str | None:
        beginning = text.rpartition("[")[2].rstrip("]") if text.endswith("]") else ""
        if len(beginning) < 8:
            return None
        found = [key for key in self._parties if key.startswith(beginning)]
        return found[0] if len(found) == 1 else None

    def _likely(self, text: str, named: set[str]) -> list[str]:
        if named:
            return sorted(self.institution(key) for key in named)
        found = process.extract(
            fold(text), list(self._by_name), scorer=fuzz.WRatio, limit=6, score_cutoff=60
        )
        keys = [key for name, _score, _place in found for key in sorted(self._by_name[name])]
        return [self.institution(key) for key in dict.fromkeys(keys)][:3]

    def offered(self) -> list[str]:
        """Every name that a cell may have: institutions and networks first, then countries."""
        own = sorted((self.institution(key) for key in self._parties), key=fold)
        return [*own, *sorted(choices("countries").shown(self.language).values(), key=fold)]
