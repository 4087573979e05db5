"""Which sheet a table is, and which column is which: told by our workbook, guessed for others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from rapidfuzz import fuzz, process

from concord.core.reading.dates import read_dates
from concord.core.reading.numbers import read_numbers
from concord.core.timespan import TimeSpan
from concord.core.vocabulary import LANGUAGES
from concord.core.vocabulary.folding import fold
from concord.core.vocabulary.languages import languages
from concord.exchange.comparing import GivenRow, GivenSheet
from concord.exchange.reading import Table
from concord.exchange.reading.heads import SPLIT
from concord.exchange.workbook.cells import Cell, plain
from concord.exchange.workbook.sheets import SHEETS, Form, WorkSheet, sheet_named
from concord.exchange.workbook.writing import (
    ANY,
    HIDDEN,
    LISTS,
    META,
    VERSION,
    Head,
    guide_name,
    heads_of,
)

CERTAIN = 90
"""From this likeness (0 to 100) on a head is taken for a column without asking."""
SAME_AS = {
    "title": ("course name", "course title", "name of course", "event", "programme", "training",
              "研修名", "コース名", "講座名", "课程名称", "课程", "培训名称", "과정명", "교육명",
              "nama kursus", "nama pelatihan", "tên khóa học"),
    "when_start": ("date", "start", "start date", "from", "begin", "開始日", "開始", "日付", "期間",
                   "开始日期", "开始", "日期", "시작일", "시작", "기간", "tanggal",
                   "tanggal mulai", "mulai", "tarikh", "mula", "bắt đầu",
                   "tarikh mula", "ngày", "ngày bắt đầu"),
    "when_end": ("end", "end date", "to", "until", "終了日", "終了", "结束日期", "结束", "종료일",
                 "종료", "tanggal selesai", "selesai", "tarikh tamat", "tamat", "ngày kết thúc",
                 "kết thúc"),
    "town": ("place", "venue", "location", "city", "場所", "会場", "地点", "장소", "tempat",
             "lokasi", "địa điểm"),
    "topics": ("subject", "topic", "subjects", "分野", "主題", "主题", "주제", "topik", "chủ đề"),
    "publications": ("nss", "nuclear security series", "guidance", "iaea guidance", "指針", "导则",
                     "지침", "panduan", "garis panduan", "hướng dẫn"),
    "roles": ("audience", "target group", "participants", "対象", "対象者", "对象", "대상",
              "sasaran", "peserta", "đối tượng"),
    "organiser": ("organizer", "organised by", "主催", "主办", "주최", "penyelenggara", "penganjur",
                  "đơn vị tổ chức"),
    "part_host": ("host", "hosted by"),
    "languages": ("language", "使用言語", "言語", "语言", "언어", "bahasa", "ngôn ngữ"),
    "country": ("country", "国", "国家", "국가", "negara", "quốc gia"),
    "objectives": ("aim", "aims", "objective", "目的", "目标", "목표", "tujuan", "objektif",
                   "mục tiêu"),
    "length_hours": ("duration", "hours", "時間", "学时", "시간", "durasi", "tempoh", "thời lượng"),
    "seats": ("seats", "places", "capacity", "定員", "名额", "정원", "kuota", "chỉ tiêu"),
}  # fmt: skip
"""Heads that people write for our columns, beside the columns' own in each language."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a head is taken for; ``likeness`` 0 to 100."""

    column: str
    likeness: float


def workbook_language(tables: Sequence[Table], institution: UUID) -> str | None:
    """The language of our own workbook; None where it is not one, or one of another institution."""
    meta = next((table for table in tables if table.name == META), None)
    if meta is None:
        return None
    first = [str(text or "") for text in meta.columns]
    whose = {str(institution), ANY}
    if first[:2] == ["concord", VERSION] and len(first) > 3 and first[2] in whose:
        return first[3]
    return None


def workbook_sheets(tables: Sequence[Table]) -> list[GivenSheet]:
    """The sheets of our own workbook, their columns told by the hidden sheet."""
    known = _workbook_columns(tables)
    found = []
    for table in tables:
        if table.name in known:
            columns = {head: key for _name, key, head in known[table.name]}
            sheet = sheet_named(known[table.name][0][0])
            found.append(given_sheet(table, sheet, [columns.get(h, "") for h in table.columns]))
    return found


