"""The page that checks a credential: what it says, and that it keeps and believes nothing."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from issuing import KEY, METHOD, badge, sign
from making import ROOT

from concord.core.credentials.token import token_of
from concord.web.views.credentials import REASONS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _var(tmp_path: Path, settings: Any) -> None:
    settings.VAR = tmp_path


def sent(data: bytes | str, **more: Any) -> tuple[int, str]:
    file = SimpleUploadedFile("badge", data if isinstance(data, bytes) else data.encode())
    answer = Client().post("/credentials/", {"file": file, **more})
    return answer.status_code, " ".join(answer.content.decode().split())


def test_what_can_be_told_is_told_and_what_cannot_is_named() -> None:
    for form in (
        json.dumps(sign(badge(valid_until=None))),
        token_of(badge(valid_until=None), KEY, method=METHOD),
    ):
        code, page = sent(form)
        assert code == 200
        assert "Nothing is wrong with this credential, but not everything can be told here." in page
        assert "stands in a status list that was not given" in page
        assert "Physical protection, advanced" in page
    code, page = sent(json.dumps(sign(badge(valid_until=None, status=[]), created=badge_time())))
    assert "who that is is not known here" in page


def badge_time() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 11, 1, tzinfo=UTC)


def test_a_changed_credential_is_vouched_for_by_nobody_and_shown_as_text() -> None:
    changed = {**sign(badge()), "name": "x"}
    changed["credentialSubject"]["achievement"]["name"] = "<script>alert(1)</script>"
    _code, page = sent(json.dumps(changed))
    assert "This credential does not hold." in page
    assert "It was changed after it was signed, or signed with another key." in page
    assert "nobody vouches for these words" in page
    assert "<script>alert" not in page


def test_what_is_missing_too_large_or_no_list_is_refused_beside_its_field() -> None:
    answer = Client().post("/credentials/", {"text": " "})
    assert answer.status_code == 422
    assert "Choose a file or paste a credential." in answer.content.decode()
    assert sent(b"x" * 2_000_001)[0] == 422
    code, page = sent(json.dumps(sign(badge())), list=SimpleUploadedFile("list", b"[]"))
    assert code == 422
    assert "This is not a signed status list in JSON." in page
    assert Client().get("/credentials/").status_code == 200


def test_a_node_knows_its_own_key_and_a_list_that_is_given(
    tmp_path: Path, monkeypatch: Any
) -> None:
    from datetime import UTC, datetime, timedelta

    from concord.core.credentials.encoding import multibase
    from concord.core.credentials.status import entry, list_credential
    from concord.federation.keys import SECRET

    monkeypatch.setenv("CONCORD_ISSUER_KEY", multibase(SECRET + bytes(KEY)))
    now, address = datetime.now(UTC), "https://node.example/list"
    status = [entry(address=address, purpose="revocation", place=5)]
    file = json.dumps(sign(badge(valid_from=now, valid_until=None, status=status), created=now))
    for places, words in (([], "This credential holds."), ([5], "It was revoked.")):
        held = list_credential(
            address=address, issuer=badge()["issuer"]["id"], purpose="revocation", places=places,
            valid_from=now, valid_until=now + timedelta(days=1),
        )  # fmt: skip
        given = SimpleUploadedFile("list.json", json.dumps(sign(held, created=now)).encode())
        assert words in sent(file, list=given)[1]


NOT_MET = {
    "not a PNG", "not a did:key", "not an Ed25519 key", "not base58", "not multibase", "signed already",
    "a purpose that we do not keep lists for", "a credential is in this picture already",
}  # fmt: skip
"""Reasons of making, or caught and said in other words before anybody sees them."""


def test_every_reason_has_its_words() -> None:
    made = set()
    for path in (ROOT / "src/concord/core/credentials").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = 2 if node.func.id == "Finding" else 0
                is_reason = node.func.id in {"Finding", "told"} or node.func.id.endswith("Error")
                if is_reason and len(node.args) > at:
                    made |= {
                        n.value
                        for n in ast.walk(node.args[at])
                        if isinstance(n, ast.Constant) and isinstance(n.value, str)
                    }
    assert made - NOT_MET - set(REASONS) == set()
    assert set(REASONS) - made <= {"revocation", "suspension", "revoked", "suspended"}
