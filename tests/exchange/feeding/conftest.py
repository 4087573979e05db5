"""A centre whose feeds are served over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from feeding import Centre
from making import Maker
from serving import serving

from concord.accounts.models import Mandate, Person, Role
from concord.accounts.selectors import Acting


@pytest.fixture
def centre(make: Maker, settings: Any) -> Iterator[Centre]:
    person = Person.objects.create_user("ann@example.org")
    Mandate.objects.create(person=person, role=Role.PUBLISHER, institution=make.owner)
    with serving(settings) as server:
        yield Centre(make, Acting(person.id, make.owner, Role.PUBLISHER), server)
