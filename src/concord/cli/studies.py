"""``concord study``: any study, asked as its page asks it."""

from __future__ import annotations

import sys
from typing import Annotated
from uuid import UUID

import orjson
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from concord.core.disclosure import ANYONE
from concord.documents.findings import sheets_of
from concord.record.audiences import viewer_as
from concord.record.errors import InvalidQueryError, NotFoundError
from concord.studies.kept import Kept
from concord.studies.running import study_kept, study_run
from concord.studies.study import study_get, study_names

console = Console()


def study(
    name: Annotated[str, typer.Argument(help="Which study; “list” names them all")],
    *,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A part of the question, such as topic=B1 or assume.KEY=0.1"),
    ] = None,
    institution: Annotated[
        UUID | None, typer.Option(help="As this institution's own people see it")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Ask a study what its page asks, and print what it finds."""
    if name == "list":
        console.print("\n".join(study_names()))
        return
    try:
        kind = study_get(name).question
    except NotFoundError:
        known = ", ".join(study_names())
        raise InvalidQueryError(fields={"name": f"there is no study {name!r}: {known}"}) from None
    question = kind.read(_parts(set_ or []))
    viewer = viewer_as(institution) if institution else ANYONE
    kept: Kept | None = study_kept(viewer=viewer, name=name, question=question)
    if kept is None or kept.is_stale:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task(name, total=100)
            kept = study_run(
                viewer=viewer,
                name=name,
                question=question,
                told=lambda share: progress.update(bar, completed=share),
            )
    if as_json:
        plain = {"question": orjson.loads(question.key), "inputs": kept.inputs} | kept.result
        sys.stdout.write(orjson.dumps(plain, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    for sheet in sheets_of(name, kept.result, viewer, "en"):
        table = Table(*sheet.heads, title=sheet.title, box=None, header_style="bold")
        for row in sheet.rows:
            table.add_row(*("" if value is None else str(value) for value in row))
        console.print(table)
        for note in sheet.notes:
            console.print(note, style="dim")


def _parts(texts: list[str]) -> dict[str, list[str]]:
    """The parts of a question, as an address would give them."""
    found: dict[str, list[str]] = {}
    for text in texts:
        key, is_there, value = text.partition("=")
        if not is_there:
            raise InvalidQueryError(fields={"set": f"{text!r} is not written as KEY=VALUE"})
        found.setdefault(key.strip(), []).append(value.strip())
    return found
