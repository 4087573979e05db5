"""Rounds, declarations and the coordinator's desk, as people meet them."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.utils import timezone
from making import Maker, join, text

from concord.accounts.models import Invitation, Role, Round
from concord.core.disclosure import ANYONE, Actor
from concord.record.selectors import record_get
from concord.register.declarations import declaration_list, declaration_put

YEAR = timezone.now().year
TODAY = timezone.now().date()


class Net:
    """A network with a coordinator's browser and one of a member's publisher."""

    def __init__(self, make: Maker) -> None:
        self.network = make.put("network", names=[{"name": "Asian Net", "language": "en"}])
        member = [{"network": str(self.network)}]
        self.centre = make.write(make.institution("Centre", state="JP", memberships=member))
        self.silent = make.write(make.institution("Silent", state="KR", memberships=member))
        self.coordinator = join(None, Role.COORDINATOR, "coordinator", network=self.network)
        self.publisher = join(self.centre, Role.PUBLISHER, "publisher")
        self.desk = f"/desk/network/{self.network}/"

    def open(self, **changes: object) -> str:
        asked = {
            "do": "open", "title": "The year in full", "reason": "To see gaps", "rules": "All counts",
            "period": str(YEAR), "opens_on": TODAY.isoformat(), "due_on": TODAY.isoformat(),
            "institution": [str(self.centre), str(self.silent)],
        }  # fmt: skip
        answer = self.coordinator.post(f"{self.desk}rounds/new/", asked | changes)
        assert answer.status_code == 302, answer.content.decode()
        return str(answer.url)


@pytest.fixture
def net(make: Maker) -> Net:
    return Net(make)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def test_from_asking_to_the_public_table(net: Net) -> None:
    assert net.coordinator.get("/desk/").url == net.desk
    mine = net.open()
    made = Round.objects.get()
    public = page(Client(), f"/rounds/{made.id}/")
    assert "To see gaps" in public
    assert "All counts" in public
    assert public.count("not answered") == 2
    assert str(made.id) in page(Client(), "/rounds/")
    assert "The year in full" in page(net.publisher, "/desk/")
    asked = page(net.publisher, "/desk/completeness/")
    assert "The year in full" in asked
    net.publisher.post(
        "/desk/completeness/",
        {"round": str(made.id), "year": YEAR, "completeness": "complete", "note": "Twelve courses"},
    )
    assert "The year in full" not in page(net.publisher, "/desk/")
    assert 'Not answered <span class="count">1</span>' in page(net.coordinator, mine)
    table = page(Client(), "/declarations/")
    assert "complete" in table
    assert "Centre" in table
    (declared,) = declaration_list(viewer=ANYONE)
    shown = page(Client(), f"/records/{declared.record}/")
    assert "Twelve courses" in shown
    assert f"/rounds/{made.id}/" in shown
    assert "Last confirmed by its owner" in shown
    assert "Twelve courses" in page(net.publisher, f"/records/{declared.record}/")


def test_what_is_typed_stays_where_a_round_is_refused(net: Net) -> None:
    answer = net.coordinator.post(
        f"{net.desk}rounds/new/",
        {
            "do": "open",
            "title": "The year in full",
            "period": "soon",
            "opens_on": "x",
            "due_on": "",
        },
    )
    shown = answer.content.decode()
    assert answer.status_code == 422
    for field in ("reason", "period", "opens_on", "due_on", "institution"):
        assert f'href="#{field}"' in shown
    assert 'value="The year in full"' in shown
    assert not Round.objects.exists()


def test_others_to_ask_are_found_and_kept(net: Net, make: Maker) -> None:
    outside = make.write(make.institution("Outside University", kinds=["university"]))
    typed = {"do": "search", "title": "Kept", "q": "outside"}
    shown = net.coordinator.post(f"{net.desk}rounds/new/", typed).content.decode()
    assert str(outside) in shown
    assert 'value="Kept"' in shown
    net.open(institution=[str(outside)])
    assert "Outside University" in page(Client(), f"/rounds/{Round.objects.get().id}/")


def test_nobody_else_comes_to_the_coordinators_desk(net: Net) -> None:
    mine = net.open()
    addresses = (net.desk, f"{net.desk}rounds/new/", mine)
    for address in addresses:
        assert net.publisher.get(address).status_code == 403
        assert net.publisher.post(address, {"do": "close"}).status_code == 403
        assert Client().get(address).status_code == 302
    assert Round.objects.get().closed_at is None
    other = f"/desk/network/{uuid.uuid4()}/"
    assert net.coordinator.get(other).status_code == 403


def test_a_coordinator_has_no_desk_of_an_institution(net: Net) -> None:
    for address in ("/desk/completeness/", "/desk/workbook/", "/desk/members/", "/desk/still-so/"):
        assert net.coordinator.get(address).status_code == 403
    before = record_get(viewer=ANYONE, record_id=net.centre).revision_number
    net.coordinator.post("/desk/publish/", {"id": str(net.centre), "do": "publish"})
    net.coordinator.post("/desk/still-so/", {"id": str(net.centre)})
    assert record_get(viewer=ANYONE, record_id=net.centre).revision_number == before


def test_a_coordinator_invites_and_takes_back(net: Net) -> None:
    shown = net.coordinator.post(net.desk, {"do": "invite", "id": str(net.silent)}).content.decode()
    link = re.search(r'<code id="link">(.*?)</code>', shown)
    assert link is not None
    path = "/" + link[1].split("/", 3)[3]
    assert "Silent" in page(Client(), path)
    invitation = Invitation.objects.get(used_at=None)
    net.coordinator.post(net.desk, {"do": "revoke", "id": str(invitation.id)})
    assert Client().get(path).status_code == 404
    assert (
        net.coordinator.post(net.desk, {"do": "invite", "id": str(uuid.uuid4())}).status_code == 422
    )


def test_an_institution_with_a_manager_is_not_offered(net: Net) -> None:
    join(net.silent, Role.MANAGER, "manager")
    assert f'value="{net.silent}"' not in page(net.coordinator, net.desk)
    refused = net.coordinator.post(net.desk, {"do": "invite", "id": str(net.silent)})
    assert refused.status_code == 422
    assert not Invitation.objects.filter(institution=net.silent, used_at=None).exists()


def test_a_new_institution_is_entered_and_its_link_shown(net: Net) -> None:
    typed = {"do": "enter", "name": "Brand New", "kind": "coe", "state": "VN"}
    shown = net.coordinator.post(net.desk, typed).content.decode()
    assert '<code id="link">' in shown
    assert "Brand New" in page(Client(), "/institutions/")
    again = net.coordinator.post(net.desk, typed)
    assert again.status_code == 422
    assert 'href="#name"' in again.content.decode()


def test_pages_say_what_was_declared_before_what_is_missing(net: Net, make: Maker) -> None:
    actor = Actor(net.centre, may_publish=True)
    declaration_put(actor=actor, year=YEAR, completeness="in_part")
    line = (
        f"{YEAR}, as centres declare themselves: 0 complete, 1 in part, 0 nothing to report, 1 not"
    )
    for address in (f"/training/?year={YEAR}", f"/training/calendar/?year={YEAR}", "/coverage/D1/"):
        shown = page(Client(), address)
        if "D1" not in address:
            assert line in shown, address
    shown = page(Client(), f"/training/?year={YEAR}&provider={net.silent}")
    assert "0 complete, 0 in part, 0 nothing to report, 1 not answered" in shown
    assert "as centres declare" not in page(Client(), "/training/")
    shown = page(Client(), f"/institutions/{net.centre}/")
    assert shown.index("as it declares") < shown.index("None found in open sources.")
    assert "in part" in shown
    assert page(Client(), f"/institutions/{net.silent}/").count("not answered") == 2


def test_coverage_says_it_too(east_asia: None) -> None:
    for address in ("/coverage/", "/coverage/D1/"):
        assert "as centres declare themselves: 0 complete" in page(Client(), address), address


def test_the_table_is_there_as_json_and_csv(net: Net, make: Maker) -> None:
    declaration_put(actor=Actor(net.centre, may_publish=True), year=2020, completeness="nothing")
    make.write(make.institution("=cmd()"))
    rows = Client().get("/api/declarations").json()
    said = {(r["institution"], r["year"]): r["completeness"] for r in rows}
    assert said[str(net.centre), 2020] == "nothing"
    assert said[str(net.silent), 2020] is None
    lines = Client().get("/declarations.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == len(rows) + 1
    assert any(line.startswith(f"{net.centre},Centre,JP,2020,nothing,") for line in lines)
    assert any(",'=cmd()," in line for line in lines)


def test_a_declaration_of_ones_own_accord(net: Net) -> None:
    net.publisher.post("/desk/completeness/", {"year": "2019", "completeness": "nothing"})
    assert [(d.year, d.completeness) for d in declaration_list(viewer=ANYONE)] == [
        (2019, "nothing")
    ]
    for wrong in ({"year": "20x9", "completeness": "complete"}, {"year": "2019", "completeness": "x"},
                  {"year": "1", "completeness": "complete"}, {"year": "2019", "round": str(uuid.uuid4())}):  # fmt: skip
        assert net.publisher.post("/desk/completeness/", wrong).status_code == 422, wrong
    assert len(declaration_list(viewer=ANYONE)) == 1
    reader = join(net.centre, Role.READER, "reader")
    assert reader.post("/desk/completeness/", {"year": "2018"}).status_code == 403


def test_still_so_in_bulk(net: Net, make: Maker) -> None:
    made = [make.put("course", titles=text(f"T{n}"), providers=[str(net.centre)]) for n in range(2)]
    net.publisher.post("/desk/take-over/", {"id": [str(key) for key in made]})
    shown = page(net.publisher, "/desk/still-so/")
    assert all(str(key) in shown for key in made)
    net.publisher.post("/desk/still-so/", {"id": [str(key) for key in made]})
    for key in made:
        assert record_get(viewer=ANYONE, record_id=key).revision_number == 3
        assert "Last confirmed by its owner, Centre" in page(Client(), f"/records/{key}/")
    others = make.put("course", titles=text("O"), providers=[str(net.silent)])
    assert net.publisher.post("/desk/still-so/", {"id": str(others)}).status_code == 403
    source = make.put("source", titles=text("S"), source_kind="web_page")
    for address in (f"/records/{others}/", f"/sources/{source}/"):
        assert "Compiled by Compiler; last checked on" in page(Client(), address)


def test_no_round_is_a_page_too(client: Client, make: Maker) -> None:
    assert "No round was held yet" in page(client, "/rounds/")
    assert client.get(f"/rounds/{uuid.uuid4()}/").status_code == 404
    assert "nothing was declared" in page(client, "/declarations/")


def test_the_content_check_keeps_what_was_typed_of_a_round_and_asks_about_warnings(
    net: Net,
) -> None:
    asked = {
        "do": "open", "title": "The year", "rules": "", "period": str(YEAR),
        "opens_on": TODAY.isoformat(), "due_on": TODAY.isoformat(),
        "institution": [str(net.centre)],
        "reason": "Twelve armed guards protect the Northmoor Research Reactor from 06:00.",
    }  # fmt: skip
    answer = net.coordinator.post(f"{net.desk}rounds/new/", asked)
    assert answer.status_code == 422
    assert "Northmoor Research Reactor from 06:00.</textarea>" in answer.content.decode()
    asked["reason"] = "Questions go to jane.doe@mail.example."
    answer = net.coordinator.post(f"{net.desk}rounds/new/", asked)
    assert answer.status_code == 409
    marks = re.findall(r'name="confirmed_warning" value="([0-9a-f]+)"', answer.content.decode())
    assert not Round.objects.exists()
    again = asked | {"confirmed_warning": marks, "warnings_confirmed": "yes"}
    assert net.coordinator.post(f"{net.desk}rounds/new/", again).status_code == 302
    assert Round.objects.get().reason == asked["reason"]


def test_a_round_is_opened_in_two_languages_and_said_in_a_third_later(net: Net) -> None:
    desk = net.open(**{"title-ja": "今年の全体", "reason-ja": "不足を知るため"})
    made = Round.objects.get()
    assert '<h1 lang="ja">今年の全体</h1>' in page(Client(), f"/ja/rounds/{made.id}/")
    assert '<h1 lang="en">The year in full</h1>' in page(Client(), f"/ko/rounds/{made.id}/")
    said = {"title-ja": "今年の全体", "reason-ja": "不足", "title-ko": "올해", "do": "word"}
    answer = net.coordinator.post(desk, said)
    assert answer.status_code == 422
    assert 'href="#reason-ko"' in answer.content.decode()
    assert "올해" in answer.content.decode()
    assert net.coordinator.post(desk, said | {"reason-ko": "부족"}).status_code == 302
    assert '<h1 lang="ko">올해</h1>' in page(Client(), f"/ko/rounds/{made.id}/")
