"""An issuer of credentials for tests, with a key that everybody may know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from making import ROOT
from nacl.signing import SigningKey

from concord.core.credentials.badge import OPEN_BADGES, Issuer, Scope, accreditation, endorsement
from concord.core.credentials.canonical import VC
from concord.core.credentials.encoding import did_of, method_of
from concord.core.credentials.proof import signed
from concord.core.credentials.status import entry, list_credential
from concord.core.credentials.verifying import Key, Known, KnownIssuer

FOLDER = ROOT / "data" / "credentials"
CONTEXTS = {
    VC: orjson.loads((FOLDER / "credentials-v2.jsonld").read_bytes()),
    OPEN_BADGES: orjson.loads((FOLDER / "open-badges-3.0.3.jsonld").read_bytes()),
}
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
KEY, OTHER = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))
DID, METHOD = did_of(bytes(KEY.verify_key)), method_of(bytes(KEY.verify_key))
OTHER_DID, OTHER_METHOD = did_of(bytes(OTHER.verify_key)), method_of(bytes(OTHER.verify_key))
US = KnownIssuer(DID, "Network of centres", {METHOD: Key(bytes(KEY.verify_key))})
LISTS = {
    purpose: f"https://node.example/status/{purpose}" for purpose in ("revocation", "suspension")
}
SUBJECT = "urn:uuid:6a5b4d3c-0000-4000-8000-000000000001"
SCOPE = Scope(
    "urn:uuid:6a5b4d3c-0000-4000-8000-000000000002", "Physical protection, advanced",
    "The course of 40 hours in its version 3, held in English", "Peer review by three from two regions",
)  # fmt: skip


def badge(**changed: Any) -> dict[str, Any]:
    """An accreditation, not signed."""
    given: dict[str, Any] = {
        "id": "urn:uuid:6a5b4d3c-0000-4000-8000-000000000003",
        "issuer": Issuer(DID, "Network of centres"), "subject": SUBJECT, "scope": SCOPE,
        "valid_from": NOW - timedelta(days=30), "valid_until": NOW + timedelta(days=700),
        "note": "Looked at again by 1 November 2027",
        "status": [entry(address=LISTS[p], purpose=p, place=94_567) for p in LISTS],
    }  # fmt: skip
    return accreditation(**{**given, **changed})


def sign(document: dict[str, Any], key: SigningKey = KEY, **changed: Any) -> dict[str, Any]:
    method = method_of(bytes(key.verify_key))
    given = {"method": method, "created": NOW - timedelta(days=30), "contexts": CONTEXTS}
    return signed(document, key, **{**given, **changed})


def lists(key: SigningKey = KEY, **places: list[int]) -> dict[str, dict[str, Any]]:
    """Both status lists, signed, with these places set."""
    issuer = did_of(bytes(key.verify_key))
    return {
        address: sign(
            list_credential(
                address=address, issuer=issuer, purpose=purpose, places=places.get(purpose, []),
                valid_from=NOW - timedelta(days=1), valid_until=NOW + timedelta(days=1),
            ),
            key,
        )
        for purpose, address in LISTS.items()
    }  # fmt: skip


def known(**changed: Any) -> Known:
    return Known(**{"contexts": CONTEXTS, "issuers": {DID: US}, "lists": lists(), **changed})


def endorsed(subject: str = OTHER_DID, key: SigningKey = KEY, **changed: Any) -> dict[str, Any]:
    """That the issuer of ``key`` lets ``subject`` accredit."""
    given: dict[str, Any] = {
        "id": "urn:uuid:6a5b4d3c-0000-4000-8000-000000000004",
        "issuer": Issuer(did_of(bytes(key.verify_key)), "Network of centres"), "subject": subject,
        "comment": "May accredit courses of its region", "name": "Accreditor",
        "valid_from": NOW - timedelta(days=60), "valid_until": NOW + timedelta(days=60),
    }  # fmt: skip
    return sign(endorsement(**{**given, **changed}), key)
