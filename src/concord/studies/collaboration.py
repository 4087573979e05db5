"""Collaboration as a study: the network of links, beside chance, and what is not yet a link."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from concord.core.analysis.collaboration import (
    COLUMNS,
    HAPPENED,
    Collaboration,
    Cut,
    Link,
    Weights,
    collaboration,
    own_claims,
    rules,
)
from concord.core.analysis.coverage import Run
from concord.core.analysis.network import Chance, Network, apart, bridges, chance, standings
from concord.core.disclosure import Viewer
from concord.core.timespan import FIRST, LAST, TimeSpan
from concord.core.vocabulary.folding import fold
from concord.record.selectors import record_list
from concord.register.assumptions import assumptions_if
from concord.register.study_tables import study_tables
from concord.register.words import Cut as Sources
from concord.register.words import SourceKind
from concord.studies.question import Question
from concord.studies.study import Context, Study, register_study

MOST_LINKS: Final = 400
"""Links in a result, the strongest; a party's own view has all of its own."""
MOST_TOLD: Final = 300
"""Records of a sort in a result: plans, one-sided claims, instruments."""
MOST_APART: Final = 100
SMALL: Final = 300
"""Parties up to which pairs that meet only through a third party are listed."""
EPOCH: Final = dt.date(1970, 1, 1)
KEY: Final = r"^(state|institution|network):[A-Za-z0-9-]{2,40}$|^[A-Z]{2}$"
_WORD: Final = re.compile(r"[\w-]+")
_ASIDE: Final = re.compile(r"\([^)]*\)")
"""What stands in brackets is a remark on the claimant."""
MOST_WORDS: Final = 8
"""Words of a name that is looked for in what a citation says of its claimant."""


class CollaborationQuestion(Question):
    """Between whom, when, and from which sources."""

    level: Literal["state", "named"] = Field(
        default="state", description="Parties rolled up to their State, or as the sources name them"
    )
    cut: Sources = Field(default=Sources.ALL, description="Which sources it rests on")
    since: int | None = Field(default=None, ge=1900, le=2200, description="From this year on")
    until: int | None = Field(default=None, ge=1900, le=2200, description="To this year")
    party: str | None = Field(default=None, pattern=KEY, description="Seen from this party")
    bridge: tuple[str, ...] = Field(
        default=(), max_length=6, description="Parties that somebody could bridge"
    )


def weights_of(question: Question) -> Weights:
    """What strength assumes, with what the question assumes in its place."""
    value = assumptions_if(question.assume).value
    return Weights(
        depth=tuple(value(f"collaboration.depth.{step}") for step in range(1, 6)),
        self=value("collaboration.grade.self"),
        own=value("collaboration.grade.own"),
        other=value("collaboration.grade.other"),
        third=value("collaboration.grade.third"),
        one_sided=value("collaboration.one_sided"),
        half_life=value("collaboration.half_life"),
        undated_age=value("collaboration.undated_age"),
        threshold=value("collaboration.threshold"),
    )


def tables_of(viewer: Viewer, question: CollaborationQuestion) -> dict[str, pa.Table]:
    """The tables of ``core.analysis.collaboration``; ``ids`` of records; ``own``, as below."""
    raw = study_tables(viewer, question.known_at)
    if question.cut is Sources.BRIEF:
        raw |= _of_brief(raw)
    events = raw["events"]
    security = pc.or_kleene(pc.is_null(events["scope"]), pc.equal(events["scope"], "security"))
    links = pc.is_in(events["kind"], pa.array(["activity", "agreement", "relation"]))
    events = events.filter(pc.and_(pc.and_(security, links), pc.is_null(events["same_as"])))
    kept = events["record"].combine_chunks()
    of = {name: raw[name].filter(pc.is_in(raw[name]["record"], kept))
          for name in ("ids", "parties", "accounts", "citations")}  # fmt: skip
    records = _records(events)
    return {
        "records": records,
        "parties": _parties(of["parties"]),
        "accounts": of["accounts"].select(list(COLUMNS["accounts"])),
        "evidence": _evidence(of, raw, viewer),
        "years": _years(records),
        "rules": _rules(records),
        "ids": of["ids"].select(["record", "id"]),
        "own": _own_party(viewer, question.party),
    }


