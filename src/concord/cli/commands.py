"""The commands of ``concord``. Each is thin: it calls services and selectors and prints."""

from __future__ import annotations

import csv
import os
import signal
import socket
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from django.conf import settings
from django.core.management import call_command
from rich.console import Console
from rich.table import Table

from concord.accounts.models import Role
from concord.accounts.services import invitation_make
from concord.cli.conflicts import conflicts
from concord.cli.credentials import key, verify
from concord.cli.members import member
from concord.cli.policies import policy
from concord.cli.purges import purge
from concord.cli.releases import attack, releases
from concord.cli.reports import report
from concord.cli.studies import study
from concord.core.disclosure import ANYONE, PUBLIC, Level, Viewer
from concord.core.vocabulary import LANGUAGES
from concord.exchange.feeding.errors import FeedBusyError, FeedStateError
from concord.exchange.feeding.running import feed_run
from concord.exchange.feeding.sources import feeds_all, feeds_claim_due
from concord.exchange.plain import all_plain
from concord.exchange.services import folder_load
from concord.exchange.workbook.writing import workbook_write
from concord.jobs.schedule import schedule_ensure
from concord.jobs.tasks import run_studies
from concord.record.audiences import viewer_as
from concord.record.checks import register_check
from concord.record.errors import InvalidQueryError
from concord.record.kinds import all_kinds
from concord.record.selectors import RecordView, record_get, record_list, register_number
from concord.record.sensitive import confirming, rules_faults
from concord.record.then import records_then
from concord.register import vocabulary
from concord.register.assumptions import assumption_faults
from concord.register.reading import title_of
from concord.register.words import CENTRE_KINDS, Cut, InstitutionKind
from concord.studies.coverage import coverage_get, coverage_run
from concord.studies.services import studies_run_all

app = typer.Typer(
    help="Concord: who trains whom on what in nuclear security, and how well that is borne out.\n\n"
    "Begin with `concord init`, look with `concord coverage` and `concord institutions`, "
    "read in a browser with `concord serve`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(key, name="key")
app.add_typer(member, name="member")
app.add_typer(releases, name="release")
app.add_typer(report, name="report")
app.command()(attack)
app.command()(conflicts)
app.command()(policy)
app.command()(purge)
app.command()(study)
app.command()(verify)
console = Console()

STATE_WORDS = {
    "offered": "offered",
    "said_of_unnamed": "said of centres not named",
    "event_only": "event only",
    "not_found": "not found in open sources",
}


@app.command()
def init() -> None:
    """Make the database ready; load the East Asian register if the database is empty."""
    settings.VAR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if register_number() == 0:
        folder = settings.CONCORD_DATA / "east-asia"
        loaded = folder_load(folder=folder, level=Level.PUBLIC)
        console.print(f"Loaded {loaded.written} records from {folder.name}.")
        studies_run_all()
        _invite_first()


def _invite_first() -> None:
    """There is no password to begin with: whoever opens this link first manages the compiler."""
    compilers = (
        record.id
        for record in record_list(viewer=ANYONE, kind="institution")
        if InstitutionKind.COMPILER in record.content.get("kinds", ())
    )
    for institution in islice(compilers, 1):
        _print_link(invitation_make(role=Role.MANAGER, institution=institution)[1])


def _print_link(secret: str) -> None:
    console.print("Who opens this link first gets the role (within 14 days, once):")
    console.print(f"  {settings.CONCORD_ADDRESS}/join/{secret}/", soft_wrap=True, highlight=False)


@app.command()
def invite(
    role: Annotated[Role, typer.Argument(help="What the person may do")],
    institution: Annotated[UUID | None, typer.Option(help="Id of an institution")] = None,
    state: Annotated[str, typer.Option(help="Country code, for its contact point")] = "",
    network: Annotated[UUID | None, typer.Option(help="Id of a network, to coordinate")] = None,
) -> None:
    """Print a one-time link that gives somebody a role: the operator's way of letting people in."""
    scopes = {"institution": institution, "state": state, "network": network}
    wanted = {Role.CONTACT_POINT: "state", Role.COORDINATOR: "network"}.get(role, "institution")
    state = state.upper()
    given = [name for name, value in scopes.items() if value]
    if given != [wanted]:
        raise InvalidQueryError(
            fields={wanted: f"this role needs --{wanted}, and that alone: {role.value}"}
        )
    if state and state not in vocabulary.countries():
        raise InvalidQueryError(fields={"state": f"{state!r} is not the code of a country or area"})
    key = institution or network
    if key:
        record_get(viewer=ANYONE, record_id=key, kind=wanted)
    _made, secret = invitation_make(
        role=role, institution=institution, state=state, network=network
    )
    _print_link(secret)


@app.command()
def template(
    institution: Annotated[UUID, typer.Argument(help="Id of the institution")],
    target: Annotated[Path, typer.Argument(help="The XLSX file to write")],
    language: Annotated[str, typer.Option(help="en, zh-Hans, ja, ko, id, ms or vi")] = "en",
) -> None:
    """Write an institution's workbook, filled with what it has, to be filled in further."""
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise InvalidQueryError(fields={"language": f"{language!r} is none of {known}"})
    viewer = viewer_as(institution)
    record_get(viewer=viewer, record_id=institution, kind="institution")
    data = workbook_write(viewer=viewer, institution=institution, language=language)
    target.write_bytes(data)
    console.print(f"Wrote {target}.")


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(help="Folder of CSV files, as in data/east-asia")],
    level: Annotated[
        str,
        typer.Option(help="institution (default), public, state, network:ID or group:ID"),
    ] = "institution",
    owner: Annotated[UUID | None, typer.Option(help="Id of the institution that owns them")] = None,
    confirm_warnings: Annotated[  # noqa: FBT002
        bool, typer.Option(help="You looked at the warnings of the content check")
    ] = False,
) -> None:
    """Load a folder of CSV files: all of it, or nothing and a list of every fault."""
    with confirming(every=confirm_warnings, person=None):
        loaded = folder_load(folder=folder, level=_as_level(level), owner=owner)
    console.print(f"{loaded.written} records written, {loaded.unchanged} unchanged.")
    studies_run_all()


