"""Two worlds that differ in what is hidden from a viewer, and in nothing else.

A world is built through the services from a list of steps, with seeded ids, secrets and clock. What
is hidden says one thing in world A and another, or nothing, in world B.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import random
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from unittest import mock
from uuid import UUID

from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from files import docx
from making import Maker, text
from releasing import Centres, released

from concord.accounts.models import Person, Role
from concord.accounts.selectors import Acting, acting_for
from concord.accounts.services import invitation_make, person_join, token_make
from concord.core.disclosure import (
    ANYONE,
    Actor,
    Level,
    Viewer,
    network_audience,
    state_audience,
)
from concord.library.services import version_upload
from concord.record.audiences import viewer_as
from concord.record.following import forget
from concord.record.members import group_found, member_admit
from concord.record.models import Record
from concord.record.publishing import Levels, records_share
from concord.record.services import Draft, content_parse, record_remove, revision_write
from concord.studies.releasing import OPERATOR

BEGIN: Final = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
OPEN, IN_A, IN_B = "Osprey", "Kestrel", "Marten"
"""Words of what is shown, and of what is hidden in each world."""
WORLDS: Final = ("A", "B")
HIDDEN_FROM: Final[Mapping[str, Sequence[str]]] = {
    "anyone": ("institution", "state", "group", "network"),
    "member": ("institution", "state", "group"),
}
"""The levels of the owner's that a viewer is not in."""


def fixed(name: str) -> UUID:
    """The same id for the same name in every world."""
    return uuid.uuid5(uuid.NAMESPACE_URL, name)


OWNER, MEMBER, THIRD, COMPILER = (fixed(n) for n in ("owner", "member", "third", "compiler"))
NETWORK, SOURCE, DRAFT = fixed("network"), fixed("source"), fixed("draft")


def _party(institution: UUID) -> dict[str, str]:
    return {"institution": str(institution)}


Choice = tuple[Any, Any, Any]
"""What a field says openly, hidden in world A, and hidden in world B; None is nothing."""


def _said(words: str) -> Choice:
    return tuple(text(f"{word} {words}") for word in (OPEN, IN_A, IN_B))  # type: ignore[return-value]


