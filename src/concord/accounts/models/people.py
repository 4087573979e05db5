"""People and what they may act for. Nothing of a person stands in the register but an opaque id."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PersonManager(BaseUserManager["Person"]):
    """Makes people; there is no way to make one with a default password."""

    def create_user(self, email: str, password: str | None = None, **more: object) -> Person:
        person = self.model(email=self.normalize_email(email).lower(), **more)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Someone with an account. Erased, the row stays without name and address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True, null=True)  # noqa: DJ001  # erased: none, and none is not unique
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = PersonManager()

    def __str__(self) -> str:
        return self.name or self.email or str(self.id)


class Role(models.TextChoices):
    """What a person may do for an institution, a State or a network."""

    READER = "reader", pgettext_lazy("account role", "reader")
    EDITOR = "editor", pgettext_lazy("account role", "editor")
    PUBLISHER = "publisher", pgettext_lazy("account role", "publisher")
    MANAGER = "manager", pgettext_lazy("account role", "manager")
    CONTACT_POINT = "contact_point", pgettext_lazy("account role", "contact point of a State")
    COORDINATOR = "coordinator", pgettext_lazy("account role", "coordinator of a network")


FOR_INSTITUTIONS = (Role.READER, Role.EDITOR, Role.PUBLISHER, Role.MANAGER)
"""Roles in an institution; each may do what the one before it may."""

_ONE_SCOPE = (
    (Q(institution__isnull=False) & Q(state="") & Q(network__isnull=True))
    | (Q(institution__isnull=True) & ~Q(state="") & Q(network__isnull=True))
    | (Q(institution__isnull=True) & Q(state="") & Q(network__isnull=False))
)


class Scope(models.Model):
    """A role for one institution, one State or one network, which are named by id, never by key."""

    role = models.CharField(max_length=20, choices=Role)
    institution = models.UUIDField(null=True, blank=True)
    state = models.CharField(max_length=2, blank=True)
    network = models.UUIDField(null=True, blank=True)

    class Meta:
        abstract = True


class Mandate(Scope):
    """What a person may act for, and in which role."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mandates")
    given_by = models.UUIDField(null=True, help_text="Person who invited; blank: the operator")
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=_ONE_SCOPE, name="mandate_one_scope"),
            models.UniqueConstraint(
                fields=["person", "institution", "state", "network"],
                name="mandate_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class Invitation(Scope):
    """A link that gives whoever opens it first a role. Only a digest of it is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.UUIDField(null=True)
    note = models.CharField(
        max_length=200, blank=True, help_text="For whom, in the inviter's words"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=_ONE_SCOPE, name="invitation_one_scope")
        ]

    def __str__(self) -> str:
        return f"{self.role} until {self.expires_at:%Y-%m-%d}"


class Token(models.Model):
    """A key for programs that act for an institution. Only a digest of it is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    institution = models.UUIDField()
    role = models.CharField(max_length=20, choices=Role)
    name = models.CharField(max_length=100)
    beginning = models.CharField(max_length=12, help_text="Its first letters, to be told apart by")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"


class TokenUse(models.Model):
    """From where, and by which program, a token was used: what its person can look at and end."""

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="uses")
    address = models.CharField(max_length=45, help_text="Network address that the requests had")
    program = models.CharField(max_length=100, blank=True, help_text="What it calls itself")
    count = models.PositiveBigIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token", "address", "program"], name="token_use_once")
        ]

    def __str__(self) -> str:
        return f"{self.token_id} {self.address} {self.program}"
