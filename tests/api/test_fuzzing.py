"""Whatever the interface is asked, it answers as its own description promises."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from calling import Program
from hypothesis import HealthCheck, settings
from making import Maker, text
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from concord.site.wsgi import application

pytestmark = pytest.mark.slow

# New records are one of many kinds, each with a deep content: to walk through every corner of that
# takes minutes, and what the services make of a content has tests of its own.
WIDE = {
    "include-path-regex": "^/api/(records|batches)$",
    "phases": {"coverage": {"enabled": False}},
}
schema = schemathesis.openapi.from_wsgi(
    "/api/openapi.json", application, config=SchemathesisConfig.from_dict({"operations": [WIDE]})
)
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
# A date, the end of a page or a rule of a kind is more than a schema can say: a refusal there keeps
# the promise.
EXCLUDED = [positive_data_acceptance]


@pytest.fixture(autouse=True)
def course(make: Maker) -> str:
    made = make.put("course", titles=text("Guards"), providers=[str(make.owner)])
    return f"{made}"


@pytest.fixture
def program(make: Maker) -> Program:
    return Program(make.owner)


def check(case: schemathesis.Case, **headers: str) -> Any:
    # HTTP has it that a header which nobody knows is left aside, and a bad one that we put right
    # is not sent at all
    is_mended = any(name in headers or name.startswith("x-schemathesis") for name in case.headers)
    excluded = [*EXCLUDED, negative_data_rejection] if is_mended else EXCLUDED
    return case.call_and_validate(
        headers={"Accept-Encoding": "identity", **headers}, excluded_checks=excluded
    )


@schema.parametrize()
@FEW
def test_it_keeps_its_promises_to_anybody(case: schemathesis.Case) -> None:
    check(case)


@schema.parametrize()
@FEW
def test_it_keeps_its_promises_to_a_program(
    case: schemathesis.Case, program: Program, course: str
) -> None:
    if "record_id" in (case.path_parameters or {}):
        case.path_parameters["record_id"] = course
    if "If-Match" in case.headers and case.method != "GET":
        case.headers["If-Match"] = "*"
    check(case, Authorization=f"Bearer {program.secret}")
