"""One cell of the workbook: what it shows of a record, and what a changed one says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _

from concord.core.reading.dates import read_dates
from concord.core.reading.numbers import NumberProblem, read_number, read_truth
from concord.core.timespan import OPEN, Moment, TimeSpan, TimeSpanError
from concord.core.vocabulary.folding import fold
from concord.core.vocabulary.languages import languages
from concord.exchange.reading.values import clean_text
from concord.exchange.workbook.choices import choices
from concord.exchange.workbook.days import typed
from concord.exchange.workbook.names import PARTS, Names, UnknownPartyError
from concord.exchange.workbook.sheets import Column, Form
from concord.register.reading import language_name

Cell = str | int | float | dt.date | None
Content = dict[str, Any]
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CLEAR: Final = "(clear)"
"""What somebody writes to empty a cell on purpose: a blank one changes nothing."""
WITHHELD: Final = "(withheld)"
"""What stands in a cell whose value the reader may not see; it is never read back."""
TOO_LONG: Final = "(too long for a cell)"
"""What stands in a cell that cannot hold its value; it is never read back either."""
UNREAD: Final = frozenset({WITHHELD, TOO_LONG})


LARGEST: Final = 10**12
YES: Final = {
    "en": "yes", "zh-Hans": "是", "ja": "はい", "ko": "예", "id": "ya", "ms": "ya", "vi": "có",
}  # fmt: skip
"""What a true cell shows in each language."""


class CellError(ValueError):
    """A cell that cannot be taken: what was expected, and what may have been meant."""

    def __init__(self, expected: str, likely: list[str] | None = None) -> None:
        self.expected, self.likely = expected, likely or []
        super().__init__(expected)


@dataclass
class Sense:
    """What cells are read and written with: the language, the names, and how rows are called."""

    names: Names
    courses: dict[str, str] = field(default_factory=dict)
    """Ids of courses by folded number or title."""
    activities: dict[str, str] = field(default_factory=dict)
    """Ids of activities by folded number."""
    doubled: set[tuple[str, str]] = field(default_factory=set)
    """Kinds and folded numbers that several rows of a file have: they name none of them."""
    numbers: dict[str, str] = field(default_factory=dict)
    """What the row of a record is called, by its id."""
    remembered: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Codes that the institution chose before, by list and folded text."""

    @property
    def language(self) -> str:
        return self.names.language


@dataclass
class At:
    """Where a cell stands: its column, the language of its head, its record, the row around it."""

    column: Column
    tag: str
    content: Content
    sense: Sense
    row: Mapping[str, Cell] = field(default_factory=dict)


def number_of(record_id: str) -> str:
    """What a record's row is called where nobody gave it another name."""
    return record_id[:8]


def shown(at: At) -> Cell:
    """What the cell shows; for columns of one language what it shows in that of the head."""
    return _SHOW[at.column.form](at)


def put(at: At, value: Cell) -> None:
    """Write the cell's value into ``at.content``; raises ``CellError``. None empties the field."""
    _PUT[at.column.form](at, value)


