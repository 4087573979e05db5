"""A centre with a feed of its own, for tests of what feeds become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from making import Maker
from serving import Server

from concord.accounts.selectors import Acting
from concord.core.disclosure import Actor, member_of
from concord.exchange.feeding.running import feed_try
from concord.exchange.feeding.sources import (
    feed_approve,
    feed_source_make,
)
from concord.exchange.models import FeedRun, FeedSource
from concord.record.selectors import RecordView, records_owned
from concord.record.services import Draft, content_parse, revision_write


def event(uid: str, title: str, start: str = "20270302", **more: str) -> str:
    """One event of a whole day."""
    lines = [f"{name.replace('_', '-')}:{value}" for name, value in more.items()]
    return "\r\n".join(
        ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{title}",
         f"DTSTART;VALUE=DATE:{start}", *lines, "END:VEVENT"]
    )  # fmt: skip


def calendar(*events: str, **more: str) -> str:
    lines = [f"{name}:{value}" for name, value in more.items()]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, *events, "END:VCALENDAR", ""])


@dataclass
class Centre:
    """An institution with a server of its own and somebody who may publish for it."""

    make: Maker
    acting: Acting
    server: Server

    def source(self, url: str, **defaults: Any) -> FeedSource:
        return feed_source_make(
            acting=self.acting, name="Calendar", url=url, hours=24,
            defaults={"language": "en", **defaults},
        )  # fmt: skip

    def approved(self, url: str, *, lets_out: bool = False, **defaults: Any) -> FeedSource:
        source = self.source(url, **defaults)
        feed_try(source_id=source.id)
        return feed_approve(acting=self.acting, source_id=source.id, lets_out=lets_out)

    def records(self, kind: str = "activity") -> dict[str, RecordView]:
        owner = self.acting.institution
        owned = records_owned(viewer=member_of(owner), owner=owner, kind=kind)
        return {next(iter(r.content["titles"]["text"].values())): r for r in owned}

    def write(self, record: RecordView, **changes: Any) -> None:
        """Change a record by hand."""
        content = content_parse(kind=record.kind, data={**record.content, **changes})
        revision_write(
            actor=Actor(self.acting.institution, may_publish=True),
            draft=Draft(content, record.id), via="form",
        )  # fmt: skip


def shown(run: FeedRun, *names: str) -> list[int]:
    return [run.counts.get(name, 0) for name in names]
