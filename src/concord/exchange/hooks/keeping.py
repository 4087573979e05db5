"""Hooks of an institution: added, tried, given another secret, taken up again, removed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.exchange.feeds.fetching import UnreachableFeedError, address_require
from concord.exchange.hooks.following import deliveries_add
from concord.exchange.hooks.sending import delivery_try, hooks_policy
from concord.exchange.hooks.signing import hook_secret
from concord.exchange.models import Delivery, Hook
from concord.exchange.models.hooks import new_salt
from concord.record.errors import ConcordError, NotFoundError
from concord.record.kinds import all_kinds
from concord.record.selectors import register_number

MOST: Final = 10
"""Hooks of one institution."""
SHOWN: Final = 50
LONGEST: Final = 2000


class HookError(ConcordError):
    """A hook cannot be kept as it was asked for; ``fields`` says why."""

    code = "hook"
    status = 422
    title = gettext_lazy("The web hook cannot be kept like this.")


def hook_add(
    *, acting: Acting, url: str, watches: Collection[str], kinds: Collection[str]
) -> tuple[Hook, str]:
    """A hook that is told what happens from now on, and its secret; raises ``HookError``."""
    acting.require(Role.MANAGER)
    faults: dict[str, str] = {}
    wrong = set(watches) - set(Hook.Watch.values)
    if not watches or wrong:
        faults["watches"] = _("Choose what it is to be told.")
    if set(kinds) - set(all_kinds()):
        faults["kinds"] = _("Choose kinds of record from the list.")
    if len(url) > LONGEST:
        faults["url"] = _("The address is too long.")
    else:
        try:
            address_require(url, allowed=hooks_policy())
        except UnreachableFeedError as error:
            faults["url"] = error.detail
    if Hook.objects.filter(institution=acting.institution).count() >= MOST:
        faults["url"] = _("An institution has at most %(most)d web hooks.") % {"most": MOST}
    if faults:
        raise HookError(fields=faults)
    hook = Hook.objects.create(
        institution=acting.institution,
        url=url,
        watches=sorted(watches),
        kinds=sorted(kinds),
        position=register_number(),
        returns_until=timezone.now(),
        made_by=acting.person,
    )
    return hook, hook_secret(str(hook.id), hook.salt)


def hook_list(*, acting: Acting) -> list[Hook]:
    """The hooks of the institution, oldest first."""
    acting.require(Role.MANAGER)
    return list(Hook.objects.filter(institution=acting.institution).order_by("made_at"))


def hook_get(*, acting: Acting, hook_id: UUID) -> Hook:
    """One hook of the institution; raises ``NotFoundError``."""
    acting.require(Role.MANAGER)
    found = Hook.objects.filter(id=hook_id, institution=acting.institution).first()
    if found is None:
        raise NotFoundError
    return found


def delivery_list(*, acting: Acting, hook_id: UUID) -> list[Delivery]:
    """What was last sent to a hook or waits to be, newest first."""
    hook = hook_get(acting=acting, hook_id=hook_id)
    return list(hook.deliveries.order_by("-place")[:SHOWN])


def hook_test(*, acting: Acting, hook_id: UUID) -> Delivery:
    """Send an event that means nothing, at once and once; return what came of it."""
    with transaction.atomic():
        hook = _locked(acting, hook_id)
        (made,) = deliveries_add(hook, "test", "records", [], anyway=True)
    delivery_try(hook, made, Delivery.State.FAILED)
    made.refresh_from_db()
    return made


def hook_rotate(*, acting: Acting, hook_id: UUID) -> str:
    """Give a hook another secret; the one before signs nothing from now on."""
    with transaction.atomic():
        hook = _locked(acting, hook_id)
        hook.salt = new_salt()
        hook.save(update_fields=["salt"])
    return hook_secret(str(hook.id), hook.salt)


def hook_resume(*, acting: Acting, hook_id: UUID) -> None:
    """Take a stopped hook up again where it was left: it is told all that happened since."""
    with transaction.atomic():
        hook = _locked(acting, hook_id)
        Hook.objects.filter(id=hook.id).update(
            state=Hook.State.ACTIVE, failures=0, next_try_at=None
        )


def hook_remove(*, acting: Acting, hook_id: UUID) -> None:
    """Forget a hook and all that waits for it."""
    hook_get(acting=acting, hook_id=hook_id).delete()


def _locked(acting: Acting, hook_id: UUID) -> Hook:
    hook_get(acting=acting, hook_id=hook_id)
    return Hook.objects.select_for_update().get(id=hook_id)
