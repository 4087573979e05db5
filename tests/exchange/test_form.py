"""The form of a record: shown and read without a change, it says what the record said."""

from __future__ import annotations

import copy
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from making import Maker, text

from concord.core.disclosure import ANYONE
from concord.core.timespan import TimeSpan
from concord.core.vocabulary import LANGUAGES
from concord.core.vocabulary.folding import fold
from concord.exchange.form import RecordForm
from concord.exchange.threeway import carried
from concord.exchange.workbook.cells import At, Content, Sense, plain, put, shown
from concord.exchange.workbook.choices import choices
from concord.exchange.workbook.names import Names
from concord.exchange.workbook.sheets import RECORDS, Column, Form, sheet_of
from concord.record.services import content_dump, content_parse

PARTY = {"state": "JP"}
QUICK = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), whitelist_characters="\n;“”\"'<&"),
    min_size=1, max_size=30,
).map(str.strip).filter(bool)  # fmt: skip
DATES = st.sampled_from(
    ["2026", "2026-03", "2026-03-05", "2026-03/2026-04", "2026-03-01/..", "../2013"]
)


def lines() -> st.SearchStrategy[str]:
    return TEXTS


@st.composite
def texts(draw: Any) -> dict[str, Any]:
    found = draw(
        st.dictionaries(st.sampled_from([*LANGUAGES, "de"]), TEXTS, min_size=1, max_size=3)
    )
    original = next(iter(found))
    return {
        "original": original,
        "text": found,
        "translators": dict.fromkeys(list(found)[1:], "us"),
    }


