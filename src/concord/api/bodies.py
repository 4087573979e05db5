"""Bodies of requests, read with care: what JSON leaves open is refused, never guessed."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser

from concord.api.errors import MalformedError, MediaTypeError

MOST_BYTES: Final = 5 * 1024 * 1024
"""Of a body; larger ones are refused before they are read."""
DEEPEST: Final = 32
"""Lists and objects within one another."""
LARGEST: Final = 2**53 - 1
"""Whole numbers that every program reads alike (RFC 7493)."""
JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
TYPES: Final[Mapping[str, str]] = {"POST": JSON, "PUT": JSON, "PATCH": MERGE_PATCH}


class StrictParser(Parser):
    """Reads the bodies of the interface."""

    def parse_body(self, request: HttpRequest) -> Any:
        expected = TYPES.get(request.method or "", JSON)
        if request.content_type != expected or "Content-Encoding" in request.headers:
            raise MediaTypeError(_("Send %(type)s, not packed.") % {"type": expected})
        return read_json(request.body)


def read_json(data: bytes) -> Any:
    """JSON in UTF-8 without doubled names, numbers that overflow, or texts that nobody can keep.

    Raises ``MalformedError``.
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=_number,
            parse_constant=_refuse,
        )
    except UnicodeDecodeError as error:
        raise MalformedError(_("It is not written in UTF-8.")) from error
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise MalformedError(
            _("It is no JSON: line %(line)d, column %(column)d.") % where
        ) from error
    _look_through(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counted = Counter(name for name, _value in pairs)
        doubled = counted.most_common(1)[0][0]
        raise MalformedError(_("“%(name)s” is given twice in one object.") % {"name": doubled})
    return found


def _whole(text: str) -> int:
    number = int(text) if len(text) < 20 else LARGEST + 1
    if abs(number) > LARGEST:
        _refuse(text)
    return number


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse(text)
    return number


def _refuse(text: str) -> NoReturn:
    raise MalformedError(_("%(number)s is no number that can be kept.") % {"number": text[:40]})


def _too_deep() -> MalformedError:
    return MalformedError(
        _("It has lists and objects more than %(most)d deep.") % {"most": DEEPEST}
    )


def _look_through(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                _require_text(item)
            elif isinstance(item, dict):
                below += [*item, *item.values()]
            elif isinstance(item, list):
                below += item
        if depth > DEEPEST + 1:
            raise _too_deep()
        level = below


def _require_text(text: str) -> None:
    try:
        is_kept = "\0" not in text and bool(text.encode() or True)
    except UnicodeEncodeError:
        is_kept = False
    if not is_kept:
        raise MalformedError(_("It holds signs that cannot be kept: NUL, or half of a pair."))
