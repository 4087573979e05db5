"""Telling people what waits for them: in the portal, and once a day by e-mail."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse, translate_url
from django.utils import timezone, translation
from django.utils.translation import ngettext

from concord.accounts.models import (
    FOR_INSTITUTIONS,
    Mandate,
    Notice,
    NoticeChoice,
    Person,
    Role,
    What,
)
from concord.core.disclosure import Actor
from concord.record.errors import NotFoundError
from concord.record.publishing import gate_get

log = logging.getLogger(__name__)

SHOWN: Final = 200
MOST_IN_MAIL: Final = 30
KEPT: Final = dt.timedelta(days=90)
"""How long a notice stays after it was seen."""
SALT: Final = "concord.notices"


def notice_send(
    *,
    what: What,
    address: str,
    institution: UUID | None = None,
    state: str = "",
    person: UUID | None = None,
    network: UUID | None = None,
    least: Role = Role.EDITOR,
    subject: str = "",
    but: UUID | None = None,
) -> int:
    """Tell everybody who acts there; return how many people.

    That is: who has at least the role ``least`` in ``institution``, the contact points of
    ``state``, the coordinators of ``network``, and ``person``. Nobody is told twice, nor who caused
    it (``but``). ``address`` is a path of the portal without language; ``subject`` may be the id of
    a record, whose name is shown on the page to who may see it and is never sent by e-mail.
    """
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        message = f"{address!r} is not a path of the portal"
        raise ValueError(message)
    people = _people(institution, state, network, least)
    wanted = set(people.values_list("person_id", flat=True)) | ({person} if person else set())
    told = set(
        Person.objects.filter(id__in=wanted - {but}, is_active=True)
        .exclude(Exists(_choices(what, in_portal=False, by_mail=False)))
        .values_list("id", flat=True)
    )
    now, record_id = timezone.now(), UUID(subject) if subject else None
    with transaction.atomic():
        same = Notice.objects.filter(person__in=told, what=what, address=address, seen_at=None)
        again = set(same.values_list("person_id", flat=True))
        same.update(count=F("count") + 1, at=now, mailed_at=None)
        Notice.objects.bulk_create(
            (
                Notice(person_id=who, what=what, address=address, record_id=record_id, at=now)
                for who in told - again
            ),
            ignore_conflicts=True,  # told by another process in this very moment
        )
    return len(told)


def _people(
    institution: UUID | None, state: str, network: UUID | None, least: Role
) -> QuerySet[Mandate]:
    none = Q(pk__in=())
    roles = FOR_INSTITUTIONS[FOR_INSTITUTIONS.index(least) :] if institution else ()
    return Mandate.objects.filter(
        (Q(institution=institution, role__in=roles) if institution else none)
        | (Q(state=state, role=Role.CONTACT_POINT) if state else none)
        | (Q(network=network, role=Role.COORDINATOR) if network else none)
    )


def _choices(what: What, **ways: bool) -> QuerySet[NoticeChoice]:
    """The choice of a person, in a query of people, where it is this one."""
    return NoticeChoice.objects.filter(person=OuterRef("pk"), what=what, **ways)


def notice_of_waiting(*, actor: Actor, waiting: Collection[UUID]) -> None:
    """Tell who must let changes out that these records of the actor's institution wait for it."""
    if not waiting:
        return
    gate = gate_get(institution=actor.institution)
    if gate and actor.may_publish:
        notice_send(
            what=What.CLEARANCE_WAITS,
            address=_path("clearing", gate.state),
            state=gate.state,
            but=actor.person,
        )
    else:
        notice_send(
            what=What.PUBLISHER_WAITS,
            address=_path("desk"),
            institution=actor.institution,
            least=Role.PUBLISHER,
            but=actor.person,
        )


def _path(name: str, *args: object) -> str:
    with translation.override("en"):
        return reverse(name, args=args)


def address_in(*, language: str, address: str) -> str:
    """A path of the portal as readers of ``language`` have it."""
    with translation.override("en"):
        return translate_url(address, language)


def _hidden(person: Person) -> list[str]:
    return list(person.notice_choices.filter(in_portal=False).values_list("what", flat=True))


def notice_list(*, person: Person) -> list[Notice]:
    """What a person was told, unseen first, then the newest."""
    rows = person.notices.exclude(what__in=_hidden(person))
    return list(rows.order_by(F("seen_at").desc(nulls_first=True), "-at")[:SHOWN])