def plain(value: object) -> Cell:
    """A value as it is compared: what programs show alike is alike."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else None
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        return _plain_text(value)
    return value if isinstance(value, int | float | dt.date) else str(value)


def _plain_text(text: str) -> Cell:
    text = clean_text(text)
    if text[-1:].isdigit() and len(text) <= 16:
        if _WHOLE.fullmatch(text):
            return int(text) if str(int(text)) == text else text
        if _DAY.fullmatch(text):
            try:
                return dt.date.fromisoformat(text)
            except ValueError:
                return text
    return text or None


def split(value: Cell) -> list[str]:
    """The parts of a cell that holds several."""
    return [part.strip() for part in PARTS.findall(str(value or "")) if part.strip()]


# --- what cells show -------------------------------------------------------------------------


def _at(content: Content, path: str) -> Any:
    name, _dot, inner = path.partition(".")
    value = content.get(name)
    return (value or {}).get(inner) if inner else value


def _show_line(at: At) -> Cell:
    return plain(_at(at.content, at.column.field))


def _show_truth(at: At) -> Cell:
    return YES[at.sense.language] if _at(at.content, at.column.field) else None


def _show_text(at: At) -> Cell:
    text = _at(at.content, at.column.field)
    return _plain_text(text["text"][at.tag]) if text and at.tag in text["text"] else None


def _show_code(at: At) -> Cell:
    code = _at(at.content, at.column.field)
    return choices(at.column.choices).shown(at.sense.language).get(code, code) if code else None


def _show_codes(at: At) -> Cell:
    labels = choices(at.column.choices).shown(at.sense.language)
    return (
        "; ".join(labels.get(code, code) for code in _at(at.content, at.column.field) or ()) or None
    )


def _show_date(at: At) -> Cell:
    name, _colon, end = at.column.field.partition(":")
    text = _at(dict(typed(at.content)), name)
    if not text:
        return None
    span = TimeSpan.parse(text)
    if not end:
        return _show_span(span)
    if end == "start":
        return _show_moment(span.start)
    return None if span.is_moment else _show_moment(span.end)


def _show_span(span: TimeSpan) -> Cell:
    return _show_moment(span.start) if span.is_moment else str(span)


def _show_moment(moment: Moment | None) -> Cell:
    return OPEN if moment is None else plain(str(moment))


def _show_name(at: At) -> Cell:
    return next((plain(n["name"]) for n in _names_in(at.content, at.tag)), None)


def _names_in(content: Content, tag: str) -> Iterator[dict[str, Any]]:
    for name in content.get("names", ()):
        if name["language"] == tag and name.get("form", "full") == "full" and not name.get("valid"):
            yield name


def _show_short_name(at: At) -> Cell:
    names = at.content.get("names", ())
    short = (n["name"] for n in names if n.get("form") == "short" and not n.get("valid"))
    return plain(next(short, None))


def _show_parties(at: At) -> Cell:
    found = [at.sense.names.shown(party) for party in _parties_in(at.column, at.content)]
    return "; ".join(found) or None


def _parties_in(column: Column, content: Content) -> list[dict[str, Any]]:
    name, _colon, part = column.field.partition(":")
    parties: list[dict[str, Any]] = content.get(name, [])
    return [p["party"] for p in parties if p["part"] == part] if part else parties


def _show_party(at: At) -> Cell:
    party = _at(at.content, at.column.field)
    return at.sense.names.shown(party) if party else None


def _show_named(at: At) -> Cell:
    key = _at(at.content, at.column.field)
    return at.sense.names.institution(key) if key else None


def _show_languages(at: At) -> Cell:
    tags = _at(at.content, at.column.field) or ()
    return "; ".join(language_shown(code, at.sense.language) for code in tags) or None


@lru_cache(maxsize=1024)
def language_shown(tag: str, language: str) -> str:
    """A language as cells show it: its name where that leads back to it."""
    name = language_name(tag, language)
    match = languages().find(name)
    return name if match and match.code == tag else tag


def _show_course(at: At) -> Cell:
    key = _at(at.content, at.column.field)
    return at.sense.numbers.get(key, number_of(key)) if key else None


def _show_nothing(_at: At) -> Cell:
    return None


# --- what changed cells say ------------------------------------------------------------------

Putter = Callable[[At, Cell], None]


def field_set(content: Content, path: str, value: Any) -> None:
    """Write a value at the path of a field; one that says nothing empties it."""
    name, _dot, inner = path.partition(".")
    if inner:
        part = dict(content.get(name) or {})
        field_set(part, inner, value)
        value, path = part or None, name
    if value in (None, [], {}, ""):
        content.pop(name if inner else path, None)
    else:
        content[name if inner else path] = value


def _setter(read: Callable[[At, Cell], Any]) -> Putter:
    """A form whose value goes into its field as it is read."""

    def write(at: At, value: Cell) -> None:
        field_set(at.content, at.column.field, None if value is None else read(at, value))

    return write


def _read_line(_at: At, value: Cell) -> str:
    return str(value)


def _read_code(at: At, value: Cell) -> str:
    return _code(at.column.choices, str(value), at.sense)


def _code(name: str, text: str, sense: Sense) -> str:
    listed = choices(name)
    found = sense.remembered.get((name, fold(text))) or listed.find(text)
    if found is None:
        raise CellError(_("one of the list"), listed.likely(text, sense.language))
    return found


def _read_codes(at: At, value: Cell) -> list[str]:
    if code := choices(at.column.choices).find(str(value)):
        return [code]
    return list(dict.fromkeys(_code(at.column.choices, part, at.sense) for part in split(value)))


def _read_number(at: At, value: Cell) -> int | float | str:
    if isinstance(value, int | float) and abs(value) > LARGEST:
        raise CellError(_("a number such as 80 or 12.5"))
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if at.column.field != "value" else str(Decimal(repr(value)))
    number = read_number(value)
    if number is None or isinstance(number, NumberProblem):
        likely = [str(candidate) for candidate in number.candidates] if number else []
        raise CellError(_("a number such as 80 or 12.5"), likely)
    if not -LARGEST <= number <= LARGEST:
        raise CellError(_("a number such as 80 or 12.5"))
    if isinstance(number, int):
        return number
    return str(number) if at.column.field == "value" else float(number)


def _read_truth(_at: At, value: Cell) -> bool | None:
    found = read_truth(value)
    if found is None:
        raise CellError(_("yes, or blank"))
    return found or None


def _read_languages(_at: At, value: Cell) -> list[str]:
    return list(dict.fromkeys(map(_language, split(value))))


@lru_cache(maxsize=1024)
def _language(text: str) -> str:
    match = languages().find(text)
    if match is None:
        likely = [found.label for found in languages().likely(text)]
        raise CellError(_("a language such as Japanese or ja"), likely)
    return match.code


def _read_parties(at: At, value: Cell) -> list[dict[str, Any]]:
    there = _shown_parties(at, _parties_in(at.column, at.content))
    if whole := at.sense.names.named_whole(str(value)):
        return [whole]
    return [there.get(part) or _party(part, at.sense) for part in split(value)]


def _read_party(at: At, value: Cell) -> dict[str, Any]:
    party = _at(at.content, at.column.field)
    return _shown_parties(at, [party] if party else []).get(str(value)) or _party(
        str(value), at.sense
    )


def _reader_of(kind: str, expected: Callable[[], str]) -> Callable[[At, Cell], str]:
    """Reads the id of an institution, or of a network, by its name."""

    def read(at: At, value: Cell) -> str:
        if value == _show_named(at):  # it may be one that the reader has no name for
            return str(_at(at.content, at.column.field))
        party = _party(str(value), at.sense)
        if kind not in party:
            raise CellError(expected())
        return str(party[kind])

    return read


def _shown_parties(at: At, parties: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Parties that are there already by what their cell shows: they keep what it does not show."""
    return {clean_text(at.sense.names.shown(party)): party for party in parties}


