"""Items of RSS and Atom are read as they are, and are events only where the feed says so."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import suppress
from pathlib import Path

import pytest

from concord.exchange.feeds.item import FeedForm, FeedItem, FeedRead, UnreadableFeedError
from concord.exchange.feeds.reading import read_feed

SAMPLES = Path(__file__).parent / "samples"
WINDOW = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def _read(data: bytes) -> FeedRead:
    return read_feed(
        data, form=FeedForm.SYNDICATION, base_url="https://centre.example/feed", window=WINDOW
    )


def _sample(name: str) -> dict[str, FeedItem]:
    return {item.key: item for item in _read((SAMPLES / name).read_bytes()).items}


def _rss(*items: str) -> bytes:
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>t</title>{body}</channel></rss>'.encode()


def test_an_item_with_the_date_of_an_event_is_an_activity() -> None:
    item = _sample("feed.rss")["news-12"]
    assert (item.kind, item.when) == ("activity", "2026-07-06/2026-07-08")
    assert item.titles == {"en": "Course on transport security & escorts"}
    assert item.summary == {"en": "Three days.\nIn English."}
    assert (item.place, item.country) == ("Daejeon", "KR")
    assert item.organisers == ("Centre for Nuclear Security Training",)
    assert item.keywords == ("transport",)
    assert item.modified == dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def test_the_date_of_a_message_is_not_that_of_an_event() -> None:
    item = _sample("feed.rdf")["https://centre.example/old/1"]
    assert (item.kind, item.when, item.languages) == ("material", None, ("ms",))
    assert item.modified == dt.datetime(2026, 1, 20, tzinfo=dt.UTC)


def test_what_has_neither_guid_nor_link_is_a_fault() -> None:
    faults = _read((SAMPLES / "feed.rss").read_bytes()).faults
    assert [str(fault) for fault in faults] == ["item 3 – it has no guid and no link"]


def test_atom_is_read_with_languages_and_dates_of_schema_org() -> None:
    event, notice = _sample("feed.atom").values()
    assert event.titles == {"vi": "Khóa học về an ninh hạt nhân"}
    assert event.when == "2026-08-03/2026-08-05"
    assert event.start == dt.datetime.fromisoformat("2026-08-03T08:00+07:00")
    assert (event.place, event.country) == ("Hà Nội", "VN")
    assert (notice.titles, notice.kind) == ({"en": "A notice"}, "material")


def test_a_feed_with_faults_of_xml_is_read_as_far_as_it_goes() -> None:
    data = _rss("<title>A & B</title><guid>a:1</guid>", "<title>C<br></title><guid>a:2</guid>")
    items = _read(data).items
    assert [item.key for item in items] == ["a:1", "a:2"]
    assert items[0].titles == {"und": "A & B"}


def test_a_long_feed_that_is_no_xml_is_refused() -> None:
    with pytest.raises(UnreadableFeedError):
        _read(_rss("<title>A & B</title><guid>1</guid>" + "x" * 500_001))


def test_a_second_item_of_the_same_guid_is_a_fault() -> None:
    read = _read(_rss(*("<title>A</title><guid>a:1</guid>",) * 2))
    assert len(read.items) == 1
    assert [str(fault) for fault in read.faults] == ["a:1 – another item has the same key"]


def test_an_item_within_a_comment_is_none() -> None:
    data = _rss("<!-- <item><title>Old</title></item> --><title>New</title><guid>1</guid>")
    assert [item.titles for item in _read(data).items] == [{"und": "New"}]


@pytest.mark.parametrize("piece", ["<item>", "<item", "<", "<author>", "<a:item ", "&#x", "<!--"])
def test_pieces_without_end_are_read_in_a_moment(piece: str) -> None:
    text = piece * (450_000 // len(piece))
    begun = time.process_time()
    for data in (
        _rss(f"<title>A</title><guid>1</guid><!--{text.replace('--', '')}-->"),
        _rss(text),
    ):
        with suppress(UnreadableFeedError):
            _read(data)
    assert time.process_time() - begun < 30
