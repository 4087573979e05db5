"""Who is to see records: chosen, shown as each would see them, and only then done."""

from __future__ import annotations

import re
import uuid
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from making import Maker, join, text
from people import centre_of, share

from concord.accounts.models import Role
from concord.core.disclosure import ANYONE, Actor, Level, network_audience
from concord.record.audiences import institutions_within, viewer_as
from concord.record.errors import NotFoundError
from concord.record.members import member_admit, member_end
from concord.record.models import Revision
from concord.record.publishing import gate_set
from concord.record.selectors import record_get
from concord.register.policies import policy_put
from concord.web.views.publishing import FEW, NAMED

ADDRESS = "/desk/publish/"


@pytest.fixture
def centre(make: Maker) -> UUID:
    return centre_of(make, make.institution("Centre", state="JP"))


@pytest.fixture
def network(make: Maker, centre: UUID) -> UUID:
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    other = make.write(make.institution("Member"))
    for institution in (centre, other):
        member_admit(audience=network_audience(network), institution=institution)
    return network


def course(make: Maker, owner: UUID, title: str = "Sealing", **more: object) -> UUID:
    make.owner = owner
    content = make.parse(
        "course", titles=text(title), providers=[str(owner)], length_hours=8, **more
    )
    return make.write(content, level=Level.INSTITUTION)


def page(client: Client, **form: object) -> str:
    return client.post(ADDRESS, form).content.decode()


