"""What is wrong with a value, said to a person in the language that is being spoken."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic_core import ErrorDetails

from concord.core.timespan import TimeSpanError
from concord.core.vocabulary import UnknownCodeError

_WORDS: Final[dict[str, str]] = {
    "missing": gettext_noop("this must be given"),
    "extra_forbidden": gettext_noop("there is no such field"),
    "string_too_short": gettext_noop("at least %(min_length)s characters are expected"),
    "string_too_long": gettext_noop("at most %(max_length)s characters are possible"),
    "too_short": gettext_noop("at least %(min_length)s are expected"),
    "too_long": gettext_noop("at most %(max_length)s are possible"),
    "string_pattern_mismatch": gettext_noop("this is not written as it must be: %(pattern)s"),
    "enum": gettext_noop("one of %(expected)s is expected"),
    "literal_error": gettext_noop("one of %(expected)s is expected"),
    "greater_than": gettext_noop("more than %(gt)s is expected"),
    "greater_than_equal": gettext_noop("%(ge)s or more is expected"),
    "less_than": gettext_noop("less than %(lt)s is expected"),
    "less_than_equal": gettext_noop("%(le)s or less is expected"),
}
"""Kinds of fault as pydantic names them, each with the words of ours."""

_KINDS_OF_VALUE: Final[dict[str, str]] = {
    "uuid": gettext_noop("the id of a record is expected"),
    "int": gettext_noop("a whole number is expected"),
    "decimal": gettext_noop("a number is expected"),
    "float": gettext_noop("a number is expected"),
    "bool": gettext_noop("true or false is expected"),
    "date": gettext_noop("a date such as 2014-09-29 is expected"),
    "string": gettext_noop("a text is expected"),
    "tuple": gettext_noop("a list is expected"),
    "list": gettext_noop("a list is expected"),
    "dict": gettext_noop("an object with named fields is expected"),
    "model": gettext_noop("an object with named fields is expected"),
}
"""The first word of pydantic's other faults: which kind of value is expected."""


def fault_text(fault: ErrorDetails) -> str:
    """A fault of validation in words; pydantic's own where it is of a kind not met before."""
    context: dict[str, Any] = fault.get("ctx", {})
    if error := context.get("error"):
        return error_text(error)
    kind = fault["type"]
    words = _WORDS.get(kind) or _KINDS_OF_VALUE.get(kind.partition("_")[0])
    return _(words) % context if words else fault["msg"]


def error_text(error: Exception) -> str:
    """What a refusal of the core says, in words."""
    if isinstance(error, TimeSpanError):
        return _(
            "“%(text)s” is not a date; expected 2014, 2014-09, 2014-09-29, 2010/2012, 2016/.. "
            "or ../2013"
        ) % {"text": error.text}
    if isinstance(error, UnknownCodeError):
        if not error.nearest:
            return _("“%(code)s” is not known here") % {"code": error.code}
        nearest = ", ".join(error.nearest)
        return _("“%(code)s” is not known here; nearest known: %(nearest)s") % {
            "code": error.code,
            "nearest": nearest,
        }
    return str(error)
