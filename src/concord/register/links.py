"""Links: what holds between parties, read from relations, agreements and activities."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from concord.core.analysis.ladder import Said, Verdict, verdict
from concord.core.disclosure import PUBLIC, Viewer
from concord.record.selectors import RecordView
from concord.register import vocabulary
from concord.register.reading import dated, pick, title_of
from concord.register.rows import Given, link_depth
from concord.register.tables import citations_of
from concord.register.then import AsOf
from concord.register.words import ActivityKind, AgreementKind, Confirmation, Cut, RelationKind


@dataclass(frozen=True, slots=True)
class Named:
    """A party as a page shows it. ``side`` is what it rolls up to: its State where it has one."""

    key: str
    label: str
    kind: str
    side: str
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One claim of collaboration."""

    id: UUID
    kind: str
    text: str
    kind_label: str
    parties: tuple[Named, ...]
    stage: str
    when: str | None
    tier: str
    depth: int | None
    confirmation: Confirmation
    as_reported: bool
    scope: str
    citations: tuple[dict[str, Any], ...]

    @property
    def is_instrument(self) -> bool:
        return self.kind == "agreement"


class Parties:
    """Names the institutions and networks of ``ids`` for one viewer, read in one query.

    They are called as they were at the moment that is read.
    """

    def __init__(self, read: Viewer | AsOf, language: str, ids: Collection[str]) -> None:
        self.language = language
        as_of = read if isinstance(read, AsOf) else AsOf(read)
        found = as_of.records([UUID(key) for key in ids])
        self._records = {str(key): record for key, record in found.items()}

    def name(self, party: Mapping[str, Any]) -> Named:
        """The party as shown; one that is withheld shows as such and is not named."""
        if state := party.get("state"):
            country = vocabulary.countries().label(state, self.language)
            if "description" not in party:
                return Named(f"state:{state}", country, "state", state)
            words = pick(party["description"], self.language)[0]
            return Named(f"described:{words}", f"{words} ({country})", "described", state)
        if "description" in party:
            words = pick(party["description"], self.language)[0]
            return Named(f"described:{words}", words, "described", f"described:{words}")
        kind = "institution" if "institution" in party else "network"
        return self.record(party[kind], kind)

    def record(self, record_id: str, kind: str = "institution") -> Named:
        """An institution or network by its id."""
        record = self._records.get(record_id)
        if record is None:
            return Named(f"{kind}:{record_id}", "–", kind, record_id)
        side = record.content.get("state") or record_id
        return Named(
            f"{kind}:{record_id}", short_name(record, self.language), kind, side, record_id
        )


def short_name(record: RecordView, language: str) -> str:
    """The short form of a name where there is one; with the country where two share it."""
    names = record.content.get("names", [])
    short: str | None = next((n["name"] for n in names if n.get("form") == "short"), None)
    if short is None:
        return title_of(record, language)
    state = record.content.get("state")
    if short == "NSSC" and state:
        return f"{short} ({vocabulary.countries().label(state, language)})"
    return short


def links_of(records: Sequence[RecordView], *, read: AsOf, cut: Cut, language: str) -> list[Link]:
    """Relations, agreements and activities as links, with what the cut's sources say of them."""
    parties = Parties(read, language, party_ids(records))
    only = read.brief_sources() if cut is Cut.BRIEF else None
    answers = read.shelf.answers_about([r.id for r in records]) if only is None else {}
    return [_link(record, parties, only, answers.get(str(record.id), [])) for record in records]


def party_ids(records: Iterable[RecordView]) -> set[str]:
    """The institutions and networks that records name as parties, providers or subjects."""
    found: set[str] = set()
    for record in records:
        content = record.content
        found.update(content.get("providers", ()))
        if record.withheld:  # then whose it is has to be said
            found.add(str(record.owner))
        named = (content.get(name, ()) for name in ("parties", "accounts", "makers"))
        parts = list(chain.from_iterable(named))
        subjects = [content.get("subject", {}), content.get("party", {})]
        for part in [*parts, *subjects]:
            party = part.get("party", part)
            found.update(party[kind] for kind in ("institution", "network") if kind in party)
    return found


def _link(
    record: RecordView, parties: Parties, only: frozenset[str] | None, answers: Sequence[Given]
) -> Link:
    content = record.content
    citations = list(citations_of(content))
    if only is not None:
        citations = [c for c in citations if c["source"] in only]
    named = [parties.name(_party(part)) for part in content.get("parties", ())]
    seen = [given for given in answers if given.audience in {PUBLIC, record.audience}]
    found = verdict_of(record, seen, parties, only)
    kind = content.get(f"{record.kind}_kind")
    return Link(
        id=record.id,
        kind=record.kind,
        text=title_of(record, parties.language),
        kind_label=str(_LABELS[record.kind](kind).label) if kind else "",
        parties=tuple(dict.fromkeys(named)),
        stage=content.get("stage", "unknown"),
        when=dated(content),
        tier=content.get("tier", ""),
        depth=link_depth(record.kind, content),
        confirmation=Confirmation(found.confirmation),
        as_reported=found.as_reported,
        scope=content.get("scope", "security"),
        citations=tuple(citations),
    )


_LABELS: dict[str, Any] = {
    "relation": RelationKind,
    "agreement": AgreementKind,
    "activity": ActivityKind,
}


def _party(part: dict[str, Any]) -> dict[str, Any]:
    inner: dict[str, Any] = part.get("party", part)
    return inner


def verdict_of(
    record: RecordView,
    answers: Sequence[Given],
    parties: Parties,
    only: frozenset[str] | None = None,
) -> Verdict:
    """What the parties say of a record: its owner by the record itself, where it is a party, others
    by these answers, and who has not answered as the record's sources report.
    """
    content = record.content
    named = [parties.name(_party(part)) for part in content.get("parties", ())]
    given = [_said(answer.party, answer.answer, parties) for answer in answers]
    if only is None:
        own = (party for party in named if party.key == f"institution:{record.owner}")
        given += [Said(party.key, party.side, "confirms") for party in own]
    sides = {party.side for party in named}
    return verdict(list(_accounts(content, parties, only)), given, len(sides))


def _said(party: Mapping[str, Any], answer: str, parties: Parties) -> Said:
    named = parties.name(party)
    return Said(named.key, named.side, answer)


def _accounts(
    content: Mapping[str, Any], parties: Parties, only: frozenset[str] | None
) -> Iterator[Said]:
    for account in content.get("accounts", ()):
        sources = {citation["source"] for citation in account.get("citations", ())}
        if only is None or sources & only:
            yield _said(account["party"], account.get("answer", "confirms"), parties)
