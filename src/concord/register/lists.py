"""The lists that people search: one column table each, kept up to date with the revisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from typing import ClassVar, Final
from uuid import UUID

from concord.core.disclosure import Viewer
from concord.record.columns import ColumnTable, Row, Words
from concord.record.following import Follower
from concord.record.selectors import Change, changed_since
from concord.record.then import changes_then
from concord.register import vocabulary
from concord.register.rows import (
    ANSWER_FACETS,
    CITING_FACETS,
    COMMENT_FACETS,
    INSTITUTION_FACETS,
    LINK_FACETS,
    MATERIAL_FACETS,
    SOURCE_FACETS,
    STATEMENT_FACETS,
    TRAINING_FACETS,
    Given,
    LinkRows,
    answer_row,
    citing_row,
    comment_row,
    institution_row,
    material_row,
    source_row,
    statement_row,
    training_row,
)
from concord.register.words import Cut

LINKS: Final = ("relation", "agreement", "activity")
HELD: Final = 2
"""Moments of which a process holds the tables, so that a list's next page is quick."""
Moment = tuple[str, dt.datetime]
"""Whose eyes, and when."""
RowMaker = Callable[[Change], Row | None]
TextFinder = Callable[[UUID, Collection[Change]], Iterable[Words]]
_text_finders: list[TextFinder] = []


def text_finder(find: TextFinder) -> TextFinder:
    """Adds what finds the texts of a material's files among its versions; used as a decorator.

    The files are in a room above, and imports go downwards alone.
    """
    _text_finders.append(find)
    return find


@lru_cache(maxsize=4096)
def topics_with(word: str) -> frozenset[str]:
    """Topics whose label in some language holds a folded word."""
    return vocabulary.topics().codes_with(word)


@lru_cache(maxsize=4096)
def roles_with(word: str) -> frozenset[str]:
    """Roles whose label in some language holds a folded word."""
    return vocabulary.roles().codes_with(word)


@lru_cache(maxsize=4096)
def countries_with(word: str) -> frozenset[str]:
    """Countries and areas whose name in some language holds a folded word."""
    return vocabulary.countries().codes_with(word)


@lru_cache(maxsize=4096)
def publications_with(word: str) -> frozenset[str]:
    """Publications of the Nuclear Security Series whose number or title holds a folded word."""
    return vocabulary.publications().codes_with(word)


class Shelf(Follower):
    """The column tables of all lists: those of this process, or those of a moment."""

    passes: ClassVar = (("institution", "source", "answer", "version"), None)

    def empty(self) -> None:
        labels = {"topic": topics_with, "role": roles_with, "country": countries_with}
        self.training = ColumnTable(TRAINING_FACETS, labels)
        self.institutions = ColumnTable(INSTITUTION_FACETS, {"country": countries_with})
        self.statements = ColumnTable(STATEMENT_FACETS, {"topic": topics_with})
        self.sources = ColumnTable(SOURCE_FACETS)
        self.citing = ColumnTable(CITING_FACETS)
        self.answers = ColumnTable(ANSWER_FACETS)
        self.comments = ColumnTable(COMMENT_FACETS)
        self.links = {cut: ColumnTable(LINK_FACETS, {"state": countries_with}) for cut in Cut}
        self._rows = LinkRows()
        self._brief: frozenset[str] = frozenset()
        self._moved: set[str] = set()
        self._answered: set[str] = set()
        """Records about which an answer is new, changed or gone."""
        self._brief_changed = False
        self._moments: dict[Moment, Shelf] = {}
        self.materials = ColumnTable(
            MATERIAL_FACETS, {"topic": topics_with, "publication": publications_with}
        )
        self._versions: dict[str, dict[UUID, Change]] = {}
        """The versions of each material."""
        self._renewed: set[str] = set()
        """Materials of which a version is new, changed or gone."""

    def take(self, change: Change) -> None:
        if change.kind == "institution":
            self._note_home(change)
            _put(self.institutions, change, institution_row)
        elif change.kind == "source":
            key = {str(change.id)}
            is_brief = change.content.get("is_brief") and not change.is_removed
            brief = self._brief | key if is_brief else self._brief - key
            self._brief_changed |= brief != self._brief
            self._brief = brief
            _put(self.sources, change, source_row)
        elif change.kind == "answer":
            self._answered |= self._rows.take_answer(change)
            _put(self.answers, change, answer_row)
        elif change.kind == "comment":
            _put(self.comments, change, comment_row)
        elif change.kind == "statement":
            _put(self.statements, change, lambda c: statement_row(c, self._brief))
        elif change.kind == "version":
            self._take_version(change)
        elif change.kind == "material":
            _put(self.materials, change, self._material)
        elif change.kind in {"course", "activity"}:
            _put(self.training, change, lambda c: training_row(c, self._brief))
        if change.kind in LINKS:
            self._take_link(change)
        _put(self.citing, change, citing_row)

    def _take_version(self, change: Change) -> None:
        for key, versions in self._versions.items():
            if versions.pop(change.id, None) is not None:
                self._renewed.add(key)
                break
        key = str(change.content.get("material", ""))
        if key and not change.is_removed:
            self._versions.setdefault(key, {})[change.id] = change
            self._renewed.add(key)

    def _material(self, change: Change) -> Row:
        versions = list(self._versions.get(str(change.id), {}).values())
        texts = (words for find in _text_finders for words in find(change.owner, versions))
        return material_row(change, texts)

    def versions_of(self, material: UUID) -> list[Change]:
        """The versions of a material, whoever may know of them."""
        with self._lock:
            return list(self._versions.get(str(material), {}).values())

    def versions_all(self) -> list[Change]:
        """All versions, whoever may know of them."""
        with self._lock:
            return [change for found in self._versions.values() for change in found.values()]

    def _take_link(self, change: Change) -> None:
        _put(self.links[Cut.ALL], change, lambda c: self._rows.row(c, None))
        _put(self.links[Cut.BRIEF], change, lambda c: self._rows.row(c, self._brief))

    def _note_home(self, change: Change) -> None:
        key, state = str(change.id), change.content.get("state")
        home = (state, change.audience_of("state")) if state and not change.is_removed else None
        if self._rows.homes.get(key) != home:
            self._moved.add(key)
        if home:
            self._rows.homes[key] = home
        else:
            self._rows.homes.pop(key, None)

    def settle(self) -> bool:
        """Take the links anew of institutions whose State changed, and those that were answered.

        All of them, where the brief changed.
        """
        self._moments = {}  # a revision may have withheld what they hold
        first_time, moved, answered = not self.number, self._moved, self._answered
        if first_time:
            for table in (self.training, self.citing, *self.links.values()):
                table.settle()
        anew = self._brief_changed and not first_time
        renewed = self._renewed
        self._moved, self._answered, self._brief_changed = set(), set(), False
        self._renewed = set()
        for key in () if first_time or anew else moved:
            links = self.links[Cut.ALL].ids_with("party", f"institution:{key}")
            self._take_again(links)
        if answered and not first_time and not anew:
            self._take_again([UUID(key) for key in answered])
        if renewed and not first_time and not anew:
            for change in changed_since(0, ids=[UUID(key) for key in renewed]):
                _put(self.materials, change, self._material)
        return not anew

    def _take_again(self, ids: Collection[UUID]) -> None:
        for change in changed_since(0, ids=ids):
            if change.kind in LINKS:
                self._take_link(change)

    def of_moment(self, viewer: Viewer, known_at: dt.datetime) -> Shelf:
        """The tables of a moment, for that viewer alone; held until the next revision."""
        key, number, held = (viewer.key, known_at), self.number, self._moments
        if key in held:
            return held[key]
        found = Shelf(changes_then(viewer, known_at))
        with self._lock:
            if self.number == number:
                self._moments = dict([*self._moments.items(), (key, found)][-HELD:])
        return found

    def answers_about(self, ids: Collection[UUID]) -> dict[str, list[Given]]:
        """The answers of those who may give them, by the records that they are about."""
        with self._lock:
            found = {str(key): self._rows.given(str(key)) for key in ids}
        return {key: given for key, given in found.items() if given}


