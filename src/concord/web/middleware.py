"""Headers that keep pages safe, and errors in one shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _

from concord.exchange.reading import MAX_FILE_BYTES
from concord.record.errors import ConcordError, FormAddressError, InvalidQueryError, TooLargeError
from concord.record.sensitive import confirming
from concord.web.errors import error_page
from concord.web.views.viewer import person_of

MOST_BYTES: Final = MAX_FILE_BYTES + 1024**2
"""A file of the largest size, and the rest of its form."""
Next = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'self'; form-action 'self'{providers}; frame-ancestors 'none'"
)


def policy() -> str:
    """The policy of every page. A form that starts signing in ends at an identity provider."""
    origins = {
        "{0.scheme}://{0.netloc}".format(urlsplit(app["settings"]["server_url"]))
        for app in settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    }
    return POLICY.format(providers="".join(f" {origin}" for origin in sorted(origins)))


class SecurityHeaders:
    """Says to the browser that nothing from elsewhere belongs on our pages."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", policy())
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class NotTooLarge:
    """Refuses a request that says that it is larger than any file we take, before it is read.

    The interface for programs has a limit of its own.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if length.isascii() and length.isdigit() and int(length) > MOST_BYTES:
            most = MAX_FILE_BYTES // 1024**2
            detail = _("At most %(limit)s MB can be sent at once.") % {"limit": most}
            return error_page(request, TooLargeError(detail))
        return self.get_response(request)


class NoNul:
    """Refuses texts with a NUL character, which no database keeps and nobody types."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """After the secret of the form was looked at, so that nothing is read before that."""
        for name, values in request.POST.lists():
            if any("\0" in text for text in (name, *map(str, values))):
                fields = {name.replace("\0", ""): "NUL"}
                return error_page(request, InvalidQueryError(fields=fields))
        return None


class ConcordErrors:
    """Turns our own errors into a page that helps.

    Who ticked on such a page that warnings of the content check were looked at has confirmed them.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = not request.path_info.startswith("/api/")
        if is_page and isinstance(response, HttpResponseNotAllowed):
            allowed = response["Allow"]
            response = error_page(request, FormAddressError())
            response["Allow"] = allowed
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: list[object], kwargs: dict[str, object]
    ) -> HttpResponse | None:
        """After the secret of the form was looked at."""
        if request.method != "POST" or request.POST.get("warnings_confirmed") != "yes":
            return None
        marks, person = request.POST.getlist("confirmed_warning"), person_of(request)
        if not marks or person is None:
            return None
        with confirming(marks, person=person.id):
            try:
                return view(request, *args, **kwargs)
            except ConcordError as error:
                return error_page(request, error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return error_page(request, error) if isinstance(error, ConcordError) else None
