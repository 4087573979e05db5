"""Whether a credential holds, and where not, why: offline, for a moment that is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from concord.core.credentials.baking import PNG, from_png, from_svg
from concord.core.credentials.canonical import Contexts
from concord.core.credentials.encoding import Json, public_of_did, read_json
from concord.core.credentials.errors import (
    ContextError,
    CredentialError,
    FormError,
    ProofError,
    SchemaError,
    StatusError,
)
from concord.core.credentials.moments import moment
from concord.core.credentials.proof import check_signature, proof_of
from concord.core.credentials.shape import check_shape
from concord.core.credentials.status import PURPOSES, is_set
from concord.core.credentials.token import check_token, read_token

SKEW: Final = timedelta(minutes=5)
"""How far two clocks may differ."""


class Check(StrEnum):
    """What is looked at, in this order."""

    FORM = "form"
    SCHEMA = "schema"
    CONTEXT = "context"
    SIGNATURE = "signature"
    DATE = "date"
    ISSUER = "issuer"
    STATUS = "status"


class Outcome(StrEnum):
    """OPEN: it could not be told from what was given."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check, in words, and the part concerned."""

    check: Check
    outcome: Outcome
    reason: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key of 32 bytes and the time in which its owner signed with it."""

    public: bytes
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class KnownIssuer:
    """An issuer that the verifier knows, with its keys by verification method, retired ones too."""

    id: str
    name: str
    keys: Mapping[str, Key] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What a verifier has at hand: pinned contexts, issuers by id, signed status lists by address,
    signed endorsements."""

    contexts: Contexts
    issuers: Mapping[str, KnownIssuer] = field(default_factory=dict)
    lists: Mapping[str, Json] = field(default_factory=dict)
    endorsements: Sequence[Json] = ()


@dataclass(frozen=True)
class Verdict:
    """Findings in the order of checks; a check that others stopped is missing. ``credential`` is
    None where it could not be read."""

    credential: Json | None
    findings: tuple[Finding, ...]

    @property
    def is_valid(self) -> bool:
        """Whether the signature holds and nothing failed; what is open is open."""
        signed = any(
            one.check == Check.SIGNATURE and one.outcome == Outcome.PASSED for one in self.findings
        )
        return signed and not self.failed

    @property
    def failed(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.outcome == Outcome.FAILED)

    @property
    def open(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.outcome == Outcome.OPEN)


@dataclass(frozen=True)
class _Signed:
    credential: Json
    method: str
    created: datetime | None
    expires: datetime | None
    check: Callable[[bytes], None]


def verify(data: bytes, *, known: Known, now: datetime) -> Verdict:
    """The verdict on a file: JSON, a JWT, or a picture with either in it; ``now`` has its zone."""
    try:
        text = unbaked(data)
        if text.lstrip()[:1] == "{":
            return verify_document(read_json(text), known=known, now=now)
        credential, method = read_token(text)
    except CredentialError as error:
        return Verdict(None, (_failed(error),))
    return _verdict(
        _Signed(credential, method, None, None, lambda public: check_token(text, public)),
        known, now,
    )  # fmt: skip


def verify_document(document: Json, *, known: Known, now: datetime) -> Verdict:
    """The verdict on a credential with an embedded proof."""
    try:
        signed = _signed(document, known.contexts)
    except CredentialError as error:
        return Verdict(document, (_failed(error),))
    return _verdict(signed, known, now)


