"""The gate against sensitive content: no service writes past it, and it keeps no text."""

from __future__ import annotations

import logging
import uuid
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from making import Maker, text
from passages import KINDS, LANGUAGES, SENSITIVE, passages

from concord.core.disclosure import PUBLIC, Actor, Clearance, Level
from concord.record.models import Record, Revision, SensitiveDecision, Waiting
from concord.record.publishing import (
    gate_set,
    records_publish,
    revisions_write_or_hold,
    waiting_clear,
    waiting_publish,
)
from concord.record.sensitive import (
    SensitiveContentError,
    UnconfirmedContentError,
    confirming,
    decisions_of,
    findings,
    rules_faults,
    warnings_confirm,
    warnings_open,
)
from concord.record.services import (
    Draft,
    content_parse,
    record_remove,
    records_take_over,
    revisions_write,
)

pytestmark = pytest.mark.django_db

PROVIDER = uuid.UUID("6c9e7a52-3a0e-4b44-9d54-0b6f5a1f3c11")
GUARDS = "Twelve armed guards protect the Northmoor Research Reactor; they change at 06:00."
MARKED = "SECRET\nAnnex B of the plan"
PERSON = "Questions go to jane.doe@mail.example until the course begins."
HARMLESS = "Seventy guards of power plants were trained in three courses."


def course(note: str, title: str = "Guarding in general") -> dict[str, object]:
    return {"titles": text(title), "providers": [str(PROVIDER)], "note": text(note)}


def draft(note: str, level: Level | None = None, **more: object) -> Draft:
    return Draft(content_parse(kind="course", data=course(note)), level=level, **more)


def write(actor: Actor, *drafts: Draft) -> list[uuid.UUID]:
    return revisions_write(actor=actor, drafts=list(drafts), via="test")


@pytest.fixture
def actor(make: Maker) -> Actor:
    make.write(make.institution("Provider"), record_id=PROVIDER)
    centre = make.write(make.institution("Centre"))
    return Actor(centre, uuid.uuid4(), may_publish=True)


def confirm(actor: Actor, note: str) -> int:
    return warnings_confirm(actor=actor, record_id=None, found=findings("course", course(note)))


@pytest.mark.parametrize("note", [GUARDS, MARKED])
@pytest.mark.parametrize("level", [None, Level.PUBLIC])
def test_what_is_stopped_is_written_nowhere(actor: Actor, note: str, level: Level | None) -> None:
    before = Revision.objects.count()
    with pytest.raises(SensitiveContentError) as error:
        write(actor, draft(HARMLESS), draft(note, level))
    assert Revision.objects.count() == before
    (name,) = error.value.fields
    assert name.endswith(": note")


@pytest.mark.parametrize("note", [GUARDS, MARKED])
def test_what_is_stopped_cannot_be_confirmed_away(actor: Actor, note: str) -> None:
    assert confirm(actor, note) == 0
    with pytest.raises(SensitiveContentError):
        write(actor, draft(note))


def test_harmless_text_passes(actor: Actor) -> None:
    (key,) = write(actor, draft(HARMLESS, Level.PUBLIC))
    assert Record.objects.get(id=key).audience == PUBLIC


def test_a_warning_is_no_hindrance_inside_and_one_outside(actor: Actor) -> None:
    (key,) = write(actor, draft(PERSON))
    with pytest.raises(UnconfirmedContentError):
        records_publish(actor=actor, ids=[key])
    assert confirm(actor, PERSON) == 1
    records_publish(actor=actor, ids=[key])
    assert Record.objects.get(id=key).audience == PUBLIC


def test_a_decision_is_for_its_text_and_its_institution(actor: Actor, make: Maker) -> None:
    confirm(actor, PERSON)
    write(actor, draft(PERSON, Level.PUBLIC))
    with pytest.raises(UnconfirmedContentError):
        write(actor, draft(PERSON.replace("jane", "joan"), Level.PUBLIC))
    other = Actor(make.write(make.institution("Other")), may_publish=True)
    with pytest.raises(UnconfirmedContentError):
        write(other, draft(PERSON, Level.PUBLIC))


def test_a_decision_says_who_when_where_and_never_what(actor: Actor) -> None:
    confirm(actor, PERSON)
    confirm(actor, PERSON)
    (row,) = decisions_of(institution=actor.institution)
    assert (row.institution, row.person) == (actor.institution, actor.person)
    assert (row.field, row.rule) == ("note", "personal.mailbox")
    kept = " ".join(str(value) for value in vars(row).values())
    assert not any(word in kept for word in ("jane", "doe", "mail.example", "Questions"))
    assert SensitiveDecision.objects.count() == 1


def test_a_change_elsewhere_is_not_held_up_by_what_stood_before(actor: Actor) -> None:
    (key,) = write(actor, draft(HARMLESS))
    record = Record.objects.get(id=key)
    from concord.record.guard import service

    with service():  # as from before there was a rule for it
        Record.objects.filter(id=key).update(content={**record.content, "note": text(GUARDS)})
    again = content_parse(kind="course", data=course(GUARDS, title="Guarding, revised"))
    write(actor, Draft(again, key))
    with pytest.raises(SensitiveContentError):
        records_publish(actor=actor, ids=[key])


def test_what_waits_was_held_to_the_gate(actor: Actor) -> None:
    editor = Actor(actor.institution, uuid.uuid4())
    with pytest.raises(SensitiveContentError):
        revisions_write_or_hold(actor=editor, drafts=[draft(GUARDS, Level.PUBLIC)], via="test")
    done = revisions_write_or_hold(actor=editor, drafts=[draft(PERSON, Level.PUBLIC)], via="test")
    assert len(done.waiting) == 1
    (row,) = Waiting.objects.all()
    with pytest.raises(UnconfirmedContentError):
        waiting_publish(actor=actor, ids=[row.id])
    confirm(actor, PERSON)
    assert len(waiting_publish(actor=actor, ids=[row.id]).written) == 1


