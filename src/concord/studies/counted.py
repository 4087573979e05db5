"""The numbers that totals add up: which count, in which cell each belongs, and who knows it.

Several breakdowns of one activity are alternatives: one of them counts, whatever the table is split
by, so that the margins of any two tables agree. Of several records of one event one counts.
Planned is never added to counted. Of what is said of a whole State and of its institutions, and
of one role or topic and of all of them, one counts.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import orjson

from concord.core.timespan import TimeSpan
from concord.record.counting import Given, records_given
from concord.register import vocabulary
from concord.register.words import CountUnit, Stage
from concord.studies.models import TotalsTable

AXES: Final = ("topic", "country", "role", "year")
NOT_STATED: Final = "?"
SEVERAL: Final = "+"
"""Of several topics, groups or years, which are not told apart; after a group: within it."""
MEASURES: Final[Mapping[str, tuple[str, ...]]] = {
    TotalsTable.PARTICIPATION: (CountUnit.PERSON, CountUnit.ATTENDANCE, CountUnit.COMPLETION),
    TotalsTable.WORKFORCE: ("low", "high"),
    TotalsTable.NEED: ("low", "high"),
}
STAGES: Final[Mapping[str, tuple[str, ...]]] = {
    TotalsTable.PARTICIPATION: (Stage.DONE, Stage.PLANNED),
    TotalsTable.WORKFORCE: ("",),
    TotalsTable.NEED: ("",),
}
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    TotalsTable.PARTICIPATION: ("participation", "topics", "when", "stage", "same_as"),
    TotalsTable.WORKFORCE: ("subject", "role", "low", "high", "when"),
    TotalsTable.NEED: ("subject", "role", "topic", "low", "high", "by"),
}
"""What a number of each table is read from: whoever sees all of it knows the number."""


@dataclass(frozen=True, slots=True)
class Number:
    """What one record adds to one innermost cell."""

    record: str
    revision: int
    owner: str
    codes: tuple[str, ...]
    """As ``AXES``"""
    value: int
    audiences: tuple[str, ...]
    """Whoever is in all of these knows it; empty: everybody."""
    told: tuple[str, ...] = ()
    """Owners of other records of the same, who know it too."""
    in_totals: bool = False

    def plain(self) -> list[Any]:
        """As plain values, to be kept."""
        return [
            self.record, self.revision, self.owner, list(self.codes), self.value,
            list(self.audiences), list(self.told),
        ]  # fmt: skip

    @classmethod
    def of(cls, plain: Sequence[Any]) -> Number:
        """Of plain values, as it entered a release."""
        record, revision, owner, codes, value, audiences, told = plain
        return cls(
            record,
            revision,
            owner,
            tuple(codes),
            value,
            tuple(audiences),
            tuple(told),
            in_totals=True,
        )


Owners = Callable[[UUID], bool]
"""Whether an institution is among those whose numbers are added up."""


def numbers(*, table: str, measure: str, stage: str, among: Owners) -> list[Number]:
    """Every number of a table, withheld ones too, in a fixed order; nobody's to be shown."""
    found: Iterator[Number]
    if table == TotalsTable.PARTICIPATION:
        found = _participation(measure, stage, among)
    elif table == TotalsTable.WORKFORCE:
        found = _stocks(TotalsTable.WORKFORCE, "workforce", measure, "when", among)
    else:
        found = _stocks(TotalsTable.NEED, "need", measure, "by", among)
    return sorted(found, key=lambda n: (n.record, n.codes))


def digests(counted: Iterable[Number]) -> list[list[Any]]:
    """Record, revision and SHA-256 of what each record adds."""
    found: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for number in counted:
        found[number.record, number.revision].append([number.owner, number.codes, number.value])
    return [
        [record, revision, hashlib.sha256(orjson.dumps(sorted(rows))).hexdigest()]
        for (record, revision), rows in sorted(found.items())
    ]


