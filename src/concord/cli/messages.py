"""The interface's words: collected from code and templates, and compiled. No gettext is needed."""

from __future__ import annotations

import inspect
import io
from collections.abc import Iterator
from pathlib import Path

import allauth
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation.template import templatize

from concord.record.kinds import all_kinds
from concord.register import words
from concord.register.glossary import head_of

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
SIGN_IN = frozenset({"account", "mfa", "usersessions"})
"""The parts of the library for sign-in whose pages we have."""
SOURCES = settings.ROOT / "src" / "concord"


def locales() -> list[str]:
    """The languages other than English, as folders of the locale are called."""
    return sorted(path.parents[1].name for path in (SOURCES / "locale").glob("*/LC_MESSAGES/*.po"))


def po_path(locale: str) -> Path:
    """Where the words of a language are."""
    return SOURCES / "locale" / locale / "LC_MESSAGES" / "django.po"


def collect() -> Catalog:
    """Every string of the interface, with where it stands."""
    catalog = Catalog(project="Concord", charset="utf-8")
    for path in sorted(SOURCES.rglob("*")):
        name = path.relative_to(SOURCES).as_posix()
        if path.suffix == ".py" and "/migrations/" not in name:
            content = path.read_text(encoding="utf-8")
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            plain = templatize(path.read_text(encoding="utf-8"), origin=name)
            content = "\n".join(line.strip() for line in plain.splitlines())  # read as Python
        else:
            continue
        for _line, message, _comments, context in extract(
            "python", io.BytesIO(content.encode()), keywords=KEYWORDS
        ):
            catalog.add(message, locations=[(name, 1)], context=context)
    for docstring in docstrings():
        catalog.add(docstring, locations=[("docstrings", 1)])
    return catalog


def docstrings() -> Iterator[str]:
    """The heads and definitions of the glossary."""
    for kind in all_kinds().values():
        yield " ".join((inspect.getdoc(kind) or "").split())
    for name, choices in vars(words).items():
        is_list = inspect.isclass(choices) and issubclass(choices, TextChoices)
        if is_list and choices is not TextChoices:
            yield head_of(name)
            yield " ".join((inspect.getdoc(choices) or "").split())


def add_sign_in(template: Catalog, locale: str) -> None:
    """Add the words of the sign-in pages where their library does not speak the language."""
    library = Path(allauth.__file__).parent / "locale"
    if (library / locale).exists():
        return
    with (library / "en" / "LC_MESSAGES" / "django.po").open("rb") as file:
        for message in read_po(file, locale="en"):
            rooms = {path.removeprefix("templates/").split("/")[0] for path, _ in message.locations}
            if message.id and rooms & SIGN_IN:
                template.add(message.id, context=message.context, flags=message.flags)


def update() -> None:
    """Bring every language's file up to the strings that there are."""
    for locale in locales():
        template = collect()
        add_sign_in(template, locale)
        path = po_path(locale)
        with path.open("rb") as file:
            catalog = read_po(file, locale=locale)
        catalog.update(template, no_fuzzy_matching=True)
        with path.open("wb") as file:
            write_po(
                file, catalog, width=0, omit_header=False, ignore_obsolete=True, no_location=True
            )


def compile_all() -> None:
    """Compile every language whose words changed since."""
    for locale in locales():
        source = po_path(locale)
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalog = read_po(file, locale=locale)
        with target.open("wb") as file:
            write_mo(file, catalog)
