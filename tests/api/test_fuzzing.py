"""Whatever the interface is asked, it answers as its own description promises."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import schemathesis
from calling import Program
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from making import Maker, text
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from concord.site.wsgi import application

pytestmark = pytest.mark.slow

# New records are one of many kinds, each with a deep content: to walk through every corner of that
# takes minutes. Programs do, and nobody else gets beyond the refusal of who they are.
WIDE = {
    "include-path-regex": "^/api/(records|batches)$",
    "phases": {"coverage": {"enabled": False}},
}
schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
narrow = schemathesis.openapi.from_wsgi(
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


@narrow.parametrize()
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


def test_what_follows_from_an_answer_keeps_its_promises_too(program: Program, make: Maker) -> None:
    """Records are added, read, changed under their ETag, published, restored and removed."""
    sent = {"Accept-Encoding": "identity", "Authorization": f"Bearer {program.secret}"}
    done: Counter[tuple[str, int]] = Counter()

    records = schema.include(path_regex="^/api/(records|batches)")
    # hardly a content that is made up keeps the rules of its kind, and nothing follows a refusal
    content = {"titles": text("Guards"), "providers": [str(make.owner)]}

    class Following(records.as_state_machine()):  # type: ignore[misc] - made from the description
        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:  # noqa: ARG002
            return {"headers": sent}

        def before_call(self, case: schemathesis.Case) -> None:
            if case.operation.label == "POST /api/records":
                case.body, case.query = {"kind": "course", "content": content}, {}

        def validate_response(self, response: Any, case: schemathesis.Case, **_given: Any) -> None:
            done[case.operation.label, response.status_code] += 1
            # what was made up wrongly, a token or a new record, was put right before it was sent
            mended = [ignored_auth, negative_data_rejection]
            case.validate_response(response, excluded_checks=[*EXCLUDED, *mended])

    run_state_machine_as_test(
        Following,
        settings=settings(
            max_examples=50, stateful_step_count=8, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert done["POST /api/records", 201]
    assert done["DELETE /api/records/{record_id}", 204]
    assert sum(n for (label, _status), n in done.items() if "{record_id}" in label) > 10, done
