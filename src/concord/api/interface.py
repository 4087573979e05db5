"""The interface itself: how it reads bodies, says faults and describes its operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.decorators import decorate_view
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from concord.accounts.models import Role
from concord.api.bodies import StrictParser
from concord.api.callers import count_write, member_calling
from concord.api.describing import complete
from concord.api.problems import handle_problems
from concord.api.repeating import once
from concord.record.sensitive import confirming
from concord.register.listings import Listing
from concord.register.listquery import FORMS, LARGEST_PAGE, LONGEST_SEARCH
from concord.register.words import Cut

DESCRIPTION: Final = """\
Who trains whom on what in nuclear security. What is public needs no key. With a token
(``Authorization: Bearer``) a program reads as its institution and writes what the token's role
allows; a browser's session counts for nothing here.

Every fault is a problem detail (RFC 9457). Lists are read page by page: ``next`` is the ``after``
of the following one, and stands in the ``Link`` header too. A body has at most 5 MB, a token writes
at most 300 times a minute. The guide is ``docs/guides/programs.md``.
"""


class _Interface(NinjaAPI):
    """Describes itself in full: every answer, with examples, and what a record of a kind holds."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        complete(schema)
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api = _Interface(
    title="Concord",
    version="1",
    description=DESCRIPTION,
    parser=StrictParser(),
    openapi_extra={"info": {"license": {"name": "Apache-2.0"}}},
)
handle_problems(api)

Run = Callable[..., HttpResponse]


def writing(role: Role) -> Callable[[Any], Any]:
    """Marks an operation that writes: it takes a token of ``role``, and does nothing twice."""

    def guard(run: Run) -> Run:
        @wraps(run)
        def guarded(request: HttpRequest, **values: Any) -> HttpResponse:
            try:
                caller = member_calling(request)
                caller.acting.require(role)
                count_write(caller)
                is_confirmed = request.headers.get("Confirm-Warnings") == "true"
                with confirming(every=is_confirmed, person=caller.acting.person):
                    return once(request, caller.token, lambda: run(request, **values))
            except Exception as error:  # noqa: BLE001 - said in the one shape
                return api.on_exception(request, error)

        return guarded

    return decorate_view(guard)


_DATE: Final = {"examples": ["2014", "2014-09", "2014-09-29"]}
SHAPES: Final[dict[str, dict[str, Any]]] = {
    "q": {"maxLength": LONGEST_SEARCH},
    "from": _DATE,
    "known_at": {"examples": ["2026-01-31", "2026-01-31T12:00:00Z"]},
    "to": _DATE,
    "limit": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
    **{name: {"pattern": f"^({form.pattern.pattern})?$"} for name, form in FORMS.items()},
}


def parameter(name: str, description: str, codes: Sequence[str] = ()) -> dict[str, Any]:
    """A parameter of an address as the interface's description gives it."""
    item: dict[str, Any] = {"type": "string", **SHAPES.get(name, {})}
    if codes:
        item.pop("pattern", None)
        item |= {"enum": ["", *codes]}  # an empty value asks nothing, as forms send it
    single = name in {"q", "from", "to", "after", "limit", "cut", "known_at"}
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": item if single else {"type": "array", "items": item},
    }


PAGING: Final = (
    parameter("after", "Where the page before ended: its ``next``"),
    parameter("limit", "How many at a time, at most"),
)


def asks(listing: Listing) -> dict[str, Any]:
    """The parameters of a list as the interface's description gives them."""
    known = listing.known()
    return {
        "parameters": [
            parameter("q", "Words to be found, in any script; each must be there"),
            parameter("from", "Only what may lie on or after this day, month or year"),
            parameter("to", "Only what may lie on or before this day, month or year"),
            parameter("known_at", "What the register said at this day's end, or at this moment"),
            *PAGING,
            *(parameter(name, "One of the alternatives", known.get(name, ()))
              for name in listing.facets),
            *(parameter(name, "The cut of the sources", Cut.values) for name in listing.also),
        ]
    }  # fmt: skip
