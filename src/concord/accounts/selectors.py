"""Who may do what: viewers and actors come from mandates, and from nowhere else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from concord.accounts.errors import BadTokenError, InvitationError, NotAllowedError, RoleNeededError
from concord.accounts.models import (
    FOR_INSTITUTIONS,
    Invitation,
    Mandate,
    Person,
    Role,
    Token,
    TokenUse,
)
from concord.core.disclosure import Actor, Clearance, Viewer, state_audience
from concord.record.audiences import viewer_as


@dataclass(frozen=True, slots=True)
class Acting:
    """A person who acts for one institution."""

    person: UUID
    institution: UUID
    role: Role

    def may(self, role: Role) -> bool:
        """Whether it includes what ``role`` may."""
        return FOR_INSTITUTIONS.index(self.role) >= FOR_INSTITUTIONS.index(role)

    def require(self, role: Role) -> Actor:
        """The actor, if it may do what ``role`` may; raises ``NotAllowedError``."""
        if not self.may(role):
            raise RoleNeededError(role.label)
        return Actor(self.institution, self.person, may_publish=self.may(Role.PUBLISHER))


@dataclass(frozen=True, slots=True)
class Coordinating:
    """A person who coordinates a network; it gives no right over any institution."""

    person: UUID
    network: UUID


def digest_of(secret: str) -> str:
    """What is kept of a link or token; the secret is long and random, so one round is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def mandate_list(*, person: Person) -> list[Mandate]:
    """What a person may act for, institutions first."""
    found = list(person.mandates.all())
    return sorted(found, key=lambda m: (m.institution is None, m.state, str(m.institution)))


def viewer_for(*, person: Person) -> Viewer:
    """Everything that a person may see.

    To coordinate a network opens nothing: its coordinator sees what its institution is a member of.
    """
    mandates = list(person.mandates.all())
    states = {m.state for m in mandates if m.state and m.role == Role.CONTACT_POINT}
    seen = viewer_as(*(m.institution for m in mandates if m.institution)).audiences
    return Viewer(seen | set(map(state_audience, states))) if states else Viewer(seen)


def acting_list(*, person: Person) -> list[Acting]:
    """The institutions that a person acts for."""
    return [
        Acting(person.id, mandate.institution, Role(mandate.role))
        for mandate in mandate_list(person=person)
        if mandate.institution
    ]


def acting_for(*, person: Person, institution: UUID) -> Acting:
    """The person's role in ``institution``; raises ``NotAllowedError`` where there is none."""
    for acting in acting_list(person=person):
        if acting.institution == institution:
            return acting
    raise NotAllowedError


def coordinating_list(*, person: Person) -> list[Coordinating]:
    """The networks that a person coordinates."""
    rows = person.mandates.filter(role=Role.COORDINATOR, network__isnull=False)
    return [Coordinating(person.id, mandate.network) for mandate in rows if mandate.network]


def coordinating_for(*, person: Person, network: UUID) -> Coordinating:
    """The right to coordinate ``network``; raises ``NotAllowedError`` where there is none."""
    for coordinating in coordinating_list(person=person):
        if coordinating.network == network:
            return coordinating
    raise RoleNeededError(Role.COORDINATOR.label)


def clearance_for(*, person: Person, state: str) -> Clearance:
    """The right to clear for ``state``; raises ``NotAllowedError``."""
    if not person.mandates.filter(role=Role.CONTACT_POINT, state=state).exists():
        raise RoleNeededError(Role.CONTACT_POINT.label)
    return Clearance(state, person.id)


def member_list(*, acting: Acting) -> list[Mandate]:
    """Who acts for the institution; for its managers."""
    acting.require(Role.MANAGER)
    rows = Mandate.objects.filter(institution=acting.institution).select_related("person")
    return list(rows.order_by("given_at"))


def invitation_list(*, acting: Acting) -> list[Invitation]:
    """Invitations of the institution that can still be used; for its managers."""
    acting.require(Role.MANAGER)
    found = _open_invitations().filter(institution=acting.institution)
    return list(found.order_by("made_at"))


def invitation_get(*, secret: str) -> Invitation:
    """The invitation that a link opens; raises ``InvitationError``."""
    found = _open_invitations().filter(digest=digest_of(secret)).first()
    if found is None:
        raise InvitationError
    return found


def invitation_is_open(*, digest: str) -> bool:
    """Whether the invitation with this digest can still be used."""
    return bool(digest) and _open_invitations().filter(digest=digest).exists()


def _open_invitations() -> QuerySet[Invitation]:
    return Invitation.objects.filter(used_at=None, revoked_at=None, expires_at__gt=timezone.now())


def alone_as_manager(*, person: Person) -> list[UUID]:
    """The institutions that would have no manager without this person."""
    mandates = person.mandates.filter(role=Role.MANAGER)
    own = {mandate.institution for mandate in mandates if mandate.institution}
    others = Mandate.objects.filter(role=Role.MANAGER, institution__in=own).exclude(person=person)
    return sorted(own - {mandate.institution for mandate in others})


def token_list(*, person: Person) -> list[Token]:
    """A person's tokens, newest first; revoked ones too."""
    newest_first = Prefetch("uses", TokenUse.objects.order_by("-last_at"))
    return list(person.tokens.prefetch_related(newest_first).order_by("-made_at"))


def token_acting(*, secret: str) -> Acting:
    """Whom a token acts for, never with more than its person may now; raises ``BadTokenError``."""
    token = Token.objects.select_related("person").filter(digest=digest_of(secret)).first()
    now = timezone.now()
    if token is None or token.revoked_at or token.expires_at <= now or not token.person.is_active:
        raise BadTokenError
    try:
        acting = acting_for(person=token.person, institution=token.institution)
    except NotAllowedError:
        raise BadTokenError from None
    Token.objects.filter(id=token.id).update(last_used_at=now)
    role = min(Role(token.role), acting.role, key=FOR_INSTITUTIONS.index)
    return Acting(acting.person, acting.institution, role)
