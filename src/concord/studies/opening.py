"""A State lets a network or everybody see its need and gap by State: an act of its contact point.

Until then such results show by State to that State's own institutions and contact points alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.core.disclosure import (
    PUBLIC,
    Audience,
    Breadth,
    Clearance,
    Viewer,
    breadth_of,
    state_audience,
)
from concord.record.audiences import audiences_of, members_of
from concord.record.errors import ConcordError, NotFoundError
from concord.studies.models import Opening
from concord.studies.study import states_of


class OpeningError(ConcordError):
    """A State's results cannot be opened like this; ``fields`` says why."""

    code = "opening"
    status = 422
    title = gettext_lazy("The results cannot be opened like this.")


@dataclass(frozen=True, slots=True)
class OpeningView:
    """To whom a State's results are open, since when and until when."""

    id: UUID
    audience: str
    at: dt.datetime
    withdrawn_at: dt.datetime | None


def states_open_to(viewer: Viewer) -> frozenset[str]:
    """The States whose need and gap the viewer may see by State: its own, and those that let it."""
    rows = Opening.objects.filter(audience__in=viewer.audiences, withdrawn_at=None)
    return states_of(viewer) | frozenset(rows.values_list("state", flat=True))


def openings_of(*, clearance: Clearance) -> list[OpeningView]:
    """What a State has opened, the newest first; withdrawn ones too."""
    rows = Opening.objects.filter(state=clearance.state).order_by("-at")
    return [OpeningView(row.id, row.audience, row.at, row.withdrawn_at) for row in rows]


def audiences_to_open(*, clearance: Clearance) -> Sequence[Audience]:
    """Everybody, and the networks that institutions of the State are admitted to."""
    own = audiences_of(members_of(state_audience(clearance.state)))
    return [PUBLIC, *sorted(a for a in own if breadth_of(a) is Breadth.NETWORK)]


def opening_make(*, clearance: Clearance, audience: str, is_understood: bool) -> UUID:
    """Let ``audience`` see the State's results by State.

    ``is_understood`` says that the person knows that it cannot be taken back. Raises
    ``OpeningError``.
    """
    if audience not in audiences_to_open(clearance=clearance):
        raise OpeningError(fields={"audience": _("Choose who is to see them.")})
    if not is_understood:
        message = _("Tick that you know: what was seen once cannot be taken back.")
        raise OpeningError(fields={"understood": message})
    with transaction.atomic():
        row, _is_new = Opening.objects.get_or_create(
            state=clearance.state, audience=audience, withdrawn_at=None,
            defaults={"person": clearance.person},
        )  # fmt: skip
    return row.id


def opening_withdraw(*, clearance: Clearance, opening_id: UUID) -> None:
    """Show no more of it from now on; raises ``NotFoundError``."""
    rows = Opening.objects.filter(id=opening_id, state=clearance.state, withdrawn_at=None)
    if not rows.update(withdrawn_at=timezone.now(), withdrawn_by=clearance.person):
        raise NotFoundError
