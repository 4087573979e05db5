"""The places of this room: uploads, what was remembered of them, feeds, exports, pairs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.exchange.exports import export_path
from concord.exchange.feeding.running import STALE
from concord.exchange.keeping import files_drop, tables_of
from concord.exchange.models import (
    Decision,
    Export,
    FeedEntry,
    FeedRaw,
    FeedRun,
    FeedSource,
    Remembered,
    Upload,
)
from concord.record.errors import ConcordError
from concord.record.places import Held, Place, holds_nothing, place
from concord.record.spill import Spill

ABANDONED: Final = 3600
"""Seconds after which a half written file is nobody's any more."""
_STAYS: Final = ("is_pasted", "spoken", "is_read")
"""What is kept of how an upload was understood."""


@place
class Uploads(Place):
    """Uploaded files, their tables and their rows. Bytes cannot be edited: the file goes whole."""

    code = "uploads"
    label = gettext_lazy("Uploads: the file, its tables and its rows")
    tables = ("exchange_upload", "exchange_batch")
    folders = ("uploads",)

    def _rows(self, spill: Spill) -> Iterator[Upload]:
        """Those that wrote the record, whoever brought them, and of the owner's those that say it.

        One that could not be read cannot be looked into: it goes with them.
        """
        for upload in Upload.objects.order_by("made_at"):
            if upload.mapping.get("purged"):
                continue
            if spill.names(upload.written) or (
                upload.institution == spill.owner and self._says(upload, spill)
            ):
                yield upload

    def _says(self, upload: Upload, spill: Spill) -> bool:
        if spill.says([upload.name, upload.mapping, upload.remarks, upload.fault]):
            return True
        for rows, drafts in upload.batches.values_list("rows", "drafts").iterator(1):
            if spill.says([rows, drafts]) or any(str(key) in drafts for key in spill.ids):
                return True
        if upload.state == Upload.State.REFUSED:
            return True
        try:
            tables = tables_of(upload)
        except (OSError, ConcordError):
            return True
        return any(
            spill.says([table.name, *table.columns])
            or any(spill.says([str(v) for v in row.values if v is not None]) for row in table.rows)
            for table in tables
        )

    def held(self, spill: Spill) -> Held:
        return Held.of(upload.made_at for upload in self._rows(spill))

    def clean(self, spill: Spill) -> None:
        """What was written can still be undone: which records and revisions it were stays."""
        for upload in list(self._rows(spill)):
            upload.batches.all().delete()
            upload.name, upload.digest, upload.remarks = _("removed file"), "", []
            upload.mapping = {n: v for n, v in upload.mapping.items() if n in _STAYS}
            upload.mapping["purged"] = True
            upload.fault = _("Its file held what was removed under a rule, and was deleted.")
            if upload.state not in {Upload.State.WRITTEN, Upload.State.UNDONE}:
                upload.state = Upload.State.REFUSED
            upload.save()

    def is_at_work(self, spill: Spill) -> bool:
        return Upload.objects.filter(institution=spill.owner, state__in=Upload.AT_WORK).exists()

    def sweep(self) -> None:
        for key in Upload.objects.filter(mapping__purged=True).values_list("id", flat=True):
            files_drop(key)
        folder = settings.VAR / "uploads"
        for half in folder.glob("*.half") if folder.exists() else ():
            if half.stat().st_mtime < time.time() - ABANDONED:
                half.unlink(missing_ok=True)


@place
class RememberedWords(Place):
    """Heads and words of uploads that the institution chose a meaning for."""

    code = "remembered"
    label = gettext_lazy("Remembered heads and words")
    tables = ("exchange_remembered",)

    def _ids(self, spill: Spill) -> list[int]:
        rows = Remembered.objects.filter(institution=spill.owner)
        return [key for key, *said in rows.values_list("id", "text", "choice") if spill.says(said)]

    def held(self, spill: Spill) -> Held:
        return Held(len(self._ids(spill)))

    def clean(self, spill: Spill) -> None:
        Remembered.objects.filter(id__in=self._ids(spill)).delete()


