"""The one ladder of depth, and confirmation from the parties' own accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

DEPTH: Final[Mapping[str, int]] = {
    "attendance": 0,
    "guest_lecture": 1,
    "meeting": 1,
    "talks": 1,
    "technical_visit": 1,
    "calendar": 2,
    "material": 2,
    "material_exchange": 2,
    "personnel_exchange": 3,
    "seminar": 3,
    "workshop": 3,
    "assistance": 3,
    "advisory_mission": 3,
    "joint_course": 4,
    "course_run": 4,
    "exercise": 4,
    "method_trial": 4,
    "standard": 5,
    "standard_work": 5,
    "peer_review": 5,
    "joint_programme": 5,
}
"""Steps 0 to 5. What is not here has no depth: not stated, support, endorsement, instruments."""


def depth(kind: str) -> int | None:
    """The step of a kind of relation or activity; None where it has none, never 0."""
    return DEPTH.get(kind)


DELIVERING: Final = frozenset({"host", "organiser", "co_organiser", "partner"})
"""Parts of those who carry an activity together."""
TAUGHT: Final = frozenset({"course_run", "seminar", "workshop"})
"""Kinds of activity of which a participant is one who attends."""


def activity_depth(kind: str, parts: Sequence[str]) -> int | None:
    """The step of an activity as a link of its parties, by the part that each has in it.

    Its own step where two or more carry it together. Otherwise that of the deepest part of the
    others: a lecturer 1, material 2, a participant in training 0, in anything else the activity's
    own. Who funds or endorses gives it no depth.
    """
    if sum(part in DELIVERING for part in parts) > 1:
        return depth(kind)
    participant = 0 if kind in TAUGHT else depth(kind)
    steps = {"lecturer": DEPTH["guest_lecture"], "material": DEPTH["material"],
             "participant": participant}  # fmt: skip
    found = [step for part in parts if (step := steps.get(part)) is not None]
    return max(found, default=None)


MOST_PARTIES: Final = 12
"""Of more parties than this, no pair is said to work together."""
GIVEN: Final = frozenset({"support", "endorsement", "expertise", "contract"})
"""Kinds that one party gives and the other receives: a layer of their own, without depth."""


def pair_depth(kind: str, one: str, other: str) -> int | None:
    """The step of an activity as a link of two of its parties, by the part that each has in it.

    Its own step where both carry it, that of the other's part where one does, and the lower of
    their steps where neither does; None between two who attend, and with who funds or endorses.
    Never above ``activity_depth`` of the whole.
    """
    participant = 0 if kind in TAUGHT else depth(kind)
    steps = {"lecturer": DEPTH["guest_lecture"], "material": DEPTH["material"],
             "participant": participant}  # fmt: skip
    if one in DELIVERING and other in DELIVERING:
        return depth(kind)
    if one in DELIVERING or other in DELIVERING:
        return steps.get(other if one in DELIVERING else one)
    if one == other == "participant" and kind in TAUGHT:
        return None
    found = [steps.get(part) for part in (one, other)]
    return None if None in found else min(step for step in found if step is not None)


def confirmation(answers: Iterable[tuple[str, bool]], sides: int) -> str:
    """What the parties say: ``answers`` are pairs of side and whether it confirms.

    Not asked: no side's account is known. One-sided: one side's, another silent. Confirmed: two or
    more sides, or the only one there is. Contested: one denies. Never stored: who may see which
    account differs between readers.
    """
    said = dict(answers)
    if not said:
        return "not_asked"
    if not all(said.values()):
        return "contested"
    return "confirmed" if len(said) >= min(2, sides) else "one_sided"


@dataclass(frozen=True, slots=True)
class Said:
    """What a party says of a fact: which party, which side it is of, and what it says."""

    party: str
    side: str
    answer: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Confirmation, and whether any of it rests on what a source reports of a party."""

    confirmation: str
    as_reported: bool


def verdict(reported: Sequence[Said], answered: Sequence[Said], sides: int) -> Verdict:
    """What the parties say, their own answers in place of what sources report of them.

    An answer takes the place of the reported accounts of its party, and of those of its side as a
    whole (its State). One that does not know is no account. Of one side's several accounts a denial
    counts before a confirmation.
    """
    own = {said.party for said in answered} | {f"state:{said.side}" for said in answered}
    left = [said for said in reported if said.party not in own and said.answer != "not_known"]
    accounts = [*left, *(said for said in answered if said.answer != "not_known")]
    by_side: dict[str, bool] = {}
    for said in accounts:
        by_side[said.side] = by_side.get(said.side, True) and said.answer != "denies"
    return Verdict(confirmation(by_side.items(), sides), bool(left))
