"""Answers for programs that ask again and again: nothing is made anew while nothing has changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac
from django.utils.http import http_date
from django.views.decorators.http import etag

from concord.record.showing import told_to
from concord.record.vanishing import last_moment
from concord.web.templatetags.reading import language
from concord.web.views.viewer import viewer_of

View = Callable[..., HttpResponseBase]


def _version(request: HttpRequest, *_args: object, **_kwargs: object) -> str:
    """The same as long as nothing changed that the reader sees; it does not tell how much did."""
    viewer = viewer_of(request)
    parts = (str(told_to(viewer)[0]), viewer.key, language(), request.get_full_path())
    return f'"{salted_hmac("concord.version", "|".join(parts)).hexdigest()}"'


def followed(view: View) -> View:
    """A view whose answer has a version: who has it already is told so in a line."""

    @wraps(view)
    def fresh(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        # only said: who asks by it alone would never hear of what was withdrawn
        if moment := last_moment(viewer=viewer_of(request)):
            response["Last-Modified"] = http_date(moment.timestamp())
        response["Cache-Control"] = "no-cache"
        return response

    return etag(_version)(fresh)
