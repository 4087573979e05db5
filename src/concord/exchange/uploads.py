"""From an upload to revisions: understood, compared, decided, written, undone."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import Viewer, member_of
from concord.core.vocabulary import LANGUAGES
from concord.core.vocabulary.folding import fold
from concord.exchange.comparing import Comparison, GivenSheet, Status, row_shown
from concord.exchange.duplicates import rows_told_apart
from concord.exchange.models import Batch, Remembered, Upload
from concord.exchange.reading import Remark, Table, read_file, read_pasted
from concord.exchange.understanding import (
    columns_guess,
    given_sheet,
    sheet_guess,
    unknown_columns,
    workbook_language,
    workbook_sheets,
)
from concord.exchange.workbook.cells import Sense
from concord.exchange.workbook.choices import choices as word_choices
from concord.exchange.workbook.names import Names
from concord.exchange.workbook.sheets import RECORDS, SHEETS, sheet_named
from concord.exchange.workbook.writing import LISTS, META
from concord.record.checking import rules_digest
from concord.record.content import Content, StoredContent
from concord.record.errors import ConcordError, NotFoundError
from concord.record.history import revisions_undo
from concord.record.publishing import Written, revisions_write_or_hold, waiting_drop_of
from concord.record.services import Draft, content_parse, content_stored

CHUNK: Final = 2_000
"""Drafts that are held in memory at a time; all of them are written in one transaction."""
KEPT: Final = dt.timedelta(days=30)
LISTS_OF_WORDS: Final = frozenset(c.choices for s in SHEETS for c in s.columns if c.choices)
WRITES: Final = (Status.NEW, Status.CHANGED)
"""What is written where nobody chose otherwise."""
MAY_WRITE: Final = (*WRITES, Status.CONFLICT, Status.DOUBTFUL)


class NotNowError(ConcordError):
    """The upload is not in a state in which this can be done."""

    code = "not-now"
    status = 409
    title = gettext_lazy("This cannot be done with the upload as it is now.")


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an upload did: how many records went back, and which were changed since."""

    restored: int
    changed_since: list[UUID]


def upload_make(*, acting: Acting, name: str, data: bytes, language: str) -> Upload:
    """Take a file in. Raises ``UnreadableFileError`` at once where nothing can be had from it."""
    acting.require(Role.EDITOR)
    tables = read_file(data, name=name)
    return _make(acting, name, data, language, tables)


def upload_paste(*, acting: Acting, text: str, language: str) -> Upload:
    """Take a pasted table in."""
    acting.require(Role.EDITOR)
    tables = read_pasted(text)
    return _make(acting, _("pasted table"), text.encode(), language, tables, is_pasted=True)


def _make(
    acting: Acting,
    name: str,
    data: bytes,
    language: str,
    tables: Sequence[Table],
    *,
    is_pasted: bool = False,
) -> Upload:
    own = workbook_language(tables, acting.institution)
    upload = Upload.objects.create(
        institution=acting.institution,
        person=acting.person,
        name=Path(name).name[:200],
        digest=hashlib.sha256(data).hexdigest(),
        language=own or language,
        is_workbook=own is not None,
        state=Upload.State.COMPARING if own else Upload.State.MAPPING,
        remarks=[_remark(table, remark) for table in _shown(tables) for remark in table.remarks],
        mapping={"is_pasted": is_pasted},
    )
    path = _path(upload.id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)  # what an institution keeps to itself is nobody else's to read
    path.write_bytes(data)
    if own is None:
        upload.mapping |= {"tables": _guessed(acting.institution, tables)}
        upload.save(update_fields=["mapping"])
    return upload


def _remark(table: Table, remark: Remark) -> dict[str, Any]:
    return {"table": table.name, "row": remark.row, "column": remark.column, "text": remark.text}


def _shown(tables: Sequence[Table]) -> list[Table]:
    return [table for table in tables if table.name not in {META, LISTS} and table.rows]


def _path(upload: UUID) -> Path:
    folder: Path = settings.VAR / "uploads"
    return folder / str(upload)


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


