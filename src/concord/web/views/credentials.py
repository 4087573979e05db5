"""A credential that somebody holds, checked: nothing of it is kept, nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from concord.core.credentials.encoding import Json, read_json
from concord.core.credentials.errors import CredentialError
from concord.core.credentials.verifying import Check, Known, Outcome, Verdict, verify
from concord.federation.contexts import contexts
from concord.federation.issuers import issuers_own

MOST_BYTES: Final = 2_000_000
CHECKS: Final[Mapping[Check, Promise]] = {
    Check.FORM: gettext_lazy("Can be read"),
    Check.SCHEMA: gettext_lazy("Is complete"),
    Check.CONTEXT: gettext_lazy("Its words are defined"),
    Check.SIGNATURE: gettext_lazy("Signature"),
    Check.DATE: gettext_lazy("Dates"),
    Check.ISSUER: gettext_lazy("Issuer"),
    Check.STATUS: gettext_lazy("Status"),
}
OUTCOMES: Final[Mapping[Outcome, Promise]] = {
    Outcome.PASSED: gettext_lazy("holds"),
    Outcome.FAILED: gettext_lazy("does not hold"),
    Outcome.OPEN: gettext_lazy("cannot be told here"),
}
REASONS: Final[Mapping[str, Promise]] = {
    "a context that is not pinned here": gettext_lazy(
        "It uses a vocabulary that is not kept here; none is fetched."
    ),
    "a context that is written in the document": gettext_lazy(
        "It brings a vocabulary of its own, which could change what was signed."
    ),
    "a control character in a text": gettext_lazy("A text in it has a control character."),
    "a damaged picture": gettext_lazy("The picture is damaged."),
    "a graph made to take long": gettext_lazy(
        "It is made so that checking it would take very long."
    ),
    "a key stands twice": gettext_lazy(
        "A key stands twice in it, so that it says two things at once."
    ),
    "a keyword of JSON-LD inside the document": gettext_lazy(
        "It redefines its words inside, which could change what was signed."
    ),
    "a list that cannot be read": gettext_lazy("The status list cannot be read."),
    "a list that is too long or cut off": gettext_lazy("The status list is too long, or cut off."),
    "a list that is too short": gettext_lazy(
        "The status list is shorter than the standard allows."
    ),
    "a place outside the list": gettext_lazy("Its place lies outside the status list."),
    "a place that is no number": gettext_lazy("Its place in the status list is no number."),
    "a proof for another purpose": gettext_lazy("It was signed for another purpose."),
    "a proof of another kind": gettext_lazy("It is signed by a method that is not read here."),
    "a proof that names no key": gettext_lazy("Its signature names no key."),
    "a signature that cannot be read": gettext_lazy("Its signature cannot be read."),
    "a status that we do not read": gettext_lazy(
        "It has a status of a kind that is not read here."
    ),
    "a token of another kind": gettext_lazy("It is a token of another kind."),
    "a word that no context defines": gettext_lazy(
        "It has a word that no vocabulary defines and that the signature would not cover."
    ),
    "an id that is not an address": gettext_lazy("An id in it is not an address."),
    "an issuer that is not known here": gettext_lazy(
        "The signature is its issuer's, but who that is is not known here."
    ),
    "another status list than the one it names": gettext_lazy(
        "The status list that was given is not the one that it names."
    ),
    "claims and words differ": gettext_lazy(
        "The token and the credential in it say different things."
    ),
    "deeper than a credential may be": gettext_lazy(
        "It is nested deeper than a credential may be."
    ),
    "endorsed by one known here": gettext_lazy("Its issuer is endorsed by one who is known here."),
    "expired": gettext_lazy("It has expired."),
    "it does not name the context of Open Badges 3.0.3": gettext_lazy(
        "It does not name the vocabulary of Open Badges 3.0.3."
    ),
    "its first context is not that of the data model 2.0": gettext_lazy(
        "It does not follow the data model 2.0."
    ),
    "its key is not known here": gettext_lazy("The key that it names is not known here."),
    "its proof has expired": gettext_lazy("Its signature was for a time that is over."),
    "its status list does not hold": gettext_lazy("The status list itself does not hold."),
    "its status list is not at hand": gettext_lazy(
        "Whether it was revoked or suspended stands in a status list that was not given."
    ),
    "its status list is of another issuer": gettext_lazy("The status list is another issuer's."),
    "known here": gettext_lazy("Its issuer is known here."),
    "longer than a credential may be": gettext_lazy("It is longer than a credential may be."),
    "missing": gettext_lazy("Something that it has to say is missing."),
    "no credential in this picture": gettext_lazy("There is no credential in this picture."),
    "no proof": gettext_lazy("It is not signed."),
    "not JSON": gettext_lazy("It is not JSON."),
    "not JSON-LD": gettext_lazy("It is not JSON-LD."),
    "not a JWT": gettext_lazy("It is neither JSON nor a token."),
    "not a credential": gettext_lazy("It does not say that it is a credential."),
    "not a key of its issuer": gettext_lazy("It was not signed with a key of its issuer."),
    "not a moment with its zone": gettext_lazy(
        "A date in it is not written as a moment with its time zone."
    ),
    "not a number of JSON": gettext_lazy("It has a number that JSON does not know."),
    "not a status list": gettext_lazy("What was given as its status list is none."),
    "not a text": gettext_lazy("It is neither a text nor a picture that can be read."),
    "not an SVG": gettext_lazy("It is not an SVG picture."),
    "not an SVG that we read: too large, or with definitions of its own": gettext_lazy(
        "The SVG picture is too large, or has definitions of its own."
    ),
    "not an address": gettext_lazy("An id in it is not an address."),
    "not an object of JSON": gettext_lazy("It is JSON, but not a credential."),
    "not base64url": gettext_lazy("A part of the token cannot be read."),
    "not valid yet": gettext_lazy("It is not valid yet."),
    "nothing shows that the key is its issuer's": gettext_lazy(
        "Nothing shows that the key belongs to its issuer."
    ),
    "of another kind": gettext_lazy("A part of it is of another kind than it has to be."),
    "revocation": gettext_lazy("It is not revoked."),
    "revoked": gettext_lazy("It was revoked."),
    "signed by another method": gettext_lazy("It is signed by a method that is not read here."),
    "signed in the future: one of the clocks is wrong": gettext_lazy(
        "It was signed in the future: one of the clocks is wrong."
    ),
    "signed when the key was not in use": gettext_lazy(
        "It was signed at a time when its key was not in use."
    ),
    "suspended": gettext_lazy("It is suspended."),
    "suspension": gettext_lazy("It is not suspended."),
    "the signature is not of these words and this key": gettext_lazy(
        "It was changed after it was signed, or signed with another key."
    ),
    "two credentials in it": gettext_lazy("There are two credentials in this picture."),
    "two proofs: which of them counts is not said": gettext_lazy(
        "It has two signatures, and does not say which one counts."
    ),
}
"""What is said of each finding, in the reader's language."""


