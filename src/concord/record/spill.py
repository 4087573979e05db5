"""What is to be removed of a record: which of its contents hold it, and what is left of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from concord.core.vocabulary.folding import fold

_fold: Final = fold.__wrapped__
"""Without the memory of ``fold``: what is looked through here is long, and is not to be kept."""
TELLING: Final = 8
"""Letters from which on a text is looked for where nothing names its record."""
TELLING_WIDE: Final = 4
"""The same of a text in a script whose letters say more."""
NOTHING: Final = object()
_NO_WORDS: Final = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\d./:\-–TZ ]+"
    r"|(application|text|image)/[a-z0-9.+-]+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spill:
    """A value that does not belong here: of which records, in which field, and its words.

    ``ids`` are the record and what was merged into it. A blank ``field`` means all that they say;
    ``kept`` is what the field may go on saying. ``texts`` are folded.
    """

    ids: frozenset[UUID]
    owner: UUID
    field: str = ""
    kept: Any = NOTHING
    texts: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether all that the records say goes."""
        return not self.field

    def holds(self, content: Mapping[str, Any]) -> bool:
        """Whether a content says what goes."""
        if self.is_whole:
            return bool(content)
        return self.field in content and content[self.field] != self.kept

    def rest(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """What is left of a content."""
        if not self.holds(content):
            return dict(content)
        return {} if self.is_whole else {n: v for n, v in content.items() if n != self.field}

    def taken(self, content: Mapping[str, Any]) -> Any:
        """What goes of a content."""
        if not self.holds(content):
            return None
        return content if self.is_whole else content[self.field]

    def says(self, value: Any) -> bool:
        """Whether one of the texts stands anywhere in a value, in whatever case or width."""
        if not self.texts:
            return False
        return any(text in said for said in map(_fold, strings_in(value)) for text in self.texts)

    def names(self, value: Any) -> bool:
        """Whether one of the records is named anywhere in a value."""
        ids = {str(key) for key in self.ids}
        return any(key in said for said in strings_in(value) for key in ids)


def strings_in(value: Any) -> Iterator[str]:
    """Every text in a value, names of its parts too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from strings_in(name)
            yield from strings_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings_in(inner)


def words_in(value: Any) -> Iterator[str]:
    """The folded texts of a value that tell enough to be looked for."""
    if isinstance(value, str):
        said = _fold(value)
        least = TELLING if said.isascii() else TELLING_WIDE
        if len(said) >= least and not _NO_WORDS.fullmatch(said):
            yield said
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from words_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from words_in(inner)
