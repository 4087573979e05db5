"""Records that came from a feed cite it, once, and nobody gets its key by that."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.utils import timezone
from feeding import Centre, calendar, event, shown

from concord.accounts.models import Role
from concord.core.disclosure import institution_audience, member_of
from concord.exchange.feeding.citing import feed_address
from concord.exchange.feeding.errors import FeedFormError
from concord.exchange.feeding.running import feed_replay, feed_run
from concord.exchange.feeding.sources import feed_change
from concord.record.selectors import record_get
from concord.record.services import record_remove


def test_records_cite_the_feed_once_however_often_it_is_read(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(event("1", "Forensics"), event("2", "Culture")))
    source = centre.approved(url)
    feed_run(source_id=source.id)
    source.refresh_from_db()
    today = timezone.now().date().isoformat()
    citation = {"source": str(source.cited), "retrieved": today}
    assert [r.content["citations"] for r in centre.records().values()] == [[citation]] * 2
    cited = record_get(
        viewer=member_of(centre.acting.institution), record_id=UUID(str(source.cited))
    )
    assert cited.audience == institution_audience(centre.acting.institution)
    assert (cited.content["titles"]["text"], cited.content["url"]) == ({"en": "Calendar"}, url)
    other = {"source": str(source.cited), "locator": "p. 1"}
    record = centre.records()["Forensics"]
    centre.write(record, citations=[other, citation], town="Mito")
    centre.server.put("/c.ics", calendar(event("1", "New title"), event("2", "Culture")))
    assert shown(feed_run(source_id=source.id), "changed", "same") == [1, 1]
    feed_replay(source_id=source.id)
    assert centre.records()["New title"].content["citations"] == [other, citation]
    assert list(centre.records("source")) == ["Calendar"]


def test_a_citation_that_was_taken_out_by_hand_stays_out(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(event("1", "Forensics")))
    source = centre.approved(url)
    feed_run(source_id=source.id)
    centre.write(centre.records()["Forensics"], citations=[])
    assert shown(feed_replay(source_id=source.id), "changed", "same") == [0, 1]
    source.refresh_from_db()
    assert source.cited is not None
    record_remove(actor=centre.acting.require(Role.PUBLISHER), record_id=source.cited, via="form",
                  reason="")  # fmt: skip
    centre.server.put("/c.ics", calendar(event("1", "Forensics"), event("2", "Culture")))
    run = feed_run(source_id=source.id)
    assert shown(run, "new", "faults") == [1, 0]
    assert "citations" not in centre.records()["Culture"].content


def test_a_source_that_is_there_already_is_taken(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(event("1", "Forensics")))
    known = centre.make.put("source", titles={"original": "en", "text": {"en": "Year"}}, url=url)
    feed_run(source_id=centre.approved(url).id)
    assert centre.records()["Forensics"].content["citations"][0]["source"] == str(known)


def test_a_name_that_does_not_belong_here_is_refused_at_once(centre: Centre) -> None:
    source = centre.source(centre.server.put("/c.ics", calendar(event("1", "Forensics"))))
    guards = "Twelve armed guards protect the Northmoor Research Reactor at 06:00"
    with pytest.raises(FeedFormError) as refused:
        feed_change(acting=centre.acting, source_id=source.id, name=guards, hours=24, defaults={})
    assert list(refused.value.fields) == ["name"]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://centre.example/training/2027.ics", "https://centre.example/training/2027.ics"),
        ("https://centre.example/oai?verb=ListRecords&key=1", "https://centre.example/oai"),
        ("https://ann:word@centre.example/c.ics", "https://centre.example/c.ics"),
        ("https://cal.example/ical/ann%40centre.example/public/basic.ics", "https://cal.example/"),
        ("https://cal.example/ical/group/private-abc/basic.ics", "https://cal.example/"),
        ("https://cal.example/c/0123456789abcdef0123/c.ics", "https://cal.example/"),
    ],
)
def test_what_lets_others_in_is_not_cited(url: str, told: str) -> None:
    assert feed_address(url) == told
