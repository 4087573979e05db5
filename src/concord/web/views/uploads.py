"""Workbook and uploads: download, bring, say what is what, look, decide, undo."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from concord.accounts.models import Role
from concord.core.vocabulary import LANGUAGES
from concord.core.vocabulary.folding import fold
from concord.exchange.comparing import Status
from concord.exchange.deciding import (
    AT_ONCE,
    MAY_WRITE,
    WRITES,
    NotNowError,
    decision_keep,
    upload_confirm,
    upload_start_again,
    upload_undo,
)
from concord.exchange.keeping import progress_of, upload_size
from concord.exchange.marking import workbook_marked
from concord.exchange.models import Upload
from concord.exchange.previewing import upload_compare
from concord.exchange.uploads import (
    READ_AT_ONCE,
    upload_choose,
    upload_drop,
    upload_get,
    upload_make,
    upload_map,
    upload_paste,
    upload_rows,
    upload_sheets,
    words_remember,
)
from concord.exchange.workbook.cells import language_shown
from concord.exchange.workbook.choices import choices
from concord.exchange.workbook.sheets import SHEETS, Form, sheet_named
from concord.exchange.workbook.writing import workbook_write
from concord.jobs.tasks import carry_out_upload, compare_upload
from concord.record.errors import ChangedMeanwhileError, ConcordError
from concord.record.selectors import records_get
from concord.web.templatetags.reading import language
from concord.web.views.viewer import acting_of, signed_in, viewer_of

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE: Final = 100
_LOOKS: Final = re.compile(r"\?status=[a-z_]{1,20}(&from=[0-9]{1,8})?")
"""Where a page of a preview may lead: to another page of it."""
WORDS: Final = {
    Status.NEW: gettext_lazy("new"),
    Status.CHANGED: gettext_lazy("changed"),
    Status.SAME: gettext_lazy("as it is already"),
    Status.CONFLICT: gettext_lazy("changed on both sides"),
    Status.DOUBTFUL: gettext_lazy("may be there already"),
    Status.REFUSED: gettext_lazy("to be mended"),
    Status.NOT_YOURS: gettext_lazy("of other institutions"),
}
ORDER: Final = (Status.REFUSED, Status.CONFLICT, Status.DOUBTFUL, Status.CHANGED, Status.NEW,
                Status.SAME, Status.NOT_YOURS)  # fmt: skip


@signed_in
def workbook(request: HttpRequest) -> HttpResponse:
    """The institution's workbook in the reader's language."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    data = workbook_write(
        viewer=viewer_of(request), institution=acting.institution, language=language()
    )
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="concord-workbook.xlsx"'
    return response


