"""What the data model 2.0 and Open Badges 3.0 ask of a credential, read rule by rule."""

from __future__ import annotations

from concord.core.credentials.badge import OPEN_BADGES
from concord.core.credentials.canonical import VC
from concord.core.credentials.encoding import Json
from concord.core.credentials.errors import SchemaError
from concord.core.credentials.moments import moment

BADGES = frozenset({"OpenBadgeCredential", "AchievementCredential"})


def check_shape(credential: Json) -> None:
    """That everything asked for is there and of its kind.

    Raises:
        SchemaError: the first thing that is not.
    """
    contexts = _several(credential.get("@context"))
    if contexts[:1] != [VC]:
        raise SchemaError("its first context is not that of the data model 2.0")
    kinds = _several(credential.get("type"))
    if "VerifiableCredential" not in kinds or not all(isinstance(one, str) for one in kinds):
        raise SchemaError("not a credential", str(credential.get("type"))[:60])
    if "id" in credential:
        _address(credential["id"], "id")
    issuer = credential.get("issuer")
    _address(issuer.get("id") if isinstance(issuer, dict) else issuer, "issuer")
    for date in ("validFrom", "validUntil"):
        if date in credential:
            moment(credential[date])
    for subject in _objects(credential, "credentialSubject"):
        if not subject:
            raise SchemaError("missing", "credentialSubject")
    if "credentialStatus" in credential:
        for status in _objects(credential, "credentialStatus"):
            _text(status, "type", "credentialStatus.type")
    if BADGES & set(kinds):
        _check_badge(credential, contexts)
    if "EndorsementCredential" in kinds:
        _check_ours(credential, contexts)
        subject = _objects(credential, "credentialSubject")[0]
        _address(subject.get("id"), "credentialSubject.id")
        _kind(subject, "EndorsementSubject", "credentialSubject.type")


def _check_ours(credential: Json, contexts: list[object]) -> None:
    """What Open Badges asks beyond the data model of badges and endorsements."""
    if OPEN_BADGES not in contexts:
        raise SchemaError("it does not name the context of Open Badges 3.0.3")
    _address(credential.get("id"), "id")
    if "validFrom" not in credential:
        raise SchemaError("missing", "validFrom")
    issuer = credential["issuer"]
    if isinstance(issuer, dict):
        _kind(issuer, "Profile", "issuer.type")


def _check_badge(credential: Json, contexts: list[object]) -> None:
    _check_ours(credential, contexts)
    for subject in _objects(credential, "credentialSubject"):
        _kind(subject, "AchievementSubject", "credentialSubject.type")
        if "id" not in subject and not subject.get("identifier"):
            raise SchemaError("missing", "credentialSubject.id")
        achievement = subject.get("achievement")
        if not isinstance(achievement, dict):
            raise SchemaError("missing", "credentialSubject.achievement")
        _kind(achievement, "Achievement", "achievement.type")
        _address(achievement.get("id"), "achievement.id")
        _text(achievement, "name", "achievement.name")
        _text(achievement, "description", "achievement.description")
        criteria = achievement.get("criteria")
        if not isinstance(criteria, dict) or not {"id", "narrative"} & criteria.keys():
            raise SchemaError("missing", "achievement.criteria")


def _several(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _objects(holder: Json, name: str) -> list[Json]:
    found = _several(holder.get(name))
    if not found or not all(isinstance(one, dict) for one in found):
        raise SchemaError("missing", name)
    return found  # type: ignore[return-value]


def _kind(holder: Json, kind: str, name: str) -> None:
    if kind not in _several(holder.get("type")):
        raise SchemaError("of another kind", name)


def _text(holder: Json, key: str, name: str) -> None:
    if not isinstance(holder.get(key), str) or not holder[key]:
        raise SchemaError("missing", name)


def _address(value: object, name: str) -> None:
    if not isinstance(value, str) or ":" not in value or value != value.strip():
        raise SchemaError("not an address", name)