@require_http_methods(["GET", "HEAD", "POST"])
def credential(request: HttpRequest) -> HttpResponse:
    """A form for a credential, and below it what holds of it."""
    context: dict[str, Any] = {"errors": {}, "typed": request.POST}
    if request.method == "POST":
        data, lists, errors = _sent(request)
        context["errors"] = errors
        if not errors:
            known = Known(contexts(), issuers_own(_("this node")), lists)
            found = verify(data, known=known, now=datetime.now(UTC))
            context |= {"verdict": found, "rows": _rows(found), "says": _says(found)}
    status = 422 if context["errors"] else 200
    return render(request, "concord/credential.html", context, status=status)


def _sent(request: HttpRequest) -> tuple[bytes, dict[str, Json], dict[str, str]]:
    """The credential, the status lists by address, and what is wrong with what was sent."""
    errors: dict[str, str] = {}
    file, held = request.FILES.get("file"), request.FILES.get("list")
    data = _read(file, "file", errors) if file else request.POST.get("text", "").encode()
    if not data.strip() and not errors:
        errors["file"] = _("Choose a file or paste a credential.")
    lists: dict[str, Json] = {}
    if held:
        try:
            found = read_json(_read(held, "list", errors))
            lists[str(found.get("id"))] = found
        except CredentialError:
            errors.setdefault("list", _("This is not a signed status list in JSON."))
    return data, lists, errors


def _read(file: UploadedFile[Any], name: str, errors: dict[str, str]) -> bytes:
    if file.size is None or file.size > MOST_BYTES:
        errors[name] = _("The file has more than 2 MB.")
        return b""
    return bytes(file.read())


def _rows(found: Verdict) -> list[dict[str, object]]:
    return [
        {
            "check": CHECKS[one.check],
            "outcome": OUTCOMES[one.outcome],
            "is_bad": one.outcome == Outcome.FAILED,
            "reason": REASONS.get(one.reason, one.reason),
            "what": one.what if one.outcome != Outcome.PASSED else "",
        }
        for one in found.findings
    ]


def _says(found: Verdict) -> dict[str, str]:
    """What a credential says of itself, as texts; nothing of one that could not be read."""
    words = found.credential or {}
    issuer = words.get("issuer")
    subject = words.get("credentialSubject")
    subject = subject if isinstance(subject, dict) else {}
    achievement = subject.get("achievement")
    achievement = achievement if isinstance(achievement, dict) else {}
    said = {
        "name": achievement.get("name") or words.get("name"),
        "covers": achievement.get("description") or subject.get("endorsementComment"),
        "note": subject.get("narrative"),
        "issuer": (issuer.get("name") or issuer.get("id")) if isinstance(issuer, dict) else issuer,
        "subject": subject.get("id"),
        "from": words.get("validFrom"),
        "until": words.get("validUntil"),
    }
    return {name: value for name, value in said.items() if isinstance(value, str)}
