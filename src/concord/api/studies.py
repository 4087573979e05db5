"""Results of studies, each of what the caller may see."""

from __future__ import annotations

from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse

from concord.api.answers import answer
from concord.api.callers import viewer_of
from concord.api.interface import api, parameter
from concord.api.schemas import StudyOut, StudyWaitingOut
from concord.jobs.studying import study_result
from concord.studies.running import Waiting
from concord.studies.study import study_get, study_names

ASKED: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "name",
            "in": "path",
            "required": True,
            "description": "Which study",
            "schema": {"type": "string", "enum": study_names()},
        },
        parameter("valid_on", "What was true on this day, month or year"),
        parameter("known_at", "What the register said at this moment"),
    ]
}


@api.get(
    "/studies/{name}",
    response={200: StudyOut, 202: StudyWaitingOut},
    summary="A study's result",
    openapi_extra=ASKED,
)
def study(request: HttpRequest, name: str) -> HttpResponse:
    """What a study finds of what you may see; its cut has the parameters of its page.

    ``assume.KEY`` gives an assumption another value. Where the result is not there yet, the answer
    is 202 with how far it has come: ask again.
    """
    kind = study_get(name).question
    question = kind.read({key: request.GET.getlist(key) for key in request.GET})
    found = study_result(viewer_of(request), name, question)
    if isinstance(found, Waiting):
        return answer(request, StudyWaitingOut(state=found.state, progress=found.progress), 202)
    asked = orjson.loads(question.key)
    out = StudyOut(study=name, question=asked, inputs=found.inputs, result=found.result)
    return answer(request, out)
