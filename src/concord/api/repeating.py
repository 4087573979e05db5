"""A request that is sent again with its Idempotency-Key is answered again, and does nothing again.

As the draft of the IETF has it: the key is the sender's, and holds for one token.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from concord.api.errors import KeyBusyError, KeyReusedError
from concord.api.models import KeptAnswer
from concord.record.errors import InvalidQueryError

KEPT: Final = dt.timedelta(hours=48)
ABANDONED: Final = dt.timedelta(minutes=2)
"""After so long a request that was never answered is taken for one that ended with its process."""
LONGEST: Final = 255
HEADERS: Final = ("Content-Type", "ETag", "Location")


def once(request: HttpRequest, token: str, carry_out: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of ``carry_out``, or that which the same request had before.

    An answer is kept in the transaction of what it answers: both are there, or neither. What was
    refused has written nothing and leaves its key free.
    """
    key = request.headers.get("Idempotency-Key", "").strip('" ')
    if not key:
        return carry_out()
    if len(key) > LONGEST or not key.isprintable():
        message = _("at most %(count)d printable characters") % {"count": LONGEST}
        raise InvalidQueryError(fields={"Idempotency-Key": message})
    kept, mine = _begin(token, key, _digest(request))
    if kept.status is not None:
        return _again(kept)
    mine_alone = KeptAnswer.objects.filter(id=kept.id, started_at=mine, status=None)
    try:
        with transaction.atomic():
            response = carry_out()
            if response.status_code >= 400 or not _keep(mine_alone, response):
                transaction.set_rollback(True)
    except BaseException:
        mine_alone.delete()
        raise
    if response.status_code >= 400:
        mine_alone.delete()
    elif not KeptAnswer.objects.filter(id=kept.id, started_at=mine).exists():
        raise KeyBusyError
    return response


def _digest(request: HttpRequest) -> str:
    parts = (request.method or "", request.get_full_path(), request.headers.get("If-Match", ""))
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + request.body).hexdigest()


def _begin(token: str, key: str, digest: str) -> tuple[KeptAnswer, dt.datetime]:
    """The row of the key, and since when it is ours; raises where it is somebody else's."""
    now = timezone.now()
    KeptAnswer.objects.filter(started_at__lt=now - KEPT).delete()
    kept, is_new = KeptAnswer.objects.get_or_create(
        token=token, key=key, defaults={"request": digest, "started_at": now}
    )
    if is_new:
        return kept, now
    if kept.request != digest:
        raise KeyReusedError
    if kept.status is None:
        stale = KeptAnswer.objects.filter(id=kept.id, status=None, started_at=kept.started_at)
        if kept.started_at > now - ABANDONED or not stale.update(started_at=now):
            raise KeyBusyError
    return kept, now


def _keep(mine: object, response: HttpResponse) -> bool:
    headers = {name: response[name] for name in HEADERS if name in response}
    body = response.content.decode()
    updated: int = mine.update(status=response.status_code, headers=headers, body=body)  # type: ignore[attr-defined]
    return bool(updated)


def _again(kept: KeptAnswer) -> HttpResponse:
    response = HttpResponse(kept.body, status=kept.status, headers=kept.headers)
    response["Idempotency-Replayed"] = "true"
    return response
