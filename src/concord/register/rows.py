"""Rows of the lists: what a search, a filter or a count may ask of a record, and who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final
from uuid import UUID

from concord.core.analysis.ladder import MOST_PARTIES, Said, activity_depth, depth, verdict
from concord.core.disclosure import PUBLIC, narrowest
from concord.core.timespan import TimeSpan
from concord.core.vocabulary.folding import fold
from concord.record.columns import Row, Value, Words
from concord.record.selectors import Change
from concord.register.words import PROVIDER_PARTS, Stage

TRAINING_FACETS: Final = (
    "kind", "topic", "group", "role", "country", "language", "year", "provider", "stage", "level",
    "party", "open", "course", "cut", "once",
)  # fmt: skip
INSTITUTION_FACETS: Final = ("kind", "country", "network", "topic", "reach")
STATEMENT_FACETS: Final = ("group", "subject", "stage", "topic", "cut")
SOURCE_FACETS: Final = ("kind", "language", "year", "cut")
LINK_FACETS: Final = (
    "record", "kind", "tier", "stage", "depth", "confirmation", "scope", "state", "party", "pair",
    "edge",
)  # fmt: skip
MATERIAL_FACETS: Final = (
    "kind", "copy", "topic", "group", "role", "language", "level", "publication", "licence",
    "maker", "course", "original",
)  # fmt: skip
CITING_FACETS: Final = ("kind", "source")
ANSWER_FACETS: Final = ("about", "by", "answer")
COMMENT_FACETS: Final = ("about", "by")

COUNTED_STAGES: Final = {"activity": Stage.UNKNOWN.value, "statement": Stage.DONE.value}
"""The stage of a record that does not say it."""


class Taker:
    """Takes values out of a record, each with the audience of its field."""

    def __init__(self, change: Change) -> None:
        self.content = change.content
        self.change = change

    def values(self, name: str, codes: Iterable[str] | None = None) -> list[Value]:
        """Codes that come from the field ``name``; the field's own value where none are given."""
        found = self.content.get(name) if codes is None else codes
        if not found:
            return []
        audience = self.change.audience_of(name)
        if isinstance(found, str):
            return [Value(found, audience)]
        return [Value(code, audience) for code in dict.fromkeys(found)]

    def texts(self, name: str, worth: int) -> Iterator[Words]:
        """The words of a text by language."""
        if text := self.content.get(name):
            audience = self.change.audience_of(name)
            for words in text["text"].values():
                yield Words(words, worth, audience)

    def line(self, name: str, worth: int) -> Iterator[Words]:
        """The words of a line."""
        if line := self.content.get(name):
            yield Words(line, worth, self.change.audience_of(name))

    def when(self, name: str) -> TimeSpan | None:
        """The dates of a field."""
        text = self.content.get(name)
        return TimeSpan.parse(text) if text else None

    def in_brief(self, brief: frozenset[str]) -> list[Value]:
        """``brief`` for whoever may see a citation of the brief, in whatever field it stands."""
        found = {
            self.change.audience_of(name)
            for name, sources in self.change.cited.items()
            if not brief.isdisjoint(sources)
        }
        return [Value("brief", audience) for audience in ({PUBLIC} if PUBLIC in found else found)]


def training_row(change: Change, brief: frozenset[str]) -> Row:
    """A course or an activity."""
    take = Taker(change)
    content = take.content
    is_course = change.kind == "course"
    when, exact = take.when("when"), take.when("days")
    stage = "offer" if is_course else content.get("stage", COUNTED_STAGES["activity"])
    return Row(
        id=change.id,
        audience=change.audience,
        facets={
            "kind": take.values(
                "activity_kind", ["course" if is_course else content["activity_kind"]]
            ),
            "topic": take.values("topics"),
            "group": take.values("topics", (code[0] for code in content.get("topics", ()))),
            "role": take.values("roles"),
            "language": take.values("languages"),
            "level": take.values("level"),
            "year": take.values("when", map(str, when.years()) if when else ())
            or take.values("days", map(str, exact.years()) if exact else ()),
            "stage": take.values("stage", [stage]),
            "country": take.values("country"),
            "provider": take.values("providers")
            if is_course
            else take.values("parties", _hosts(content)),
            "party": take.values("parties", _took_part(content)),
            "open": take.values("nomination", ["open"] if content.get("nomination") else ()),
            "course": take.values("course"),
            "cut": take.in_brief(brief),
            "once": take.values("same_as", () if content.get("same_as") else ["once"]),
        },
        words=list(take.texts("titles", 4)),
        first=when.earliest.toordinal() if when else 0,
        last=when.latest.toordinal() if when else 0,
        date_audience=change.audience_of("when"),
        exact=(exact.earliest.toordinal(), exact.latest.toordinal()) if exact else (0, 0),
        exact_audience=change.audience_of("days"),
    )


