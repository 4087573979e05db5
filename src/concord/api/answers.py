"""Answers that carry what they were: an ETag, and where the next page is."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Schema

from concord.api.errors import ConditionFailedError, ConditionNeededError

JSON: Final = "application/json"


def tag_of(shown: dict[str, Any]) -> str:
    """The ETag of what is shown: a digest of it, so that the same is the same for every viewer.

    Numbers and times of revisions are those of the last that showed the viewer something, so that
    the tag tells nothing of what is withheld.
    """
    data = orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'


def answer(request: HttpRequest, out: Schema, status: int = HTTPStatus.OK) -> HttpResponse:
    """``out`` with its ETag; nothing but that where a reader has it already."""
    shown = out.model_dump(mode="json")
    tag = tag_of(shown)
    if request.method == "GET" and _names(request.headers.get("If-None-Match", ""), tag):
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        del response["Content-Type"]
    else:
        response = HttpResponse(orjson.dumps(shown), status=status, content_type=JSON)
    response["ETag"] = tag
    response["Cache-Control"] = (
        "private, no-cache" if "Authorization" in request.headers else ("no-cache")
    )
    return response


def answer_page(request: HttpRequest, out: Schema) -> HttpResponse:
    """A page of a list, with the address of the next one in the ``Link`` header."""
    response = answer(request, out)
    after = getattr(out, "next", None)
    if after:
        params = request.GET.copy()
        params["after"] = after
        response["Link"] = f'<{request.path}?{params.urlencode()}>; rel="next"'
    return response


def require_match(request: HttpRequest, out: Schema, *, is_needed: bool = True) -> None:
    """Refuse a change that was made from something else than what there is.

    Raises ``ConditionNeededError``, ``ConditionFailedError``.
    """
    wanted = request.headers.get("If-Match", "")
    if not wanted:
        if is_needed:
            raise ConditionNeededError
        return
    if not _names(wanted, tag_of(out.model_dump(mode="json"))):
        raise ConditionFailedError


def _names(header: str, tag: str) -> bool:
    """Whether a condition names the tag. What packing on the way made weak is still the same."""
    wanted = {part.strip().removeprefix("W/") for part in header.split(",")}
    return "*" in wanted or tag.removeprefix("W/") in wanted