def _workbook_columns(tables: Sequence[Table]) -> dict[str, list[tuple[str, str, str]]]:
    """By the name of a sheet in our workbook: which sheet it is, and its columns with heads."""
    meta = next(table for table in tables if table.name == META)
    known: dict[str, list[tuple[str, str, str]]] = {}
    for row in meta.rows:
        name, label, key, head = (str(value or "") for value in row.values[:4])
        known.setdefault(label, []).append((name, key, head))
    return known


def workbook_unknown(tables: Sequence[Table], tongue: str) -> list[str]:
    """Columns and sheets that somebody added to our workbook, in words; they are left out."""
    with translation.override(tongue):
        ours = {META, LISTS, guide_name()}
    known = _workbook_columns(tables)
    found: list[str] = []
    for table in tables:
        if table.name in ours or not table.rows:
            continue
        if table.name not in known:
            found.append(table.name)
            continue
        heads = {head for _name, _key, head in known[table.name]}
        found += [
            f"{table.name}: {head}"
            for head in table.columns
            if head and head not in heads and head not in HIDDEN
        ]
    return found


def given_sheet(
    table: Table, sheet: WorkSheet, keys: Sequence[str], constants: Mapping[str, str] | None = None
) -> GivenSheet:
    """A table whose columns are those of ``keys``; an empty key leaves its column out.

    ``constants`` are values that every row has in columns that the table lacks.
    """
    hidden = {name: table.columns.index(name) for name in HIDDEN if name in table.columns}
    places = [(key, place) for place, key in enumerate(keys) if key]
    heads = []
    for key, place in places:
        name, _bracket, tag = key.partition("[")
        heads.append(Head(sheet.column(name), tag.rstrip("]"), table.columns[place]))
    said_of_all = {key: value for key, value in (constants or {}).items() if key not in set(keys)}
    names = (*(key for key, _place in places), *said_of_all)
    columns = [_column(table, place, head.column.form) for (_key, place), head in
               zip(places, heads, strict=True)]  # fmt: skip
    rows = []
    for row, cells in zip(table.rows, zip(*columns, strict=True), strict=True):
        if cells.count(None) == len(cells):
            continue
        row_id, revision, check = (
            (str(row.values[hidden[name]] or "") for name in HIDDEN)
            if len(hidden) == len(HIDDEN)
            else ("", "", "")
        )
        number = int(revision) if re.fullmatch(r"[0-9]{1,9}", revision) else 0
        whole = cells + tuple(said_of_all.values())
        rows.append(GivenRow(row.number, names, whole, row_id, number, check))
    heads += [Head(c, "", str(c.label)) for c in map(sheet.column, said_of_all)]
    return GivenSheet(sheet, table.name, heads, rows)


class _Plain(dict[str, Cell]):
    """Texts of a column as they are compared, each made plain once."""

    def __missing__(self, text: str) -> Cell:
        if len(self) > 20_000:  # a column of texts that are all different
            self.clear()
        found = self[text] = plain(text)
        return found


def _column(table: Table, place: int, form: Form) -> list[Cell]:
    """The cells of a column; its dates and numbers as the whole column shows them to be."""
    known = _Plain()
    raw = (row.values[place] for row in table.rows)
    cells = [known[value] if type(value) is str else plain(value) for value in raw]
    read = _DATES_AND_NUMBERS.get(form)
    texts = list(dict.fromkeys(cell for cell in cells if isinstance(cell, str))) if read else []
    if read is None or not texts:
        return cells
    found = read(texts)
    return [found.get(cell, cell) if isinstance(cell, str) else cell for cell in cells]


def _dates(texts: Sequence[str]) -> dict[str, Cell]:
    read = zip(texts, read_dates(texts).cells, strict=True)
    return {text: plain(str(span)) for text, span in read if isinstance(span, TimeSpan)}


def _numbers(texts: Sequence[str]) -> dict[str, Cell]:
    read = zip(texts, read_numbers(texts).cells, strict=True)
    return {
        text: number if isinstance(number, int) else plain(str(number))
        for text, number in read
        if isinstance(number, int | Decimal)
    }


_DATES_AND_NUMBERS: Final = {Form.DATE: _dates, Form.NUMBER: _numbers}


