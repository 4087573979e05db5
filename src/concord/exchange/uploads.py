"""Uploads: taken in, their columns and words said, listed, looked at, thrown away."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import PureWindowsPath
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.vocabulary import LANGUAGES
from concord.exchange.comparing import row_shown
from concord.exchange.deciding import NotNowError
from concord.exchange.keeping import file_keep, files_drop, progress_say, tables_keep
from concord.exchange.models import Upload
from concord.exchange.previewing import remember, upload_read
from concord.exchange.reading import Table, file_measure, read_file, read_pasted
from concord.exchange.reading.values import clean_text
from concord.exchange.workbook.choices import choices as word_choices
from concord.exchange.workbook.sheets import RECORDS, SHEETS, sheet_named
from concord.record.errors import NotFoundError

KEPT: Final = dt.timedelta(days=30)
READ_AT_ONCE: Final = 1_000_000
"""Bytes of a file that is read, and compared, while the person waits; larger ones by the worker."""
LISTS_OF_WORDS: Final = frozenset(c.choices for s in SHEETS for c in s.columns if c.choices)


def upload_make(*, acting: Acting, name: str, data: bytes, language: str) -> Upload:
    """Take a file in. Raises ``UnreadableFileError`` at once where nothing can be had from it.

    A large one is only measured here: it is being compared, which ``upload_compare`` does, and what
    is wrong with it is said on its page.
    """
    acting.require(Role.EDITOR)
    if len(data) > READ_AT_ONCE:
        file_measure(data, name=name)
        return _make(acting, name, data, language)
    return _make(acting, name, data, language, read_file(data, name=name))


def upload_paste(*, acting: Acting, text: str, language: str) -> Upload:
    """Take a pasted table in."""
    acting.require(Role.EDITOR)
    tables = read_pasted(text)
    name = _("pasted table")
    return _make(acting, name, text.encode(), language, tables, is_pasted=True)


def _make(
    acting: Acting,
    name: str,
    data: bytes,
    language: str,
    tables: list[Table] | None = None,
    *,
    is_pasted: bool = False,
) -> Upload:
    upload = Upload(
        institution=acting.institution,
        person=acting.person,
        name=clean_text(PureWindowsPath(name).name)[:200] or _("table"),
        digest=hashlib.sha256(data).hexdigest(),
        language=language,
        mapping={"is_pasted": is_pasted, "spoken": get_language()},
    )
    file_keep(upload.id, data)
    progress_say(upload.id, 0, 0)
    if tables is None:
        upload.save()
    else:
        tables_keep(upload.id, tables)
        upload_read(upload, tables)
    return upload


def upload_choose(
    *, acting: Acting, upload_id: UUID, offered: Collection[str], chosen: Collection[str]
) -> None:
    """Keep which of the rows on one page are to be written, until the whole is decided on."""
    acting.require(Role.EDITOR)
    with transaction.atomic():
        rows = Upload.objects.select_for_update()
        upload = rows.filter(id=upload_id, institution=acting.institution).first()
        if upload is None:
            raise NotFoundError
        if upload.state != Upload.State.COMPARED:
            raise NotNowError
        ticks = dict.fromkeys(offered, False) | dict.fromkeys(chosen, True)
        upload.mapping["ticks"] = upload.mapping.get("ticks", {}) | ticks
        upload.save(update_fields=["mapping"])


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
            remember(acting.institution, sheet_name, head, key)
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
            remember(acting.institution, name, word, code)
    upload.state = Upload.State.COMPARING
    upload.save(update_fields=["state"])
    return upload


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


def upload_drop(*, acting: Acting, upload_id: UUID) -> None:
    """Throw an upload away that was not written."""
    acting.require(Role.EDITOR)
    upload = upload_get(acting=acting, upload_id=upload_id)
    if upload.state in {Upload.State.WRITTEN, Upload.State.UNDONE, Upload.State.WRITING}:
        raise NotNowError
    files_drop(upload.id)
    upload.delete()


def uploads_forget(*, before: dt.datetime | None = None) -> int:
    """Delete uploads with their files and previews once they are 30 days old."""
    old = Upload.objects.filter(made_at__lt=before or timezone.now() - KEPT)
    count = 0
    for upload in old:
        files_drop(upload.id)
        upload.delete()
        count += 1
    return count
