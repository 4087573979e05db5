"""``concord member``: who is admitted to which network and State."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from concord.core.disclosure import ANYONE, Audience, Breadth, breadth_of
from concord.record.audiences import members_of
from concord.record.errors import InvalidQueryError
from concord.record.members import member_admit, member_end
from concord.record.selectors import record_get, records_get
from concord.register import vocabulary
from concord.register.reading import title_of

member = typer.Typer(
    help="Who is admitted to a network or a State, and so sees what is shared there.",
    no_args_is_help=True,
)
console = Console()

Where = Annotated[str, typer.Argument(help="network:ID or state:CC")]
Who = Annotated[UUID, typer.Argument(help="Id of the institution")]


@member.command("list")
def members_list(where: Where) -> None:
    """List the institutions that are admitted."""
    ids = members_of(_audience(where))
    records = records_get(viewer=ANYONE, ids=ids)
    table = Table(box=None)
    table.add_column("Institution")
    table.add_column("Id", no_wrap=True)
    for key in ids:
        table.add_row(title_of(records[key], "en") if key in records else "", str(key))
    console.print(table)


@member.command()
def admit(where: Where, institution: Who) -> None:
    """Admit an institution: it sees from now on what the others share there."""
    audience = _audience(where)
    record_get(viewer=ANYONE, record_id=institution, kind="institution")
    member_admit(audience=audience, institution=institution)
    console.print("Admitted.")


@member.command()
def end(where: Where, institution: Who) -> None:
    """End a membership: what the institution shared there is for itself alone from now on."""
    drawn = member_end(audience=_audience(where), institution=institution)
    console.print(f"Ended. {drawn} of its records were drawn back.")


def _audience(text: str) -> Audience:
    wrong = InvalidQueryError(fields={"where": f"{text!r} is neither network:ID nor state:CC"})
    try:
        breadth = breadth_of(text)
    except ValueError:
        raise wrong from None
    of = text.partition(":")[2]
    if breadth is Breadth.STATE and of in vocabulary.countries():
        return Audience(text)
    if breadth is not Breadth.NETWORK:
        raise wrong
    try:
        network = UUID(of)
    except ValueError:
        raise wrong from None
    record_get(viewer=ANYONE, record_id=network, kind="network")
    return Audience(f"network:{network}")
