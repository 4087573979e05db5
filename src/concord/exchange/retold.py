"""New agreements, relations and figures that the register may have already, from whomever.

Other than training (``doubles``) they are not told by likeness of words: the same parties, kind
and period, or the same subject, measure, period and value, make one claim however it is worded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from concord.core.disclosure import Viewer
from concord.core.timespan import TimeSpan
from concord.core.vocabulary.folding import fold
from concord.exchange.doubles import Settled, row_id
from concord.record.columns import Question
from concord.record.selectors import RecordView, record_list, records_get
from concord.register.lists import link_table, statement_table
from concord.register.words import Cut

CLAIMS: Final = ("agreement", "relation", "statement", "workforce", "need")
"""Kinds of record that claim something: of parties, or a figure."""
_LINKS: Final = frozenset({"agreement", "relation"})
_WHEN: Final = {"need": "by"}
_DONE: Final = {"statement": "done"}
"""The stage of a claim that does not say it; other kinds are as planned as they are done."""
Item = tuple[str, str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Claim:
    """What makes two records one claim: the same ``matter``, at times that are not apart.

    ``first`` and ``last`` are days by number, 0 where no time is said: that may be any.
    """

    matter: Hashable
    first: int = 0
    last: int = 0

    def may_be(self, other: Claim) -> bool:
        """Whether the two may say the same."""
        if self.matter != other.matter:
            return False
        if not (self.first and other.first):
            return True
        return self.first <= other.last and other.first <= self.last


def claim_of(kind: str, content: Mapping[str, Any]) -> Claim | None:
    """A record as the claim that it makes; None where too little of it may be seen."""
    matter = _of_parties(kind, content) if kind in _LINKS else _of_figure(kind, content)
    if matter is None:
        return None
    said = content.get(_WHEN.get(kind, "when"))
    if not said:
        return Claim((kind, *matter))
    span = TimeSpan.parse(said)
    return Claim((kind, *matter), span.earliest.toordinal(), span.latest.toordinal())


def _of_parties(kind: str, content: Mapping[str, Any]) -> tuple[Hashable, ...] | None:
    if not content.get("parties") or f"{kind}_kind" not in content:
        return None
    return content[f"{kind}_kind"], frozenset(map(_key, content["parties"]))


def _of_figure(kind: str, content: Mapping[str, Any]) -> tuple[Hashable, ...] | None:
    if "subject" not in content:
        return None
    whom = _key(content["subject"])
    if kind != "statement":
        bounds = content.get("low"), content.get("high")
        if None in bounds:
            return None
        return whom, content.get("role"), content.get("topic"), *bounds
    figure, words = content.get("value"), content.get("value_text")
    if (figure is None and not words) or "measure" not in content:
        return None  # a remark in words is no figure
    value = fold(words) if figure is None else Decimal(str(figure))
    return (
        whom, fold(content["measure"]), value, fold(content.get("unit") or ""),
        content.get("stream"), content.get("stage", _DONE[kind]),
        frozenset(content.get("topics", ())),
    )  # fmt: skip


def _key(party: Mapping[str, Any]) -> Hashable:
    if description := party.get("description"):
        words = description["text"][description["original"]]
        return "described", fold(words), party.get("state")
    return next(iter(party.items()))


class Retold:
    """The claims that a viewer may see, to find among them those that new records make again.

    All of the kinds that are asked about, or of a large register those of ``among`` alone.
    """

    def __init__(
        self, viewer: Viewer, settled: Settled = (), *, among: Collection[UUID] | None = None
    ) -> None:
        self._viewer, self._settled, self._among = viewer, settled, among
        self._known: dict[str, dict[Hashable, list[tuple[Claim, RecordView]]]] = {}

    def of(self, items: Sequence[Item]) -> dict[str, RecordView]:
        """For new records, given as kind, id and content, the one whose claim each may repeat.

        It comes with no more of its content than its title. A pair that was decided on does not
        come again, by the id or by what the record says.
        """
        found: dict[str, RecordView] = {}
        for kind, key, content in items:
            claim = claim_of(kind, content)
            if claim is None:
                continue
            names = (key, str(row_id(kind, content)))
            for other, record in self._of_kind(kind).get(claim.matter, ()):
                pairs = {frozenset((name, str(record.id))) for name in names}
                if claim.may_be(other) and pairs.isdisjoint(self._settled):
                    found[key] = record
                    break
        return found

    def _of_kind(self, kind: str) -> dict[Hashable, list[tuple[Claim, RecordView]]]:
        if kind not in self._known:
            self._known[kind] = defaultdict(list)
            for record in self._records(kind):
                if claim := claim_of(kind, record.content):
                    title = {n: v for n, v in record.content.items() if n in {"titles", "text"}}
                    self._known[kind][claim.matter].append((claim, replace(record, content=title)))
        return self._known[kind]

    def _records(self, kind: str) -> Iterable[RecordView]:
        if self._among is None:
            return record_list(viewer=self._viewer, kind=kind)
        found = records_get(viewer=self._viewer, ids=self._among).values()
        return [record for record in found if record.kind == kind]


def claims_near(viewer: Viewer, kind: str, content: Mapping[str, Any]) -> set[UUID]:
    """Records that may make the claim of one new record, without reading the whole register."""
    if kind in _LINKS:
        sides = [next(iter(p.items())) for p in content["parties"] if "description" not in p]
        found = [
            link_table(Cut.ALL).ids_where(
                viewer,
                Question({"record": frozenset({kind}), "party": frozenset({f"{sort}:{key}"})}),
            )
            for sort, key in sides
        ]
        return set.intersection(*map(set, found)) if found else set()
    subject = content["subject"]
    if kind == "statement":
        whom = subject.get("institution") or subject.get("network") or subject.get("state")
        asked = Question({"subject": frozenset({whom})} if whom else {})
        return set(statement_table().ids_where(viewer, asked))
    bounds = {"low": content["low"], "high": content["high"]}
    return {record.id for record in record_list(viewer=viewer, kind=kind, where=bounds)}
