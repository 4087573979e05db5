"""Credentials: what holds, what does not, and that the reason is said."""

from __future__ import annotations

import copy
import json
import struct
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from issuing import (
    CONTEXTS,
    DID,
    KEY,
    METHOD,
    NOW,
    OTHER,
    OTHER_DID,
    OTHER_METHOD,
    SUBJECT,
    US,
    badge,
    endorsed,
    known,
    lists,
    sign,
)  # fmt: skip

from concord.core.credentials.badge import Issuer
from concord.core.credentials.baking import baked_png, baked_svg, from_png, from_svg
from concord.core.credentials.errors import CredentialError, FormError, ProofError
from concord.core.credentials.token import token_of
from concord.core.credentials.verifying import Check, Key, KnownIssuer, Outcome, Verdict, verify

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>'


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


def verdict(document: dict[str, Any] | str | bytes, **changed: Any) -> Verdict:
    if isinstance(document, dict):
        document = json.dumps(document)
    data = document if isinstance(document, bytes) else document.encode()
    now = changed.pop("now", NOW)
    return verify(data, known=known(**changed), now=now)


def failed(document: dict[str, Any] | str | bytes, **changed: Any) -> list[tuple[Check, str]]:
    found = verdict(document, **changed)
    assert not found.is_valid
    return [(one.check, one.reason) for one in found.failed]


def test_what_we_sign_holds_as_json_token_and_in_pictures() -> None:
    credential, token = sign(badge()), token_of(badge(), KEY, method=METHOD)
    forms = [
        json.dumps(credential), token, baked_png(png(), credential), baked_png(png(), token),
        baked_svg(SVG, credential), baked_svg(SVG, token),
    ]  # fmt: skip
    for form in forms:
        found = verdict(form)
        assert found.is_valid
        assert not found.open
        assert {one.check for one in found.findings} == set(Check) - {Check.FORM, Check.CONTEXT}
        assert found.credential == badge()


def test_a_picture_stays_a_picture_and_takes_one_credential() -> None:
    credential = sign(badge())
    baked = baked_png(png(), credential)
    assert len(baked) > len(png())
    assert json.loads(from_png(baked)) == credential
    assert b"<circle" in baked_svg(SVG, credential)
    assert json.loads(from_svg(baked_svg(SVG, credential))) == credential
    for again in (
        lambda: baked_png(baked, credential),
        lambda: baked_svg(baked_svg(SVG, credential), "a.b.c"),
    ):
        with pytest.raises(FormError, match="already"):
            again()


def test_pictures_that_are_damaged_empty_or_dangerous_are_refused() -> None:
    assert failed(png()) == [(Check.FORM, "no credential in this picture")]
    assert failed(baked_png(png(), "a.b.c")[:-20]) == [(Check.FORM, "a damaged picture")]
    swapped = baked_png(png(), "a.b.c").replace(b"a.b.c", b"a.b.d")
    assert failed(swapped) == [(Check.FORM, "a damaged picture")]
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG
    assert failed(bomb)[0][1].startswith("not an SVG that we read")
    large = zlib.compress(b" " * 30_000_000)
    text = b"openbadgecredential\0\1\0\0\0" + large
    chunk = (
        struct.pack(">I", len(text))
        + b"iTXt"
        + text
        + struct.pack(">I", zlib.crc32(b"iTXt" + text))
    )
    assert failed(png()[:33] + chunk + png()[33:]) == [
        (Check.FORM, "longer than a credential may be")
    ]