def upload_map(
    *,
    acting: Acting,
    upload_id: UUID,
    choices: Sequence[tuple[str, Sequence[str]]],
    constants: Sequence[Mapping[str, str]] = (),
) -> Upload:
    """Say of each table which sheet it is and which column each of its heads is; remember it.

    An empty sheet leaves a table out, an empty column leaves a head out. ``constants`` give, for
    each table, what all of its rows say in columns that it has no head for.
    """
    acting.require(Role.EDITOR)
    upload = upload_get(acting=acting, upload_id=upload_id)
    if upload.is_workbook or upload.state not in {Upload.State.MAPPING, Upload.State.COMPARED}:
        raise NotNowError
    tables = upload.mapping["tables"]
    if len(choices) != len(tables):
        raise NotNowError
    for table, (sheet_name, keys) in zip(tables, choices, strict=True):
        _require_columns(sheet_name, keys)
        doubled = [key for key, n in Counter(filter(None, keys)).items() if n > 1]
        if doubled or (sheet_name and len(keys) != len(table["heads"])):
            message = _("Two heads are taken for the same column: %(names)s")
            raise NotNowError(message % {"names": ", ".join(doubled)})
        table["sheet"], table["columns"] = sheet_name, list(keys)
        table["constants"] = {}
        for head, key in zip(table["heads"], keys, strict=False):
            _remember(acting.institution, sheet_name, head, key)
    for table, given in zip(tables, constants, strict=False):
        known = _columns_of(table["sheet"])
        table["constants"] = {
            name: value
            for name, value in given.items()
            if value and name in known and name not in table["columns"]
        }
    upload.state = Upload.State.COMPARING
    upload.save(update_fields=["mapping", "state"])
    return upload


def upload_sheets(*, acting: Acting, upload_id: UUID, sheets: Sequence[str]) -> Upload:
    """Say of each table which sheet it is; columns that the sheet lacks are left out."""
    acting.require(Role.EDITOR)
    upload = upload_get(acting=acting, upload_id=upload_id)
    tables = upload.mapping.get("tables", [])
    is_open = upload.state in {Upload.State.MAPPING, Upload.State.COMPARED}
    if not is_open or len(sheets) != len(tables):
        raise NotNowError
    for table, name in zip(tables, sheets, strict=True):
        _require_columns(name, [])
        known = _columns_of(name)
        table["sheet"] = name
        table["columns"] = [k if k.partition("[")[0] in known else "" for k in table["columns"]]
    upload.save(update_fields=["mapping"])
    return upload


def _columns_of(sheet: str) -> set[str]:
    return {column.name for column in sheet_named(sheet).columns} if sheet else set()


def _require_columns(sheet: str, keys: Sequence[str]) -> None:
    """Refuse sheets, columns and languages that there are not."""
    if sheet and sheet not in {known.name for known in RECORDS}:
        raise NotNowError(sheet)
    known = _columns_of(sheet)
    for key in filter(None, keys):
        name, bracket, rest = key.partition("[")
        if name not in known or (bracket and rest.removesuffix("]") not in LANGUAGES):
            raise NotNowError(key)
        if sheet_named(sheet).column(name).by_language != bool(bracket):
            raise NotNowError(key)


def _remember(institution: UUID, subject: str, text: str, choice: str) -> None:
    if subject and text:
        Remembered.objects.update_or_create(
            institution=institution, subject=subject, text=fold(text)[:300],
            defaults={"choice": choice},
        )  # fmt: skip


def words_remember(
    *, acting: Acting, upload_id: UUID, chosen: Mapping[tuple[str, str], str]
) -> Upload:
    """Remember which code of a list a word means, and have the upload compared again."""
    acting.require(Role.EDITOR)
    upload = upload_get(acting=acting, upload_id=upload_id)
    if upload.state != Upload.State.COMPARED:
        raise NotNowError
    for (name, word), code in chosen.items():
        if name in LISTS_OF_WORDS and code in word_choices(name).shown("en"):
            _remember(acting.institution, name, word, code)
    upload.state = Upload.State.COMPARING
    upload.save(update_fields=["state"])
    return upload


def upload_compare(*, upload_id: UUID) -> Upload:
    """Compare an upload three ways and keep what each row would do. Run by the worker."""
    upload = Upload.objects.get(id=upload_id)
    if upload.state != Upload.State.COMPARING:
        return upload
    viewer = member_of(upload.institution)
    try:
        sheets = _understood(upload)
        _compare(upload, viewer, sheets)
    except ConcordError as error:
        _refuse(upload, error.detail or str(error.title))
    except Exception:  # whatever it is, the page must not wait for ever
        logging.getLogger("concord.exchange").exception("upload %s", upload.id)
        _refuse(upload, _("Something in the file is not understood. Please tell the operator."))
    return upload


