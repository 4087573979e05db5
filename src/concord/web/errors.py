"""Pages for what went wrong: what, where, and what to do."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from concord.accounts.errors import SignedOutError
from concord.record.errors import (
    ConcordError,
    ForgedFormError,
    MergedError,
    NotFoundError,
    PurgedError,
)
from concord.record.models import Purge
from concord.record.selectors import record_get
from concord.register.links import Parties
from concord.web.templatetags.reading import language
from concord.web.views.viewer import person_of, viewer_of


def error_page(request: HttpRequest, error: ConcordError) -> HttpResponse:
    """One of our errors as a page with its status; one of a merged record leads on."""
    if isinstance(error, MergedError):
        into = record_get(viewer=viewer_of(request), record_id=UUID(error.fields["into"]))
        context = {"error": error, "into": into}
        return render(request, "concord/merged.html", context, status=error.status)
    if isinstance(error, PurgedError) and error.fields:
        return _purged(request, error)
    context = {"error": error, "person": person_of(request)}
    if isinstance(error, SignedOutError):
        context["back"] = _page_before(request)
    return render(request, "concord/error.html", context, status=error.status)


def _page_before(request: HttpRequest) -> str:
    """The page of ours that a form was sent from; else the desk."""
    before = urlsplit(request.headers.get("Referer", ""))
    is_ours = before.netloc == request.get_host() and before.path.startswith("/")
    return before.path if is_ours else reverse("desk")


def _purged(request: HttpRequest, error: PurgedError) -> HttpResponse:
    """Who removed it, when, and under which rule."""
    by = error.fields["by"]
    context = {
        "error": error,
        "by": Parties(viewer_of(request), language(), {by}).record(by).label,
        "rule": Purge.Rule(error.fields["rule"]).label,
        "day": dt.date.fromisoformat(error.fields["on"]),
    }
    return render(request, "concord/purged.html", context, status=error.status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """An address that leads nowhere."""
    return error_page(request, NotFoundError())


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form that did not come from our own page, or from one that is too old."""
    return error_page(request, ForgedFormError())


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: a page that needs nothing of the database."""
    return render(request, "concord/fault.html", status=500)