def _hosts(content: Mapping[str, Any]) -> Iterator[str]:
    for part in content.get("parties", ()):
        if part["part"] in PROVIDER_PARTS and part["party"].get("institution"):
            yield part["party"]["institution"]


def _took_part(content: Mapping[str, Any]) -> Iterator[str]:
    """The institutions and States that an activity names, whatever part they had in it."""
    for part in content.get("parties", ()):
        for sort, key in part["party"].items():
            if sort == "institution" or (sort == "state" and "description" not in part["party"]):
                yield f"{sort}:{key}"


def institution_row(change: Change) -> Row:
    """An institution, in the order of its country or area and name."""
    take = Taker(change)

    def part(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = take.content.get(name, [])
        return found

    names = change.audience_of("names")
    return Row(
        id=change.id,
        audience=change.audience,
        facets={
            "kind": take.values("kinds"),
            "country": take.values("state"),
            "network": take.values("memberships", (m["network"] for m in part("memberships"))),
            "topic": take.values(
                "capabilities", (t for c in part("capabilities") for t in c.get("topics", ()))
            ),
            "reach": take.values(
                "target_groups", (r for g in part("target_groups") for r in g.get("reach", ()))
            ),
        },
        words=[
            *(Words(name["name"], 4, names) for name in part("names")),
            *(
                Words(text, 1, change.audience_of("focuses"))
                for focus in part("focuses")
                for text in focus["text"]["text"].values()
            ),
        ],
        place=f"{take.content.get('state', '~')} {fold(part('names')[0]['name'])}",
        place_audience=change.audience_of("names", "state"),
    )


def statement_row(change: Change, brief: frozenset[str]) -> Row:
    """A statement; what is about the same subject and measure stands together."""
    take = Taker(change)
    content = take.content
    subject = content["subject"]
    whom = subject.get("institution") or subject.get("network") or subject.get("state", "")
    parts = (content["group"], whom, content["measure"], content.get("when", ""))
    return Row(
        id=change.id,
        audience=change.audience,
        facets={
            "group": take.values("group"),
            "subject": take.values("subject", [whom] if whom else ()),
            "stage": take.values("stage", [content.get("stage", COUNTED_STAGES["statement"])]),
            "topic": take.values("topics"),
            "cut": take.in_brief(brief),
        },
        words=[*take.texts("text", 3), *take.line("measure", 4)],
        place="\t".join(parts),
        place_audience=change.audience_of("group", "subject", "measure", "when"),
    )


def source_row(change: Change) -> Row:
    """A source, the brief first, then by title."""
    take = Taker(change)
    content = take.content
    when = take.when("published")
    title = fold(next(iter(content["titles"]["text"].values())))
    return Row(
        id=change.id,
        audience=change.audience,
        facets={
            "kind": take.values("source_kind", [content.get("source_kind", "web_page")]),
            "language": take.values("languages"),
            "year": take.values("published", map(str, when.years()) if when else ()),
            "cut": take.values("is_brief", ["brief"] if content.get("is_brief") else ()),
        },
        words=[
            *take.texts("titles", 4), *take.line("publisher", 2), *take.line("authors", 2)
        ],
        place=f"{0 if content.get('is_brief') else 1} {title}",
        place_audience=change.audience_of("titles", "is_brief"),
    )  # fmt: skip


def material_row(change: Change, texts: Iterable[Words] = ()) -> Row:
    """A training material, by its title; ``texts`` are those of its files."""
    take = Taker(change)
    content = take.content
    makers = [key for party in content.get("makers", ()) if (key := party.get("institution"))]
    title = fold(next(iter(content["titles"]["text"].values())))
    return Row(
        id=change.id,
        audience=change.audience,
        facets={
            "kind": take.values("material_kind"),
            "copy": take.values("whose_copy"),
            "topic": take.values("topics"),
            "group": take.values("topics", (code[0] for code in content.get("topics", ()))),
            "role": take.values("roles"),
            "language": take.values("languages"),
            "level": take.values("level"),
            "publication": take.values("publications"),
            "licence": take.values("licence"),
            "maker": take.values("makers", makers),
            "course": take.values("courses"),
            "original": take.values("translation_of"),
        },
        words=[*take.texts("titles", 4), *take.texts("summary", 2), *texts],
        place=title,
        place_audience=change.audience_of("titles"),
    )


def citing_row(change: Change) -> Row | None:
    """Which sources a record of any kind cites; None where it cites none."""
    values: dict[str, set[str]] = {}
    for name, cited in change.cited.items():
        for source in cited:
            values.setdefault(source, set()).add(change.audience_of(name))
    if not values:
        return None
    sources = [
        Value(source, audience)
        for source, audiences in values.items()
        for audience in ({change.audience} if change.audience in audiences else audiences)
    ]
    kind = [Value(change.kind, change.audience)]
    return Row(id=change.id, audience=change.audience, facets={"kind": kind, "source": sources})


def comment_row(change: Change) -> Row:
    """A comment on a draft: on which, and whose it is."""
    take = Taker(change)
    return Row(
        id=change.id,
        audience=change.audience,
        facets={
            "about": take.values("about"),
            "by": [Value(str(change.owner), change.audience)],
        },
        words=list(take.texts("text", 1)),
    )


def answer_row(change: Change) -> Row:
    """An answer: about what, by whom, and what it says."""
    take = Taker(change)
    return Row(
        id=change.id,
        audience=change.audience,
        facets={
            "about": take.values("about"),
            "by": [Value(str(change.owner), change.audience)],
            "answer": take.values("answer"),
        },
        words=list(take.texts("text", 1)),
    )


Home = tuple[str, str]
"""The State of an institution, and the audience that may see it."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer of a party: who it is, what it says, who may see it, whose record it is."""

    id: UUID
    party: Mapping[str, Any]
    answer: str
    audience: str
    owner: str


class LinkRows:
    """Rows of links, for which the States of institutions and the brief's ids must be known."""

    def __init__(self) -> None:
        self.homes: dict[str, Home] = {}
        self.answers: dict[str, dict[UUID, Given]] = {}
        """The answers about each record, by their own ids."""

    def row(self, change: Change, brief: frozenset[str] | None) -> Row | None:
        """A relation, agreement or activity of several parties; None where it is none.

        ``brief`` limits it to what the brief says: None where no citation of it is.
        """
        take = Taker(change)
        content = take.content
        in_brief = {value.audience for value in take.in_brief(brief)} if brief is not None else None
        if in_brief == set():
            return None
        if content.get("same_as") and change.audience_of("same_as") == change.audience:
            return None  # the other record of the event stands for both
        parties = list(dict.fromkeys(map(self._party, content.get("parties", ()))))
        if len(parties) < 2:
            return None
        kind = content.get(f"{change.kind}_kind", "not_stated")
        step = link_depth(change.kind, content)
        stage, scope = content.get("stage", "unknown"), content.get("scope", "security")
        sides = {side for _key, side, _audience in parties}
        answered = [] if brief is not None else self.answered(change, parties)
        said = verdict(list(self._reported(content, brief)), answered, len(sides)).confirmation
        shown = "-" if step is None else str(step)
        edges = self._audience(change, parties, "accounts", "stage", "scope")
        how_deep = change.audience_of(f"{change.kind}_kind", "parties")
        return Row(
            id=change.id,
            audience=_who_knows(change, in_brief),
            facets={
                "record": take.values("kind", [change.kind]),
                "kind": take.values(f"{change.kind}_kind", [kind]),
                "tier": take.values("tier"),
                "stage": take.values("stage", [stage]),
                "depth": [Value(shown, how_deep)],
                "confirmation": [
                    Value(said, self._audience(change, parties, "accounts", "parties"))
                ],
                "scope": take.values("scope", [scope]),
                "state": [
                    Value(state, self._audience(change, parties))
                    for state in sorted({side for side in sides if len(side) == 2})
                ],
                "party": take.values("parties", _named(parties)),
                "pair": [
                    Value(f"{a}~{b}", self._audience(change, parties))
                    for a, b in _pairs(sides, parties)
                ],
                "edge": [
                    Value(f"{a}~{b}~{said}~{stage == 'planned':d}~{shown}", edges)
                    for a, b in _pairs(sides, parties)
                    if scope == "security" and change.kind != "activity"
                ],
            },
            words=[*take.texts("text", 4), *take.texts("titles", 4)],
            place=f"{9 - (step or 0)} {fold(_title(content))}",
            place_audience=change.audience_of(f"{change.kind}_kind", "parties", "text", "titles"),
        )

    def _party(self, part: dict[str, Any]) -> tuple[str, str, str]:
        """Key, side and the audience that may see the side, of a party."""
        party: dict[str, Any] = part.get("party", part)
        state = party.get("state")
        if words := party.get("description"):
            key = f"described:{next(iter(words['text'].values()))}"
            return key, state or key, PUBLIC
        if state:
            return f"state:{state}", state, PUBLIC
        if network := party.get("network"):
            return f"network:{network}", f"network:{network}", PUBLIC
        key = f"institution:{party['institution']}"
        home = self.homes.get(party["institution"])
        return (key, *home) if home else (key, key, PUBLIC)

    def answered(self, change: Change, parties: list[tuple[str, str, str]]) -> list[Said]:
        """What parties say themselves: the owner by the record, others by their answers.

        Only those answers count that everybody sees who sees the record.
        """
        own = f"institution:{change.owner}"
        found = [Said(key, side, "confirms") for key, side, _audience in parties if key == own]
        for given in self.given(str(change.id)):
            if given.audience in {PUBLIC, change.audience}:
                party, side, _audience = self._party(dict(given.party))
                found.append(Said(party, side, given.answer))
        return found

    def given(self, record: str) -> list[Given]:
        """The answers about a record of those who may give them.

        An institution answers for itself, or for the State that it is of; what somebody else gives
        as its answer is none.
        """
        return [
            given
            for given in self.answers.get(record, {}).values()
            if given.party.get("institution") == given.owner
            or given.party.get("state") == self.homes.get(given.owner, ("-", ""))[0]
        ]

    def take_answer(self, change: Change) -> set[str]:
        """Hold an answer in place of what was held of it; return the records that it is about."""
        moved = {about for about, found in self.answers.items() if change.id in found}
        for about in moved:
            del self.answers[about][change.id]
        if not change.is_removed:
            content = change.content
            about = content["about"]
            self.answers.setdefault(about, {})[change.id] = Given(
                change.id, content["party"], content["answer"],
                change.audience_of("about", "party", "answer"), str(change.owner),
            )  # fmt: skip
            moved.add(about)
        return moved

    def _reported(self, content: Mapping[str, Any], brief: frozenset[str] | None) -> Iterator[Said]:
        for account in content.get("accounts", ()):
            cited = (citation["source"] for citation in account.get("citations", ()))
            if brief is None or not brief.isdisjoint(cited):
                party, side, _audience = self._party(account)
                yield Said(party, side, account.get("answer", "confirms"))

    @staticmethod
    def _audience(change: Change, parties: list[tuple[str, str, str]], *fields: str) -> str:
        """Who may see what follows from the parties' sides and these fields."""
        sides = {audience for _key, _side, audience in parties}
        return narrowest(sides | {change.audience_of("parties", *fields)})


def _who_knows(change: Change, in_brief: set[str] | None) -> str:
    """Who may know that a record is a link: whoever sees its parties, and what the brief says."""
    seen = {change.audience, change.audience_of("parties")}
    if in_brief is not None and not in_brief & {PUBLIC, change.audience}:
        seen |= in_brief
    return narrowest(seen, change.owner)


def _pairs(sides: set[str], parties: list[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """Pairs of States, and pairs of parties as named; none of a crowd, which joins nobody."""
    if len(parties) > MOST_PARTIES:
        return
    yield from combinations(sorted(side for side in sides if len(side) == 2), 2)
    yield from combinations(sorted(_named(parties)), 2)


def _named(parties: list[tuple[str, str, str]]) -> list[str]:
    return [key for key, _side, _audience in parties if not key.startswith("described:")]


def link_depth(record_kind: str, content: Mapping[str, Any]) -> int | None:
    """The step of a relation, agreement or activity on the ladder; None where it has none."""
    kind = content.get(f"{record_kind}_kind", "not_stated")
    if record_kind != "activity":
        return depth(kind)
    return activity_depth(kind, [part["part"] for part in content.get("parties", ())])


def _title(content: Mapping[str, Any]) -> str:
    text = content.get("titles") or content.get("text")
    return next(iter(text["text"].values())) if text else ""
