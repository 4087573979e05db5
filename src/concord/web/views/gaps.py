"""Needs and gaps: where people who answer for nuclear security lack valid training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.core.analysis.coverage import State
from concord.core.analysis.gaps import GROUPS
from concord.core.vocabulary import LANGUAGES
from concord.documents.gapmap import draw_gaps
from concord.documents.moving import draw_moving
from concord.documents.years import YearBar, draw_years
from concord.jobs.kept import kept_coverage
from concord.record.selectors import records_get
from concord.register import vocabulary
from concord.register.assumptions import assumptions_if, role_profiles_if
from concord.register.links import Parties
from concord.register.reading import title_of
from concord.register.tables import as_ids
from concord.register.words import Cut, TrainingLevel
from concord.studies.gaps import CENTRES, GapsQuestion
from concord.studies.kept import Kept
from concord.studies.question import ASSUME, Question
from concord.web.templatetags.reading import language, language_name
from concord.web.views.assumptions import assumption_rows, other_params
from concord.web.views.coverage import STATE_LABELS
from concord.web.views.studying import Asked, study_page
from concord.web.views.viewer import viewer_of

CENTRAL: Final = 3
"""Where a figure has its central value, after those that 5, 50 and 95 % of draws stay below."""
CUT: Final = {
    "topic": gettext_lazy("Topic"),
    "role": gettext_lazy("Role"),
    "level": gettext_lazy("Level"),
    "language": gettext_lazy("Language"),
    "year": gettext_lazy("Year"),
}
YEARS: Final = 12
"""Years back that can be chosen; the address takes any."""
LARGEST: Final = 8
"""Gaps that the page names with what would close them; the table has them all."""
NAMED: Final = 3
"""Courses that are named for a gap; the list of training has them all."""
REASONS: Final = {
    "share.core": gettext_lazy("the core of its work"),
    "share.interface": gettext_lazy("it touches its work"),
    "share.awareness": gettext_lazy("to be aware of it"),
}
OFFER_WORDS: Final = {
    State.OFFERED: gettext_lazy("A named centre offers a course."),
    State.SAID_OF_UNNAMED: gettext_lazy("A source speaks of centres that it does not name."),
    State.EVENT_ONLY: gettext_lazy("Events were found, and no course of a named centre."),
    State.NOT_FOUND: gettext_lazy("No named centre’s offer was found in open sources."),
}


def gaps(request: HttpRequest) -> HttpResponse:
    """What is on offer by topic; need and gap of a region, and of States shown one by one."""
    return study_page(request, "gaps", "concord/gaps.html", _present)


def _present(request: HttpRequest, question: GapsQuestion, kept: Kept) -> dict[str, object]:
    result = kept.result
    asked = Asked("gaps", question, request.path)
    courses = _Courses(request, result["courses"], question.topic)
    states = _states(request)
    parties = Parties(viewer_of(request), language(), set(result["regions"]) - {CENTRES})
    regions = [
        (_region_name(key, parties), count, asked.address(region=None if key == CENTRES else key),
         key == question.region)
        for key, count in result["regions"].items()
    ]  # fmt: skip
    offers = {row["topic"]: row for row in result["offers"]}
    own = {
        state: found
        | {
            "chart": _chart(found, asked, states, f"gaps-{state}"),
            "largest": _largest(found["topics"], courses, asked, states),
            "roles": _roles(found["cells"], question),
            "years_chart": years_chart(found["years"], asked, result["year"], f"years-{state}"),
        }
        for state, found in result["states"].items()
    }
    return {
        "regions": regions,
        "region_name": _region_name(question.region, parties),
        "offer_rows": [
            _offer(entry.code, offers.get(entry.code, {}), states.get(entry.code))
            | {name: counts.get(entry.code, 0) for name, counts in result["stated"].items()}
            for entry in vocabulary.topics().leaves()
            if entry.code[0] != "I" and question.topic in {None, entry.code}
        ],
        "chart": _chart(result, asked, states, "gaps") if result["region"] else "",
        "moving_chart": draw_moving(
            result["moving"], usual=result["usual"], chart_id="moving", language=language()
        ),
        "years": result["years"],
        "years_chart": years_chart(result["years"], asked, result["year"], "years"),
        "own": own,
        "topics": result["topics"] if result["region"] else [],
        "topic": question.topic,
        "largest": _largest(result["topics"], courses, asked, states) if result["region"] else [],
        "roles": _roles(result["cells"], question) if result["region"] else [],
        "closing": _closing(question) if question.topic else [],
        "courses": courses.of(question.topic, most=len(result["courses"].get(question.topic, ())))
        if question.topic
        else [],
        "capacity": [r for r in result["capacity"] if r["topic"] == question.topic],
        "assumption_rows": assumption_rows(question, GROUPS),
        "roles_carried": [
            (name, value)
            for name, value in question.params()
            if not name.startswith(f"{ASSUME}share.R")
        ],
        "cut_fields": _cut_fields(question, result["year"]),
        "cut_carried": [(name, value) for name, value in question.params() if name not in CUT],
        "is_cut": any(getattr(question, name) for name in CUT),
        "carried": other_params(question),
        "usual": asked.address(assume=dict.fromkeys(question.assume)),
    }


def _cut_fields(question: GapsQuestion, year: int) -> list[dict[str, Any]]:
    """The parts that a reader can choose to look at, with what is chosen."""
    tag = language()
    options = {
        "topic": [(e.code, f"{e.code} {e.label(tag)}") for e in vocabulary.topics().leaves()
                  if e.code[0] != "I"],
        "role": [(entry.code, entry.label(tag)) for entry in vocabulary.roles()],
        "level": list(TrainingLevel.choices),
        "language": [(code, language_name(code)) for code in LANGUAGES],
        "year": [(str(n), str(n)) for n in range(year, year - YEARS, -1)] if year else [],
    }  # fmt: skip
    return [
        {"name": name, "label": label, "options": options[name],
         "chosen": str(getattr(question, name) or "")}
        for name, label in CUT.items()
    ]  # fmt: skip


def _region_name(key: str, parties: Parties) -> str:
    if key == CENTRES:
        return _("all countries and areas with a centre in this register")
    return parties.record(key, "network").label


def _states(request: HttpRequest) -> dict[str, State]:
    """What the sources bear out of each topic, as the page of coverage has it."""
    kept = kept_coverage(viewer_of(request), Cut.ALL)
    topics = kept.result["topics"] if kept else []
    return {topic["code"]: State(topic["state"]) for topic in topics}


def _offer(code: str, found: Mapping[str, Any], state: State | None) -> dict[str, Any]:
    return {
        "code": code,
        "state": state.value if state else "",
        "state_label": STATE_LABELS[state] if state else "",
        "words": OFFER_WORDS[state] if state else "",
        "courses": found.get("of_centres", 0),
        "centres": found.get("centres", 0),
        "activities": found.get("activities", 0),
        "courses_address": f"{reverse('training')}?topic={code}&kind=course",
        "activities_address": f"{reverse('training')}?topic={code}&stage=done",
    }


def _closing(question: GapsQuestion) -> list[tuple[str, str]]:
    """Where the courses are that would close a gap in a topic, and what bears out the figures."""
    training = f"{reverse('training')}?topic={question.topic}"
    of_role = f"{training}&role={question.role}" if question.role else training
    return [
        (_("Courses on it, with who offers them and in what language"), f"{training}&kind=course"),
        (_("Training that is open for nominations"), f"{training}&open=open"),
        (_("Activities that were done, with their sources"), f"{of_role}&stage=done"),
        (_("Figures that sources state in total"),
         f"{reverse('statements')}?topic={question.topic}"),
        (_("All evidence for it"), reverse("topic", args=[question.topic])),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course that would help to close a gap."""

    title: str
    address: str
    providers: str
    languages: str
    apply_by: str | None
    seats: int | None


