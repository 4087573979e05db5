"""What is written is true of the code."""

from __future__ import annotations

from making import ROOT

from concord.cli.commands import app
from concord.cli.dictionary import pages


def test_generated_pages_are_up_to_date() -> None:
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, "run `concord docs`"


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        if not command.hidden and command.callback is not None:
            assert command.callback.__name__ in readme, command.callback.__name__


def test_every_dependency_is_explained() -> None:
    decisions = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs/decisions").iterdir())
    for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines():
        name = line.split(">")[0].split("[")[0].strip().lower()
        if name and not name.startswith("#"):
            assert name in decisions.lower() or name.split("-")[0] in decisions.lower(), name