def _party(text: str, sense: Sense) -> dict[str, Any]:
    try:
        return sense.names.find(text)
    except UnknownPartyError as error:
        expected = _("an institution, country or network of the register, or words in quotes")
        raise CellError(expected, error.likely) from None


def _put_parties(at: At, value: Cell) -> None:
    name, _colon, part = at.column.field.partition(":")
    found = [] if value is None else _read_parties(at, value)
    if part:
        others = [p for p in at.content.get(name, ()) if p["part"] != part]
        found = others + [{"party": party, "part": part} for party in found]
    field_set(at.content, name, found)


def number_doubled() -> str:
    """What is expected in place of a number that several rows of a file have."""
    return _("a number that one row alone has; several rows have this one")


def _read_course(at: At, value: Cell) -> str:
    number = fold(str(value))
    if ("course", number) in at.sense.doubled:
        raise CellError(number_doubled())
    key = at.sense.courses.get(number)
    if key is None:
        raise CellError(_("the number or title of a course of your institution"))
    return key


def _put_text(at: At, value: Cell) -> None:
    text = _at(at.content, at.column.field)
    texts: dict[str, str] = dict(text["text"]) if text else {}
    if value is None:
        texts.pop(at.tag, None)
    else:
        texts[at.tag] = str(value)
    if not texts:
        field_set(at.content, at.column.field, None)
        return
    original = text["original"] if text and text["original"] in texts else next(iter(texts))
    said = text.get("translators", {}) if text else {}
    translators = {t: said.get(t, OWN_TRANSLATION) for t in texts if t != original}
    field_set(
        at.content,
        at.column.field,
        {"original": original, "text": texts, "translators": translators},
    )