class _Courses:
    """The courses that a result names, read in one query for the topics that are shown."""

    def __init__(
        self, request: HttpRequest, found: Mapping[str, list[dict[str, Any]]], topic: str | None
    ) -> None:
        self._found = found
        shown = [one for code, courses in found.items()
                 for one in (courses if code == topic else courses[:NAMED])]  # fmt: skip
        viewer = viewer_of(request)
        self._records = records_get(viewer=viewer, ids=as_ids({one["id"] for one in shown}))
        self._parties = Parties(viewer, language(), {p for one in shown for p in one["providers"]})
        self._today = timezone.now().date().isoformat()

    def of(self, topic: str, most: int = NAMED) -> list[CourseLine]:
        """Some courses on a topic, those that take nominations first."""
        lines = []
        for one in self._found.get(topic, ())[:most]:
            record = self._records.get(UUID(one["id"]))
            if record is None:
                continue
            is_open = one["apply_by"] is not None and one["apply_by"] >= self._today
            lines.append(CourseLine(
                title_of(record, language()),
                reverse("record", args=[one["id"]]),
                ", ".join(self._parties.record(p).label for p in one["providers"]),
                ", ".join(map(language_name, one["languages"])),
                one["apply_by"] if is_open else None,
                one["seats"],
            ))  # fmt: skip
        return lines


