"""Everything that Concord gives out, as questions to a world: pages, files, interface, mail, commands.

What has no question here stands in one of the lists of exceptions with its reason. A test holds
that nothing is in neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.core import mail
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner
from worlds import (
    DRAFT,
    IN_A,
    IN_B,
    MEMBER,
    NETWORK,
    OPEN,
    OWNER,
    SOURCE,
    Ask,
    World,
    fixed,
)

from concord.accounts.notices import notices_digest
from concord.accounts.telling import news_tell
from concord.cli.commands import app
from concord.exchange.exports import export_ask, export_path, export_run
from concord.exchange.scanning import duplicates_find
from concord.record.happening import happenings_after
from concord.register.listings import LISTINGS
from concord.studies.services import studies_run
from concord.studies.study import study_names

HEADERS: Final = (
    "Content-Type", "Content-Disposition", "Content-Language", "ETag", "Last-Modified", "Link",
    "Location", "Cache-Control", "Retry-After", "Vary",
)  # fmt: skip
LISTS: Final = tuple(LISTINGS)
FORMS: Final = ("csv", "json", "jsonld", "xlsx", "rss", "atom")
OF_TODAY: Final = ("rss", "atom")
"""Forms of a list that tell of no moment but today."""
THEN: Final = "2026-03-01T14:30"
WORDS: Final = (OPEN, IN_A, IN_B, "workshop")
FILTERS: Final[Mapping[str, Sequence[Mapping[str, str]]]] = {
    "training": [
        {"topic": "B1"}, {"topic": "A1"}, {"topic": "A2"}, {"role": "R02"}, {"role": "R03"},
        {"level": "advanced"}, {"level": "basic"}, {"language": "ja"}, {"country": "CN"},
        {"stage": "planned"}, {"stage": "done"}, {"year": "2024"}, {"year": "2025"},
        {"open": "open"}, {"from": "2024-05-01", "to": "2024-05-31"}, {"from": "2026-07"},
        {"kind": "exercise"}, {"provider": str(OWNER)},
    ],
    "institutions": [{"country": "JP"}, {"network": str(NETWORK)}, {"topic": "A1"}],
    "statements": [{"group": "offers"}, {"topic": "A1"}, {"subject": str(MEMBER)}],
    "sources": [{"kind": "web_page"}],
    "library": [
        {"kind": "exam"}, {"kind": "slides"}, {"copy": "trainers"}, {"topic": "A1"},
        {"level": "advanced"}, {"language": "ja"}, {"licence": "MIT"}, {"publication": "20"},
        {"maker": str(MEMBER)},
    ],
    "collaboration": [
        {"kind": "exercise"}, {"stage": "lapsed"}, {"stage": "planned"}, {"state": "KR"},
        {"party": f"institution:{MEMBER}"}, {"confirmation": "one_sided"}, {"cut": "brief"},
    ],
}  # fmt: skip
"""Filters by what is shown and by what is hidden in either world."""


def asks_of(world: World) -> list[Ask]:
    """Every question to a world, in order."""
    found = [
        *_pages(world),
        *_drafts(),
        *_studies(),
        *_files(world),
        *_interface(world),
        *_commands(world),
        *_selectors(),
    ]
    if world.viewer != "anyone":
        found = [*_desk(world), *found]
    return found


def get(address: str, **params: str) -> Ask:
    """A page asked for by its address."""
    path = f"{address}?{urlencode(params)}" if params else address

    def ask(_world: World, client: Client) -> Any:
        return answer_of(client.get(path))

    return f"GET {path}", ask


def post(address: str, data: Mapping[str, Any]) -> Ask:
    """A form sent."""

    def ask(_world: World, client: Client) -> Any:
        return answer_of(client.post(address, data))

    return f"POST {address} {sorted(data)}", ask


def answer_of(response: Any) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """What can be observed of an answer."""
    headers = tuple((n, response[n]) for n in HEADERS if response.has_header(n))
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, headers, body


def _page(name: str, *args: object, **params: str) -> Ask:
    return get(reverse(name, args=args), **params)


def _pages(world: World) -> Iterator[Ask]:
    for name in ("home", "about", "recommendations", "glossary", "credential", "rounds", "declarations",
                 "declarations_csv", "catalog", "oai_schema", "embed_training", "coverage",
                 "calendar"):  # fmt: skip
        yield _page(name)
    for name in ("releases", "sensitive_rules", "drafts", "draft_new"):
        yield _page(name)
    for name in ("release", "release_csv", "release_json"):
        yield _page(name, world.release)
    for name in LISTS:
        yield _page(name)
        for question in (*({"q": word} for word in WORDS), *FILTERS[name]):
            yield _page(name, **question)
    for word in WORDS:
        yield _page("calendar", q=word)
        yield _page("embed_training", q=word)
    for month in ("2024-05", "2025-03", "2026-07"):
        yield _page("calendar", **{"from": month, "to": month})
    for code in ("B1", "A1", "A2"):
        yield _page("topic", code)
    for key in (OWNER, MEMBER):
        for name in ("institution", "embedding", "propose_choose", "policy"):
            yield _page(name, key)
    yield _page("propose_new", OWNER, "courses")
    yield get(reverse("compare"), id=str(OWNER))
    yield _page("source", SOURCE)
    for key in asked_ids(world):
        yield from _pages_of(key)


OF_ONE: Final = ("achievement",)
"""Studies that are asked of one institution."""
CELLS: Final = ({"topic": "B1", "role": "R05"}, {"topic": "B5", "role": "R08"})
"""Cells of gaps that are asked."""
QUICK: Final[Mapping[str, Sequence[str]]] = {
    "influence": ("--set", "base=64", "--set", "resamples=50"),
}
"""Of studies that take long by default, a question that takes less."""


def _few_studies() -> Iterator[Ask]:
    """A few questions to studies that are answered quickly; ``studies_of`` has them all."""
    yield _page("overlap")
    yield _page("study_json", "achievement", centre=str(MEMBER))
    yield _call("get", "/studies/coverage")


def studies_of(_world: World) -> list[Ask]:
    """Every question to a study: they take long, and are asked in a test of their own."""
    return list(_studies())


def _studies() -> Iterator[Ask]:
    yield _page("gaps")
    yield _page("assumptions", base="64", resamples="50")
    yield _page("assumptions", base="64", resamples="50", state="JP")
    yield _page("guidance")
    yield _page("overlap")
    yield _page("overlap", topic="B1")
    yield _page("overlap", provider=str(MEMBER))
    yield _page("report_region")
    for key in (OWNER, MEMBER):
        yield _page("report_centre", key)
        yield _page("centre_year", key)
        yield _page("centre_year", key, year="2024")
    for asked in ({"topic": "B1"}, {"role": "R08"}, {"year": "2024"}, {"language": "ja"},
                  {"assume.share.core": "0.8"}, {"topic": "B1", "role": "R05"},
                  {"topic": "B5", "assume.share.R08.B5": "0.1"}):  # fmt: skip
        yield _page("gaps", **asked)
    for asked in ({}, {"level": "named"}, {"cut": "brief"}, {"since": "2024", "until": "2025"},
                  {"level": "named", "party": f"institution:{MEMBER}"}, {"party": "KR"},
                  {"bridge": "JP"}, {"known_at": THEN},
                  {"assume.collaboration.half_life": "3"}):  # fmt: skip
        yield _page("collaboration_network", **asked)
    for name in study_names():
        yield _page("study_json", name)
        yield _page("study_xlsx", name)
        yield _call("get", f"/studies/{name}")
        if name == "cell":
            for cell in CELLS:
                yield _page("study_json", name, **cell)
                yield _page("study_xlsx", name, **cell)
                yield _page("gap_cell", *cell.values())
                yield _run("study", name, *(f"--set={k}={v}" for k, v in cell.items()), "--json")
        if name in OF_ONE:
            for key in (OWNER, MEMBER):
                yield _page("study_json", name, centre=str(key))
                yield _page("study_xlsx", name, centre=str(key))
                yield _run("study", name, "--set", f"centre={key}", "--json")
        quick = QUICK.get(name, ())
        yield _run("study", name, *quick)
        yield _run("study", name, *quick, "--json")


def library_of(world: World) -> list[Ask]:
    """What the library gives out of files and of what is said of them."""
    found = [_page("library"), _call("get", "/library"), get("/lists/library.csv")]
    for word in WORDS:
        found += [_page("library", q=word), _call("get", f"/library?q={word}")]
    for key in asked_ids(world):
        found += [_page(name, key) for name in OF_FILES]
        found.append(_call("get", f"/records/{key}"))
    return found


OF_FILES: Final = (
    "material", "material_bag", "version", "version_file", "version_new", "version_endorse", "version_like", "record",
    "record_json",
)  # fmt: skip


def _drafts() -> Iterator[Ask]:
    for name in ("draft", "draft_response", "draft_comment"):
        yield _page(name, DRAFT)


def asked_ids(world: World) -> list[UUID]:
    """Records of both worlds, wherever they are there."""
    return sorted({*world.ids.values(), *(fixed(name) for name in world.named)})


def _pages_of(key: UUID) -> Iterator[Ask]:
    for name in ("record", "record_json", "record_jsonld", "record_csv", "record_xlsx", "propose",
                 "answer", "record_edit", "record_back", "source", "material", "material_bag", "version",
                 "version_file", "version_new", "version_endorse", "version_like", "draft", "draft_response",
                 "draft_comment"):  # fmt: skip
        yield _page(name, key)
    yield _page("draft_comment_edit", DRAFT, key)
    yield post(reverse("draft_comment", args=[key]), {"paragraph": "3.1"})
    for number in (1, 2, 3):
        yield _page("revision", key, number)
    for name in ("record", "record_json", "record_jsonld", "record_csv", "record_xlsx"):
        yield _page(name, key, known_at=THEN)
    yield _page("record", key, page="2")
    yield post(reverse("propose", args=[key]), {"do": "send", "reason": "r"})
    yield post(reverse("record_remove", args=[key]), {"reason": "r"})
    yield post(reverse("answer", args=[key]), {"answer": "denies"})


def _files(world: World) -> Iterator[Ask]:
    for name in LISTS:
        for form in FORMS:
            address = f"/lists/{name}.{form}"
            yield get(address)
            yield get(address, q=IN_A)
            if form not in OF_TODAY:
                yield get(address, known_at=THEN)
        yield get(f"/{name}/", known_at=THEN)
        yield _call("get", f"/{name}?known_at={THEN}")
    yield get("/training/calendar/", known_at=THEN)
    yield get("/coverage/B1/", known_at=THEN)
    yield get("/lists/training.ics", known_at=THEN)
    yield get("/lists/training.ics")
    yield get("/lists/training.ics", q=IN_B)
    for verb in ("Identify", "ListSets", "ListMetadataFormats"):
        yield get("/oai/", verb=verb)
    for prefix in ("oai_dc", "concord"):
        for verb in ("ListRecords", "ListIdentifiers"):
            yield get("/oai/", verb=verb, metadataPrefix=prefix)
        for key in asked_ids(world):
            yield get("/oai/", verb="GetRecord", metadataPrefix=prefix,
                      identifier=f"oai:concord.invalid:{key}")  # fmt: skip
    yield "worker's file", _worker_file


def _worker_file(world: World, client: Client) -> Any:
    found = []
    for name in LISTS:
        asked = export_ask(
            viewer=world.disclosure_viewer, listing=name, params=QueryDict(), language="en"
        )
        export_run(export_id=asked.id)
        found.append(
            (answer_of(client.get(f"/exports/{asked.id}/")), export_path(asked).read_bytes())
        )
    return found


API_READS: Final = (
    "/training", "/institutions", "/statements", "/sources", "/collaboration", "/library",
    "/coverage",
    "/coverage/{code}", "/summary", "/declarations", "/recommendations", "/vocabulary/{name}",
    "/glossary", "/about", "/waiting", "/export/{kind}", "/readings", "/citing/{source}",
    "/levels", "/groups", "/releases",
)  # fmt: skip
CALLS_NOT_ASKED: Final[frozenset[tuple[str, str]]] = frozenset()
KINDS: Final = (
    "course", "activity", "agreement", "relation", "statement", "workforce", "need", "endorsement",
    "material", "version", "consultation", "comment",
    "source", "network", "institution", "answer", "declaration", "policy",
)  # fmt: skip


def _interface(world: World) -> Iterator[Ask]:
    for path in API_READS:
        for name, values in {"{code}": ["B1", "A1"], "{name}": ["topics"], "{kind}": KINDS,
                             "{source}": [str(SOURCE)]}.items():  # fmt: skip
            if name in path:
                for value in values:
                    yield _call("get", path.replace(name, value))
                break
        else:
            if "{record_id}" not in path:
                yield _call("get", path)
    yield _call("get", f"/releases/{world.release}")
    for word in WORDS:
        for name in ("training", "institutions", "statements", "sources", "collaboration",
                     "library"):  # fmt: skip
            yield _call("get", f"/{name}?{urlencode({'q': word})}")
    for key in asked_ids(world):
        yield _call("get", f"/records/{key}")
        yield _call("get", f"/records/{key}?known_at={THEN}:00")
        yield _call("get", f"/records/{key}/revisions")
        yield _call("get", f"/records/{key}/removals")
        for number in (1, 2):
            yield _call("get", f"/records/{key}/revisions/{number}")
            yield _call("post", f"/records/{key}/revisions/{number}/restore", {"reason": "r"})
        for method in ("put", "patch"):
            yield _call(method, f"/records/{key}", {"content": {"note": None}})
        yield _call("delete", f"/records/{key}?reason=r")
        yield _call("post", f"/records/{key}/publish?dry_run=true", {"level": "state"})
        yield _call("post", f"/records/{key}/publish", {"reason": "r"})
        body = {"kind": "activity", "content": {
            "titles": {"original": "en", "text": {"en": "x"}}, "activity_kind": "workshop",
            "course": str(key)}}  # fmt: skip
        yield _call("post", "/records?dry_run=true", body)
        yield _call("post", "/batches?dry_run=true", {"records": [body]})


def _call(method: str, path: str, body: object = None) -> Ask:
    address = f"/api{path}"

    def ask(world: World, _client: Client) -> Any:
        client = Client(raise_request_exception=False)
        headers = {"Authorization": f"Bearer {world.token}"} if world.viewer != "anyone" else {}
        if method in {"put", "patch", "delete"}:
            headers["If-Match"] = '"x"'
        response = getattr(client, method)(
            address, body, content_type="application/json", headers=headers
        ) if body is not None else getattr(client, method)(address, headers=headers)  # fmt: skip
        return answer_of(response)

    return f"{method.upper()} {address}", ask


COMMANDS: Final = ("institutions", "show", "export", "coverage", "policy", "study", "conflicts")


def _commands(world: World) -> Iterator[Ask]:
    yield _run("institutions")
    for cut in ("all", "brief"):
        yield _run("coverage", "--cut", cut, "--json")
    for kind in KINDS:
        yield _run("export", kind)
    for key in (OWNER, MEMBER):
        yield _run("policy", str(key))
        yield _run("conflicts", str(key))
    for key in asked_ids(world):
        yield _run("show", str(key))


def _run(*words: str) -> Ask:
    def ask(_world: World, _client: Client) -> Any:
        result = CliRunner().invoke(app, words)
        return result.exit_code, result.output, type(result.exception).__name__

    return f"concord {' '.join(words)}", ask


def _selectors() -> Iterator[Ask]:
    def happened(world: World, _client: Client) -> Any:
        """What a web hook of the viewer's would carry."""
        return [
            (h.record_id, h.is_removed, h.revision_number)
            for h in happenings_after(viewer=world.disclosure_viewer, number=0).seen
        ]

    yield "web hooks", happened