Change = Callable[[dict[str, Any]], None]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda one: one.update(name="Another"), (Check.SIGNATURE, "the signature is not of these words and this key")),
        (lambda one: one["credentialSubject"].update(id="urn:uuid:other"), (Check.SIGNATURE, "the signature is not of these words and this key")),
        (lambda one: one["proof"].update(created="2026-10-27T12:00:00Z"), (Check.SIGNATURE, "the signature is not of these words and this key")),
        (lambda one: one["proof"].update(verificationMethod=OTHER_METHOD), (Check.SIGNATURE, "the signature is not of these words and this key")),
        (lambda one: one["proof"].update(verificationMethod="https://x.example/key"), (Check.SIGNATURE, "its key is not known here")),
        (lambda one: one["proof"].update(proofValue="z1"), (Check.SIGNATURE, "the signature is not of these words and this key")),
        (lambda one: one["proof"].update(proofValue="m0"), (Check.SIGNATURE, "a signature that cannot be read")),
        (lambda one: one["proof"].update(cryptosuite="ecdsa-rdfc-2019"), (Check.SIGNATURE, "a proof of another kind")),
        (lambda one: one["proof"].update(proofPurpose="authentication"), (Check.SIGNATURE, "a proof for another purpose")),
        (lambda one: one.update(proof=[one["proof"], one["proof"]]), (Check.SIGNATURE, "two proofs: which of them counts is not said")),
        (lambda one: one.pop("proof"), (Check.SIGNATURE, "no proof")),
        (lambda one: one["@context"].append("https://foreign.example/context"), (Check.CONTEXT, "a context that is not pinned here")),
        (lambda one: one["@context"].append({"name": "urn:x:y"}), (Check.CONTEXT, "a context that is written in the document")),
        (lambda one: one["credentialSubject"].update({"@context": {}}), (Check.CONTEXT, "a keyword of JSON-LD inside the document")),
        (lambda one: one.update(unsigned="word"), (Check.CONTEXT, "a word that no context defines")),
        (lambda one: one["type"].append("Unheard"), (Check.CONTEXT, "a word that no context defines")),
        (lambda one: one["@context"].reverse(), (Check.SCHEMA, "its first context is not that of the data model 2.0")),
        (lambda one: one.pop("issuer"), (Check.SCHEMA, "not an address")),
        (lambda one: one["type"].remove("VerifiableCredential"), (Check.SCHEMA, "not a credential")),
        (lambda one: one.update(validFrom="2026-10-28"), (Check.SCHEMA, "not a moment with its zone")),
        (lambda one: one["credentialSubject"].pop("achievement"), (Check.SCHEMA, "missing")),
        (lambda one: one["credentialSubject"]["achievement"].pop("criteria"), (Check.SCHEMA, "missing")),
    ],
)  # fmt: skip
def test_each_change_is_noticed_and_named(change: Change, expected: tuple[Check, str]) -> None:
    credential = copy.deepcopy(sign(badge()))
    change(credential)
    assert failed(credential) == [expected]


def test_clocks_and_dates_are_told_apart() -> None:
    credential = sign(badge())
    assert failed(credential, now=NOW - timedelta(days=31), lists={}) == [
        (Check.DATE, "signed in the future: one of the clocks is wrong"), (Check.DATE, "not valid yet"),
    ]  # fmt: skip
    assert failed(credential, now=NOW + timedelta(days=701), lists={}) == [(Check.DATE, "expired")]
    assert verdict(credential, now=NOW - timedelta(days=30, minutes=4), lists={}).is_valid
    dated = sign(badge())
    dated["proof"]["expires"] = "2026-11-01T00:00:00Z"
    assert failed(dated)[0][0] == Check.SIGNATURE


def test_suspended_and_revoked_are_told_by_signed_lists_alone() -> None:
    credential = sign(badge())
    assert failed(credential, lists=lists(revocation=[94_567])) == [(Check.STATUS, "revoked")]
    assert failed(credential, lists=lists(suspension=[94_567])) == [(Check.STATUS, "suspended")]
    assert verdict(credential, lists=lists(revocation=[94_566, 94_568])).is_valid
    missing = verdict(credential, lists={})
    assert missing.is_valid
    assert [one.reason for one in missing.open] == ["its status list is not at hand"] * 2
    assert failed(credential, lists=lists(OTHER))[0] == (
        Check.STATUS,
        "its status list is of another issuer",
    )
    stale = failed(credential, now=NOW + timedelta(days=2))
    assert stale == [(Check.STATUS, "its status list does not hold")] * 2
    first, second = lists()
    swapped = {first: lists()[second], second: lists()[first]}
    assert failed(credential, lists=swapped)[0][1] == "another status list than the one it names"


