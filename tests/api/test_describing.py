"""The interface's description is whole, has examples that hold, and is what the guide says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from typing import Any

import pytest
from django.test import Client
from making import ROOT
from pydantic import TypeAdapter

from concord.api import schemas
from concord.api.describing import OF_ONES_OWN
from concord.api.endpoints import api
from concord.api.examples import BODIES, CONTENT, SCHEMAS
from concord.record.kinds import all_kinds
from concord.record.services import content_parse

GUIDE = (ROOT / "docs/guides/programs.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return dict(api.get_openapi_schema())


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_is_in_the_guide(document: dict[str, Any]) -> None:
    named = set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/api/[^`?]*)`", GUIDE))
    assert named == {(method.upper(), path) for method, path, _op in operations(document)}


def test_every_operation_has_examples_and_its_refusals(document: dict[str, Any]) -> None:
    known = document["components"]["schemas"]
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert "429" in map(str, operation["responses"]), where
        if "requestBody" in operation:
            (content,) = operation["requestBody"]["content"].values()
            assert content["example"], where
        for response in operation["responses"].values():
            for content in response.get("content", {}).values():
                assert _examples(content["schema"], known), where


def _examples(schema: dict[str, Any], known: dict[str, Any]) -> bool:
    """Whether what is answered has an example, by itself or in each of its alternatives."""
    if "$ref" in schema:
        return bool(known[schema["$ref"].rpartition("/")[2]].get("examples"))
    parts = schema.get("anyOf") or [schema.get("items", {})]
    return all(_examples(part, known) for part in parts if part)


def test_examples_hold() -> None:
    for name, example in SCHEMAS.items():
        TypeAdapter(getattr(schemas, name)).validate_python(example)
    schemas.NewRecordIn.model_validate(BODIES["record_add"])
    schemas.BatchIn.model_validate(BODIES["records_add"])
    schemas.RecordPut.model_validate(BODIES["record_put"])
    schemas.RecordPatch.model_validate(BODIES["record_patch"])
    content_parse(kind="course", data=CONTENT)


def test_every_kind_says_what_it_holds(document: dict[str, Any]) -> None:
    known = document["components"]["schemas"]
    choices = {
        choice["properties"]["kind"]["const"]: choice["properties"]["content"]["$ref"]
        for choice in known["NewRecordIn"]["oneOf"]
    }
    assert set(choices) == set(all_kinds())
    for kind, ref in choices.items():
        properties = known[ref.rpartition("/")[2]]["properties"]
        assert set(properties) == set(all_kinds()[kind].model_fields)


def test_it_says_how_to_sign_in(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for method, path, operation in operations(document):
        is_open = {} in operation["security"]
        assert is_open == (method == "get" and path not in OF_ONES_OWN)


def test_the_check_of_the_guide_takes_what_is_signed_and_nothing_else(client: Client) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - what the guide tells people to run
    key = base64.b64encode(b"x" * 32).decode()
    now = str(int(time.time()))
    digest = hmac.digest(b"x" * 32, f"msg_1.{now}.{{}}".encode(), hashlib.sha256)
    headers = {
        "webhook-id": "msg_1", "webhook-timestamp": now,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }  # fmt: skip
    assert names["is_ours"](f"whsec_{key}", headers, b"{}")
    assert not names["is_ours"](f"whsec_{key}", headers, b"{ }")
    assert not names["is_ours"](f"whsec_{key}", {**headers, "webhook-timestamp": "1"}, b"{}")
