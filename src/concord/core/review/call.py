"""A call for review: what is to be reviewed, who may review it, and the rules that bind a panel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

Pair = tuple[str, str]
"""A submission's id and a reviewer's."""


class Rule(StrEnum):
    """What can keep a call from being filled."""

    SEATS = "seats"
    LOAD = "load"
    CONFLICTS = "conflicts"
    EXPERTISE = "expertise"
    LANGUAGES = "languages"
    OTHER_REGION = "other_region"
    ONE_OF_STATE = "one_of_state"
    ASPECTS = "aspects"
    TOGETHER = "together"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Submission:
    """What is submitted: the topics it is about, its languages, whose it is, what is judged."""

    id: str
    topics: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    region: str = ""
    aspects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who may review, by an opaque id. ``load``: the most that this one takes on."""

    id: str
    topics: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    region: str = ""
    state: str = ""
    aspects: frozenset[str] = frozenset()
    load: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a call, settings of whoever holds it.

    seats: reviewers of each submission. load: the most submissions of a reviewer. least_fit: the
    least share of a submission's topics, in percent, that each of its reviewers knows. languages:
    each reviewer reads one of the submission's. other_region: one at least is from another region
    than the submission. one_of_state: no two are of one State. aspects: each aspect to be judged
    is judged by one at least. together: pairs of reviewers who take the same submissions. fair:
    the submission with the least fitting panel is served first.
    """

    seats: int = 3
    load: int = 6
    least_fit: int = 0
    languages: bool = True
    other_region: bool = True
    one_of_state: bool = True
    aspects: bool = True
    together: frozenset[Pair] = frozenset()
    fair: bool = True

    @property
    def active(self) -> frozenset[Rule]:
        """The rules that bind."""
        settings = {
            Rule.EXPERTISE: self.least_fit > 0,
            Rule.LANGUAGES: self.languages,
            Rule.OTHER_REGION: self.other_region,
            Rule.ONE_OF_STATE: self.one_of_state,
            Rule.ASPECTS: self.aspects,
            Rule.TOGETHER: bool(self.together),
        }
        always = {Rule.SEATS, Rule.LOAD, Rule.CONFLICTS, Rule.KEPT}
        return frozenset(always | {rule for rule, binds in settings.items() if binds})


class CallError(ValueError):
    """A call that cannot be read: an id twice, an id that nobody has, a number out of range."""

    code = "review.call"


@dataclass(frozen=True)
class Call:
    """Submissions, reviewers and rules, in the order of their ids whatever order they came in.

    ``conflicts`` are never assigned. ``kept`` are pairs already at work, which stay unless a
    conflict came up since. ``fits`` gives the fit of a pair in percent where something better is
    known than the share of topics.
    """

    submissions: tuple[Submission, ...]
    reviewers: tuple[Reviewer, ...]
    rules: Rules
    conflicts: frozenset[Pair] = frozenset()
    kept: frozenset[Pair] = frozenset()
    fits: Mapping[Pair, int] | None = None

    @classmethod
    def of(
        cls,
        submissions: Iterable[Submission],
        reviewers: Iterable[Reviewer],
        rules: Rules,
        *,
        conflicts: Iterable[Pair] = (),
        kept: Iterable[Pair] = (),
        fits: Mapping[Pair, int] | None = None,
    ) -> Call:
        """A call, checked.

        Raises:
            CallError: an id stands twice or is unknown, or a number is out of range.
        """
        against = frozenset(conflicts)
        call = cls(
            tuple(sorted(submissions, key=lambda one: one.id)),
            tuple(sorted(reviewers, key=lambda one: one.id)),
            rules, against, frozenset(kept) - against, fits,
        )  # fmt: skip
        call._check()
        return call

    def _check(self) -> None:
        if len(self.place) != len(self.submissions) or len(self.seat) != len(self.reviewers):
            raise CallError("an id stands twice")
        pairs = self.conflicts | self.kept | frozenset(self.fits or ())
        if unknown := sorted(p for p in pairs if p[0] not in self.place or p[1] not in self.seat):
            raise CallError(f"nobody has these ids: {unknown[0]}")
        named = {one for pair in self.rules.together for one in pair}
        if strangers := sorted(named - self.seat.keys()):
            raise CallError(f"no reviewer has the id {strangers[0]}")
        if self.rules.seats < 1 or self.rules.load < 1 or not 0 <= self.rules.least_fit <= 100:
            raise CallError("seats and load are 1 at least, least_fit is 0 to 100")
        if any(not 0 <= fit <= 100 for fit in (self.fits or {}).values()):
            raise CallError("a fit is 0 to 100")

    def about(self, ids: frozenset[str]) -> Call:
        """The call with these submissions alone."""
        return replace(
            self, submissions=tuple(one for one in self.submissions if one.id in ids),
            conflicts=frozenset(pair for pair in self.conflicts if pair[0] in ids),
            kept=frozenset(pair for pair in self.kept if pair[0] in ids),
            fits=self.fits and {pair: fit for pair, fit in self.fits.items() if pair[0] in ids},
        )  # fmt: skip

    @cached_property
    def place(self) -> dict[str, int]:
        """The number of each submission."""
        return {one.id: number for number, one in enumerate(self.submissions)}

    @cached_property
    def seat(self) -> dict[str, int]:
        """The number of each reviewer."""
        return {one.id: number for number, one in enumerate(self.reviewers)}
