"""Telling institutions that a public record names them, and owners that a party has answered."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from concord.accounts.answers import ASKED
from concord.accounts.models import Mandate, Role, Told, What
from concord.accounts.notices import notice_send
from concord.core.disclosure import ANYONE, PUBLIC
from concord.record.selectors import Change, appeared_since, records_get, register_number
from concord.register.over import over_fall_due

MOST: Final = 20
"""Answers of which an owner is told one by one; of more only that there are some."""


def news_tell() -> int:
    """Tell of what everybody came to see since the last time; return how many were told of it.

    One notice for an institution however many records name it. The first time nobody is told: the
    room of questions lists what is there already.
    """
    with transaction.atomic():
        told, is_new = Told.objects.select_for_update().get_or_create(id=1)
        since, newest = told.number, register_number()
        told.number = newest
        told.save(update_fields=["number"])
    if is_new or since == newest:
        return 0
    asked: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    answered: dict[UUID, set[UUID]] = defaultdict(set)
    for change in appeared_since(since, kinds=(*ASKED, "answer")):
        if change.kind == "answer":
            answered[UUID(change.content["about"])].add(change.owner)
        else:
            for party in _named(change):
                asked[party].add(change.owner)
    return _ask(asked) + _say(answered)


def over_tell(*, today: dt.date) -> int:
    """Tell publishers, once, of training that is over and whose day they may show; how many."""
    due = over_fall_due(today=today)
    for institution in due:
        notice_send(
            what=What.OVER, address="/desk/over/", institution=institution, least=Role.PUBLISHER
        )
    return sum(due.values())


def _named(change: Change) -> Iterator[tuple[str, str]]:
    """The institutions and States that everybody sees named as parties."""
    if change.audience_of("parties") != PUBLIC:
        return
    for part in change.content.get("parties", ()):
        party: dict[str, Any] = part.get("party", part)
        if institution := party.get("institution"):
            if institution != str(change.owner):
                yield "institution", institution
        elif "state" in party and "description" not in party:
            yield "state", party["state"]


def _ask(asked: dict[tuple[str, str], set[UUID]]) -> int:
    count = 0
    for (sort, key), owners in asked.items():
        if sort == "institution":
            count += notice_send(
                what=What.CONFIRMATION_ASKED, address="/desk/questions/", institution=UUID(key)
            )
            continue
        points = Mandate.objects.filter(role=Role.CONTACT_POINT, state=key)
        for person in points.values_list("person", flat=True):
            acts = Mandate.objects.filter(person=person, institution__isnull=False)
            if acts.exclude(institution__in=owners).exists():  # else it can answer for nobody
                count += notice_send(
                    what=What.CONFIRMATION_ASKED, address="/desk/questions/", person=person
                )
    return count


def _say(answered: dict[UUID, set[UUID]]) -> int:
    records = records_get(viewer=ANYONE, ids=list(answered))
    by_owner: dict[UUID, list[UUID]] = defaultdict(list)
    for record in records.values():
        by_owner[record.owner].append(record.id)
    count = 0
    for owner, ids in by_owner.items():
        some = ids if len(ids) <= MOST else [None]
        for record_id in some:
            count += notice_send(
                what=What.ANSWERED,
                address=f"/records/{record_id}/" if record_id else "/desk/",
                institution=owner,
                subject=str(record_id) if record_id else "",
            )
    return count
