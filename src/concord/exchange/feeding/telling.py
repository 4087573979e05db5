"""What a feed says of a record, shown as the workbook shows it: field by field, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from concord.core.disclosure import Viewer
from concord.exchange.workbook.names import Names
from concord.exchange.workbook.sheets import sheet_of
from concord.exchange.workbook.writing import content_said
from concord.record.kinds import content_type
from concord.record.selectors import records_get
from concord.register.fields import field_label
from concord.register.reading import title_of

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of a record: what it says now, and what it would say."""

    label: str
    before: str
    after: str


class Teller:
    """Shows fields to one viewer in one language; the names are read once."""

    def __init__(self, viewer: Viewer, language: str, contents: Iterable[Fields] = ()) -> None:
        self.language = language
        self.names = Names(viewer, language)
        contents = list(contents)
        named = {UUID(c["course"]) for c in contents if c.get("course")}
        named |= {UUID(one["source"]) for c in contents for one in c.get("citations", ())}
        found = records_get(viewer=viewer, ids=named)
        self.titles = {str(key): title_of(r, language) for key, r in found.items()}

    def lines(self, kind: str, fields: Fields) -> dict[str, str]:
        """What fields of a record say, by their labels."""
        lines: dict[str, str] = {}
        for label, cell in content_said(kind, dict(fields), self.language, self.names):
            if label != self._number_label(kind):
                lines[label] = f"{lines[label]}\n{cell}" if label in lines else str(cell)
        if providers := fields.get("providers"):
            names = [self.names.institution(str(key)) for key in providers]
            lines[self.label(kind, "providers")] = "; ".join(names)
        if course := fields.get("course"):
            lines[self.label(kind, "course")] = self.titles.get(course, "–")
        if citations := fields.get("citations"):
            cited = [self._citation(citation) for citation in citations]
            lines[field_label("citations")] = "; ".join(cited)
        return lines

    def _citation(self, citation: Fields) -> str:
        title = self.titles.get(citation["source"], "–")
        if day := citation.get("retrieved"):
            return _("%(title)s, read on %(day)s") % {"title": title, "day": day}
        return title

    def differences(self, kind: str, before: Fields, after: Fields) -> list[Difference]:
        """The lines in which two contents differ."""
        if not kind:
            return []
        then, now = self.lines(kind, before), self.lines(kind, after)
        return [
            Difference(label, then.get(label, ""), now.get(label, ""))
            for label in dict.fromkeys([*then, *now])
            if then.get(label) != now.get(label)
        ]

    def label(self, kind: str, field: str) -> str:
        """What people call a field."""
        sheet = sheet_of(kind)
        for column in sheet.columns if sheet else ():
            if column.field.partition(":")[0] == field:
                return str(column.label)
        info = content_type(kind).model_fields[field]
        return str(info.description or field)

    @staticmethod
    def _number_label(kind: str) -> str:
        sheet = sheet_of(kind)
        return str(sheet.columns[0].label) if sheet else ""
