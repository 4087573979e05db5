"""Founding groups and leaving them; admitting institutions to a network or a State."""

from __future__ import annotations

import uuid
from uuid import UUID

import pytest
from django.test import Client
from making import Maker, text
from people import centre_of, join

from concord.accounts.models import Notice, Role, What
from concord.core.disclosure import Level, network_audience, state_audience
from concord.record.audiences import groups_of, members_of, viewer_as
from concord.record.members import member_admit, shared_count
from concord.record.selectors import records_get

GROUPS = "/desk/groups/"


@pytest.fixture
def centre(make: Maker) -> UUID:
    return centre_of(make, make.institution("Centre", state="JP"))


@pytest.fixture
def other(make: Maker) -> UUID:
    return centre_of(make, make.institution("Osprey Centre", state="KR"))


def read(client: Client, address: str, **asked: str) -> str:
    return client.get(address, asked).content.decode()


def course(make: Maker, owner: UUID, level: Level) -> UUID:
    make.owner = owner
    content = make.parse("course", titles=text("Sealing"), providers=[str(owner)])
    return make.write(content, level=level)


def test_a_group_is_founded_told_and_left(make: Maker, centre: UUID, other: UUID) -> None:
    ann, bob = join(centre, Role.MANAGER, "ann"), join(other, Role.MANAGER, "bob")
    assert "A group never grows" in read(ann, GROUPS)
    found = ann.post(GROUPS, {"do": "search", "q": "Osprey", "name": "Pair"}).content.decode()
    assert f'value="{other}"' in found
    assert 'value="Pair"' in found
    none = ann.post(GROUPS, {"do": "found", "name": "Pair"})
    assert none.status_code == 422
    assert "Choose at least one other institution" in none.content.decode()
    form = {"do": "found", "name": "Pair", "institution": str(other)}
    assert ann.post(GROUPS, form).status_code == 302
    (group,) = groups_of(other)
    assert set(group.members) == {centre, other}
    assert Notice.objects.filter(what=What.GROUP_FOUNDED).count() == 1
    assert "Pair" in read(bob, GROUPS)
    shared = course(make, centre, Level.group(group.id))
    assert shared in records_get(viewer=viewer_as(other), ids=[shared])
    asked = read(ann, GROUPS, leave=str(group.id))
    assert "What you share there in 1 record" in asked
    assert groups_of(centre)
    assert ann.post(GROUPS, {"do": "leave", "id": str(group.id)}).status_code == 302
    assert not groups_of(centre)
    assert not records_get(viewer=viewer_as(other), ids=[shared])
    assert shared in records_get(viewer=viewer_as(centre), ids=[shared])


def test_others_learn_of_no_group_and_no_reader_founds_one(
    make: Maker, centre: UUID, other: UUID
) -> None:
    ann = join(centre, Role.MANAGER, "ann")
    ann.post(GROUPS, {"do": "found", "name": "Pair", "institution": str(other)})
    third = join(centre_of(make, make.institution("Third")), Role.MANAGER, "cat")
    (group,) = groups_of(centre)
    assert "Pair" not in read(third, GROUPS, leave=str(group.id))
    assert third.post(GROUPS, {"do": "leave", "id": str(group.id)}).status_code == 404
    reader = join(centre, Role.READER, "rae")
    assert "Pair" in read(reader, GROUPS)
    form = {"do": "found", "name": "X", "institution": str(other)}
    assert reader.post(GROUPS, form).status_code == 403


def test_a_coordinator_admits_who_says_that_it_is_a_member_and_ends_it(make: Maker) -> None:
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    claims = make.institution("Claims", state="JP", memberships=[{"network": str(network)}])
    centre = centre_of(make, claims)
    cleo = join(None, Role.COORDINATOR, "cleo", network=network)
    address = f"/desk/network/{network}/members/"
    page = read(cleo, address)
    assert "Claims" in page
    assert "not admitted" in page
    assert not members_of(network_audience(network))
    assert cleo.post(address, {"do": "admit", "id": str(centre)}).status_code == 302
    assert members_of(network_audience(network)) == [centre]
    assert "says it is a member" in read(cleo, address)
    course(make, centre, Level.network(network))
    asked = read(cleo, address, end=str(centre))
    assert "How much that is, it alone knows" in asked  # who is no member is told no count
    assert members_of(network_audience(network)) == [centre]
    cleo.post(address, {"do": "end", "id": str(centre)})
    assert not members_of(network_audience(network))
    assert join(centre, Role.MANAGER, "ann").get(address).status_code == 403


def test_a_contact_point_admits_those_whose_record_names_its_state(
    make: Maker, centre: UUID, other: UUID
) -> None:
    paul = join(None, Role.CONTACT_POINT, "paul", state="JP")
    address = "/desk/clearing/JP/institutions/"
    page = read(paul, address)
    assert "Centre" in page
    assert "Osprey" not in page
    paul.post(address, {"do": "admit", "id": str(other)})
    assert not members_of(state_audience("JP"))
    paul.post(address, {"do": "admit", "id": str(centre)})
    assert members_of(state_audience("JP")) == [centre]
    course(make, centre, Level.STATE)
    assert "What it shares here in 1 record" in read(paul, address, end=str(centre))
    paul.post(address, {"do": "end", "id": str(centre)})
    assert not members_of(state_audience("JP"))
    assert paul.get("/desk/clearing/KR/institutions/").status_code == 403


def test_a_coordinator_who_is_a_member_sees_the_count_of_what_it_sees(
    make: Maker, centre: UUID, other: UUID
) -> None:
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    for member in (centre, other):
        member_admit(audience=network_audience(network), institution=member)
    course(make, centre, Level.network(network))
    seen = viewer_as(other)
    audience = network_audience(network)
    assert shared_count(viewer=seen, institution=centre, audience=audience) == 1
    outside = viewer_as(uuid.uuid4())
    assert shared_count(viewer=outside, institution=centre, audience=audience) is None