@place
class Feeds(Place):
    """Items of feeds, the texts as they came, and what runs told of them.

    A feed that brought the record is paused: it would bring it again.
    """

    code = "feeds"
    label = gettext_lazy("Items of feeds, with the texts as they came; their feeds are paused")
    tables = ("exchange_feedentry", "exchange_feedraw", "exchange_feedrun", "exchange_feedsource",
              "exchange_feedgot")  # fmt: skip

    def _entries(self, spill: Spill) -> list[FeedEntry]:
        rows = FeedEntry.objects.filter(
            Q(record_id__in=spill.ids) | Q(source__institution=spill.owner)
        )
        return [e for e in rows.iterator() if e.record_id in spill.ids or self._says(e, spill)]

    def _says(self, entry: FeedEntry, spill: Spill) -> bool:
        return spill.says([entry.key, entry.title, entry.message, entry.said, entry.written])

    def _raws(self, spill: Spill, entries: list[FeedEntry]) -> dict[int, UUID]:
        """The texts that the entries came in, or that say it, each with its feed."""
        came = FeedRaw.objects.filter(
            Q(got__entry__in=entries) | Q(id__in=[e.raw_id for e in entries])
        )
        found = dict(came.values_list("id", "source_id"))
        own = FeedRaw.objects.filter(source__institution=spill.owner)
        texts = own.values_list("id", "source_id", "text").iterator()
        return found | {key: source for key, source, text in texts if spill.says(text)}

    def held(self, spill: Spill) -> Held:
        entries = self._entries(spill)
        raws = self._raws(spill, entries)
        moments = [got.at for entry in entries for got in entry.got.all()]
        since = min([*moments, *(entry.seen_at for entry in entries)], default=None)
        return Held(len(entries) + len(raws), since)

    def clean(self, spill: Spill) -> None:
        entries = self._entries(spill)
        raws = self._raws(spill, entries)
        sources = {entry.source_id for entry in entries} | set(raws.values())
        FeedRaw.objects.filter(id__in=list(raws)).delete()
        for entry in entries:
            self._clean_entry(entry, spill)
        FeedRun.objects.filter(source__in=sources).update(rows=[], faults=[], words=[], failure="")
        for source in FeedSource.objects.filter(id__in=sources):
            if source.state == FeedSource.State.APPROVED:
                source.state, source.next_run_at, source.waits_since = (
                    FeedSource.State.PAUSED, None, None,
                )  # fmt: skip
            source.defaults = {n: v for n, v in source.defaults.items() if not spill.says(v)}
            source.save()

    def _clean_entry(self, entry: FeedEntry, spill: Spill) -> None:
        """A record that is emptied is not made anew: its item is left out from now on."""
        is_whole = spill.is_whole or entry.record_id not in spill.ids
        entry.said = {} if is_whole else spill.rest(entry.said)
        entry.written = {} if is_whole else spill.rest(entry.written)
        entry.message, entry.digest, entry.raw_id = "", "", None
        if is_whole or spill.field == "titles" or spill.says(entry.title):
            entry.title = ""
        if is_whole or spill.field == "when":
            entry.when = ""
        if spill.says(entry.key):
            entry.key = ""
        if spill.is_whole and entry.record_id in spill.ids:
            entry.choice = FeedEntry.Choice.LEFT_OUT
        entry.save()

    def is_at_work(self, spill: Spill) -> bool:
        busy = FeedSource.objects.filter(busy_since__gt=timezone.now() - STALE)
        if busy.filter(institution=spill.owner).exists():
            return True
        return busy.filter(entries__record_id__in=spill.ids).exists()


@place
class Exports(Place):
    """Lists as files: what stands in one cannot be taken out, and it is made again in a minute."""

    code = "exports"
    label = gettext_lazy("Prepared files, which can be prepared again")
    is_derived = True
    tables = ("exchange_export",)
    folders = ("exports",)

    def held(self, spill: Spill) -> Held:
        rows = Export.objects.exclude(state=Export.State.OUTDATED)
        said = [row.made_at for row in Export.objects.all() if spill.says(row.params)]
        return Held.of([*rows.values_list("made_at", flat=True), *said])

    def clean(self, spill: Spill) -> None:
        for row in Export.objects.all():
            if spill.says(row.params):
                row.params = ""
            row.state = Export.State.OUTDATED
            row.save(update_fields=["params", "state"])

    def sweep(self) -> None:
        folder = settings.VAR / "exports"
        ready = Export.objects.exclude(state=Export.State.OUTDATED)
        kept = {export_path(row) for row in ready}
        for path in folder.iterdir() if folder.exists() else ():
            if path not in kept:
                path.unlink(missing_ok=True)


@place
class Pairs(Place):
    """What was said of pairs of records, and pairs that may be one."""

    code = "pairs"
    label = gettext_lazy("Notes on pairs of records")
    tables = ("exchange_decision", "exchange_likelypair")

    def _decisions(self, spill: Spill) -> Iterator[Decision]:
        of_it = Q(first__in=spill.ids) | Q(second__in=spill.ids)
        rows = Decision.objects.filter(of_it | Q(institution=spill.owner)).exclude(note="")
        for row in rows:
            is_of_it = {row.first, row.second} & spill.ids
            if (is_of_it and spill.is_whole) or spill.says(row.note):
                yield row

    def held(self, spill: Spill) -> Held:
        return Held.of(row.at for row in self._decisions(spill))

    def clean(self, spill: Spill) -> None:
        ids = [row.id for row in self._decisions(spill)]
        Decision.objects.filter(id__in=ids).update(note="")


holds_nothing(
    ("exchange_merge", "exchange_heldmerge", "exchange_scan"),
    "it names records and revisions, and says nothing of them",
)
holds_nothing(
    ("exchange_hook", "exchange_delivery"),
    "a web hook is told which records changed, and fetches for itself what they say",
)
