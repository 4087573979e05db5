"""What a credential says: achievements (accreditations) and endorsements, by Open Badges 3.0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from concord.core.credentials.canonical import VC
from concord.core.credentials.encoding import Json
from concord.core.credentials.moments import stamp

OPEN_BADGES: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


@dataclass(frozen=True, slots=True)
class Issuer:
    """An institution that accredits: its id (an address or did:key) and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What a mark covers: its id and name, what it holds for, and what had to be shown."""

    id: str
    name: str
    covers: str
    criteria: str
    kind: str = "Certificate"


def accreditation(
    *, id: str, issuer: Issuer, subject: str, scope: Scope, valid_from: datetime,  # noqa: A002
    valid_until: datetime | None = None, status: Sequence[Json] = (), note: str = "",
) -> Json:  # fmt: skip
    """A decision as an achievement credential, to be signed. ``subject`` is the id of what is
    accredited, or of a holder, never a name; ``note`` says for instance when it is looked at
    again."""
    found = _credential(id, "OpenBadgeCredential", issuer, scope.name, (valid_from, valid_until))
    found["credentialSubject"] = {
        "id": subject,
        "type": ["AchievementSubject"],
        **({"narrative": note} if note else {}),
        "achievement": {
            "id": scope.id,
            "type": ["Achievement"],
            "achievementType": scope.kind,
            "name": scope.name,
            "description": scope.covers,
            "criteria": {"narrative": scope.criteria},
        },
    }
    if status:
        found["credentialStatus"] = list(status)
    return found


def endorsement(
    *, id: str, issuer: Issuer, subject: str, comment: str, name: str,  # noqa: A002
    valid_from: datetime, valid_until: datetime | None = None,
) -> Json:  # fmt: skip
    """That ``issuer`` lets ``subject`` accredit, or stands by it, to be signed."""
    found = _credential(id, "EndorsementCredential", issuer, name, (valid_from, valid_until))
    found["credentialSubject"] = {
        "id": subject,
        "type": ["EndorsementSubject"],
        "endorsementComment": comment,
    }
    return found


def _credential(
    id: str, kind: str, issuer: Issuer, name: str, dates: tuple[datetime, datetime | None]  # noqa: A002
) -> Json:  # fmt: skip
    return {
        "@context": [VC, OPEN_BADGES],
        "id": id,
        "type": ["VerifiableCredential", kind],
        "name": name,
        "issuer": {"id": issuer.id, "type": ["Profile"], "name": issuer.name},
        "validFrom": stamp(dates[0]),
        **({"validUntil": stamp(dates[1])} if dates[1] else {}),
    }
