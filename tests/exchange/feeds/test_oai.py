"""Records of a repository are read with what became of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from concord.exchange.feeds.item import FeedForm, FeedItem, FeedRead, UnreadableFeedError
from concord.exchange.feeds.reading import read_feed

SAMPLE = Path(__file__).parent / "samples" / "records.xml"
WINDOW = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def _read(data: bytes) -> FeedRead:
    return read_feed(data, form=FeedForm.OAI_PMH, window=WINDOW)


def _sample() -> dict[str, FeedItem]:
    items = _read(SAMPLE.read_bytes()).items
    return {item.key.rpartition(":")[2]: item for item in items}


def _answer(body: str) -> bytes:
    return f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{body}</OAI-PMH>'.encode()


def test_a_record_is_read_in_its_languages() -> None:
    item = _sample()["41"]
    assert item.kind == "material"
    assert item.titles == {"en": "Handbook for trainers", "ko": "강사를 위한 안내서"}
    assert item.summary == {"und": "How to train."}
    assert (item.when, item.languages) == ("2025-11", ("en", "ko"))
    assert item.keywords == ("nuclear security", "training")
    assert item.organisers == ("Centre for Nuclear Security Training",)
    assert item.url == "https://repository.example/41"
    assert item.modified == dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)


def test_a_deleted_record_says_so_and_no_more() -> None:
    item = _sample()["40"]
    assert (item.is_deleted, item.status, item.titles) == (True, "cancelled", {})


def test_a_record_of_an_event_is_an_activity() -> None:
    item = _sample()["42"]
    assert (item.kind, item.when, item.is_deleted) == ("activity", "2026-04-20", False)


def test_a_record_without_a_title_is_a_fault() -> None:
    faults = _read(SAMPLE.read_bytes()).faults
    assert [str(fault) for fault in faults] == ["oai:repository.example:43 – it has no title"]


def test_the_token_for_more_is_given_until_it_is_empty() -> None:
    assert _read(SAMPLE.read_bytes()).next_token == "page-2"
    last = _answer("<ListRecords><resumptionToken cursor='100'/></ListRecords>")
    assert _read(last).next_token is None


def test_no_records_are_no_fault() -> None:
    assert _read(_answer('<error code="noRecordsMatch">none</error>')) == FeedRead(())


def test_any_other_error_is_a_fault() -> None:
    read = _read(_answer('<error code="badResumptionToken">It is too old.</error>'))
    assert [str(fault) for fault in read.faults] == ["badResumptionToken – It is too old."]


@pytest.mark.parametrize("data", [b"<rss/>", b"<OAI-PMH>", b"", b"\xff\xfe<"])
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFeedError):
        _read(data)
