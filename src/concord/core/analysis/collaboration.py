"""Collaboration: what holds between two parties, from activities, agreements and relations.

A record is taken apart into pairs of its parties. Each pair stands on one of five layers, which are
never added to one another:

- ``together``: the two work together, at a step of the one ladder of depth (1 to 5);
- ``attendance``: one takes part in what the other gives (step 0);
- ``support``: support, funding, endorsement, expertise lent, supply: one gives, the other receives;
- ``instrument``: a memorandum, joint statement, arrangement or designation;
- ``unstated``: a claim that does not say in what way.

Strength is made of the first alone, of what is done or under way, and as METHODS gives it:

    W = sum of w(step) * conf * 1 / (n - 1) * 2 ** (-age / half-life), conf = q * kappa

``n`` is the number of parties of the record (Newman 2001, Phys Rev E 64 016132). ``q`` combines the
evidence: the best document of each claimant, and across claimants 1 - prod(1 - grade). ``kappa`` is
1 where both sides say so, 0 where one denies, and in between where one says so, or neither.

The study asks six tables of these names and runs on any engine that Ibis reaches. Days are counted
from 1970-01-01; a side is the State that a party rolls up to, or the party's own key.

============  ==================================================================================
``records``   record, family (activity, agreement, relation), kind, stage, tier (empty where it is
              not said), first_day, last_day (empty where undated), is_open (no end, and under
              way), first_year, last_year
``parties``   record, place (0 for the first named), party, side, part (empty but in activities),
              is_named (described parties count among the n, and roll up where a State is known)
``accounts``  record, party, side, answer (confirms, denies, not_known), is_own (the party's own
              answer, in place of what a source reports of it)
``evidence``  record, claimant, grade (self, own, other, third)
``years``     year: every year that is asked for
``rules``     what follows of a kind and two roles, as the function ``rules`` gives it: step, layer,
              and who gives (1 the first, -1 the second, 0 neither, 2 whoever is named first)
============  ==================================================================================
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any, Final

from concord.core.analysis.coverage import Run, Tables
from concord.core.analysis.ladder import (
    DELIVERING,
    GIVEN,
    MOST_PARTIES,
    TAUGHT,
    depth,
    pair_depth,
)

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "records": {
        "record": "int32", "family": "string", "kind": "string", "stage": "string",
        "tier": "string", "first_day": "int32", "last_day": "int32", "is_open": "boolean",
        "first_year": "int32", "last_year": "int32",
    },
    "parties": {
        "record": "int32", "place": "int32", "party": "string", "side": "string",
        "part": "string", "is_named": "boolean",
    },
    "accounts": {
        "record": "int32", "party": "string", "side": "string", "answer": "string",
        "is_own": "boolean",
    },
    "evidence": {"record": "int32", "claimant": "string", "grade": "string"},
    "years": {"year": "int32"},
    "rules": {
        "family": "string", "kind": "string", "role_a": "int32", "role_b": "int32",
        "step": "int32", "layer": "string", "gives": "int32",
    },
}  # fmt: skip

GRADES: Final = ("self", "own", "other", "third")
HAPPENED: Final = ("done", "under_way")
LEVELS: Final = ("state", "named")
YEAR: Final = 365.25


@dataclass(frozen=True, slots=True)
class Weights:
    """What strength assumes; our proposals, none of them published."""

    depth: tuple[float, ...] = (1.0, 2.0, 3.0, 4.0, 5.0)
    """The weight of each step, from the first."""
    self: float = 0.2
    """How far a party's own word bears a claim out; all four are below 1."""
    own: float = 0.5
    """A dated document of the party that claims it."""
    other: float = 0.8
    """A document of another party, or of the host."""
    third: float = 0.95
    """A document of somebody who is no party."""
    one_sided: float = 0.5
    """Kappa where one side says so, or neither."""
    half_life: float = 5.0
    """Years after which an activity counts half."""
    undated_age: float = 5.0
    """How many years old an activity without a date counts as."""
    threshold: float = 0.25
    """The confidence from which a step counts as reached."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What is asked: the level, and the period with its last day, to which age is counted."""

    level: str
    last_day: int
    first_year: int | None = None
    """None: from the beginning, with what has no date."""
    last_year: int | None = None
    known_until: int | None = None
    """The last day of the years that are told one by one; None: ``last_day``."""
    continuity: int = 5
    """Years over which continuity is looked at."""
    party: str | None = None
    """Whose records are told one by one, and what stands beside; None: everybody's."""
    most_told: int = 300
    """Records told of a sort."""
    most_parties: int = MOST_PARTIES


