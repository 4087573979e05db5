"""The data dictionary and the glossary as Markdown, from docstrings and field descriptions."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

from django.conf import settings
from django.db.models import TextChoices
from pydantic.fields import FieldInfo

from concord.record.content import Piece
from concord.record.kinds import all_kinds
from concord.register.glossary import terms


def pages() -> dict[Path, str]:
    """Each generated page by its path."""
    docs = settings.ROOT / "docs"
    return {docs / "data-dictionary.md": _dictionary(), docs / "glossary.md": _glossary()}


def _dictionary() -> str:
    lines = [
        "# Data dictionary",
        "",
        "Made from the code by `concord docs`. Each kind of record with its fields.",
    ]
    parts: dict[str, type[Piece]] = {}
    for kind in all_kinds().values():
        lines += _section(kind, kind.kind)
        parts |= {part.__name__: part for part in _parts(kind)}
    lines += ["", "# Parts of records"]
    for name in sorted(parts):
        lines += _section(parts[name], name)
    return "\n".join(lines) + "\n"


def _section(piece: type[Piece], name: str) -> list[str]:
    lines = ["", f"## {name}", "", inspect.getdoc(piece) or "", "", "| field | holds | meaning |"]
    lines.append("| --- | --- | --- |")
    for field, info in piece.model_fields.items():
        lines.append(f"| `{field}` | {_type(info)} | {info.description or ''} |")
    return lines


def _parts(piece: type[Piece]) -> Iterator[type[Piece]]:
    for info in piece.model_fields.values():
        for inner in _inner(info.annotation):
            if inspect.isclass(inner) and issubclass(inner, Piece):
                yield inner
                yield from _parts(inner)


def _inner(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _inner(argument)


def _type(info: FieldInfo) -> str:
    text = " or ".join(dict.fromkeys(_names(info.annotation)))
    return text if info.is_required() else f"{text}; may be blank"


def _names(annotation: Any) -> Iterator[str]:
    origin = get_origin(annotation)
    if origin is tuple:
        yield "list of " + " or ".join(_names(get_args(annotation)[0]))
    elif origin is dict:
        yield "by language"
    elif origin is types.UnionType or str(origin) == "typing.Union":
        for argument in get_args(annotation):
            if argument is not type(None):
                yield from _names(argument)
    elif origin is not None:
        yield from _names(get_args(annotation)[0])
    elif inspect.isclass(annotation) and issubclass(annotation, TextChoices):
        yield "one of " + ", ".join(f"`{value}`" for value in annotation.values)
    else:
        yield getattr(annotation, "__name__", str(annotation))


def _glossary() -> str:
    lines = ["# Glossary", "", "Made from the code by `concord docs`. One name for one thing.", ""]
    for term in terms():
        values = "; ".join(label for _code, label in term.values)
        lines.append(f"**{term.word}**: {term.meaning}" + (f" ({values})" if values else ""))
        lines.append("")
    return "\n".join(lines)