@signed_in
def upload_new(request: HttpRequest) -> HttpResponse:
    """Bring a file, or paste a table."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            upload = _take(request)
        except ConcordError as error:
            errors = error.fields or {"file": error.detail or str(error.title)}
        else:
            _compare(upload)
            return redirect("upload", upload_id=upload.id)
    context = {"errors": errors, "typed": request.POST}
    return render(request, "concord/upload_new.html", context, status=422 if errors else 200)


def _take(request: HttpRequest) -> Upload:
    acting = acting_of(request)
    file = request.FILES.get("file")
    if file is not None:
        return upload_make(
            acting=acting, name=str(file.name), data=file.read(), language=language()
        )
    return upload_paste(acting=acting, text=request.POST.get("text", ""), language=language())


def _compare(upload: Upload) -> None:
    """Compare small uploads now, so that their page is there at once; others in the worker."""
    if upload.state != Upload.State.COMPARING:
        return
    if upload_size(upload) <= READ_AT_ONCE:
        upload_compare(upload_id=upload.id)
    else:
        compare_upload.enqueue(str(upload.id))


@signed_in
def upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """An upload as it stands: its columns to be chosen, its preview, or what came of it."""
    acting = acting_of(request)
    found = upload_get(acting=acting, upload_id=upload_id)
    is_open = found.state == Upload.State.COMPARED and not found.is_workbook
    if found.state == Upload.State.MAPPING or (is_open and "mapping" in request.GET):
        return render(request, "concord/upload_mapping.html", _mapping(found))
    context: dict[str, Any] = {"upload": found, "may_publish": acting.may(Role.PUBLISHER)}
    if found.state in Upload.AT_WORK:
        context["progress"] = progress_of(found)
    elif getattr(request, "htmx", False):  # the work that the page waits for is done
        return HttpResponse(headers={"HX-Refresh": "true"})
    if found.state in {Upload.State.COMPARED, Upload.State.WRITTEN}:
        context |= _preview(request, found)
    if found.state == Upload.State.WRITTEN:
        written = [UUID(key) for key, _number in found.written[:PAGE]]
        records = records_get(viewer=viewer_of(request), ids=written)
        context["written"] = [records[key] for key in written if key in records]
    return render(request, "concord/upload.html", context)


def _mapping(found: Upload) -> dict[str, Any]:
    sheets = [(sheet.name, str(sheet.label)) for sheet in SHEETS if not sheet.part]
    tables = []
    for number, table in enumerate(found.mapping["tables"]):
        sheet = sheet_named(table["sheet"] or "activities")
        options = []
        for column in sheet.columns:
            tags = LANGUAGES if column.by_language else [""]
            for tag in tags:
                key = f"{column.name}[{tag}]" if tag else column.name
                name = (
                    f"{column.label} ({language_shown(tag, language())})" if tag else column.label
                )
                options.append((key, str(name), column.is_required))
        heads = [
            {"head": head, "column": column, "example": example[0], "is_sure": likeness >= 90}
            for head, column, example, likeness in zip(
                table["heads"], table["columns"], table["examples"], table["likeness"], strict=True
            )
        ]
        lacking = [
            {
                "name": column.name, "label": column.label,
                "chosen": table.get("constants", {}).get(column.name, ""),
                "options": list(choices(column.choices).shown(language()).items()),
            }
            for column in sheet.columns
            if column.form is Form.CODE and column.is_required
        ]  # fmt: skip
        tables.append(
            {**table, "number": number, "options": options, "columns_of": heads, "lacking": lacking}
        )
    return {"upload": found, "tables": tables, "sheets": sheets}


@require_POST
@signed_in
def upload_columns(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """The person said which column is which."""
    acting = acting_of(request)
    found = upload_get(acting=acting, upload_id=upload_id)
    tables = found.mapping.get("tables", [])
    chosen = [
        (
            request.POST.get(f"sheet-{number}", ""),
            [request.POST.get(f"column-{number}-{place}", "") for place in range(len(t["heads"]))],
        )
        for number, t in enumerate(tables)
    ]
    try:
        if request.POST.get("do") == "sheet":
            upload_sheets(
                acting=acting, upload_id=upload_id, sheets=[sheet for sheet, _keys in chosen]
            )
        else:
            constants = [_constants(request, number) for number in range(len(tables))]
            found = upload_map(
                acting=acting, upload_id=upload_id, choices=chosen, constants=constants
            )
            _compare(found)
    except ConcordError as error:
        messages.error(request, error.detail or str(error.title))
    return redirect("upload", upload_id=upload_id)


def _constants(request: HttpRequest, number: int) -> dict[str, str]:
    """What the person said of all rows of a table."""
    before = f"all-{number}-"
    return {
        name.removeprefix(before): str(value)
        for name, value in request.POST.items()
        if name.startswith(before)
    }


def _preview(request: HttpRequest, found: Upload) -> dict[str, Any]:
    present = [status for status in ORDER if found.counts.get(status.value)]
    asked = request.GET.get("status", "")
    status = Status(asked) if asked in found.counts else (present[0] if present else Status.SAME)
    start = request.GET.get("from", "0")
    first = int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 0
    rows = upload_rows(upload=found, statuses=[status.value], first=first, count=PAGE + 1)
    ticks = found.mapping.get("ticks", {})
    for row in rows:
        row["is_ticked"] = ticks.get(row["record"], status in WRITES)
    return {
        "tabs": [(s.value, WORDS[s], found.counts[s.value]) for s in present],
        "status": status.value,
        "rows": rows[:PAGE],
        "next": first + PAGE if len(rows) > PAGE else None,
        "unknown": _unknown_words(rows) if status is Status.REFUSED else [],
        "may_choose": status in MAY_WRITE,
        "left_out": found.mapping.get("left_out", []),
    }


def _unknown_words(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Words that no list has, each once, with the codes that it may mean."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        for fault in row["faults"]:
            name = fault["choices"]
            key = (name, fold(fault["value"]))
            if name and key not in found:
                shown = choices(name).shown(language())
                likely = [label for label in fault["likely"] if label in shown.values()]
                found[key] = {
                    "list": name, "word": fault["value"], "column": fault["column"],
                    "likely": likely, "options": sorted(shown.items(), key=lambda o: o[1]),
                    "first": next((c for c, label in shown.items() if label in likely[:1]), ""),
                }  # fmt: skip
    return list(found.values())[:50]


@require_POST
@signed_in
def upload_words(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """The person said which words mean which codes."""
    acting = acting_of(request)
    chosen = {}
    for name, word, code in zip(
        request.POST.getlist("list"), request.POST.getlist("word"), request.POST.getlist("code"),
        strict=False,
    ):  # fmt: skip
        if code:
            chosen[name, word] = code
    found = words_remember(acting=acting, upload_id=upload_id, chosen=chosen)
    _compare(found)
    return redirect("upload", upload_id=upload_id)


@signed_in
def upload_marked(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """The person's own file with its faults marked."""
    acting = acting_of(request)
    found = upload_get(acting=acting, upload_id=upload_id)
    if found.state not in {Upload.State.COMPARED, Upload.State.WRITTEN}:
        raise NotNowError
    response = HttpResponse(workbook_marked(upload=found), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="concord-to-mend.xlsx"'
    return response


@require_POST
@signed_in
def upload_decide(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Write it, throw it away, or undo it."""
    acting = acting_of(request)
    do = request.POST.get("do", "")
    try:
        if look := request.POST.get("look"):
            _choose(request, upload_id)
            here = look if _LOOKS.fullmatch(look) else ""
            return redirect(reverse("upload", args=[upload_id]) + here)
        if do == "drop":
            upload_drop(acting=acting, upload_id=upload_id)
            return redirect("desk")
        if do == "undo":
            _undo(request, upload_id)
        elif do == "confirm":
            _confirm(request, upload_id)
        elif do == "again":
            _enqueue(upload_start_again(acting=acting, upload_id=upload_id))
    except ChangedMeanwhileError:
        messages.error(request, _("Something was changed meanwhile. This is the comparison anew."))
        found = words_remember(acting=acting, upload_id=upload_id, chosen={})
        _compare(found)
    except ConcordError as error:
        messages.error(request, error.detail or str(error.title))
    return redirect("upload", upload_id=upload_id)


def _choose(request: HttpRequest, upload_id: UUID) -> None:
    """Keep the ticks of the page that is left."""
    upload_choose(
        acting=acting_of(request),
        upload_id=upload_id,
        offered=request.POST.getlist("offered"),
        chosen=request.POST.getlist("record"),
    )


def _enqueue(upload: Upload) -> None:
    """Give the worker what it is to do."""
    task = carry_out_upload if upload.state == Upload.State.WRITING else compare_upload
    task.enqueue(str(upload.id))


def _confirm(request: HttpRequest, upload_id: UUID) -> None:
    acting = acting_of(request)
    _choose(request, upload_id)
    found = upload_get(acting=acting, upload_id=upload_id)
    ticks = found.mapping["ticks"]
    kept = {key for key, is_ticked in ticks.items() if is_ticked}
    confirmed = request.POST.get("warnings_confirmed") == "yes"
    without = set(ticks) - kept
    if sum(found.counts.values()) > AT_ONCE:
        _enqueue(
            decision_keep(
                acting=acting, upload_id=upload_id, without=without, also=kept, confirmed=confirmed
            )
        )
        return
    done = upload_confirm(
        acting=acting, upload_id=upload_id, without=without, also=kept, confirmed=confirmed
    )
    count = len(done.written)
    text = ngettext("%(n)d record written.", "%(n)d records written.", count) % {"n": count}
    messages.success(request, text)
    if done.waiting:
        count = len(done.waiting)
        text = ngettext(
            "%(n)d change of what others see waits.",
            "%(n)d changes of what others see wait.",
            count,
        )
        messages.info(request, text % {"n": count})


def _undo(request: HttpRequest, upload_id: UUID) -> None:
    acting = acting_of(request)
    if len(upload_get(acting=acting, upload_id=upload_id).written) > AT_ONCE:
        _enqueue(decision_keep(acting=acting, upload_id=upload_id, undo=True))
        return
    undone = upload_undo(acting=acting, upload_id=upload_id)
    count = undone.restored
    text = ngettext("%(n)d record put back.", "%(n)d records put back.", count) % {"n": count}
    messages.success(request, text)
    if undone.changed_since:
        count = len(undone.changed_since)
        text = ngettext(
            "%(n)d record was changed since and stays as it is.",
            "%(n)d records were changed since and stay as they are.",
            count,
        )
        messages.info(request, text % {"n": count})
