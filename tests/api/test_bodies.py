"""Bad input: each ends in the one shape of a problem, and nothing is written."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from calling import Program
from django.test import Client
from making import Maker, text

from concord.api.bodies import MOST_BYTES
from concord.record.models import Revision


@pytest.fixture
def program(make: Maker) -> Program:
    return Program(make.owner)


def good(owner: UUID) -> bytes:
    content = {"titles": text("Guards"), "providers": [str(owner)]}
    return json.dumps({"kind": "course", "content": content}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"nonsense", b'{"a": 1, "a": 2}', b'{"kind": NaN}', b'{"kind": 1e999}',
        b'{"kind": 99999999999999999999999}', b"\xff\xfe", b'{"kind": "\\u0000"}',
        b'{"kind": "\\ud800"}', b"[" * 100_000, b'{"kind": ' + b"[" * 40 + b"]" * 40 + b"}",
        b"\xef\xbb\xbf{}", b'{"content": {"x": 1, "x": 1}}',
    ],
)  # fmt: skip
def test_what_is_no_clear_json_is_refused(program: Program, body: bytes) -> None:
    before = Revision.objects.count()
    answer = program.post("/api/records", body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:concord:malformed"
    assert Revision.objects.count() == before


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b'"x"', b"null", b"{}"])
def test_what_is_of_another_shape_is_refused(program: Program, body: bytes) -> None:
    answer = program.post("/api/records", body)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:concord:invalid-body"
    assert answer.json()["errors"]


def test_other_types_and_packed_bodies_are_refused(program: Program, make: Maker) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"):
        answer = program.post("/api/records", good(make.owner), Content_Type=kind)
        assert answer.status_code in {400, 415}, kind
        assert answer["Content-Type"] == "application/problem+json"
    packed = program.post("/api/records", good(make.owner), Content_Encoding="gzip")
    assert packed.status_code == 415
    assert program.post("/api/records", good(make.owner)).status_code == 201


def test_an_oversized_body_is_refused_unread(program: Program) -> None:
    for address in ("/api/records", "/api/nowhere", "/api/training"):
        answer = program.post(address, b" " * (MOST_BYTES + 1))
        assert answer.status_code == 413
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("POST", "/api/training", 405),
        ("PUT", "/api/records", 405),
        ("DELETE", "/api/batches", 405),
        ("POST", "/api/nowhere", 404),
        ("POST", "/api//records", 404),
        ("GET", "/api/../desk/", 404),
        ("GET", "/api/records/../../etc/passwd", 404),
        ("GET", "/api/records/%2e%2e%2fdesk", 404),
        ("GET", "/api/export/%00", 404),
        ("GET", "/api/vocabulary/..%2f..%2fetc", 404),
        ("GET", "/api/records/00000000-0000-4000-8000-000000000000%00", 400),
    ],
)  # fmt: skip
def test_other_ways_lead_nowhere(program: Program, method: str, address: str, status: int) -> None:
    answer = program.send(method, address)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert status != 405 or answer["Allow"]


def test_a_form_of_another_site_is_refused(program: Program, make: Maker) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(program.person)
    for address in ("/api/records", "/api/nowhere"):
        answer = browser.post(address, {"kind": "course"}, headers={"Origin": "https://evil.test"})
        assert answer.status_code in {401, 404}
        assert answer["Content-Type"] == "application/problem+json"
