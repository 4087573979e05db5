"""``concord report``: what studies find, as a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from concord.core.disclosure import ANYONE, Viewer
from concord.core.vocabulary import LANGUAGES
from concord.documents.report import report_pdf
from concord.documents.report.making import CENTRE, REGION, centre_report, region_report
from concord.record.audiences import viewer_as
from concord.record.errors import InvalidQueryError
from concord.record.selectors import record_get
from concord.studies.running import study_run
from concord.studies.study import study_get

report = typer.Typer(help="Reports as PDF, of what the public or an institution may see.",
                     no_args_is_help=True)  # fmt: skip
console = Console()
Out = Annotated[Path, typer.Option(help="The PDF file to write")]
Language = Annotated[str, typer.Option(help="en, zh-Hans, ja, ko, id, ms or vi")]
Then = Annotated[str, typer.Option(help="What the register said at this moment (ISO 8601)")]
As = Annotated[UUID | None, typer.Option(help="As this institution's own people see it")]


@report.command()
def region(
    *,
    out: Out = Path("region.pdf"),
    language: Language = "en",
    known_at: Then = "",
    institution: As = None,
) -> None:
    """Offers, needs and gaps, overlap and collaboration."""
    _write(out, language, known_at, viewer_as(institution) if institution else ANYONE, {})


@report.command()
def centre(
    key: Annotated[UUID, typer.Argument(help="Id of the centre")],
    *,
    out: Out = Path("centre.pdf"),
    year: Annotated[str, typer.Option(help="The year; the last one by default")] = "",
    language: Language = "en",
    known_at: Then = "",
    institution: As = None,
) -> None:
    """What a centre did in a year."""
    viewer = viewer_as(institution) if institution else ANYONE
    record_get(viewer=viewer, record_id=key, kind="institution")
    _write(out, language, known_at, viewer, {"centre": [str(key)], "year": [year]})


def _write(
    out: Path, language: str, known_at: str, viewer: Viewer, of: dict[str, list[str]]
) -> None:
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise InvalidQueryError(fields={"language": f"{language!r} is none of {known}"})
    results, moment = {}, None
    for name in CENTRE if of else REGION:
        question = study_get(name).question.read({**of, "known_at": [known_at]})
        moment = question.known_at
        results[name] = study_run(viewer=viewer, name=name, question=question)
    make = centre_report if of else region_report
    out.write_bytes(report_pdf(make(results, viewer, language, moment)))
    console.print(f"Wrote {out}.")
