"""Every page answers, says what it must, and turns nonsense away with help."""

from __future__ import annotations

import re
import uuid

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from making import Maker, text

from concord.core.disclosure import ANYONE, Level
from concord.record.kinds import all_kinds
from concord.record.selectors import record_list

PAGES = [
    "/", "/institutions/", "/institutions/compare/", "/training/", "/collaboration/",
    "/collaboration/?cut=brief&level=named", "/coverage/", "/coverage/?cut=brief",
    "/coverage/B1/", "/coverage/D/", "/statements/", "/statements/?group=trained", "/sources/",
    "/recommendations/", "/glossary/", "/about/",
]  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.usefixtures("east_asia")
def test_page_answers(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert b"<h1" in response.content
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


@pytest.mark.usefixtures("east_asia")
def test_every_record_has_its_page(client: Client) -> None:
    for kind in all_kinds():
        for record in record_list(viewer=ANYONE, kind=kind):
            response = client.get(f"/records/{record.id}/", follow=True)
            assert response.status_code == 200, (kind, record.id)


NONSENSE = [
    ("/training/?topic=Z9", 400),
    ("/training/?nonsense=1", 400),
    ("/training/?after=%00%ff", 400),
    ("/training/?after=LTEuLTEuOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", 400),
    ("/training/?from=yesterday", 400),
    ("/training/?q=" + "x" * 300, 400),
    ("/coverage/?cut=none", 400),
    ("/coverage/ZZ/", 404),
    ("/collaboration/?level=moon", 400),
    ("/statements/?group=x", 400),
    ("/institutions/compare/?id=1", 400),
    ("/institutions/00000000-0000-4000-8000-000000000000/", 404),
    ("/institutions/?valid_on=x", 400),
    ("/records/00000000-0000-4000-8000-000000000000/", 404),
    ("/records/not-an-id/", 404),
    ("/training/?from=2015&to=2014", 400),
    ("/training/?year=abc", 400),
    ("/records/00000000-0000-4000-8000-000000000000/?known_at=0001-01-01T00:00:00%2B14:00", 400),
    ("/records/00000000-0000-4000-8000-000000000000/?known_at=9999-12-31T23:59:59-14:00", 400),
    ("/lists/training.csv?topic=Z9", 400),
    ("/nowhere/", 404),
]


@pytest.mark.parametrize(("address", "status"), NONSENSE)
def test_nonsense_gets_a_page_that_helps(
    client: Client, make: Maker, address: str, status: int
) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert b"What you can do" in response.content


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("核安", True),
        ("核保", False),
        ("ninh", True),
        ("hat nhan", True),
        ("HẠT", True),
        ("보안", False),
        ("핵안", True),
    ],
)
def test_search_in_any_script(client: Client, make: Maker, words: str, found: bool) -> None:
    centre = make.write(make.institution("Centre"))
    for language, title in (
        ("zh-Hans", "核安保培训"),
        ("vi", "An ninh hạt nhân"),
        ("ko", "핵안보 교육"),
    ):
        make.put("course", titles=text(title, language), providers=[str(centre)])
    response = client.get("/training/", {"q": words})
    assert (b"/records/" in response.content) == found


@pytest.mark.parametrize("count", [1, 3, 30])
def test_list_takes_as_many_queries_for_one_row_as_for_thirty(
    client: Client, make: Maker, count: int
) -> None:
    centre = make.write(make.institution("Centre"))
    for number in range(count):
        make.put("course", titles=text(f"Course {number}"), providers=[str(centre)], topics=["B1"])
    client.get("/training/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/training/")
    assert len(queries) == 4


