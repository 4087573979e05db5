"""What studies find, as tables in a reader's language: one presentation for all forms of output.

Page, workbook, command and report show the same sheets. The module here that is called like a study
makes them of its result, by its function ``sheets``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from concord.core.disclosure import Viewer
from concord.record.errors import NotFoundError
from concord.studies.study import study_names

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its title, heads, rows, and what has to be said with it."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    notes: tuple[str, ...] = ()
    links: Sequence[str | None] = ()
    """For each row the address within the portal that leads to what it rests on; may be empty."""


def sheets_of(name: str, result: dict[str, Any], viewer: Viewer, language: str) -> list[Sheet]:
    """The sheets of a study's result; raises ``NotFoundError`` where there is no such study."""
    if name not in study_names():
        raise NotFoundError
    module = import_module(f"{__name__}.{name}")
    found: list[Sheet] = module.sheets(result, viewer, language)
    return found