def _desk(world: World) -> Iterator[Ask]:
    yield "studies", _study
    for name in ("desk", "proposals", "my_proposals", "questions", "declaring", "affirming",
                 "readers", "members", "tokens", "workbook", "upload_new", "duplicates", "own_releases",
                 "decided", "warnings_decided", "feeds", "feed_new", "hooks", "purges", "records_removed", "record_choose",
                 "notices", "me", "own_embedding", "publish", "policy_edit", "groups",
                 "over"):  # fmt: skip
        yield _page(name)
    yield _page("record_new", "courses")
    yield _page("record_new", "activities")
    yield "uploads", _upload
    yield "duplicates", _duplicates
    yield "notices and mail", _told
    for key in asked_ids(world):
        yield _page("publish", id=str(key))
        yield post(reverse("publish"), {"id": str(key)})
        yield post(reverse("take_over"), {"id": str(key)})
        yield _page("purge_ask", key)
        yield _page("merge", fixed("own"), key)
        yield post(reverse("duplicate_decide"), {
            "one": str(fixed("own")), "two": str(key), "answer": "different"})  # fmt: skip


def _study(world: World, _client: Client) -> Any:
    studies_run(viewer=world.disclosure_viewer)
    return None


ROWS: Final = "\n".join(
    ["Title,When,Country,Topics"]
    + [f"{word} workshop,2024-05,Japan,A1" for word in (OPEN, IN_A, IN_B)]
    + [f"{word} course,,," for word in (OPEN, IN_A, IN_B)]
)


