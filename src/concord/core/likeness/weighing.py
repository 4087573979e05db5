"""Two records weighed: what each field says for or against their being one, and the score.

A weight is the base-2 logarithm of how much likelier the finding is between two records of one
event than between two records taken at random. All are whole halves, so that sums are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import exp2
from types import MappingProxyType
from typing import Final
from uuid import UUID

from concord.core.likeness.titles import Title, similarity, title_of
from concord.core.vocabulary.folding import fold

RecordId = UUID | str

WEIGHTS: Final = MappingProxyType(
    {
        "same_title": 6.0,
        "like_title": 3.5,  # in steps: LIKE
        "other_title": -3.0,
        "other_number": -3.0,
        "same_days": 7.0,
        "overlapping_days": 5.0,
        "near_days": 3.5,
        "fitting_days": 2.5,  # in steps: FITTING
        "other_day": -14.0,
        "perhaps_another_run": -2.0,
        "same_country": 2.0,
        "other_country": -10.0,
        "same_town": 3.0,
        "other_town": -2.5,
        "shared_provider": 3.0,
        "other_providers": -0.5,
        "shared_topic": 2.0,
        "other_topics": -1.5,
        "same_count": 3.0,
        "other_count": -1.0,
        "shared_language": 0.5,
        "other_languages": -1.0,
        "other_kind": -1.0,
    }
)
"""Log-odds in bits, by the code of the reason. They were set by judgement, not learnt: there is no
body of pairs decided yet.