_NOTE = _said("remarks")
FIELDS: Final[Mapping[str, Mapping[str, Choice]]] = {
    "course": {
        "titles": _said("course"),
        "topics": (["B1"], ["A1"], ["A2", "A3"]),
        "roles": (["R02"], ["R03"], ["R04"]),
        "reach": (["domestic"], ["regional"], []),
        "level": ("basic", "advanced", None),
        "languages": (["en"], ["ja"], ["ko"]),
        "length_hours": (8, 16, None),
        "objectives": _said("objectives"),
        "note": _NOTE,
    },
    "activity": {
        "titles": _said("workshop"),
        "activity_kind": ("workshop", "seminar", "exercise"),
        "when": ("2025-03", "2024-05", "2026-07"),
        "stage": ("done", "planned", "cancelled"),
        "parties": (
            [{"party": _party(OWNER), "part": "host"}],
            [
                {"party": _party(OWNER), "part": "host"},
                {"party": _party(MEMBER), "part": "participant"},
            ],
            [
                {"party": _party(OWNER), "part": "host"},
                {"party": _party(THIRD), "part": "lecturer"},
            ],
        ),
        "topics": (["B1"], ["A1"], ["A2", "A3"]),
        "roles": (["R02"], ["R03"], []),
        "country": ("JP", "CN", None),
        "days": (None, "2024-05-04", "2026-07-06"),
        "town": ("Mito", "Kyoto", None),
        "is_online": (False, True, True),
        "participation": (
            [{"count": 10}],
            [{"count": 70, "country": "CN"}, {"count": 5, "country": "JP", "breakdown": "x"}],
            [],
        ),
        "nomination": (None, {"apply_by": "2026-12", "seats": 12}, None),
        "note": _NOTE,
    },
    "agreement": {
        "titles": _said("memorandum"),
        "agreement_kind": ("memorandum", "contract", "arrangement"),
        "parties": (
            [_party(OWNER), {"state": "KR"}],
            [_party(OWNER), _party(MEMBER)],
            [_party(OWNER), _party(THIRD)],
        ),
        "when": ("2020", "2021", None),
        "stage": ("done", "planned", "lapsed"),
        "note": _NOTE,
    },
    "relation": {
        "text": _said("exchange"),
        "relation_kind": ("seminar", "exercise", "peer_review"),
        "parties": (
            [_party(OWNER), {"state": "KR"}],
            [_party(OWNER), _party(MEMBER)],
            [_party(OWNER), _party(THIRD)],
        ),
        "when": ("2020", "2021", None),
        "stage": ("done", "planned", "lapsed"),
        "note": _NOTE,
    },
    "statement": {
        "subject": (_party(OWNER), _party(MEMBER), {"state": "CN"}),
        "group": ("trained", "offers", "capacity"),
        "measure": ("people trained", "rooms", "courses"),
        "text": _said("figure"),
        "qualifier": ("about", "over", None),
        "when": ("2020", "2021", None),
        "topics": (["B1"], ["A1"], []),
        "note": _NOTE,
    },
    "workforce": {
        "text": _said("people"),
        "subject": ({"state": "JP"}, {"state": "CN"}, {"state": "KR"}),
        "role": ("R02", "R03", None),
        "note": _NOTE,
    },
    "need": {
        "text": _said("need"),
        "subject": ({"state": "JP"}, {"state": "CN"}, {"state": "KR"}),
        "topic": ("B1", "A1", None),
        "note": _NOTE,
    },
    "endorsement": {
        "text": _said("check"),
        "provider": (_party(OWNER), _party(MEMBER), _party(THIRD)),
        "guidance": ("NSS 13", "NSS 20", None),
        "note": _NOTE,
    },
    "material": {
        "titles": _said("slides"),
        "material_kind": ("slides", "exam", "case"),
        "whose_copy": (None, "trainers", "participants"),
        "summary": _said("summary"),
        "makers": ([_party(OWNER)], [_party(OWNER), _party(MEMBER)], []),
        "level": ("basic", "advanced", None),
        "languages": (["en"], ["ja"], ["ko"]),
        "licence": (None, "CC-BY-4.0", "MIT"),
        "topics": (["B1"], ["A1"], ["A2", "A3"]),
        "roles": (["R02"], ["R03"], []),
        "publications": (["13"], ["20"], []),
        "note": _NOTE,
    },
    "consultation": {
        "titles": _said("draft"),
        "number": ("NST001", "NST002", None),
        "publisher": ("Osprey House", "Kestrel House", None),
        "closes": ("2027", "2024", None),
        "revises": (None, "13", "20"),
        "topics": (["B1"], ["A1"], ["A2", "A3"]),
        "note": _NOTE,
    },
    "comment": {
        "text": _said("comment"),
        "paragraph": ("3.1", "3.2", "9.9"),
        "comment_kind": ("technical", "editorial", "training"),
        "proposed": _said("words"),
        "note": _NOTE,
    },
    "source": {
        "titles": _said("report"),
        "publisher": ("Osprey House", "Kestrel House", None),
        "url": ("https://osprey.example/", "https://kestrel.example/", None),
        "note": _NOTE,
    },
    "network": {
        "purpose": _said("purpose"),
        "website": ("https://osprey.example/", "https://kestrel.example/", None),
        "note": _NOTE,
    },
}
"""Of each kind the fields that can be hidden, and what they say."""
ALWAYS: Final[Mapping[str, Mapping[str, Any]]] = {
    "course": {"providers": [str(OWNER)]},
    "workforce": {"low": 10, "high": 20},
    "need": {"low": 10, "high": 20},
    "endorsement": {"body": {"state": "JP"}},
    "consultation": {"paragraphs": [{"number": "3.1"}, {"number": "3.2"}]},
    "comment": {"about": str(DRAFT)},
    "network": {"names": [{"name": "Ring of ospreys", "language": "en"}]},
}


@dataclass(frozen=True)
class Step:
    """One record is written, changed or removed by its owner."""

    record: str
    kind: str
    level: str = "public"
    hidden: tuple[str, ...] = ()
    hidden_level: str = "institution"
    only_in: str = "AB"
    """In which worlds it happens at all: another than both where it leaves no trace for others."""
    removes: bool = False
    swaps: bool = False
    """What is hidden says in each world what it said in the other: a change of what is hidden."""

    @property
    def id(self) -> UUID:
        """The record's id."""
        return fixed(self.record)


