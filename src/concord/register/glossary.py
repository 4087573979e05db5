"""The glossary: the docstrings of the kinds and of the closed lists are its definitions."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext

from concord.record.kinds import all_kinds
from concord.register import words


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it means here."""

    word: str
    meaning: str
    values: tuple[tuple[str, str], ...] = ()


def terms() -> list[Term]:
    """Kinds of record first, then the closed lists with their values."""
    kinds = [Term(str(kind.label), _first(kind)) for kind in all_kinds().values()]
    lists = [
        Term(
            gettext(head_of(name)), _first(choices), tuple((c.value, str(c.label)) for c in choices)
        )
        for name, choices in vars(words).items()
        if inspect.isclass(choices)
        and issubclass(choices, TextChoices)
        and choices is not TextChoices
    ]
    return sorted(kinds, key=lambda t: t.word) + sorted(lists, key=lambda t: t.word)


def _first(thing: object) -> str:
    definition = " ".join((inspect.getdoc(thing) or "").split())
    return gettext(definition)


def head_of(name: str) -> str:
    """The name of a closed list as words."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
