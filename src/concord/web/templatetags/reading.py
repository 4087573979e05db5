"""What templates need to show values of the register in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.dates import get_month_names
from babel.numbers import format_decimal
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from concord.accounts.models import Round, Wording
from concord.core.timespan import TimeSpan
from concord.exchange.workbook.cells import Cell
from concord.exchange.workbook.writing import content_said
from concord.record.kinds import content_type
from concord.record.publishing import WaitingView
from concord.record.selectors import RecordView
from concord.register import vocabulary, words
from concord.register.fields import field_label
from concord.register.links import Named, Parties
from concord.register.reading import dated as dated_to
from concord.register.reading import declared_title, pick, title_and_language
from concord.register.reading import language_name as language_named
from concord.register.rows import COUNTED_STAGES
from concord.register.words import PROVIDER_PARTS

register = template.Library()

_LISTS = {
    name: getattr(words, name)
    for name in (
        "Stage", "Detail", "Confirmation", "InstitutionKind", "MilestoneStep", "FocusAspect",
        "Reach", "CapabilityKind", "CentreFunction", "Completeness", "CourseKind", "TrainingLevel",
        "ActivityKind", "PartRole", "CountUnit", "AgreementKind", "RelationKind", "Tier", "Stream",
        "Scope", "SourceKind", "StatementGroup", "NameForm", "Answer", "Cut", "LifePhase",
        "MaterialKind", "MaterialCopy", "CommentKind",
    )
}  # fmt: skip


def language() -> str:
    """The reader's language as a tag of ours: ``zh-hans`` is ``zh-Hans``."""
    return tag_of(get_language() or "en")


def tag_of(code: str) -> str:
    """Django's code of a language as a BCP 47 tag."""
    head, dash, script = code.partition("-")
    return f"{head}{dash}{script.capitalize()}"


def locale() -> str:
    """The reader's language as Babel writes it."""
    return language().replace("-", "_")


@register.filter
def wording(text: dict[str, Any] | None) -> SafeString | str:
    """A text in the reader's language, marked with its language and, if one, as a translation."""
    if not text:
        return ""
    shown, tag = pick(text, language())
    translator = text.get("translators", {}).get(tag)
    if translator:
        return format_html('<span lang="{}" title="{}">{}</span>', tag, translator, shown)
    return format_html('<span lang="{}">{}</span>', tag, shown)


@register.filter
def title(record: RecordView | None) -> SafeString | str:
    """What a record is called, marked with the language of the words; its id where withheld."""
    if record is None:
        return "–"
    words_, tag = title_and_language(record, language())
    return format_html('<span lang="{}">{}</span>', tag, words_)


@register.filter
def content_title(content: dict[str, Any]) -> str:
    """What a record that is not written yet would be called."""
    if names := content.get("names"):
        return str(names[0]["name"])
    text = content.get("titles") or content.get("text")
    return pick(text, language())[0] if text else declared_title(content) or "–"


_WAYS_IN = {
    "form": _lazy("by a form"),
    "workbook": _lazy("by a spreadsheet"),
    "feed": _lazy("by a feed"),
    "API": _lazy("by a program"),
    "proposal": _lazy("by a proposal that was accepted"),
    "answer": _lazy("by an answer"),
    "undo": _lazy("by undoing"),
    "restoring": _lazy("by saying it again"),
    "publishing": _lazy("by a change of who sees it"),
    "policy": _lazy("by a change of who sees it"),
    "declaring": _lazy("by a declaration"),
    "confirming": _lazy("by saying that it is still so"),
    "merging": _lazy("by merging"),
    "duplicates": _lazy("by a word on duplicates"),
    "inviting": _lazy("by an invitation"),
    "leaving": _lazy("by leaving"),
    "library": _lazy("by an upload to the library"),
}


@register.filter
def way_in(via: str) -> str:
    """The way in which a revision came, in words; as it is kept where there are none."""
    return str(_WAYS_IN.get(via, via))


@register.filter
def kind_name(kind: str) -> str:
    """What a kind of record is called."""
    return str(content_type(kind).label)


@register.filter
def said(record: RecordView | WaitingView) -> list[tuple[str, Cell]]:
    """What a record says, as its row of the workbook would show it."""
    return content_said(record.kind, record.content, language())


@register.filter
def field_name(name: str) -> str:
    """What a field of a record is called."""
    return field_label(name)


@register.filter
def kind_label(record: RecordView) -> str:
    """What kind of record it is."""
    return str(content_type(record.kind).label)


@register.filter
def stage(record: RecordView) -> str:
    """The stage of a record, that of its kind where it does not say it."""
    return str(record.content.get("stage", COUNTED_STAGES.get(record.kind, "unknown")))


@register.filter
def dated(content: Mapping[str, Any]) -> str | None:
    """When it is, as exact as the reader may know it."""
    return dated_to(content)


@register.filter
def when(text: str | None) -> str:
    """A date as exact as it is; a dash where it is not known."""
    return TimeSpan.parse(text).text(locale()) if text else "–"


def month_name(number: int) -> str:
    """The name of a month, as it stands alone."""
    return str(get_month_names("wide", context="stand-alone", locale=locale())[number])


@register.filter
def worded(found: Round) -> Wording:
    """The texts of a round in the reader's language, or in the one in which it was opened."""
    return found.said_in(language())


@register.filter
def language_name(tag: str) -> str:
    """The name of a language in the reader's own; its tag where there is none."""
    return language_named(tag, language())


@register.filter
def publication(code: str) -> str:
    """A publication of the Nuclear Security Series as it is cited."""
    return vocabulary.publication_title(code)


@register.filter
def topic(code: str) -> str:
    return vocabulary.topics().label(code, language())


@register.filter
def role(code: str) -> str:
    return vocabulary.roles().label(code, language())


@register.filter
def country(code: str) -> str:
    """The name of a country or area; a dash where it is not known."""
    return vocabulary.countries().label(code, language()) if code else "–"


@register.filter
def word(code: str, list_name: str) -> str:
    """The label of a code of one of the closed lists."""
    return str(_LISTS[list_name](code).label) if code else "–"


@register.filter
def figure(value: Any) -> str:
    """A number as the reader's language writes it; a dash where it is not known."""
    return "–" if value in (None, "") else format_decimal(value, locale=locale())


@register.filter
def at(values: dict[str, Any], key: Any) -> Any:
    """The value of a key that the template holds in a variable."""
    return values.get(key) if values else None


@register.filter
def party_name(record_id: str, parties: Parties) -> str:
    """The short name of an institution."""
    return parties.record(record_id).label


@register.filter
def provided_by(record: RecordView, parties: Parties) -> str:
    """Who offers a course, or holds an activity."""
    names = [parties.record(provider).label for provider in record.content.get("providers", ())]
    names += [
        parties.name(part["party"]).label
        for part in record.content.get("parties", ())
        if part["part"] in PROVIDER_PARTS
    ]
    if not names and {"providers", "parties"} & set(record.withheld):
        label = parties.record(str(record.owner)).label
        return _("withheld; said by %(owner)s") % {"owner": label}
    return ", ".join(names)


@register.filter
def network_name(record_id: str, parties: Parties) -> str:
    """The short name of a network."""
    return parties.record(record_id, "network").label


@register.filter
def party(value: dict[str, Any], parties: Parties) -> Named:
    """A party as pages show it."""
    return parties.name(value)
