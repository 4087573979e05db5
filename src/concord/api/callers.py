"""Who asks the interface: the public, or a program with a token. No session is ever looked at."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from concord.accounts.errors import BadTokenError
from concord.accounts.models import Role
from concord.accounts.selectors import Acting, digest_of, token_acting
from concord.accounts.services import token_used
from concord.api.errors import TooManyError
from concord.core.disclosure import ANYONE, Actor, Viewer
from concord.record.audiences import viewer_as

BAD_TOKENS: Final = 20
"""Wrong tokens from one address in ``WHILE`` seconds; after that no token of its is looked at."""
WRITES: Final = 300
"""Requests of one token that write, in ``WHILE`` seconds."""
WHILE: Final = 60


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that acts for an institution; ``token`` is the digest that its key is kept as."""

    token: str
    acting: Acting

    @property
    def viewer(self) -> Viewer:
        return viewer_as(self.acting.institution)


def caller_of(request: HttpRequest) -> Caller | None:
    """Whose token came with a request, if any; raises ``BadTokenError``, ``TooManyError``."""
    if hasattr(request, "caller"):
        found: Caller | None = request.caller
        return found
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return None
    key = f"bad-tokens:{request.META.get('REMOTE_ADDR', '')}"
    if cache.get(key, 0) >= BAD_TOKENS:
        raise TooManyError(_("Too many wrong tokens came from your address."), seconds=WHILE)
    secret = secret.strip() if scheme.casefold() == "bearer" else ""
    try:
        caller = Caller(digest_of(secret), token_acting(secret=secret))
    except BadTokenError:
        if not cache.add(key, 1, WHILE):
            cache.incr(key)
        raise
    token_used(
        digest=caller.token,
        address=request.META.get("REMOTE_ADDR", ""),
        program=request.headers.get("User-Agent", ""),
    )
    request.caller = caller  # type: ignore[attr-defined]
    return caller


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer of a request; raises as ``caller_of`` does."""
    caller = caller_of(request)
    return caller.viewer if caller else ANYONE


def member_calling(request: HttpRequest) -> Caller:
    """The program that asks; raises ``BadTokenError`` where none has shown a token."""
    caller = caller_of(request)
    if caller is None:
        raise BadTokenError(_("Send a token as Authorization: Bearer."))
    return caller


def actor_of(request: HttpRequest, role: Role = Role.EDITOR) -> Actor:
    """Who writes; raises ``BadTokenError``, and ``NotAllowedError`` below ``role``."""
    return member_calling(request).acting.require(role)


def count_write(caller: Caller) -> None:
    """Count a request that writes; raises ``TooManyError`` beyond what a program needs."""
    now = int(time.time())
    key = f"writes:{caller.token}:{now // WHILE}"
    if cache.add(key, 1, 2 * WHILE):
        return
    if cache.incr(key) > WRITES:
        raise TooManyError(
            _("A token may write %(most)d times a minute; a batch counts once.") % {"most": WRITES},
            seconds=WHILE - now % WHILE,
        )