def unbaked(data: bytes) -> str:
    """The text of a credential, out of its picture where it is in one.

    Raises:
        FormError: there is none.
    """
    if data.startswith(PNG):
        return from_png(data)
    if b"<svg" in data[:4096]:
        return from_svg(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormError("not a text") from error


def _signed(document: Json, contexts: Contexts) -> _Signed:
    proof = proof_of(document)
    bare = {name: value for name, value in document.items() if name != "proof"}
    return _Signed(
        bare, proof["verificationMethod"],
        moment(proof["created"]) if "created" in proof else None,
        moment(proof["expires"]) if "expires" in proof else None,
        lambda public: check_signature(document, public, contexts),
    )  # fmt: skip


def _verdict(signed: _Signed, known: Known, now: datetime) -> Verdict:
    found: list[Finding] = []
    try:
        check_shape(signed.credential)
        found.append(Finding(Check.SCHEMA, Outcome.PASSED))
        signed.check(_key(signed, known.issuers).public)
        found.append(Finding(Check.SIGNATURE, Outcome.PASSED))
    except CredentialError as error:
        return Verdict(signed.credential, (*found, _failed(error)))
    found += _dates(signed, now)
    found.append(_issuer(signed, known, now))
    found += _statuses(signed.credential, known, now)
    return Verdict(signed.credential, tuple(found))


def _failed(error: CredentialError) -> Finding:
    checks: dict[type[CredentialError], Check] = {
        FormError: Check.FORM, SchemaError: Check.SCHEMA, ContextError: Check.CONTEXT,
        ProofError: Check.SIGNATURE, StatusError: Check.STATUS,
    }  # fmt: skip
    return Finding(checks.get(type(error), Check.FORM), Outcome.FAILED, error.reason, error.what)


def issuer_of(credential: Json) -> str:
    """The id of a credential's issuer."""
    issuer = credential["issuer"]
    return str(issuer["id"] if isinstance(issuer, dict) else issuer)


def _key(signed: _Signed, issuers: Mapping[str, KnownIssuer]) -> Key:
    """The key that a method names: one of its issuer's, or the method is the key itself."""
    known = issuers.get(issuer_of(signed.credential))
    if known and signed.method in known.keys:
        return known.keys[signed.method]
    try:
        return Key(public_of_did(signed.method))
    except FormError as error:
        raise ProofError("its key is not known here", signed.method) from error


def _dates(signed: _Signed, now: datetime) -> list[Finding]:
    words, failed = signed.credential, []

    def told(reason: str, what: str) -> None:
        failed.append(Finding(Check.DATE, Outcome.FAILED, reason, what))

    if signed.created is not None and signed.created > now + SKEW:
        told("signed in the future: one of the clocks is wrong", signed.created.isoformat())
    if signed.expires is not None and signed.expires < now - SKEW:
        told("its proof has expired", signed.expires.isoformat())
    if "validFrom" in words and moment(words["validFrom"]) > now + SKEW:
        told("not valid yet", words["validFrom"])
    if "validUntil" in words and moment(words["validUntil"]) < now - SKEW:
        told("expired", words["validUntil"])
    return failed or [Finding(Check.DATE, Outcome.PASSED)]


def _issuer(signed: _Signed, known: Known, now: datetime) -> Finding:
    """Whether the key is the issuer's, and the issuer known or endorsed by one who is."""
    name = issuer_of(signed.credential)
    issuer = known.issuers.get(name)
    if issuer and (key := issuer.keys.get(signed.method)):
        said = signed.credential.get("validFrom")
        when = signed.created or (moment(said) if said else now)
        is_in_time = (key.since is None or when >= key.since - SKEW) and (
            key.until is None or when <= key.until + SKEW
        )
        if not is_in_time:
            return Finding(
                Check.ISSUER, Outcome.FAILED, "signed when the key was not in use", signed.method
            )
        return Finding(Check.ISSUER, Outcome.PASSED, "known here", issuer.name)
    if issuer and issuer.keys:
        return Finding(Check.ISSUER, Outcome.FAILED, "not a key of its issuer", signed.method)
    if signed.method.partition("#")[0] != name:
        return Finding(
            Check.ISSUER, Outcome.FAILED, "nothing shows that the key is its issuer's", name
        )
    if issuer:
        return Finding(Check.ISSUER, Outcome.PASSED, "known here", issuer.name)
    for endorsement in known.endorsements:
        if by := _endorser(endorsement, name, known, now):
            return Finding(Check.ISSUER, Outcome.PASSED, "endorsed by one known here", by)
    return Finding(Check.ISSUER, Outcome.OPEN, "an issuer that is not known here", name)


def _endorser(endorsement: Json, name: str, known: Known, now: datetime) -> str | None:
    """The known issuer whose endorsement of ``name`` this is, if it holds."""
    subject = endorsement.get("credentialSubject")
    kinds = endorsement.get("type")
    if not isinstance(subject, dict) or subject.get("id") != name:
        return None
    if not isinstance(kinds, list) or "EndorsementCredential" not in kinds:
        return None
    alone = Known(known.contexts, known.issuers, known.lists)
    verdict = verify_document(endorsement, known=alone, now=now)
    if not verdict.is_valid or verdict.open:
        return None
    return known.issuers[issuer_of(endorsement)].name


def _statuses(credential: Json, known: Known, now: datetime) -> list[Finding]:
    status = credential.get("credentialStatus")
    entries = status if isinstance(status, list) else [status] if status else []
    return [_status(entry, credential, known, now) for entry in entries]


def _status(entry: Json, credential: Json, known: Known, now: datetime) -> Finding:
    purpose, address = str(entry.get("statusPurpose")), str(entry.get("statusListCredential"))
    if entry.get("type") != "BitstringStatusListEntry" or purpose not in PURPOSES:
        return Finding(Check.STATUS, Outcome.OPEN, "a status that we do not read", purpose)
    if address not in known.lists:
        return Finding(Check.STATUS, Outcome.OPEN, "its status list is not at hand", address)
    try:
        place = _place(entry.get("statusListIndex"))
        encoded = _list_of(known.lists[address], entry, issuer_of(credential), known, now)
        if is_set(encoded, place):
            reason = "revoked" if purpose == "revocation" else "suspended"
            return Finding(Check.STATUS, Outcome.FAILED, reason, str(place))
    except StatusError as error:
        return _failed(error)
    return Finding(Check.STATUS, Outcome.PASSED, purpose, str(place))


def _place(index: object) -> int:
    text = str(index)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise StatusError("a place that is no number", text[:60])
    return int(text)


def _list_of(document: Json, entry: Json, issuer: str, known: Known, now: datetime) -> object:
    """The encoded list, if it is signed by this issuer, in time, and the one that is named."""
    verdict = verify_document(document, known=Known(known.contexts, known.issuers), now=now)
    if verdict.credential is None or not verdict.is_valid:
        raise StatusError("its status list does not hold", verdict.failed[0].reason)
    found, subject = verdict.credential, verdict.credential["credentialSubject"]
    if issuer_of(found) != issuer:
        raise StatusError("its status list is of another issuer", issuer_of(found))
    if not isinstance(subject, dict) or subject.get("type") != "BitstringStatusList":
        raise StatusError("not a status list", str(found.get("id")))
    if (found.get("id"), subject.get("statusPurpose")) != (
        entry["statusListCredential"], entry["statusPurpose"],
    ):  # fmt: skip
        raise StatusError("another status list than the one it names", str(found.get("id")))
    return subject.get("encodedList")