def _refuse(upload: Upload, fault: str) -> None:
    upload.state, upload.fault = Upload.State.REFUSED, fault
    upload.save(update_fields=["state", "fault"])


def upload_bytes(upload: Upload) -> bytes:
    """What was uploaded, as it came."""
    return _path(upload.id).read_bytes()


def tables_of(upload: Upload) -> list[Table]:
    """The tables of an upload, read again."""
    data = upload_bytes(upload)
    is_pasted = upload.mapping.get("is_pasted")
    return read_pasted(data.decode()) if is_pasted else read_file(data, name=upload.name)


def _understood(upload: Upload) -> list[GivenSheet]:
    tables = tables_of(upload)
    if upload.is_workbook:
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


def _compare(upload: Upload, viewer: Viewer, sheets: Sequence[GivenSheet]) -> None:
    remembered = {
        (row.subject, row.text): row.choice
        for row in Remembered.objects.filter(institution=upload.institution)
    }
    sense = Sense(Names(viewer, upload.language), remembered=remembered)
    comparison = Comparison(
        viewer=viewer, institution=upload.institution, sheets=sheets, sense=sense
    )
    upload.mapping |= {"heads": comparison.heads, "rules": rules_digest()}
    counts: Counter[str] = Counter()
    with transaction.atomic():
        upload.batches.all().delete()
        for number, batch in enumerate(comparison.batches()):
            here = Counter(row.status.value for row in batch.rows)
            counts += here
            rows = [row.as_json() for row in batch.rows]
            Batch.objects.create(
                upload=upload, number=number, counts=dict(here), rows=rows, drafts=batch.drafts
            )
        upload.counts, upload.state = dict(counts), Upload.State.COMPARED
        upload.save(update_fields=["counts", "state", "mapping"])


def upload_get(*, acting: Acting, upload_id: UUID) -> Upload:
    """An upload of the institution; raises ``NotFoundError``."""
    upload = Upload.objects.filter(id=upload_id, institution=acting.institution).first()
    if upload is None:
        raise NotFoundError
    return upload


def upload_list(*, acting: Acting) -> list[Upload]:
    """The institution's uploads, newest first."""
    rows = Upload.objects.filter(institution=acting.institution).order_by("-made_at")
    return list(rows[:20])


def upload_rows(
    *, upload: Upload, statuses: Collection[str], first: int = 0, count: int = 100
) -> list[dict[str, Any]]:
    """Compared rows of certain statuses; only batches that hold some of them are read."""
    found: list[dict[str, Any]] = []
    passed = 0
    for number, counts in upload.batches.order_by("number").values_list("number", "counts"):
        here = sum(counts.get(status, 0) for status in statuses)
        if passed + here <= first or not here:
            passed += here
            continue
        rows = upload.batches.get(number=number).rows
        heads = upload.mapping.get("heads", {})
        fitting = [row_shown(row, heads) for row in rows if row["status"] in statuses]
        found += fitting[max(0, first - passed) :]
        passed += here
        if len(found) >= count:
            break
    return found[:count]


def upload_confirm(
    *, acting: Acting, upload_id: UUID, without: Collection[str] = (), also: Collection[str] = ()
) -> Written:
    """Write what was compared, in one transaction.

    ``without`` names records to be left out; ``also`` those with a conflict, or doubtful, that are
    to be written as uploaded. Raises ``ChangedMeanwhileError`` where a record was changed since
    the comparison: compare again.
    """
    actor = acting.require(Role.EDITOR)
    with transaction.atomic():
        upload = (
            Upload.objects.select_for_update()
            .filter(id=upload_id, institution=acting.institution, state=Upload.State.COMPARED)
            .first()
        )
        if upload is None:
            raise NotNowError
        drafts = _drafts(upload, set(without), set(also))
        reason = _("from %(name)s") % {"name": upload.name}
        done = Written([], [])
        revisions: dict[UUID, int] = {}
        while some := list(islice(drafts, CHUNK)):
            part = revisions_write_or_hold(actor=actor, drafts=some, via="workbook", reason=reason)
            done.written.extend(part.written)
            done.waiting.extend(part.waiting)
            revisions |= {draft.record_id: (draft.made_from or 0) + 1 for draft in some}
        if also:
            rows_told_apart(acting=acting, rows=_told_apart(upload, set(also) - set(without)))
        upload.written = [[str(key), revisions[key]] for key in done.written]
        upload.mapping["waiting"] = [str(key) for key in done.waiting]
        upload.state, upload.written_at = Upload.State.WRITTEN, timezone.now()
        upload.save(update_fields=["written", "state", "written_at", "mapping"])
        upload.batches.update(drafts={})
    return done


