"""OAI-PMH with what vanished, the catalogue, and the list in somebody else's frame."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from making import Maker, text
from oai_schema import oai_faults

from concord.core.disclosure import Actor, Level
from concord.exchange import oai
from concord.exchange.feeds.fetching import Policy, fetch
from concord.exchange.feeds.item import FeedForm, FeedItem
from concord.exchange.feeds.reading import read_feed
from concord.record.kinds import all_kinds
from concord.record.services import record_remove

OAI = "{http://www.openarchives.org/OAI/2.0/}"
WINDOW = (dt.date(2000, 1, 1), dt.date(2030, 12, 31))


def ask(client: Client, query: str) -> Element:
    answer = client.get(f"/oai/?{query}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/xml")
    assert oai_faults(answer.content) == []
    root: Element = fromstring(answer.content)
    assert [child.tag for child in root][:2] == [f"{OAI}responseDate", f"{OAI}request"]
    assert len(root) == 3
    return root


def fault(client: Client, query: str) -> str:
    error = ask(client, query).find(f"{OAI}error")
    assert error is not None, query
    return error.get("code", "")


def headers(root: Element) -> dict[str, tuple[str, str]]:
    """By identifier the set and the status of each header."""
    return {
        header.findtext(f"{OAI}identifier", ""): (
            header.findtext(f"{OAI}setSpec", ""), header.get("status", "")
        )
        for header in root.iter(f"{OAI}header")
    }  # fmt: skip


@pytest.fixture
def actor(make: Maker) -> Actor:
    return Actor(make.owner, may_publish=True)


def course(make: Maker, title: str, level: Level = Level.PUBLIC, **more: Any) -> uuid.UUID:
    content = make.parse("course", titles=text(title), providers=[str(make.owner)], **more)
    return make.write(content, level=level)


def test_a_repository_tells_what_it_is(client: Client, make: Maker) -> None:
    root = ask(client, "verb=Identify")
    found = {child.tag.removeprefix(OAI): child.text for child in root[2]}
    assert list(found) == ["repositoryName", "baseURL", "protocolVersion", "adminEmail",
                           "earliestDatestamp", "deletedRecord", "granularity"]  # fmt: skip
    assert found["deletedRecord"] == "persistent"
    assert re.fullmatch(r"\S+@(\S+\.)+\S+", str(found["adminEmail"]))
    sets = ask(client, "verb=ListSets").iter(f"{OAI}setSpec")
    assert [one.text for one in sets] == list(all_kinds())
    formats = ask(client, "verb=ListMetadataFormats").iter(f"{OAI}metadataPrefix")
    assert [one.text for one in formats] == ["oai_dc", "concord"]
    posted = client.post("/oai/", {"verb": "Identify"})
    assert b"<oai_dc" not in posted.content
    assert b"Identify" in posted.content
    assert b"urn:concord:record" in client.get("/oai/concord.xsd").content
    assert make.owner.urn in headers(ask(client, "verb=ListIdentifiers&metadataPrefix=oai_dc"))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Steal", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&x=1", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=soon", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2027-01-01&until=2026-01-01", "badArgument"),
        (
            "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2027-01-01T00:00:00Z",
            "badArgument",
        ),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=poem", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=abc", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=a&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListSets&resumptionToken=a", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:x:1", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=urn:uuid:nonsense", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=urn:uuid:1", "idDoesNotExist"),
        ("verb=ListRecords&metadataPrefix=%00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a%20b", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc&from=soon", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=no%20uri", "badArgument"),
    ],
)
def test_what_makes_no_sense_is_answered_by_the_protocol(
    client: Client, make: Maker, query: str, code: str
) -> None:
    assert make.owner
    assert fault(client, query) == code


VALUES = st.one_of(
    st.sampled_from(["oai_dc", "concord", "course", "2026-01-01", "a:b", "", "urn:uuid:1", "é x"]),
    st.text(max_size=8),
)
NAMES = ["metadataPrefix", "identifier", "set", "from", "until", "resumptionToken", "x"]


@settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    verb=st.one_of(st.sampled_from(list(oai.VERBS)), st.text(max_size=8)),
    given_values=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
)
@example(verb="ListRecords", given_values={"metadataPrefix": "\0"})
@example(verb="ListRecords", given_values={"metadataPrefix": "a b"})
@example(verb="ListRecords", given_values={"metadataPrefix": "oai_dc", "set": "a b"})
@example(verb="GetRecord", given_values={"metadataPrefix": "oai_dc", "identifier": "%"})
def test_whatever_is_asked_the_answer_keeps_to_the_protocol(
    db: None, verb: str, given_values: dict[str, str]
) -> None:
    asked = [("verb", verb), *given_values.items()]
    assert oai_faults(oai.answer(asked, address="https://portal.example.org")) == []


def test_the_schema_tells_what_is_wrong(client: Client, make: Maker) -> None:
    """A schema that takes everything would hold nothing."""
    good = client.get("/oai/?verb=ListRecords&metadataPrefix=oai_dc").content
    assert oai_faults(good) == []
    for old, new in (
        (b"identifier>urn:", b"identifier>no uri:"),
        (b"datestamp>20", b"datestamp>x20"),
        (b"<dc:title", b"<dc:titel"),
        (b"setSpec>i", b"setSpec> i"),
        (b"</ns0:header>", b"<x/></ns0:header>"),
        (b"</ns0:metadata>", b"</ns0:metadata><ns0:metadata/>"),
    ):
        assert old in good
        wrong = good.replace(old, new)
        if old == b"<dc:title":
            wrong = wrong.replace(b"</dc:title", b"</dc:titel")
        assert oai_faults(wrong)
    ours = client.get("/oai/?verb=ListRecords&metadataPrefix=concord").content
    assert oai_faults(ours.replace(b' kind="', b' sort="'))


@pytest.mark.usefixtures("east_asia")
@pytest.mark.parametrize("prefix", list(oai.FORMATS))
def test_all_of_a_register_is_harvested_by_the_protocol(client: Client, prefix: str) -> None:
    query, found = f"verb=ListRecords&metadataPrefix={prefix}", 0
    while query:
        root = ask(client, query)
        found += len(list(root.iter(f"{OAI}record")))
        token = root.findtext(f".//{OAI}resumptionToken")
        query = f"verb=ListRecords&resumptionToken={quote(token)}" if token else ""
    assert found > 200


def test_what_vanished_is_deleted_and_why_is_not_told(
    client: Client, make: Maker, actor: Actor
) -> None:
    removed, withdrawn, back = (course(make, title) for title in ("Gone", "Drawn", "Back"))
    never = course(make, "Never seen", Level.INSTITUTION)
    for key in (removed, never):
        record_remove(actor=actor, record_id=key, via="test", reason="")
    for key, level in ((withdrawn, Level.INSTITUTION), (back, Level.INSTITUTION)):
        content = make.parse("course", titles=text("Secret now"), providers=[str(make.owner)])
        make.write(content, record_id=key, level=level)
    shown = make.parse("course", titles=text("Back"), providers=[str(make.owner)])
    make.write(shown, record_id=back)
    root = ask(client, "verb=ListRecords&metadataPrefix=oai_dc&set=course")
    assert headers(root) == {
        removed.urn: ("course", "deleted"),
        withdrawn.urn: ("course", "deleted"),
        back.urn: ("course", ""),
    }
    deleted = [r for r in root.iter(f"{OAI}record") if r[0].get("status") == "deleted"]
    assert all(len(record) == 1 for record in deleted)
    stamp = ask(client, f"verb=GetRecord&metadataPrefix=oai_dc&identifier={withdrawn.urn}")
    before = stamp.findtext(f".//{OAI}datestamp")
    private = make.parse("course", titles=text("Later"), providers=[str(make.owner)])
    make.write(private, record_id=withdrawn, level=Level.INSTITUTION)
    record_remove(actor=actor, record_id=withdrawn, via="test", reason="")
    after = ask(client, f"verb=GetRecord&metadataPrefix=oai_dc&identifier={withdrawn.urn}")
    assert after.findtext(f".//{OAI}datestamp") == before
    query = f"verb=GetRecord&metadataPrefix=oai_dc&identifier={never.urn}"
    assert fault(client, query) == "idDoesNotExist"


def test_our_own_format_has_every_field_and_nothing_withheld(client: Client, make: Maker) -> None:
    content = make.parse(
        "course", providers=[str(make.owner)], objectives=text("Unseen"), topics=["B1", "D1"],
        titles={"original": "ja", "text": {"ja": "核保", "en": "A <b> & c"},
                "translators": {"en": "owner"}},
    )  # fmt: skip
    key = make.write(content, fields={"objectives": Level.INSTITUTION})
    query = f"verb=GetRecord&metadataPrefix=concord&identifier={key.urn}"
    record = ask(client, query).find(f".//{{{oai.CONCORD}}}record")
    assert record is not None
    assert record.get("withheld") == "objectives"
    titles = record.findall(f"{{{oai.CONCORD}}}titles")
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert {t.get(lang): t.text for t in titles} == {"ja": "核保", "en": "A <b> & c"}
    assert [t.text for t in record.findall(f"{{{oai.CONCORD}}}topics")] == ["B1", "D1"]


def test_a_token_goes_on_whatever_changes_meanwhile(
    client: Client, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oai, "PAGE", 2)
    keys = [course(make, f"Course {number}") for number in range(5)]
    root = ask(client, "verb=ListIdentifiers&metadataPrefix=oai_dc&set=course")
    found = list(headers(root))
    changed = make.parse("course", titles=text("Changed"), providers=[str(make.owner)])
    make.write(changed, record_id=keys[1])  # the very one that the page ended with
    while token := root.findtext(f".//{OAI}resumptionToken"):
        root = ask(client, f"verb=ListIdentifiers&resumptionToken={quote(token)}")
        found += headers(root)
    assert found == [k.urn for k in (keys[0], keys[1], keys[2], keys[3], keys[4], keys[1])]
    assert root.find(f".//{OAI}resumptionToken") is not None


def harvest(address: str) -> Iterator[FeedItem]:
    """Everything, by our own reader of feeds."""
    parts = urlsplit(address)
    policy = Policy(allow_http=True, allow_private=True, ports=(parts.port or 80,))
    query = "metadataPrefix=oai_dc"
    while query:
        fetched = fetch(f"{address}/oai/?verb=ListRecords&{query}", allowed=policy)
        read = read_feed(fetched.data, form=FeedForm.OAI_PMH, window=WINDOW)
        assert read.faults == ()
        yield from read.items
        query = f"resumptionToken={quote(read.next_token)}" if read.next_token else ""


@pytest.mark.django_db(transaction=True)
def test_our_own_reader_harvests_it_whole(
    transactional_db: None, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oai, "PAGE", 3)
    make = Maker()
    run = make.put("activity", titles=text("Run"), activity_kind="course_run",
                   when="2027-02-01/2027-02-05", languages=["ja"])  # fmt: skip
    keys = [course(make, f"Course {number}") for number in range(6)]
    gone = course(make, "Gone")
    record_remove(actor=Actor(make.owner), record_id=gone, via="test", reason="")
    items = {item.key: item for item in harvest(live_server.url)}
    assert set(items) == {key.urn for key in (make.owner, run, gone, *keys)}
    assert items[gone.urn].is_deleted
    assert items[run.urn].kind == "activity"
    assert items[run.urn].when == "2027-02-01/2027-02-05"
    assert items[keys[0].urn].kind == "course"
    assert items[keys[0].urn].titles == {"en": "Course 0"}


@pytest.mark.usefixtures("east_asia")
def test_the_whole_register_is_harvested_once_each(client: Client) -> None:
    root = ask(client, "verb=ListIdentifiers&metadataPrefix=concord")
    found = list(headers(root))
    while token := root.findtext(f".//{OAI}resumptionToken"):
        root = ask(client, f"verb=ListRecords&resumptionToken={quote(token)}")
        found += headers(root)
    lines = [
        client.get(f"/api/export/{kind}").getvalue().count(b"\n") for kind in all_kinds()
    ]  # fmt: skip
    assert len(found) == len(set(found)) == sum(lines)


@pytest.mark.usefixtures("east_asia")
def test_the_catalogue_leads_to_every_form(client: Client) -> None:
    about = client.get("/about/").content.decode()
    assert 'href="/catalog.jsonld"' in about
    answer = client.get("/catalog.jsonld")
    assert answer["Content-Type"] == "application/ld+json"
    (data,) = answer.json()["dcat:dataset"]
    assert data["dcterms:license"]["@id"].startswith("https://creativecommons.org/")
    assert data["dcterms:publisher"][0]["foaf:name"]
    assert data["dcterms:modified"]["@value"]
    assert data["dcat:version"]
    addresses = [one["dcat:downloadURL"]["@id"] for one in data["dcat:distribution"]]
    assert len(addresses) == 37
    for address in addresses:
        answer = client.get(urlsplit(address).path)
        assert answer.status_code == 200, address
        assert b"".join(answer), address  # to its end, which closes what it reads


def test_a_list_in_a_frame_is_public_small_and_sets_nothing(client: Client, make: Maker) -> None:
    course(make, "Open course")
    course(make, "Hidden course", Level.INSTITUTION)
    other = make.write(make.institution("Other"))
    make.write(make.parse("course", titles=text("Theirs"), providers=[str(other)]))
    answer = client.get(f"/embed/training/?provider={make.owner}&lang=ja")
    page = answer.content.decode()
    assert "Open course" in page
    assert "Hidden" not in page
    assert "Theirs" not in page
    assert '<html lang="ja">' in page
    assert "<script" not in page
    assert answer.cookies == {}
    assert "X-Frame-Options" not in answer
    assert "Cookie" not in answer.get("Vary", "")
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert f"/ja/training/?provider={make.owner}" in page
    for address in ("/", "/training/", f"/institutions/{make.owner}/embed/"):
        usual = client.get(address)
        assert usual["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in usual["Content-Security-Policy"]
    assert client.get("/embed/training/?lang=tlh").status_code == 400
    bad = client.get("/embed/training/?provider=me&kind=poem&lang=ja")
    assert bad.status_code == 400
    assert "X-Frame-Options" not in bad
    assert "frame-ancestors *" in bad["Content-Security-Policy"]
    told = bad.content.decode()
    assert "<code>provider</code>" in told
    assert "poem" in told
    assert "<nav" not in told
    empty = client.get("/embed/training/?year=1999").content.decode()
    assert "There is nothing in this list yet." in empty


def test_the_lines_to_copy_lead_to_the_list(client: Client, make: Maker) -> None:
    page = client.get(f"/institutions/{make.owner}/embed/").content.decode()
    addresses = re.findall(r"src=&quot;([^&]*(?:&amp;[^&;]*)*)&quot;|src=\"([^\"]+)\"", page)
    assert addresses
    assert f"/embed/training/?provider={make.owner}&amp;lang=ja" in page
    assert client.get(f"/institutions/{uuid.uuid4()}/embed/").status_code == 404
    hidden = make.write(make.institution("Hidden"), level=Level.INSTITUTION)
    assert client.get(f"/institutions/{hidden}/embed/").status_code == 404
    assert client.get("/desk/embed/").status_code == 302
