"""The column table against a plain reading of the same rows."""

from __future__ import annotations

import uuid
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord.core.disclosure import ANYONE, Audience, Viewer
from concord.record.columns import ColumnTable, Key, Question, Row, Value, Words
from concord.record.errors import InvalidQueryError

AUDIENCES = ["public", "institution:1", "institution:2"]
audience = st.sampled_from(AUDIENCES)
values = st.lists(st.builds(Value, st.sampled_from("abc"), audience), max_size=3)
words = st.lists(
    st.builds(
        Words,
        st.sampled_from(["核安保 培训", "An ninh hạt nhân", "guard"]),
        st.integers(1, 4),
        audience,
    ),
    max_size=2,
)
ids = st.sampled_from([uuid.UUID(int=n << 100) for n in range(1, 8)])
rows = st.lists(
    st.builds(
        Row,
        id=ids,
        audience=audience,
        facets=st.fixed_dictionaries({"f": values, "g": values}),
        words=words,
        first=st.integers(0, 9),
        last=st.integers(9, 12),
        date_audience=audience,
        exact=st.sampled_from([(0, 0), (3, 3), (11, 12)]),
        exact_audience=audience,
        place=st.sampled_from(["", "m", "z"]),
        place_audience=audience,
    ),
    max_size=12,
)
viewers = st.builds(lambda s: Viewer(frozenset(s)), st.sets(audience))
questions = st.builds(
    lambda f, q: Question({"f": frozenset(f)} if f else {}, q),
    st.sets(st.sampled_from("abcx")),
    st.sampled_from(["", "安保", "ninh", "guard", "nothing"]),
)


def _answers(row: Row, viewer: Viewer, question: Question, *, facet: bool = True) -> bool:
    if not viewer.may_see(row.audience):
        return False
    seen = {v.code for v in row.facets["f"] if viewer.may_see(v.audience)}
    if facet and question.facets and not seen & question.facets["f"]:
        return False
    texts = [
        w.text.lower().replace("ạ", "a").replace("â", "a")
        for w in row.words
        if viewer.may_see(w.audience)
    ]
    return not question.words or any(question.words in text for text in texts)


@given(rows, viewers, questions)
def test_table_answers_as_a_plain_reading_does(
    given_rows: list[Row], viewer: Viewer, question: Question
) -> None:
    table = ColumnTable(["f", "g"])
    for row in given_rows:
        table.put(row)
    newest = {row.id: row for row in given_rows}
    expected = {i for i, row in newest.items() if _answers(row, viewer, question)}
    assert set(table.ids_where(viewer, question)) == expected
    counted: dict[str, int] = {}
    for row in newest.values():
        if _answers(row, viewer, question, facet=False):
            for code in {v.code for v in row.facets["f"] if viewer.may_see(v.audience)}:
                counted[code] = counted.get(code, 0) + 1
    assert table.counts(viewer, question)["f"] == counted


@given(rows, questions, st.integers(1, 4))
def test_pages_by_key_give_each_row_once(
    given_rows: list[Row], question: Question, size: int
) -> None:
    table = ColumnTable(["f", "g"])
    for row in given_rows:
        table.put(row)
    found, after = [], None
    while True:
        page = table.page(ANYONE, question, size, after)
        found += page.ids
        if page.next is None:
            break
        after = page.next
    assert len(found) == len(set(found)) == page.total
    assert set(found) == set(table.ids_where(ANYONE, question))