def parties(others: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    described = st.builds(
        lambda t: {"description": text(t)}, TEXTS.filter(lambda t: not set(t) & set("()"))
    )
    return st.one_of(st.sampled_from(others), described)


def value_of(column: Column, named: list[dict[str, Any]]) -> st.SearchStrategy[Any] | None:
    form = column.form
    codes = st.sampled_from(list(choices(column.choices).shown("en"))) if column.choices else None
    if form is Form.TEXT:
        return texts()
    if form is Form.CODE:
        return codes
    if form is Form.CODES:
        assert codes is not None
        return st.lists(codes, min_size=1, max_size=4, unique=True)
    if form is Form.LANGUAGES:
        return st.lists(
            st.sampled_from([*LANGUAGES, "fr", "zh-Hant"]), min_size=1, max_size=3, unique=True
        )
    if form is Form.PARTY:
        return parties(named)
    if form is Form.TRUTH:
        return st.just(True)
    if form is Form.NUMBER:
        return st.integers(1, 4)
    if form is Form.LINE:
        return {"mailbox": st.just("desk@example.org"), "nomination.contact": st.just("desk@example.org"),
                "website": st.just("https://example.org/"), "licence": st.just("CC-BY-4.0")}.get(column.field, lines())  # fmt: skip
    return DATES if form is Form.DATE else None


@st.composite
def contents(draw: Any, kind: str, named: list[dict[str, Any]]) -> Content:
    """A random content of a kind, with fields that no column shows."""
    sheet = sheet_of(kind)
    assert sheet is not None
    data: dict[str, Any] = {"citations": [], "note": draw(texts())}
    for column in sheet.columns:
        name, _dot, inner = column.field.partition(".")
        name, colon, part = name.partition(":")
        if column.form is Form.PARTIES:
            found = draw(st.lists(parties(named), min_size=0 if colon else 2, max_size=3))
            data.setdefault(name, []).extend(
                {"party": p, "part": part} if colon else p for p in found
            )
            continue
        strategy = value_of(column, named)
        if strategy is None or not name or not (column.is_required or draw(st.booleans())):
            continue
        if inner:
            data.setdefault(name, {})[inner] = draw(strategy)
        else:
            data[name] = draw(strategy)
    if kind == "institution":
        forms = st.sampled_from(["full", "short", "alias", "former"])
        name = st.builds(
            lambda n, t, f: {"name": n, "language": t, "form": f},
            TEXTS,
            st.sampled_from(list(LANGUAGES)),
            forms,
        )
        data["names"] = draw(st.lists(name, min_size=1, max_size=3))
        data["capabilities"] = [
            {"capability_kind": "facility", "text": draw(texts()), "when": "2020"}
        ]
    if kind == "course":
        data["providers"] = [named[0]["institution"]]
    if kind == "activity":
        if "days" in data and TimeSpan.parse(data.get("when", "2026")).is_to_the_day:
            del data["days"]  # the day is given once
        data["participation"] = draw(
            st.lists(
                st.builds(lambda n, q: {"count": n, "qualifier": q}, st.integers(0, 99), TEXTS),
                max_size=3,
            )
        )
    if kind == "statement" and "value" in data:
        data["unit"] = "persons"
        data["value"] = draw(st.decimals(-1000, 1000, places=2))
    return content_dump(content_parse(kind=kind, data=data))


def typed_of(form: RecordForm) -> dict[str, list[str]]:
    """What a browser sends back of a form that nobody touched."""
    found = {f.name: [v.replace("\n", "\r\n") for v in f.values] for f in form.fields}
    for part in form.parts:
        found[f"{part.sheet.part}-rows"] = [str(len(part.rows))]
        for row in part.rows:
            found |= {f.name: [v.replace("\n", "\r\n") for v in f.values] for f in row.fields}
            found[f"{row.prefix}from"] = [] if row.place is None else [str(row.place)]
    return found


@pytest.fixture
def named(make: Maker) -> list[dict[str, Any]]:
    return [
        {"institution": str(make.write(make.institution(n)))} for n in ("One", "Two, too", "Japan")
    ] + [PARTY]


@pytest.mark.parametrize("kind", [sheet.kind for sheet in RECORDS])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_shown_and_read_again_says_the_same(
    kind: str, language: str, named: list[dict[str, Any]]
) -> None:
    sheet = sheet_of(kind)
    assert sheet is not None
    sense = Sense(Names(ANYONE, language))

    @QUICK
    @given(contents(kind, named))
    def holds(content: Content) -> None:
        before = copy.deepcopy(content)
        form = RecordForm(sheet=sheet, sense=sense, base=content)
        again = RecordForm(sheet=sheet, sense=sense, base=content, typed=typed_of(form))
        assert again.read() == before, again.errors
        assert content == before

    holds()


@pytest.mark.parametrize("kind", ["activity", "course", "institution"])
def test_what_was_filled_in_for_a_new_record_is_what_another_says(
    kind: str, named: list[dict[str, Any]]
) -> None:
    """All that the form shows of a record can be typed into an empty form."""
    sheet = sheet_of(kind)
    assert sheet is not None
    sense = Sense(Names(ANYONE, "en"))

    @QUICK
    @given(contents(kind, named))
    def holds(content: Content) -> None:
        form = RecordForm(sheet=sheet, sense=sense, base=content)
        typed = {name: value for name, value in typed_of(form).items() if not name.endswith("from")}
        made = RecordForm(sheet=sheet, sense=sense, base={}, typed=typed)
        read = made.read()
        assert read is not None, made.errors
        again = {f.name: f.values for f in RecordForm(sheet=sheet, sense=sense, base=read).fields}
        for one in form.fields:
            if one.head.tag == "de":
                continue  # a new text is typed in the languages of the interface alone
            assert sorted(one.values) == sorted(again.get(one.name, [])), one.name

    holds()


def test_a_field_that_may_not_be_seen_is_neither_shown_nor_read(
    named: list[dict[str, Any]],
) -> None:
    sheet = sheet_of("course")
    assert sheet is not None
    sense = Sense(Names(ANYONE, "en"))
    base = {"titles": text("Transport"), "providers": [named[0]["institution"]]}
    typed = {"title-en": ["Transport security"], "level": ["advanced"], "topics": ["D1"]}
    form = RecordForm(
        sheet=sheet, sense=sense, base=base, withheld={"level", "topics"}, typed=typed
    )
    assert not {"level", "topics"} & {f.name for f in form.fields}
    read = form.read()
    assert read is not None
    assert content_dump(content_parse(kind="course", data=read)) == base | {
        "titles": text("Transport security")
    }


def test_a_hundred_and_fifty_rows_are_saved_unchanged_and_any_of_them_can_be_changed(
    db: None,
) -> None:
    sheet = sheet_of("activity")
    assert sheet is not None
    sense = Sense(Names(ANYONE, "en"))
    base = {"participation": [{"count": n, "unit": "person"} for n in range(150)]}

    def sent(**more: Any) -> dict[str, list[str]]:
        return typed_of(RecordForm(sheet=sheet, sense=sense, base=base, **more))

    def read(typed: dict[str, list[str]]) -> list[int]:
        found = RecordForm(sheet=sheet, sense=sense, base=base, typed=typed).read()
        assert found is not None
        return [row["count"] for row in found["participation"]]

    assert read(sent()) == list(range(150))
    typed = sent() | {"participation-3-count": ["1003"], "participation-5-gone": ["1"]}
    turned = RecordForm(
        sheet=sheet, sense=sense, base=base, typed=typed, turn_to=("participation", 121)
    )
    (part,) = turned.parts
    assert [row.place for row in part.rows] == [3, 5, *range(120, 150)]
    assert part.others == [(1, 60), (61, 120)]
    gone = {f"{row.prefix}gone": ["1"] for row in part.rows if row.is_gone}
    last = part.rows[-1].prefix
    grown = RecordForm(
        sheet=sheet, sense=sense, base=base, more_rows="participation",
        typed=typed_of(turned) | gone | {f"{last}count": ["1149"]},
    )  # fmt: skip
    new = grown.parts[0].rows[-1]
    assert new.place is None
    wanted = {**dict(zip(range(150), range(150), strict=True)), 3: 1003, 149: 1149}
    del wanted[5]
    assert read(typed_of(grown) | gone | {f"{new.prefix}count": ["7"]}) == [*wanted.values(), 7]


NAMES = st.text(st.sampled_from('ab;；"“”「」«»\n()[] '), min_size=1, max_size=9).map(str.strip)


@pytest.mark.parametrize("name", ["Centre; East", "Centre；東", '5" Gun; "Range', "“Kurchatov” Institute"])  # fmt: skip
def test_a_name_with_a_semicolon_is_one_of_several_parties(make: Maker, name: str) -> None:
    other = {"institution": str(make.write(make.institution("Other")))}
    odd = {"institution": str(make.write(make.institution(name)))}
    sheet = sheet_of("activity")
    assert sheet is not None
    sense = Sense(Names(ANYONE, "en"))
    typed = {"part_host": ["Other", name]}
    read = RecordForm(sheet=sheet, sense=sense, base={}, typed=typed).read()
    assert read is not None
    assert [part["party"] for part in read["parties"]] == [other, odd]
    at = At(sheet.column("part_host"), "", read, sense)
    cell = shown(at)
    put(at, None)
    put(at, cell)
    assert [part["party"] for part in read["parties"]] == [other, odd]


def test_any_names_of_parties_are_read_back_from_one_cell(make: Maker) -> None:
    sheet = sheet_of("activity")
    assert sheet is not None
    sense = Sense(Names(ANYONE, "en"))
    column = sheet.column("part_host")
    keys = [str(uuid4()) for _ in range(3)]

    @QUICK
    @given(st.lists(NAMES.filter(bool), min_size=3, max_size=3))
    def holds(names: list[str]) -> None:
        for key, label in zip(keys, names, strict=True):
            sense.names._parties[key], sense.names._labels[key] = {"institution": key}, label
        sense.names._by_name.clear()
        for key, label in zip(keys, names, strict=True):
            sense.names._by_name[fold(label)].add(key)
        parties = [{"party": {"institution": key}, "part": "host"} for key in keys]
        cell = plain(shown(At(column, "", {"parties": parties}, sense)))
        found: Content = {}
        put(At(column, "", found, sense), cell)
        assert found["parties"] == parties, cell

    holds()


def test_carrying_takes_what_was_changed_and_leaves_what_others_changed(db: None) -> None:
    sense = Sense(Names(ANYONE, "en"))
    base = {
        "titles": {"original": "en", "text": {"en": "A", "ja": "あ"}, "translators": {"ja": "us"}},
        "activity_kind": "seminar",
        "parties": [{"party": PARTY, "part": "host"}],
        "nomination": {"seats": 1, "cost": "none"},
        "participation": [{"count": 1}, {"count": 2}],
        "town": "Tokai",
    }
    wanted = copy.deepcopy(base) | {"town": "Mito", "nomination": {"seats": 2, "cost": "none"}}
    wanted["titles"]["text"]["en"] = "B"
    wanted["participation"] = [{"count": 1}, {"count": 3}]
    wanted["parties"] = [
        {"party": PARTY, "part": "host"},
        {"party": {"state": "KR"}, "part": "funder"},
    ]
    now = copy.deepcopy(base) | {"nomination": {"seats": 1, "cost": "1 USD"}, "country": "JP"}
    now["titles"]["text"]["ja"] = "い"
    now["participation"] = [{"count": 2}, {"count": 9}]
    now["parties"] = [{"party": {"state": "VN"}, "part": "host"}]
    found = carried("activity", base, wanted, now, sense)
    assert found["titles"]["text"] == {"en": "B", "ja": "い"}
    assert found["nomination"] == {"seats": 2, "cost": "1 USD"}
    assert found["participation"] == [{"count": 9}, {"count": 3}]
    assert (found["town"], found["country"]) == ("Mito", "JP")
    assert found["parties"] == [
        {"party": {"state": "VN"}, "part": "host"}, {"party": {"state": "KR"}, "part": "funder"},
    ]  # fmt: skip


@pytest.mark.parametrize("same", ["base", "now"])
def test_carrying_nothing_changes_nothing(same: str, named: list[dict[str, Any]]) -> None:
    sense = Sense(Names(ANYONE, "en"))

    @QUICK
    @given(contents("activity", named), contents("activity", named))
    def holds(one: Content, other: Content) -> None:
        if same == "base":
            assert carried("activity", one, one, other, sense) == other
        else:
            assert carried("activity", one, other, one, sense) == other

    holds()