def notice_count(*, person: Person) -> int:
    """How many notices a person has not seen."""
    return person.notices.filter(seen_at=None).exclude(what__in=_hidden(person)).count()


def notice_open(*, person: Person, notice: UUID) -> Notice:
    """Mark a notice as seen and give it; raises ``NotFoundError``."""
    row = person.notices.filter(id=notice).first()
    if row is None:
        raise NotFoundError
    if row.seen_at is None:
        row.seen_at = timezone.now()
        row.save(update_fields=["seen_at"])
    return row


def notices_see(*, person: Person) -> int:
    """Mark all of a person's notices as seen; return how many."""
    return person.notices.filter(seen_at=None).update(seen_at=timezone.now())


def choice_list(*, person: Person) -> list[NoticeChoice]:
    """For each kind of notice how a person hears of it."""
    known = {row.what: row for row in person.notice_choices.all()}
    return [known.get(what, NoticeChoice(person=person, what=what)) for what in What]


def choices_save(*, person: Person, in_portal: Collection[str], by_mail: Collection[str]) -> None:
    """Keep how a person hears of each kind: what is in neither collection is turned off."""
    NoticeChoice.objects.bulk_create(
        [
            NoticeChoice(
                person=person, what=what, in_portal=what in in_portal, by_mail=what in by_mail
            )
            for what in What
        ],
        update_conflicts=True,
        unique_fields=["person", "what"],
        update_fields=["in_portal", "by_mail"],
    )


def unsubscribe_token(*, person: Person) -> str:
    """What the link in an e-mail carries, so that it works without signing in."""
    return signing.dumps(str(person.id), salt=SALT)


def mail_stop(*, token: str, is_sure: bool) -> None:
    """Send no more e-mail to whom a link was sent; asked only, where not yet sure.

    Raises ``NotFoundError`` where the link is not one of ours.
    """
    try:
        person = Person.objects.filter(id=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        person = None
    if person is None:
        raise NotFoundError
    if is_sure:
        shown = set(What.values) - set(_hidden(person))
        choices_save(person=person, in_portal=shown, by_mail=())


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One line of the e-mail: what, how often, and where."""

    label: str
    count: int
    link: str


def notices_digest(*, now: dt.datetime | None = None) -> int:
    """Send everybody what they have not seen and were not sent; return how many e-mails went out.

    Who cannot be reached is tried again the next time. Notices seen long ago are forgotten.
    """
    moment = now or timezone.now()
    Notice.objects.filter(seen_at__lt=moment - KEPT).delete()
    unwanted = NoticeChoice.objects.filter(
        person=OuterRef("person"), what=OuterRef("what"), by_mail=False
    )
    rows = Notice.objects.filter(
        seen_at=None, mailed_at=None, at__lte=moment, person__is_active=True
    ).exclude(Exists(unwanted))
    sent = 0
    for person in Person.objects.filter(id__in=rows.values("person"), email__isnull=False):
        mine = list(rows.filter(person=person).order_by("what", "-at"))
        try:
            _digest_of(person, mine).send()
        except OSError:
            log.exception("A digest could not be sent; it is tried again tomorrow.")
            continue
        Notice.objects.filter(id__in=[row.id for row in mine]).update(mailed_at=moment)
        sent += 1
    return sent


def _digest_of(person: Person, rows: Sequence[Notice]) -> EmailMessage:
    with translation.override(person.language):
        base = settings.CONCORD_ADDRESS.rstrip("/")
        stop = base + reverse("mail_stop", args=[unsubscribe_token(person=person)])
        lines = [
            DigestLine(
                str(What(row.what).label),
                row.count,
                base + address_in(language=person.language, address=row.address),
            )
            for row in rows[:MOST_IN_MAIL]
        ]
        total = sum(row.count for row in rows)
        context: Mapping[str, object] = {
            "lines": lines,
            "total": total,
            "more": len(rows) - len(lines),
            "portal_name": settings.CONCORD_NAME,
            "page": base + reverse("notices"),
            "stop": stop,
        }
        subject = ngettext(
            "%(name)s: %(n)d thing to look at", "%(name)s: %(n)d things to look at", total
        ) % {"name": settings.CONCORD_NAME, "n": total}
        return EmailMessage(
            subject,
            render_to_string("accounts/digest.txt", context),
            to=[str(person.email)],
            headers={
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )
