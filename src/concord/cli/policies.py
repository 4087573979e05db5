"""``concord policy``: what an institution shows to whom, in the words of its public page."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from concord.core.disclosure import ANYONE, Breadth
from concord.record.selectors import record_get
from concord.register.policies import policy_get
from concord.register.policy_words import PolicyWords, policy_words
from concord.register.reading import pick, title_of

console = Console()
HEADS = {Breadth.PUBLIC: "Everybody sees", Breadth.INSTITUTION: "What stays inside"}


def policy(institution: Annotated[UUID, typer.Argument(help="Id of the institution")]) -> None:
    """Say what an institution shows to whom, as everybody reads it."""
    record = record_get(viewer=ANYONE, record_id=institution, kind="institution")
    _say(title_of(record, "en"))
    found = policy_get(viewer=ANYONE, institution=institution)
    if found is None:
        _say("It has not said what it shows to whom. New records are seen by itself alone;")
        _say("publishing proposes everybody.")
        return
    if found.is_example:
        _say("An example that a compiler made up, not the institution's own.")
    if found.statement:
        _say(pick(dict(found.statement), "en")[0])
    said = policy_words(found.rules, institution=institution, viewer=ANYONE, language="en")
    _circles(said)
    for head, kinds in (
        ("Everybody may know that there is such a record", said.exists),
        ("Others do not learn that there is one", said.hidden),
        ("Withheld numbers may enter protected totals", said.in_totals),
        ("Withheld numbers enter no total", said.not_in_totals),
        ("No rule, so publishing proposes everybody", said.unsaid),
    ):
        if kinds:
            _say(f"{head}: {'; '.join(kinds)}")
    _say(f"Since {found.record.changed_at:%Y-%m-%d}, record {found.record.id}")


def _circles(said: PolicyWords) -> None:
    for circle in said.circles:
        head = HEADS.get(circle.level.breadth, f"Seen besides by {circle.who}")
        _say(f"{head} ({circle.tlp}: {circle.asks})")
        for row in circle.said:
            _say(f"  {row.words}")


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
