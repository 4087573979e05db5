"""Who may have something removed for good: one person asks, and another one approves.

Publishers and managers of the institution that owns the record may ask and approve. Where its
State clears what it says, the State's contact point may approve in place of a second publisher.
The operator of the installation is none of them: who runs the machine can invite a second person.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Mandate, Person, Role, What
from concord.accounts.notices import notice_send
from concord.accounts.selectors import Acting, acting_list, clearance_for
from concord.core.disclosure import Actor, Clearance
from concord.record.models import Purge
from concord.record.publishing import gate_get
from concord.record.purging import (
    SecondPersonError,
    purge_approve,
    purge_ask,
    purge_drop,
    purge_get,
)


@dataclass(frozen=True, slots=True)
class PurgeSeen:
    """A purge as one person sees it, and what they may do with it."""

    purge: Purge
    is_own: bool
    """Whether they asked for it."""
    is_member: bool
    """Whether they act for the institution, and do not come from its State."""
    may_approve: bool


def purge_request(
    *, acting: Acting, record_id: UUID, field: str, rule: str, keeps_current: bool
) -> Purge:
    """Ask for a purge, and tell those who may approve it."""
    purge = purge_ask(
        actor=acting.require(Role.PUBLISHER), record_id=record_id, field=field, rule=rule,
        keeps_current=keeps_current,
    )  # fmt: skip
    gate = gate_get(institution=acting.institution)
    notice_send(
        what=What.PURGE_ASKED,
        address=f"/purges/{purge.id}/",
        institution=acting.institution,
        state=gate.state if gate else "",
        least=Role.PUBLISHER,
        but=acting.person,
    )
    return purge


def purge_seen(*, person: Person, purge_id: UUID) -> PurgeSeen:
    """A purge, for people who may ask for one or approve it; raises ``NotFoundError``."""
    institutions = [a.institution for a in acting_list(person=person) if a.may(Role.PUBLISHER)]
    states = person.mandates.filter(role=Role.CONTACT_POINT).values_list("state", flat=True)
    purge = purge_get(purge_id=purge_id, institutions=institutions, states=list(states))
    is_own = purge.asked_by == person.id
    return PurgeSeen(
        purge,
        is_own,
        is_member=purge.institution in institutions,
        may_approve=not is_own and _second(person, purge) is not None,
    )


def _second(person: Person, purge: Purge) -> Actor | Clearance | None:
    """As whom somebody decides on a purge, if they may."""
    for acting in acting_list(person=person):
        if acting.institution == purge.institution and acting.may(Role.PUBLISHER):
            return acting.require(Role.PUBLISHER)
    gate = gate_get(institution=purge.institution)
    try:
        return clearance_for(person=person, state=gate.state) if gate else None
    except NotAllowedError:
        return None


def purge_decide(*, person: Person, purge_id: UUID, approve: bool) -> Purge:
    """Carry a purge out as the second person, or drop it; who asked is told.

    Raises ``SecondPersonError`` also where who asked may not ask any more.
    """
    purge = purge_seen(person=person, purge_id=purge_id).purge
    by = _second(person, purge)
    if by is None:
        raise SecondPersonError
    if approve and not _may_still_ask(purge):
        raise SecondPersonError
    if approve:
        purge = purge_approve(by=by, purge_id=purge_id)
    else:
        purge_drop(by=by, purge_id=purge_id)
    notice_send(
        what=What.PURGE_SETTLED,
        address=f"/purges/{purge.id}/",
        person=purge.asked_by,
        but=person.id,
    )
    return purge


def _may_still_ask(purge: Purge) -> bool:
    return Mandate.objects.filter(
        person=purge.asked_by,
        person__is_active=True,
        institution=purge.institution,
        role__in=[Role.PUBLISHER, Role.MANAGER],
    ).exists()
