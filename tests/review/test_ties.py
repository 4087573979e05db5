"""Conflicts found in the register: from what the viewer sees, and nothing else."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from making import Maker, text
from typer.testing import CliRunner

from concord.cli.commands import app
from concord.core.disclosure import ANYONE, Level
from concord.core.review.conflicts import Declared, Reason
from concord.record.audiences import viewer_as
from concord.review.ties import conflicts_of

pytestmark = pytest.mark.django_db


def named(make: Maker, name: str, **more: object) -> UUID:
    return make.write(make.institution(name, **more))


def parties(**parts: UUID) -> list[dict[str, object]]:
    return [{"party": {"institution": str(key)}, "part": part} for part, key in parts.items()]


def found(make: Maker, ours: UUID, **more: object) -> set[tuple[UUID, Reason, str]]:
    seen = conflicts_of(**{"viewer": ANYONE, "institution": ours, "year": 2026, **more})  # type: ignore[arg-type]
    return {(UUID(one.reviewer), one.reason, one.evidence) for one in seen}


def test_ties_of_every_kind_are_found_with_the_record_that_bears_them_out(make: Maker) -> None:
    agency = named(make, "Agency")
    ours = named(make, "Ours", state="JP", parents=[{"institution": str(agency)}])
    sister = named(make, "Sister", parents=[{"institution": str(agency)}])
    neighbour = named(make, "Neighbour", state="JP")
    author, funder, partner, old, off, stranger = (
        named(make, name) for name in ("Author", "Funder", "Partner", "Old", "Off", "Stranger")
    )
    book = make.put(
        "material", titles=text("Book"), material_kind="slides", licence="CC-BY-4.0",
        makers=[{"institution": str(ours)}, {"institution": str(author)}],
    )  # fmt: skip
    usual = {"activity_kind": "seminar", "stage": "done"}
    paid = make.put(
        "activity",
        titles=text("Paid"),
        when="2025-03",
        parties=parties(host=ours, funder=funder),
        **usual,
    )
    joint = make.put(
        "activity",
        titles=text("Joint"),
        when="2024",
        parties=parties(host=ours, participant=partner),
        **usual,
    )
    make.put(
        "activity",
        titles=text("Past"),
        when="2019",
        parties=parties(host=ours, participant=old),
        **usual,
    )
    make.put("activity", titles=text("Off"), activity_kind="seminar", stage="cancelled", when="2026",
             parties=parties(host=ours, participant=off))  # fmt: skip
    assert found(make, ours) == {
        (agency, Reason.SAME_TREE, str(agency)), (sister, Reason.SAME_TREE, str(sister)),
        (neighbour, Reason.SAME_STATE, "JP"), (author, Reason.MATERIAL, str(book)),
        (funder, Reason.FUNDING, str(paid)), (funder, Reason.ACTIVITY, str(paid)),
        (partner, Reason.ACTIVITY, str(joint)),
    }  # fmt: skip
    declared = [Declared(str(stranger), str(ours))]
    assert (stranger, Reason.DECLARED, str(ours)) in found(make, ours, declared=declared)
    assert old in {who for who, _reason, _record in found(make, ours, years=7)}


def test_what_is_withheld_makes_no_conflict_for_those_who_do_not_see_it(make: Maker) -> None:
    ours, other = named(make, "Ours"), named(make, "Other")
    content = make.parse(
        "activity", titles=text("Quiet"), activity_kind="seminar", stage="done", when="2026",
        parties=parties(host=ours, participant=other),
    )  # fmt: skip
    quiet = make.write(content, level=Level.INSTITUTION)
    assert found(make, ours) == set()
    assert found(make, ours, viewer=viewer_as(make.owner)) == {(other, Reason.ACTIVITY, str(quiet))}
    shown = make.write(content, fields={"parties": Level.INSTITUTION})
    assert found(make, ours) == set()
    assert (other, Reason.ACTIVITY, str(shown)) in found(make, ours, viewer=viewer_as(make.owner))


def test_support_binds_giver_and_receiver_alone(make: Maker) -> None:
    ours, giver, also = named(make, "Ours"), named(make, "Giver"), named(make, "Also")
    ids = [{"institution": str(key)} for key in (giver, ours, also)]
    relation = make.put(
        "relation",
        relation_kind="support",
        parties=ids,
        when="2025",
        stage="done",
        text=text("Supports"),
    )
    assert found(make, ours) == {(giver, Reason.FUNDING, str(relation))}


def test_the_command_says_it_in_words_and_as_json(make: Maker) -> None:
    ours, other = named(make, "Ours", state="JP"), named(make, "Other [x]", state="JP")
    run = CliRunner().invoke(app, ["conflicts", str(ours)], catch_exceptions=False)
    assert run.stdout == "Other [x]: of one State (JP)\n"
    run = CliRunner().invoke(app, ["conflicts", str(ours), "--json"], catch_exceptions=False)
    assert json.loads(run.stdout) == [
        {"reviewer": str(other), "reason": "same_state", "evidence": "JP"}
    ]
    alone = named(make, "Alone")
    run = CliRunner().invoke(app, ["conflicts", str(alone)], catch_exceptions=False)
    assert "keeps anybody" in run.stdout
