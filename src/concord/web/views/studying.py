"""Pages of studies: the question of an address, the wait for its result, and other forms of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from concord.core.disclosure import strictest_tlp
from concord.documents.findings import sheets_of
from concord.documents.findings.workbook import workbook_of
from concord.jobs.studying import study_result
from concord.record.errors import NotFoundError
from concord.studies.kept import Kept
from concord.studies.question import Question
from concord.studies.running import Waiting, run_again, run_cancel
from concord.studies.study import study_get
from concord.web.templatetags.reading import language
from concord.web.views.exports import workbook_file
from concord.web.views.viewer import me_of, person_of, viewer_of

OURS: Final = ("lang",)
"""Parameters of an address that are of no study."""
Present = Callable[[HttpRequest, Any, Kept], dict[str, object]]
"""Makes a page's context of a question and its result."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as its page links to it."""

    name: str
    question: Question
    page: str
    """The address of the page without its parameters."""
    fixed: frozenset[str] = frozenset()
    """Fields that the page's own address says."""

    def address(self, **changes: Any) -> str:
        """The permanent link to the page with some of the question changed."""
        params = self.question.params(**changes)
        query = urlencode([(name, value) for name, value in params if name not in self.fixed])
        return f"{self.page}?{query}" if query else self.page

    @property
    def link(self) -> str:
        """The permanent link to the page as it is."""
        return self.address()

    @property
    def workbook(self) -> str:
        """The same result as a workbook."""
        return self._other("study_xlsx")

    @property
    def data(self) -> str:
        """The same result as JSON."""
        return self._other("study_json")

    def _other(self, name: str) -> str:
        query = urlencode(self.question.params())
        address = reverse(name, args=[self.name])
        return f"{address}?{query}" if query else address


def study_page(
    request: HttpRequest,
    name: str,
    template: str,
    present: Present,
    *,
    fixed: Mapping[str, str] | None = None,
    ignored: Collection[str] = (),
) -> HttpResponse:
    """The page of a study: its result, or how far it has come, with the means to cancel it.

    ``fixed`` are fields of the question that the address does not set, ``ignored`` parameters that
    the page reads by itself.
    """
    question = _question(request, name, fixed or {}, ignored)
    asked = Asked(name, question, request.path, frozenset(fixed or ()))
    found = study_result(viewer_of(request), name, asked.question)
    context: dict[str, object] = {"asked": asked, "question": asked.question}
    if isinstance(found, Waiting):
        context |= {"waiting": found, "may_cancel": person_of(request) is not None}
        return render(request, "concord/study_waiting.html", context, status=202)
    context |= {"kept": found, "result": found.result} | present(request, asked.question, found)
    return render(request, template, context)


def _question(
    request: HttpRequest, name: str, fixed: Mapping[str, str], ignored: Collection[str] = ()
) -> Any:
    params = params_of(request, fixed)
    return study_get(name).question.read(params, ignored={*OURS, *ignored})


def params_of(request: HttpRequest, fixed: Mapping[str, str]) -> dict[str, list[str]]:
    """The parameters of a question: those of the address, and those that the page gives itself."""
    params = {key: request.GET.getlist(key) for key in request.GET}
    return params | {key: [value] for key, value in fixed.items()}


def _result(request: HttpRequest, name: str) -> tuple[Any, Kept | Waiting]:
    question = _question(request, name, {})
    return question, study_result(viewer_of(request), name, question)


def study_json(request: HttpRequest, name: str) -> HttpResponse:
    """A result with what it rests on, as JSON; how far it has come where it is not there yet."""
    question, found = _result(request, name)
    if isinstance(found, Waiting):
        plain: dict[str, Any] = {"state": found.state, "progress": found.progress}
        return HttpResponse(orjson.dumps(plain), content_type="application/json", status=202)
    plain = {
        "study": name,
        "question": orjson.loads(question.key),
        "inputs": found.inputs,
        "result": found.result,
    }
    body = orjson.dumps(plain, option=orjson.OPT_INDENT_2)
    return HttpResponse(body, content_type="application/json")


def study_xlsx(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """A result as a workbook."""
    question, found = _result(request, name)
    if isinstance(found, Waiting):
        context = {"asked": Asked(name, question, request.path), "waiting": found}
        return render(request, "concord/study_waiting.html", context, status=202)
    viewer = viewer_of(request)
    sheets = sheets_of(name, found.result, viewer, language())
    label = strictest_tlp(viewer.audiences)
    return workbook_file(workbook_of(sheets, tlp=label), f"concord-{name}")


@require_POST
def study_run_do(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Cancel a run of one's own, or forget one that ended without a result."""
    me_of(request)
    do = {"cancel": run_cancel, "again": run_again}.get(request.POST.get("do", ""))
    if do is None:
        raise NotFoundError
    do(viewer=viewer_of(request), run_id=run_id)
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else "home")
