"""Collaboration as sheets: links, what is not yet one, the network, and chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.core.disclosure import Viewer
from concord.documents.findings import Cell, Sheet
from concord.record.selectors import records_get
from concord.register import vocabulary
from concord.register.links import Parties
from concord.register.reading import title_of
from concord.register.words import (
    ActivityKind,
    AgreementKind,
    Confirmation,
    RelationKind,
    Stage,
    Tier,
)

CHANCE = gettext_lazy(
    "Chance: the same numbers of partners, and the links exchanged at random, two hundred times."
)
TIERS = [tier.value for tier in Tier]
NAMED = ("institution", "network")
KINDS: Mapping[str, Any] = {
    word.value: word.label
    for words in (AgreementKind, ActivityKind, RelationKind)
    for word in words
}


def sheets(result: dict[str, Any], viewer: Viewer, language: str) -> list[Sheet]:
    """All that the result holds, each table with the address of what it rests on."""
    with translation.override(language):
        return list(_Sheets(result, viewer, language).every())


def evidence(a: str, b: str, cut: str = "all") -> str:
    """The address of every link of two parties, with their sources."""
    if (":" not in a and ":" not in b) or (":" in a and ":" in b):
        params = [("pair", "~".join(sorted((a, b))))]
    else:
        state, party = (a, b) if ":" not in a else (b, a)
        params = [("state", state), ("party", party)]
    if cut != "all":
        params.append(("cut", cut))
    return f"/collaboration/?{urlencode(params)}#links-list"


class Labels:
    """Names of parties by their keys, for one viewer."""

    def __init__(self, result: Mapping[str, Any], viewer: Viewer, language: str) -> None:
        self._parties = Parties(viewer, language, set(_ids(result)))
        self._language = language

    def of(self, key: str) -> str:
        """The name; a State by its code or its key."""
        kind, colon, rest = key.partition(":")
        if not colon or kind == "state":
            return vocabulary.countries().label(rest or kind, self._language)
        return self._parties.record(rest, kind).label if kind in NAMED else rest


def _ids(result: Mapping[str, Any]) -> Iterator[str]:
    names = ("links", "layers", "plans", "one_sided", "instruments", "apart")
    keys = {row[end] for name in names for row in result[name] for end in ("a", "b")}
    keys |= {row["party"] for row in (*result["parties"], *result["bridges"])}
    for key in keys:
        kind, _colon, rest = key.partition(":")
        if kind in NAMED:
            yield rest


def said_words(row: Mapping[str, Any], labels: Labels) -> str:
    """Who says it, in words."""
    if row["said"] in {"by_a", "by_b"}:
        whom = labels.of(row["a"] if row["said"] == "by_a" else row["b"])
        return _("one-sided: said by %(party)s alone") % {"party": whom}
    return str(Confirmation(row["said"]).label)


def chance_words(found: Mapping[str, Any]) -> str:
    """How a measure lies in networks in which everybody has as many partners."""
    draws = found["draws"]
    below = 100 * found["below"] // draws
    above = 100 * (draws - found["below"] - found["equal"]) // draws
    if below >= above:
        return _("more than in %(count)d of 100 such networks") % {"count": below}
    return _("less than in %(count)d of 100 such networks") % {"count": above}


def years_words(years: Sequence[int]) -> str:
    """Years, those that follow one another as a span."""
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][1] + 1:
            spans[-1][1] = year
        else:
            spans.append([year, year])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in spans)


class _Sheets:
    def __init__(self, result: dict[str, Any], viewer: Viewer, language: str) -> None:
        self.result = result
        self.labels = Labels(result, viewer, language)
        told = [row for name in ("plans", "one_sided", "instruments") for row in result[name]]
        ids = {UUID(row["record"]) for row in told}
        found = records_get(viewer=viewer, ids=ids)
        self.titles = {str(key): title_of(record, language) for key, record in found.items()}

    def every(self) -> Iterator[Sheet]:
        yield self.links()
        yield self.plans()
        yield self.one_sided()
        yield self.instruments()
        yield self.beside()
        yield self.parties()
        yield self.apart()
        if self.result["bridges"]:
            yield self.bridges()
        if self.result["chance"]:
            yield self.chance()
        yield self.years()

    def links(self) -> Sheet:
        rows = [
            (
                *self._pair(link),
                round(link["strength"], 3),
                link["depth"] or "–",
                link["claimed"],
                ", ".join(str(KINDS[kind]) for kind in link["kinds"]),
                ", ".join(str(Tier(tier).label) for tier in TIERS if tier in link["tiers"]),
                years_words(link["years"]),
                round(100 * link["continuity"]),
                round(link["relative"], 2),
                str(Confirmation(link["confirmation"]).label),
            )
            for link in self.result["links"]
        ]
        heads = (
            _("Party"), _("Party"), _("Strength"), _("Depth borne out"), _("Deepest claim"),
            _("Kinds"), _("Tiers"), _("Years"), _("Of the last five years (%)"),
            _("Relative strength"), _("Confirmation"),
        )  # fmt: skip
        notes = (
            _("Only what is done or under way counts. Taking part in a course, support and "
              "agreements stand apart. Strength has no unit: it grows with depth, evidence and "
              "confirmation, and fades with age."),
            _("The weights, the grades of evidence and the half-life are our assumptions."),
        )  # fmt: skip
        addresses = [evidence(row["a"], row["b"], self._cut) for row in self.result["links"]]
        return Sheet(_("Who works with whom"), heads, rows, notes, addresses)

    @property
    def _cut(self) -> str:
        return str(self.result["cut"])

    def _pair(self, row: Mapping[str, Any]) -> tuple[str, str]:
        return self.labels.of(row["a"]), self.labels.of(row["b"])

    def _told(self, name: str) -> tuple[list[tuple[Cell, ...]], list[str | None]]:
        rows: list[tuple[Cell, ...]] = []
        addresses: list[str | None] = []
        for row in self.result[name]:
            if row["record"] not in self.titles:  # not to be seen any more
                continue
            rows.append(
                (*self._pair(row), self.titles[row["record"]], str(KINDS[row["kind"]]),
                 str(Stage(row["stage"]).label), said_words(row, self.labels))
            )  # fmt: skip
            addresses.append(f"/records/{row['record']}/")
        return rows, addresses

    def _heads(self) -> tuple[str, ...]:
        return (_("Party"), _("Party"), _("What"), _("Kind"), _("Stage"), _("Who says so"))

    def plans(self) -> Sheet:
        rows, addresses = self._told("plans")
        note = _("Named as planning it are both. No source here says that it was done: a plan is "
                 "not counted.")  # fmt: skip
        return Sheet(_("Only planned"), self._heads(), rows, (note,), addresses)

    def one_sided(self) -> Sheet:
        rows, addresses = self._told("one_sided")
        note = _("One side’s account is known, and the other’s is not; or one of them denies it.")
        return Sheet(_("Said by one side alone"), self._heads(), rows, (note,), addresses)

    def instruments(self) -> Sheet:
        rows, addresses = self._told("instruments")
        acted = [row for row in self.result["instruments"] if row["record"] in self.titles]
        words = {
            True: _("they have worked together"),
            False: _("no joint activity is known"),
        }
        rows = [(*row, words[found["acted"]]) for row, found in zip(rows, acted, strict=True)]
        note = _(
            "An agreement is not an activity. What was done between the parties, or between those "
            "beneath a State that is one, is looked for among done and under way."
        )
        heads = (*self._heads(), _("Activity"))
        return Sheet(_("Agreements, with and without activity"), heads, rows, (note,), addresses)

    def beside(self) -> Sheet:
        words = {
            ("attendance", 1): _("gives training that the second takes part in"),
            ("attendance", -1): _("takes part in training that the second gives"),
            ("attendance", 0): _("one takes part in training of the other; which, is not said"),
            ("support", 1): _("supports or supplies the second"),
            ("support", -1): _("is supported or supplied by the second"),
            ("support", 0): _("support or supply; which way, is not said"),
            ("unstated", 0): _("are said to collaborate; in what way, is not said"),
        }
        rows = [
            (*self._pair(row), words[row["layer"], row["gives"]],
             _("planned") if row["is_planned"] else "", row["records"])
            for row in self.result["layers"]
        ]  # fmt: skip
        heads = (_("Party"), _("Party"), _("The first"), _("Stage"), _("Records"))
        addresses = [evidence(row["a"], row["b"], self._cut) for row in self.result["layers"]]
        note = _("None of this counts as collaboration.")
        return Sheet(_("Beside collaboration"), heads, rows, (note,), addresses)

    def parties(self) -> Sheet:
        drawn = self.result["chance"] or {"open_pairs": {}, "steps": {}}
        named = sorted(self.result["parties"], key=lambda row: self.labels.of(row["party"]))
        rows = [
            (
                self.labels.of(row["party"]),
                row["partners"],
                row["open_pairs"],
                self._chance(drawn["open_pairs"], row),
                round(100 * row["brokerage"], 1),
                self._chance(drawn["steps"], row),
                round(row["constraint"], 2),
                row["community"] + 1,
            )
            for row in named
        ]
        heads = (
            _("Party"), _("Partners"), _("Pairs of its partners that do not work together"),
            _("Beside chance"), _("Shortest ways through it (%)"),
            _("Beside chance, counted in steps"), _("Constraint"), _("Group"),
        )  # fmt: skip
        notes = (
            _("In the order of their names: none of these measures makes one party better."),
            str(CHANCE),
        )
        level = self.result["level"]
        addresses = [
            "/collaboration/network/?" + urlencode({"level": level, "party": row["party"]})
            for row in named
        ]
        return Sheet(_("Parties in the network"), heads, rows, notes, addresses)

    @staticmethod
    def _chance(drawn: Mapping[str, Any], row: Mapping[str, Any]) -> str:
        found = drawn.get(row["party"])
        return chance_words(found) if found and row["partners"] > 1 else ""

    def apart(self) -> Sheet:
        rows = [
            (*self._pair(row), ", ".join(map(self.labels.of, row["through"])))
            for row in self.result["apart"]
        ]
        heads = (_("Party"), _("Party"), _("Both work with"))
        note = _("No joint activity of the two is known here; the best joined come first.")
        return Sheet(_("Meet only through a third party"), heads, rows, (note,))

    def bridges(self) -> Sheet:
        rows = [
            (
                self.labels.of(row["party"]),
                ", ".join(map(self.labels.of, row["reaches"])),
                round(row["weakest"], 3),
            )
            for row in self.result["bridges"]
        ]
        heads = (_("Party"), _("Works with"), _("Strength of its weakest link to them"))
        return Sheet(_("Who could bridge them"), heads, rows)

    def chance(self) -> Sheet:
        found = self.result["chance"]
        names = {
            "transitivity": _("Pairs of one party’s partners that work together too (%)"),
            "modularity": _("How far it falls into groups (modularity, %)"),
        }
        rows = [
            (label, *(round(100 * found[name][of], 1) for of in ("observed", "expected", "low",
                                                                 "high")),
             chance_words(found[name]))
            for name, label in names.items()
        ]  # fmt: skip
        heads = (_("Measure"), _("Here"), _("By chance"), _("5 % of draws below"),
                 _("95 % of draws below"), _("In words"))  # fmt: skip
        return Sheet(_("Beside chance"), heads, rows, (str(CHANCE),))

    def years(self) -> Sheet:
        rows: Sequence[tuple[Cell, ...]] = [tuple(row) for row in self.result["by_year"]]
        heads = (_("Year"), _("Pairs that worked together"), _("Confirmed by both"), _("Parties"))
        return Sheet(_("By year"), heads, rows)