def seen(html: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', html)
    assert found, html
    return found[1]


def test_the_policy_is_proposed_and_each_viewer_is_shown(
    make: Maker, centre: UUID, network: UUID
) -> None:
    rules = [
        {"record_kind": "course", "breadth": "public"},
        {"record_kind": "course", "field": "length_hours", "breadth": "network",
         "network": str(network)},
    ]  # fmt: skip
    policy_put(actor=Actor(centre, may_publish=True), rules=rules)
    key = course(make, centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    html = ann.get(ADDRESS, {"id": str(key)}).content.decode()
    chosen = re.findall(r'<option value="([^"]+)" selected>', html)
    assert chosen == ["public", f"network:{network}"]
    assert "members of Ring" in html
    assert "Centre alone" in html
    form = {"id": str(key), f"choice-{key}": _choice(html)}
    public = page(ann, **form)
    assert "Disclosure cannot be taken back" in public
    assert "Nobody outside your institution could see any of it before." in public
    assert re.search(r"<dt>Hours</dt><dd class=\"withheld\">withheld</dd>", public)
    members = page(ann, **form, **{"as": f"network:{network}"})
    assert re.search(r"<dt>Hours</dt>\s*<dd>8 <small", members)
    assert "TLP:GREEN" in members
    with pytest.raises(NotFoundError):
        record_get(viewer=ANYONE, record_id=key)
    share(ann, key, **{f"choice-{key}": _choice(html)})
    assert record_get(viewer=ANYONE, record_id=key).withheld == ("length_hours",)


def _choice(html: str) -> str:
    found = re.search(r'name="choice-[^"]+" value="([^"]+)"', html)
    assert found
    return found[1].replace("&amp;", "&")


def test_nothing_goes_out_without_a_deliberate_word(make: Maker, centre: UUID) -> None:
    key = course(make, centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    form = {"id": str(key), f"choice-{key}": "level=public", "do": "publish"}
    looked = seen(page(ann, id=str(key), **{f"choice-{key}": "level=public"}))
    for answer, status in (
        (ann.post(ADDRESS, form | {"known": "1"}), 409),  # never looked at
        (ann.post(ADDRESS, form | {"seen": looked}), 422),  # nothing ticked
        (ann.post(ADDRESS, form | {"known": "1", "seen": looked, f"choice-{key}": "level=state"}),
         422),
    ):  # fmt: skip
        assert answer.status_code == status
    assert Revision.objects.filter(record=key).count() == 1
    changed = make.parse("course", titles=text("Changed"), providers=[str(centre)])
    make.write(changed, record_id=key, level=Level.INSTITUTION)
    answer = ann.post(ADDRESS, form | {"known": "1", "seen": looked})
    assert answer.status_code == 409
    assert "was changed in the meantime" in answer.content.decode()
    with pytest.raises(NotFoundError):
        record_get(viewer=ANYONE, record_id=key)


def test_narrowing_says_that_others_may_keep_it_and_needs_no_word(
    make: Maker, centre: UUID
) -> None:
    key = course(make, centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    share(ann, key)
    html = ann.get(ADDRESS, {"id": str(key)}).content.decode()
    assert re.findall(r'<option value="([^"]+)" selected>', html) == ["public"]
    form = {"id": str(key), f"choice-{key}": "level=institution"}
    html = page(ann, **form)
    assert "Whoever saw it may keep it" in html
    assert "could see of it since" in html
    assert "news feeds and harvests" in html
    assert 'name="known"' not in html
    answer = ann.post(ADDRESS, form | {"do": "publish", "seen": seen(html), "reason": "a mistake"})
    assert answer.url == f"/records/{key}/"
    with pytest.raises(NotFoundError):
        record_get(viewer=ANYONE, record_id=key)
    last = Revision.objects.filter(record=key).latest("number")
    assert (last.reason, last.via) == ("a mistake", "publishing")


def test_existence_alone_may_show(make: Maker, centre: UUID) -> None:
    key = course(make, centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    form = {
        f"level-{key}": "institution", f"more-{key}": "1", f"exists-{key}": "1",
        f"totals-{key}": "1",
    }  # fmt: skip
    html = page(ann, id=str(key), **form)
    assert "learns of it" in html
    share(ann, key, **form)
    assert record_get(viewer=ANYONE, record_id=key).content == {}
    assert record_get(viewer=viewer_as(centre), record_id=key).content["length_hours"] == 8
    html = ann.get(ADDRESS, {"id": str(key)}).content.decode()
    assert html.count("checked") == 2
    assert re.findall(r'<option value="([^"]+)" selected>', html) == ["institution"]


def test_many_are_set_at_once_and_single_ones_otherwise(
    make: Maker, centre: UUID, network: UUID
) -> None:
    keys = [course(make, centre, f"Course {number}") for number in range(30)]
    ann = join(centre, Role.PUBLISHER, "ann")
    ids = [str(key) for key in keys]
    html = ann.get(ADDRESS, {"id": ids}).content.decode()
    assert "For all 30 of them" in html
    assert html.count("<select") == 30 + 1 + 3  # each, all, and the fields that they hold
    all_of = {"level-course": f"network:{network}", "more-course": "1",
              "field-course-length_hours": "institution"}  # fmt: skip
    html = page(ann, id=ids, do="all-course", **all_of)
    choices = dict(re.findall(r'name="choice-([^"]+)" value="([^"]+)"', html))
    assert set(choices) == set(ids)
    assert set(choices.values()) == {
        f"level=network%3A{network}&amp;field.length_hours=institution"
    }
    form = {f"choice-{key}": value.replace("&amp;", "&") for key, value in choices.items()}
    form[f"level-{keys[0]}"] = "institution"
    html = page(ann, id=ids, **form)
    assert "sees more of 29 records" in html
    share(ann, *keys, **form)
    member = viewer_as(*_members(network, centre))
    assert record_get(viewer=member, record_id=keys[1]).withheld == ("length_hours",)
    with pytest.raises(NotFoundError):
        record_get(viewer=member, record_id=keys[0])


def _members(network: UUID, but: UUID) -> list[UUID]:
    from concord.record.audiences import members_of

    return [m for m in members_of(network_audience(network)) if m != but]


@pytest.mark.parametrize(
    "bad",
    [
        {"choice": "level=all"},
        {"choice": "level=public&field.sauce=state"},
        {"level": "network:1"},
        {"level": f"group:{uuid.UUID(int=1)}"},
        {"level": "state"},
    ],
)
def test_what_is_no_level_of_ones_own_is_refused(
    make: Maker, centre: UUID, bad: dict[str, str]
) -> None:
    key = course(make, centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    form = {f"{name}-{key}": value for name, value in bad.items()}
    answer = ann.post(ADDRESS, {"id": str(key), **form})
    assert answer.status_code == 422
    assert Revision.objects.filter(record=key).count() == 1


def test_records_of_others_are_not_offered(make: Maker, centre: UUID) -> None:
    other = make.write(make.institution("Other"))
    make.owner = other
    theirs = make.write(make.parse("course", titles=text("Theirs"), providers=[str(other)]))
    ann = join(centre, Role.PUBLISHER, "ann")
    assert ann.get(ADDRESS, {"id": str(theirs)}).url == "/desk/"
    assert join(centre, Role.EDITOR, "bob").get(ADDRESS, {"id": str(theirs)}).status_code == 403


def test_a_state_still_clears(make: Maker, centre: UUID) -> None:
    gate_set(institution=centre, state="JP", beyond="institution")
    key = course(make, centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    assert "clears it first" in page(ann, id=str(key), **{f"choice-{key}": "level=public"})
    share(ann, key)
    with pytest.raises(NotFoundError):
        record_get(viewer=ANYONE, record_id=key)


def test_the_page_of_an_own_record_leads_there(make: Maker, centre: UUID) -> None:
    key = course(make, centre)
    link = f'href="{ADDRESS}?id={key}"'
    assert link in join(centre, Role.PUBLISHER, "ann").get(f"/records/{key}/").content.decode()
    assert link not in join(centre, Role.EDITOR, "bob").get(f"/records/{key}/").content.decode()


def test_the_history_says_when_levels_changed_to_those_who_may_know(
    make: Maker, centre: UUID, network: UUID
) -> None:
    key = course(make, centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    member = join(_members(network, centre)[0], Role.READER, "mia")
    share(ann, key, **{f"choice-{key}": "level=public"})
    share(ann, key, **{f"choice-{key}": f"level=public&field.length_hours=network:{network}"})
    form = {f"choice-{key}": "level=public&field.length_hours=institution"}
    html = page(ann, id=str(key), **form)
    ann.post(ADDRESS, {"id": str(key), **form, "do": "publish", "seen": seen(html)})

    def told(client: Client, number: int) -> str:
        text = client.get(f"/records/{key}/revisions/{number}/").content.decode()
        text = text.partition("Who sees it from then on")[2].partition("</ul>")[0]
        return " ".join(re.sub("<[^>]*>", " ", text).split())

    assert told(ann, 3) == "Hours: seen by members of Ring"
    assert told(ann, 4) == "Hours: seen by Centre alone"
    assert told(member, 3) == "Hours: seen by members of Ring"  # as everybody, and as a member
    assert told(member, 4) == "Hours: withheld"
    assert told(Client(), 2) == "Hours: withheld"
    history = Client().get(f"/records/{key}/").content.decode()
    assert f"/records/{key}/revisions/2/" in history
    assert f"/records/{key}/revisions/3/" not in history  # it showed the public nothing
    assert Client().get(f"/records/{key}/revisions/3/").status_code == 404


def coming(make: Maker, owner: UUID, title: str = "Drill", **more: object) -> UUID:
    """A course run for guards next year, which its institution alone sees."""
    year = timezone.now().year + 1
    said = {
        "titles": text(title), "activity_kind": "course_run", "roles": ["R08"],
        "when": f"{year}-05", "days": f"{year}-05-04", "town": "Mito", **more,
    }  # fmt: skip
    make.owner = owner
    return make.write(make.parse("activity", **said), level=Level.INSTITUTION)


def offered(html: str, field: str) -> list[str]:
    """The levels that a page lists for a field."""
    found = re.search(rf'<select id="{field}".*?</select>', html, re.DOTALL)
    assert found, html
    return re.findall(r'<option value="([^"]*)"', found[0])


def test_day_and_venue_of_what_is_to_come_are_not_offered_to_everybody(
    make: Maker, centre: UUID, network: UUID
) -> None:
    key = coming(make, centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    html = ann.get(ADDRESS, {"id": str(key)}).content.decode()
    levels = offered(html, f"level-{key}")
    assert levels[0] == "public"
    for name in ("days", "town"):
        assert offered(html, f"field-{key}-{name}") == levels[1:]
    assert offered(html, f"field-{key}-titles") == ["", *levels]
    assert "Not for everybody as yet: Days, Town." in html
    preview = page(ann, id=str(key), **{f"choice-{key}": _choice(html)})
    assert "Days would be seen by: Centre alone" in preview
    for refused in (
        "level=public&field.town=public",
        "level=institution&exists=1&field.days=public",
    ):
        answer = ann.post(ADDRESS, {"id": str(key), f"choice-{key}": refused})
        assert answer.status_code == 422
        assert "show this to a network at most" in answer.content.decode()
    share(ann, key, **{f"choice-{key}": f"level=public&field.town=network:{network}"})
    assert record_get(viewer=ANYONE, record_id=key).withheld == ("days", "town")
    assert record_get(viewer=viewer_as(centre), record_id=key).audiences == {
        "days": f"institution:{centre}", "town": f"network:{network}"
    }  # fmt: skip


def test_of_many_at_once_the_page_says_which_fields_everybody_is_not_shown(
    make: Maker, centre: UUID
) -> None:
    keys = [coming(make, centre, f"Drill {n}") for n in range(FEW)]
    keys.append(coming(make, centre, "Talk", roles=["R02"]))
    ann = join(centre, Role.PUBLISHER, "ann")
    ids = [str(key) for key in keys]
    html = ann.get(ADDRESS, {"id": ids}).content.decode()
    assert "public" not in offered(html, "field-activity-town")
    assert html.count("Not for everybody as yet:") == FEW + 1  # each of them, and all together
    preview = page(ann, id=ids, **{f"level-{key}": "public" for key in ids})
    assert preview.count("Town would be seen by: Centre alone") == FEW


def test_a_publisher_sees_who_would_see_what_waits(make: Maker, centre: UUID) -> None:
    gate_set(institution=centre, state="JP", beyond="institution")
    key = coming(make, centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    share(ann, key, **{f"choice-{key}": "level=public"})
    desk = ann.get("/desk/").content.decode()
    assert "would be seen by: everybody" in desk
    assert re.search(r'<dt>Town</dt><dd class="withheld">', desk)


def test_who_comes_to_see_more_is_told_by_institutions(
    make: Maker, centre: UUID, network: UUID
) -> None:
    key = course(make, centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    html = page(ann, id=str(key), **{f"choice-{key}": f"level=network:{network}"})
    assert re.search(r"1 other institution is among them today:</p>\s*<ul>\s*<li>Member</li>", html)
    for number in range(NAMED + 2):
        more = make.write(make.institution(f"Joined {number:02}"))
        member_admit(audience=network_audience(network), institution=more)
    html = page(ann, id=str(key), **{f"choice-{key}": f"level=network:{network}"})
    assert f"{NAMED + 3} other institutions are among them today:" in html
    assert len(re.findall(r"<li>Joined \d\d</li>", html)) == NAMED - 1
    assert "<li>3 more</li>" in html
    assert "among them today" not in page(ann, id=str(key), **{f"choice-{key}": "level=public"})
    for member in institutions_within([network_audience(network)], but=centre):
        member_end(audience=network_audience(network), institution=member)
    html = page(ann, id=str(key), **{f"choice-{key}": f"level=network:{network}"})
    assert "No other institution is among them today." in html


def test_an_institution_that_one_may_not_know_of_is_counted_and_not_named(
    make: Maker, centre: UUID, network: UUID
) -> None:
    hidden = make.write(make.institution("Hidden"), level=Level.INSTITUTION)
    member_admit(audience=network_audience(network), institution=hidden)
    key = course(make, centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    html = page(ann, id=str(key), **{f"choice-{key}": f"level=network:{network}"})
    assert "2 other institutions are among them today:" in html
    assert "Hidden" not in html
