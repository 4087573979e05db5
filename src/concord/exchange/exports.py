"""Lists as workbooks: small ones at once, large ones by the worker, with progress."""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from concord.core.disclosure import Viewer, viewer_of_key
from concord.exchange.models import Export
from concord.exchange.workbook.exporting import records_write
from concord.record.access import Reading, access_keep, reading
from concord.record.errors import ConcordError, NotFoundError
from concord.record.models import Access
from concord.record.selectors import RecordView, register_number
from concord.record.vanishing import was_withdrawn
from concord.register.listings import LISTINGS, Listing, as_of

MOST_AT_ONCE: Final = 2_000
"""Records in a file that a page waits for; a larger one is made by the worker."""
KEPT: Final = dt.timedelta(days=30)
PATIENCE: Final = dt.timedelta(hours=1)
"""After so long an export that is still not ready never will be."""
MOST_WAITING: Final = 20
"""Exports that may wait at a time for readers who see the same."""
IN_MEMORY: Final = 2_000_000


class TooManyExportsError(ConcordError):
    """So many exports are being made already that another has to wait."""

    code = "too-many-exports"
    status = 429
    title = _("Many files are being prepared just now. Try again in a few minutes.")


def listing_named(name: str) -> Listing:
    """The list of that name; raises ``NotFoundError`` with the names that there are."""
    if name not in LISTINGS:
        raise NotFoundError(", ".join(LISTINGS))
    return LISTINGS[name]


def list_workbook(
    *, viewer: Viewer, listing: Listing, params: QueryDict, language: str
) -> IO[bytes] | None:
    """A list with its filter as a workbook; None where it is too large to be waited for."""
    ids = listing.ids(viewer, params)
    if len(ids) > MOST_AT_ONCE:
        return None
    target = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the caller closes it
    records_write(
        target, viewer=viewer, batches=as_of(viewer, params).batches(ids), kinds=listing.kinds,
        language=language,
    )  # fmt: skip
    target.seek(0)
    return target


def record_workbook(*, viewer: Viewer, record: RecordView, language: str) -> IO[bytes]:
    """One record as a workbook."""
    target = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the caller closes it
    records_write(target, viewer=viewer, batches=[[record]], kinds=[record.kind], language=language)
    target.seek(0)
    return target


def export_ask(*, viewer: Viewer, listing: str, params: QueryDict, language: str) -> Export:
    """Ask for a list as a file; the same question about the same register is asked once.

    Raises ``NotFoundError`` for an unknown list, ``InvalidQueryError`` for a filter that makes no
    sense, ``TooManyExportsError``.
    """
    total = len(listing_named(listing).ids(viewer, params))
    question: Mapping[str, str | int] = {
        "listing": listing, "params": params.urlencode(), "language": language,
        "audiences": viewer.key, "register_number": register_number(),
    }  # fmt: skip
    waiting = Export.objects.filter(
        state=Export.State.WAITING, made_at__gt=timezone.now() - PATIENCE
    )
    same = Export.objects.filter(**question)
    found = same.filter(state=Export.State.READY).first() or waiting.filter(**question).first()
    if found:
        return found
    if waiting.filter(audiences=viewer.key).count() >= MOST_WAITING:
        raise TooManyExportsError
    return Export.objects.create(**question, total=total)


def export_get(*, viewer: Viewer, export_id: UUID) -> Export:
    """An export, for whoever may see all that it was made of; raises ``NotFoundError``."""
    export = Export.objects.filter(id=export_id).first()
    if export is None or not viewer_of_key(export.audiences).audiences <= viewer.audiences:
        raise NotFoundError
    if was_withdrawn(viewer=viewer_of_key(export.audiences), since=export.register_number):
        export.state = Export.State.OUTDATED
    is_late = export.made_at < timezone.now() - PATIENCE
    if export.state == Export.State.WAITING and is_late:
        export.state = Export.State.FAILED
    return export


def export_path(export: Export) -> Path:
    """Where the file of an export lies."""
    folder: Path = settings.VAR / "exports"
    return folder / f"{export.id}.xlsx"


def export_run(*, export_id: UUID) -> Export:
    """Make the file of an export. Run by the worker."""
    export = Export.objects.get(id=export_id)
    if export.state != Export.State.WAITING:
        return export
    path = export_path(export)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)  # what an institution keeps to itself is nobody else's to read
    viewer, listing = viewer_of_key(export.audiences), LISTINGS[export.listing]
    params = QueryDict(export.params)
    try:
        ids = listing.ids(viewer, params)
        Export.objects.filter(id=export.id).update(total=len(ids))
        with reading(Reading()) as found:
            records_write(
                str(path), viewer=viewer, batches=as_of(viewer, params).batches(ids),
                kinds=listing.kinds, language=export.language,
                progress=lambda done: _note(export, done),
            )  # fmt: skip
        access_keep(found=found, way=Access.Way.FILE)
        made = Export.objects.filter(id=export.id, state=Export.State.WAITING)
        if not made.update(state=Export.State.READY):  # it holds what was removed meanwhile
            path.unlink(missing_ok=True)
        export.refresh_from_db()
    except Exception:  # whatever it is, the page must not wait for ever
        logging.getLogger("concord.exchange").exception("export %s", export.id)
        path.unlink(missing_ok=True)
        export.state = Export.State.FAILED
        export.save(update_fields=["state"])
    return export


def _note(export: Export, done: int) -> None:
    Export.objects.filter(id=export.id).update(done=done)


def exports_forget(*, before: dt.datetime | None = None) -> int:
    """Delete exports with their files once they are 30 days old."""
    count = 0
    for export in Export.objects.filter(made_at__lt=before or timezone.now() - KEPT):
        export_path(export).unlink(missing_ok=True)
        export.delete()
        count += 1
    return count