def _largest(
    topics: Sequence[Mapping[str, Any]],
    courses: _Courses,
    asked: Asked,
    states: Mapping[str, State],
) -> list[dict[str, Any]]:
    """The topics that most people lack, each with what would close it."""
    lacking = [row for row in topics if row["gap"][CENTRAL]]
    order = sorted(lacking, key=lambda row: (-row["gap"][CENTRAL], row["topic"]))
    return [
        {
            "topic": row["topic"],
            "gap": row["gap"],
            "address": asked.address(topic=row["topic"]),
            "courses": courses.of(row["topic"]),
            "words": OFFER_WORDS[states[row["topic"]]] if row["topic"] in states else "",
        }
        for row in order[:LARGEST]
    ]


def _roles(cells: Sequence[Mapping[str, Any]], question: GapsQuestion) -> list[dict[str, Any]]:
    """Of one topic: who needs it and why, and how many lack it."""
    if not question.topic:
        return []
    profiles = {(one.role, one.topic): one for one in role_profiles_if(question.assume)}
    known = assumptions_if(question.assume)
    rows = []
    for cell in cells:
        profile = profiles[cell["role"], cell["topic"]]
        own, own_share = profile.own_years, profile.own_share
        share = own_share.central if own_share else known.value(profile.share)
        key = f"{ASSUME}share.{cell['role']}.{cell['topic']}"
        rows.append(dict(cell) | {
            "reason": REASONS.get(profile.share, profile.share),
            "why": profile.why,
            "guidance": profile.guidance,
            "years": own.central if own else known.value(profile.years),
            "share": share,
            "share_key": key,
            "is_changed": key.removeprefix(ASSUME) in question.assume,
            "address": cell_address(question, cell["topic"], cell["role"]),
            "evidence": f"{reverse('training')}?topic={cell['topic']}&role={cell['role']}",
        })  # fmt: skip
    return rows


def _chart(
    found: Mapping[str, Any], asked: Asked, states: Mapping[str, State], chart_id: str
) -> str:
    offered = {code for code, state in states.items() if state is State.OFFERED}
    return draw_gaps(
        found["cells"],
        offered,
        language=language(),
        chart_id=chart_id,
        address=lambda topic, role: (
            cell_address(asked.question, topic, role)
            if role
            else asked.address(topic=topic, role=None)
        ),
    )


def cell_address(question: Question, topic: str, role: str) -> str:
    """The page of one cell, for the same moment, region and assumptions."""
    query = urlencode(question.params(topic=None, role=None, level=None))
    address = reverse("gap_cell", args=[topic, role])
    return f"{address}?{query}" if query else address


def years_chart(
    years: Sequence[Mapping[str, Any]], asked: Asked, current: int, chart_id: str
) -> str:
    """The course of a topic: what is needed as bars, filled as far as it is met."""
    if not years:
        return ""
    words = _("%(year)s: %(need)s must have it, %(stock)s have it, %(trained)s were trained")
    bars = [
        YearBar(
            row["year"],
            round(row["target"]),
            round(row["met"]),
            asked.address(year=row["year"]),
            words % {"year": row["year"], "need": row["target"], "stock": row["stock"],
                     "trained": row["trained"]},
            row["year"] == current,
        )
        for row in years
    ]  # fmt: skip
    return draw_years(
        bars,
        chart_id=chart_id,
        title=_("Need and gap by year"),
        description=_("Outlined: people who must have it. Filled: as far as that is met."),
    )