OWN_TRANSLATION: Final = "owner"
"""Who translated a text that an institution gives in several languages."""


def _put_date(at: At, value: Cell) -> None:
    name, _colon, end = at.column.field.partition(":")
    if not end:
        field_set(at.content, name, None if value is None else _span(str(value)))
        return
    stem = at.column.name.removesuffix(f"_{end}")
    start, last = at.row.get(f"{stem}_start"), at.row.get(f"{stem}_end")
    first = "" if start in (None, CLEAR) else str(start)
    until = "" if last in (None, CLEAR) else str(last)
    if until and not first:
        raise CellError(_("a first day too, or .. where it is open"))
    whole = f"{first}/{until}" if until and until != first else first
    if name == "when" and "days" not in typed(at.content):
        field_set(at.content, "days", None)
    field_set(at.content, name, _span(whole) if whole else None)


def _span(text: str) -> str:
    try:
        return str(TimeSpan.parse(text))
    except TimeSpanError:
        (read,) = read_dates([text]).cells
    if isinstance(read, TimeSpan):
        return str(read)
    likely = [str(candidate) for candidate in read.candidates] if read else []
    expected = (
        _("a day that can be read in one way only, such as 2026-03-05")
        if likely
        else _("a day such as 2026-03-05, or 2026-03 or 2026; the end not before the start")
    )
    raise CellError(expected, likely)


def _put_name(at: At, value: Cell) -> None:
    form = "short" if at.column.form is Form.SHORT_NAME else "full"
    names: list[dict[str, Any]] = [dict(name) for name in at.content.get("names", ())]
    old = _show_short_name if form == "short" else _show_name
    before = old(at)
    place = next(
        (i for i, n in enumerate(names)
         if plain(n["name"]) == before and n.get("form", "full") == form and not n.get("valid")
         and (form == "short" or n["language"] == at.tag)),
        None,
    )  # fmt: skip
    if value is None and place is not None:
        del names[place]
    elif value is not None and place is not None:
        names[place]["name"] = str(value)
    elif value is not None:
        names.append({"name": str(value), "language": at.tag or at.sense.language, "form": form})
    field_set(at.content, "names", names)


def _put_nothing(_at: At, _value: Cell) -> None:
    """What a at.row is called is no part of its record."""


_SHOW: Final[dict[Form, Callable[[At], Cell]]] = {
    Form.LINE: _show_line, Form.TEXT: _show_text, Form.CODE: _show_code, Form.CODES: _show_codes,
    Form.DATE: _show_date, Form.NUMBER: _show_line, Form.TRUTH: _show_truth, Form.NAME: _show_name,
    Form.SHORT_NAME: _show_short_name, Form.PARTIES: _show_parties, Form.PARTY: _show_party,
    Form.NETWORK: _show_named, Form.INSTITUTION: _show_named,
    Form.LANGUAGES: _show_languages, Form.COURSE: _show_course, Form.ACTIVITY: _show_nothing,
    Form.REFERENCE: _show_nothing,
}  # fmt: skip
_PUT: Final[dict[Form, Putter]] = {
    Form.LINE: _setter(_read_line), Form.TEXT: _put_text, Form.CODE: _setter(_read_code),
    Form.CODES: _setter(_read_codes), Form.DATE: _put_date, Form.NUMBER: _setter(_read_number),
    Form.TRUTH: _setter(_read_truth), Form.NAME: _put_name, Form.SHORT_NAME: _put_name,
    Form.PARTIES: _put_parties, Form.PARTY: _setter(_read_party),
    Form.NETWORK: _setter(_reader_of("network", lambda: _("a network of the register"))),
    Form.INSTITUTION: _setter(
        _reader_of("institution", lambda: _("an institution of the register"))
    ),
    Form.LANGUAGES: _setter(_read_languages), Form.COURSE: _setter(_read_course),
    Form.ACTIVITY: _put_nothing, Form.REFERENCE: _put_nothing,
}  # fmt: skip
