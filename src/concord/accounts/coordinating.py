"""What a coordinator of a network may do: ask institutions in, and nothing in their name."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.accounts.models import Invitation, Mandate, Person, Role
from concord.accounts.selectors import Coordinating
from concord.accounts.services import invitation_issue
from concord.core.disclosure import ANYONE, Actor, Level
from concord.core.vocabulary.folding import fold
from concord.record.errors import ConcordError, NotFoundError
from concord.record.publishing import revisions_write_or_hold
from concord.record.selectors import record_get, record_list
from concord.record.services import Draft, content_parse
from concord.register.taking_over import compiler_ids
from concord.register.words import InstitutionKind


class ManagedError(ConcordError):
    """The institution has a manager, who invites; nobody else does."""

    code = "managed"
    status = 409
    title = gettext_lazy("This institution has a manager: only its managers invite people.")


class NewInstitutionError(ConcordError):
    """An institution cannot be entered like this; ``fields`` says what to mend."""

    code = "new-institution"
    status = 422
    title = gettext_lazy("The institution cannot be entered like this.")


def managed(*, institutions: Collection[UUID]) -> set[UUID]:
    """Those of the institutions that somebody manages."""
    rows = Mandate.objects.filter(
        institution__in=list(institutions), role=Role.MANAGER, person__is_active=True
    )
    return {key for key in rows.values_list("institution", flat=True) if key}


def institution_invite(*, coordinating: Coordinating, institution: UUID, note: str = "") -> str:
    """The secret of a link for the first manager of an institution that nobody manages yet.

    A link that the coordinator made for it before leads nowhere then. Raises ``NotFoundError`` and
    ``ManagedError``.
    """
    record_get(viewer=ANYONE, record_id=institution, kind="institution")
    with transaction.atomic():
        if managed(institutions=[institution]):
            raise ManagedError
        _open(coordinating).filter(institution=institution).update(revoked_at=timezone.now())
        person = Person.objects.get(id=coordinating.person)
        _made, secret = invitation_issue(
            role=Role.MANAGER, institution=institution, by=person, note=note
        )
    return secret


def institution_enter(
    *, coordinating: Coordinating, name: str, language: str, state: str, kind: str
) -> UUID:
    """Enter a new institution, to be invited: the compiler of the register says that it is there.

    It holds no more than name, sort, country and the network. Whoever is invited takes it over.
    Raises ``NewInstitutionError``, also where the register has no compiler to say it.
    """
    if not name.strip():
        raise NewInstitutionError(fields={"name": _("Give the name of the institution.")})
    if kind not in set(InstitutionKind) - {InstitutionKind.COMPILER}:
        raise NewInstitutionError(fields={"kind": _("Say what the institution is.")})
    if _is_named(name):
        message = _("There is an institution of that name: invite it instead.")
        raise NewInstitutionError(fields={"name": message})
    compiler = min(compiler_ids(ANYONE), default=None)
    if compiler is None:
        raise NewInstitutionError(_("The register has no compiler yet. Ask its operator."))
    content = content_parse(
        kind="institution",
        data={
            "names": [{"name": name.strip(), "language": language}],
            "kinds": [kind],
            **({"state": state} if state else {}),
            "memberships": [{"network": str(coordinating.network)}],
        },
    )
    draft = Draft(content, level=Level.PUBLIC, made_from=0)
    actor = Actor(compiler, coordinating.person, may_publish=True)
    reason = _("to be invited by the coordinator of the network")
    if revisions_write_or_hold(actor=actor, drafts=[draft], via="inviting", reason=reason).waiting:
        raise NewInstitutionError(_("It is entered when the compiler’s State has cleared it."))
    return draft.record_id


def _is_named(name: str) -> bool:
    wanted = fold(name.strip())
    return any(
        fold(known["name"]) == wanted
        for record in record_list(viewer=ANYONE, kind="institution")
        for known in record.content.get("names", ())
    )


def _open(coordinating: Coordinating) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        invited_by=coordinating.person,
        institution__isnull=False,
        role=Role.MANAGER,
        used_at=None,
        revoked_at=None,
        expires_at__gt=timezone.now(),
    )


def invited_list(*, coordinating: Coordinating) -> list[Invitation]:
    """Links of the coordinator that can still be used, of institutions that nobody manages."""
    found = list(_open(coordinating).order_by("made_at"))
    taken = managed(institutions=[i.institution for i in found if i.institution])
    return [invitation for invitation in found if invitation.institution not in taken]


def invited_revoke(*, coordinating: Coordinating, invitation: UUID) -> None:
    """A coordinator takes a link back; raises ``NotFoundError``."""
    if not _open(coordinating).filter(id=invitation).update(revoked_at=timezone.now()):
        raise NotFoundError
