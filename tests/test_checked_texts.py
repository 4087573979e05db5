"""The content check looks at every text that others will read; no table holds one unspoken for."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from files import packed
from making import Maker, text
from people import centre_of
from releasing import Centres, released
from rooms import Room

from concord.accounts.models import Mandate, Person, Proposal, Role, Round, Wording
from concord.accounts.rounds import round_make
from concord.accounts.selectors import Coordinating
from concord.core.disclosure import Actor, Clearance, Level, member_of
from concord.exchange.proposals import proposal_decline, proposal_make
from concord.library.services import version_upload
from concord.record.affirming import records_affirm
from concord.record.members import group_found
from concord.record.models import Group, SensitiveDecision, Waiting
from concord.record.publishing import (
    gate_set,
    revisions_write_or_hold,
    waiting_return,
)
from concord.record.selectors import record_get
from concord.record.sensitive import (
    SensitiveContentError,
    UnconfirmedContentError,
    confirming,
    decisions_of,
)
from concord.record.services import Draft, content_parse, record_remove, revision_write
from concord.studies.releasing import OPERATOR, release_withdraw

GUARDS = "Twelve armed guards protect the Northmoor Research Reactor; they change at 06:00."
PERSON = "Questions go to jane.doe@mail.example until the course begins."

CODES = {
    "record.Told": {"circle"},
    "record.Record": {"kind", "audience", "audiences", "seen"},
    "record.Member": {"audience"},
    "record.Access": {"reader"},
    "record.Gate": {"state"},
    "record.Waiting": {"kind", "level", "field_levels", "state", "via"},
    "record.Revision": {"audience", "audiences", "cleared_state", "via", "seen"},
    "record.Purge": {"kind", "field", "settled_for", "counts"},
    "record.SensitiveDecision": {"field", "rule", "rules", "mark"},
    "accounts.Person": {"password", "language"},
    "accounts.Mandate": {"state"},
    "accounts.Invitation": {"state", "digest"},
    "accounts.Token": {"digest", "beginning"},
    "accounts.TokenUse": {"address", "program"},
    "accounts.Notice": {"address"},
    "accounts.Proposal": {"kind", "language"},
    "accounts.Round": {"language", "period"},
    "exchange.Merge": {"revisions"},
    "exchange.LikelyPair": {"kind"},
    "exchange.Export": {"listing", "params", "language", "audiences"},
    "exchange.FeedRaw": {"digest"},
    "exchange.FeedEntry": {"digest_of_key", "kind", "when", "record_kind", "status", "digest"},
    "exchange.FeedRun": {"counts"},
    "exchange.Hook": {"salt", "watches", "kinds"},
    "exchange.Upload": {"digest", "language", "mapping", "counts", "written"},
    "exchange.Batch": {"counts"},
    "library.StoredFile": {"digest", "media_type"},
    "studies.KeptResult": {"study", "question", "inputs", "audiences"},
    "studies.StudyRun": {"study", "question", "asked", "audiences", "fault"},
    "studies.Opening": {"state", "audience"},
    "studies.Release": {
        "measure", "stage", "dimensions", "scope", "audience", "rule", "tool", "input_digest",
        "inputs", "after", "refused",
    },
    "api.KeptAnswer": {"token", "key", "request", "headers"},
}  # fmt: skip
"""Codes, digests, addresses and counts: nobody writes a text there."""
INSIDE = {
    "accounts.Person": {"email", "name"},
    "accounts.Invitation": {"note"},
    "accounts.Token": {"name"},
    "exchange.Decision": {"note"},
    "exchange.FeedSource": {"name", "url", "defaults"},
    "exchange.FeedRaw": {"text"},
    "exchange.FeedEntry": {"key", "title", "message", "said", "written"},
    "exchange.FeedRun": {"rows", "faults", "words", "failure"},
    "exchange.Hook": {"url"},
    "exchange.Delivery": {"body", "fault"},
    "exchange.Upload": {"name", "remarks", "fault"},
    "exchange.Batch": {"rows", "drafts"},
    "exchange.Remembered": {"subject", "text", "choice"},
    "library.Arriving": {"name"},
}
"""Read within the institution, or by the person, alone; what comes of them goes through records."""
MADE = {
    "record.Node": {"name"},
    "studies.KeptResult": {"result"},
    "studies.Release": {"figures", "proposed"},
    "api.KeptAnswer": {"body"},
}
"""Made from records that were checked, or the operator's own name."""
CHECKED = {
    "record.Record": {"content"},
    "record.Waiting": {"content", "reason", "returned_because"},
    "record.Revision": {"content", "reason"},
    "record.Group": {"name"},
    "accounts.Proposal": {"base", "content", "reason", "source_text", "locator", "settled_because"},
    "accounts.Round": {"title", "reason", "rules", "wordings"},
    "library.StoredFile": {"text", "about"},
    "studies.Release": {"withdrawn_because"},
}
"""Read by others: each is written below with what must be stopped."""


