"""The contact point's queue: what would be seen by whom."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.test import Client
from making import Maker, join, text
from people import centre_of, share

from concord.accounts.models import Role
from concord.core.disclosure import Level, network_audience
from concord.record.members import member_admit
from concord.record.publishing import gate_set

ADDRESS = "/desk/clearing/JP/"


@pytest.fixture
def centre(make: Maker) -> UUID:
    return centre_of(make, make.institution("Centre", state="JP"))


def asked(make: Maker, centre: UUID) -> tuple[Client, UUID]:
    """A contact point who is asked for a course: a network sees its hours, nobody its note."""
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    member_admit(audience=network_audience(network), institution=centre)
    gate_set(institution=centre, state="JP", beyond="institution")
    make.owner = centre
    content = make.parse(
        "course", titles=text("Sealing"), providers=[str(centre)], length_hours=8,
        note=text("For us alone"),
    )  # fmt: skip
    key = make.write(content, level=Level.INSTITUTION)
    choice = f"level=public&field.length_hours=network:{network}&field.note=institution"
    share(join(centre, Role.PUBLISHER, "ann"), key, **{f"choice-{key}": choice})
    return join(None, Role.CONTACT_POINT, "cho", state="JP"), network


def test_the_queue_says_who_would_see_what(make: Maker, centre: UUID) -> None:
    contact, network = asked(make, centre)
    page = contact.get(ADDRESS).content.decode()
    assert "would be seen by: everybody" in page
    assert re.search(r"8 <small[^>]*>members of Ring · <span[^>]*>TLP:GREEN", page)
    assert "For us alone" not in page
    assert re.search(r'<dt>Remarks</dt><dd class="withheld">', page)
    public = contact.get(ADDRESS, {"as": "public"}).content.decode()
    assert re.search(r'<dt>Hours</dt><dd class="withheld">', public)
    members = contact.get(ADDRESS, {"as": f"network:{network}"}).content.decode()
    assert re.search(r"<dt>Hours</dt>\s*<dd>8 ", members)


@pytest.mark.parametrize("seen_as", ["institution", "nobody", ""])
def test_nobody_looks_as_the_institution_itself(make: Maker, centre: UUID, seen_as: str) -> None:
    contact, _network = asked(make, centre)
    seen_as = f"institution:{centre}" if seen_as == "institution" else seen_as
    assert "For us alone" not in contact.get(ADDRESS, {"as": seen_as}).content.decode()


def test_nothing_is_decided_on_that_nobody_chose(make: Maker, centre: UUID) -> None:
    """Each is looked at: the page proposes no decision on any."""
    contact, _network = asked(make, centre)
    assert " checked" not in contact.get(ADDRESS).content.decode()
    answer = contact.post(ADDRESS, {"do": "clear"})
    assert answer.status_code == 422
    assert b"Choose first" in answer.content


def test_a_return_is_told_to_who_made_it(make: Maker, centre: UUID) -> None:
    contact, _network = asked(make, centre)
    (row,) = re.findall(r'name="id" value="([^"]+)"', contact.get(ADDRESS).content.decode())
    contact.post(ADDRESS, {"do": "return", "id": row, "reason": "Too much of it"})
    page = contact.get(ADDRESS).content.decode()
    assert "1 change returned." in page
    contact.post(ADDRESS, {"do": "clear", "id": row})  # from a second tab, opened before
    assert "decided on meanwhile" in contact.get(ADDRESS).content.decode()


def test_a_reason_that_the_content_check_stops_is_kept_for_mending(
    make: Maker, centre: UUID
) -> None:
    contact, _network = asked(make, centre)
    page = contact.get(ADDRESS).content.decode()
    (waits,) = re.findall(r'name="id" value="([0-9a-f-]+)"', page)
    words = "Twelve armed guards protect the Northmoor Research Reactor from 06:00."
    answer = contact.post(ADDRESS, {"id": waits, "do": "return", "reason": words})
    assert answer.status_code == 422
    assert f'value="{words}"' in answer.content.decode()
    assert "Leave out how many guard a facility" in answer.content.decode()
    assert contact.post(ADDRESS, {"id": waits, "do": "return", "reason": "Add hours."}).url