def test_what_the_public_may_not_see_is_on_no_page(client: Client, make: Maker) -> None:
    marker = "PLANTED-MARKER"
    centre = make.write(make.institution("Centre"))
    make.write(make.institution(marker), level=Level.INSTITUTION)
    make.write(
        make.institution("Half", website=f"https://example.org/{marker}"),
        fields={"website": Level.INSTITUTION},
    )
    from concord.record.services import content_parse

    hidden = content_parse(
        kind="course",
        data={
            "titles": text(marker),
            "providers": [str(centre)],
            "topics": ["D1"],
            "roles": ["R08"],
        },
    )
    make.write(hidden, level=Level.INSTITUTION)
    make.write(
        content_parse(
            kind="course",
            data={"titles": text("Open"), "providers": [str(centre)], "topics": ["D2"]},
        ),
        fields={"topics": Level.INSTITUTION},
    )
    from concord.studies.services import studies_run_all

    studies_run_all()
    for address in [
        *PAGES,
        "/training/?q=PLANTED",
        "/training/?topic=D2",
        f"/institutions/{centre}/",
    ]:
        response = client.get(address)
        if "PLANTED" not in address:
            assert marker not in response.content.decode(), address
    assert b"0 courses" in client.get("/training/", {"topic": "D2"}).content
    assert b"0 courses" in client.get("/training/", {"q": "PLANTED"}).content


@pytest.mark.usefixtures("east_asia")
def test_the_switch_keeps_the_page(client: Client) -> None:
    page = client.get("/coverage/?cut=brief").content.decode()
    for language, _name in settings.LANGUAGES:
        prefix = "" if language == "en" else f"/{language}"
        assert f'href="{prefix}/coverage/?cut=brief"' in page
        assert client.get(f"{prefix}/coverage/?cut=brief").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/collaboration/?party=state:ZZ", "/collaboration/?pair=CN~ZZ", "/statements/?subject=ZZ",
        "/training/?language=tlh", f"/training/?provider={uuid.UUID(int=7)}",
    ],
)  # fmt: skip
def test_a_filter_that_nothing_has_gives_an_empty_list(
    client: Client, make: Maker, address: str
) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert b"<h1" in response.content


@pytest.mark.parametrize(
    "address",
    [
        "/collaboration/?party=zz:zz", "/collaboration/?pair=x", "/collaboration/?depth=deep",
        "/training/?provider=zz:zz", f"/training/?provider={'x' * 36}", "/training/?year=MMXX",
        "/training/?language=Latin!", "/statements/?subject=state:ZZ", "/institutions/?network=1",
    ],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_says_what_is_expected(
    client: Client, make: Maker, address: str
) -> None:
    page, answer = client.get(address), client.get(f"/api{address.replace('/?', '?')}")
    assert page.status_code == answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert fault["parameter"] == address.partition("?")[2].partition("=")[0]


@pytest.mark.usefixtures("east_asia")
def test_a_cell_of_the_matrix_leads_to_as_many_links_as_it_says(client: Client) -> None:
    page = client.get("/collaboration/").content.decode()
    cells = re.findall(r'<td class="number"><a href="([^"]+)">(\d+)</a>', page)
    assert cells
    for address, count in cells:
        query = address.replace("&amp;", "&").partition("#")[0]
        assert client.get(f"/api/collaboration{query}").json()["total"] == int(count), address


@pytest.mark.usefixtures("east_asia")
def test_a_day_chooses_the_names_and_parents_that_held(client: Client) -> None:
    page = client.get("/institutions/?valid_on=2014-01-01").content.decode()
    assert '/lists/institutions.csv"' in page
    assert client.get("/institutions/?valid_on=1900").status_code == 200


def test_one_chosen_institution_stays_chosen(client: Client, make: Maker) -> None:
    one = make.write(make.institution("One"))
    alone = client.get(f"/institutions/compare/?id={one}").content.decode()
    assert f'href="/institutions/?id={one}"' in alone
    assert " checked>" in re.sub(
        r"\s+", " ", client.get(f"/institutions/?id={one}").content.decode()
    )


def test_who_is_to_act_on_a_recommendation_is_said_in_the_readers_language(
    client: Client, db: None
) -> None:
    page = re.sub(r"\s+", "", client.get("/ko/recommendations/").content.decode())
    assert "<small>센터·" in page
    assert "<small>centres" not in page