def _drafts(upload: Upload, without: set[str], also: set[str]) -> Iterator[Draft]:
    is_checked = upload.mapping.get("rules") == rules_digest()
    content: Content | StoredContent
    absent: set[str] = set()
    """New records that are not written: what names one of them cannot be written either."""
    for batch in upload.batches.order_by("number").iterator(chunk_size=4):
        worst = _worst(batch.rows)
        absent |= {key for key, status in worst.items() if status is Status.REFUSED}
        for key, draft in batch.drafts.items():
            is_chosen = key not in without and (worst[key] in WRITES or key in also)
            if not is_chosen or draft["content"].get("course") in absent:
                if not draft["made_from"]:
                    absent.add(key)
                continue
            if is_checked:
                content = content_stored(kind=draft["kind"], data=draft["content"])
            else:
                content = content_parse(kind=draft["kind"], data=draft["content"])
            yield Draft(content, UUID(key), made_from=draft["made_from"])


def _told_apart(
    upload: Upload, chosen: set[str]
) -> Iterator[tuple[str, dict[str, Any], UUID, UUID]]:
    """New records that were written although they are like another: kind, content and both ids."""
    for batch in upload.batches.order_by("number").iterator(chunk_size=4):
        for row in batch.rows:
            draft = batch.drafts.get(row["record"])
            if draft and row.get("like") and row["record"] in chosen:
                yield draft["kind"], draft["content"], UUID(row["record"]), UUID(row["like"])


def _worst(rows: Sequence[Mapping[str, Any]]) -> dict[str, Status]:
    """The status of each record: that of its row which most needs a decision."""
    order = [Status.NOT_YOURS, Status.SAME, Status.CHANGED, Status.NEW, Status.DOUBTFUL,
             Status.CONFLICT, Status.REFUSED]  # fmt: skip
    found: dict[str, Status] = {}
    for row in rows:
        status = Status(row["status"])
        found[row["record"]] = max(found.get(row["record"], status), status, key=order.index)
    return found


def upload_undo(*, acting: Acting, upload_id: UUID) -> Undone:
    """Put back what an upload wrote, by new revisions; leave, and list, what was changed since."""
    actor = acting.require(Role.EDITOR)
    with transaction.atomic():
        upload = (
            Upload.objects.select_for_update()
            .filter(id=upload_id, institution=acting.institution, state=Upload.State.WRITTEN)
            .first()
        )
        if upload is None:
            raise NotNowError
        written = {UUID(key): number for key, number in upload.written}
        reason = _("undoing %(name)s") % {"name": upload.name}
        left = revisions_undo(actor=actor, revisions=written, via="undo", reason=reason)
        waiting = [UUID(key) for key in upload.mapping.get("waiting", ())]
        waiting_drop_of(institution=acting.institution, records=waiting)
        upload.state = Upload.State.UNDONE
        upload.save(update_fields=["state"])
    return Undone(len(written) - len(left), left)


def upload_drop(*, acting: Acting, upload_id: UUID) -> None:
    """Throw an upload away that was not written."""
    acting.require(Role.EDITOR)
    upload = upload_get(acting=acting, upload_id=upload_id)
    if upload.state in {Upload.State.WRITTEN, Upload.State.UNDONE}:
        raise NotNowError
    _path(upload.id).unlink(missing_ok=True)
    upload.delete()


def uploads_forget(*, before: dt.datetime | None = None) -> int:
    """Delete uploads with their files and previews once they are 30 days old."""
    old = Upload.objects.filter(made_at__lt=before or timezone.now() - KEPT)
    count = 0
    for upload in old:
        _path(upload.id).unlink(missing_ok=True)
        upload.delete()
        count += 1
    return count
