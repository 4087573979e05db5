"""The register for other machines: news feeds, OAI-PMH, the catalogue."""

from __future__ import annotations

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from concord.exchange.catalogue import catalogue
from concord.exchange.dublin import SCHEMA
from concord.exchange.exports import listing_named
from concord.exchange.news import FORMS, news_of
from concord.exchange.oai import answer
from concord.record.errors import NotFoundError
from concord.web.context import NAVIGATION
from concord.web.templatetags.reading import language
from concord.web.views.exports import LINKED, address_of
from concord.web.views.fresh import followed
from concord.web.views.viewer import viewer_of


@followed
def list_news(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """What changed last in a list with its filter, as RSS or Atom."""
    listing = listing_named(name)
    if form not in FORMS:
        raise NotFoundError(", ".join(FORMS))
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    label = str(dict(NAVIGATION)[name])
    text = news_of(
        viewer_of(request), listing, request.GET,
        form=form, language=language(),
        title=_("%(list)s: what changed last") % {"list": label},
        address=address_of(request), own=request.build_absolute_uri(),
        page=f"{address_of(request)}{reverse(name)}{query}",
    )  # fmt: skip
    return HttpResponse(text, content_type=FORMS[form].content_type)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def oai(request: HttpRequest) -> HttpResponse:
    """OAI-PMH 2.0, as the public sees the register."""
    given = request.POST if request.method == "POST" else request.GET
    arguments = [(name, value) for name, values in given.lists() for value in values]
    body = answer(arguments, address=address_of(request))
    return HttpResponse(body, content_type="text/xml; charset=utf-8")


def oai_schema(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The schema of our own format there."""
    return HttpResponse(SCHEMA, content_type="application/xml")


def catalog(request: HttpRequest) -> HttpResponse:
    """The data set as DCAT."""
    data = catalogue(address=address_of(request), language=language())
    return HttpResponse(orjson.dumps(data), content_type=LINKED)
