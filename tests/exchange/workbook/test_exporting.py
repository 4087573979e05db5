"""What is exported can be uploaded again and changes nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from making import Maker, text

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import ANYONE, Actor, Level, Viewer, member_of
from concord.exchange.deciding import upload_confirm
from concord.exchange.exports import list_workbook, record_workbook
from concord.exchange.models import Upload
from concord.exchange.previewing import upload_compare
from concord.exchange.uploads import upload_make, upload_rows
from concord.exchange.workbook import exporting
from concord.exchange.workbook.cells import TOO_LONG, WITHHELD
from concord.record.content import UNSEEN, Content
from concord.record.selectors import record_get, register_number
from concord.record.services import Draft, revisions_write
from concord.register.listings import LISTINGS

TRICKY = st.text(
    st.characters(exclude_categories=["Cs", "Co", "Cn"], exclude_characters="\0\ufffe\uffff"),
    min_size=1,
    max_size=40,
).filter(lambda s: s.strip() and not UNSEEN.search(s))
"""What the register takes: signs that nobody sees are refused before."""
TEXTS = st.one_of(
    TRICKY,
    st.sampled_from(
        ["=1+1", "+cmd", "-3", "@SUM(A1)", "2024-03-05", "007", "1e5", "_x0041_", "a\rb", "\u200fعربي",
         "核安保研修", "(clear) of it", "“quoted”; parts", "yes", "a\n\nb", "  x  y "]
    ),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _var(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path


def exported(viewer: Viewer, name: str, query: str = "", language: str = "en") -> bytes:
    file = list_workbook(
        viewer=viewer, listing=LISTINGS[name], params=QueryDict(query), language=language
    )
    assert file is not None
    with file:
        return file.read()


def uploaded(owner: uuid.UUID, data: bytes) -> Upload:
    acting = Acting(uuid.uuid4(), owner, Role.PUBLISHER)
    upload = upload_make(acting=acting, name="list.xlsx", data=data, language="en")
    upload = upload_compare(upload_id=upload.id)
    assert upload.fault == ""
    return upload


def confirmed(upload: Upload) -> list[uuid.UUID]:
    acting = Acting(uuid.uuid4(), upload.institution, Role.PUBLISHER)
    return upload_confirm(acting=acting, upload_id=upload.id).written


def write_as(owner: uuid.UUID, content: Content, **fields: Level) -> uuid.UUID:
    draft = Draft(content, uuid.uuid4(), Level.PUBLIC, fields)
    return revisions_write(actor=Actor(owner, may_publish=True), drafts=[draft], via="test")[0]


def run_of(make: Maker, title: str, **more: Any) -> Content:
    return make.parse(
        "activity", titles=text(title), activity_kind="course_run",
        parties=[{"party": {"institution": str(make.owner)}, "part": "host"},
                 {"party": {"description": text("two; guests")}, "part": "lecturer"}],
        participation=[{"count": 24, "country": "JP"}, {"count": 3}], **more,
    )  # fmt: skip


@pytest.mark.usefixtures("east_asia")
@pytest.mark.parametrize("language", ["en", "ja", "vi"])
@pytest.mark.parametrize("name", ["training", "institutions", "statements", "collaboration"])
def test_the_whole_register_comes_back_the_same(name: str, language: str) -> None:
    listing = LISTINGS[name]
    ids = listing.ids(ANYONE, QueryDict())
    owner = record_get(viewer=ANYONE, record_id=ids[0]).owner
    data = exported(ANYONE, name, language=language)
    rows = {
        str(row[0])
        for page in openpyxl.load_workbook(BytesIO(data), read_only=True)
        for row in page.iter_rows(min_row=2, max_col=1, values_only=True)
    }
    assert {str(i) for i in ids} <= rows
    upload = uploaded(owner, data)
    others = upload_rows(upload=upload, statuses=["refused", "changed", "conflict"], count=5)
    assert others == []
    assert upload.counts["same"]
    number = register_number()
    assert confirmed(upload) == []
    assert register_number() == number


@settings(
    max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    titles=st.dictionaries(st.sampled_from(["en", "ja", "ko", "vi"]), TEXTS, min_size=1),
    town=TEXTS,
    number=st.one_of(st.none(), st.integers(1, 4)),
    when=st.sampled_from(["2024", "2024-03", "0900-01-01", "1899-12-31/1900-02-28", "2024-03-05",
                          "2024-03-05/..", "2020/2024-02"]),
)  # fmt: skip
def test_whatever_a_record_says_comes_back_the_same(
    make: Maker, titles: dict[str, str], town: str, number: int | None, when: str
) -> None:
    original = next(iter(titles))
    words = {
        "original": original, "text": titles,
        "translators": {tag: "owner" for tag in titles if tag != original},
    }  # fmt: skip
    more = {"evaluation_level": number} if number else {}
    content = run_of(make, "x", when=when, town=town, **more).model_copy(
        update={"titles": make.parse("course", titles=words, providers=[str(make.owner)]).title()}
    )
    key = make.write(content)
    view = record_get(viewer=ANYONE, record_id=key)
    with record_workbook(viewer=ANYONE, record=view, language="ja") as file:
        upload = uploaded(make.owner, file.read())
    assert upload_rows(upload=upload, statuses=["refused", "changed"], count=5) == []
    assert upload.counts == {"same": 3}
    assert confirmed(upload) == []


def test_rows_of_others_are_told_and_change_nothing(make: Maker) -> None:
    other = uuid.uuid4()
    write_other = make.parse("institution", names=[{"name": "Other", "language": "en"}],
                             kinds=["coe"])  # fmt: skip
    revisions_write(
        actor=Actor(other, may_publish=True),
        drafts=[Draft(write_other, other, Level.PUBLIC)],
        via="test",
    )
    make.write(run_of(make, "Ours"))
    theirs = write_as(other, run_of(make, "Theirs"))
    data = exported(ANYONE, "training")
    book = openpyxl.load_workbook(BytesIO(data))
    page = book["Activities"]
    heads = [cell.value for cell in page[1]]
    for row in page.iter_rows(min_row=2):
        row[heads.index("Title (English)")].value = "Changed"
    out = BytesIO()
    book.save(out)
    upload = uploaded(make.owner, out.getvalue())
    assert upload.counts == {"changed": 1, "same": 2, "not_yours": 3}
    assert len(confirmed(upload)) == 1
    assert record_get(viewer=ANYONE, record_id=theirs).content["titles"]["text"] == {"en": "Theirs"}


def test_what_is_withheld_is_a_token_and_is_never_read_back(make: Maker) -> None:
    key = make.write(
        run_of(make, "Run", town="Secret town"),
        fields={"town": Level.INSTITUTION, "participation": Level.INSTITUTION},
    )
    make.write(run_of(make, "Hidden run"), level=Level.INSTITUTION)
    data = exported(ANYONE, "training")
    cells = [
        str(cell)
        for page in openpyxl.load_workbook(BytesIO(data))
        for row in page.iter_rows(values_only=True)
        for cell in row
    ]
    assert WITHHELD in cells
    assert not any("Secret" in cell or "Hidden" in cell for cell in cells)
    upload = uploaded(make.owner, data)
    assert upload.counts == {"same": 1}
    view = record_get(viewer=member_of(make.owner), record_id=key)
    assert view.content["town"] == "Secret town"


def test_no_cell_is_a_formula_and_none_is_lost(make: Maker) -> None:
    many = [{"party": {"description": text(f"{n} " + "x" * 9000)}, "part": "participant"}
            for n in range(5)]  # fmt: skip
    content = make.parse(
        "activity", titles=text("=HYPERLINK(1)"), activity_kind="workshop", parties=many,
        town="@town",
    )  # fmt: skip
    make.write(content)
    data = exported(ANYONE, "training")
    page = openpyxl.load_workbook(BytesIO(data))["Activities"]
    kinds = {cell.data_type for row in page.iter_rows() for cell in row}
    assert "f" not in kinds
    assert TOO_LONG in {cell.value for cell in page[2]}
    assert uploaded(make.owner, data).counts == {"same": 1}


def test_an_empty_list_has_its_heads(make: Maker) -> None:
    assert make.owner
    book = openpyxl.load_workbook(BytesIO(exported(ANYONE, "training")))
    assert {"Courses", "Activities"} <= set(book.sheetnames)
    assert book["Courses"].max_row == 1


def test_a_kind_without_a_sheet_gets_a_plain_one(make: Maker) -> None:
    make.put("source", titles=text("=Report"), url="https://example.org/a")
    book = openpyxl.load_workbook(BytesIO(exported(ANYONE, "sources")))
    page = book["source (source)"]
    rows = list(page.iter_rows(values_only=True))
    assert rows[1][rows[0].index("title")] == "=Report"
    assert page["C2"].data_type == "s"
    assert rows[1][rows[0].index("url")] == "https://example.org/a"


def test_what_does_not_fit_a_sheet_stands_on_another(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 2)
    for number in range(5):
        make.write(run_of(make, f"Run {number}", when=dt.date(2024, 1, number + 1).isoformat()))
    data = exported(ANYONE, "training")
    assert {"Activities", "Activities 2", "Activities 3"} <= set(
        openpyxl.load_workbook(BytesIO(data)).sheetnames
    )
    assert uploaded(make.owner, data).counts == {"same": 15}


def test_what_an_institution_is_made_of_is_changed_and_added_row_by_row(make: Maker) -> None:
    networks = [
        make.put("network", names=[{"name": name, "language": "en"}]) for name in ("Net", "Other")
    ]
    source = make.put("source", titles=text("Report"), source_kind="report")
    cited = {"citations": [{"source": str(source)}]}
    make.write(
        make.parse(
            "institution", names=[{"name": "Centre", "language": "en"}], kinds=["nssc"],
            milestones=[{"step": "founded", "when": "2010", **cited}, {"step": "opened"}],
            memberships=[{"network": str(networks[0]), **cited}],
            phases=[{"phase": "operation", "when": "2012/.."}],
            parents=[{"institution": str(make.owner), "valid": "2010"}],
            focuses=[{"aspect": "topic", "text": text("Guards")}],
            target_groups=[{"text": text("Inspectors"), "roles": ["R05"]}],
        ),
        record_id=make.owner,
    )  # fmt: skip
    view = record_get(viewer=ANYONE, record_id=make.owner)
    with record_workbook(viewer=ANYONE, record=view, language="en") as file:
        book = openpyxl.load_workbook(BytesIO(file.read()))
    assert uploaded(make.owner, _bytes(book)).counts == {"same": 8}
    _put(book["Milestones"], 2, "When", "2011-04")
    _put(book["Memberships"], 3, "Network", "Other")
    _put(book["Memberships"], 3, "From", "2020")
    assert confirmed(uploaded(make.owner, _bytes(book))) == [make.owner]
    said = record_get(viewer=ANYONE, record_id=make.owner).content
    assert said["milestones"] == [
        {**view.content["milestones"][0], "when": "2011-04"}, view.content["milestones"][1],
    ]  # fmt: skip
    assert said["milestones"][0]["citations"] == view.content["milestones"][0]["citations"]
    assert [m["network"] for m in said["memberships"]] == list(map(str, networks))
    assert said["memberships"][1]["when"] == "2020"
    assert {n: v for n, v in said.items() if n not in {"milestones", "memberships"}} == {
        n: v for n, v in view.content.items() if n not in {"milestones", "memberships"}
    }
    _put(book["Memberships"], 3, "Network", "Centre")
    upload = uploaded(make.owner, _bytes(book))
    refused = upload_rows(upload=upload, statuses=["refused"], count=20)
    assert "a network of the register" in str(refused)


def _put(page: Any, row: int, head: str, value: str) -> None:
    (column,) = (cell.column for cell in page[1] if cell.value == head)
    page.cell(row, column).value = value


def _bytes(book: Any) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()
