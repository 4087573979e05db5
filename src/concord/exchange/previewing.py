"""An upload compared with what is there: what each row would do. Nothing of it is written yet."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from concord.core.vocabulary.folding import fold
from concord.exchange.comparing import Comparison, GivenSheet
from concord.exchange.keeping import progress_say, tables_of, unsearched
from concord.exchange.models import Batch, Remembered, Upload
from concord.exchange.owntable import is_own_table, own_left_out, own_sheets
from concord.exchange.reading import Remark, Table
from concord.exchange.understanding import (
    columns_guess,
    given_sheet,
    sheet_guess,
    unknown_columns,
    workbook_language,
    workbook_sheets,
    workbook_unknown,
)
from concord.exchange.workbook.cells import Sense
from concord.exchange.workbook.names import Names
from concord.exchange.workbook.sheets import sheet_named
from concord.exchange.workbook.writing import LISTS, META
from concord.record.audiences import viewer_as
from concord.record.checking import rules_digest
from concord.record.errors import ConcordError

OURS: Final = frozenset({META, LISTS})


def upload_read(upload: Upload, tables: Sequence[Table]) -> None:
    """Tell our own workbook from other tables; of those guess what their columns are."""
    is_table = is_own_table(tables)
    own = upload.language if is_table else workbook_language(tables, upload.institution)
    upload.is_workbook = own is not None
    upload.remarks = [
        _remark(table, remark)
        for table in _shown(tables)
        for remark in table.remarks
        if not (upload.is_workbook and remark.code == "hidden-columns")  # we hid them
    ]
    if own is not None:
        upload.language, upload.state = own, Upload.State.COMPARING
    else:
        upload.state = Upload.State.MAPPING
        upload.mapping |= {"tables": _guessed(upload.institution, tables)}
    upload.mapping |= {"is_read": True, "is_own_table": is_table}
    upload.save()


def _remark(table: Table, remark: Remark) -> dict[str, Any]:
    return {"table": table.name, "row": remark.row, "column": remark.column, "text": remark.text}


def _shown(tables: Sequence[Table]) -> list[Table]:
    return [table for table in tables if table.name not in OURS and table.rows]


def _guessed(institution: UUID, tables: Sequence[Table]) -> list[dict[str, Any]]:
    """For each table what it and its columns are likest to."""
    found = []
    for table in _shown(tables):
        sheet = sheet_guess(table)
        guesses = columns_guess(table, sheet, remembered_get(institution, sheet.name))
        keys = [guess.column if guess else "" for guess in guesses]
        sure = [guess.likeness if guess else 0 for guess in guesses]
        found.append(
            {
                "name": table.name, "sheet": sheet.name, "heads": list(table.columns),
                "columns": keys, "likeness": sure, "rows": len(table.rows),
                "constants": {"activity_kind": "course_run"} if sheet.name == "activities" else {},
                "examples": [[_example(table, place)] for place in range(len(table.columns))],
            }
        )  # fmt: skip
    return found


def _example(table: Table, place: int) -> str:
    return next((str(r.values[place])[:80] for r in table.rows if r.values[place] is not None), "")


def remembered_get(institution: UUID, subject: str) -> dict[str, str]:
    """What the institution chose before for a sheet's heads or a list's words, by folded text."""
    rows = Remembered.objects.filter(institution=institution, subject=subject)
    return dict(rows.values_list("text", "choice"))


def remember(institution: UUID, subject: str, text: str, choice: str) -> None:
    """Keep what the institution chose for a head or a word."""
    if subject and text:
        Remembered.objects.update_or_create(
            institution=institution, subject=subject, text=fold(text)[:300],
            defaults={"choice": choice},
        )  # fmt: skip


def upload_compare(*, upload_id: UUID) -> Upload:
    """Compare an upload three ways and keep what each row would do; read it first if need be.

    Run by the worker for large ones. However it ends, the page does not wait for ever.
    """
    upload = Upload.objects.get(id=upload_id)
    if upload.state != Upload.State.COMPARING:
        return upload
    try:
        with translation.override(upload.mapping.get("spoken")), unsearched():
            progress_say(upload.id, 0, 0)
            _read_and_compare(upload)
    except ConcordError as error:
        _refuse(upload, error.detail or str(error.title))
    except Exception:
        logging.getLogger("concord.exchange").exception("upload %s", upload.id)
        _refuse(upload, _("Something in the file is not understood. Please tell the operator."))
    return upload


def _read_and_compare(upload: Upload) -> None:
    tables = tables_of(upload)
    if not upload.mapping.get("is_read"):
        upload_read(upload, tables)
    if upload.state == Upload.State.COMPARING:
        sheets = _understood(upload, tables)
        del tables
        _compare(upload, sheets)


def _refuse(upload: Upload, fault: str) -> None:
    upload.state, upload.fault = Upload.State.REFUSED, fault
    upload.save(update_fields=["state", "fault"])


def _understood(upload: Upload, tables: Sequence[Table]) -> list[GivenSheet]:
    if upload.mapping.get("is_own_table"):
        upload.mapping["left_out"] = own_left_out(tables[0])
        viewer = viewer_as(upload.institution)
        return own_sheets(
            tables[0], viewer=viewer, institution=upload.institution,
            sense=Sense(Names(viewer, upload.language)),
        )  # fmt: skip
    if upload.is_workbook:
        upload.mapping["left_out"] = workbook_unknown(tables, upload.language)
        return workbook_sheets(tables)
    found, left_out = [], []
    for table, chosen in zip(_shown(tables), upload.mapping["tables"], strict=True):
        if not chosen["sheet"]:
            continue
        sheet = sheet_named(chosen["sheet"])
        constants = chosen.get("constants", {})
        found.append(given_sheet(table, sheet, chosen["columns"], constants))
        left_out += unknown_columns(table, chosen["columns"])
    upload.mapping["left_out"] = left_out
    return found


def _compare(upload: Upload, sheets: Sequence[GivenSheet]) -> None:
    """Batch by batch, each kept at once: nobody else's writing waits for the whole."""
    viewer = viewer_as(upload.institution)
    remembered = {
        (row.subject, row.text): row.choice
        for row in Remembered.objects.filter(institution=upload.institution)
    }
    sense = Sense(Names(viewer, upload.language), remembered=remembered)
    total = sum(len(given.rows) for given in sheets)
    comparison = Comparison(
        viewer=viewer, institution=upload.institution, sheets=sheets, sense=sense
    )
    counts: Counter[str] = Counter()
    warned = 0
    upload.batches.all().delete()
    for number, batch in enumerate(comparison.batches()):
        here = Counter(row.status.value for row in batch.rows)
        counts += here
        warned += sum(row.is_warned for row in batch.rows)
        rows = [row.as_json() for row in batch.rows]
        Batch.objects.create(
            upload=upload, number=number, counts=dict(here), rows=rows, drafts=batch.drafts
        )
        progress_say(upload.id, counts.total(), total)
    upload.mapping |= {"heads": comparison.heads, "rules": rules_digest(), "ticks": {}}
    upload.mapping["warned"] = warned
    upload.counts, upload.state, upload.fault = dict(counts), Upload.State.COMPARED, ""
    upload.save(update_fields=["counts", "state", "mapping", "fault"])
