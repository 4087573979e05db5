"""Inviting, joining, leaving; tokens; erasing a person."""

from __future__ import annotations

import datetime as dt
import secrets
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from concord.accounts.admitting import invited_admit
from concord.accounts.errors import (
    JoiningError,
    NotAllowedError,
    RoleNeededError,
)
from concord.accounts.models import (
    FOR_INSTITUTIONS,
    Invitation,
    Mandate,
    Person,
    Role,
    Token,
    TokenUse,
)
from concord.accounts.selectors import Acting, digest_of, invitation_get

LINK_LIFE = dt.timedelta(days=14)
TOKEN_LIFE = dt.timedelta(days=365)
LONGEST_ADDRESS = 254
USES_KEPT = dt.timedelta(days=90)


def invitation_make(
    *,
    role: Role,
    institution: UUID | None = None,
    state: str = "",
    network: UUID | None = None,
    by: Person | None = None,
    note: str = "",
) -> tuple[Invitation, str]:
    """An invitation and the secret of its link, which is shown once and kept nowhere.

    By the operator of the installation where ``by`` is None; else by a manager of the institution.
    """
    if by is not None:
        _require_may_invite(by, role, institution)
    return invitation_issue(
        role=role, institution=institution, state=state, network=network, by=by, note=note
    )


def invitation_issue(
    *,
    role: Role,
    institution: UUID | None = None,
    state: str = "",
    network: UUID | None = None,
    by: Person | None = None,
    note: str = "",
) -> tuple[Invitation, str]:
    """An invitation and its secret; whether ``by`` may invite is for the caller to know."""
    secret = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        digest=digest_of(secret),
        role=role,
        institution=institution,
        state=state,
        network=network,
        invited_by=by.id if by else None,
        note=note[:200],
        expires_at=timezone.now() + LINK_LIFE,
    )
    return invitation, secret


def _require_may_invite(by: Person, role: Role, institution: UUID | None) -> None:
    is_manager = (
        institution is not None
        and by.mandates.filter(institution=institution, role=Role.MANAGER).exists()
    )
    if role not in FOR_INSTITUTIONS or not is_manager:
        raise RoleNeededError(Role.MANAGER.label)


def invitation_revoke(*, acting: Acting, invitation: UUID) -> None:
    """A manager takes an invitation of the institution back."""
    acting.require(Role.MANAGER)
    Invitation.objects.filter(id=invitation, institution=acting.institution).update(
        revoked_at=timezone.now()
    )


def invitation_accept(*, secret: str, person: Person) -> Mandate:
    """Give a person who has an account the role of an invitation; the wider of two roles stays."""
    with transaction.atomic():
        invitation = _lock_invitation(invitation_get(secret=secret))
        invitation_get(secret=secret)  # again, now that nobody else can use it
        if invitation.invited_by == person.id:
            raise NotAllowedError(_("This link is for somebody else: you made it yourself."))
        if invitation.role == Role.MANAGER:
            _end_links_from_before(invitation)
            invited_admit(invitation=invitation)
        scope = {
            "institution": invitation.institution,
            "state": invitation.state,
            "network": invitation.network,
        }
        mandate, is_new = Mandate.objects.get_or_create(
            person=person,
            **scope,
            defaults={"role": invitation.role, "given_by": invitation.invited_by},
        )
        if not is_new and mandate.institution:
            wider = max(Role(mandate.role), Role(invitation.role), key=FOR_INSTITUTIONS.index)
            Mandate.objects.filter(id=mandate.id).update(role=wider)
            mandate.role = wider
        invitation.used_at, invitation.note = timezone.now(), ""  # it may name somebody
        invitation.save(update_fields=["used_at", "note"])
    return mandate


def _lock_invitation(invitation: Invitation) -> Invitation:
    """The invitation, with all others to the same institution: one of them is used at a time."""
    same = Q(id=invitation.id)
    if invitation.institution:
        same |= Q(institution=invitation.institution, used_at=None, revoked_at=None)
    rows = Invitation.objects.select_for_update().filter(same).order_by("id")
    return next(row for row in rows if row.id == invitation.id)


def _end_links_from_before(invitation: Invitation) -> None:
    """The first manager of an institution is the last whom anybody else invited."""
    others = Invitation.objects.filter(
        institution=invitation.institution, used_at=None, revoked_at=None
    ).exclude(id=invitation.id)
    managers = Mandate.objects.filter(institution=invitation.institution, role=Role.MANAGER)
    if not managers.exists():
        others.update(revoked_at=timezone.now())


