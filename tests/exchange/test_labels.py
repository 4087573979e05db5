"""What is taken away says what may be done with it, by TLP 2.0."""

from __future__ import annotations

import csv
import io
import json
import uuid
from io import BytesIO
from uuid import UUID

import openpyxl
import pytest
from django.test import Client
from making import Maker, join, text

from concord.accounts.models import Role
from concord.core.disclosure import Level, network_audience
from concord.record.members import member_admit


@pytest.fixture
def shared(make: Maker, settings: object, tmp_path: object) -> tuple[UUID, UUID, Client]:
    """An activity for everybody, one with a field for a network, and a member of that network."""
    settings.VAR = tmp_path  # type: ignore[attr-defined]
    owner, other = (make.write(make.institution(name)) for name in ("One", "Two"))
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    for institution in (owner, other):
        member_admit(audience=network_audience(network), institution=institution)
    make.owner = owner
    content = make.parse(
        "activity", titles=text("Seminar"), activity_kind="seminar", when="2027-03-01",
        note=text("For members"),
    )  # fmt: skip
    open_to_all = make.write(content, record_id=uuid.uuid4())
    partly = make.write(content, fields={"note": Level.network(network)})
    return open_to_all, partly, join(other, Role.READER, "mia")


def body(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.getvalue() if answer.streaming else answer.content


def test_each_form_has_the_label_of_what_the_reader_sees(
    shared: tuple[UUID, UUID, Client],
) -> None:
    open_to_all, partly, member = shared
    for client, want in ((Client(), "TLP:CLEAR"), (member, "TLP:GREEN")):
        listed = csv.DictReader(
            io.StringIO(body(client, "/lists/training.csv").decode("utf-8-sig"))
        )
        assert {r["id"]: r["tlp"] for r in listed} == {
            str(open_to_all): "TLP:CLEAR", str(partly): want,
        }  # fmt: skip
        (told,) = (
            r for r in json.loads(body(client, "/lists/training.json"))["records"]
            if r["id"] == str(partly)
        )  # fmt: skip
        assert (told["tlp"], told["level"]) == (want, "public")
        calendar = body(client, "/lists/training.ics").decode()
        assert (f"X-TLP:{want}" in calendar) is True
        assert ("CLASS:CONFIDENTIAL" in calendar) is (want != "TLP:CLEAR")
        linked = json.loads(body(client, f"/records/{partly}.jsonld"))
        assert linked.get("conditionsOfAccess") == (None if want == "TLP:CLEAR" else want)
        news = body(client, "/lists/training.rss").decode()
        assert ("<category>TLP:GREEN</category>" in news) is (want != "TLP:CLEAR")
        book = openpyxl.load_workbook(BytesIO(body(client, f"/records/{partly}.xlsx")))
        assert book.properties.keywords == want
        assert {page.oddHeader.right.text for page in book.worksheets} == {want}
        assert want in body(client, f"/records/{partly}/").decode()
