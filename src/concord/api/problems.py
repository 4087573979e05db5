"""Every fault in one shape: problem details (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as NinjaValidationError

from concord.api.bodies import MOST_BYTES
from concord.api.errors import InvalidBodyError, MalformedError, TooManyError
from concord.record.errors import (
    ConcordError,
    InvalidQueryError,
    MergedError,
    NotFoundError,
    TooLargeError,
)
from concord.record.faults import fault_text

PROBLEM: Final = "application/problem+json"


def problem(
    code: str, title: str, status: int, detail: str = "", fields: Mapping[str, str] | None = None
) -> HttpResponse:
    """An answer that says what is wrong, and where: a pointer into the body, or a parameter."""
    errors = [
        {"pointer" if name.startswith("/") else "parameter": name, "detail": fault}
        for name, fault in (fields or {}).items()
    ]
    body = {"type": f"urn:concord:{code}", "title": title, "status": status}
    body |= {"detail": detail, "errors": errors}
    response = HttpResponse(orjson.dumps(body), status=status, content_type=PROBLEM)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def error_problem(error: ConcordError) -> HttpResponse:
    """One of our errors as an answer."""
    response = problem(error.code, str(error.title), error.status, error.detail, error.fields)
    if isinstance(error, TooManyError):
        response["Retry-After"] = str(error.seconds)
    if isinstance(error, MergedError):
        response["Link"] = f'</api/records/{error.fields["into"]}>; rel="successor-version"'
    return response


def handle_problems(api: NinjaAPI) -> None:
    """Have the interface answer every fault in this shape."""

    @api.exception_handler(ConcordError)
    def concord_error(request: HttpRequest, error: ConcordError) -> HttpResponse:  # noqa: ARG001
        return error_problem(error)

    @api.exception_handler(NinjaValidationError)
    def validation_error(request: HttpRequest, error: NinjaValidationError) -> HttpResponse:  # noqa: ARG001
        return error_problem(_invalid(error))

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001
        cause = error.__cause__
        return error_problem(cause if isinstance(cause, ConcordError) else MalformedError())

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001
        return error_problem(TooLargeError())

    @api.exception_handler(Exception)
    def fault(request: HttpRequest, error: Exception) -> HttpResponse:
        logging.getLogger("concord.api").error("fault at %s", request.path, exc_info=error)
        return problem("fault", "Something went wrong on our side.", 500)


def _invalid(error: NinjaValidationError) -> ConcordError:
    """What was found wrong with parameters, or else with the body."""
    parameters: dict[str, str] = {}
    pointers: dict[str, str] = {}
    faults: list[Any] = error.errors
    for fault in faults:
        where, *path = fault["loc"]
        if where == "body":
            pointers[pointer(path[1:])] = fault_text(fault)
        else:
            parameters[str(path[-1]) if path else where] = fault_text(fault)
    if parameters:
        return InvalidQueryError(fields=parameters)
    return InvalidBodyError(fields=pointers)


def pointer(path: list[Any]) -> str:
    """A JSON pointer (RFC 6901) to a place in the body."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in steps) or "/"


@csrf_exempt  # no session counts here, so there is nothing to forge
def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """An address under /api/ that leads nowhere."""
    return error_problem(NotFoundError())


class Problems:
    """Holds what the layers around the interface answer to the same shape, and bodies to a size."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return self.get_response(request)
        if _length(request) > MOST_BYTES:
            return error_problem(TooLargeError())
        response = self.get_response(request)
        if response.status_code >= 400 and not response["Content-Type"].startswith(PROBLEM):
            response = _in_shape(response)
        patch_vary_headers(response, ["Authorization"])
        return response


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _in_shape(answer: HttpResponse) -> HttpResponse:
    status = HTTPStatus(answer.status_code)
    response = problem(status.phrase.lower().replace(" ", "-"), status.phrase, status.value)
    if "Allow" in answer:
        response["Allow"] = answer["Allow"]
    return response