@app.command()
def coverage(
    cut: Annotated[Cut, typer.Option(help="The 2015 brief alone, or with later sources")] = Cut.ALL,
    institution: Annotated[
        UUID | None, typer.Option(help="As this institution's own people see it")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,  # noqa: FBT002
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV")] = False,  # noqa: FBT002
    known_at: Annotated[
        str | None, typer.Option(help="What the register said at this moment (ISO 8601)")
    ] = None,
) -> None:
    """Which topics are offered, by which centres, and which are not found in open sources."""
    viewer, moment = viewer_as(institution) if institution else ANYONE, _as_moment(known_at)
    kept = coverage_get(viewer=viewer, cut=cut, known_at=moment)
    if kept is None or kept.is_stale:
        result = coverage_run(viewer=viewer, cut=cut, known_at=moment)
    else:
        result = kept.result
    names = {str(i.id): title_of(i, "en") for i in record_list(viewer=viewer, kind="institution")}
    short = _short_names(viewer)
    if as_json:
        sys.stdout.write(orjson.dumps(result, option=orjson.OPT_INDENT_2).decode() + "\n")
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(["code", "topic", "state", "centres"])
        for topic in result["topics"]:
            label = vocabulary.topics().label(topic["code"], "en")
            centres = "; ".join(names.get(c, c) for c in topic["centres"])
            writer.writerow([topic["code"], label, topic["state"], centres])
    else:
        console.print(_coverage_table(result, short, cut))
        console.print(
            "“Not found” speaks of open sources: it does not say that nobody does it.", style="dim"
        )


def _short_names(viewer: Viewer) -> dict[str, str]:
    short = {}
    for institution in record_list(viewer=viewer, kind="institution"):
        names = institution.content.get("names", [])
        shorts = [n["name"] for n in names if n.get("form") == "short"]
        state = institution.content.get("state", "")
        name = shorts[0] if shorts else title_of(institution, "en")
        short[str(institution.id)] = f"{name} ({state})" if name == "NSSC" else name
    return short


def _coverage_table(result: dict[str, Any], names: dict[str, str], cut: Cut) -> Table:
    table = Table(title=f"Coverage: {cut.label}", box=None, header_style="bold", pad_edge=False)
    for column in ("", "topic", "state", "offered by", "evidence"):
        table.add_column(column, justify="right" if column == "evidence" else "left")
    styles = {"offered": "green", "not_found": "yellow"}
    for topic in result["topics"]:
        table.add_row(
            topic["code"],
            vocabulary.topics().label(topic["code"], "en"),
            STATE_WORDS[topic["state"]],
            ", ".join(names.get(centre, centre) for centre in topic["centres"]),
            str(sum(sum(stages.values()) for stages in topic["evidence"].values())),
            style=styles.get(topic["state"]),
        )
    return table


@app.command()
def institutions(
    centres: Annotated[bool, typer.Option(help="Only COE and NSSC")] = False,  # noqa: FBT002
) -> None:
    """List the institutions of the register."""
    table = Table("name", "country or area", "kinds", box=None, header_style="bold")
    table.add_column("id", no_wrap=True)  # it is copied into other commands: never cut
    for row in record_list(viewer=ANYONE, kind="institution"):
        kinds = row.content.get("kinds", [])
        if centres and not set(kinds) & set(CENTRE_KINDS):
            continue
        state = row.content.get("state")
        country = vocabulary.countries().label(state, "en") if state else ""
        table.add_row(title_of(row, "en"), country, ", ".join(kinds), str(row.id))
    console.print(table)


@app.command()
def show(
    record: Annotated[str, typer.Argument(help="Id of a record")],
    known_at: Annotated[
        str | None, typer.Option(help="What the register said at this moment (ISO 8601)")
    ] = None,
) -> None:
    """Show one record as the public sees it."""
    view = record_get(viewer=ANYONE, record_id=_as_id(record), known_at=_as_moment(known_at))
    console.print_json(orjson.dumps(all_plain([view])[0]).decode())


@app.command()
def export(
    kind: Annotated[str, typer.Argument(help="Kind of record: course, activity, statement ...")],
    known_at: Annotated[
        str | None, typer.Option(help="What the register said at this moment (ISO 8601)")
    ] = None,
) -> None:
    """Write every public record of a kind as JSON lines."""
    if kind not in all_kinds():
        known = ", ".join(all_kinds())
        raise InvalidQueryError(fields={"kind": f"{kind!r} is no kind; there are {known}"})
    moment = _as_moment(known_at)
    views = record_list(viewer=ANYONE, kind=kind)
    if moment:
        views = records_then(viewer=ANYONE, known_at=moment, kinds=[kind])
    for view in views:
        sys.stdout.write(orjson.dumps(_plain(view)).decode() + "\n")


@app.command(hidden=True)
def translations(
    collect: Annotated[bool, typer.Option(help="Collect the strings first")] = False,  # noqa: FBT002
) -> None:
    """Compile the translations of the interface."""
    from concord.cli import messages

    if collect:
        messages.update()
    messages.compile_all()


@app.command(hidden=True)
def docs() -> None:
    """Write the data dictionary and the glossary anew from the code's own docstrings."""
    from concord.cli import dictionary

    for path, text in dictionary.pages().items():
        path.write_text(text, encoding="utf-8")


@app.command()
def synth(
    activities: Annotated[int, typer.Option(help="How many activities", min=1)] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same register")] = 1,
    mixed: Annotated[bool, typer.Option(help="With records and fields for few")] = False,  # noqa: FBT002
) -> None:
    """Fill an empty database with a made-up register, to try and to measure with."""
    from rich.progress import Progress

    from concord.exchange.synthetic import synthetic_load

    call_command("migrate", verbosity=0)
    if register_number():
        raise InvalidQueryError("The database is not empty: set CONCORD_VAR to another folder.")
    with Progress(console=console) as bar:
        task = bar.add_task("writing", total=round(activities * 1.13))
        count = synthetic_load(
            activities=activities,
            seed=seed,
            is_mixed=mixed,
            progress=lambda done: bar.update(task, completed=done),
        )
    console.print(f"{count} records written.")


@app.command()
def check() -> None:
    """Verify the database's invariants, the rules of the content check, and what is assumed."""
    faults = 0
    for said in assumption_faults():
        console.print(said, markup=False, highlight=False)
        faults += 1
    for fault in rules_faults():
        console.print(f"{fault.where}: {fault.what}", markup=False, highlight=False)
        faults += 1
    for broken in register_check():
        console.print(
            f"{broken.where}: {broken.what} Mend: {broken.mend}", markup=False, highlight=False
        )
        faults += 1
    if faults:
        raise typer.Exit(code=1)
    console.print("All invariants hold.")


@app.command()
def feeds(
    run: Annotated[bool, typer.Option(help="Read those that are due, now and here")] = False,  # noqa: FBT002
) -> None:
    """List the feeds of all institutions; ``--run`` reads those that are due."""
    if run:
        for source_id, _language in feeds_claim_due():
            _run_feed(source_id)
    names = _short_names(ANYONE)
    table = Table("feed", "institution", "form", "state", "last read", "next", "id", box=None)
    for source in feeds_all():
        times = [
            f"{t:%Y-%m-%d %H:%M}" if t else "–" for t in (source.last_run_at, source.next_run_at)
        ]
        name = names.get(str(source.institution), str(source.institution))
        table.add_row(source.name, name, source.form, source.state, *times, str(source.id))
    console.print(table)


def _run_feed(source_id: UUID) -> None:
    """Read one feed; another worker may be at it."""
    try:
        done = feed_run(source_id=source_id)
    except (FeedBusyError, FeedStateError) as error:
        console.print(f"{source_id}: {error}", markup=False)
        return
    counts = ", ".join(f"{name} {n}" for name, n in done.counts.items() if n)
    console.print(f"{source_id}: {done.failure or counts or 'nothing'}", markup=False)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port to listen on")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
) -> None:
    """Serve the portal and run the background worker until interrupted."""
    _require_free(host, port)
    kept = coverage_get(viewer=ANYONE, cut=Cut.ALL)
    if kept is None or kept.is_stale:
        run_studies.enqueue([PUBLIC])
    schedule_ensure()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as with Ctrl-C, leaving nothing
    server = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host,
        "--port", str(port), "--log-level", "warning", "--blocking-threads", "8",
        "concord.site.wsgi:application",
    ]  # fmt: skip
    running = [
        subprocess.Popen(server, env={**os.environ, "CONCORD_PREPARE": "1"}),
        subprocess.Popen([sys.executable, "-m", "django", "db_worker"]),
    ]
    console.print(f"Concord is at http://{host}:{port}/ (stop with Ctrl-C)")
    try:
        running[0].wait()
    except KeyboardInterrupt:
        console.print("Stopping.")
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=10)