def test_every_text_that_is_kept_is_spoken_for() -> None:
    held = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        if model.__module__.startswith("concord.")
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not field.choices
    }
    spoken = [
        (m, n) for part in (CODES, INSIDE, MADE, CHECKED) for m, ns in part.items() for n in ns
    ]
    assert held - set(spoken) == set()
    assert set(spoken) - held == set()
    assert len(spoken) == len(set(spoken))


class Ways:
    """Every way in of a text that others read, each taking the text."""

    def __init__(self, make: Maker) -> None:
        self.make = make
        self.centre = centre_of(make, make.institution("Centre", state="JP"))
        self.actor = Actor(self.centre, self.person(Role.MANAGER, institution=self.centre).id, True)
        self.network = make.put("network", names=[{"name": "Net", "language": "en"}])
        coordinator = self.person(Role.COORDINATOR, network=self.network)
        self.coordinating = Coordinating(coordinator.id, self.network)

    def person(self, role: Role, **scope: Any) -> Person:
        made = Person.objects.create_user(f"{uuid.uuid4()}@example.org")
        Mandate.objects.create(person=made, role=role, **scope)
        return made

    def draft(self, note: str = "Plain.", level: Level = Level.PUBLIC) -> Draft:
        data = {"titles": text("Guarding"), "providers": [str(self.centre)], "note": text(note)}
        return Draft(content_parse(kind="course", data=data), level=level)

    def course(self, **more: Any) -> uuid.UUID:
        return revision_write(actor=self.actor, draft=self.draft(**more), via="test")

    def content(self, words: str) -> None:
        self.course(note=words)

    def waiting(self, words: str) -> None:
        editor = Actor(self.centre, self.actor.person)
        revisions_write_or_hold(actor=editor, drafts=[self.draft(words)], via="test")

    def reason(self, words: str) -> None:
        revision_write(actor=self.actor, draft=self.draft(), via="test", reason=words)

    def reason_of_waiting(self, words: str) -> None:
        editor = Actor(self.centre, self.actor.person)
        revisions_write_or_hold(actor=editor, drafts=[self.draft()], via="test", reason=words)

    def reason_of_removing(self, words: str) -> None:
        record_remove(actor=self.actor, record_id=self.course(), via="test", reason=words)

    def reason_of_affirming(self, words: str) -> None:
        records_affirm(actor=self.actor, ids=[self.course()], reason=words)

    def returning(self, words: str) -> None:
        gate_set(institution=self.centre, state="JP", beyond="institution")
        revisions_write_or_hold(actor=self.actor, drafts=[self.draft()], via="test")
        row = Waiting.objects.get()
        waiting_return(state=Clearance("JP", uuid.uuid4()).state, ids=[row.id], reason=words)

    def group(self, words: str) -> None:
        other = self.make.write(self.make.institution("Other"))
        group_found(actor=self.actor, name=words, institutions=[other])

    def asked(self, **texts: Any) -> None:
        today = dt.datetime.now(dt.UTC).date()
        said = {"title": "The year", "reason": "To see.", "rules": "All counts."} | texts
        round_make(
            coordinating=self.coordinating, language="en", period="2026", opens_on=today,
            due_on=today, institutions=[self.centre], **said,
        )  # fmt: skip

    def title_of_round(self, words: str) -> None:
        self.asked(title=words)

    def reason_of_round(self, words: str) -> None:
        self.asked(reason=words)

    def rules_of_round(self, words: str) -> None:
        self.asked(rules=words)

    def another_wording_of_round(self, words: str) -> None:
        self.asked(wordings=[Wording("ja", "The year", words)])

    def text_of_a_file(self, words: str) -> None:
        Room(self.make).bring(words)

    def licence_in_a_package(self, words: str) -> None:
        room = Room(self.make)
        said = {"title": "Quiz", "mainLibrary": "H5P.Quiz", "language": "en", "license": words}
        parts = {"h5p.json": json.dumps(said), "content/content.json": "{}"}
        version_upload(
            acting=room.acting(), viewer=member_of(room.owner), material_id=room.material,
            file_name="quiz.h5p", data=packed(parts), said={"name": "1"},
        )  # fmt: skip

    def withdrawing(self, words: str) -> None:
        Centres(self.make).all_ran(10)
        release = released(OPERATOR, "year")
        release_withdraw(by=OPERATOR, release_id=release.id, reason=words)

    def propose(self, **texts: str) -> Proposal:
        key = self.course()
        record = record_get(viewer=member_of(self.centre), record_id=key)
        said = {"reason": "It moved.", "source": "Report 2025", "locator": "p. 1"} | texts
        wanted = {**record.content, "note": text(said.pop("content", "Moved."))}
        return proposal_make(
            person=self.person(Role.EDITOR, institution=self.network), viewer=member_of(key),
            kind="course", institution=self.centre, record=record, base=record.content,
            wanted=wanted, made_from=1, **said,
        )  # fmt: skip

    def proposing(self, words: str) -> None:
        self.propose(content=words)

    def reason_of_proposal(self, words: str) -> None:
        self.propose(reason=words)

    def source_of_proposal(self, words: str) -> None:
        self.propose(source=words)

    def place_in_source(self, words: str) -> None:
        self.propose(locator=words)

    def answer_to_proposal(self, words: str) -> None:
        person = Person.objects.get(id=self.actor.person)
        proposal_decline(person=person, proposal_id=self.propose().id, answer=words)


