"""The pages of a policy: what everybody reads, and the form that it is said with."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from making import Maker, text
from people import centre_of, join

from concord.accounts.models import Role
from concord.core.disclosure import ANYONE, Actor, Level, network_audience
from concord.record.members import group_found, member_admit
from concord.record.publishing import Levels, records_share
from concord.register.policies import policy_get, policy_put

EDIT = "/desk/policy/"


@pytest.fixture
def centre(make: Maker) -> UUID:
    return centre_of(make, make.institution("Centre", state="JP"))


def read(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def preview(client: Client, **form: str) -> str:
    return client.post(EDIT, {**form, "do": "preview"}).content.decode()


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


def test_where_nothing_is_said_the_page_says_what_then_holds(centre: UUID) -> None:
    page = read(Client(), f"/institutions/{centre}/policy/")
    assert "has not said what it shows to whom" in page
    assert "Publishing then proposes everybody" in page
    assert f"/institutions/{centre}/policy/" in read(Client(), f"/institutions/{centre}/")


def test_what_is_previewed_is_saved_and_read_by_everybody(make: Maker, centre: UUID) -> None:
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    member_admit(audience=network_audience(network), institution=centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    form = {"level-course": "public", "field-course-length_hours": f"network:{network}",
            "level-need": "institution", "exists-need": "1", "totals-need": "1",
            "statement-en": "Open where it harms nobody.", "made_from": "0"}  # fmt: skip
    page = preview(ann, **form)
    assert "Courses, but for: Hours" in page
    assert policy_get(viewer=ANYONE, institution=centre) is None
    changed = {**form, "level-need": "public", "do": "save", "seen": seen(page)}
    assert ann.post(EDIT, changed).status_code == 200  # not what was looked at
    assert policy_get(viewer=ANYONE, institution=centre) is None
    saved = ann.post(EDIT, {**form, "do": "save", "seen": seen(page), "reason": "First"})
    assert saved.status_code == 302
    page = read(Client(), f"/institutions/{centre}/policy/")
    for words in ("Everybody sees", "TLP:CLEAR", "Seen besides by members of Ring", "Courses: Hours",
                  "What stays inside", "Needs of training: that there is one", "First",
                  "Open where it harms nobody.", "may enter protected totals"):  # fmt: skip
        assert words in page, words
    assert "An example" not in page
    policy = policy_get(viewer=ANYONE, institution=centre)
    assert policy
    record = read(Client(), f"/records/{policy.record.id}/")
    assert "Withheld: " not in record
    for words in ("policy of disclosure", "Whose policy it is", "Courses: Hours"):
        assert words in record, words
    given = Client().get(f"/api/records/{policy.record.id}").json()
    assert given["content"]["rules"][0]["record_kind"] == "course"
    again = read(ann, EDIT)
    assert re.search(rf'value="network:{network}" selected', again)
    assert "Open where it harms nobody." in again


def test_after_a_change_it_offers_the_records_that_differ(make: Maker, centre: UUID) -> None:
    make.owner = centre
    key = make.put("course", titles=text("Sealing"), providers=[str(centre)], length_hours=8)
    policy_put(
        actor=Actor(centre, may_publish=True),
        rules=[{"record_kind": "course", "breadth": "institution"}],
    )
    ann = join(centre, Role.PUBLISHER, "ann")
    page = read(ann, EDIT)
    assert "Records that differ from the policy" in page
    assert "Courses: 1" in page
    choice = re.search(rf'name="choice-{key}" value="([^"]+)"', page)
    assert choice
    form = {"id": str(key), f"choice-{key}": choice[1].replace("&amp;", "&"), "do": "choose"}
    chosen = ann.post("/desk/publish/", form).content.decode()
    assert '<option value="institution" selected>' in chosen


def test_the_form_offers_only_levels_that_the_institution_has(centre: UUID) -> None:
    ann = join(centre, Role.PUBLISHER, "ann")
    values = set(re.findall(r'<option value="([^"]*)"', read(ann, EDIT)))
    assert {"", "public", "institution"} <= values
    assert "state" not in values
    bad = ann.post(EDIT, {"level-course": "state", "do": "preview"})
    assert bad.status_code == 422
    assert "not yet admitted to a State" in bad.content.decode()
    assert ann.post(EDIT, {"level-course": "sauce", "do": "preview"}).status_code == 422


def test_who_changed_it_meanwhile_is_not_written_over(centre: UUID) -> None:
    ann = join(centre, Role.PUBLISHER, "ann")
    form = {"level-course": "public", "made_from": "0"}
    token = seen(preview(ann, **form))
    policy_put(actor=Actor(centre, may_publish=True), rules=[])
    answer = ann.post(EDIT, {**form, "do": "save", "seen": token})
    assert answer.status_code == 409
    assert "changed the policy meanwhile" in answer.content.decode()


def test_an_editor_does_not_say_it(centre: UUID) -> None:
    assert join(centre, Role.EDITOR, "ed").get(EDIT).status_code == 403


def test_an_example_is_marked(make: Maker, centre: UUID) -> None:
    rules = [{"record_kind": "course", "breadth": "state"}]
    make.put("policy", institution=str(centre), rules=rules, is_example=True)
    page = read(Client(), f"/institutions/{centre}/policy/")
    assert "An example, not the institution’s own." in page
    assert "Compiler made it up" in page
    assert "Seen besides by institutions of Japan" in page
    assert "TLP:AMBER" in page
    policy = policy_get(viewer=ANYONE, institution=centre)
    assert policy
    assert "not the institution’s own" in read(Client(), f"/records/{policy.record.id}/")


def test_a_group_in_a_policy_has_no_name_for_others(make: Maker, centre: UUID) -> None:
    other = make.write(make.institution("Other"))
    group = group_found(actor=Actor(centre), name="Pair", institutions=[other])
    rule = {"record_kind": "course", "breadth": "group", "group": str(group)}
    policy_put(actor=Actor(centre, may_publish=True), rules=[rule])
    ann = join(centre, Role.PUBLISHER, "ann")
    page = preview(ann, **{"level-course": f"group:{group}", "made_from": "1"})
    assert "Seen besides by a group" in page  # as everybody will read it
    address = f"/institutions/{centre}/policy/"
    assert "Seen besides by a group" in read(Client(), address)
    assert "Seen besides by group “Pair”" in read(ann, address)


def test_a_policy_that_is_withheld_is_not_taken_for_one_without_rules(
    make: Maker, centre: UUID
) -> None:
    rule = {"record_kind": "course", "breadth": "institution"}
    actor = Actor(centre, may_publish=True)
    policy_put(actor=actor, rules=[rule])
    policy = policy_get(viewer=ANYONE, institution=centre)
    assert policy
    levels = Levels(Level.PUBLIC, {"rules": Level.INSTITUTION})
    records_share(actor=actor, levels={policy.record.id: levels})
    page = read(Client(), f"/institutions/{centre}/policy/")
    assert "does not show you what its policy says" in page
    assert "publishing proposes everybody" not in page


def test_own_words_are_said_in_several_languages(centre: UUID) -> None:
    ann = join(centre, Role.PUBLISHER, "ann")

    def save(**form: str) -> None:
        number = re.search(r'name="made_from" value="([0-9]+)"', read(ann, EDIT))
        assert number
        form = {"level-course": "public", "made_from": number[1], **form}
        page = preview(ann, **form)
        assert ann.post(EDIT, {**form, "do": "save", "seen": seen(page)}).status_code == 302

    def statement() -> dict[str, Any]:
        found = policy_get(viewer=ANYONE, institution=centre)
        return dict((found and found.statement) or {})

    save(**{"statement-ja": "害のないものは開く。", "statement-en": "Open where it harms nobody."})
    assert statement()["text"].keys() == {"ja", "en"}
    assert statement()["original"] == "en"
    assert statement()["translators"].keys() == {"ja"}
    address = f"/institutions/{centre}/policy/"
    page = read(Client(), f"/ja{address}")
    first, _details, more = page.partition("<details")
    assert '<blockquote lang="ja">害のないものは開く。' in first
    assert '<blockquote lang="en">' in more
    page = read(Client(), f"/ko{address}")
    first, _details, _more = page.partition('<details class="more-languages')
    assert '<blockquote lang="ja">' in first
    assert '<blockquote lang="en">' in first
    assert "영어" in first
    form = read(ann, EDIT)
    assert re.search(r'id="statement-ja"[^>]*>害のないものは開く。</textarea>', form)
    save(**{"statement-en": ""})
    assert statement() == {"original": "ja", "text": {"ja": "害のないものは開く。"}}
    save(**{"statement-ja": "", "statement-en": ""})
    assert statement() == {}


def test_own_words_in_each_language_are_held_to_the_content_check(centre: UUID) -> None:
    ann = join(centre, Role.PUBLISHER, "ann")
    words = "Twelve armed guards protect the Northmoor Research Reactor; they change at 06:00."
    form = {"level-course": "public", "made_from": "0", "statement-en": "Open.",
            "statement-vi": words}  # fmt: skip
    answer = ann.post(EDIT, {**form, "do": "save", "seen": seen(preview(ann, **form))})
    assert answer.status_code == 422
    assert policy_get(viewer=ANYONE, institution=centre) is None
