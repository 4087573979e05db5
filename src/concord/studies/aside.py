"""Whom an institution has set aside as a partner: known to that institution alone."""

from __future__ import annotations

from uuid import UUID

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import Viewer
from concord.record.selectors import record_get
from concord.studies.models import SetAside


def partner_set_aside(*, acting: Acting, viewer: Viewer, other: UUID) -> None:
    """Propose ``other`` no more to the institution that somebody acts for.

    Raises ``RoleNeededError`` for readers and ``NotFoundError`` for what the viewer does not see.
    """
    acting.require(Role.EDITOR)
    record_get(viewer=viewer, record_id=other, kind="institution")
    SetAside.objects.get_or_create(
        institution=acting.institution, other=other, defaults={"person": acting.person}
    )


def partner_take_back(*, acting: Acting, other: UUID) -> None:
    """Propose ``other`` again; raises ``RoleNeededError``."""
    acting.require(Role.EDITOR)
    SetAside.objects.filter(institution=acting.institution, other=other).delete()


def set_aside(*, acting: Acting) -> set[UUID]:
    """Whom the institution that somebody acts for has set aside."""
    rows = SetAside.objects.filter(institution=acting.institution)
    return set(rows.values_list("other", flat=True))
