"""What happened becomes deliveries: where a hook stands and what it is sent change together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from concord.exchange.models import Delivery, Hook
from concord.record.audiences import viewer_as
from concord.record.happening import Happening, happenings_after
from concord.record.publishing import waiting_for_institution

TOGETHER: Final = 100
"""Records named in one delivery."""
MOST_WAITING: Final = 50
"""Deliveries of a hook that wait; it is followed further when they are fewer."""


def hooks_follow() -> None:
    """Bring every active hook up to the newest revision, or as far as its deliveries may wait."""
    for hook_id in Hook.objects.filter(state=Hook.State.ACTIVE).values_list("id", flat=True):
        while hook_follow(hook_id=hook_id):
            pass


def hook_follow(*, hook_id: UUID) -> bool:
    """One stretch of revisions for one hook; whether there may be more."""
    with transaction.atomic():
        hook = Hook.objects.select_for_update().filter(id=hook_id, state=Hook.State.ACTIVE).first()
        if hook is None:
            return False
        waiting = hook.deliveries.filter(state=Delivery.State.WAITING).count()
        if waiting >= MOST_WAITING:
            return False
        happened = happenings_after(viewer=viewer_as(hook.institution), number=hook.position)
        is_more = happened.until > hook.position
        records = [_record(h, hook) for h in happened.seen if _is_wanted(h, hook)]
        decided = [
            _decided(h.record_id, h.kind, "cleared")
            for h in happened.seen
            if h.cleared_state and h.owner == hook.institution
        ]
        deliveries_add(hook, "records.changed", "records", records)
        if Hook.Watch.CLEARANCE in hook.watches:
            deliveries_add(hook, "clearance.decided", "changes", [*decided, *_returned(hook)])
        hook.position = happened.until
        hook.save(update_fields=["position", "returns_until"])
    return is_more


def deliveries_add(
    hook: Hook, event: str, name: str, items: Sequence[dict[str, Any]], *, anyway: bool = False
) -> list[Delivery]:
    """Put what happened into deliveries; with ``anyway`` one even of nothing."""
    now = timezone.now()
    last = hook.deliveries.aggregate(last=Max("place"))["last"] or 0
    parts = list(_parts(items)) or ([[]] if anyway else [])
    return Delivery.objects.bulk_create(
        Delivery(
            hook=hook,
            place=place,
            made_at=now,
            body={"type": event, "timestamp": now.isoformat(), "data": {name: list(part)}},
        )
        for place, part in enumerate(parts, start=last + 1)
    )


def hooks_told(*, owner: UUID, ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """For each record the institutions, but its owner, that a web hook of theirs told of it.

    As far as deliveries are kept. A hook tells that there is something to see, and nothing of it.
    """
    found: dict[UUID, set[UUID]] = {}
    sent = Delivery.objects.exclude(hook__institution=owner).exclude(attempts=0)
    told = sent.annotate(text=Cast("body", TextField()))
    for key in ids:
        rows = told.filter(text__contains=str(key)).order_by("hook__institution")
        institutions = set(rows.values_list("hook__institution", flat=True).distinct())
        if institutions:
            found[key] = institutions
    return found


def _parts(items: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(items), TOGETHER):
        yield items[start : start + TOGETHER]


def _is_wanted(happening: Happening, hook: Hook) -> bool:
    if hook.kinds and happening.kind not in hook.kinds:
        return False
    is_own = happening.owner == hook.institution
    return (Hook.Watch.OWN if is_own else Hook.Watch.PUBLIC) in hook.watches


def _record(happening: Happening, hook: Hook) -> dict[str, Any]:
    """Where to look and nothing of what is to be seen there."""
    return {
        "id": str(happening.record_id),
        "kind": happening.kind,
        "what": "removed" if happening.is_removed else "written",
        "revision": happening.revision_number,
        "is_own": happening.owner == hook.institution,
        "links": _links(happening.record_id),
    }


def _decided(record_id: UUID, kind: str, outcome: str) -> dict[str, Any]:
    return {
        "record": str(record_id),
        "kind": kind,
        "outcome": outcome,
        "links": _links(record_id),
    }


def _links(record_id: UUID) -> dict[str, str]:
    address = settings.CONCORD_ADDRESS.rstrip("/")
    return {
        "api": f"{address}/api/records/{record_id}",
        "page": f"{address}/records/{record_id}/",
    }


def _returned(hook: Hook) -> list[dict[str, Any]]:
    """Changes that were sent back since; moves the hook's place among them on."""
    since = hook.returns_until
    rows = waiting_for_institution(institution=hook.institution)
    back = [row for row in rows if row.returned_at and row.returned_at > since]
    hook.returns_until = max([since, *(row.returned_at for row in back if row.returned_at)])
    return [_decided(row.record_id, row.kind, "returned") for row in back]
