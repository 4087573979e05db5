"""What a list's address asks for, read with care: what makes no sense is said, never guessed."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from concord.core.timespan import TimeSpan, TimeSpanError
from concord.record.columns import Key, Question
from concord.record.errors import InvalidQueryError
from concord.record.faults import error_text
from concord.register.words import Cut

LONGEST_SEARCH = 200
LARGEST_PAGE = 200
KNOWN_AT = "known_at"
"""The parameter that asks what the register said at a moment."""


_ID: Final = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PARTY: Final = f"((institution|network):{_ID}|state:[A-Z]{{2}})"
_SIDE: Final = f"({_PARTY}|[A-Z]{{2}})"
_NOT_AN_ID: Final = gettext_noop("this is not the id of a record")
_NOT_A_PARTY: Final = gettext_noop("a party such as state:JP or institution:ID is expected")


@dataclass(frozen=True, slots=True)
class _Form:
    """How the values of an open filter are written, and what to say of another."""

    pattern: re.Pattern[str]
    expected: str


FORMS: Final = {
    "year": _Form(re.compile(r"[0-9]{1,4}"), gettext_noop("a year such as 2026 is expected")),
    "language": _Form(
        re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
        gettext_noop("a language such as ja or zh-Hans is expected"),
    ),
    "provider": _Form(re.compile(_ID), _NOT_AN_ID),
    "course": _Form(re.compile(_ID), _NOT_AN_ID),
    "network": _Form(re.compile(_ID), _NOT_AN_ID),
    "subject": _Form(re.compile(f"{_ID}|[A-Z]{{2}}"), _NOT_AN_ID),
    "depth": _Form(re.compile("-|[0-9]"), gettext_noop("a step of the ladder is expected")),
    "party": _Form(re.compile(_PARTY), _NOT_A_PARTY),
    "pair": _Form(re.compile(f"{_SIDE}~{_SIDE}"), _NOT_A_PARTY),
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A question, and where the page begins."""

    question: Question
    after: Key | None


def read_query(
    params: QueryDict,
    facets: Sequence[str],
    known: Mapping[str, Sequence[str]],
    also: Collection[str] = (),
) -> ListQuery:
    """The filter of an address; ``known`` gives the codes of facets whose lists are closed.

    ``also`` names parameters that the caller reads itself.

    Raises ``InvalidQueryError`` naming each parameter that makes no sense.
    """
    faults: dict[str, str] = {}
    chosen: dict[str, frozenset[str]] = {}
    for name in facets:
        codes = frozenset(code for code in params.getlist(name) if code)
        if not codes:
            continue
        if name in known and (wrong := codes - set(known[name])):
            listed = ", ".join(sorted(wrong))
            faults[name] = _("%(codes)s is not one of the values of this filter") % {
                "codes": listed
            }
        form = FORMS.get(name)
        if form and name not in known and not all(map(form.pattern.fullmatch, codes)):
            faults[name] = _(form.expected)
        chosen[name] = codes
    words = params.get("q", "").strip()
    if len(words) > LONGEST_SEARCH:
        faults["q"] = _("a search has at most %(count)d characters") % {"count": LONGEST_SEARCH}
    first, last = _day(params, "from", faults), _day(params, "to", faults)
    if first and last and first.earliest > last.latest:
        faults["to"] = _("the end lies before the beginning")
    after = _key(params.get("after", ""), faults)
    unknown = set(params) - {*facets, *also, "q", "from", "to", "after"}
    for name in unknown:
        faults[name] = _("there is no such filter here")
    if faults:
        raise InvalidQueryError(fields=faults)
    question = Question(
        chosen,
        words.replace("\0", " "),
        first.earliest.toordinal() if first else None,
        last.latest.toordinal() if last else None,
    )
    return ListQuery(question, after)


def _day(params: QueryDict, name: str, faults: dict[str, str]) -> TimeSpan | None:
    text = params.get(name, "").strip()
    if not text:
        return None
    try:
        return TimeSpan.parse(text)
    except TimeSpanError as error:
        faults[name] = error_text(error)
        return None


