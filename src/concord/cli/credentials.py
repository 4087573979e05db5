"""``concord verify`` and ``concord key``: credentials and the key that signs them, offline."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from concord.core.credentials.encoding import read_json
from concord.core.credentials.errors import CredentialError
from concord.core.credentials.verifying import Known, KnownIssuer, Outcome, Verdict
from concord.core.credentials.verifying import verify as verdict_of
from concord.federation.contexts import contexts
from concord.federation.issuers import issuers_own, key_path
from concord.federation.keys import KeyFileError, Ring, keys_load, keys_make, keys_rotate
from concord.record.errors import InvalidQueryError

key = typer.Typer(
    help="The key with which this node signs credentials: a file that you alone may read, "
    "or CONCORD_ISSUER_KEY.",
    no_args_is_help=True,
)
console = Console()
SIGNS = {Outcome.PASSED: "yes", Outcome.FAILED: "NO", Outcome.OPEN: "not told"}


@key.command()
def make() -> None:
    """Make this node's key."""
    _tell(lambda: keys_make(key_path(), now=datetime.now(UTC)))


@key.command()
def rotate() -> None:
    """Put a new key in place of the present one; what that one signed stays checkable."""
    _tell(lambda: keys_rotate(key_path(), now=datetime.now(UTC)))


@key.command()
def show() -> None:
    """Show the public keys of this node."""
    _tell(lambda: keys_load(key_path()))


def _tell(get: Any) -> None:
    try:
        ring: Ring = get()
    except KeyFileError as error:
        raise InvalidQueryError(fields={"key": str(error)}) from error
    for method, one in ring.keys.items():
        until = f"until {one.until:%Y-%m-%d}" if one.until else "in use"
        console.print(f"{method.partition('#')[0]}  {until}", soft_wrap=True, highlight=False)


def verify(
    file: Annotated[Path, typer.Argument(help="JSON, a JWT, or a PNG or SVG that holds either")],
    *,
    status: Annotated[list[Path] | None, typer.Option(help="A signed status list")] = None,
    endorsement: Annotated[list[Path] | None, typer.Option(help="A signed endorsement")] = None,
    issuer: Annotated[list[str] | None, typer.Option(help="A did:key that you trust")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON")] = False,
) -> None:
    """Check a credential, ours or others', offline, and say why one fails."""
    data = _read(file)
    lists = {str(one.get("id")): one for one in _documents(status or ())}
    trusted = {one: KnownIssuer(one, one) for one in issuer or ()}
    known = Known(
        contexts(), {**issuers_own("this node"), **trusted}, lists,
        tuple(_documents(endorsement or ())),
    )  # fmt: skip
    found = verdict_of(data, known=known, now=datetime.now(UTC))
    if as_json:
        typer.echo(orjson.dumps(_plain(found)).decode())
    else:
        for one in found.findings:
            said = ": ".join(part for part in (one.reason, one.what) if part)
            console.print(
                f"{SIGNS[one.outcome]:<9} {one.check.value:<10} {said}".rstrip(),
                soft_wrap=True, highlight=False, markup=False,
            )  # fmt: skip
        console.print("It holds." if found.is_valid else "It does not hold.")
    if not found.is_valid:
        raise typer.Exit(1)


def _plain(found: Verdict) -> dict[str, Any]:
    return {
        "holds": found.is_valid,
        "findings": [
            {"check": one.check, "outcome": one.outcome, "reason": one.reason, "what": one.what}
            for one in found.findings
        ],
    }


def _documents(paths: Iterable[Path]) -> list[dict[str, Any]]:
    found = []
    for path in paths:
        try:
            found.append(read_json(_read(path)))
        except CredentialError as error:
            raise InvalidQueryError(fields={path.name: str(error)}) from error
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidQueryError(fields={path.name: error.strerror or "cannot be read"}) from error
