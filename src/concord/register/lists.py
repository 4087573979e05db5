"""The lists that people search: one column table each, kept up to date with the revisions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from concord.core.timespan import TimeSpan
from concord.core.vocabulary import Vocabulary
from concord.record.columns import ColumnTable, Row, Value, Words
from concord.record.models import Record
from concord.record.selectors import changed_since, register_number
from concord.register import vocabulary
from concord.register.words import PROVIDER_PARTS

TRAINING_FACETS: Final = (
    "kind", "topic", "group", "role", "country", "language", "year", "provider", "stage", "level",
    "open",
)  # fmt: skip
INSTITUTION_FACETS: Final = ("kind", "country", "network", "topic", "reach")
NOT_STATED: Final = "-"


class _Shelf:
    """The column tables of this process, and up to which revision they hold."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self.number = 0
        self.training = ColumnTable(TRAINING_FACETS)
        self.institutions = ColumnTable(INSTITUTION_FACETS)

    def refresh(self) -> None:
        """Bring the tables up to the newest revision: one query, and one more if there is any."""
        newest = register_number()
        if newest == self.number:
            return
        with self.lock:
            if newest < self.number:  # another database, or one restored from a backup
                self.clear()
            for record in changed_since(self.number):
                self._take(record)
                self.number = record.changed_in

    def _take(self, record: Record) -> None:
        for kinds, table, make in (
            (("course", "activity"), self.training, _training_row),
            (("institution",), self.institutions, _institution_row),
        ):
            if record.kind not in kinds:
                continue
            if record.is_removed:
                table.remove(record.id)
            else:
                table.put(make(record))


_shelf = _Shelf()


def training_table() -> ColumnTable:
    """Courses and activities, as of the newest revision."""
    _shelf.refresh()
    return _shelf.training


def institution_table() -> ColumnTable:
    """Institutions, as of the newest revision."""
    _shelf.refresh()
    return _shelf.institutions


def forget() -> None:
    """Empty the tables: for a process that turns to another database."""
    with _shelf.lock:
        _shelf.clear()


class _Maker:
    """Takes values out of a record, each with the audience of its field."""

    def __init__(self, record: Record) -> None:
        self.content: dict[str, Any] = record.content
        self._record = record

    def audience(self, name: str) -> str:
        return str(self._record.audiences.get(name, self._record.audience))

    def values(self, name: str, codes: Iterable[str] | None = None) -> list[Value]:
        found = self.content.get(name) if codes is None else codes
        if isinstance(found, str):
            found = [found]
        audience = self.audience(name)
        return [Value(code, audience) for code in dict.fromkeys(found or ())]

    def words(self, name: str, worth: int, texts: Iterable[str]) -> Iterator[Words]:
        audience = self.audience(name)
        for text in texts:
            yield Words(text, worth, audience)


def _training_row(record: Record) -> Row:
    make = _Maker(record)
    content = make.content
    is_course = record.kind == "course"
    when = TimeSpan.parse(content["when"]) if content.get("when") else None
    topics = content.get("topics", [])
    facets = {
        "kind": make.values("kind", ["course" if is_course else content["activity_kind"]]),
        "topic": make.values("topics"),
        "group": make.values("topics", (code[0] for code in topics)),
        "role": make.values("roles"),
        "language": make.values("languages"),
        "level": make.values("level"),
        "year": make.values("when", map(str, when.years()) if when else ()),
        "stage": make.values("stage", ["offer" if is_course else content.get("stage", "unknown")]),
        "country": make.values("country"),
        "provider": make.values("providers")
        if is_course
        else make.values("parties", _hosts(content)),
        "open": make.values("nomination", ["open"] if content.get("nomination") else ()),
    }
    return Row(
        id=record.id,
        audience=record.audience,
        facets=facets,
        words=[
            *make.words("titles", 4, content["titles"]["text"].values()),
            *make.words("topics", 2, _labels(vocabulary.topics(), topics)),
            *make.words("roles", 2, _labels(vocabulary.roles(), content.get("roles", []))),
        ],
        first=when.earliest.toordinal() if when else 0,
        last=when.latest.toordinal() if when else 0,
        date_audience=make.audience("when"),
    )


def _hosts(content: dict[str, Any]) -> Iterator[str]:
    for part in content.get("parties", ()):
        if part["part"] in PROVIDER_PARTS and part["party"].get("institution"):
            yield part["party"]["institution"]


def _labels(words: Vocabulary, codes: Iterable[str]) -> Iterator[str]:
    for code in codes:
        yield code
        yield from words[code].labels.values()


def _institution_row(record: Record) -> Row:
    make = _Maker(record)
    content = make.content
    part: Callable[[str], list[dict[str, Any]]] = lambda name: content.get(name, [])  # noqa: E731
    country = content.get("state")
    return Row(
        id=record.id,
        audience=record.audience,
        facets={
            "kind": make.values("kinds"),
            "country": make.values("state"),
            "network": make.values("memberships", (m["network"] for m in part("memberships"))),
            "topic": make.values(
                "capabilities", (t for c in part("capabilities") for t in c.get("topics", ()))
            ),
            "reach": make.values(
                "target_groups", (r for g in part("target_groups") for r in g.get("reach", ()))
            ),
        },
        words=[
            *make.words("names", 4, (name["name"] for name in part("names"))),
            *make.words("state", 2, _labels(vocabulary.countries(), [country] if country else [])),
            *make.words(
                "focuses", 1, (t for f in part("focuses") for t in f["text"]["text"].values())
            ),
        ],
    )
