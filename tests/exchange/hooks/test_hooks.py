"""Web hooks: told of what may be seen, in order, signed, again until it is taken; and no more."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from making import Maker, text
from serving import Server, serving

from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Notice, Person, Role
from concord.accounts.selectors import Acting, acting_for
from concord.accounts.services import invitation_make, person_join
from concord.core.disclosure import Actor, Clearance, Level
from concord.exchange.hooks import keeping
from concord.exchange.hooks.following import MOST_WAITING, TOGETHER, hooks_follow
from concord.exchange.hooks.keeping import HookError
from concord.exchange.hooks.sending import MOST_FAILURES, hooks_send
from concord.exchange.hooks.signing import signature
from concord.exchange.models import Delivery, Hook
from concord.record.errors import NotFoundError
from concord.record.publishing import (
    gate_set,
    revisions_write_or_hold,
    waiting_clear,
    waiting_for_state,
    waiting_return,
)
from concord.record.services import Draft, record_remove, revisions_write


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with serving(settings) as found:
        yield found


@pytest.fixture
def centre(make: Maker) -> UUID:
    return make.write(make.institution("Centre", state="JP"))


def acting(institution: UUID, role: Role = Role.MANAGER) -> Acting:
    _made, secret = invitation_make(role=role, institution=institution)
    person = person_join(
        secret=secret, email=f"{uuid4().hex}@example.org", name="A",
        password="a horse eats seven apples", language="en",
    )  # fmt: skip
    return acting_for(person=person, institution=institution)


def hooked(server: Server, institution: UUID, *watches: str, kinds: tuple[str, ...] = ()) -> Hook:
    url = f"http://127.0.0.1:{server.port}/hook"
    hook, _secret = keeping.hook_add(
        acting=acting(institution), url=url, watches=watches or ("own",), kinds=kinds
    )
    return hook


def work() -> None:
    hooks_follow()
    hooks_send()


def told(server: Server) -> list[tuple[str, str]]:
    """Ids of records and what became of them, in the order in which it was told."""
    bodies = [json.loads(body) for _headers, body in server.posted]
    return [(r["id"], r["what"]) for body in bodies for r in body["data"].get("records", [])]


def test_the_signature_is_that_of_the_standard() -> None:
    # the example of https://www.standardwebhooks.com
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_what_is_sent_can_be_checked_and_says_nothing_of_what_is_in_it(
    make: Maker, server: Server
) -> None:
    url = f"http://127.0.0.1:{server.port}/hook?a=1"
    _hook, secret = keeping.hook_add(acting=acting(make.owner), url=url, watches=["own"], kinds=[])
    key = make.write(make.institution("PLANTED"), level=Level.INSTITUTION)
    work()
    ((headers, body),) = server.posted
    assert b"PLANTED" not in body
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(raw, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    (record,) = json.loads(body)["data"]["records"]
    assert record == {
        "id": str(key), "kind": "institution", "what": "written", "revision": 1, "is_own": True,
        "links": {
            "api": f"http://127.0.0.1:8000/api/records/{key}",
            "page": f"http://127.0.0.1:8000/records/{key}/",
        },
    }  # fmt: skip
    assert secret not in str(list(Hook.objects.values()))


def test_others_are_told_of_what_they_may_see_alone(
    make: Maker, server: Server, centre: UUID
) -> None:
    hooked(server, centre, "own", "public", kinds=("institution",))
    hidden = {"website": Level.INSTITUTION}
    secret = make.write(make.institution("Hidden"), level=Level.INSTITUTION)
    key = make.write(make.institution("Other", website="https://a.example"), fields=hidden)
    make.put("source", titles=text("not of the kind"))
    work()
    assert told(server) == [(str(key), "written")]
    make.write(make.institution("Other", website="https://b.example"), record_id=key, fields=hidden)
    work()
    assert len(told(server)) == 1, "a change of a withheld field is none for others"
    make.write(make.institution("Renamed"), record_id=key, fields=hidden)
    make.write(make.institution("Renamed"), record_id=key, level=Level.INSTITUTION)
    make.write(make.institution("Renamed again"), record_id=key, level=Level.INSTITUTION)
    work()
    assert told(server)[1:] == [(str(key), "removed")], "what it said before is hidden by now"
    make.write(make.institution("Hidden"), record_id=secret)
    record_remove(actor=Actor(make.owner), record_id=secret, via="test", reason="x")
    work()
    assert told(server)[2:] == [(str(secret), "written"), (str(secret), "removed")]


def test_nothing_is_lost_and_nothing_told_twice(make: Maker, server: Server) -> None:
    hook = hooked(server, make.owner)
    keys = [make.put("source", titles=text(str(n))) for n in range(TOGETHER + 5)]
    hooks_follow()
    hooks_follow()
    assert Delivery.objects.count() == 2
    work()
    assert told(server) == [(str(key), "written") for key in keys]
    hook.refresh_from_db()
    work()
    assert len(server.posted) == 2


def test_what_is_not_taken_is_sent_again_later_under_the_same_id(
    make: Maker, server: Server
) -> None:
    hook = hooked(server, make.owner)
    first, second = (make.put("source", titles=text(n)) for n in "ab")
    hooks_follow()
    make.put("source", titles=text("c"))
    hooks_follow()
    server.status = 500
    work()
    assert len(server.posted) == 1, "what comes after waits"
    work()
    assert len(server.posted) == 1, "it is not tried again at once"
    server.status = 204
    Hook.objects.update(next_try_at=timezone.now())
    work()
    ids = [headers["webhook-id"] for headers, _body in server.posted]
    assert ids[0] == ids[1] != ids[2]
    hook.refresh_from_db()
    assert hook.failures == 0
    assert [d.attempts for d in hook.deliveries.order_by("place")] == [2, 1]
    assert told(server)[2:4] == [(str(first), "written"), (str(second), "written")]


def test_a_redirect_is_not_followed(make: Maker, server: Server) -> None:
    server.status = 302
    hook = hooked(server, make.owner)
    make.put("source", titles=text("a"))
    work()
    assert server.asked == []
    assert hook.deliveries.get().status == 302


def test_a_hook_that_fails_for_long_is_stopped_and_its_managers_are_told(
    make: Maker, server: Server
) -> None:
    hook = hooked(server, make.owner)
    server.status = 503
    make.put("source", titles=text("a"))
    pauses = []
    for _attempt in range(MOST_FAILURES):
        work()
        pauses.append(round((Hook.objects.get().next_try_at - timezone.now()).total_seconds()))
        Hook.objects.update(next_try_at=timezone.now())
    assert pauses == sorted(pauses)
    assert pauses[-1] > 11 * 3600
    assert Hook.objects.get().state == Hook.State.STOPPED
    assert Notice.objects.get().address == f"/desk/hooks/{hook.id}/"
    work()
    assert len(server.posted) == MOST_FAILURES
    server.status = 200
    late = make.put("source", titles=text("b"))
    manager = Person.objects.get()
    keeping.hook_resume(acting=acting_for(person=manager, institution=make.owner), hook_id=hook.id)
    work()
    assert told(server)[-1] == (str(late), "written")


def test_one_that_is_gone_is_stopped_at_once(make: Maker, server: Server) -> None:
    hooked(server, make.owner)
    server.status = 410
    make.put("source", titles=text("a"))
    work()
    assert Hook.objects.get().state == Hook.State.STOPPED


def test_no_more_than_a_few_deliveries_wait(make: Maker, server: Server) -> None:
    hook = hooked(server, make.owner)
    now = timezone.now()
    Delivery.objects.bulk_create(
        Delivery(hook=hook, place=n, body={}, made_at=now) for n in range(MOST_WAITING)
    )
    make.put("source", titles=text("a"))
    hooks_follow()
    assert hook.deliveries.count() == MOST_WAITING


def test_what_a_contact_point_decides_is_told_without_its_reason(
    make: Maker, server: Server, centre: UUID
) -> None:
    hooked(server, centre, "clearance")
    gate_set(institution=centre, state="JP", beyond="institution")
    actor = Actor(centre, may_publish=True)
    drafts = [Draft(make.parse("source", titles=text(word)), level=Level.PUBLIC) for word in "ab"]
    revisions_write_or_hold(actor=actor, drafts=drafts, via="test")
    one, other = waiting_for_state(state="JP")
    waiting_clear(clearance=Clearance("JP", uuid4()), ids=[one.id])
    waiting_return(state="JP", ids=[other.id], reason="PLANTED")
    work()
    work()
    ((_headers, body),) = server.posted
    assert b"PLANTED" not in body
    changes = json.loads(body)["data"]["changes"]
    assert [(c["record"], c["outcome"]) for c in changes] == [
        (str(one.record_id), "cleared"), (str(other.record_id), "returned"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "https://example.org:8443/", "ftp://example.org/", "nonsense", "",
        "https://user:secret@example.org/", "https://exa mple.org/", "https://" + "a" * 2000,
    ],
)  # fmt: skip
def test_an_address_that_is_never_called_is_refused(make: Maker, url: str) -> None:
    with pytest.raises(HookError) as caught:
        keeping.hook_add(acting=acting(make.owner), url=url, watches=["own"], kinds=[])
    assert caught.value.fields["url"]
    assert not Hook.objects.exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "[::1]", "10.0.0.1"])
def test_nothing_is_sent_into_ones_own_network(make: Maker, host: str) -> None:
    manager = acting(make.owner)
    url = f"https://{host}/"
    hook, _secret = keeping.hook_add(acting=manager, url=url, watches=["own"], kinds=[])
    made = keeping.hook_test(acting=manager, hook_id=hook.id)
    assert (made.state, made.status) == (Delivery.State.FAILED, None)
    assert "not a public address" in made.fault


def test_a_hook_is_its_institutions_managers_alone(
    make: Maker, server: Server, centre: UUID
) -> None:
    hook = hooked(server, centre)
    for act in (keeping.hook_test, keeping.hook_rotate, keeping.hook_remove, keeping.hook_resume):
        with pytest.raises(NotFoundError):
            act(acting=acting(make.owner), hook_id=hook.id)
        with pytest.raises(NotAllowedError):
            act(acting=acting(centre, Role.PUBLISHER), hook_id=hook.id)
    assert Hook.objects.get().salt == hook.salt
    assert server.posted == []


def test_a_new_secret_takes_the_place_of_the_old(make: Maker, server: Server) -> None:
    manager = acting(make.owner)
    url = f"http://127.0.0.1:{server.port}/"
    hook, old = keeping.hook_add(acting=manager, url=url, watches=["own"], kinds=[])
    new = keeping.hook_rotate(acting=manager, hook_id=hook.id)
    assert new != old
    made = keeping.hook_test(acting=manager, hook_id=hook.id)
    assert made.state == Delivery.State.DELIVERED
    ((headers, body),) = server.posted
    assert headers["webhook-signature"] == signature(
        new, headers["webhook-id"], int(headers["webhook-timestamp"]), body
    )


def test_a_large_load_is_followed_in_stretches(make: Maker, server: Server) -> None:
    hook = hooked(server, make.owner, "own")
    drafts = [Draft(make.parse("source", titles=text(str(n)))) for n in range(1100)]
    revisions_write(actor=Actor(make.owner), drafts=drafts, via="test")
    hooks_follow()
    assert hook.deliveries.count() == 11
    assert sum(len(d.body["data"]["records"]) for d in hook.deliveries.all()) == 1100
