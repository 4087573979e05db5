"""What the register says beside training, as Arrow tables for studies: parties, links, people.

Each row carries the audience of the fields that it comes from, so that what is withheld from a
viewer is simply not among the rows. ``register.study_tables`` makes of them what studies take.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final

import pyarrow as pa

from concord.core.timespan import TimeSpan
from concord.record.selectors import Change
from concord.register.chunks import KEYS, Chunked, Schemas

TEXT: Final = pa.string()
DAY: Final = pa.date32()
YEAR: Final = pa.int16()
COUNT: Final = pa.int64()
WHO: Final = [("institution", TEXT), ("state", TEXT), ("network", TEXT), ("described", TEXT)]
"""A party: one of them, or a description with the State that it belongs to."""

COLUMNS: Final[Mapping[str, list[tuple[str, pa.DataType]]]] = {
    "ids": [("id", TEXT), ("kind", TEXT), ("owner", TEXT), ("level", TEXT)],
    "sorts": [("sort", TEXT)],
    "stages": [("stage", TEXT)],
    "spans": [("field", TEXT), ("first", DAY), ("last", DAY), ("year", YEAR)],
    "same_as": [("other", TEXT)],
    "scopes": [("scope", TEXT)],
    "tiers": [("tier", TEXT)],
    "places": [("country", TEXT)],
    "runs": [("course", TEXT)],
    "nominations": [("seats", COUNT), ("apply_by", DAY)],
    "evaluations": [("level", pa.int8())],
    "hours": [("hours", pa.float64())],
    "levels": [("level", TEXT)],
    "online": [("is_online", pa.bool_())],
    "parties": [("place", pa.int16()), ("part", TEXT), *WHO],
    "accounts": [("place", pa.int16()), *WHO, ("answer", TEXT), ("source", TEXT),
                 ("claimant", TEXT)],
    "answers": [("about", TEXT), *WHO, ("answer", TEXT), ("owner", TEXT), ("level", TEXT)],
    "citations": [("source", TEXT), ("claimant", TEXT)],
    "states": [("state", TEXT)],
    "kinds": [("kind", TEXT)],
    "working_languages": [("language", TEXT)],
    "teaches": [("publication", TEXT)],
    "targets": [("dimension", TEXT), ("value", TEXT)],
    "capabilities": [("kind", TEXT), ("function", TEXT), ("topic", TEXT)],
    "focuses": [("aspect", TEXT), ("year", YEAR)],
    "parents": [("parent", TEXT)],
    "memberships": [("network", TEXT)],
    "milestones": [("step", TEXT), ("stage", TEXT), ("year", YEAR)],
    "phases": [("phase", TEXT), ("year", YEAR)],
    "people": [*WHO, ("role", TEXT), ("topic", TEXT), ("low", COUNT), ("high", COUNT),
               ("year", YEAR)],
    "statements": [*WHO, ("group", TEXT), ("measure", TEXT), ("value", pa.float64()),
                   ("unit", TEXT), ("stream", TEXT), ("scope", TEXT), ("year", YEAR),
                   ("stage", TEXT)],
    "endorsements": [*WHO, ("course", TEXT), ("count", COUNT), ("year", YEAR)],
    "source_kinds": [("kind", TEXT), ("is_brief", pa.bool_()), ("is_dated", pa.bool_())],
}  # fmt: skip
SCHEMAS: Final = {name: pa.schema(KEYS + columns) for name, columns in COLUMNS.items()}
KINDS: Final = (
    "institution", "network", "source", "course", "activity", "agreement", "relation", "answer",
    "statement", "workforce", "need", "endorsement",
)  # fmt: skip
SPANS: Final = ("when", "days", "valid")
_SINGLE: Final = {
    "tiers": "tier", "places": "country", "runs": "course", "same_as": "same_as",
    "levels": "level", "hours": "length_hours", "evaluations": "evaluation_level",
    "online": "is_online",
}  # fmt: skip
"""Tables of one value a record, and the field that it comes from."""
Who = tuple[str | None, str | None, str | None, str | None]


def who_of(party: Mapping[str, Any]) -> Who:
    """A party as the columns ``WHO``."""
    words = party.get("description")
    described = next(iter(words["text"].values())) if words else None
    return party.get("institution"), party.get("state"), party.get("network"), described


def span_of(text: str | None) -> TimeSpan | None:
    """A time as it stands in a record; None where there is none."""
    return TimeSpan.parse(text) if text else None


def year_of(text: str | None) -> int | None:
    """The year of a time that lies within one, or that an open one begins with."""
    span = span_of(text)
    if span is None:
        return None
    years = span.years()
    return years[0] if len(years) == 1 else None


class Facts(Chunked):
    """Institutions, links, people and figures, as tables."""

    passes: ClassVar = (KINDS,)
    schemas: ClassVar[Schemas] = SCHEMAS

    def read(
        self, changes: Mapping[int, Change], code: Callable[[str], int]
    ) -> dict[str, pa.Table]:
        rows = _Rows(code)
        for number, change in changes.items():
            rows.take(number, change)
        return {name: _table(rows.found[name], schema) for name, schema in SCHEMAS.items()}


def _table(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(c, field.type) for c, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


class _Rows:
    """The rows of records, table by table."""

    def __init__(self, code: Callable[[str], int]) -> None:
        self.found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._code = code

    def take(self, number: int, change: Change) -> None:
        """Add what a record says."""
        self._number, self._change, self._content = number, change, change.content
        self._add("ids", (), str(change.id), change.kind, str(change.owner), change.audience)
        for source in self._content.get("citations", ()):
            self._add("citations", ("citations",), source["source"], source.get("claimant"))
        match change.kind:
            case "institution":
                self._institution()
            case "course" | "activity" | "agreement" | "relation":
                self._event()
            case "answer":
                self._answer()
            case "workforce" | "need":
                self._people()
            case "statement":
                self._statement()
            case "endorsement":
                self._endorsement()
            case "source":
                self._add("source_kinds", ("source_kind", "is_brief", "published"),
                          self._content.get("source_kind", "web_page"),
                          bool(self._content.get("is_brief")),
                          "published" in self._content)  # fmt: skip

    def _add(self, table: str, fields: Sequence[str], *values: Any) -> None:
        audience = self._change.audience_of(*fields) if fields else self._change.audience
        self.found[table].append((self._number, self._code(audience), *values))

    def _one(self, table: str, fields: Sequence[str], *values: Any) -> None:
        """One row, where the record says any of it."""
        if any(name in self._content for name in fields):
            self._add(table, fields, *values)

    def _event(self) -> None:
        get, kind = self._content.get, self._change.kind
        sort = f"{kind}_kind"
        self._one("sorts", (sort,), get(sort))
        if kind != "course":
            self._add("stages", ("stage",), get("stage", "unknown"))
        if kind in {"agreement", "relation"}:
            self._add("scopes", ("scope",), get("scope", "security"))
        for table, field in _SINGLE.items():
            self._one(table, (field,), get(field))
        for field in SPANS:
            if span := span_of(get(field)):
                self._add("spans", (field,), field, span.earliest, span.latest, year_of(get(field)))
        if nomination := get("nomination"):
            until = span_of(nomination.get("apply_by"))
            last = until.latest if until else None
            self._add("nominations", ("nomination",), nomination.get("seats"), last)
        for place, part in enumerate(get("parties", ())):
            who = who_of(part.get("party", part))
            self._add("parties", ("parties",), place, part.get("part"), *who)
        for code in get("publications", ()):
            self._add("teaches", ("publications",), code)
        for provider in get("providers", ()):
            who = (provider, None, None, None)
            self._add("parties", ("providers",), 0, "provider", *who)
        for place, account in enumerate(get("accounts", ())):
            said = (place, *who_of(account["party"]), account.get("answer", "confirms"))
            cites: Sequence[Mapping[str, Any]] = account.get("citations") or ({},)
            for cited in cites:
                self._add("accounts", ("accounts",), *said, cited.get("source"),
                          cited.get("claimant"))  # fmt: skip

    def _answer(self) -> None:
        content, fields = self._content, ("about", "party", "answer")
        self._add("answers", fields, content["about"], *who_of(content["party"]),
                  content["answer"], str(self._change.owner),
                  self._change.audience_of(*fields))  # fmt: skip

    def _institution(self) -> None:
        get = self._content.get
        self._one("states", ("state",), get("state"))
        for table, field in (("kinds", "kinds"), ("working_languages", "languages")):
            for value in get(field, ()):
                self._add(table, (field,), value)
        for group in get("target_groups", ()):
            for dimension, field in (("role", "roles"), ("reach", "reach")):
                for value in group.get(field, ()):
                    self._add("targets", ("target_groups",), dimension, value)
        self._abilities()
        for one in get("focuses", ()):
            self._add("focuses", ("focuses",), one["aspect"], year_of(one.get("when")))
        for one in get("parents", ()):
            self._add("parents", ("parents",), one["institution"])
        for one in get("memberships", ()):
            self._add("memberships", ("memberships",), one["network"])
        for one in get("phases", ()):
            self._add("phases", ("phases",), one["phase"], year_of(one.get("when")))

    def _abilities(self) -> None:
        get = self._content.get
        for one in get("capabilities", ()):
            for topic in one.get("topics") or (None,):
                self._add("capabilities", ("capabilities",), one["capability_kind"],
                          one.get("function"), topic)  # fmt: skip
        for one in get("milestones", ()):
            self._add("milestones", ("milestones",), one["step"], one.get("stage", "done"),
                      year_of(one.get("when")))  # fmt: skip

    def _people(self) -> None:
        content = self._content
        fields = ("subject", "role", "topic", "low", "high", "when", "by")
        when = year_of(content.get("when") or content.get("by"))
        self._add("people", fields, *who_of(content["subject"]), content.get("role"),
                  content.get("topic"), content["low"], content["high"], when)  # fmt: skip

    def _statement(self) -> None:
        get = self._content.get
        fields = (
            "subject",
            "group",
            "measure",
            "value",
            "unit",
            "stream",
            "scope",
            "when",
            "stage",
        )
        value = get("value")
        self._add("statements", fields, *who_of(self._content["subject"]), get("group"),
                  get("measure"), None if value is None else float(value), get("unit"),
                  get("stream"), get("scope", "security"), year_of(get("when")),
                  get("stage", "done"))  # fmt: skip

    def _endorsement(self) -> None:
        get = self._content.get
        fields = ("provider", "courses", "count", "when")
        for course in get("courses") or (None,):
            self._add("endorsements", fields, *who_of(self._content["provider"]), course,
                      get("count"), year_of(get("when")))  # fmt: skip


def party_key(who: Who) -> str:
    """The key of a party as links name it."""
    institution, state, network, described = who
    if described:
        return f"described:{described}"
    if state:
        return f"state:{state}"
    return f"network:{network}" if network else f"institution:{institution}"


_facts = Facts()


def facts() -> Facts:
    """The facts of this process."""
    return _facts
