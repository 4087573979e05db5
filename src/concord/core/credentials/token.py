"""A credential as a JWT: EdDSA, vc+jwt (Securing Verifiable Credentials using JOSE and COSE)."""

from __future__ import annotations

import json

from nacl.signing import SigningKey

from concord.core.credentials.encoding import Json, base64url, from_base64url, read_json
from concord.core.credentials.errors import FormError, ProofError
from concord.core.credentials.moments import moment
from concord.core.credentials.proof import check_bytes

TYPES = frozenset({"vc+jwt", "JWT", None})


def token_of(credential: Json, key: SigningKey, *, method: str) -> str:
    """The credential as a compact JWT, its own words as claims beside the registered ones that Open
    Badges 3.0 asks for (section 8.2).

    Raises:
        ProofError: it carries a proof of its own.
    """
    if "proof" in credential:
        raise ProofError("signed already")
    issuer, subject = credential["issuer"], credential["credentialSubject"]
    claims = {
        "iss": issuer["id"] if isinstance(issuer, dict) else issuer,
        "jti": credential["id"],
        "nbf": int(moment(credential["validFrom"]).timestamp()),
    }
    if "id" in subject:
        claims["sub"] = subject["id"]
    if "validUntil" in credential:
        claims["exp"] = int(moment(credential["validUntil"]).timestamp())
    header = {"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc", "kid": method}
    parts = [_part(header), _part({**credential, **claims})]
    signature = key.sign(".".join(parts).encode()).signature
    return ".".join([*parts, base64url(signature)])


def _part(value: Json) -> str:
    return base64url(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def read_token(token: str) -> tuple[Json, str]:
    """The credential in a JWT, its signature not yet checked, and the key that it names.

    Raises:
        FormError: it is no JWT. ProofError: it is signed otherwise than we take, or its claims and
            its words differ.
    """
    parts = token.strip().split(".")
    if len(parts) != 3:
        raise FormError("not a JWT")
    header, claims = (read_json(from_base64url(part)) for part in parts[:2])
    if header.get("alg") != "EdDSA":
        raise ProofError("signed by another method", str(header.get("alg")))
    if header.get("typ") not in TYPES or "crit" in header or "b64" in header:
        raise ProofError("a token of another kind", str(header.get("typ")))
    credential = {
        name: value
        for name, value in claims.items()
        if name not in {"iss", "jti", "sub", "nbf", "exp", "iat"}
    }
    issuer, subject = credential.get("issuer"), credential.get("credentialSubject")
    said = {
        "iss": issuer.get("id") if isinstance(issuer, dict) else issuer,
        "jti": credential.get("id"),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
    }
    for name, value in said.items():
        if name in claims and claims[name] != value:
            raise ProofError("claims and words differ", name)
    for name, word in (("nbf", "validFrom"), ("exp", "validUntil")):
        if name in claims and (
            word not in credential or claims[name] != int(moment(credential[word]).timestamp())
        ):
            raise ProofError("claims and words differ", name)
    method = header.get("kid") or said["iss"]
    if not isinstance(method, str):
        raise ProofError("a proof that names no key")
    return credential, method


def check_token(token: str, public: bytes) -> None:
    """That a JWT's signature is of its words and this key.

    Raises:
        ProofError: it is not.
    """
    head, _dot, signature = token.strip().rpartition(".")
    check_bytes(head.encode(), from_base64url(signature), public)
