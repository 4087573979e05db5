"""Whatever the interface is asked, it answers as its own description promises."""

from __future__ import annotations

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, settings
from making import Maker, text
from schemathesis.specs.openapi.checks import positive_data_acceptance

from concord.site.wsgi import application

pytestmark = pytest.mark.slow

schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)


@pytest.fixture(autouse=True)
def _register(make: Maker, client: Client) -> None:
    make.put("course", titles=text("Guards"), providers=[str(make.owner)])


@schema.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_interface_keeps_its_promises(case: schemathesis.Case) -> None:
    # A date, or the end of a page, is more than a schema can say: a 400 there keeps the promise.
    case.call_and_validate(
        headers={"Accept-Encoding": "identity"}, excluded_checks=[positive_data_acceptance]
    )