def person_join(*, secret: str, email: str, name: str, password: str, language: str) -> Person:
    """Make an account by an invitation, and give it the invitation's role.

    Raises ``JoiningError`` with every fault of the address and the password.
    """
    invitation_get(secret=secret)
    address = email.strip().lower()
    with transaction.atomic():
        person = Person(email=address, name=name.strip()[:200], language=language)
        found = {"email": _address_fault(address), "password": _password_fault(password, person)}
        if faults := {field: fault for field, fault in found.items() if fault}:
            raise JoiningError(fields=faults)
        person.set_password(password)
        person.save()
        # The library wants a verified address before a second factor: the invitation vouches.
        EmailAddress.objects.create(user=person, email=address, primary=True, verified=True)
        invitation_accept(secret=secret, person=person)
    return person


def _address_fault(address: str) -> str:
    try:
        validate_email(address)
        MaxLengthValidator(LONGEST_ADDRESS)(address)
    except ValidationError as error:
        return " ".join(error.messages)
    if Person.objects.filter(email=address).exists():
        return _("There is an account with this e-mail address: sign in, then open the link again.")
    return ""


def _password_fault(password: str, person: Person) -> str:
    try:
        validate_password(password, person)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def mandate_change(*, acting: Acting, mandate: UUID, role: Role) -> None:
    """A manager gives a member another role; the last manager stays one."""
    acting.require(Role.MANAGER)
    if role not in FOR_INSTITUTIONS:
        raise NotAllowedError
    with transaction.atomic():
        row = _member(acting, mandate)
        if role is not Role.MANAGER:
            _require_other_manager(row)
            _end_invitations(row)
        row.role = role
        row.save(update_fields=["role"])


def mandate_end(*, acting: Acting, mandate: UUID) -> None:
    """A manager ends a member's role, or members their own; the last manager stays."""
    with transaction.atomic():
        row = _member(acting, mandate)
        if row.person_id != acting.person:
            acting.require(Role.MANAGER)
        _require_other_manager(row)
        _end_invitations(row)
        row.delete()


def _end_invitations(row: Mandate) -> None:
    """Links of somebody who may no longer invite lead nowhere: they may have kept one."""
    Invitation.objects.filter(
        institution=row.institution, invited_by=row.person_id, used_at=None, revoked_at=None
    ).update(revoked_at=timezone.now())


def _member(acting: Acting, mandate: UUID) -> Mandate:
    row = (
        Mandate.objects.select_for_update()
        .filter(id=mandate, institution=acting.institution)
        .first()
    )
    if row is None:
        raise NotAllowedError
    return row


def _require_other_manager(row: Mandate) -> None:
    managers = Mandate.objects.filter(institution=row.institution, role=Role.MANAGER)
    if row.role == Role.MANAGER and not managers.exclude(id=row.id).exists():
        raise NotAllowedError(_("An institution keeps at least one manager."))


def token_make(*, acting: Acting, name: str, role: Role) -> tuple[Token, str]:
    """A token for programs, with at most the person's own role; its secret is shown once."""
    acting.require(role)
    secret = f"concord_{secrets.token_urlsafe(32)}"
    token = Token.objects.create(
        digest=digest_of(secret),
        person_id=acting.person,
        institution=acting.institution,
        role=role,
        name=name.strip()[:100] or _("without a name"),
        beginning=secret[:12],
        expires_at=timezone.now() + TOKEN_LIFE,
    )
    return token, secret


def token_used(*, digest: str, address: str, program: str) -> None:
    """Note from where, and by which program, a token was used."""
    now = timezone.now()
    use = {"address": address[:45], "program": program[:100].replace("\0", "")}
    tokens = Token.objects.filter(digest=digest)
    if TokenUse.objects.filter(token__in=tokens, **use).update(count=F("count") + 1, last_at=now):
        return
    TokenUse.objects.bulk_create(
        [TokenUse(token=token, first_at=now, last_at=now, **use) for token in tokens],
        ignore_conflicts=True,  # noted by another process in this very moment
    )


def token_uses_forget() -> int:
    """Forget from where tokens were used more than 90 days ago; return how many rows."""
    old = TokenUse.objects.filter(last_at__lt=timezone.now() - USES_KEPT)
    return old.delete()[0]


def token_revoke(*, person: Person, token: UUID) -> None:
    """End a token at once."""
    person.tokens.filter(id=token, revoked_at=None).update(revoked_at=timezone.now())


def person_erase(*, person: Person) -> None:
    """Forget who a person is, and end their sessions. What they wrote keeps the opaque id alone."""
    with transaction.atomic():
        for session in UserSession.objects.filter(user=person):
            session.end()
        EmailAddress.objects.filter(user=person).delete()
        SocialAccount.objects.filter(user=person).delete()
        Authenticator.objects.filter(user=person).delete()
        Invitation.objects.filter(invited_by=person.id).update(note="")
        person.mandates.all().delete()
        person.tokens.all().delete()
        person.notices.all().delete()
        person.notice_choices.all().delete()
        person.set_unusable_password()
        person.email, person.name, person.is_active = None, "", False
        person.save()
