"""How sure the order of gaps is, of those whose order one may see."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from making import Maker, text

from concord.core.disclosure import (
    ANYONE,
    PUBLIC,
    Audience,
    Clearance,
    Viewer,
    state_audience,
)
from concord.record.errors import InvalidQueryError
from concord.record.members import member_admit
from concord.studies.influence import InfluenceQuestion
from concord.studies.models import StudyRun
from concord.studies.opening import opening_make
from concord.studies.running import run_carry_out, study_run

SMALL = {"base": 64, "resamples": 50}
STATES = ("CN", "JP", "KR", "ID", "MY", "VN")


def run(viewer: Viewer = ANYONE, **asked: object) -> dict[str, object]:
    question = InfluenceQuestion.model_validate(SMALL | asked)
    return study_run(viewer=viewer, name="influence", question=question).result


@pytest.mark.django_db
def test_the_public_is_told_of_a_region_and_a_state_of_its_own(make: Maker) -> None:
    for state in STATES:
        make.write(make.institution(f"Centre of {state}", state=state))
    found = run()
    assert (found["of"], found["states"]) == ("region", [])
    assert len(found["topics"]) > 20  # type: ignore[arg-type]
    own = run(Viewer(frozenset({PUBLIC, state_audience("KR")})))
    assert (own["of"], own["states"]) == ("own", ["KR"])
    fixed = run(assume={"share.core": 0.9})
    assert "share.core" not in fixed["keys"]  # type: ignore[operator]


@pytest.mark.django_db
def test_a_coordinator_is_told_by_state_of_those_that_opened_what_they_supplied(
    make: Maker,
) -> None:
    for state in (*STATES, "TH", "PH", "SG"):
        make.write(make.institution(f"Centre of {state}", state=state))
    for state in ("KR", "JP", "MY"):
        opening_make(clearance=Clearance(state, uuid.uuid4()), audience=PUBLIC, is_understood=True)
    for state, own in (("KR", make), ("JP", Maker())):
        member_admit(audience=Audience(f"state:{state}"), institution=own.owner)
        own.put("workforce", text=text("All"), subject={"state": state}, low=9000, high=9000)
    whole = run()
    assert (whole["of"], whole["shown"]) == ("region", ["JP", "KR"]), "MY supplied nothing"
    orders = {}
    for state in ("JP", "KR"):
        found = run(state=state)
        assert (found["of"], found["states"]) == ("state", [state])
        orders[state] = found["topics"]
    assert orders["JP"] != orders["KR"]
    for hidden in ("MY", "CN"):
        asked = run(state=hidden)
        assert (asked["of"], asked["states"], asked["topics"] != orders["JP"]) == (
            "region", [], True
        )  # fmt: skip
    own = run(Viewer(frozenset({PUBLIC, state_audience("CN")})))
    assert (own["of"], own["states"], own["shown"]) == ("own", ["CN"], ["CN", "JP", "KR"])


@pytest.mark.django_db
def test_of_few_states_nothing_is_told(make: Maker) -> None:
    for state in STATES[:4]:
        make.write(make.institution(f"Centre of {state}", state=state))
    assert run()["order"] is None
    assert run()["topics"] == []


@pytest.mark.django_db
def test_the_page_waits_shows_how_far_it_is_and_then_the_result(make: Maker) -> None:
    for state in STATES:
        make.write(make.institution(f"Centre of {state}", state=state))
    client, address = Client(), "/assumptions/?base=64&resamples=50"
    waiting = client.get(address)
    assert waiting.status_code == 202
    assert "It waits for its turn." in waiting.content.decode()
    assert "Cancel" not in waiting.content.decode(), "only who is signed in may"
    run_carry_out(run_id=StudyRun.objects.get().id)
    page = client.get(address)
    assert page.status_code == 200
    assert "How sure the order of gaps is" in page.content.decode()
    with pytest.raises(InvalidQueryError):
        InfluenceQuestion.read({"base": ["100"]})