A provider has its place, and so a place says little once a provider is shared: ``same_country``
then nothing, ``same_town`` no more than ``TOWN_OF_PROVIDER``. A provider repeats its courses, and
so what it gave on days that are not exact is ``perhaps_another_run``. Titles that are alike have
their topic in common anyhow: ``shared_topic`` then weighs ``TOPIC_OF_TITLE``.
"""
TOWN_OF_PROVIDER: Final = 1.0
TOPIC_OF_TITLE: Final = 1.0
PRIOR: Final = -12.0
"""Before anything is compared: about one pair in four thousand that lie near each other."""
PRIOR_OF_COURSES: Final = -9.0
"""Courses are fewer than their runs, and no days tell them apart."""
LIKE: Final = ((90.0, 3.5), (75.0, 2.5), (60.0, 1.0))
"""From which similarity, 0 to 100, titles are alike, and with what weight."""
GENERIC: Final = 1.0
"""What equal titles weigh of which one is generic."""
UNLIKE: Final = 40.0
"""Below it, titles of one language are different."""
FITTING: Final = ((31, 2.5), (366, 1.0))
"""Days that fit, one of them not exact: up to which width in days, and with what weight."""
EXACT_WIDTH: Final = 27
"""Days of one whole are exact up to this width: a month is wider."""
NEAR: Final = 3
"""Days between that a slip or a day of travel explains."""
LEAST_COUNT: Final = 10
"""Smaller numbers of people are the same by chance."""
COURSE: Final = "course"
"""The kind of a course: compared with courses alone."""
UNSTATED_KINDS: Final = frozenset({"", "event", "activity"})
AT_LEAST: Final = 0.5
"""As likely as not."""
LEAST: Final = 0.25
"""The lowest score that may be asked for. Below it lie pairs that share neither exact days nor
title, town, number or provider: chance, and not looked for."""
FIRST_DAY: Final = -1
LAST_DAY: Final = 4_000_000
"""Beyond all days of the calendar, for ends that are open."""
_IN_TOWNS: Final = """
city town district prefecture province shi mura machi cho ku gun si dong kota kabupaten tp thanh pho
"""
_GENERIC_IN_TOWN: Final = frozenset(_IN_TOWNS.split())


@dataclass(frozen=True)
class Likely:
    """What is compared of a record. Blank, zero and empty are unknown, and carry no weight.

    ``kind`` is ``COURSE`` or what happens (``course_run``, ``workshop``). ``first`` and ``last``
    are proleptic day numbers (``date.toordinal``), both included; a date of a year alone spans the
    year. ``counts`` are numbers of participants stated. ``title_languages`` are BCP 47 tags beside
    ``titles``, where known: titles of different languages that differ then speak against nothing.
    ``languages`` are those in which it is given. Raises ``ValueError`` where the last day is before
    the first, or where there are languages of titles but not for each.
    """

    id: RecordId
    kind: str = ""
    titles: tuple[str, ...] = ()
    first: int = 0
    last: int = 0
    country: str = ""
    town: str = ""
    providers: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    counts: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()
    title_languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"{self.id}: the last day is before the first")
        if self.title_languages and len(self.title_languages) != len(self.titles):
            raise ValueError(f"{self.id}: each title needs its language, or none has one")

    @property
    def is_course(self) -> bool:
        return self.kind == COURSE

    @property
    def start(self) -> int:
        """The first day on which it may be; a course has no days."""
        return FIRST_DAY if self.is_course or not self.first else self.first

    @property
    def end(self) -> int:
        """The last day on which it may be."""
        return LAST_DAY if self.is_course or not self.last else self.last

    @property
    def is_exact(self) -> bool:
        """Whether its days are known, not its month or year alone."""
        return self.end - self.start < EXACT_WIDTH

    @cached_property
    def ready_titles(self) -> tuple[Title, ...]:
        languages = self.title_languages or ("",) * len(self.titles)
        pairs = zip(self.titles, languages, strict=True)
        found = (title_of(title, language, self.town) for title, language in pairs)
        return tuple(dict.fromkeys(title for title in found if title is not None))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers in its titles."""
        return frozenset().union(*(title.numbers for title in self.ready_titles))

    @cached_property
    def place(self) -> tuple[str, str]:
        """The town without case, marks, spaces and words such as city, and its script."""
        title = title_of(self.town)
        words = fold(self.town).replace("-", " ").split(",")[0].split()
        name = "".join(word for word in words if word not in _GENERIC_IN_TOWN) or "".join(words)
        return (name, title.family) if title else ("", "")

    @cached_property
    def telling_counts(self) -> frozenset[int]:
        return frozenset(count for count in self.counts if count >= LEAST_COUNT)


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding: a code of ``WEIGHTS``, its weight in bits, and what was found, in no language.

    ``detail`` is the similarity in percent, the days between, the town, or the codes that are
    shared, joined by a blank; blank where the code says all.
    """

    code: str
    weight: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, the smaller id first, with the reasons that make the score (0 to 1)."""

    a: RecordId
    b: RecordId
    score: float
    reasons: tuple[Reason, ...]


def compare(a: Likely, b: Likely) -> Pair:
    """Weigh two records. The order in which they are given makes no difference."""
    if str(b.id) < str(a.id):
        a, b = b, a
    shared = a.providers & b.providers
    titles = _titles(a, b)
    topics = _sets(a.topics, b.topics, "shared_topic", "other_topics")
    if topics and topics.weight > 0 and any(reason.weight > 0 for reason in titles):
        topics = Reason(topics.code, TOPIC_OF_TITLE, topics.detail)
    reasons = tuple(
        reason
        for reason in (
            *titles,
            *_days(a, b, one_provider=bool(shared)),
            *_place(a, b, one_provider=bool(shared)),
            _sets(a.providers, b.providers, "shared_provider", "other_providers"),
            topics,
            _sets(a.telling_counts, b.telling_counts, "same_count", "other_count"),
            _sets(a.languages, b.languages, "shared_language", "other_languages"),
            _reason("other_kind") if _other_kind(a, b) else None,
        )
        if reason is not None
    )
    return Pair(a.id, b.id, score_of(a, b, sum(reason.weight for reason in reasons)), reasons)


def score_of(a: Likely, b: Likely, bits: float) -> float:
    """The sum of weights as a probability; none at all between a course and what is no course."""
    if a.is_course != b.is_course:
        return 0.0
    return 1 / (1 + exp2(-prior(courses=a.is_course) - bits))


