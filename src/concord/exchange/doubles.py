"""New training that may be in the register already, by whomever it was put there."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Final
from uuid import UUID, uuid5

import orjson

from concord.core.disclosure import Viewer
from concord.core.likeness import COURSE, Likely, LikenessIndex
from concord.core.likeness.weighing import NEAR
from concord.core.timespan import TimeSpan
from concord.record.columns import Question
from concord.record.selectors import RecordView, record_list, records_get
from concord.register.listquery import LONGEST_SEARCH
from concord.register.lists import training_table
from concord.register.reading import dated
from concord.register.words import PROVIDER_PARTS

KINDS = ("course", "activity")
_ROWS: Final = UUID("7e3b5a52-6c39-4f0b-9a52-2f8f3a1d7c11")
SMALL: Final = 5_000
"""Courses and activities that are compared with one new record in less than a second."""
MOST_OF_EACH: Final = 300
Settled = Collection[frozenset[str]]
"""Pairs of ids on which somebody decided."""


class Doubles:
    """What the viewer may see of training, prepared to find the likes of new records.

    All of it, or of a large register those of ``among`` alone.
    """

    def __init__(
        self, viewer: Viewer, settled: Settled = (), *, among: Collection[UUID] | None = None
    ) -> None:
        self._settled = settled
        found = (
            records_get(viewer=viewer, ids=among).values()
            if among is not None
            else chain.from_iterable(record_list(viewer=viewer, kind=kind) for kind in KINDS)
        )
        self._records: dict[str, RecordView] = {}
        likely = []
        for record in found:
            key = str(record.id)
            likely.append(likely_of(record.kind, key, record.content))
            self._records[key] = replace(record, content=_title_alone(record.content))
        self._index = LikenessIndex(likely)

    def of(
        self,
        items: Sequence[tuple[str, str, Mapping[str, Any]]],
        *,
        without: Collection[str] = (),
    ) -> dict[str, RecordView]:
        """For new records, given as kind, id and content, the one that each may be, if any.

        It comes with no more of its content than its title: of a large register all of it would
        take gigabytes.

        A pair that was decided on does not come again, by the id or by what the record says.
        ``without`` are ids of records that are known to be others.
        """
        likes = self._index.like_each([likely_of(*item) for item in items])
        found: dict[str, RecordView] = {}
        for (kind, key, content), pairs in zip(items, likes, strict=True):
            if not pairs:
                continue
            row = row_id(kind, content)
            others = (str(pair.b if pair.a == key else pair.a) for pair in pairs)
            for other in others:
                if other in without:
                    continue
                if self._settled and not {
                    frozenset((key, other)), frozenset((str(row), other))
                }.isdisjoint(self._settled):  # fmt: skip
                    continue
                found[key] = self._records[other]
                break
        return found


def _title_alone(content: Mapping[str, Any]) -> dict[str, Any]:
    return {"titles": content["titles"]} if "titles" in content else {}


def candidates(
    viewer: Viewer, items: Sequence[tuple[str, str, Mapping[str, Any]]]
) -> set[UUID] | None:
    """Training that new records may be the double of, without looking through a large register.

    None where the register is small enough to be compared whole. Else what lies on the same days,
    has the words of a title, or is of the same provider, a few hundred of each.
    """
    table = training_table()
    if len(table) <= SMALL:
        return None
    found: set[UUID] = set()
    for item in items:
        likely = likely_of(*item)
        questions = [Question({}, words=title[:LONGEST_SEARCH]) for title in likely.titles]
        if likely.providers:
            questions.append(Question({"provider": frozenset(map(str, likely.providers))}))
        if likely.first:
            questions.append(Question({}, first=likely.first - NEAR, last=likely.last + NEAR))
        for question in questions:
            found.update(table.ids_where(viewer, question)[:MOST_OF_EACH])
    return found


def row_id(kind: str, content: Mapping[str, Any]) -> UUID:
    """The same id for rows that say the same: so a decision on a row outlives its upload."""
    said = orjson.dumps([kind, content], option=orjson.OPT_SORT_KEYS)
    return uuid5(_ROWS, hashlib.sha256(said).hexdigest())


def likely_of(kind: str, key: str, content: Mapping[str, Any]) -> Likely:
    """A course or activity as likeness sees it."""
    text = content.get("titles", {"text": {}})["text"]
    when = TimeSpan.parse(day) if (day := dated(content)) else None
    parties = content.get("parties", ())
    hosts = (
        part["party"].get("institution")
        for part in parties
        if part["part"] in PROVIDER_PARTS and part["party"].get("institution")
    )
    totals = (
        row["count"]
        for row in content.get("participation", ())
        if row.get("breakdown", "total") == "total" and not row.get("country")
    )
    return Likely(
        id=key,
        kind=COURSE if kind == "course" else content.get("activity_kind", ""),
        titles=tuple(text.values()),
        title_languages=tuple(text),
        first=when.earliest.toordinal() if when else 0,
        last=when.latest.toordinal() if when else 0,
        country="" if content.get("is_online") else content.get("country", ""),
        town=content.get("town", ""),
        providers=frozenset(content.get("providers", ()) or hosts),
        topics=frozenset(content.get("topics", ())),
        counts=frozenset(totals),
        languages=frozenset(content.get("languages", ())),
    )
