"""A marker that was planted by every way in is in no file and no table once it was purged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from making import ROOT

PLANTED = {
    "accounts_proposal.base", "accounts_proposal.content", "accounts_proposal.reason",
    "api_keptanswer.body", "cache.value", "django_session.session_data",
    "django_tasks_database_dbtaskresult.args_kwargs", "exchange_batch.rows",
    "exchange_feedentry.said", "exchange_feedentry.written", "exchange_feedraw.text",
    "exchange_feedrun.rows", "exchange_remembered.text", "exchange_upload.mapping", "exchange_upload.name",
    "record_record.content", "record_revision.content", "record_revision.reason",
    "record_waiting.content",
}  # fmt: skip
"""Where it must have been: else the test would look for what was never there."""
FILES = {"exports/*.xlsx", "uploads/*", "uploads/*.tables"}


@pytest.fixture
def found(transactional_db: None, tmp_path: Path) -> dict[str, Any]:
    """What ``spilling.py`` found in an installation of its own, before and after."""
    (tmp_path / "static").mkdir()
    env = {
        **os.environ,
        "CONCORD_VAR": str(tmp_path), "CONCORD_DEBUG": "1",
        "CONCORD_HOSTS": "testserver,127.0.0.1", "CONCORD_SECRET_KEY": "of this test",
        "CONCORD_EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
    }  # fmt: skip
    if connection.vendor == "postgresql":
        s = connection.settings_dict
        env["CONCORD_DATABASE_URL"] = (
            f"postgresql://{s['USER']}:{s['PASSWORD']}@{s['HOST']}:{s['PORT']}/{s['NAME']}"
        )
    else:
        env.pop("CONCORD_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "tests/spilling.py"], env=env, cwd=ROOT, text=True, check=False,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_a_marker_is_in_no_file_and_no_table_afterwards(found: dict[str, Any]) -> None:
    before, after, pages = found["before"], found["after"], found["pages"]
    assert set(before["tables"]) >= PLANTED
    assert set(before["files"]) >= FILES
    if connection.vendor == "sqlite":
        assert set(before["files"]) >= {"concord.sqlite3", "concord.sqlite3-wal"}
    assert before["memory"] > 0
    assert after == {"tables": [], "files": [], "memory": 0}
    assert pages == {
        "course": 410, "activity": 200, "said": True, "told": [True, False], "repeated": 422, "audit": ["done"] * 3,
        "rewritten": 0, "exports": ["outdated"], "uploads": ["refused", "written"],
    }  # fmt: skip
