"""Many contents held against the rules of their kind; what several of them say alike, once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any, ClassVar, Final

import orjson
from pydantic import ValidationError, create_model

from concord.record.content import Content, Piece, pieces_in
from concord.record.kinds import all_kinds, content_type
from concord.record.services import content_dump

REMEMBERED: Final = 20_000
_ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")
_UNSEEN: Final = object()
_DEFAULT: Final = object()
"""A value that is left out of what is stored, for it is the field's own default."""


class ContentChecker:
    """Checks contents of one kind, as given, and gives each as it is stored.

    The same as ``content_dump(content_parse(...))``, which takes ten times as long for rows of a
    sheet: most of their fields say what other rows say too.
    """

    def __init__(self, kind: str) -> None:
        self._schema = content_type(kind)
        self._fields = _fields_alone(self._schema)
        self._known: dict[str, dict[bytes, Any]] = {name: {} for name in self._fields}

    def checked(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """``data`` as it is stored; raises pydantic's ``ValidationError``."""
        if not self._fields or not data.keys() <= self._fields.keys():
            return self._whole(data)
        found: dict[str, Any] = {}
        try:
            for name, alone in self._fields.items():
                if name in data:
                    value = self._field(name, alone, data[name])
                    if value is not _DEFAULT:
                        found[name] = value
                elif alone.must_be_given:
                    return self._whole(data)
        except (ValidationError, TypeError):  # of the whole, all faults are named
            return self._whole(data)
        return found

    def _whole(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return content_dump(self._schema.model_validate(data))

    def _field(self, name: str, alone: type[_Alone], value: Any) -> Any:
        known = self._known[name]
        key = orjson.dumps(value)
        found = known.get(key, _UNSEEN)
        if found is _UNSEEN:
            model = alone.model_validate({name: value})
            found = model.model_dump(mode="json", exclude_defaults=True).get(name, _DEFAULT)
            if len(known) >= REMEMBERED:
                known.clear()
            known[key] = found
        return found


class _Alone(Piece):
    """One field of a kind, to be checked by itself."""

    must_be_given: ClassVar[bool]


@lru_cache(maxsize=64)
def _fields_alone(schema: type[Content]) -> dict[str, type[_Alone]]:
    """Each field of a kind by itself; none where a rule of the kind spans its fields."""
    rules = schema.__pydantic_decorators__
    if rules.model_validators or rules.field_validators or rules.model_serializers:
        return {}
    found: dict[str, type[_Alone]] = {}
    for name, info in schema.model_fields.items():
        fields: dict[str, Any] = {name: (info.annotation, info)}
        alone = create_model(f"{schema.__name__}_{name}", __base__=_Alone, **fields)
        alone.must_be_given = info.is_required()
        found[name] = alone
    return found


@lru_cache(maxsize=1)
def rules_digest() -> str:
    """Names the rules of all kinds: what was checked by others has to be checked again."""
    pieces: dict[str, str] = {}
    waiting: list[type[Piece]] = list(all_kinds().values())
    while waiting:
        piece = waiting.pop()
        if piece.__qualname__ not in pieces:
            pieces[piece.__qualname__] = _ADDRESS.sub("", repr(piece.model_fields))
            waiting += pieces_in(piece)
    text = orjson.dumps([version("concord"), pieces], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()
