"""The places of this room: proposals. What else is kept of people says nothing of records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from concord.accounts.models import Proposal
from concord.record.places import Held, Place, holds_nothing, place
from concord.record.spill import Spill

_TEXTS: Final = ("reason", "source_text", "locator", "settled_because")


@place
class Proposals(Place):
    """What others proposed that the records should say, and why."""

    code = "proposals"
    label = gettext_lazy("Proposals")
    tables = ("accounts_proposal",)

    def _rows(self, spill: Spill) -> Iterator[Proposal]:
        of_it = Q(record_id__in=spill.ids) | Q(institution=spill.owner)
        for row in Proposal.objects.filter(of_it).order_by("made_at"):
            is_of_it = row.record_id in spill.ids
            holds = is_of_it and (spill.holds(row.base) or spill.holds(row.content))
            if holds or spill.says([row.base, row.content, *self._said(row)]):
                yield row

    def _said(self, row: Proposal) -> list[str]:
        return [getattr(row, name) for name in _TEXTS]

    def held(self, spill: Spill) -> Held:
        return Held.of(row.made_at for row in self._rows(spill))

    def clean(self, spill: Spill) -> None:
        """One of an emptied record, or that says it elsewhere, is settled: nothing is left."""
        for row in list(self._rows(spill)):
            if row.record_id in spill.ids and not spill.is_whole:
                row.base, row.content = spill.rest(row.base), spill.rest(row.content)
            if spill.is_whole or spill.says([row.base, row.content]):
                self._empty(row)
            for name in _TEXTS:
                if spill.is_whole or spill.says(getattr(row, name)):
                    setattr(row, name, "")
            row.save()

    def _empty(self, row: Proposal) -> None:
        nothing: dict[str, Any] = {}
        row.base, row.content = nothing, nothing
        if row.is_open:
            row.state, row.settled_at = Proposal.State.DECLINED, timezone.now()


holds_nothing(
    ("accounts_told", "accounts_person", "accounts_mandate", "accounts_invitation",
     "accounts_token", "accounts_tokenuse", "accounts_noticechoice"),
    "it is about people with accounts and their programs, and no way leads there from a record",
)  # fmt: skip
holds_nothing(
    ("accounts_notice",), "notices and the mails of them have counts and addresses, and no content"
)
holds_nothing(
    ("accounts_round", "accounts_roundasked"),
    "a coordinator writes there what is asked, for everybody to read, and no record",
)
holds_nothing(
    ("auth_permission", "auth_group", "auth_group_permissions", "django_content_type",
     "account_emailaddress", "account_emailconfirmation", "mfa_authenticator",
     "socialaccount_socialapp", "socialaccount_socialapp_sites", "socialaccount_socialaccount",
     "socialaccount_socialtoken", "usersessions_usersession"),
    "it is of the libraries that sign people in, and no way leads there from a record",
)  # fmt: skip
holds_nothing(("django_migrations",), "it names the changes of tables that were made")
