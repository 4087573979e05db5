"""Data Integrity proofs of the suite eddsa-rdfc-2022 (W3C Recommendation, 15 May 2025)."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from concord.core.credentials.canonical import Contexts, canonical
from concord.core.credentials.encoding import Json, from_multibase, multibase
from concord.core.credentials.errors import FormError, ProofError
from concord.core.credentials.moments import moment, stamp

SUITE = "eddsa-rdfc-2022"


def signed(
    document: Json, key: SigningKey, *, method: str, created: datetime, contexts: Contexts
) -> Json:
    """The document with one proof more; it must not have any yet.

    Raises:
        ProofError: it has one.
        CredentialError: it cannot be canonicalised.
    """
    if "proof" in document:
        raise ProofError("signed already")
    options = {
        "type": "DataIntegrityProof", "cryptosuite": SUITE, "created": stamp(created),
        "verificationMethod": method, "proofPurpose": "assertionMethod",
    }  # fmt: skip
    signature = key.sign(to_sign(document, options, contexts)).signature
    return {**document, "proof": {**options, "proofValue": multibase(signature)}}


def to_sign(document: Json, options: Json, contexts: Contexts) -> bytes:
    """64 bytes: the digest of the proof's options before the digest of the document."""
    config = {"@context": document.get("@context"), **options}
    return b"".join(sha256(canonical(one, contexts)).digest() for one in (config, document))


def proof_of(document: Json) -> Json:
    """The one proof of a document, of the only kind that we take.

    Raises:
        ProofError: there is none, there are two, or it is of another kind.
    """
    proof = document.get("proof")
    proofs = proof if isinstance(proof, list) else [proof]
    if len(proofs) > 1:
        raise ProofError("two proofs: which of them counts is not said")
    if not proofs or not isinstance(proofs[0], dict):
        raise ProofError("no proof")
    one: Json = proofs[0]
    if (one.get("type"), one.get("cryptosuite")) != ("DataIntegrityProof", SUITE):
        raise ProofError("a proof of another kind", str(one.get("cryptosuite") or one.get("type")))
    if one.get("proofPurpose") != "assertionMethod":
        raise ProofError("a proof for another purpose", str(one.get("proofPurpose")))
    if not isinstance(one.get("verificationMethod"), str):
        raise ProofError("a proof that names no key")
    for date in ("created", "expires"):
        if date in one:
            moment(one[date])
    return one


def check_signature(document: Json, public: bytes, contexts: Contexts) -> None:
    """That the one proof is of this document and of this key.

    Raises:
        ProofError: it is not.
        CredentialError: the document cannot be canonicalised.
    """
    proof = proof_of(document)
    try:
        signature = from_multibase(proof.get("proofValue"))
    except FormError as error:
        raise ProofError("a signature that cannot be read") from error
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    bare = {name: value for name, value in document.items() if name != "proof"}
    check_bytes(to_sign(bare, options, contexts), signature, public)


def check_bytes(data: bytes, signature: bytes, public: bytes) -> None:
    """That ``signature`` is of these bytes and of this Ed25519 key.

    Raises:
        ProofError: it is not.
    """
    try:
        VerifyKey(public).verify(data, signature)
    except (BadSignatureError, ValueError) as error:
        raise ProofError("the signature is not of these words and this key") from error