def words_said(tables: Tables) -> Any:
    """What each side says of a record: 1 it confirms, -1 one of it denies. As ``ladder.verdict``.

    A party's own answer takes the place of what sources report of it, and of its State as a whole.
    """
    accounts = tables["accounts"]
    own = accounts.filter(accounts.is_own)
    reported = accounts.filter(~accounts.is_own)
    replaced = own.select(record=own.record, party=own.party).union(
        own.select(record=own.record, party="state:" + own.side), distinct=True
    )
    left = reported.anti_join(replaced, ["record", "party"]).union(own)
    left = left.filter(left.answer != "not_known")
    word = left.answer.cases(("denies", -1), else_=1).cast("int32")
    return left.group_by("record", "side").aggregate(word=word.min())


def verdict_rows(tables: Tables) -> Any:
    """Record and confirmation, of every record with two parties or more."""
    import ibis

    parties, said = tables["parties"], words_said(tables)
    sides = parties.group_by("record").aggregate(
        sides=parties.side.nunique(), parties=parties.party.nunique()
    )
    found = said.group_by("record").aggregate(said=said.count(), least=said.word.min())
    joined = sides.filter(sides.parties > 1).left_join(found, "record")
    confirmation = ibis.cases(
        (joined.said.isnull(), "not_asked"),
        (joined.least < 0, "contested"),
        (joined.said >= ibis.least(joined.sides, 2), "confirmed"),
        else_="one_sided",
    )
    return joined.select("record", confirmation=confirmation).order_by("record")


def evidence_rows(tables: Tables, weights: Weights) -> Any:
    """Record and q: the best of each claimant, and across claimants 1 - prod(1 - grade)."""
    evidence = tables["evidence"]
    pairs = [(name, getattr(weights, name)) for name in GRADES]
    graded = evidence.mutate(g=evidence.grade.cases(*pairs, else_=0.0).cast("float64"))
    best = graded.group_by("record", "claimant").aggregate(g=graded.g.max())
    # A product as the exponential of a sum of logarithms; grades are below 1, so each has one.
    return best.group_by("record").aggregate(q=1.0 - (1.0 - best.g).ln().sum().exp())


ROLES: Final = ("funder", "participant", "lecturer", "material", "host")
"""A part of each role, from 0, who funds or endorses, to 4, who carries it."""
FIRST_GIVES: Final = 2
"""Of a relation that one side gives, the first named gives."""