def _put(table: ColumnTable, change: Change, make: RowMaker) -> None:
    row = None if change.is_removed else make(change)
    if row is None:
        table.remove(change.id)
    else:
        table.put(row)


_shelf = Shelf()


def prepare() -> None:
    """Build the lists of this process before somebody asks for them."""
    _fresh()


def _fresh() -> Shelf:
    _shelf.refresh()
    return _shelf


def shelf_now() -> Shelf:
    """All the lists, as of the newest revision."""
    return _fresh()


def shelf_then(viewer: Viewer, known_at: dt.datetime) -> Shelf:
    """All the lists as they were at a moment; they answer this viewer alone."""
    return _fresh().of_moment(viewer, known_at)


def training_table() -> ColumnTable:
    """Courses and activities, as of the newest revision."""
    return _fresh().training


def institution_table() -> ColumnTable:
    """Institutions, as of the newest revision."""
    return _fresh().institutions


def statement_table() -> ColumnTable:
    """Statements, as of the newest revision."""
    return _fresh().statements


def source_table() -> ColumnTable:
    """Sources, as of the newest revision."""
    return _fresh().sources


def material_table() -> ColumnTable:
    """Training materials, as of the newest revision."""
    return _fresh().materials


def versions_seen(*, viewer: Viewer) -> Iterator[Change]:
    """The versions of all materials of which the viewer sees the file, and what it is a version of.

    For studies of what is in them: a change holds what its viewer may not see, too.
    """
    for change in _fresh().versions_all():
        needed = (change.audience, change.audience_of("file"), change.audience_of("material"))
        if "file" in change.content and all(map(viewer.may_see, needed)):
            yield change


def version_ids(*, viewer: Viewer, material: UUID) -> list[UUID]:
    """The versions of a material that the viewer may know of."""
    found = _fresh().versions_of(material)
    return [
        change.id
        for change in found
        if viewer.may_see(change.audience) and viewer.may_see(change.audience_of("material"))
    ]


def answer_table() -> ColumnTable:
    """Answers of parties, as of the newest revision."""
    return _fresh().answers


def comment_table() -> ColumnTable:
    """Comments on drafts, as of the newest revision."""
    return _fresh().comments


def answers_about(ids: Collection[UUID]) -> dict[str, list[Given]]:
    """The answers about records, each with the audience that alone may know of it."""
    return _fresh().answers_about(ids)


def citing_table() -> ColumnTable:
    """Records of any kind by the sources that they cite, as of the newest revision."""
    return _fresh().citing


def link_table(cut: Cut) -> ColumnTable:
    """Links of parties within a cut of the sources, as of the newest revision."""
    return _fresh().links[cut]