@app.command()
def start(
    port: Annotated[int, typer.Option(help="Port to listen on")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
) -> None:
    """Make ready, print the coverage and serve: what `make run` does, in one process."""
    _require_free(host, port)
    os.environ.setdefault("CONCORD_ADDRESS", f"http://{host}:{port}")
    settings.CONCORD_ADDRESS = os.environ["CONCORD_ADDRESS"]
    init()
    coverage()
    serve(port=port, host=host)


def _require_free(host: str, port: int) -> None:
    """Refuse a port that another programme listens on: the two would answer in turn."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = f"{host}:{port} cannot be listened on ({error.strerror}); choose another port"
            raise InvalidQueryError(fields={"port": reason}) from error


def _plain(view: RecordView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "kind": view.kind,
        "owner": str(view.owner),
        "revision": view.revision_number,
        "changed_at": view.changed_at.isoformat(),
        "content": view.content,
        "withheld": list(view.withheld),
    }


def _as_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidQueryError(fields={"record": f"{text!r} is not the id of a record"}) from None


def _as_level(text: str) -> Level:
    try:
        return Level.parse(text)
    except ValueError as error:
        raise InvalidQueryError(fields={"level": str(error)}) from None


def _as_moment(text: str | None) -> Any:
    import datetime as dt

    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InvalidQueryError(fields={"known_at": f"{text!r} is not a moment"}) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
