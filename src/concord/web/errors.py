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
from concord.record.selectors import record_get, records_get
from concord.record.sensitive import Finding, SensitiveContentError, UnconfirmedContentError
from concord.register.links import Parties
from concord.register.reading import title_of
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
    if isinstance(error, SensitiveContentError | UnconfirmedContentError):
        return _found_page(request, error)
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


def _found_page(
    request: HttpRequest, error: SensitiveContentError | UnconfirmedContentError
) -> HttpResponse:
    """What the content check found, by record; warnings can be confirmed, with the form sent again.

    A form with a file cannot be sent again: its page has a tick of its own.
    """
    by_record: dict[UUID | None, list[Finding]] = {}
    for record_id, one in error.found:
        by_record.setdefault(record_id, []).append(one)
    known = records_get(viewer=viewer_of(request), ids=[key for key in by_record if key])
    is_stopped = isinstance(error, SensitiveContentError)
    again = {"csrfmiddlewaretoken", "confirmed_warning", "warnings_confirmed"}
    by_view = [(known.get(key) if key else None, found) for key, found in by_record.items()]
    context = {
        "error": error,
        "is_stopped": is_stopped,
        "records": [
            (title_of(view, language()) if view else "", view, found) for view, found in by_view
        ],
        "all": [one for _key, one in error.found],
        "may_confirm": not is_stopped and request.method == "POST" and not request.FILES,
        "sent": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in again
            for value in values
        ],
    }
    return render(request, "concord/sensitive.html", context, status=error.status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """An address that leads nowhere."""
    return error_page(request, NotFoundError())


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form that did not come from our own page, or from one that is too old."""
    return error_page(request, ForgedFormError())


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: a page that needs nothing of the database."""
    return render(request, "concord/fault.html", status=500)
