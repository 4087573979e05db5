"""The signature of what is sent, as Standard Webhooks has it, and the secret that it is made with.

The secret is made from the key of this installation and the salt of the hook, so that it stands in
no table: a copy of the database signs nothing. A new salt is a new secret; a new key of the
installation is a new secret for every hook.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from django.conf import settings

PREFIX: Final = "whsec_"


def hook_secret(hook_id: str, salt: str) -> str:
    """The secret of a hook as its owner is shown it once."""
    message = f"concord.hooks:{hook_id}:{salt}".encode()
    raw = hmac.digest(settings.SECRET_KEY.encode(), message, hashlib.sha256)
    return PREFIX + base64.b64encode(raw).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature`` for a body sent at ``timestamp`` (seconds, UTC)."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
