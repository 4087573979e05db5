"""The lists as pages, interface and exports ask them: one description each, read in one way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import QueryDict

from concord.core.disclosure import Viewer
from concord.core.vocabulary import Vocabulary
from concord.record.columns import ColumnTable, Page
from concord.record.selectors import RecordView
from concord.register import vocabulary
from concord.register.listquery import KNOWN_AT, ListQuery, read_cut, read_moment, read_query
from concord.register.lists import Shelf
from concord.register.rows import (
    INSTITUTION_FACETS,
    LINK_FACETS,
    MATERIAL_FACETS,
    SOURCE_FACETS,
    STATEMENT_FACETS,
    TRAINING_FACETS,
)
from concord.register.then import AsOf
from concord.register.words import (
    ActivityKind,
    AgreementKind,
    Confirmation,
    Cut,
    InstitutionKind,
    MaterialCopy,
    MaterialKind,
    Reach,
    RelationKind,
    Scope,
    SourceKind,
    Stage,
    StatementGroup,
    Tier,
    TrainingLevel,
)

Known = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its table, its facets, the codes of those that are closed, and its page size.

    ``known_at`` among the parameters of its address asks what it was at a moment.
    """

    name: str
    table_on: Callable[[Shelf, QueryDict], ColumnTable]
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
        query, as_of = self._read(viewer, params, also)
        page = self.table_on(as_of.shelf, params).page(
            viewer, query.question, size or self.size, query.after, uncounted=self.uncounted
        )
        return page, as_of.in_order(page.ids)

    def batches(self, viewer: Viewer, params: QueryDict) -> Iterator[list[RecordView]]:
        """Every record that answers, in the order of the pages; faults are raised at once."""
        return as_of(viewer, params).batches(self.ids(viewer, params))

    def ids(self, viewer: Viewer, params: QueryDict) -> list[UUID]:
        """The ids of all records that answer, in the order of the pages."""
        query, as_of = self._read(viewer, params, ("after",))
        return self.table_on(as_of.shelf, params).ids_where(viewer, query.question)

    def _read(
        self, viewer: Viewer, params: QueryDict, also: Collection[str]
    ) -> tuple[ListQuery, AsOf]:
        query = read_query(params, self.facets, self.known(), (*self.also, *also, KNOWN_AT))
        return query, as_of(viewer, params)


def as_of(viewer: Viewer, params: QueryDict) -> AsOf:
    """The register as an address asks for it; raises ``InvalidQueryError``."""
    return AsOf(viewer, read_moment(params, KNOWN_AT))


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


TRAINING: Final = Listing(
    "training", lambda shelf, _params: shelf.training, TRAINING_FACETS, _training_known, 50,
    ("course", "activity"), uncounted=("party",),
)  # fmt: skip
INSTITUTIONS: Final = Listing(
    "institutions",
    lambda shelf, _params: shelf.institutions,
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
    lambda shelf, _params: shelf.statements,
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
    lambda shelf, _params: shelf.sources,
    SOURCE_FACETS,
    lambda: {"kind": SourceKind.values, "cut": [Cut.BRIEF.value]},
    100,
    ("source",),
)
COLLABORATION: Final = Listing(
    "collaboration",
    lambda shelf, params: shelf.links[read_cut(params)],
    LINK_FACETS,
    _link_known,
    50,
    ("relation", "agreement", "activity"),
    ("cut",),
    ("pair",),
)
LIBRARY: Final = Listing(
    "library",
    lambda shelf, _params: shelf.materials,
    MATERIAL_FACETS,
    lambda: {
        "kind": MaterialKind.values,
        "copy": MaterialCopy.values,
        "topic": _codes(vocabulary.topics),
        "group": [entry.code for entry in vocabulary.topics().children(None)],
        "role": _codes(vocabulary.roles),
        "level": TrainingLevel.values,
        "publication": _codes(vocabulary.publications),
    },
    50,
    ("material",),
)
LISTINGS: Final = {
    listing.name: listing
    for listing in (TRAINING, INSTITUTIONS, STATEMENTS, SOURCES, COLLABORATION, LIBRARY)
}
