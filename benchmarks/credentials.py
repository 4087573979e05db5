"""Credentials signed and checked a minute, status list and all.

Run by `make bench ONLY=credentials`. Each check reads the JSON, both proofs (the credential's and
its list's) and the list.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta

import django
from nacl.signing import SigningKey
from rich.console import Console

from concord.core.credentials.badge import Issuer, Scope, accreditation
from concord.core.credentials.encoding import Json, did_of, method_of
from concord.core.credentials.proof import signed
from concord.core.credentials.status import entry, list_credential
from concord.core.credentials.verifying import Key, Known, KnownIssuer, verify

COUNT, LEAST_SIGNED, LEAST_CHECKED = 200, 500, 1_000


def report() -> None:
    """Measure and print beside the limits."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "concord.site.settings"
    django.setup()
    from concord.federation.contexts import contexts

    key, now = SigningKey(bytes(range(32))), datetime.now(UTC)
    public = bytes(key.verify_key)
    did, method, address = did_of(public), method_of(public), "https://node.example/status"

    def sign(document: Json) -> Json:
        return signed(document, key, method=method, created=now, contexts=contexts())

    held = sign(
        list_credential(
            address=address, issuer=did, purpose="revocation", places=range(0, 100_000, 7),
            valid_from=now, valid_until=now + timedelta(days=1),
        )
    )  # fmt: skip
    known = Known(
        contexts(), {did: KnownIssuer(did, "Node", {method: Key(public)})}, {address: held}
    )
    issuer = Issuer(did, "Node")

    def badge(n: int) -> Json:
        scope = Scope("urn:x:scope", f"Course {n}", "All of it", "Peer review")
        status = [entry(address=address, purpose="revocation", place=7 * n + 1)]
        return accreditation(
            id=f"urn:uuid:{n:032x}", issuer=issuer, subject="urn:x:course", scope=scope,
            valid_from=now, status=status,
        )  # fmt: skip

    begun = time.perf_counter()
    made = [sign(badge(n)) for n in range(COUNT)]
    signed_rate = COUNT / (time.perf_counter() - begun) * 60
    files = [json.dumps(one).encode() for one in made]
    begun = time.perf_counter()
    assert all(verify(file, known=known, now=now).is_valid for file in files)
    checked_rate = COUNT / (time.perf_counter() - begun) * 60
    console = Console(highlight=False)
    console.print(f"signed: {signed_rate:,.0f} a minute (at least {LEAST_SIGNED})")
    console.print(f"checked: {checked_rate:,.0f} a minute (at least {LEAST_CHECKED:,})")
    if signed_rate < LEAST_SIGNED or checked_rate < LEAST_CHECKED:
        sys.exit("under the limit")


if __name__ == "__main__":
    report()
