"""Whoever does not see a field never touches it: neither by a form, nor by a program or a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from making import Maker, text
from people import centre_of, join
from sending import fields

from concord.accounts.models import Proposal, Role
from concord.core.disclosure import Actor, Level, network_audience
from concord.record.audiences import viewer_as
from concord.record.members import member_admit
from concord.record.selectors import record_get
from concord.record.services import Draft, content_parse, revision_write

KEPT = {"town": "Tokai", "note": text("For us alone")}


def data(**more: Any) -> dict[str, Any]:
    return {"titles": text("Seminar"), "activity_kind": "seminar", **more}


@pytest.fixture
def activity(make: Maker) -> tuple[UUID, UUID, UUID]:
    """An activity whose town a network sees and whose note nobody else, its owner, a member."""
    owner = centre_of(make, make.institution("Centre", state="JP"))
    member = centre_of(make, make.institution("Member", state="KR"))
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    for institution in (owner, member):
        member_admit(audience=network_audience(network), institution=institution)
    make.owner = owner
    key = make.write(
        make.parse("activity", **data(**KEPT)),
        fields={"town": Level.network(network), "note": Level.INSTITUTION},
    )
    return key, owner, member


def said(key: UUID, owner: UUID) -> dict[str, Any]:
    """What a record says but for its citations: the source of what was accepted joins them."""
    content = record_get(viewer=viewer_as(owner), record_id=key).content
    return {name: value for name, value in content.items() if name != "citations"}


def propose(client: Client, key: UUID, **changes: str) -> Proposal:
    address = f"/records/{key}/propose/"
    sent = fields(client.get(address).content.decode()) | {n: [v] for n, v in changes.items()}
    because = {"source": ["Annual report"], "why": ["It moved."], "do": ["save"]}
    assert client.post(address, sent | because).status_code == 302
    return Proposal.objects.latest("made_at")


def test_a_form_of_who_sees_a_part_leaves_the_rest(activity: tuple[UUID, UUID, UUID]) -> None:
    key, owner, member = activity
    mia = join(member, Role.EDITOR, "mia")
    page = mia.get(f"/records/{key}/propose/").content.decode()
    assert "Tokai" in page
    assert "For us alone" not in page
    assert "Remarks" in page  # named as withheld
    made = propose(mia, key, country="JP")
    _accept(join(owner, Role.PUBLISHER, "ann"), made)
    assert said(key, owner) == data(country="JP", **KEPT)


def test_what_was_changed_unseen_between_stays_and_disturbs_nobody(
    activity: tuple[UUID, UUID, UUID],
) -> None:
    key, owner, _member = activity
    carol = join(None, Role.CONTACT_POINT, "carol", state="KR")
    address = f"/records/{key}/propose/"
    sent = fields(carol.get(address).content.decode()) | {"country": ["JP"]}
    changed = KEPT | {"town": "Mito", "note": text("Changed meanwhile")}
    revision_write(
        actor=Actor(owner, may_publish=True), via="test",
        draft=Draft(content_parse(kind="activity", data=data(**changed)), key),
    )  # fmt: skip
    because = {"source": ["Annual report"], "why": ["It moved."], "do": ["save"]}
    assert carol.post(address, sent | because).status_code == 302
    ann = join(owner, Role.PUBLISHER, "ann")
    _accept(ann, Proposal.objects.latest("made_at"))
    assert said(key, owner) == data(country="JP", **changed)


def _accept(client: Client, proposal: Proposal) -> None:
    page = client.get(f"/proposals/{proposal.id}/").content.decode()
    number = page.partition('name="revision" value="')[2].partition('"')[0]
    answer = client.post(f"/proposals/{proposal.id}/", {"do": "accept", "revision": number})
    assert answer.status_code == 302
