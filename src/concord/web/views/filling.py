"""A form for one record, shown and taken in: what was typed is kept until it can be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from concord.core.vocabulary import LANGUAGES
from concord.exchange.form import RecordForm, assume
from concord.exchange.saving import Context, doubles_before, form_context, seen_key, sheet_for
from concord.exchange.threeway import carried, changes_of
from concord.exchange.workbook.cells import Content, language_shown
from concord.record.errors import ChangedMeanwhileError, InvalidContentError, NotFoundError
from concord.record.selectors import RecordView, contents_then, record_get
from concord.record.sensitive import confirming
from concord.register.checks import content_remarks
from concord.web.templatetags.reading import language
from concord.web.views.viewer import me_of, viewer_of

MOST_NAMES = 600
"""Names that are offered while somebody types; of a larger register they would be too many."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody filled in: the record as they had it, and as they want it."""

    base: Content
    wanted: Content
    made_from: int
    context: Context
    post: Mapping[str, str]


@dataclass
class Filling:
    """One form on one page. ``write`` is called with what can be written."""

    request: HttpRequest
    kind: str
    institution: UUID
    write: Callable[[Filled], HttpResponse]
    record: RecordView | None = None
    start: Content | None = None
    more: dict[str, Any] = field(default_factory=dict)
    """What else the page shows."""
    check_more: Callable[[Mapping[str, str]], dict[str, str]] = lambda _post: {}
    """What is to be mended in fields that the page has beside those of the record."""
    template: str = "concord/record_form.html"

    def answer(self) -> HttpResponse:
        """The page, or what comes of a form that was sent."""
        self.sheet = sheet_for(self.kind)
        self.context = form_context(
            viewer=viewer_of(self.request), institution=self.institution, kind=self.kind,
            language=language(),
        )  # fmt: skip
        if self.request.method != "POST":
            return self._page(self._form(start=self.start))
        typed = dict(self.request.POST.lists())
        do = self.request.POST.get("do", "")
        if do.startswith("row-"):
            return self._page(self._form(typed=typed, more_rows=do.removeprefix("row-")))
        if do.startswith("rows-"):
            part, _dash, first = do.removeprefix("rows-").rpartition("-")
            number = int(first) if first.isascii() and first.isdigit() and len(first) < 6 else 1
            return self._page(self._form(typed=typed, turn_to=(part, number)))
        form = self._form(typed=typed)
        wanted = form.read()
        others = self.check_more(self.request.POST)
        if wanted is None or others:
            return self._page(form, others, status=422)
        try:
            return self._take(form, wanted)
        except ChangedMeanwhileError:
            base, self.record = self.base, self._again()
            return self._moved(base, wanted)

    def _again(self) -> RecordView:
        if self.record is None:
            raise NotFoundError
        return record_get(viewer=viewer_of(self.request), record_id=self.record.id)

    @property
    def made_from(self) -> int:
        """The revision that the form was made from."""
        now = self.record.revision_number if self.record else 0
        text = self.request.POST.get("revision", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else now

    @property
    def base(self) -> Content:
        """What the record said when the form was made."""
        if self.record is None:
            return {}
        if self.made_from == self.record.revision_number:
            return self.record.content
        found = contents_then(
            viewer=viewer_of(self.request), revisions={self.record.id: self.made_from}
        )
        return found.get(self.record.id, self.record.content)

    def _form(self, **more: Any) -> RecordForm:
        return RecordForm(
            sheet=self.sheet, sense=self.context.sense, courses=self.context.courses,
            withheld=self.record.withheld if self.record else (),
            **({"base": self.base} | more),
        )  # fmt: skip

    def _take(self, form: RecordForm, wanted: Content) -> HttpResponse:
        note = "" if self.record else assume(self.kind, wanted, self.institution)
        if self.record and self.made_from != self.record.revision_number:
            return self._moved(self.base, wanted)
        form.check(wanted)
        if form.errors:
            return self._page(form, status=422)
        remarks = content_remarks(self.kind, wanted)
        stops = [one for one in remarks.stops if wanted.get(one.field) != self.base.get(one.field)]
        if stops:
            return self._page(form, found=stops, status=422)
        doubles = doubles_before(
            viewer=viewer_of(self.request), kind=self.kind, content=wanted,
            is_new=self.record is None,
        )  # fmt: skip
        key = seen_key(wanted, remarks, doubles)
        if (remarks.said or doubles) and self.request.POST.get("seen") != key:
            return self._page(
                form, found=remarks.warnings, warnings=remarks.others, doubles=doubles, seen=key
            )
        filled = Filled(self.base, wanted, self.made_from, self.context, self.request.POST)
        marks = [one.mark for one in remarks.warnings]
        try:
            with confirming(marks, person=me_of(self.request).id):
                done = self.write(filled)
        except InvalidContentError as error:
            form.faults += error.fields.values() or [error.detail]
            return self._page(form, status=422)
        if note:
            messages.info(self.request, note)
        return done

    def _moved(self, base: Content, wanted: Content) -> HttpResponse:
        """Somebody else changed the record: what each changed, and the form with both."""
        record = self._again()
        now = record.content
        names = self.context.sense.names
        merged = carried(self.kind, base, wanted, now, self.context.sense)
        theirs = changes_of(self.kind, base, now, wanted, names)
        anew = self._form(base=now, start=merged)
        return self._page(anew, moved=theirs, revision=record.revision_number, status=409)

    def _page(
        self,
        form: RecordForm,
        errors: Mapping[str, str] | None = None,
        *,
        status: int = 200,
        revision: int | None = None,
        **more: Any,
    ) -> HttpResponse:
        found = form.errors | dict(errors or {})
        context = (
            self.more
            | more
            | {
                "form": form,
                "record": self.record,
                "kind": self.kind,
                "errors": found,
                "typed": self.request.POST,
                "revision": self.made_from if revision is None else revision,
                "party_names": self._names(),
                "language_names": [language_shown(tag, language()) for tag in LANGUAGES],
                "untouched": sorted(self.record.withheld) if self.record else [],
            }
        )
        return render(self.request, self.template, context, status=status)

    def _names(self) -> list[str]:
        names = self.context.sense.names.offered()
        return names if len(names) <= MOST_NAMES else []


def said_no_change(request: HttpRequest) -> None:
    """Tell that nothing was changed."""
    messages.info(request, _("Nothing was changed."))
