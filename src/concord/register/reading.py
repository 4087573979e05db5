"""What a record is called, in the reader's language where there is such a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from babel import Locale
from django.utils.translation import gettext as _

from concord.record.kinds import content_type
from concord.record.selectors import RecordView
from concord.register.kinds.material import NAMED
from concord.register.words import Answer, Completeness


def language_name(tag: str, language: str) -> str:
    """The name of a language, in ``language``; its tag where there is none."""
    return Locale.parse(language, sep="-").languages.get(tag.replace("-", "_")) or tag


def pick(text: dict[str, Any], language: str) -> tuple[str, str]:
    """The text in ``language``, else in English, else the original; with the language it is in."""
    texts: dict[str, str] = text["text"]
    for choice in (language, "en", text["original"]):
        if choice in texts:
            return texts[choice], choice
    raise AssertionError  # a text always has its original


def dated(content: Mapping[str, Any]) -> str | None:
    """When it is, as exact as content shown to somebody has it: the days, else month or year."""
    found: str | None = content.get("days") or content.get("when")
    return found


def title_of(record: RecordView, language: str) -> str:
    """The title of any record; where that is withheld, this and what kind of record it is."""
    return title_and_language(record, language)[0]


def title_and_language(record: RecordView, language: str) -> tuple[str, str]:
    """The title and the language that it is in."""
    content = record.content
    if names := content.get("names"):
        best = next((n for n in names if n["language"] == language), names[0])
        return best["name"], best["language"]
    for field in ("titles", "text"):
        if field in content:
            return pick(content[field], language)
    if said := declared_title(content) or answer_title(content) or version_title(content):
        return said, "en"
    if "rules" not in record.withheld and record.kind == "policy":
        return str(content_type(record.kind).label), language
    return withheld_title(record.kind), language


def withheld_title(kind: str) -> str:
    """What a record is called whose title is withheld, in the language of the page."""
    return _("Withheld: %(kind)s") % {"kind": content_type(kind).label}


def answer_title(content: dict[str, Any]) -> str:
    """What an answer without words of its own is called; empty where it is none."""
    if not {"about", "answer"} <= content.keys():
        return ""
    return str(Answer(content["answer"]).label)


def version_title(content: dict[str, Any]) -> str:
    """What a version of a material is called, in the language of the page; empty where none."""
    if not {"material", "name"} <= content.keys():
        return ""
    return str(NAMED) % {"name": content["name"]}


def declared_title(content: dict[str, Any]) -> str:
    """What a declaration is called, in the language of the page; empty where it is none."""
    if not {"year", "completeness"} <= content.keys():
        return ""
    return f"{content['year']}: {Completeness(content['completeness']).label}"


def value_text(value: Any, language: str, named: Callable[[str], str] = str) -> str:
    """Any value of a record in a line: how many, where it is a list of parts.

    ``named`` gives the name of what an id leads to.
    """
    if isinstance(value, dict):
        if "original" in value:
            return pick(value, language)[0]
        parts = (value_text(inner, language, named) for inner in value.values())
        return ", ".join(part for part in parts if part)
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value):
            return str(len(value))
        return ", ".join(value_text(item, language, named) for item in value)
    return named(str(value))