def unknown_columns(table: Table, keys: Sequence[str]) -> list[str]:
    """Heads of a table that are left out; named to the person, never dropped in silence."""
    pairs = zip(table.columns, keys, strict=True)
    return [head for head, key in pairs if not key and head and head not in HIDDEN]


def sheet_guess(table: Table) -> WorkSheet:
    """Which sheet a foreign table is likest to: activities if it has dates, else courses."""
    named = {fold(str(sheet.label)): sheet for sheet in SHEETS}
    if found := named.get(fold(table.name)):
        return found
    guesses = columns_guess(table, sheet_named("activities"), {})
    dated = any(guess and guess.column.startswith("when") for guess in guesses)
    return sheet_named("activities" if dated else "courses")


def columns_guess(
    table: Table, sheet: WorkSheet, remembered: Mapping[str, str]
) -> list[Guess | None]:
    """For each head the column that it is likest to; each column once, the likest head first."""
    words = dict(_words_of(sheet))
    scored: list[tuple[float, int, str]] = []
    for place, head in enumerate(table.columns):
        folded = fold(head)
        if not folded or head in HIDDEN:
            continue
        if folded in remembered:
            if kept := remembered[folded]:  # empty: the column was left out on purpose
                scored.append((101, place, kept))
            continue
        for word, score in _likest(head, list(words)):
            tag = _language_in(head)
            key = words[word]
            column = sheet.column(key)
            key = (
                f"{column.name}[{tag or _language_of(table, place)}]" if column.by_language else key
            )
            scored.append((score, place, key))
    guesses: list[Guess | None] = [None] * len(table.columns)
    taken: set[str] = set()
    for score, place, key in sorted(scored, key=lambda s: (-s[0], s[1])):
        if guesses[place] is None and key not in taken and score >= 60:
            guesses[place] = Guess(key, score)
            taken.add(key)
    return guesses


def _likest(head: str, words: Sequence[str]) -> list[tuple[str, float]]:
    """The words that a head is likest to; one that was split is taken for its own part as well."""
    found: dict[str, float] = {}
    for said in dict.fromkeys((head, head.rpartition(SPLIT)[2])):
        for word, score, _place in process.extract(fold(said), words, scorer=_alike, limit=4):
            found[word] = max(found.get(word, 0), score)
    return list(found.items())


def _alike(one: str, other: str, **_options: object) -> float:
    return fuzz.ratio(one, other) if one != other else 100.0


def _words_of(sheet: WorkSheet) -> Iterator[tuple[str, str]]:
    """Folded heads by which a column may be called, in each language."""
    columns = {column.name for column in sheet.columns}
    for name, words in SAME_AS.items():
        if name in columns:
            yield from ((fold(word), name) for word in words)
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            tag = "zh-Hans" if code == "zh-hans" else code
            for head in heads_of(sheet, [tag], tag):
                yield fold(str(head.column.label)), head.column.name
                yield fold(head.text), head.column.name
    for column in sheet.columns:
        yield fold(column.name), column.name


def _language_in(head: str) -> str:
    """The language that a head names in brackets: title[ja], Title (English)."""
    inner = head.replace("[", "(").replace("]", ")").partition("(")[2].rstrip(")")
    match = languages().find(inner) if inner else None
    return match.code if match and match.code in LANGUAGES else ""


def _language_of(table: Table, place: int) -> str:
    """The language of a column's texts, by their letters."""
    text = "".join(str(row.values[place] or "") for row in table.rows[:50])
    found = language_by_letters(text)
    if found == "zh-Hans" and "ja" in {get_language(), language_by_letters("".join(table.columns))}:
        return "ja"  # titles of few words are often without kana
    return found


def language_by_letters(text: str) -> str:
    """Japanese by kana, Korean by hangul, Chinese by han alone, Vietnamese by its letters."""
    if any("\u3040" <= c <= "\u30ff" for c in text):
        return "ja"
    if any("\uac00" <= c <= "\ud7a3" for c in text):
        return "ko"
    if any("\u4e00" <= c <= "\u9fff" for c in text):
        return "zh-Hans"
    if any(c in "ăđơưĂĐƠƯ" or "\u1ea0" <= c <= "\u1ef9" for c in text):
        return "vi"
    return "en"