@dataclass
class World:
    """A world as it stands, to be asked."""

    name: str
    viewer: str
    named: tuple[str, ...] = ()
    """Records that either world has."""
    ids: dict[str, UUID] = field(default_factory=dict)
    group: UUID | None = None
    person: Person | None = None
    token: str = ""
    release: UUID | None = None
    """A release of protected totals, the same in both worlds."""

    @property
    def disclosure_viewer(self) -> Viewer:
        """The viewer, as selectors take it."""
        return ANYONE if self.viewer == "anyone" else viewer_as(MEMBER)


class Chance:
    """Where all random bytes come from."""

    def __init__(self, seed: object) -> None:
        self.seed(seed)

    def seed(self, seed: object) -> None:
        self._random = random.Random(str(seed))  # noqa: S311 - that it repeats is what it is for

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)


class Clock:
    """The time that everything takes from ``timezone.now``."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> dt.datetime:
        return self.now

    def seconds(self) -> float:
        """The same in seconds since 1970."""
        return self.now.timestamp()


@contextmanager
def seeded(chance: Chance, clock: Clock) -> Iterator[None]:
    """Random bytes and time from these two, wherever they are asked for."""
    with (
        mock.patch.object(os, "urandom", chance.bytes),
        mock.patch.object(random, "_urandom", chance.bytes),
        mock.patch.object(timezone, "now", clock),
        mock.patch("time.time", clock.seconds),
    ):
        yield


def build(world: World, steps: Sequence[Step], chance: Chance, clock: Clock) -> None:
    """Write a world through the services."""
    _people(world)
    for number, step in enumerate(steps):
        clock.now = BEGIN + dt.timedelta(hours=number + 1)
        chance.seed(f"step {number}")
        if world.name in step.only_in:
            _write(world, step)
    clock.now = BEGIN + dt.timedelta(days=1)


def _people(world: World) -> None:
    make = Maker()
    make.owner = COMPILER
    names = {COMPILER: "Compiler", OWNER: "Owning Centre", MEMBER: "Member Centre",
             THIRD: "Third Centre"}  # fmt: skip
    for key, name in names.items():
        kinds = ["compiler"] if key == COMPILER else ["coe"]
        state = {OWNER: "JP", MEMBER: "KR", THIRD: "KR"}.get(key)
        more = {"state": state} if state else {}
        content = make.institution(name, kinds=kinds, **more)
        actor = Actor(key, may_publish=True)
        draft = Draft(content, key, Level.PUBLIC)
        revision_write(actor=actor, draft=draft, via="test")
        if state:
            member_admit(audience=state_audience(state), institution=key)
    centres = Centres(make)
    centres.all_ran(10, topic="B1")
    world.release = released(OPERATOR, "topic_group").id
    network = content_parse(kind="network", data={"names": [{"name": "Net", "language": "en"}]})
    actor = Actor(COMPILER, may_publish=True)
    revision_write(actor=actor, draft=Draft(network, NETWORK, Level.PUBLIC), via="test")
    source = content_parse(kind="source", data={"titles": text("A source")})
    revision_write(actor=actor, draft=Draft(source, SOURCE, Level.PUBLIC), via="test")
    paragraphs = [{"number": "3.1"}, {"number": "3.2"}]
    open_draft = content_parse(
        kind="consultation", data={"titles": text("A draft"), "paragraphs": paragraphs}
    )
    revision_write(actor=actor, draft=Draft(open_draft, DRAFT, Level.PUBLIC), via="test")
    for key in (OWNER, MEMBER):
        member_admit(audience=network_audience(NETWORK), institution=key)
    world.group = group_found(actor=Actor(OWNER), name="Two of us", institutions=[THIRD])
    _made, secret = invitation_make(role=Role.MANAGER, institution=MEMBER)
    world.person = person_join(
        secret=secret, email="mia@example.org", name="Mia", password="a horse eats seven apples",
        language="en",
    )  # fmt: skip
    acting = acting_for(person=world.person, institution=MEMBER)
    _token, world.token = token_make(acting=acting, role=Role.PUBLISHER, name="program")
    own = content_parse(
        kind="course",
        data={"titles": text("Course of the member"), "providers": [str(MEMBER)]},
    )
    member = Actor(MEMBER, world.person.id, may_publish=True)
    for name, level in (("own", Level.INSTITUTION), ("own public", Level.PUBLIC)):
        revision_write(actor=member, draft=Draft(own, fixed(name), level), via="form")
    world.ids |= {"own": fixed("own"), "own public": fixed("own public"), "owner": OWNER,
                  "network": NETWORK, "source": SOURCE}  # fmt: skip


def _level(world: World, name: str) -> Level:
    if name == "network":
        return Level.network(NETWORK)
    if name == "group":
        assert world.group
        return Level.group(world.group)
    return Level.parse(name)


def _bring(world: World, step: Step) -> None:
    """A version of the open material, whose file says what is hidden or open in it."""
    is_hidden = step.level in HIDDEN_FROM[world.viewer] or "file" in step.hidden
    words = (OPEN, IN_A, IN_B)[1 + (WORLDS.index(world.name) ^ step.swaps) if is_hidden else 0]
    acting = Acting(OWNER, OWNER, Role.PUBLISHER)
    with mock.patch("concord.library.services.uuid4", return_value=step.id):
        version_upload(
            acting=acting, viewer=viewer_as(OWNER), material_id=fixed("material open"),
            file_name="plan.docx", data=docx(f"{words} lesson"), said={"name": step.record},
        )  # fmt: skip
    fields = dict.fromkeys(step.hidden, _level(world, step.hidden_level))
    levels = Levels(_level(world, step.level), fields)
    records_share(actor=acting.require(Role.PUBLISHER), levels={step.id: levels})


def _write(world: World, step: Step) -> None:
    if step.kind == "version":
        _bring(world, step)
        return
    actor = Actor(OWNER, may_publish=True)
    record = Record.objects.filter(id=step.id, is_removed=False).first()
    if step.removes:
        if record is not None:
            record_remove(actor=actor, record_id=step.id, via="test", reason="gone")
        return
    is_hidden_whole = step.level in HIDDEN_FROM[world.viewer]
    place = 1 + (WORLDS.index(world.name) ^ step.swaps)
    data: dict[str, Any] = dict(ALWAYS.get(step.kind, {}))
    for name, choice in FIELDS[step.kind].items():
        value = choice[place if is_hidden_whole or name in step.hidden else 0]
        if value is not None:
            data[name] = value
    hidden = _level(world, step.hidden_level)
    draft = Draft(
        content_parse(kind=step.kind, data=data),
        step.id,
        _level(world, step.level),
        dict.fromkeys(step.hidden, hidden),
    )
    revision_write(actor=actor, draft=draft, via="form", reason=f"said of {step.record}")


@dataclass(frozen=True)
class Seen:
    """What there is to observe of one thing asked."""

    what: str
    answer: Any
    queries: int


Ask = tuple[str, Callable[[World, Client], Any]]


@contextmanager
def in_world(
    name: str, viewer: str, steps: Sequence[Step]
) -> Iterator[tuple[World, Chance, Clock]]:
    """A world, there as long as this lasts."""
    chance, clock = Chance("people"), Clock()
    with transaction.atomic(), seeded(chance, clock):
        forget()
        cache.clear()
        mail.outbox = []
        world = World(name, viewer, tuple(dict.fromkeys(step.record for step in steps)))
        build(world, steps, chance, clock)
        yield world, chance, clock
        transaction.set_rollback(True)
    forget()
    cache.clear()


def observe(
    name: str, viewer: str, steps: Sequence[Step], asks: Callable[[World], list[Ask]]
) -> list[Seen]:
    """Everything that ``asks`` brings to light in a world."""
    found: list[Seen] = []
    with in_world(name, viewer, steps) as (world, chance, _clock):
        for what, ask in asks(world):
            chance.seed(what)
            connection.queries_log.clear()
            client = _client(world)
            log = _Log()
            logging.getLogger().addHandler(log)
            try:
                with CaptureQueriesContext(connection) as queries:
                    answer = ask(world, client)
            finally:
                logging.getLogger().removeHandler(log)
            found.append(Seen(what, (answer, tuple(log.lines)), len(queries)))
    return found


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.getMessage()}")


def _client(world: World) -> Client:
    client = Client(raise_request_exception=False)
    if world.viewer != "anyone":
        client.force_login(world.person)
    return client
