"""A State's contact point lets others see the State's need and gap by State; nobody else does."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from making import Maker
from people import join

from concord.accounts.models import Role
from concord.core.disclosure import (
    ANYONE,
    PUBLIC,
    Clearance,
    Viewer,
    network_audience,
    state_audience,
)
from concord.record.errors import NotFoundError
from concord.record.members import member_admit
from concord.studies.models import Opening
from concord.studies.opening import (
    OpeningError,
    audiences_to_open,
    opening_make,
    opening_withdraw,
    openings_of,
    states_open_to,
)

KOREA = Clearance("KR", uuid.uuid4())
ADDRESS = "/desk/clearing/KR/openings/"


@pytest.mark.django_db
def test_its_own_people_see_a_state_and_others_where_it_lets_them(make: Maker) -> None:
    own = Viewer(frozenset({PUBLIC, state_audience("KR")}))
    assert states_open_to(own) == {"KR"}
    assert states_open_to(ANYONE) == set()
    opened = opening_make(clearance=KOREA, audience=PUBLIC, is_understood=True)
    assert states_open_to(ANYONE) == {"KR"}
    again = opening_make(clearance=KOREA, audience=PUBLIC, is_understood=True)
    assert again == opened, "once is enough"
    with pytest.raises(NotFoundError):
        opening_withdraw(clearance=Clearance("JP", uuid.uuid4()), opening_id=opened)
    opening_withdraw(clearance=KOREA, opening_id=opened)
    assert states_open_to(ANYONE) == set()
    assert states_open_to(own) == {"KR"}
    (view,) = openings_of(clearance=KOREA)
    assert view.withdrawn_at is not None


@pytest.mark.django_db
def test_a_network_is_offered_where_the_state_has_members_in_it(make: Maker) -> None:
    network = network_audience(uuid.uuid4())
    assert audiences_to_open(clearance=KOREA) == [PUBLIC]
    for audience in (state_audience("KR"), network):
        member_admit(audience=audience, institution=make.owner)
    assert audiences_to_open(clearance=KOREA) == [PUBLIC, network]
    opening_make(clearance=KOREA, audience=network, is_understood=True)
    assert states_open_to(ANYONE) == set()
    assert states_open_to(Viewer(frozenset({PUBLIC, network}))) == {"KR"}


@pytest.mark.django_db
@pytest.mark.parametrize("audience", ["", "group:x", "state:JP", f"network:{uuid.UUID(int=1)}"])
def test_nothing_else_can_be_chosen(audience: str) -> None:
    with pytest.raises(OpeningError):
        opening_make(clearance=KOREA, audience=audience, is_understood=True)
    with pytest.raises(OpeningError):
        opening_make(clearance=KOREA, audience=PUBLIC, is_understood=False)
    assert not Opening.objects.exists()


@pytest.mark.django_db
def test_the_page_is_the_contact_points(make: Maker) -> None:
    contact = join(None, Role.CONTACT_POINT, "kr", state="KR")
    other = join(None, Role.CONTACT_POINT, "jp", state="JP")
    assert Client().get(ADDRESS).status_code == 302
    assert other.get(ADDRESS).status_code == 403
    assert contact.get(ADDRESS).status_code == 200
    missing = contact.post(ADDRESS, {"audience": "public"})
    assert missing.status_code == 422
    assert "cannot be taken back" in missing.content.decode()
    done = contact.post(ADDRESS, {"audience": "public", "understood": "on"})
    assert done.status_code == 302
    row = Opening.objects.get()
    assert str(row.id) in contact.get(ADDRESS).content.decode()
    assert other.post(ADDRESS, {"withdraw": str(row.id)}).status_code == 403
    assert contact.post(ADDRESS, {"withdraw": "x"}).status_code == 422
    assert contact.post(ADDRESS, {"withdraw": str(row.id)}).status_code == 302
    assert states_open_to(ANYONE) == set()
