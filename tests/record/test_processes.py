"""Several processes on one register: writers take turns, and each reader sees what others wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from making import ROOT

from concord.record.checks import register_check
from concord.record.models import Revision

WRITER = """
import sys, django; django.setup()
sys.path.insert(0, "tests")
from making import Maker
make = Maker()
for n in range(20):
    make.write(make.institution(f"{sys.argv[1]} {n}"))
"""
READER = """
import sys, django; django.setup()
from concord.core.disclosure import ANYONE
from concord.record.columns import Question
from concord.register.lists import institution_table
for line in sys.stdin:
    print(len(institution_table().ids_where(ANYONE, Question())), flush=True)
"""
MIGRATE = "import django; django.setup()\nfrom django.core.management import call_command as c\nc('migrate', verbosity=0)"


def _python(code: str, env: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=pipe, stdout=pipe, text=True, env=env, cwd=ROOT,
    )  # fmt: skip


def _said(process: subprocess.Popen[str]) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("how many?\n")
    process.stdin.flush()
    return int(process.stdout.readline())


@pytest.fixture
def env(transactional_db: None, tmp_path: Path) -> dict[str, str]:
    """Where other processes find a database: PostgreSQL's own of this test, or a file."""
    env = {**os.environ, "CONCORD_VAR": str(tmp_path)}
    if connection.vendor == "postgresql":
        s = connection.settings_dict
        env["CONCORD_DATABASE_URL"] = (
            f"postgresql://{s['USER']}:{s['PASSWORD']}@{s['HOST']}:{s['PORT']}/{s['NAME']}"
        )
    else:
        env.pop("CONCORD_DATABASE_URL", None)
        subprocess.run([sys.executable, "-c", MIGRATE], env=env, check=True)
    return env


def test_writers_take_turns_and_a_reader_follows_them(env: dict[str, str]) -> None:
    reader = _python(READER, env)
    try:
        assert _said(reader) == 0
        writers = [_python(WRITER, env, f"writer {n}") for n in range(3)]
        for writer in writers:
            writer.communicate()
            assert writer.returncode == 0
        assert _said(reader) == 3 * 21
    finally:
        reader.communicate()
    if connection.vendor == "postgresql":
        numbers = sorted(Revision.objects.values_list("number", flat=True))
        assert numbers == list(range(1, 3 * 21 + 1))
        assert list(register_check()) == []