def test_what_goes_to_a_contact_point_was_decided_on_before(actor: Actor) -> None:
    gate_set(institution=actor.institution, state="KR", beyond="institution")
    with pytest.raises(UnconfirmedContentError):
        revisions_write_or_hold(actor=actor, drafts=[draft(PERSON, Level.PUBLIC)], via="test")
    confirm(actor, PERSON)
    revisions_write_or_hold(actor=actor, drafts=[draft(PERSON, Level.PUBLIC)], via="test")
    (row,) = Waiting.objects.all()
    assert waiting_clear(clearance=Clearance("KR", uuid.uuid4()), ids=[row.id]) == 1


def test_taking_over_is_held_to_the_gate(actor: Actor, make: Maker) -> None:
    key = make.put("course", **course(HARMLESS))
    record = Record.objects.get(id=key)
    from concord.record.guard import service

    with service():
        Record.objects.filter(id=key).update(content={**record.content, "note": text(GUARDS)})
    with pytest.raises(SensitiveContentError):
        records_take_over(actor=actor, ids=[key])


def test_log_and_errors_name_rule_and_field_and_never_the_text(
    actor: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    for kind in KINDS:
        for language in LANGUAGES:
            for passage in passages(kind, language):
                if passage.section != SENSITIVE:
                    continue
                marked = f"{passage.text}\nQuetzalwort"
                try:
                    write(actor, draft(marked, Level.PUBLIC))
                except (SensitiveContentError, UnconfirmedContentError) as error:
                    told += f"{error.detail} {error.fields}\n"
                confirm(actor, marked)
    own = "\n".join(r.getMessage() for r in caplog.records if r.name == "concord.sensitive")
    assert "guards.times" in own
    assert "field note" in own
    assert "personal.mailbox" in own
    everything = told + "\n".join(
        record.getMessage() for record in caplog.records if "django.db" not in record.name
    )
    assert "Quetzalwort" not in everything


def test_findings_name_field_and_rule_with_reason_guidance_and_mending() -> None:
    found = findings("course", {**course(f"{GUARDS} {PERSON}"), "language": "en"})
    assert {one.field for one in found} == {"note"}
    assert [one.is_warning for one in found] == sorted(one.is_warning for one in found)
    first = found[0]
    assert "guards.times" in first.said
    assert "23-G" in first.said
    assert "Leave out how many guard" in first.said


def test_nothing_is_found_in_ids_codes_and_days() -> None:
    content = {"id": str(uuid.uuid4()), "when": "2014-05", "kind": "secret", "topics": ["G1"]}
    assert findings("activity", content) == []


def test_warnings_are_open_until_decided_on(actor: Actor) -> None:
    found = findings("course", course(PERSON))
    assert warnings_open(institution=actor.institution, found=found) == found
    confirm(actor, PERSON)
    assert warnings_open(institution=actor.institution, found=found) == []


def test_an_operator_extends_the_rules_by_a_file(
    actor: Actor, settings: object, tmp_path: Path
) -> None:
    own = tmp_path / "rules.toml"
    own.write_text(
        '[classes.heron]\nany = "project heron"\n[rules."our.heron"]\nkind = "layout"\n'
        'effect = "stop"\nneeds = ["heron"]\nreason = "A code name."\nreference = "Rule 7"\n'
        '[switch]\n"guards.times" = "off"\n"guards.numbers" = "off"\n"guards.seen" = "off"\n',
        encoding="utf-8",
    )
    settings.CONCORD_SENSITIVE_RULES = str(own)
    assert rules_faults() == []
    with pytest.raises(SensitiveContentError) as error:
        write(actor, draft("Notes of Project Heron"))
    assert "A code name." in str(error.value.fields)
    write(actor, draft(GUARDS))


def test_a_faulty_file_closes_the_gate_and_is_explained(
    actor: Actor, settings: object, tmp_path: Path
) -> None:
    own = tmp_path / "rules.toml"
    settings.CONCORD_SENSITIVE_RULES = str(own)
    for words, expected in (
        (None, "cannot be read"),
        ("[switch", "is not TOML"),
        ('[switch]\n"guards.time" = "off"', "nearest known: guards.times"),
        ('[switch]\n"marking.said" = "off"', "cannot be switched"),
    ):
        if words is not None:
            own.write_text(words, encoding="utf-8")
        (fault,) = rules_faults()
        assert expected in fault.what
        assert str(own) in fault.where
        with pytest.raises(ImproperlyConfigured):
            write(actor, draft(HARMLESS))


def test_the_reason_of_a_change_is_held_to_the_gate(actor: Actor) -> None:
    with pytest.raises(SensitiveContentError) as error:
        revisions_write(actor=actor, drafts=[draft(HARMLESS)], via="test", reason=GUARDS)
    assert set(error.value.fields) == {"reason"}
    (key,) = write(actor, draft(HARMLESS))
    with pytest.raises(SensitiveContentError):
        record_remove(actor=actor, record_id=key, via="test", reason=MARKED)
    with pytest.raises(UnconfirmedContentError):
        record_remove(actor=actor, record_id=key, via="test", reason=PERSON)
    with confirming(every=True, person=actor.person):
        record_remove(actor=actor, record_id=key, via="test", reason=PERSON)
    assert Record.objects.get(id=key).is_removed