def test_whose_key_it_is_has_to_be_shown() -> None:
    stranger = sign(badge(issuer=Issuer(OTHER_DID, "Stranger"), status=[]), OTHER)
    alone = verdict(stranger)
    assert alone.is_valid
    assert [(one.check, one.reason) for one in alone.open] == [
        (Check.ISSUER, "an issuer that is not known here")
    ]
    assert not verdict(stranger, endorsements=[endorsed()]).open
    for worthless in (
        endorsed(subject=SUBJECT), endorsed(key=OTHER), endorsed(valid_until=NOW - timedelta(days=1)),
        {**endorsed(), "name": "Changed"},
    ):  # fmt: skip
        assert verdict(stranger, endorsements=[worthless]).open
    forged = sign(badge(status=[]), OTHER)
    assert failed(forged) == [(Check.ISSUER, "not a key of its issuer")]
    elsewhere = sign(badge(issuer=Issuer("https://x.example/issuer", "X"), status=[]))
    assert failed(elsewhere) == [(Check.ISSUER, "nothing shows that the key is its issuer's")]


def test_a_retired_key_vouches_for_what_it_signed_in_its_time() -> None:
    name = "https://node.example/issuer"
    retired = Key(bytes(KEY.verify_key), NOW - timedelta(days=400), NOW - timedelta(days=10))
    issuer = KnownIssuer(
        name, "Node", {METHOD: retired, OTHER_METHOD: Key(bytes(OTHER.verify_key))}
    )
    credential = badge(issuer=Issuer(name, "Node"), status=[])
    assert verdict(sign(credential), issuers={name: issuer}).is_valid
    late = sign(credential, created=NOW - timedelta(days=5))
    assert failed(late, issuers={name: issuer}) == [
        (Check.ISSUER, "signed when the key was not in use")
    ]
    assert verdict(sign(credential, OTHER), issuers={name: issuer}).is_valid


def test_tokens_are_read_strictly() -> None:
    token = token_of(badge(), KEY, method=METHOD)
    head, body, signature = token.split(".")
    assert failed(f"{head}.{body}.{signature[:-4]}AAAA")[0][0] in {Check.SIGNATURE, Check.FORM}
    from concord.core.credentials.encoding import base64url

    for header in ({"alg": "none"}, {"alg": "HS256"}, {"alg": "EdDSA", "crit": ["x"]}):
        forged = ".".join(
            [base64url(json.dumps({"kid": METHOD, **header}).encode()), body, signature]
        )
        assert failed(forged)[0][0] == Check.SIGNATURE
    with pytest.raises(ProofError, match="already"):
        token_of(sign(badge()), KEY, method=METHOD)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a JWT"), ("{", "not JSON"), ('{"id": 1, "id": 2}', "a key stands twice"),
        ('{"id": NaN}', "not a number of JSON"), ("{}", "no proof"), ("{" + " " * 1_000_001 + "}", "longer than a credential may be"),
        ('{"a":' * 50 + "1" + "}" * 50, "deeper than a credential may be"), (b"\xff\xfe\xfd", "not a text"),
    ],
)  # fmt: skip
def test_what_is_no_credential_is_refused_with_words(text: str | bytes, reason: str) -> None:
    assert [found[1] for found in failed(text)] == [reason]


def test_a_graph_made_to_take_long_is_refused() -> None:
    credential = badge(status=[])
    alike = [{"type": "BitstringStatusListEntry"} for _ in range(40)]
    with pytest.raises(FormError, match="take long"):
        sign({**credential, "credentialStatus": alike})


leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just([]), st.just({})
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(found for key, one in inner for found in _paths(one, (*path, key)))]


SIGNED = sign(badge())
PATHS = [path for path in _paths(SIGNED) if path]


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.sampled_from(PATHS), leaves)
@example(("credentialStatus", 0, "statusListCredential"), [])
@example(("type", 1), {})
def test_whatever_stands_anywhere_no_changed_credential_holds(
    path: tuple[Any, ...], leaf: Any
) -> None:
    changed = copy.deepcopy(SIGNED)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    if holder[path[-1]] == leaf:
        return
    holder[path[-1]] = leaf
    assert not verdict(changed).is_valid


def test_errors_of_this_room_have_a_code_and_a_reason() -> None:
    kinds = [CredentialError, *CredentialError.__subclasses__()]
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert US.id == DID
    assert set(CONTEXTS) == set(badge()["@context"])
    assert Outcome.OPEN not in {one.outcome for one in verdict(SIGNED).findings}
