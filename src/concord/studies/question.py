"""What a study is asked: its cut, the moments, and what is assumed in place of the usual.

A question is a plain value: the same question has the same text, digest and seed everywhere, so
that a result can be kept, found again and linked to for good.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar, Final, Self, get_origin

import orjson
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from concord.core.analysis.assumptions import OutOfRangeError, UnknownAssumptionError
from concord.record.errors import InvalidQueryError
from concord.record.faults import fault_text
from concord.register import vocabulary
from concord.register.assumptions import assumptions_if
from concord.register.listquery import in_utc, read_moment

ASSUME: Final = "assume."
"""Begins the parameter of an assumption: ``assume.attrition.operator=0.1``."""
_DAY: Final = r"^\d{4}(-\d{2}(-\d{2})?)?$"
_KEY: Final = re.compile(r"[A-Za-z0-9_.-]{1,80}")
MOST_ASSUMED: Final = 60


class Question(BaseModel):
    """The part that all studies share; each adds the fields of its own cut."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, ignored_types=(cached_property,)
    )

    valid_on: str | None = Field(default=None, pattern=_DAY, description="What was true on a day")
    known_at: dt.datetime | None = Field(
        default=None, description="What the register said at a moment"
    )
    assume: dict[str, float] = Field(
        default_factory=dict, description="Assumptions changed, by key", max_length=MOST_ASSUMED
    )
    hidden: ClassVar[frozenset[str]] = frozenset()
    """Fields that no address sets."""

    @cached_property
    def key(self) -> str:
        """The question as text, the same for the same question."""
        plain = self.model_dump(mode="json", exclude_defaults=True)
        return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of that text."""
        return hashlib.sha256(self.key.encode()).hexdigest()

    @property
    def seed(self) -> int:
        """Where drawing begins: another question draws other numbers, the same one the same."""
        return int(self.digest[:12], 16)

    @property
    def is_plain(self) -> bool:
        """Whether it is the one that a page asks of itself."""
        return self.key == "{}"

    @classmethod
    def read(cls, params: Mapping[str, Iterable[str]], ignored: Collection[str] = ()) -> Self:
        """The question of an address, from each parameter's values.

        Blank values count as not given. Raises ``InvalidQueryError`` that names each parameter
        which makes no sense.
        """
        given: dict[str, Any] = {}
        assumed: dict[str, str] = {}
        faults: dict[str, str] = {}
        names = set(cls.model_fields) - cls.hidden - {"assume"}
        for name, values in params.items():
            found = [value for value in values if value != ""]
            if name in ignored or not found:
                continue
            if name.startswith(ASSUME) and _KEY.fullmatch(name.removeprefix(ASSUME)):
                assumed[name.removeprefix(ASSUME)] = found[-1]
            elif name in names:
                given[name] = found if cls._is_many(name) else found[-1]
            else:
                faults[name] = _("there is no such filter here")
        if faults:
            raise InvalidQueryError(fields=faults)
        given["known_at"] = read_moment(given, "known_at")
        return cls.checked(given | {"assume": assumed})

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> Self:
        """The question of plain values; raises ``InvalidQueryError``."""
        try:
            found = cls.model_validate(dict(given))
        except ValidationError as error:
            fields = {_place(fault["loc"]): fault_text(fault) for fault in error.errors()}
            raise InvalidQueryError(fields=fields) from None
        try:
            assumptions_if(found.assume)
        except UnknownAssumptionError as error:
            key = f"{ASSUME}{error.key}"
            raise InvalidQueryError(fields={key: _("there is no such assumption")}) from None
        except OutOfRangeError as error:
            one = error.assumption
            message = _("a number from %(low)s to %(high)s is expected")
            words = message % {"low": f"{one.low:g}", "high": f"{one.high:g}"}
            raise InvalidQueryError(fields={f"{ASSUME}{one.key}": words}) from None
        return found.settled()

    @classmethod
    def _is_many(cls, name: str) -> bool:
        return get_origin(cls.model_fields[name].annotation) in {tuple, list, set, frozenset}

    def settled(self) -> Self:
        """The same question in its one form, its moment in UTC.

        The moment stays the one that was asked for: one of a revision would tell that there was
        one, to those who do not see it.
        """
        if self.known_at is None:
            return self
        moment = in_utc(self.known_at, "known_at").astimezone(dt.UTC)
        return self.model_copy(update={"known_at": moment})

    def params(self, **changes: Any) -> list[tuple[str, str]]:
        """The parameters of its permanent link; ``changes`` are of single fields, None drops one.

        A change of ``assume`` is added to what is assumed; None within it takes one back.
        """
        plain = self.model_dump(mode="json", exclude_defaults=True)
        assume = {**plain.pop("assume", {}), **changes.pop("assume", {})}
        found: list[tuple[str, str]] = []
        for name, value in {**plain, **changes}.items():
            if isinstance(value, list | tuple):
                found += [(name, str(one)) for one in value]
            elif value is not None and name not in self.hidden:
                found.append((name, str(value)))
        found += [(f"{ASSUME}{k}", repr(v)) for k, v in sorted(assume.items()) if v is not None]
        return found


def _place(found: tuple[int | str, ...]) -> str:
    """The parameter that a fault is of."""
    if found[0] == "assume" and len(found) > 1:
        return f"{ASSUME}{found[1]}"
    return str(found[0])


def known_topic(code: str | None) -> str | None:
    """The code of a topic, for a question's field; raises ``UnknownCodeError``."""
    return code and vocabulary.topics()[code].code


def known_role(code: str | None) -> str | None:
    """The code of a role; raises ``UnknownCodeError``."""
    return code and vocabulary.roles()[code].code