def said_by(inputs: Sequence[Sequence[Any]]) -> list[list[str]]:
    """Record and digest of each: what was said, and not how often it was saved."""
    return [[record, digest] for record, _revision, digest in inputs]


def commitment(inputs: Sequence[Sequence[Any]], salt: str) -> str:
    """One SHA-256 of all of them, to be published.

    Without the salt, which stays at home, it could be tried which small numbers give it.
    """
    return hashlib.sha256(orjson.dumps([salt, said_by(inputs)])).hexdigest()


def _number(given: Given, table: str, codes: tuple[str, ...], value: int) -> Number:
    audiences = tuple(sorted(given.audiences_of(*FIELDS[table])))
    return Number(
        str(given.id), given.revision_number, str(given.owner), codes, value, audiences,
        in_totals=given.in_totals,
    )  # fmt: skip


# participation


def _participation(measure: str, stage: str, among: Owners) -> Iterator[Number]:
    events = _Events()
    for given in records_given(kind="activity"):
        rows = list(_counted(given.content, measure, stage))
        events.take(given, [_number(given, TotalsTable.PARTICIPATION, *row) for row in rows])
    yield from events.once(among)


def _counted(
    content: Mapping[str, Any], measure: str, stage: str
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Cells and counts of one activity: the rows of the breakdown that tells most."""
    if content.get("stage") in {Stage.CANCELLED, Stage.LAPSED}:
        return
    breakdowns: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in content.get("participation", ()):
        is_planned = Stage.PLANNED in {row.get("stage"), content.get("stage")}
        found = Stage.PLANNED if is_planned else row.get("stage", Stage.DONE)
        if row.get("unit", CountUnit.PERSON) == measure and found == stage:
            breakdowns[row.get("breakdown", "total")].append(row)
    if not breakdowns:
        return
    chosen = max(sorted(breakdowns), key=lambda name: _tells(breakdowns[name]))
    topic, year = topic_code(content.get("topics", ())), year_code(content.get("when"))
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    for row in breakdowns[chosen]:
        codes = (topic, row.get("country") or NOT_STATED, row.get("role") or NOT_STATED, year)
        sums[codes] += row["count"]
    yield from sorted(sums.items())


def _tells(rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    both = sum(bool(row.get("country") and row.get("role")) for row in rows)
    either = sum(bool(row.get("country") or row.get("role")) for row in rows)
    return both, either


def topic_code(topics: Sequence[str]) -> str:
    """The one cell of an activity on these topics: it counts once, whatever it is on."""
    if not topics:
        return NOT_STATED
    known = vocabulary.topics()
    groups = {known[code].parent or code for code in topics}
    if len(groups) > 1:
        return SEVERAL
    (only,) = set(topics) if len(set(topics)) == 1 else {""}
    return only if only and known[only].parent else f"{groups.pop()}{SEVERAL}"


def year_code(when: str | None) -> str:
    """The one year that a span lies in."""
    if not when:
        return NOT_STATED
    span = TimeSpan.parse(when)
    years = span.years()
    return str(years[0]) if span.start and span.end and len(years) == 1 else SEVERAL


class _Events:
    """Several records of one event, of which one counts."""

    def __init__(self) -> None:
        self._given: dict[str, Given] = {}
        self._numbers: dict[str, list[Number]] = {}

    def take(self, given: Given, found: list[Number]) -> None:
        self._given[str(given.id)] = given
        self._numbers[str(given.id)] = found

    def once(self, among: Owners) -> Iterator[Number]:
        groups: dict[str, list[str]] = defaultdict(list)
        for key in self._given:
            groups[self._root(key)].append(key)
        for root, keys in groups.items():
            saying = [key for key in keys if self._numbers[key]]
            own = [key for key in saying if among(self._given[key].owner)]
            if not own:
                continue
            chosen = min(own, key=lambda key: self._rank(key, root))
            owners = {str(self._given[key].owner) for key in keys}
            told = tuple(sorted(owners - {str(self._given[chosen].owner)}))
            is_known = any(self._says_it_to_all(key, chosen) for key in saying)
            for number in self._numbers[chosen]:
                yield replace(number, told=told, audiences=() if is_known else number.audiences)

    def _says_it_to_all(self, key: str, chosen: str) -> bool:
        """Whether everybody reads in another record what the chosen one says."""
        said = self._numbers[key]
        cells = [[(n.codes, n.value) for n in rows] for rows in (said, self._numbers[chosen])]
        return not said[0].audiences and cells[0] == cells[1]

    def _root(self, key: str) -> str:
        """The record that a double leads to, however often on; of a ring the least."""
        passed: list[str] = []
        while key not in passed:
            passed.append(key)
            onward = self._given[key].content.get("same_as")
            if onward is None or str(onward) not in self._given:
                return key
            key = str(onward)
        return min(passed[passed.index(key) :])

    def _rank(self, key: str, root: str) -> tuple[bool, bool, bool, str]:
        """What everybody sees before what enters totals, the record itself before its doubles."""
        number = self._numbers[key][0]
        return bool(number.audiences), not number.in_totals, key != root, key


# workforce and needs


@dataclass(frozen=True, slots=True)
class _Said:
    """What a record says of the people of a State or of an institution in it."""

    given: Given
    subject: str
    is_state: bool
    country: str
    topic: str
    role: str
    when: str
    value: int


def _stocks(table: str, kind: str, measure: str, date: str, among: Owners) -> Iterator[Number]:
    """One number for each cell of a State, or else of each of its institutions.

    What is said of the world, a region or a network is left out: it holds States that speak for
    themselves.
    """
    states = {
        str(given.id): given.content.get("state", "") for given in records_given(kind="institution")
    }
    by_country: dict[str, list[_Said]] = defaultdict(list)
    for given in records_given(kind=kind):
        said = _said(given, measure, date, states) if among(given.owner) else None
        if said:
            by_country[said.country].append(said)
    for found in by_country.values():
        of_state = [said for said in found if said.is_state]
        by_subject: dict[str, list[_Said]] = defaultdict(list)
        for said in of_state or found:
            by_subject[said.subject].append(said)
        for rows in by_subject.values():
            yield from _latest(table, _one_pattern(rows))


def _said(given: Given, measure: str, date: str, states: Mapping[str, str]) -> _Said | None:
    content = given.content
    subject = content["subject"]
    institution = subject.get("institution", "")
    country = subject.get("state") or states.get(str(institution), "")
    if not country or subject.get("network") or subject.get("description"):
        return None
    return _Said(
        given,
        str(institution) or country,
        not institution,
        country,
        topic_code([content["topic"]]) if content.get("topic") else NOT_STATED,
        content.get("role") or NOT_STATED,
        content.get(date) or "",
        content[measure],
    )


def _one_pattern(rows: Sequence[_Said]) -> list[_Said]:
    """Rows that are split alike: by role or not, by topic or not."""
    patterns: dict[tuple[bool, bool], list[_Said]] = defaultdict(list)
    for said in rows:
        patterns[said.topic != NOT_STATED, said.role != NOT_STATED].append(said)
    return patterns[max(patterns, key=lambda pattern: (sum(pattern), len(patterns[pattern])))]


def _latest(table: str, rows: Sequence[_Said]) -> Iterator[Number]:
    cells: dict[tuple[str, str], list[_Said]] = defaultdict(list)
    for said in rows:
        cells[said.topic, said.role].append(said)
    for (topic, role), alternatives in cells.items():
        latest = max(_latest_day(said.when) for said in alternatives)
        chosen = min(
            (s for s in alternatives if _latest_day(s.when) == latest), key=lambda s: s.given.id
        )
        number = _number(chosen.given, table, (topic, chosen.country, role, NOT_STATED),
                         chosen.value)  # fmt: skip
        owners = {str(said.given.owner) for said in alternatives}
        yield replace(number, told=tuple(sorted(owners - {number.owner})))


def _latest_day(when: str) -> int:
    return TimeSpan.parse(when).latest.toordinal() if when else 0
