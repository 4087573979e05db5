"""The places of this room: what records say in every revision, and changes of theirs that wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from concord.record.errors import InvalidContentError
from concord.record.kinds import content_type
from concord.record.models import Record, Revision, Waiting
from concord.record.places import Held, Place, holds_nothing, place
from concord.record.services import content_parse
from concord.record.spill import Spill

AT_ONCE = 200


def still_stands(kind: str, before: Mapping[str, Any], rest: Mapping[str, Any]) -> bool:
    """Whether what is left of a content still keeps the rules of its kind.

    What broke a rule before, since it became stricter, may go on breaking it.
    """
    if _keeps_rules(kind, rest):
        return True
    needed = {n for n, info in content_type(kind).model_fields.items() if info.is_required()}
    return bool(rest) and needed <= rest.keys() and not _keeps_rules(kind, before)


def _keeps_rules(kind: str, content: Mapping[str, Any]) -> bool:
    try:
        content_parse(kind=kind, data=content)
    except InvalidContentError:
        return False
    return True


@place
class Revisions(Place):
    """What the records said and say."""

    code = "revisions"
    label = _("Revisions of the record")
    tables = ("record_revision", "record_record")

    def _rows(self, spill: Spill) -> Iterator[Revision]:
        rows = Revision.objects.filter(record_id__in=spill.ids).order_by("number")
        for row in rows.select_related("record").iterator(AT_ONCE):
            if spill.holds(row.content) or self._tells(spill, row.reason):
                yield row

    def _tells(self, spill: Spill, reason: str) -> bool:
        return bool(reason) and (spill.is_whole or spill.says(reason))

    def held(self, spill: Spill) -> Held:
        return Held.of(row.at for row in self._rows(spill))

    def clean(self, spill: Spill) -> None:
        """A revision that cannot be without what goes is emptied, and says that it was."""
        for row in self._rows(spill):
            if spill.holds(row.content):
                rest = spill.rest(row.content)
                stands = still_stands(row.record.kind, row.content, rest)
                row.content = rest if stands else {}
                if not stands and row.operation == Revision.Operation.PUT:
                    row.operation = Revision.Operation.PURGED
            if self._tells(spill, row.reason):
                row.reason = ""
            row.save(update_fields=["content", "operation", "reason"])
        for record in Record.objects.filter(id__in=spill.ids):
            if spill.holds(record.content):
                rest = spill.rest(record.content)
                stands = still_stands(record.kind, record.content, rest)
                record.content = rest if stands else {}
                record.save(update_fields=["content"])


@place
class WaitingChanges(Place):
    """Changes of the records that wait to be let out, and one that would make the record anew."""

    code = "waiting"
    label = _("Changes of the record that wait")
    tables = ("record_waiting",)

    def held(self, spill: Spill) -> Held:
        rows = Waiting.objects.filter(record_id__in=spill.ids)
        return Held.of(rows.values_list("at", flat=True))

    def clean(self, spill: Spill) -> None:
        """They were made from what the record no longer says."""
        Waiting.objects.filter(record_id__in=spill.ids).delete()


holds_nothing(
    ("record_access",), "it says which institution read a record when, and not what it says"
)
holds_nothing(
    ("record_node", "record_head", "record_member", "record_group", "record_gate"),
    "it names installations, institutions and groups, and says nothing of records",
)
holds_nothing(
    ("record_overasked",), "it says that an owner was asked of a record, and not what it says"
)
holds_nothing(("record_told",), "it counts revisions by whom they are told, whatever they say")
holds_nothing(("record_purge",), "it says who removed what under which rule, and never what it was")
holds_nothing(
    ("record_sensitivedecision",),
    "it names a rule and a field, and knows the text by a keyed mark that gives nothing of it",
)
holds_nothing(
    ("secret-key", "issuer-key", "static"),
    "it is a key of the installation, or a file that comes with it",
)
holds_nothing(
    ("concord.sqlite3",), "it is the database itself: its tables are cleaned and it is rewritten"
)
