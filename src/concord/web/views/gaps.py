"""Needs and gaps: where people who answer for nuclear security lack valid training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.core.analysis.coverage import State
from concord.core.analysis.gaps import GROUPS
from concord.documents.gapmap import draw_gaps
from concord.jobs.kept import kept_coverage
from concord.register import vocabulary
from concord.register.links import Parties
from concord.register.words import Cut
from concord.studies.gaps import CENTRES, GapsQuestion
from concord.studies.kept import Kept
from concord.web.templatetags.reading import language
from concord.web.views.assumptions import assumption_rows, other_params
from concord.web.views.coverage import STATE_LABELS
from concord.web.views.studying import Asked, study_page
from concord.web.views.viewer import viewer_of

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
    states = _states(request)
    parties = Parties(viewer_of(request), language(), set(result["regions"]) - {CENTRES})
    regions = [
        (_region_name(key, parties), count, asked.address(region=None if key == CENTRES else key),
         key == question.region)
        for key, count in result["regions"].items()
    ]  # fmt: skip
    offers = {row["topic"]: row for row in result["offers"]}
    own = {
        state: found | {"chart": _chart(found, asked, states, f"gaps-{state}")}
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
        "own": own,
        "topics": result["topics"] if result["region"] else [],
        "topic": question.topic,
        "closing": _closing(question.topic) if question.topic else [],
        "assumption_rows": assumption_rows(question, GROUPS),
        "carried": other_params(question),
        "usual": asked.address(assume=dict.fromkeys(question.assume)),
    }


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


def _closing(topic: str) -> list[tuple[str, str]]:
    """Where the courses are that would close a gap in a topic."""
    training = f"{reverse('training')}?topic={topic}"
    return [
        (_("Courses on it, with who offers them and in what language"), f"{training}&kind=course"),
        (_("Training that is open for nominations"), f"{training}&open=open"),
        (_("All evidence for it"), reverse("topic", args=[topic])),
    ]


def _chart(
    found: Mapping[str, Any], asked: Asked, states: Mapping[str, State], chart_id: str
) -> str:
    offered = {code for code, state in states.items() if state is State.OFFERED}
    return draw_gaps(
        found["cells"],
        offered,
        language=language(),
        chart_id=chart_id,
        address=lambda topic: asked.address(topic=topic),
    )
