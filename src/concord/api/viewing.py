"""Who asks the interface: the public, or a program with a token."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from concord.accounts.errors import BadTokenError
from concord.accounts.selectors import token_acting
from concord.core.disclosure import ANYONE, Viewer, member_of
from concord.record.errors import ConcordError

BAD_TOKENS: Final = 20
"""Wrong tokens from one address in ``WHILE`` seconds; after that no token of its is looked at."""
WHILE: Final = 60


class TooManyError(ConcordError):
    """Too many wrong tokens came from one address."""

    code = "too-many"
    status = 429
    title = _("Too many wrong tokens. Wait a minute and try again.")


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer of a request to the interface; raises ``BadTokenError``, ``TooManyError``."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return ANYONE
    key = f"bad-tokens:{request.META.get('REMOTE_ADDR', '')}"
    if cache.get(key, 0) >= BAD_TOKENS:
        raise TooManyError
    is_bearer = scheme.casefold() == "bearer"
    try:
        return member_of(token_acting(secret=secret.strip() if is_bearer else "").institution)
    except BadTokenError:
        if not cache.add(key, 1, WHILE):
            cache.incr(key)
        raise
