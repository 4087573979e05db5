"""``concord purge``: what a removal for good would touch, where it is asked for, and the audit.

The command removes nothing: two people have to sign in for that, and they do so on its pages. Who
can read the machine's files is not thereby one of the two.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

import typer
from django.conf import settings
from rich.console import Console
from rich.table import Table

from concord.record.errors import InvalidQueryError
from concord.record.models import Purge
from concord.record.places import all_places
from concord.record.purging import purge_trial, purges_all
from concord.record.rewriting import files_rewrite

console = Console()


def purge(
    record: Annotated[UUID | None, typer.Argument(help="Id of the record")] = None,
    field: Annotated[str, typer.Argument(help="A field of it; without, all that it says")] = "",
    rule: Annotated[str, typer.Option(help="Under which rule; see the guide")] = "",
    keep: Annotated[bool, typer.Option(help="Keep what the field says now")] = False,  # noqa: FBT002
    rewrite: Annotated[bool, typer.Option(help="Write the database's files anew")] = False,  # noqa: FBT002
) -> None:
    """Say what a removal for good touches, and where two people ask for it and approve it.

    Without a record, list what was asked for and carried out.
    """
    if rewrite:
        _rewrite()
    elif record is None:
        _audit()
    else:
        _trial(record, field, rule, keep=keep)


def _trial(record: UUID, field: str, rule: str, *, keep: bool) -> None:
    if rule and rule not in Purge.Rule.values:
        known = ", ".join(Purge.Rule.values)
        raise InvalidQueryError(fields={"rule": f"{rule!r} is none of {known}"})
    preview = purge_trial(record_id=record, field=field, keeps_current=keep)
    table = Table("place", "how much", box=None)
    for place in preview.places:
        table.add_row(str(place.label), "all" if place.count is None else str(place.count))
    console.print(table)
    if preview.empties:
        console.print("The record cannot be without it: nothing of the record will be left.")
    if preview.held_from:
        since = f"{preview.held_from:%Y-%m-%d %H:%M}"
        console.print(f"Backups made since {since} UTC hold it.")
    for other in preview.elsewhere:
        console.print(f"Says the same words, and is left as it is: {other}")
    asked = {"field": field or "all", "rule": rule, "keeps_current": "1" if keep else ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    console.print("Nothing is removed yet. A publisher or manager of the owner, signed in, asks at")
    console.print(
        f"  {settings.CONCORD_ADDRESS}/records/{record}/purge/?{query}",
        soft_wrap=True, highlight=False,
    )  # fmt: skip
    console.print("and a second person, who is told, approves it on the page that comes of it.")


def _audit() -> None:
    labels = {place.code: str(place.label) for place in all_places()}
    for row in purges_all():
        console.print(
            f"{row.asked_at:%Y-%m-%d %H:%M} {row.state} {row.kind} {row.record_id} "
            f"{row.field or 'all'} ({row.rule})",
            soft_wrap=True, highlight=False,
        )  # fmt: skip
        console.print(
            f"  asked by {row.asked_by}, decided by {row.settled_by or '–'} {row.settled_for}",
            soft_wrap=True, highlight=False,
        )  # fmt: skip
        if row.state == Purge.State.DONE:
            until = f"{row.rewritten_at:%Y-%m-%d %H:%M}" if row.rewritten_at else "now (not done)"
            since = f"{row.held_from:%Y-%m-%d %H:%M}" if row.held_from else "–"
            counts = "; ".join(f"{labels.get(code, code)} {n}" for code, n in row.counts.items())
            console.print(f"  {counts}", soft_wrap=True, highlight=False)
            console.print(f"  backups made from {since} to {until} UTC hold it", highlight=False)


def _rewrite() -> None:
    if not files_rewrite():
        console.print("Not yet: somebody was reading or writing. The worker tries again soon.")
        raise typer.Exit(code=1)
    console.print("The files hold nothing of what was removed. Backups do: delete those.")
