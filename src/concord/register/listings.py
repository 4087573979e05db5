"""The lists as pages, interface and exports ask them: one description each, read in one way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from django.http import QueryDict

from concord.core.disclosure import Viewer
from concord.core.vocabulary import Vocabulary
from concord.record.columns import ColumnTable, Page
from concord.record.selectors import RecordView, records_get
from concord.register import vocabulary
from concord.register.listquery import read_cut, read_query
from concord.register.lists import (
    institution_table,
    link_table,
    source_table,
    statement_table,
    training_table,
)
from concord.register.rows import (
    INSTITUTION_FACETS,
    LINK_FACETS,
    SOURCE_FACETS,
    STATEMENT_FACETS,
    TRAINING_FACETS,
)
from concord.register.words import (
    ActivityKind,
    AgreementKind,
    Confirmation,
    Cut,
    InstitutionKind,
    Reach,
    RelationKind,
    Scope,
    SourceKind,
    Stage,
    StatementGroup,
    Tier,
    TrainingLevel,
)

BATCH: Final = 500
Known = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its table, its facets, the codes of those that are closed, and its page size."""

    name: str
    table: Callable[[QueryDict], ColumnTable]
    facets: tuple[str, ...]
    known: Callable[[], Known]
    size: int
    kinds: tuple[str, ...]
    """The kinds of record that it lists."""
    also: tuple[str, ...] = ()
    """Parameters of its address that are not filters."""
    uncounted: tuple[str, ...] = ()
    """Facets that can be asked for, but have a code for every two parties: too many to count."""

    def page(
        self,
        viewer: Viewer,
        params: QueryDict,
        also: Collection[str] = (),
        size: int | None = None,
    ) -> tuple[Page, list[RecordView]]:
        """One page and its records; raises ``InvalidQueryError`` for what makes no sense."""
        query = read_query(params, self.facets, self.known(), (*self.also, *also))
        page = self.table(params).page(
            viewer, query.question, size or self.size, query.after, uncounted=self.uncounted
        )
        records = records_get(viewer=viewer, ids=page.ids)
        return page, [records[i] for i in page.ids if i in records]

    def batches(self, viewer: Viewer, params: QueryDict) -> Iterator[list[RecordView]]:
        """Every record that answers, in the order of the pages; faults are raised at once."""
        return batches_of(viewer, self.ids(viewer, params))

    def ids(self, viewer: Viewer, params: QueryDict) -> list[UUID]:
        """The ids of all records that answer, in the order of the pages."""
        query = read_query(params, self.facets, self.known(), (*self.also, "after"))
        return self.table(params).ids_where(viewer, query.question)


def batches_of(viewer: Viewer, ids: Sequence[UUID]) -> Iterator[list[RecordView]]:
    """The records of ``ids`` in their order, some hundred at a time."""
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        records = records_get(viewer=viewer, ids=part)
        yield [records[i] for i in part if i in records]


def _codes(entries: Callable[[], Vocabulary]) -> list[str]:
    return [entry.code for entry in entries()]


def _training_known() -> Known:
    return {
        "kind": ["course", *ActivityKind.values],
        "stage": ["offer", *Stage.values],
        "level": TrainingLevel.values,
        "topic": _codes(vocabulary.topics),
        "group": [entry.code for entry in vocabulary.topics().children(None)],
        "role": _codes(vocabulary.roles),
        "country": _codes(vocabulary.countries),
        "open": ["open"],
        "cut": [Cut.BRIEF.value],
        "once": ["once"],
    }


def _link_known() -> Known:
    return {
        "record": ["relation", "agreement", "activity"],
        "kind": [*RelationKind.values, *AgreementKind.values, *ActivityKind.values],
        "tier": Tier.values,
        "stage": Stage.values,
        "confirmation": Confirmation.values,
        "scope": Scope.values,
        "state": _codes(vocabulary.countries),
    }


def _plain(table: Callable[[], ColumnTable], params: QueryDict) -> ColumnTable:  # noqa: ARG001
    return table()


TRAINING: Final = Listing(
    "training", partial(_plain, training_table), TRAINING_FACETS, _training_known, 50,
    ("course", "activity"), uncounted=("party",),
)  # fmt: skip
INSTITUTIONS: Final = Listing(
    "institutions",
    partial(_plain, institution_table),
    INSTITUTION_FACETS,
    lambda: {
        "kind": InstitutionKind.values,
        "reach": Reach.values,
        "country": _codes(vocabulary.countries),
        "topic": _codes(vocabulary.topics),
    },
    50,
    ("institution",),
)
STATEMENTS: Final = Listing(
    "statements",
    partial(_plain, statement_table),
    STATEMENT_FACETS,
    lambda: {
        "group": StatementGroup.values,
        "stage": Stage.values,
        "topic": _codes(vocabulary.topics),
        "cut": [Cut.BRIEF.value],
    },
    100,
    ("statement",),
)
SOURCES: Final = Listing(
    "sources",
    partial(_plain, source_table),
    SOURCE_FACETS,
    lambda: {"kind": SourceKind.values, "cut": [Cut.BRIEF.value]},
    100,
    ("source",),
)
COLLABORATION: Final = Listing(
    "collaboration",
    lambda params: link_table(read_cut(params)),
    LINK_FACETS,
    _link_known,
    50,
    ("relation", "agreement", "activity"),
    ("cut",),
    ("pair",),
)
LISTINGS: Final = {
    listing.name: listing
    for listing in (TRAINING, INSTITUTIONS, STATEMENTS, SOURCES, COLLABORATION)
}
