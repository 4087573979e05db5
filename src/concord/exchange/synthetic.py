"""A made-up register of any size: seeded, skewed as real ones are. Nothing in it is real."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final
from uuid import UUID

from concord.core.disclosure import Actor, Level, network_audience
from concord.record.kinds import content_type
from concord.record.members import member_admit
from concord.record.services import Draft, content_parse, node_ensure, revisions_write
from concord.register import vocabulary
from concord.register.words import (
    ActivityKind,
    AgreementKind,
    RelationKind,
    Stage,
    StatementGroup,
)

BATCH = 2_000
WORDS = (
    "Physical protection", "Nuclear security culture", "Insider threat", "Border detection",
    "Transport security", "Nuclear forensics", "Regulation", "Response exercise", "核安保培训",
    "核セキュリティ研修", "핵안보 교육", "Keamanan nuklir", "An ninh hạt nhân",
)  # fmt: skip
COUNTRIES = ("CN", "ID", "JP", "MY", "KR", "VN", "TH", "PH", "MM", "MN", "KZ", "PK", "IN", "LT")


INSTITUTION_KINDS = ("university", "coe", "regulator", "operator", "nssc", "agency")


@dataclass(frozen=True, slots=True)
class Cast:
    """The institutions and sources that the made-up records name."""

    institutions: list[UUID]
    sources: list[UUID]


NETWORKS: Final = tuple(UUID(int=number, version=4) for number in range(1, 49))
"""Networks that the compiler of a register of mixed levels shares with; they are no records."""


def synthetic_load(
    *,
    activities: int,
    seed: int = 1,
    is_mixed: bool = False,
    progress: Callable[[int], None] = lambda _done: None,
) -> int:
    """Write a synthetic register of ``activities`` activities; return how many records it has.

    To a hundred activities two institutions, five courses, one source, two statements, two
    relations and one agreement; to each activity about ten rows of participation. A few
    institutions, topics and countries have most of it, as in life. With ``is_mixed`` a third of the
    training is for networks or the compiler alone, and a half of the rest keeps fields for them.
    """
    node_ensure()
    chance = random.Random(seed)  # noqa: S311 - a made-up register, not a secret
    compiler = _id(chance)
    cast = Cast(
        [_id(chance) for _ in range(max(3, activities // 50))],
        [_id(chance) for _ in range(max(1, activities // 100))],
    )
    drafts = _drafts(chance, compiler, cast, activities)
    if is_mixed:
        for network in NETWORKS:
            member_admit(audience=network_audience(network), institution=compiler)
        drafts = (_mixed(chance, draft) for draft in drafts)
    done = 0
    while batch := list(islice(drafts, BATCH)):
        revisions_write(
            actor=Actor(compiler, may_publish=True), drafts=batch, via="synthetic", reason="made up"
        )
        done += len(batch)
        progress(done)
    return done


def _id(chance: random.Random) -> UUID:
    return uuid.UUID(int=chance.getrandbits(128), version=4)


def _draft(kind: str, record_id: UUID, data: dict[str, Any]) -> Draft:
    return Draft(content_parse(kind=kind, data=data), record_id, Level.PUBLIC)


def _mixed(chance: random.Random, draft: Draft) -> Draft:
    """A draft for all, for some, or with fields that some see."""
    if draft.content.kind not in {"course", "activity"}:
        return draft
    levels = [*map(Level.network, NETWORKS), Level.INSTITUTION]
    if chance.random() < 1 / 3:
        return replace(draft, level=chance.choice(levels))
    if chance.random() < 1 / 2:
        some = ("topics", "roles", "participation") if chance.random() < 1 / 2 else ("country",)
        known = set(some) & set(content_type(draft.content.kind).model_fields)
        return replace(draft, field_levels={name: chance.choice(levels) for name in sorted(known)})
    return draft


def _skewed(chance: random.Random, values: Any) -> Any:
    """One of ``values``, the first far more often than the last (Pareto)."""
    return values[int(len(values) * chance.random() ** 3)]


def _drafts(chance: random.Random, compiler: UUID, cast: Cast, activities: int) -> Iterator[Draft]:
    names = [{"name": "Synthetic compiler", "language": "en"}]
    yield _draft("institution", compiler, {"names": names, "kinds": ["compiler"]})
    for number, institution in enumerate(cast.institutions):
        names = [{"name": f"Synthetic institution {number}", "language": "en"}]
        kinds = ["coe"] if number < 3 else [_skewed(chance, INSTITUTION_KINDS)]
        state = _skewed(chance, COUNTRIES)
        data = {"names": names, "kinds": kinds, "state": state}
        yield _draft("institution", institution, data)
    for number, source in enumerate(cast.sources):
        titles = _text(f"Synthetic report {number}")
        yield _draft("source", source, {"titles": titles, "is_brief": number == 0})
    topics = [entry.code for entry in vocabulary.topics().leaves()]
    roles = [entry.code for entry in vocabulary.roles()]
    for number in range(activities // 20):
        data = _training(chance, number, topics, roles)
        data |= {"providers": [_skewed(chance, cast.institutions)]} | _cited(chance, cast)
        yield _draft("course", _id(chance), data)
    for number in range(activities // 50):
        yield _draft("statement", _id(chance), _statement(chance, cast, number))
        yield _draft("relation", _id(chance), _link(chance, cast, "relation", number))
    for number in range(activities // 100):
        yield _draft("agreement", _id(chance), _link(chance, cast, "agreement", number))
    for number in range(activities):
        data = _training(chance, number, topics, roles)
        data |= _happening(chance, cast, roles) | _cited(chance, cast)
        yield _draft("activity", _id(chance), data)


def _text(words: str) -> dict[str, Any]:
    return {"original": "en", "text": {"en": words}}


def _cited(chance: random.Random, cast: Cast) -> dict[str, Any]:
    page = f"page {chance.randint(1, 80)}"
    return {"citations": [{"source": _skewed(chance, cast.sources), "locator": page}]}


def _statement(chance: random.Random, cast: Cast, number: int) -> dict[str, Any]:
    return {
        "group": _skewed(chance, StatementGroup.values),
        "subject": {"institution": _skewed(chance, cast.institutions)},
        "measure": _skewed(chance, ("people trained", "courses", "rooms", "instructors")),
        "text": _text(f"Synthetic claim {number}"),
        "value": chance.randint(1, 5_000),
        "unit": "persons",
        "when": str(chance.randint(2010, 2025)),
    } | _cited(chance, cast)


def _link(chance: random.Random, cast: Cast, kind: str, number: int) -> dict[str, Any]:
    first, second = (_skewed(chance, cast.institutions) for _ in range(2))
    if first == second:
        second = next(i for i in cast.institutions if i != first)
    words = _text(f"Synthetic {kind} {number}")
    kinds = RelationKind.values if kind == "relation" else AgreementKind.values
    said = [{"party": {"institution": first}}] if chance.random() < 1 / 3 else []
    return {
        "text" if kind == "relation" else "titles": words,
        f"{kind}_kind": _skewed(chance, kinds),
        "parties": [{"institution": first}, {"institution": second}],
        "stage": _skewed(chance, (Stage.DONE.value, Stage.PLANNED.value)),
        "accounts": said,
    } | _cited(chance, cast)


def _training(
    chance: random.Random, number: int, topics: list[str], roles: list[str]
) -> dict[str, Any]:
    return {
        "titles": _text(f"{_skewed(chance, WORDS)} {number}"),
        "topics": list({_skewed(chance, topics) for _ in range(chance.randint(1, 3))}),
        "roles": list({_skewed(chance, roles) for _ in range(chance.randint(0, 3))}),
        "languages": [_skewed(chance, ("en", "zh", "ja", "ko", "id", "vi"))],
    }


def _happening(chance: random.Random, cast: Cast, roles: list[str]) -> dict[str, Any]:
    when = f"{2010 + int(16 * chance.random() ** 0.6)}-{chance.randint(1, 12):02}"
    participation = [
        {
            "breakdown": "by country and role",
            "count": chance.randint(1, 12),
            "country": _skewed(chance, COUNTRIES),
            "role": _skewed(chance, roles),
        }
        for _ in range(chance.randint(5, 15))
    ]
    parties = [{"party": {"institution": _skewed(chance, cast.institutions)}, "part": "host"}]
    if chance.random() < 1 / 5:
        partner = {"institution": _skewed(chance, cast.institutions)}
        parties.append({"party": partner, "part": "co_organiser"})
    return {
        "activity_kind": _skewed(chance, ActivityKind.values),
        "when": when,
        "stage": _skewed(chance, (Stage.DONE.value, Stage.PLANNED.value, Stage.UNKNOWN.value)),
        "country": _skewed(chance, COUNTRIES),
        "parties": parties,
        "participation": participation,
    }
