"""Deliveries are sent, in order, as long as the other side takes them; else later and later."""

from __future__ import annotations

import datetime as dt
import time
from http import HTTPStatus
from typing import Final
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from concord.accounts.models import Role, What
from concord.accounts.notices import notice_send
from concord.exchange.feeds.fetching import Policy, UnreachableFeedError, send
from concord.exchange.hooks.signing import hook_secret, signature
from concord.exchange.models import Delivery, Hook

MOST_FAILURES: Final = 12
"""In a row, over some two days; then the hook is stopped, and its managers are told."""
FIRST_PAUSE: Final = dt.timedelta(minutes=1)
LONGEST_PAUSE: Final = dt.timedelta(hours=12)
LEASE: Final = dt.timedelta(minutes=2)
"""For so long one worker has a hook to itself."""
AT_ONCE: Final = 20
"""Deliveries of one hook in one round, so that a slow one does not hold up the others for long."""
KEPT: Final = dt.timedelta(days=30)


def hooks_policy() -> Policy:
    """Where hooks may lead to, by the operator's settings."""
    return Policy(
        allow_http=settings.CONCORD_HOOKS_ALLOW_HTTP,
        allow_private=settings.CONCORD_HOOKS_ALLOW_PRIVATE,
        ports=tuple(settings.CONCORD_HOOKS_PORTS),
    )


def hooks_send() -> None:
    """Send what is due, and forget what was delivered long ago."""
    now = timezone.now()
    due = Hook.objects.filter(
        Q(next_try_at=None) | Q(next_try_at__lte=now),
        state=Hook.State.ACTIVE,
        deliveries__state=Delivery.State.WAITING,
    )
    for hook_id in due.distinct().values_list("id", flat=True):
        hook_send(hook_id=hook_id)
    Delivery.objects.filter(state=Delivery.State.DELIVERED, made_at__lt=now - KEPT).delete()


def hook_send(*, hook_id: UUID) -> None:
    """Send what waits for one hook, unless another worker is at it."""
    now = timezone.now()
    free = Hook.objects.filter(
        Q(next_try_at=None) | Q(next_try_at__lte=now), id=hook_id, state=Hook.State.ACTIVE
    )
    if not free.update(next_try_at=now + LEASE):
        return
    until = time.monotonic() + LEASE.total_seconds() / 2
    hook = Hook.objects.get(id=hook_id)
    waiting = hook.deliveries.filter(state=Delivery.State.WAITING).order_by("place")
    for delivery in waiting[:AT_ONCE]:
        if time.monotonic() > until:
            break
        if not _deliver(hook, delivery):
            return
    Hook.objects.filter(id=hook_id).update(next_try_at=None)


def delivery_try(hook: Hook, delivery: Delivery, otherwise: Delivery.State) -> int | None:
    """Send one delivery once and note what came of it; return the status of the answer, if any."""
    status, fault = _post(hook, delivery, orjson.dumps(delivery.body))
    Delivery.objects.filter(id=delivery.id).update(
        attempts=F("attempts") + 1,
        status=status,
        fault=fault[:500],
        tried_at=timezone.now(),
        state=Delivery.State.DELIVERED if _is_taken(status) else otherwise,
    )
    return status


def _is_taken(status: int | None) -> bool:
    return status is not None and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def _deliver(hook: Hook, delivery: Delivery) -> bool:
    """Try one delivery; where it is not taken the hook waits, with all that comes after."""
    status = delivery_try(hook, delivery, Delivery.State.WAITING)
    if _is_taken(status):
        hook.failures = 0
        hook.save(update_fields=["failures"])
        return True
    _put_off(hook, is_gone=status == HTTPStatus.GONE)
    return False


def _post(hook: Hook, delivery: Delivery, body: bytes) -> tuple[int | None, str]:
    message_id, now = delivery.message_id, int(time.time())
    secret = hook_secret(str(hook.id), hook.salt)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(secret, message_id, now, body),
    }
    try:
        return send(hook.url, body=body, headers=headers, allowed=hooks_policy()), ""
    except UnreachableFeedError as error:
        return None, error.detail


def _put_off(hook: Hook, *, is_gone: bool) -> None:
    """Try again later; after many failures, or where nobody wants it any more, not at all."""
    failures = hook.failures + 1
    is_stopped = is_gone or failures >= MOST_FAILURES
    Hook.objects.filter(id=hook.id).update(
        failures=failures,
        next_try_at=timezone.now() + min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE),
        state=Hook.State.STOPPED if is_stopped else Hook.State.ACTIVE,
    )
    if is_stopped:
        notice_send(
            what=What.HOOK_STOPPED,
            address=f"/desk/hooks/{hook.id}/",
            institution=hook.institution,
            least=Role.MANAGER,
        )