def prior(*, courses: bool) -> float:
    return PRIOR_OF_COURSES if courses else PRIOR


def title_weight(alike: float, *, same: bool, generic: bool) -> float:
    """The weight of a similarity (0 to 100) of two titles that can be compared."""
    if same:
        return WEIGHTS["same_title"]
    if generic:
        return GENERIC if alike >= LIKE[0][0] else 0.0
    if alike < UNLIKE:
        return WEIGHTS["other_title"]
    return next((weight for least, weight in LIKE if alike >= least), 0.0)


def _reason(code: str, detail: str = "", weight: float | None = None) -> Reason:
    return Reason(code, WEIGHTS[code] if weight is None else weight, detail)


def _titles(a: Likely, b: Likely) -> list[Reason]:
    """The likest two of the titles that can be compared speak.

    Titles of different languages in one script may be translations: where they are alike they
    speak for the pair, and otherwise not at all.
    """
    found: list[tuple[float, float, bool]] = []
    for x, y in product(a.ready_titles, b.ready_titles):
        if x.family == y.family:
            same = x.core == y.core and not x.generic and not y.generic
            alike = similarity(x, y)
            weight = title_weight(alike, same=same, generic=x.generic or y.generic)
            if weight > 0 or x.tongue == y.tongue:
                found.append((weight, alike, same))
    reasons = []
    if found:
        weight, alike, same = max(found)
        code = "same_title" if same else "like_title" if weight > 0 else "other_title"
        reasons = [_reason(code, f"{alike:.0f}", weight)] if weight else []
    if a.numbers and b.numbers and a.numbers.isdisjoint(b.numbers):
        reasons.append(_reason("other_number"))
    return reasons


def _days(a: Likely, b: Likely, *, one_provider: bool) -> list[Reason]:
    between = max(a.start, b.start) - min(a.end, b.end)
    exact = a.is_exact and b.is_exact
    if between > 0:
        if exact and between <= NEAR and not one_provider:
            return [_reason("near_days", str(between))]
        # One provider's next run may well begin on the next day.
        return [_reason("other_day", str(between))]
    if exact:
        same = (a.start, a.end) == (b.start, b.end)
        return [_reason("same_days" if same else "overlapping_days", str(1 - between))]
    reasons = []
    width = max(a.end - a.start, b.end - b.start) + 1
    if fits := fitting(width):
        reasons = [_reason("fitting_days", str(width), fits)]
    if one_provider and not a.is_course:
        reasons.append(_reason("perhaps_another_run"))
    return reasons


def fitting(width: int) -> float:
    """What it weighs that days fit of which the less exact has a width in days."""
    return next((weight for widest, weight in FITTING if width <= widest), 0.0)


def _place(a: Likely, b: Likely, *, one_provider: bool) -> list[Reason]:
    reasons = []
    if a.country and b.country:
        if a.country != b.country:
            reasons.append(_reason("other_country"))
        elif not one_provider:
            reasons.append(_reason("same_country", a.country))
    (here, script), (there, other_script) = a.place, b.place
    if here and there and script == other_script:
        if here == there:
            weight = TOWN_OF_PROVIDER if one_provider else WEIGHTS["same_town"]
            reasons.append(_reason("same_town", a.town, weight))
        else:
            reasons.append(_reason("other_town"))
    return reasons


def _sets(
    a: frozenset[str] | frozenset[int], b: frozenset[str] | frozenset[int], shared: str, other: str
) -> Reason | None:
    """What is in both speaks for the pair; two sets that share nothing, against it."""
    if not a or not b:
        return None
    both = sorted(str(value) for value in a if value in b)
    return _reason(shared, " ".join(both)) if both else _reason(other)


def _other_kind(a: Likely, b: Likely) -> bool:
    return a.kind != b.kind and a.kind not in UNSTATED_KINDS and b.kind not in UNSTATED_KINDS