def key_text(key: Key | None) -> str:
    """A page's end as it stands in an address."""
    if key is None:
        return ""
    plain = f"{key.score}.{key.day}.{key.id.hex}".encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def _key(text: str, faults: dict[str, str]) -> Key | None:
    if not text:
        return None
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        score, day, row = plain.split(".")
        key = Key(int(score), int(day), UUID(row))
        if 0 <= key.score < 2**16 and 0 <= key.day < 2**32:
            return key
    except (binascii.Error, ValueError):
        pass
    faults["after"] = _("this is not the end of a page; begin again without it")
    return None


def read_limit(params: QueryDict, default: int) -> int:
    """How many rows a page is to have, at most."""
    text = params.get("limit", "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST_PAGE):
        message = _("a number from 1 to %(most)d is expected") % {"most": LARGEST_PAGE}
        raise InvalidQueryError(fields={"limit": message})
    return int(text)


def read_choice(params: QueryDict, name: str, words: Sequence[str], default: str) -> str:
    """One of ``words``; the default where the parameter is not given."""
    text = params.get(name) or default
    if text not in words:
        message = _("one of %(words)s is expected") % {"words": ", ".join(words)}
        raise InvalidQueryError(fields={name: message})
    return text


def read_cut(params: QueryDict) -> Cut:
    """The cut of the sources that is asked for; with later sources by default."""
    return Cut(read_choice(params, "cut", Cut.values, Cut.ALL.value))


def read_year(params: QueryDict, name: str, default: int) -> int:
    """A year given as a parameter."""
    text = params.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 9999):
        raise InvalidQueryError(fields={name: _("a year such as 2026 is expected")})
    return int(text)


def read_number(params: QueryDict, name: str) -> int | None:
    """A whole number from 1 given as a parameter; None where it is not given."""
    text = params.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise InvalidQueryError(fields={name: _("a whole number is expected")})
    return int(text)


def read_day(params: QueryDict, name: str) -> str | None:
    """A day given as a parameter, such as ``valid_on``."""
    faults: dict[str, str] = {}
    span = _day(params, name, faults)
    if faults:
        raise InvalidQueryError(fields=faults)
    return str(span) if span else None


def read_moment(params: Mapping[str, str] | QueryDict, name: str) -> dt.datetime | None:
    """A moment given as a parameter, such as ``known_at``: a day means its end, in UTC."""
    text = params.get(name, "").strip()
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        message = _("a moment such as 2026-01-31 or 2026-01-31T12:00 is expected")
        raise InvalidQueryError(fields={name: message}) from None
    if len(text) == len("2026-01-31"):
        moment = dt.datetime.combine(moment, dt.time.max)
    return in_utc(moment, name)


def refuse_moment(params: QueryDict) -> None:
    """Raise ``InvalidQueryError`` where a moment is asked of what can only tell of today."""
    if KNOWN_AT in params:
        message = _("this tells of today alone; the list itself can be asked of a moment")
        raise InvalidQueryError(fields={KNOWN_AT: message})


def in_utc(moment: dt.datetime, name: str) -> dt.datetime:
    """A moment in UTC; one without a zone is taken to be in it already."""
    try:
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except OverflowError:
        message = _("a moment such as 2026-01-31 or 2026-01-31T12:00 is expected")
        raise InvalidQueryError(fields={name: message}) from None


def is_id(text: str) -> bool:
    """Whether a text is the id of a record as we write it."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def read_ids(params: QueryDict, name: str, most: int) -> list[UUID]:
    """Ids given as repeated parameters."""
    try:
        ids = list(dict.fromkeys(UUID(text) for text in params.getlist(name)))
    except ValueError:
        raise InvalidQueryError(fields={name: _("this is not the id of a record")}) from None
    if len(ids) > most:
        raise InvalidQueryError(fields={name: _("at most %(count)d at a time") % {"count": most}})
    return ids
