"""A list for somebody else's page: in a frame, without scripts, as the public sees it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt

from concord.core.disclosure import ANYONE
from concord.record.errors import InvalidQueryError
from concord.record.selectors import record_get
from concord.register.links import Parties, party_ids
from concord.register.listings import TRAINING
from concord.register.listquery import read_choice, refuse_moment
from concord.register.reading import title_of
from concord.web.templatetags.reading import language, tag_of
from concord.web.views.exports import address_of
from concord.web.views.viewer import acting_of, signed_in, viewer_of

POLICY: Final = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
)
LANGUAGE: Final = "lang"


@xframe_options_exempt
def training(request: HttpRequest) -> HttpResponse:
    """The first page of the training list's filter, as small as can be; sets no cookie.

    ``lang`` chooses the language. Whoever looks, it is what the public may see. A filter that makes
    no sense is said in the frame, to whoever put it there.
    """
    try:
        response = _list(request)
    except InvalidQueryError as error:
        context = {"error": error, "language_tag": language()}
        response = HttpResponse(
            render_to_string("concord/embed_fault.html", context), status=error.status
        )
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "public, max-age=300"
    return response


def _list(request: HttpRequest) -> HttpResponse:
    codes = [code for code, _name in settings.LANGUAGES]
    tags = {tag_of(code): code for code in codes}
    chosen = read_choice(request.GET, LANGUAGE, [*tags, *codes], language())
    with translation.override(tags.get(chosen, chosen)):
        refuse_moment(request.GET)
        page, records = TRAINING.page(ANYONE, request.GET, [LANGUAGE])
        params = request.GET.copy()
        params.pop(LANGUAGE, None)
        params.pop("after", None)
        context: dict[str, Any] = {
            "records": records,
            "total": page.total,
            "parties": Parties(ANYONE, language(), party_ids(records)),
            "language_tag": language(),
            "portal_name": settings.CONCORD_NAME,
            "address": address_of(request),
            "list": f"{address_of(request)}{reverse('training')}?{params.urlencode()}",
        }
        # without the request: nothing of whoever looks has a place in it
        return HttpResponse(render_to_string("concord/embed.html", context))


def snippet(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """What an institution puts on its own page to show its training there."""
    record = record_get(viewer=viewer_of(request), record_id=record_id, kind="institution")
    base = f"{address_of(request)}{reverse('embed_training')}?provider={record_id}"
    choices = [
        (name, f"{base}&lang={tag_of(code)}", tag_of(code)) for code, name in settings.LANGUAGES
    ]
    context = {
        "record": record,
        "name": title_of(record, language()),
        "choices": choices,
        "shown": f"{base}&lang={language()}",
    }
    return render(request, "concord/embedding.html", context)


@signed_in
def own_snippet(request: HttpRequest) -> HttpResponse:
    """The same for the institution that the person acts for."""
    return redirect("embedding", record_id=acting_of(request).institution)