BY_MANY: list[Callable[[Ways, str], None]] = [
    Ways.content, Ways.reason, Ways.reason_of_waiting, Ways.reason_of_removing,
    Ways.reason_of_affirming, Ways.group, Ways.title_of_round, Ways.reason_of_round,
    Ways.rules_of_round, Ways.withdrawing, Ways.text_of_a_file, Ways.licence_in_a_package,
]  # fmt: skip
BY_ONE: list[Callable[[Ways, str], None]] = [
    Ways.waiting, Ways.returning, Ways.proposing, Ways.reason_of_proposal,
    Ways.source_of_proposal, Ways.place_in_source, Ways.answer_to_proposal,
]  # fmt: skip
"""Read by one institution or person: a warning asks nobody, for nothing is opened by it."""


@pytest.mark.django_db
@pytest.mark.parametrize("way", [*BY_MANY, *BY_ONE], ids=lambda way: way.__name__)
def test_what_must_be_stopped_comes_in_by_no_way(make: Maker, way: Any) -> None:
    with pytest.raises(SensitiveContentError) as error:
        way(Ways(make), GUARDS)
    assert "guards" in str(error.value.fields)
    assert "Northmoor" not in str(error.value.fields)


@pytest.mark.django_db
@pytest.mark.parametrize("way", BY_MANY, ids=lambda way: way.__name__)
def test_what_is_warned_of_waits_until_somebody_decided(make: Maker, way: Any) -> None:
    ways = Ways(make)
    with pytest.raises(UnconfirmedContentError):
        way(ways, PERSON)


@pytest.mark.django_db
@pytest.mark.parametrize("way", BY_ONE, ids=lambda way: way.__name__)
def test_what_one_institution_reads_is_not_asked_about(make: Maker, way: Any) -> None:
    way(Ways(make), PERSON)
    assert not SensitiveDecision.objects.exists()


@pytest.mark.django_db
def test_a_network_decides_on_the_texts_of_its_rounds(make: Maker) -> None:
    ways = Ways(make)
    with confirming(every=True, person=ways.coordinating.person):
        ways.reason_of_round(PERSON)
    assert Round.objects.get().reason == PERSON
    (row,) = decisions_of(institution=ways.network)
    assert (row.field, row.record, row.person) == ("reason", None, ways.coordinating.person)


@pytest.mark.django_db
def test_a_group_that_was_stopped_is_not_there(make: Maker) -> None:
    with pytest.raises(SensitiveContentError):
        Ways(make).group(GUARDS)
    assert not Group.objects.exists()