def rules(kinds: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """The rows of the table ``rules`` for families and kinds of records.

    Two roles of which no link follows have no row.
    """
    found = []
    for family, kind in sorted(set(kinds)):
        roles = range(len(ROLES)) if family == "activity" else (len(ROLES) - 1,)
        for one, other in product(roles, repeat=2):
            rule = _joint(kind, one, other) if family == "activity" else _claimed(family, kind)
            if rule is not None:
                names = ("family", "kind", "role_a", "role_b", "step", "layer", "gives")
                found.append(dict(zip(names, (family, kind, one, other, *rule), strict=True)))
    return found


def _claimed(family: str, kind: str) -> tuple[int | None, str, int]:
    """Step, layer and direction of what a relation or agreement says."""
    step = depth(kind)
    if kind in GIVEN:
        return None, "support", FIRST_GIVES if family == "relation" else 0
    return step, "instrument" if family == "agreement" else _layer(step), 0


def _joint(kind: str, one: int, other: int) -> tuple[int | None, str, int] | None:
    """The same of two roles in an activity; None where no link follows from them."""
    low, high = sorted((one, other))
    gives = (one > other) - (one < other)
    if low == 0:  # who funds or endorses supports those who carry it
        return (None, "support", -gives) if high == len(ROLES) - 1 else None
    if high == 1 and kind in TAUGHT:
        return None
    step = pair_depth(kind, ROLES[one], ROLES[other])
    return step, _layer(step), gives if step == 0 else 0


def _layer(step: int | None) -> str:
    if step is None:
        return "unstated"
    return "together" if step else "attendance"


def _parts(tables: Tables) -> Any:
    """Each party of a record once, by the most that it does in it."""
    import ibis

    parties = tables["parties"]
    most = len(ROLES) - 1
    named = [(part, place) for place, part in enumerate(ROLES) if 0 < place < most]
    role = ibis.ifelse(
        parties.part.isnull() | parties.part.isin(sorted(DELIVERING)),
        most,
        parties.part.cases(*named, else_=0),
    ).cast("int32")
    return (
        parties.mutate(role=role)
        .group_by("record", "party", "side", "is_named")
        .aggregate(role=lambda t: t.role.max(), place=lambda t: t.place.min())
    )


def pair_rows(tables: Tables, cut: Cut, weights: Weights) -> Any:
    """Every pair of parties of every record of the period, with its layer, step and confidence.

    ``a`` and ``b`` are the two as named, in the order of their sides; a relation of more than two
    joins the first with each of the others, because it says no more. ``gives`` is 1 where ``a``
    gives and ``b`` receives or attends, -1 the other way round, 0 where that is not known.
    """
    import ibis

    parts = _parts(tables)
    crowd = parts.group_by("record").aggregate(n=parts.count())
    crowd = crowd.filter((crowd.n > 1) & (crowd.n <= cut.most_parties))
    records = _within(tables, cut).inner_join(crowd, "record")
    a = parts.select("record", a="party", side_a="side", named_a="is_named", role_a="role",
                     place_a="place")  # fmt: skip
    b = parts.select("record", b="party", side_b="side", named_b="is_named", role_b="role",
                     place_b="place")  # fmt: skip
    joined = records.inner_join(a, "record").inner_join(b, "record")
    in_order = (joined.side_a < joined.side_b) | (
        (joined.side_a == joined.side_b) & (joined.a < joined.b)
    )
    is_first = (joined.family != "relation") | (ibis.least(joined.place_a, joined.place_b) == 0)
    rows = joined.filter(in_order & is_first)
    of_kind = ["family", "kind", "role_a", "role_b"]
    rows = rows.inner_join(tables["rules"], of_kind)
    by_place = ibis.ifelse(rows.place_a < rows.place_b, 1, -1)
    gives = ibis.ifelse(rows.gives == FIRST_GIVES, by_place, rows.gives).cast("int32")
    return _weighed(rows.mutate(gives=gives), tables, cut, weights)


def _within(tables: Tables, cut: Cut) -> Any:
    """Records of the period: what begins after its last day is not yet there."""
    records = tables["records"]
    records = records.filter(records.first_day.isnull() | (records.first_day <= cut.last_day))
    if cut.first_year is not None:
        lasts = records.last_year.isnull() | (records.last_year >= cut.first_year)
        records = records.filter(records.first_year.notnull() & lasts)
    return records


def _weighed(rows: Any, tables: Tables, cut: Cut, weights: Weights) -> Any:
    """With what each side says, the confidence, and what the row adds to strength."""
    import ibis

    said = words_said(tables)
    of_a = said.select("record", side_a="side", word_a="word")
    of_b = said.select("record", side_b="side", word_b="word")
    rows = rows.left_join(of_a, ["record", "side_a"]).drop("record_right", "side_a_right")
    rows = rows.left_join(of_b, ["record", "side_b"]).drop("record_right", "side_b_right")
    rows = rows.left_join(evidence_rows(tables, weights), "record").drop("record_right")
    has_a, has_b = rows.word_a.notnull(), rows.word_b.notnull()
    denies = (rows.word_a.fill_null(1) < 0) | (rows.word_b.fill_null(1) < 0)
    rows = rows.mutate(
        said=ibis.cases(
            (denies, "contested"), (has_a & has_b, "confirmed"), (has_a, "by_a"), (has_b, "by_b"),
            else_="not_asked",
        ),
        happened=rows.stage.isin(HAPPENED),
        q=rows.q.fill_null(weights.self),
    )  # fmt: skip
    kappa = rows.said.cases(("contested", 0.0), ("confirmed", 1.0), else_=weights.one_sided)
    rows = rows.mutate(conf=(rows.q * kappa).cast("float64"))
    until = ibis.ifelse(
        rows.is_open, cut.last_day, ibis.coalesce(rows.last_day, rows.first_day)
    ).cast("float64")
    days = ibis.greatest(ibis.literal(float(cut.last_day)) - until, 0.0)
    undated = weights.undated_age * YEAR
    age = ibis.ifelse(rows.first_day.isnull() & ~rows.is_open, undated, days) / YEAR
    weight = rows.step.cases(*enumerate(weights.depth, start=1), else_=0.0).cast("float64")
    kept = (-age / weights.half_life * ibis.literal(0.6931471805599453)).exp()
    adds = weight * rows.conf * kept / (rows.n - 1).cast("float64")
    counts = (rows.layer == "together") & rows.happened
    return rows.mutate(counts=counts, adds=ibis.ifelse(counts, adds, 0.0))


def counted_rows(rows: Any) -> Any:
    """The rows that count in strength, no event twice.

    What a relation says counts only as far as it goes beyond the activities of the same pair at the
    same step in the same years: it may be one of them said again. Activities beneath a State stand
    for what is said of the State.
    """
    counted = rows.filter(rows.counts)
    said = counted.filter(counted.family == "relation")
    events = counted.filter(counted.family == "activity").select(
        "side_a", "side_b", "step", e_a="a", e_b="b", e_first="first_year", e_last="last_year",
        e_open="is_open", e_adds="adds", e_named_a="named_a", e_named_b="named_b",
    )  # fmt: skip
    joined = said.inner_join(events, ["side_a", "side_b", "step"])
    undated = joined.first_year.isnull() | joined.e_first.isnull()
    meets = undated | (
        (joined.e_first <= joined.last_year.fill_null(9999))
        & (joined.first_year <= joined.e_last.fill_null(9999))
    )
    same = joined.filter(
        meets
        & _same(joined.a, joined.e_a, joined.named_a & joined.e_named_a)
        & _same(joined.b, joined.e_b, joined.named_b & joined.e_named_b)
    )
    again = same.group_by("record", "a", "b").aggregate(again=same.e_adds.sum())
    left = counted.left_join(again, ["record", "a", "b"])
    left = left.drop("record_right", "a_right", "b_right")
    import ibis

    beyond = ibis.greatest(left.adds - left.again.fill_null(0.0), 0.0)
    return left.mutate(adds=ibis.ifelse(left.family == "relation", beyond, left.adds)).drop("again")


def _same(one: Any, other: Any, both_named: Any) -> Any:
    """Whether two parties of one side may be one: the same, or one of them the State as a whole."""
    whole = one.startswith("state:") | other.startswith("state:")
    return (one == other) | whole | ~both_named


def at_level(rows: Any, cut: Cut) -> Any:
    """The rows with ``x`` and ``y`` as the two parties of the level: never read downwards.

    As named: parties that are named. Rolled up: sides, between two different ones.
    """
    if cut.level == "named":
        return rows.filter(rows.named_a & rows.named_b).mutate(x=rows.a, y=rows.b)
    known = ~rows.side_a.startswith("described:") & ~rows.side_b.startswith("described:")
    return rows.filter(known & (rows.side_a != rows.side_b)).mutate(x=rows.side_a, y=rows.side_b)


def link_rows(rows: Any, cut: Cut, weights: Weights) -> Any:
    """One row to a pair that works together, with its strength and what bears it out."""
    import ibis

    found = at_level(counted_rows(rows), cut)

    def part(said: str) -> Any:
        return ibis.ifelse(found.said == said, found.adds, 0.0).sum()

    reached = ibis.ifelse(found.conf >= weights.threshold, found.step, 0)
    return (
        found.group_by("x", "y")
        .aggregate(
            strength=found.adds.sum(),
            confirmed=part("confirmed"),
            by_x=part("by_a"),
            by_y=part("by_b"),
            depth=reached.max().cast("int32"),
            claimed=found.step.max().cast("int32"),
            breadth=found.kind.nunique(),
            records=found.record.nunique(),
            contested=found.record.count(where=found.said == "contested"),
            both=found.record.count(where=found.said == "confirmed"),
            one=found.record.count(where=found.said.isin(["by_a", "by_b"])),
        )
        .order_by("x", "y")
    )


BESIDE: Final = ("attendance", "support", "unstated")
"""Layers that stand beside collaboration, and of which records are counted."""


def _of_party(found: Any, cut: Cut) -> Any:
    """The rows of a party where one is asked for."""
    if cut.party is None:
        return found
    return found.filter((found.x == cut.party) | (found.y == cut.party))


def layer_rows(rows: Any, cut: Cut) -> Any:
    """How many records a pair has on the layers beside collaboration, by direction and stage."""
    found = _of_party(at_level(rows.filter(rows.layer.isin(BESIDE)), cut), cut)
    found = found.mutate(is_planned=found.stage == "planned")
    keys = ["layer", "x", "y", "gives", "is_planned"]
    return found.group_by(keys).aggregate(records=found.record.nunique()).order_by(keys)


def mark_rows(rows: Any, cut: Cut) -> Any:
    """In which ways and at which tiers a pair has to do with each other, of what happened.

    A record that does not say its tier has that of its layer: who attends is there as a person,
    who works together does so at working level, who signs is the head.
    """
    import ibis

    found = at_level(rows, cut)
    layers = [("attendance", "individual"), ("together", "working"), ("instrument", "strategic")]
    found = found.filter(
        found.happened & (found.said != "contested")
        & found.layer.isin([layer for layer, _tier in layers])
    )  # fmt: skip
    of_layer = found.layer.cases(*layers, else_=ibis.null("string"))
    found = found.mutate(tier=ibis.coalesce(found.tier, of_layer))
    keys = ["x", "y", "layer", "kind", "tier"]
    return found.select(keys).distinct().order_by(keys)


def record_rows(rows: Any, cut: Cut) -> Any:
    """The pairs of instruments, of plans, and of claims that one side makes or one denies.

    ``acted`` says of an instrument whether the two, or what is beneath them, have worked together.
    """
    import ibis

    worked = rows.filter(rows.counts & (rows.conf > 0)).select(
        "side_a", "side_b", w_a="a", w_b="b", w_named_a="named_a", w_named_b="named_b"
    )
    worked = worked.distinct()
    paper = rows.filter((rows.layer == "instrument") & rows.happened)
    joined = paper.inner_join(worked, ["side_a", "side_b"])
    same = joined.filter(
        _same(joined.a, joined.w_a, joined.named_a & joined.w_named_a)
        & _same(joined.b, joined.w_b, joined.named_b & joined.w_named_b)
    )
    acted = same.select("record", "a", "b").distinct().mutate(acted=True)
    is_plan = (rows.stage == "planned") & rows.layer.isin(["together", "unstated"])
    is_open = rows.layer.isin(["together", "unstated"]) & ~rows.stage.isin(["planned"])
    told = is_open & rows.said.isin(["by_a", "by_b", "contested"])
    group = ibis.cases(
        ((rows.layer == "instrument") & rows.happened, "instrument"),
        (is_plan, "plan"),
        (told, "one_sided"),
        else_=ibis.null("string"),
    )
    found = rows.mutate(group=group)
    found = found.filter(found.group.notnull()).left_join(acted, ["record", "a", "b"])
    found = found.drop("record_right", "a_right", "b_right")
    found = _of_party(at_level(found, cut), cut)
    keys = ["group", "x", "y", "record", "kind", "stage", "said"]
    acts = ibis.ifelse(found.acted.fill_null(False), 1, 0).max()  # noqa: FBT003 - Ibis takes it so
    step = found.step.max().cast("int32")
    told = found.group_by(keys).aggregate(acted=acts, step=step)
    place = ibis.row_number().over(group_by="group", order_by=[told[key] for key in keys[1:]])
    told = told.mutate(place=place)
    return told.filter(told.place < cut.most_told).drop("place").order_by(keys)


def year_rows(rows: Any, tables: Tables, cut: Cut) -> Any:
    """The years in which a pair worked together, and how many records each has."""
    import ibis

    found = at_level(rows.filter(rows.counts & (rows.conf > 0)), cut)
    years = tables["years"]
    until = ibis.ifelse(found.is_open, 9999, found.last_year.fill_null(found.first_year))
    found = found.mutate(until=until)
    joined = found.inner_join(years, [found.first_year <= years.year, found.until >= years.year])
    keys = ["x", "y", "year"]
    both = ibis.ifelse(joined.said == "confirmed", 1, 0).max().cast("int32")
    counted = joined.group_by(keys).aggregate(records=joined.record.nunique(), both=both)
    return counted.order_by(keys)


@lru_cache(maxsize=64)
def expressions(cut: Cut, weights: Weights) -> dict[str, Any]:
    """The study's questions by name, bound to no engine."""
    import ibis

    tables = {name: ibis.table(columns, name=name) for name, columns in COLUMNS.items()}
    rows = pair_rows(tables, cut, weights)
    until = cut.last_day if cut.known_until is None else cut.known_until
    whole = replace(cut, first_year=None, last_year=None, last_day=until)
    return {
        "links": link_rows(rows, cut, weights),
        "layers": layer_rows(rows, cut),
        "records": record_rows(rows, cut),
        "marks": mark_rows(rows, cut),
        "years": year_rows(pair_rows(tables, whole, weights), tables, whole),
        "verdicts": verdict_rows(tables),
    }


@dataclass(frozen=True, slots=True)
class Link:
    """What holds between two parties that work together."""

    a: str
    b: str
    strength: float
    """W, without unit: 1 is a step of weight 1 between two, certain, and now."""
    confirmed: float
    """The part of W that both sides say."""
    by_a: float
    """The part of W that the side of ``a`` alone says; ``by_b`` that of the other."""
    by_b: float
    depth: int
    """The deepest step that the evidence bears out; 0 where it bears none out."""
    claimed: int
    """The deepest step that is claimed."""
    breadth: int
    """Kinds of working together."""
    records: int
    contested: int
    both: int
    """Records that both sides confirm; ``one`` those of which one side alone speaks."""
    one: int
    relative: float
    """W_ab 2m / (W_a W_b): above 1, more than the strength of the two lets expect."""
    years: tuple[int, ...]
    continuity: float
    """Share of the last years in which the two worked together."""
    kinds: tuple[str, ...]
    """In which ways, of what is not denied."""
    tiers: tuple[str, ...]
    """At which tiers, attendance and agreements among them."""

    @property
    def confirmation(self) -> str:
        """The most that any record of it has; contested where one is denied."""
        if self.contested:
            return "contested"
        if self.both:
            return "confirmed"
        return "one_sided" if self.one else "not_asked"


@dataclass(frozen=True, slots=True)
class Collaboration:
    """The answer for one cut: links, what lies beside them, and what is not yet one."""

    links: tuple[Link, ...]
    layers: tuple[Mapping[str, Any], ...]
    """layer, x, y, gives, is_planned, records: what stands beside collaboration."""
    told: tuple[Mapping[str, Any], ...]
    """group (instrument, plan, one_sided), x, y, record, kind, stage, said, acted, step."""
    active: tuple[tuple[str, str, int, bool], ...]
    """Which two worked together in which year, and whether both say so; of every year, whatever
    the period."""

    def by_year(self, party: str | None = None) -> dict[int, tuple[int, int, int]]:
        """Pairs that worked together in each year, those confirmed by both, and parties among them.

        ``party`` limits it to its own.
        """
        found: dict[int, list[tuple[str, str, bool]]] = {}
        for a, b, year, both in self.active:
            if party is None or party in (a, b):
                found.setdefault(year, []).append((a, b, both))
        return {
            year: (len(rows), sum(both for *_ends, both in rows),
                   len({end for a, b, _both in rows for end in (a, b)}))
            for year, rows in sorted(found.items())
        }  # fmt: skip


def collaboration(run: Run, *, cut: Cut, weights: Weights) -> Collaboration:
    """Ask ``run`` the study's questions and put the answers together."""
    asked = expressions(cut, weights)
    x, y, year, _records, both = run(asked["years"]).to_pydict().values()
    active = tuple(zip(x, y, year, map(bool, both), strict=True))
    return Collaboration(
        links=tuple(
            _links(run(asked["links"]).to_pydict(), active, _marks(run(asked["marks"])), cut)
        ),
        layers=tuple(run(asked["layers"]).to_pylist()),
        told=tuple(run(asked["records"]).to_pylist()),
        active=active,
    )


Marks = Mapping[tuple[str, str], tuple[set[str], set[str]]]


def _marks(rows: Any) -> Marks:
    """For each pair the kinds of working together, and the tiers."""
    found: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for x, y, layer, kind, tier in zip(*rows.to_pydict().values(), strict=True):
        kinds, tiers = found.setdefault((x, y), (set(), set()))
        tiers.add(tier)
        if layer == "together":
            kinds.add(kind)
    return found


def _links(
    columns: Mapping[str, Sequence[Any]],
    active: Iterable[tuple[str, str, int, bool]],
    marks: Marks,
    cut: Cut,
) -> Iterable[Link]:
    of: dict[str, float] = {}
    for party in ("x", "y"):
        for key, strength in zip(columns[party], columns["strength"], strict=True):
            of[key] = of.get(key, 0.0) + strength
    whole = sum(of.values())
    last = (EPOCH + dt.timedelta(days=cut.last_day)).year
    years: dict[tuple[str, str], list[int]] = {}
    for a, b, year, _both in active:
        if (cut.first_year or 0) <= year <= last:
            years.setdefault((a, b), []).append(year)
    # By place, for there may be a hundred thousand: Link begins with the columns of ``link_rows``.
    for row in zip(*columns.values(), strict=True):
        a, b, strength, *parts = row[:6]
        depth, claimed, breadth, records, contested, both, one = row[6:]
        found = tuple(years.get((a, b), ()))
        lately = sum(last - cut.continuity < year for year in found)
        product = of[a] * of[b]
        relative = strength * whole / product if product else 0.0
        confirmed, by_a, by_b = (round(part, DIGITS) for part in parts)
        kinds, tiers = (tuple(sorted(values)) for values in marks.get((a, b), ((), ())))
        yield Link(
            a, b, round(strength, DIGITS), confirmed, by_a, by_b, depth, claimed, breadth, records,
            contested, both, one, round(relative, DIGITS), found, lately / cut.continuity,
            kinds, tiers,
        )  # fmt: skip


EPOCH: Final = dt.date(1970, 1, 1)
DIGITS: Final = 9
"""Engines add in differing orders: what is finer is no finding."""


@dataclass(frozen=True, slots=True)
class OwnClaims:
    """What a party alone says of its collaboration, against what its partners confirm."""

    alone: float
    confirmed: float

    @property
    def index(self) -> float | None:
        """Strength claimed alone for each that is confirmed; None where nothing is confirmed."""
        return self.alone / self.confirmed if self.confirmed else None


def own_claims(links: Iterable[Link], party: str) -> OwnClaims:
    """The exaggeration index of one party: for that party alone to see."""
    alone = confirmed = 0.0
    for link in links:
        if party in (link.a, link.b):
            alone += link.by_a if party == link.a else link.by_b
            confirmed += link.confirmed
    return OwnClaims(round(alone, DIGITS), round(confirmed, DIGITS))
