"""A made-up register of any size: seeded, skewed as real ones are. Nothing in it is real."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from concord.core.disclosure import Actor, Level
from concord.record.services import Draft, content_parse, node_ensure, revisions_write
from concord.register import vocabulary
from concord.register.words import ActivityKind, Stage

BATCH = 2_000
WORDS = (
    "Physical protection", "Nuclear security culture", "Insider threat", "Border detection",
    "Transport security", "Nuclear forensics", "Regulation", "Response exercise", "核安保培训",
    "核セキュリティ研修", "핵안보 교육", "Keamanan nuklir", "An ninh hạt nhân",
)  # fmt: skip
COUNTRIES = ("CN", "ID", "JP", "MY", "KR", "VN", "TH", "PH", "MM", "MN", "KZ", "PK", "IN", "LT")


def synthetic_load(
    *, activities: int, seed: int = 1, progress: Callable[[int], None] = lambda _done: None
) -> int:
    """Write a synthetic register of ``activities`` activities; return how many records it has.

    One institution to fifty activities, one course to twenty, about ten rows of participation to
    each activity. A few institutions, topics and countries have most of it, as in life.
    """
    node_ensure()
    chance = random.Random(seed)  # noqa: S311 - a made-up register, not a secret
    compiler = _id(chance)
    centres = [_id(chance) for _ in range(max(3, activities // 50))]
    drafts = _drafts(chance, compiler, centres, activities)
    done = 0
    while batch := list(islice(drafts, BATCH)):
        revisions_write(actor=Actor(compiler), drafts=batch, via="synthetic", reason="made up")
        done += len(batch)
        progress(done)
    return done


def _id(chance: random.Random) -> UUID:
    return uuid.UUID(int=chance.getrandbits(128), version=4)


def _draft(kind: str, record_id: UUID, data: dict[str, Any]) -> Draft:
    return Draft(content_parse(kind=kind, data=data), record_id, Level.PUBLIC)


def _skewed(chance: random.Random, values: Any) -> Any:
    """One of ``values``, the first far more often than the last (Pareto)."""
    return values[int(len(values) * chance.random() ** 3)]


def _drafts(
    chance: random.Random, compiler: UUID, centres: list[UUID], activities: int
) -> Iterator[Draft]:
    names = [{"name": "Synthetic compiler", "language": "en"}]
    yield _draft("institution", compiler, {"names": names, "kinds": ["compiler"]})
    for number, centre in enumerate(centres):
        names = [{"name": f"Synthetic centre {number}", "language": "en"}]
        state = _skewed(chance, COUNTRIES)
        yield _draft("institution", centre, {"names": names, "kinds": ["coe"], "state": state})
    topics = [entry.code for entry in vocabulary.topics().leaves()]
    roles = [entry.code for entry in vocabulary.roles()]
    for number in range(activities // 20):
        data = _training(chance, number, topics, roles)
        yield _draft("course", _id(chance), data | {"providers": [_skewed(chance, centres)]})
    for number in range(activities):
        data = _training(chance, number, topics, roles)
        yield _draft("activity", _id(chance), data | _happening(chance, centres, roles))


def _training(
    chance: random.Random, number: int, topics: list[str], roles: list[str]
) -> dict[str, Any]:
    words = f"{_skewed(chance, WORDS)} {number}"
    return {
        "titles": {"original": "en", "text": {"en": words}},
        "topics": list({_skewed(chance, topics) for _ in range(chance.randint(1, 3))}),
        "roles": list({_skewed(chance, roles) for _ in range(chance.randint(0, 3))}),
        "languages": [_skewed(chance, ("en", "zh", "ja", "ko", "id", "vi"))],
    }


def _happening(chance: random.Random, centres: list[UUID], roles: list[str]) -> dict[str, Any]:
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
    return {
        "activity_kind": _skewed(chance, ActivityKind.values),
        "when": when,
        "stage": _skewed(chance, (Stage.DONE.value, Stage.PLANNED.value, Stage.UNKNOWN.value)),
        "country": _skewed(chance, COUNTRIES),
        "parties": [{"party": {"institution": _skewed(chance, centres)}, "part": "host"}],
        "participation": participation,
    }
