"""Whom this node knows as issuers of credentials: itself, by each key that it has signed with."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from concord.core.credentials.verifying import KnownIssuer
from concord.federation.keys import KeyFileError, keys_load


def key_path() -> Path:
    """The file of this node's key."""
    path: Path = settings.VAR / "issuer-key"
    return path


def issuers_own(name: str) -> dict[str, KnownIssuer]:
    """This node as an issuer called ``name``, by the did:key of each of its keys; none where it has
    no key that can be used."""
    try:
        keys = keys_load(key_path()).keys
    except KeyFileError:
        return {}
    dids = {method.partition("#")[0]: method for method in keys}
    return {did: KnownIssuer(did, name, {method: keys[method]}) for did, method in dids.items()}
