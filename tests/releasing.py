"""Centres that keep their numbers to themselves and let them enter totals, for tests."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from making import Maker, text

from concord.core.disclosure import Actor, Level, network_audience
from concord.record.content import Content
from concord.record.members import member_admit
from concord.record.services import Draft, content_parse, records_take_over, revisions_write
from concord.studies.models import Release
from concord.studies.releasing import OPERATOR, By, Wanted, release_compute, release_draft
from concord.studies.releasing import release_let_out as let_out

Row = Mapping[str, Any]


class Centres:
    """Centres in one network; each says things of its own."""

    def __init__(self, make: Maker, count: int = 5) -> None:
        self.make = make
        self.network = make.put("network", names=[{"name": "Network", "language": "en"}])
        self.ids: list[UUID] = []
        for number in range(count):
            key = make.write(make.institution(f"Centre {number}", state="JP"))
            records_take_over(actor=Actor(key, may_publish=True), ids=[key])
            self.ids.append(key)
            member_admit(audience=network_audience(self.network), institution=key)

    def say(
        self,
        who: int,
        content: Content,
        *,
        level: Level = Level.INSTITUTION,
        in_totals: bool = True,
        record_id: UUID | None = None,
        fields: Mapping[str, Level] | None = None,
    ) -> UUID:
        """One record of a centre's own."""
        draft = Draft(content, record_id or uuid.uuid4(), level, fields or {}, None, in_totals)
        actor = Actor(self.ids[who], may_publish=True)
        return revisions_write(actor=actor, drafts=[draft], via="test")[0]

    def ran(
        self,
        who: int,
        participation: Sequence[Row] | int,
        *,
        topic: str = "B1",
        when: str = "2025",
        level: Level = Level.INSTITUTION,
        in_totals: bool = True,
        record_id: UUID | None = None,
        **more: Any,
    ) -> UUID:
        """An activity of a centre with a count, or with rows of one."""
        rows = [{"count": participation}] if isinstance(participation, int) else participation
        content = content_parse(
            kind="activity",
            data={
                "titles": text("A course"),
                "activity_kind": "course_run",
                "stage": "done",
                "topics": [topic] if topic else [],
                "when": when,
                "participation": list(rows),
                **more,
            },
        )
        return self.say(who, content, level=level, in_totals=in_totals, record_id=record_id)

    def all_ran(self, count: int = 10, **more: Any) -> list[UUID]:
        """Each centre ran the same."""
        return [self.ran(who, count, **more) for who in range(len(self.ids))]

    @property
    def coordinator(self) -> By:
        return By(network=self.network, person=uuid.uuid4())

    def manager(self, who: int) -> By:
        return By(institution=self.ids[who], person=uuid.uuid4())


def drafted(by: By = OPERATOR, *dimensions: str, **more: Any) -> Release:
    """A computed draft."""
    wanted = Wanted(**{"table": "participation", "dimensions": dimensions, **more})
    return release_compute(release_id=release_draft(by=by, wanted=wanted).id)


def released(by: By = OPERATOR, *dimensions: str, **more: Any) -> Release:
    """A release that is out."""
    draft = drafted(by, *dimensions, **more)
    assert draft.state == Release.State.DRAFT, draft.refused
    return let_out(by=by, release_id=draft.id)
