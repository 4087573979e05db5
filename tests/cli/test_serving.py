"""The portal as an operator starts it: real processes on a real socket."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from making import ROOT


@pytest.mark.slow
def test_start_loads_prints_serves_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    env = {**os.environ, "CONCORD_VAR": str(tmp_path)}
    env.pop("CONCORD_DATABASE_URL", None)
    said = tmp_path / "said.txt"
    with said.open("w") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", "concord", "start", "--port", str(port)],
            stdout=out, stderr=out, env=env, cwd=ROOT, start_new_session=True,
        )  # fmt: skip
    try:
        page = _first_page(port, running)
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=20)
    assert "Concord" in page
    assert "Coverage:" in said.read_text()
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)  # neither server nor worker is left


def _first_page(port: int, running: subprocess.Popen[bytes]) -> str:
    for _attempt in range(600):
        assert running.poll() is None, "it ended by itself"
        try:
            with urlopen(f"http://127.0.0.1:{port}/") as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("no page came within a minute")