def _own_party(viewer: Viewer, party: str | None) -> pa.Table:
    """The party that is asked about, where it is the viewer's own institution.

    A table, because a result is kept for all who have the same tables.
    """
    is_own = party is not None and party.startswith("institution:") and party in viewer.audiences
    return pa.table({"party": pa.array([party] if is_own else [], pa.string())})


def _of_brief(raw: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Only what the brief says: records that cite it, and accounts as it reports them."""
    sources = raw["sources"]
    brief = sources.filter(sources["is_brief"])["id"].combine_chunks()
    accounts, citations = (
        raw[name].filter(pc.is_in(raw[name]["source"], brief)) for name in ("accounts", "citations")
    )
    cited = pa.concat_arrays([table["record"].combine_chunks() for table in (accounts, citations)])
    events = raw["events"].filter(pc.is_in(raw["events"]["record"], cited))
    return {"events": events, "accounts": accounts, "citations": citations}


def _records(events: pa.Table) -> pa.Table:
    first, last = events["first"], events["last"]
    first = pc.if_else(pc.equal(first, FIRST), None, first)
    ends = pc.if_else(pc.equal(last, LAST), None, last)
    first = pc.coalesce(first, ends)
    is_open = pc.and_kleene(pc.equal(last, LAST), pc.equal(events["stage"], "under_way"))
    ends = pc.coalesce(ends, first)

    def year(days: pa.ChunkedArray) -> pa.ChunkedArray:
        return pc.cast(pc.year(days), pa.int32())

    is_open = pc.fill_null(is_open, fill_value=False)
    last_year = pc.if_else(is_open, pa.scalar(None, pa.int32()), year(ends))
    return pa.table(
        {
            "record": events["record"], "family": events["kind"],
            "kind": pc.fill_null(events["sort"], "not_stated"),
            "stage": pc.fill_null(events["stage"], "unknown"), "tier": events["tier"],
            "first_day": pc.cast(first, pa.int32()),
            "last_day": pc.if_else(is_open, pa.scalar(None, pa.int32()), pc.cast(ends, pa.int32())),
            "is_open": is_open, "first_year": year(first), "last_year": last_year,
        }
    )  # fmt: skip


def _parties(parties: pa.Table) -> pa.Table:
    is_named = pc.invert(pc.starts_with(parties["party"], "described:"))
    place = pc.cast(parties["place"], pa.int32())
    parties = parties.select(["record", "party", "side", "part"])
    parties = parties.add_column(1, "place", place).append_column("is_named", is_named)
    return parties.select(list(COLUMNS["parties"]))


RULES: Final = pa.schema(
    [("family", pa.string()), ("kind", pa.string()), ("role_a", pa.int32()), ("role_b", pa.int32()),
     ("step", pa.int32()), ("layer", pa.string()), ("gives", pa.int32())]
)  # fmt: skip


def _rules(records: pa.Table) -> pa.Table:
    """The rules of the kinds of record that there are."""
    found = records.group_by(["family", "kind"]).aggregate([]).to_pylist()
    return pa.Table.from_pylist(rules((row["family"], row["kind"]) for row in found), RULES)


def _years(records: pa.Table) -> pa.Table:
    """Every year in which something happened."""
    done = records.filter(pc.is_in(records["stage"], pa.array(HAPPENED)))
    found = [year for name in ("first_year", "last_year") for year in done[name].to_pylist()]
    known = [year for year in found if year is not None]
    years = range(min(known), max(known) + 1) if known else ()
    return pa.table({"year": pa.array(years, pa.int32())})


def _evidence(of: Mapping[str, pa.Table], raw: Mapping[str, pa.Table], viewer: Viewer) -> pa.Table:
    """For each citation of a record who claims it there, and what sort of evidence that is.

    The claimant is a party's side where the citation names an institution of that side, or where
    the record's accounts say whose words they are; else the name as it stands.
    """
    sides = _sides_named(raw, viewer)
    accounts = of["accounts"].to_pylist()
    spoken = {(row["record"], row["claimant"]): row["side"] for row in accounts if row["claimant"]}
    party_sides: dict[int, set[str]] = defaultdict(set)
    for row in of["parties"].to_pylist():
        party_sides[row["record"]].add(row["side"])
    homes = {f"{row['id']}": row["state"] or f"institution:{row['id']}"
             for row in raw["institutions"].to_pylist()}  # fmt: skip
    owners = {row["record"]: homes.get(row["owner"]) for row in of["ids"].to_pylist()}
    sources = {row["id"]: row for row in raw["sources"].to_pylist()}
    cited = {
        (row["record"], row["source"], row["claimant"] or "")
        for row in [*of["citations"].to_pylist(), *accounts]
        if row["source"]
    }
    found: set[tuple[int, str, str]] = set()
    for record, source, claimant in cited:
        said_by = spoken.get((record, claimant)) or sides(claimant)
        about = sources.get(source, {})
        owner = owners.get(record)
        owner = owner if owner in party_sides[record] else None
        if said_by is None and not claimant and owner is not None:
            said_by = owner
        grade = _grade(said_by, about, owner, party_sides[record])
        found.add((record, said_by or fold(claimant) or source, grade))
    columns = zip(*sorted(found), strict=True) if found else ((), (), ())
    types = (pa.int32(), pa.string(), pa.string())
    return pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)],
        names=list(COLUMNS["evidence"]),
    )


def _grade(
    said_by: str | None,
    source: Mapping[str, Any],
    owner: str | None,
    parties: Collection[str],
) -> str:
    """What sort of evidence a document is: of the party that claims it, of another, of a third.

    A claimant that the register does not know is a third party where the document is a report or
    news; on pages, notices and slides it may well be one of the parties.
    """
    own = "own" if source.get("is_dated") else "self"
    if said_by is None:
        kinds = {SourceKind.REPORT.value, SourceKind.NEWS.value, SourceKind.DATABASE.value}
        return "third" if source.get("kind") in kinds else own
    if said_by not in parties:
        return "third"
    return own if owner is None or said_by == owner else "other"


def _sides_named(raw: Mapping[str, pa.Table], viewer: Viewer) -> Callable[[str], str | None]:
    """Finds the side of the institution or network that a text names first, if any."""
    homes = {row["id"]: row["state"] for row in raw["institutions"].to_pylist()}
    known: dict[str, str] = {}
    for kind in ("institution", "network"):
        for record in record_list(viewer=viewer, kind=kind):
            side = homes.get(str(record.id)) or f"{kind}:{record.id}"
            for name in record.content.get("names", ()):
                words = " ".join(_WORD.findall(fold(name["name"])))
                # A name of two sides says nothing.
                known[words] = side if known.get(words, side) == side else ""

    @cache
    def side_of(text: str) -> str | None:
        words = _WORD.findall(fold(_ASIDE.sub(" ", text)))
        for start in range(len(words)):
            for end in range(min(len(words), start + MOST_WORDS), start, -1):
                if side := known.get(" ".join(words[start:end])):
                    return side
        return None

    return side_of


def cut_of(question: CollaborationQuestion, tables: Mapping[str, pa.Table]) -> Cut:
    """The cut of a question; age is counted to the day it asks for, or to the end of its last year,
    or else to the end of the last year in which anything happened.
    """
    years = tables["years"]["year"]
    newest = dt.date(pc.max(years).as_py() if len(years) else EPOCH.year, 12, 31)
    known = newest if question.valid_on is None else TimeSpan.parse(question.valid_on).latest
    day = known if question.until is None else min(dt.date(question.until, 12, 31), known)
    return Cut(
        question.level, (day - EPOCH).days, question.since, question.until,
        known_until=(known - EPOCH).days, party=question.party, most_told=MOST_TOLD,
    )  # fmt: skip


def compute(run: Run, question: CollaborationQuestion, context: Context) -> dict[str, Any]:
    """Links, layers and what is not yet a link; the network's measures, and chance."""
    weights, cut = weights_of(question), cut_of(question, context.tables)
    found = collaboration(run, cut=cut, weights=weights)
    context.told(30)
    network = Network.of([(link.a, link.b, link.strength) for link in found.links])
    beside = chance(network, seed=question.seed, told=lambda n: context.told(30 + n * 6 // 10))
    every = _of_party(found.links, question.party)
    links = every[:MOST_LINKS]
    shown = {party for link in links for party in (link.a, link.b)}
    ids = dict(zip(*(context.tables["ids"][c].to_pylist() for c in ("record", "id")), strict=True))
    return {
        "level": question.level,
        "cut": question.cut.value,
        "on": (EPOCH + dt.timedelta(days=cut.last_day)).isoformat(),
        "links": [_link(link) for link in links],
        "link_count": len(every),
        "confirmed_count": sum(link.confirmation == "confirmed" for link in every),
        "layers": [
            {
                "layer": row["layer"],
                "a": row["x"],
                "b": row["y"],
                "gives": row["gives"],
                "is_planned": row["is_planned"],
                "records": row["records"],
            }
            for row in found.layers[:MOST_LINKS]
        ],
        **_told(found, ids),
        "by_year": [[year, *counts] for year, counts in found.by_year(question.party).items()],
        "parties": [asdict(one) for one in standings(network, question.seed) if one.party in shown],
        "chance": _beside(beside, shown),
        "apart": _apart(network, question.party),
        "bridges": [asdict(b) for b in bridges(network, question.bridge)[:MOST_APART]],
        "own": _own(found, context.tables["own"]),
    }


def _link(link: Link) -> dict[str, Any]:
    """A link as everybody sees it: how much of its strength rests on one side is left out."""
    hidden = {"by_a", "by_b", "confirmed"}
    plain = {name: value for name, value in asdict(link).items() if name not in hidden}
    return plain | {"confirmation": link.confirmation}


def _of_party(links: Iterable[Link], party: str | None) -> list[Link]:
    """The links of a party, or all; the strongest first."""
    own = (link for link in links if party is None or party in (link.a, link.b))
    return sorted(own, key=lambda link: (-link.strength, link.a, link.b))


def _beside(found: Chance | None, shown: Collection[str]) -> dict[str, Any] | None:
    """The network beside chance, and of its parties those that are shown."""
    if found is None:
        return None
    plain = asdict(found)
    for name in ("open_pairs", "steps"):
        plain[name] = {party: one for party, one in plain[name].items() if party in shown}
    return plain


def _told(found: Collaboration, ids: Mapping[int, str]) -> dict[str, list[dict[str, Any]]]:
    """Plans, claims of one side alone or denied, and instruments, each by its record."""
    names = {"plan": "plans", "one_sided": "one_sided", "instrument": "instruments"}
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in names.values()}
    for row in found.told:
        told[names[row["group"]]].append(
            {"a": row["x"], "b": row["y"], "record": ids[row["record"]], "kind": row["kind"],
             "stage": row["stage"], "said": row["said"], "acted": bool(row["acted"]),
             "depth": row["step"]}
        )  # fmt: skip
    for rows in told.values():  # numbers of records differ from process to process
        rows.sort(key=lambda row: (row["a"], row["b"], row["kind"], row["record"]))
    return told


def _apart(network: Network, party: str | None) -> list[dict[str, Any]]:
    """Pairs that meet only through a third party; none of a network too large to list them."""
    if network.size > SMALL:
        return []
    pairs = apart(network, SMALL * SMALL)
    own = [asdict(pair) for pair in pairs if party is None or party in (pair.a, pair.b)]
    return own[:MOST_APART]


def _own(found: Collaboration, own: pa.Table) -> dict[str, Any] | None:
    """What a centre alone says, against what is confirmed: for its own people and nobody else."""
    if not len(own):
        return None
    claims = own_claims(found.links, own["party"][0].as_py())
    return asdict(claims) | {"index": claims.index}


register_study(Study("collaboration", CollaborationQuestion, tables_of, compute, version=2))
