"""The kinds of record that this installation knows. Rooms above add theirs when they start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from concord.core.vocabulary import UnknownCodeError
from concord.record.content import Content

K = TypeVar("K", bound=type[Content])

_kinds: dict[str, type[Content]] = {}


def register_kind(kind: K) -> K:
    """Make ``kind`` known; used as a decorator of its class."""
    _kinds[kind.kind] = kind
    return kind


def content_type(kind: str) -> type[Content]:
    """The schema of ``kind``; raises ``UnknownCodeError`` with the kinds that there are."""
    try:
        return _kinds[kind]
    except KeyError:
        raise UnknownCodeError("kinds of record", kind, tuple(_kinds)) from None


def audiences_followed(kind: str, audiences: Mapping[str, str]) -> dict[str, str]:
    """``audiences`` with those of fields that are seen as others are (``Content.follows``)."""
    followed = {
        name: audiences[other]
        for name, other in content_type(kind).follows.items()
        if other in audiences
    }
    return {**followed, **audiences}


def all_kinds() -> dict[str, type[Content]]:
    """Every kind by its code, in the order in which they were made known."""
    return dict(_kinds)
