"""Who admits an institution to a network or a State: coordinator, contact point, operator.

Whoever invites an institution vouches for it: the operator for its State, a coordinator for its
State and the network.
"""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from concord.accounts.models import Invitation, Mandate, Role
from concord.accounts.selectors import Coordinating
from concord.core.disclosure import (
    ANYONE,
    Audience,
    Breadth,
    Clearance,
    breadth_of,
    network_audience,
    state_audience,
)
from concord.record.audiences import audiences_of
from concord.record.errors import InvalidContentError
from concord.record.members import member_admit, member_end
from concord.record.selectors import record_get, records_get


def network_admit(*, coordinating: Coordinating, institution: UUID) -> None:
    """A coordinator admits an institution to its network; raises ``NotFoundError``."""
    _admit(network_audience(coordinating.network), institution, coordinating.person)


def network_end(*, coordinating: Coordinating, institution: UUID) -> int:
    """A coordinator ends a membership; return how many records were drawn back."""
    audience = network_audience(coordinating.network)
    return member_end(audience=audience, institution=institution, by=coordinating.person)


def state_admit(*, clearance: Clearance, institution: UUID) -> None:
    """A contact point says that an institution is of its State; raises ``NotFoundError``.

    One whose record names another State, or none, is refused with ``InvalidContentError``: no State
    takes an institution from another.
    """
    if _state_known(institution) != clearance.state:
        message = _("Its record in the register does not name your State.")
        raise InvalidContentError(message, fields={"institution": message})
    _admit(state_audience(clearance.state), institution, clearance.person)


def state_end(*, clearance: Clearance, institution: UUID) -> int:
    """A contact point says that it is no longer; return how many records were drawn back."""
    audience = state_audience(clearance.state)
    return member_end(audience=audience, institution=institution, by=clearance.person)


def _admit(audience: Audience, institution: UUID, by: UUID | None) -> None:
    record_get(viewer=ANYONE, record_id=institution, kind="institution")
    member_admit(audience=audience, institution=institution, by=by)


def invited_admit(*, invitation: Invitation) -> None:
    """Admit an institution that is invited to where whoever invites it vouches for it.

    A manager of its own cannot: an institution would choose its State itself.
    """
    institution, by = invitation.institution, invitation.invited_by
    is_first = not Mandate.objects.filter(institution=institution, role=Role.MANAGER).exists()
    if institution is None or invitation.role != Role.MANAGER or not is_first:
        return
    coordinated = Mandate.objects.filter(
        person=by, role=Role.COORDINATOR, network__isnull=False
    ).values_list("network", flat=True)
    audiences = [network_audience(network) for network in coordinated if network]
    if by is not None and not audiences:
        return
    is_placed = Breadth.STATE in map(breadth_of, audiences_of([institution]))
    if not is_placed and (state := _state_known(institution)):
        audiences.append(state_audience(state))
    for audience in audiences:
        member_admit(audience=audience, institution=institution, by=by)


def _state_known(institution: UUID) -> str:
    """The State that the register gives an institution."""
    record = records_get(viewer=ANYONE, ids=[institution]).get(institution)
    return str(record.content.get("state", "")) if record else ""
