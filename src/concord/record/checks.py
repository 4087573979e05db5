"""The register's own invariants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, F, Max
from django.utils.translation import gettext as _

from concord.record.errors import InvalidContentError
from concord.record.kinds import content_type
from concord.record.models import Head, Record, Revision
from concord.record.services import content_parse


@dataclass(frozen=True, slots=True)
class BrokenInvariant:
    """What does not hold, where, and how to mend it."""

    where: str
    what: str
    mend: str


def register_check() -> Iterator[BrokenInvariant]:
    """Every fault that the database has; none when all is well."""
    yield from _head()
    yield from _numbers()
    yield from _contents()


def _head() -> Iterator[BrokenInvariant]:
    last = Revision.objects.aggregate(last=Max("number"))["last"] or 0
    head = Head.objects.filter(id=1).values_list("number", flat=True).first() or 0
    if last != head:
        yield BrokenInvariant(
            "head",
            _("the last revision is %(last)d, the head says %(head)d.")
            % {"last": last, "head": head},
            _("restore the last backup; the database was changed from outside."),
        )


def _numbers() -> Iterator[BrokenInvariant]:
    counted = Record.objects.annotate(held=Count("revisions"), last=Max("revisions__number"))
    broken = counted.exclude(held=F("revision_number"), last=F("changed_in"))
    for record in broken.iterator():
        yield BrokenInvariant(
            f"{record.kind} {record.id}",
            _("its revisions have a hole, or its newest is not the one that it shows."),
            _("restore the last backup; the database was changed from outside."),
        )


def _contents() -> Iterator[BrokenInvariant]:
    newest = {
        r.number: r
        for r in Revision.objects.filter(number__in=Record.objects.values("changed_in")).iterator()
    }
    kinds = dict(Record.objects.values_list("id", "kind"))
    for record in Record.objects.iterator():
        where = f"{record.kind} {record.id}"
        revision = newest.get(record.changed_in)
        said = content_type(record.kind).as_said_today(revision.content) if revision else None
        if revision is not None and said != record.content:
            yield BrokenInvariant(
                where,
                _("what it shows is not what its newest revision says."),
                _("write a revision of it again from its history."),
            )
        if record.is_removed and not record.content:  # all of it was removed under a rule
            continue
        try:
            content = content_parse(kind=record.kind, data=record.content)
        except InvalidContentError as error:
            faults = "; ".join(f"{name}: {fault}" for name, fault in error.fields.items())
            yield BrokenInvariant(where, faults, _("correct these fields in a new revision."))
            continue
        for path, target, fitting in content.references():
            if kinds.get(target) not in fitting:
                yield BrokenInvariant(
                    where,
                    _("%(path)s names %(id)s, which is not there.") % {"path": path, "id": target},
                    _("name another record there in a new revision."),
                )