def _upload(_world: World, client: Client) -> Any:
    """Rows that are like what is shown and like what is hidden: the nearest known are told."""
    found = [answer_of(client.post("/desk/uploads/new/", {"text": ROWS}))]
    address = dict(found[0][1]).get("Location", "")
    while address and len(found) < 4:
        page = answer_of(client.get(address))
        found.append(page)
        address = dict(page[1]).get("Location", "")
    return found


def _duplicates(_world: World, client: Client) -> Any:
    count = duplicates_find(institution=MEMBER)
    return count, answer_of(client.get("/desk/duplicates/?all=1"))


def _told(_world: World, client: Client) -> Any:
    news_tell()
    sent = notices_digest()
    mails = [(m.subject, re.sub(r"Message-ID.*", "", str(m.message()))) for m in mail.outbox]
    return sent, mails, answer_of(client.get("/me/notices/"))


OWN: Final = "shows what the viewer's own institution made, through selectors covered elsewhere"
NOT_ASKED: Final[Mapping[str, str]] = {
    "arriving": "of a file that one sends oneself", "arriving_new": "of a file that one sends oneself",
    "own_release": OWN, "network_release": OWN, "network_releases": OWN,
    "oai": "asked by verbs",
    "list_csv": "asked by address", "list_json": "asked by address",
    "list_jsonld": "asked by address", "list_xlsx": "asked by address",
    "list_news": "asked by address", "training_ics": "asked by address",
    "export_new": "the worker's file", "export": "the worker's file",
    "export_file": "the worker's file", "upload": "follows an upload",
    "upload_columns": "follows an upload", "upload_words": "follows an upload",
    "upload_marked": OWN, "upload_decide": OWN, "proposal": OWN, "proposal_amend": OWN,
    "proposal_withdraw": OWN, "round": "says what a coordinator asked, and public declarations",
    "join": "of an invitation", "mail_stop": "of a person", "erase": "of a person",
    "notice": "leads on to its page", "choose": "of a person", "waiting": OWN,
    "network": "reads as the public", "network_round_new": "reads as the public",
    "network_round": "reads as the public", "duplicate_undo": OWN, "feed": OWN, "feed_do": OWN,
    "feed_settings": OWN, "feed_items": OWN, "feed_decide": OWN, "feed_item": OWN, "feed_run": OWN,
    "purge": "for those who may approve it", "hook": OWN, "network_members": "for coordinators; counts only what they see",
    "state_members": "for contact points; counts only what they see",
    "network_warnings": "for coordinators: what they decided on in rounds",
    "clearing": "of a contact point: what waits for it alone",
    "state_openings": "of a contact point: what it did itself", "study_run_do": "of a run of one's own",
}  # fmt: skip
"""Addresses that are asked in another way, or give out nothing of others; with the reason."""
COMMANDS_NOT_ASKED: Final[Mapping[str, str]] = {
    "report": "the pages of reports give the same",
    "release": "the operator's", "attack": "the operator's",
    "init": "the operator's", "invite": "the operator's", "load": "the operator's",
    "template": "an institution's own workbook", "translations": "of the software",
    "docs": "of the software", "synth": "writes what it makes up", "check": "the operator's",
    "feeds": "the operator's", "serve": "starts", "start": "starts",
    "member": "the operator's", "purge": "the operator's",
    "key": "the operator's", "verify": "reads a file of the caller's and no record",
}  # fmt: skip
