"""Lists as files, the calendar, and every page as data."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from making import Maker, text

from concord.core.disclosure import Level
from concord.register.listings import LISTINGS


def _rows(client: Client, address: str) -> list[dict[str, str]]:
    response: Any = client.get(address)
    assert response.status_code == 200
    assert isinstance(response, StreamingHttpResponse)
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


@pytest.mark.usefixtures("east_asia")
@pytest.mark.parametrize("name", LISTINGS)
def test_a_list_as_csv_is_all_that_the_page_counts(client: Client, name: str) -> None:
    rows = _rows(client, f"/lists/{name}.csv")
    assert len(rows) == client.get(f"/api/{name}").json()["total"]
    assert len({row["id"] for row in rows}) == len(rows)


@pytest.mark.usefixtures("east_asia")
def test_a_csv_keeps_the_filter_of_its_page(client: Client) -> None:
    rows = _rows(client, "/lists/training.csv?topic=B1&kind=course")
    assert rows
    assert all("B1" in row["topics"].split("; ") for row in rows)
    assert client.get("/lists/training.csv?topic=Z9").status_code == 400
    assert client.get("/lists/nothing.csv").status_code == 404


def test_a_csv_gives_no_formula_and_nothing_withheld(client: Client, make: Maker) -> None:
    shown = make.parse("course", titles=text("=1+1"), providers=[str(make.owner)], topics=["D1"])
    make.write(shown, fields={"topics": Level.INSTITUTION})
    hidden = make.parse("course", titles=text("Hidden"), providers=[str(make.owner)])
    make.write(hidden, level=Level.INSTITUTION)
    (row,) = _rows(client, "/lists/training.csv")
    assert row["title"] == "'=1+1"
    assert (row["topics"], row["withheld"]) == ("", "topics")


@pytest.mark.usefixtures("east_asia")
@pytest.mark.parametrize(
    "address",
    ["/", "/institutions/", "/training/?topic=B1", "/training/calendar/", "/collaboration/?cut=brief",
     "/coverage/?cut=brief", "/coverage/B1/", "/statements/?group=trained", "/sources/",
     "/recommendations/", "/glossary/", "/about/"],
)  # fmt: skip
def test_every_page_names_its_data(client: Client, address: str) -> None:
    page = client.get(address).content.decode()
    found = re.search(r'<link rel="alternate" type="application/json" href="([^"]+)"', page)
    assert found is not None
    data = client.get(found.group(1).replace("&amp;", "&"))
    assert data.status_code == 200
    assert data.json()


@pytest.mark.usefixtures("east_asia")
def test_the_calendar_puts_each_activity_where_its_source_dates_it(client: Client) -> None:
    page = client.get("/training/calendar/?year=2014").content.decode()
    months = re.split(r"<h2>\s*", page)
    october = next(part for part in months if part.startswith("October"))
    assert "Collaboration Among Centers of Excellence in Asia" in october
    assert "Dated to the year" in page
    assert client.get("/training/calendar/?year=soon").status_code == 400
    assert client.get("/training/calendar/?year=9999").status_code == 200


@pytest.mark.usefixtures("east_asia")
def test_figures_lead_to_the_records_behind_them(client: Client) -> None:
    home = client.get("/").content.decode()
    addresses = re.findall(r'class="number"><a href="([^"]+)">([\d,]+)</a>', home)
    assert addresses
    for address, count in addresses:
        path, _mark, query = address.replace("&amp;", "&").partition("?")
        data = client.get(f"/api/{path.strip('/')}?{query}")
        assert data.json()["total"] == int(count.replace(",", "")), address
