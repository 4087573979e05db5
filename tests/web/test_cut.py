"""The server that people get, by a real socket: bodies that break off, lie or are too large."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from making import ROOT

pytestmark = pytest.mark.slow
TOKEN = "t" * 32
BOUNDARY = "part"
PREPARE = """
import django, sys, json; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test.utils import setup_test_environment
setup_test_environment()
from making import Maker, join
from concord.accounts.models import Role
make = Maker()
print(json.dumps({"session": join(make.owner, Role.EDITOR, "ann").cookies["sessionid"].value,
                  "acting": str(make.owner)}))
"""
LOOK = """
import django, json; django.setup()
from django.conf import settings
from concord.exchange.models import Upload
from concord.record.models import Revision
folder = settings.VAR / "uploads"
print(json.dumps([Upload.objects.count(), Revision.objects.count(),
                  len(list(folder.iterdir())) if folder.exists() else 0]))
"""


class Served:
    """A running server with somebody who is signed in."""

    def __init__(self, folder: Path) -> None:
        self.env = {
            **os.environ,
            "CONCORD_VAR": str(folder),
            "DJANGO_SETTINGS_MODULE": "concord.site.settings",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}",
            "CONCORD_DEBUG": "1",
        }
        self.env.pop("CONCORD_DATABASE_URL", None)
        self.person = self.run(PREPARE)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self.port),
                   "--log-level", "critical", "concord.site.wsgi:application"]  # fmt: skip
        self.server = subprocess.Popen(command, env=self.env, cwd=ROOT)
        for _try in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)

    def run(self, code: str) -> Any:
        child = [sys.executable, "-c", code]
        done = subprocess.run(
            child, env=self.env, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1])

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def head(self, length: int) -> bytes:
        return (
            f"POST /desk/uploads/new/ HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Cookie: sessionid={self.person['session']}; csrftoken={TOKEN}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
            f"Content-Length: {length}\r\nConnection: close\r\n\r\n"
        ).encode()

    def body(self, rows: int) -> bytes:
        """A form with a table of courses as its file."""
        lines = ["Title,Topics"] + [f"Course {number},B4" for number in range(rows)]
        fields = {"csrfmiddlewaretoken": TOKEN, "acting": self.person["acting"]}
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        parts.append(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; '
            f'filename="../../etc/ours.csv"\r\nContent-Type: text/csv\r\n\r\n'
            + "\n".join(lines)
            + f"\r\n--{BOUNDARY}--\r\n"
        )
        return "".join(parts).encode()

    def answer_to(self, request: bytes) -> str:
        with self.connect() as connection:
            connection.sendall(request)
            said = b""
            while chunk := connection.recv(65536):
                said += chunk
        return said.decode(errors="replace")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    found = Served(tmp_path_factory.mktemp("var"))
    yield found
    found.server.terminate()
    found.server.wait(timeout=20)


def test_what_breaks_off_is_not_kept(served: Served) -> None:
    body = served.body(20_000)
    for sent in (len(body) // 2, 200, len(body) - 5):
        with served.connect() as connection:
            connection.sendall(served.head(len(body)) + body[:sent])
            time.sleep(0.5)
    with served.connect() as connection:  # gone before it said anything of its file
        connection.sendall(served.head(len(body)))
    time.sleep(2)
    assert served.run(LOOK) == [0, 1, 0]
    answer = served.answer_to(served.head(len(body)) + body)
    assert answer.startswith("HTTP/1.1 302")
    uploads, revisions, files = served.run(LOOK)
    assert (uploads, revisions) == (1, 1)
    assert files == 3  # the file, its tables, how far the work is


def test_what_is_too_large_is_refused_before_it_comes(served: Served) -> None:
    before = served.run(LOOK)
    started = time.monotonic()
    with served.connect() as connection:
        connection.sendall(served.head(2 * 1024**3) + served.body(1)[:-20])
        said = connection.recv(65536).decode()
    assert said.startswith("HTTP/1.1 413")
    assert time.monotonic() - started < 30
    assert served.run(LOOK) == before


def test_what_lies_about_its_form_is_refused(served: Served) -> None:
    before = served.run(LOOK)
    body = served.body(2)
    wrong = body.replace(TOKEN.encode(), b"f" * 32)
    assert served.answer_to(served.head(len(wrong)) + wrong).startswith("HTTP/1.1 403")
    elsewhere = body.replace(served.person["acting"].encode(), b"0" * 36)
    assert not served.answer_to(served.head(len(elsewhere)) + elsewhere).startswith("HTTP/1.1 302")
    assert served.run(LOOK) == before
