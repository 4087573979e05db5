"""The room of web hooks, as a manager uses it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from making import Maker, join
from serving import serving

from concord.accounts.models import Role
from concord.exchange.models import Hook


@pytest.fixture
def centre(make: Maker) -> UUID:
    return make.write(make.institution("Centre"))


def test_a_manager_adds_tries_and_removes_one(centre: UUID, settings: Any) -> None:
    manager = join(centre, Role.MANAGER, "manager")
    assert "none yet" in manager.get("/desk/hooks/").content.decode()
    with serving(settings) as server:
        body = {"url": f"http://127.0.0.1:{server.port}/", "watches": ["own", "public"]}
        made = manager.post("/desk/hooks/", body).content.decode()
        assert "whsec_" in made
        hook = Hook.objects.get()
        address = f"/desk/hooks/{hook.id}/"
        assert "whsec_" not in manager.get(address).content.decode()
        page = manager.post(address, {"do": "test"}, follow=True).content.decode()
        assert "The test event was taken." in page
        server.status = 500
        page = manager.post(address, {"do": "test"}, follow=True).content.decode()
        assert "not taken: the answer was 500" in page
        assert "whsec_" in manager.post(address, {"do": "rotate"}).content.decode()
    manager.post(address, {"do": "remove"})
    assert not Hook.objects.exists()


def test_what_is_wrong_is_said_beside_the_field(centre: UUID) -> None:
    manager = join(centre, Role.MANAGER, "manager")
    answer = manager.post("/desk/hooks/", {"url": "http://example.org/", "kinds": ["nothing"]})
    page = answer.content.decode()
    assert answer.status_code == 422
    for field in ("url", "watches", "kinds"):
        assert f'href="#{field}"' in page
    assert 'value="http://example.org/"' in page


def test_the_room_is_the_managers(centre: UUID, make: Maker, client: Client) -> None:
    assert client.get("/desk/hooks/").status_code == 302
    assert join(centre, Role.PUBLISHER, "publisher").get("/desk/hooks/").status_code == 403
    manager = join(centre, Role.MANAGER, "manager")
    manager.post("/desk/hooks/", {"url": "https://example.org/", "watches": ["own"]})
    hook = Hook.objects.get()
    other = join(make.owner, Role.MANAGER, "other")
    assert other.get(f"/desk/hooks/{hook.id}/").status_code == 404
    assert other.post(f"/desk/hooks/{hook.id}/", {"do": "remove"}).status_code == 404
    assert Hook.objects.exists()