@given(rows, viewers)
def test_hidden_values_change_nothing_that_is_seen(given_rows: list[Row], viewer: Viewer) -> None:
    """Two worlds that differ only in values the viewer may not see answer alike."""

    def other_world(row: Row) -> Row:
        kept = {
            name: [v for v in found if viewer.may_see(v.audience)]
            for name, found in row.facets.items()
        }
        texts = [w for w in row.words if viewer.may_see(w.audience)]
        dates = (row.first, row.last) if viewer.may_see(row.date_audience) else (5, 11)
        exact = row.exact if viewer.may_see(row.exact_audience) else (7, 8)
        place = row.place if viewer.may_see(row.place_audience) else "other"
        return Row(
            row.id, row.audience, kept, texts, *dates, row.date_audience,
            exact, row.exact_audience, place, row.place_audience,
        )  # fmt: skip

    one, two = ColumnTable(["f", "g"]), ColumnTable(["f", "g"])
    for row in given_rows:
        one.put(row)
        two.put(other_world(row))
    for words_ in ("", "安保", "guard"):
        question = Question({}, words_)
        assert one.page(viewer, question, 5, None) == two.page(viewer, question, 5, None)
        assert one.counts(viewer, question) == two.counts(viewer, question)
        assert _days(one, viewer, question) == _days(two, viewer, question)
        near = Question({}, words_, first=4, last=8)
        assert one.page(viewer, near, 5, None) == two.page(viewer, near, 5, None)


def _days(table: ColumnTable, viewer: Viewer, question: Question) -> list[tuple[UUID, int, int]]:
    found = table.days(viewer, question)
    return list(zip(found.ids, found.first.tolist(), found.last.tolist(), strict=True))


def test_the_days_stand_for_the_month_to_whoever_may_see_them() -> None:
    table = ColumnTable([])
    early, late = uuid.UUID(int=1 << 100), uuid.UUID(int=2 << 100)
    own = "institution:1"
    table.put(Row(early, "public", first=31, last=60, exact=(33, 33), exact_audience=own))
    table.put(Row(late, "public", first=31, last=60, exact=(58, 59), exact_audience=own))
    insider = Viewer(frozenset({Audience("public"), Audience(own)}))
    assert _days(table, insider, Question()) == [(late, 58, 59), (early, 33, 33)]
    assert _days(table, ANYONE, Question()) == [(early, 31, 60), (late, 31, 60)]
    for first, last, found in ((58, 70, [late]), (30, 33, [early]), (40, 50, [])):
        asked = Question(first=first, last=last)
        assert table.ids_where(insider, asked) == found
        assert len(table.ids_where(ANYONE, asked)) == 2


def test_a_removed_row_is_in_no_answer() -> None:
    table = ColumnTable(["f"])
    row = Row(uuid.uuid4(), "public", {"f": [Value("a", "public")]})
    table.put(row)
    table.remove(row.id)
    assert table.page(ANYONE, Question(), 5, None).total == 0
    assert table.counts(ANYONE, Question())["f"] == {}


def test_a_search_finds_rows_by_the_labels_of_their_codes() -> None:
    table = ColumnTable(["f"], {"f": lambda word: {"a"} if word in "guard" else set()})
    shown, hidden = uuid.UUID(int=1 << 100), uuid.UUID(int=2 << 100)
    table.put(Row(shown, "public", {"f": [Value("a", "public")]}))
    table.put(Row(hidden, "public", {"f": [Value("a", "institution:1")]}))
    assert table.ids_where(ANYONE, Question(words="guard")) == [shown]


def test_rows_stand_in_the_order_of_their_places() -> None:
    table = ColumnTable([])
    names = {uuid.uuid4(): name for name in ("c", "a", "b")}
    for row_id, name in names.items():
        table.put(Row(row_id, "public", place=name))
    assert [names[i] for i in table.page(ANYONE, Question(), 3, None).ids] == ["a", "b", "c"]
    last = next(i for i, name in names.items() if name == "b")
    table.put(Row(last, "public", place="0"))
    assert table.page(ANYONE, Question(), 1, None).ids == [last]


def test_the_end_of_nobodys_page_is_refused() -> None:
    table = ColumnTable([])
    hidden = uuid.uuid4()
    table.put(Row(hidden, "institution:1"))
    for row_id in (hidden, uuid.uuid4()):
        with pytest.raises(InvalidQueryError):
            table.page(ANYONE, Question(), 5, Key(0, 0, row_id))
