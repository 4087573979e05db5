"""A made-up region with planted gaps, overlaps, real and feigned collaboration: nothing is real."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from making import Maker, text

from concord.register.assumptions import role_profiles

STATES = ("CN", "ID", "JP", "KR", "MY", "PH", "TH", "VN")
TRAINED = ("B5", "C1", "E2", "G2", "H4", "F2")
"""Topics in which everybody who needs them has been trained."""
DECOYS = ("B1", "D1", "A4", "E7")
"""Topics that look trained, and are not: planned, expired, cancelled, or of people not named."""
ENOUGH = 1_000_000
YEAR = 2024
Pair = frozenset[str]


@dataclass
class Region:
    """What was planted."""

    centres: dict[str, str] = field(default_factory=dict)
    gaps: set[str] = field(default_factory=set)
    overlaps: set[Pair] = field(default_factory=set)
    real: set[Pair] = field(default_factory=set)
    feigned: set[Pair] = field(default_factory=set)


def plant(make: Maker) -> Region:
    """Write the region through the services."""
    region = Region()
    for state in STATES:
        key = make.write(make.institution(f"Hypothetical centre of {state}", state=state))
        region.centres[state] = str(key)
    _gaps(make, region)
    _overlaps(make, region)
    _collaboration(make, region)
    return region


def _part(centre: str, part: str = "host") -> dict[str, Any]:
    return {"party": {"institution": centre}, "part": part}


def _run(make: Maker, region: Region, **more: Any) -> None:
    usual = {"titles": text("Hypothetical run"), "activity_kind": "course_run", "stage": "done",
             "when": str(YEAR), "parties": [_part(region.centres["JP"])]}  # fmt: skip
    make.put("activity", **(usual | more))


def _gaps(make: Maker, region: Region) -> None:
    needed = {p.topic for p in role_profiles()}
    region.gaps = needed - set(TRAINED)
    for topic in TRAINED:
        roles = {p.role for p in role_profiles() if p.topic == topic}
        rows = [
            {"count": ENOUGH, "country": state, "role": role, "unit": "completion",
             "breakdown": "both"}
            for state in STATES
            for role in sorted(roles)
        ]  # fmt: skip
        _run(make, region, topics=[topic], participation=rows)
    planned, expired, cancelled, unnamed = DECOYS
    for topic, more in (
        (planned, {"stage": "planned"}), (expired, {"when": "1999"}),
        (cancelled, {"stage": "cancelled"}), (unnamed, {}),
    ):  # fmt: skip
        roles = sorted({p.role for p in role_profiles() if p.topic == topic})
        who = [{}] if topic == unnamed else [
            {"country": state, "role": role} for state in STATES for role in roles
        ]  # fmt: skip
        rows = [{"count": ENOUGH, "unit": "completion", "breakdown": "both", **one} for one in who]
        _run(make, region, topics=[topic], participation=rows, **more)


def _overlaps(make: Maker, region: Region) -> None:
    """The same course under another title at two centres, and courses that share a topic alone."""
    plans = [("B1", "R05", "basic"), ("E2", "R11", "basic"), ("G2", "R22", "advanced"),
             ("H1", "R03", "introductory"), ("C1", "R09", "intermediate")]  # fmt: skip
    for number, (topic, role, level) in enumerate(plans):
        one, other = STATES[number], STATES[number + 1]
        keys = [
            make.put("course", titles=text(title), providers=[region.centres[state]],
                     topics=[topic], roles=[role], level=level, languages=["en"],
                     reach=["regional"])
            for title, state in ((f"Course {number}", one), (f"Another name {number}", other))
        ]  # fmt: skip
        region.overlaps.add(frozenset(map(str, keys)))
        make.put("course", titles=text(f"Only the topic {number}"), topics=[topic],
                 providers=[region.centres[STATES[number + 2]]])  # fmt: skip
        make.put("course", titles=text(f"For others {number}"), topics=[topic], roles=["R01"],
                 level="instructor", languages=["en"],
                 providers=[region.centres[STATES[number + 2]]])  # fmt: skip


def _collaboration(make: Maker, region: Region) -> None:
    """Some pairs do something deep and both say so; others only seem to."""
    source = str(make.put("source", titles=text("Hypothetical report"), source_kind="report"))
    pairs = list(combinations(STATES, 2))

    def account(state: str) -> dict[str, Any]:
        party = {"institution": region.centres[state]}
        return {"party": party, "citations": [{"source": source}]}

    def two(pair: tuple[str, str]) -> dict[str, Any]:
        citations = [{"source": source}]
        return {"parties": [_part(region.centres[s], "co_organiser") for s in pair],
                "citations": citations}  # fmt: skip

    for pair in pairs[:6]:
        _run(make, region, activity_kind="exercise", **two(pair),
             accounts=[account(state) for state in pair])  # fmt: skip
        region.real.add(_pair(region, pair))
    seeming = pairs[6:]
    for number, pair in enumerate(seeming):
        region.feigned.add(_pair(region, pair))
        match number % 4:
            case 0:  # one side alone says so
                _run(make, region, activity_kind="exercise", **two(pair),
                     accounts=[account(pair[0])])  # fmt: skip
            case 1:  # planned
                _run(make, region, activity_kind="exercise", stage="planned", **two(pair),
                     accounts=[account(state) for state in pair])  # fmt: skip
            case 2:  # attendance
                parties = [_part(region.centres[pair[0]]),
                           _part(region.centres[pair[1]], "participant")]  # fmt: skip
                _run(make, region, parties=parties, accounts=[account(s) for s in pair])
            case _:  # an instrument without activity
                make.put("agreement", titles=text("Hypothetical memorandum"), stage="done",
                         agreement_kind="memorandum", when=str(YEAR),
                         parties=[{"institution": region.centres[s]} for s in pair],
                         accounts=[account(state) for state in pair])  # fmt: skip


def _pair(region: Region, pair: tuple[str, str]) -> Pair:
    return frozenset(f"institution:{region.centres[state]}" for state in pair)
