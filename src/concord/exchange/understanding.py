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
    "title": ("course name", "course title", "name of course", "event", "event name", "programme",
              "training", "training course", "activity", "name of activity", "topic of training",
              "研修名", "研修名称", "コース名", "講座名", "行事名", "セミナー名", "件名",
              "课程名称", "课程", "培训名称", "培训班名称", "活动名称", "项目名称",
              "과정명", "교육명", "교육과정명", "행사명", "훈련명", "강좌명",
              "nama kursus", "nama pelatihan", "judul pelatihan", "nama kegiatan", "pelatihan",
              "tajuk kursus", "nama program", "nama latihan", "nama aktiviti",
              "tên khóa học", "tên khóa đào tạo", "tên hoạt động", "nội dung đào tạo"),
    "when_start": ("date", "dates", "start", "start date", "from", "begin", "period", "when",
                   "starting date", "開始日", "開始", "日付", "期間", "日程", "実施日", "実施期間",
                   "開催日", "开始日期", "开始", "日期", "时间", "起始日期", "开班时间", "培训时间",
                   "일자", "일시", "일정", "교육기간", "날짜", "시작일", "시작", "기간", "개시일",
                   "tanggal", "tanggal mulai", "mulai", "waktu pelaksanaan", "tanggal pelaksanaan",
                   "jadwal", "tarikh", "mula", "bắt đầu", "tarikh mula", "tarikh kursus", "ngày",
                   "ngày bắt đầu", "thời gian", "từ ngày"),
    "when_end": ("end", "end date", "to", "until", "till", "closing date", "終了日", "終了",
                 "結束日期", "结束日期", "结束", "结束时间", "结业日期", "종료일", "종료", "마감일",
                 "tanggal selesai", "selesai", "tanggal berakhir", "tarikh tamat", "tamat",
                 "ngày kết thúc", "kết thúc", "đến ngày"),
    "activity_kind": ("type", "type of activity", "activity type", "種別", "区分", "形式",
                      "类型", "活动类型", "유형", "구분", "활동 유형", "jenis kegiatan",
                      "jenis aktiviti", "loại hình", "hình thức"),
    "town": ("place", "venue", "location", "city", "場所", "会場", "開催地", "実施場所", "地点",
             "培训地点", "城市", "장소", "교육장소", "개최지", "tempat", "tempat pelaksanaan",
             "lokasi", "kota", "địa điểm", "nơi tổ chức", "thành phố"),
    "topics": ("subject", "topic", "subjects", "theme", "area", "subject area", "分野", "主題",
               "研修分野", "テーマ", "主题", "培训主题", "领域", "专题", "주제", "분야", "교육분야",
               "topik", "bidang", "tema", "bidang latihan", "chủ đề", "lĩnh vực"),
    "publications": ("nss", "nuclear security series", "guidance", "iaea guidance", "指針", "导则",
                     "지침", "panduan", "garis panduan", "hướng dẫn"),
    "roles": ("audience", "target group", "target audience", "participants", "who for",
              "対象", "対象者", "受講対象", "受講者", "对象", "培训对象", "参加人员", "学员",
              "대상", "교육대상", "수강대상", "대상자", "sasaran", "peserta", "sasaran peserta",
              "kumpulan sasaran", "đối tượng", "đối tượng tham dự", "học viên"),
    "part_organiser": ("organizer", "organised by", "organized by", "主催", "主催機関", "主办",
                       "主办单位", "주최", "주관", "주관기관", "주최기관", "penyelenggara",
                       "diselenggarakan oleh", "penganjur", "dianjurkan oleh", "đơn vị tổ chức",
                       "cơ quan tổ chức"),
    "part_host": ("host", "hosted by", "host institution", "開催機関", "承办", "承办单位", "개최",
                  "개최기관", "tuan rumah", "đơn vị đăng cai"),
    "part_lecturer": ("lecturer", "lecturers", "instructor", "instructors", "trainers", "講師",
                      "讲师", "授课教师", "강사", "pengajar", "narasumber", "instruktur",
                      "penceramah", "giảng viên"),
    "part_co_organiser": ("co-organizer", "co-organised by", "共催", "協力機関", "协办单位", "协办",
                          "공동주최", "협력기관", "mitra penyelenggara", "rakan penganjur",
                          "đơn vị phối hợp"),
    "part_funder": ("funded by", "sponsor", "donor", "資金", "资助单位", "후원", "penaja",
                    "pendanaan", "sumber dana", "nhà tài trợ"),
    "languages": ("language", "language of instruction", "使用言語", "言語", "语言", "授课语言",
                  "언어", "사용언어", "교육언어", "bahasa", "bahasa pengantar", "ngôn ngữ"),
    "country": ("country", "国", "開催国", "国家", "举办国", "국가", "개최국", "negara",
                "quốc gia", "nước"),
    "objectives": ("aim", "aims", "objective", "learning objectives", "目的", "研修目的", "目标",
                   "培训目标", "목표", "교육목표", "목적", "tujuan", "objektif", "objektif kursus",
                   "mục tiêu", "mục đích"),
    "level": ("course level", "レベル", "難易度", "级别", "培训级别", "수준", "난이도", "tingkat",
              "peringkat", "cấp độ", "trình độ"),
    "length_hours": ("duration", "hours", "duration (hours)", "training hours", "時間", "時間数",
                     "研修時間", "学时", "课时", "시간", "교육시간", "durasi", "jumlah jam",
                     "jam pelajaran", "tempoh", "tempoh (jam)", "thời lượng", "số giờ", "số tiết"),
    "seats": ("seats", "places", "capacity", "number of places", "定員", "募集人数", "名额",
              "招生人数", "정원", "모집인원", "kuota", "kapasitas", "kuota peserta",
              "bilangan peserta", "chỉ tiêu", "số lượng"),
    "stage": ("status", "状況", "状態", "状态", "상태", "진행상태", "tình trạng", "trạng thái"),
    "contact": ("contact", "e-mail", "email", "連絡先", "联系方式", "联系邮箱", "연락처", "이메일",
                "kontak", "surel", "hubungi", "e-mel", "liên hệ", "thư điện tử"),
    "apply_by": ("deadline", "application deadline", "apply before", "締切", "申込締切", "応募締切",
                 "截止日期", "报名截止", "신청기한", "접수마감", "신청마감", "batas pendaftaran",
                 "tarikh tutup", "hạn đăng ký", "hạn nộp đơn"),
    "cost": ("fee", "fees", "price", "参加費", "受講料", "学费", "收费", "참가비", "수강료",
             "biaya", "yuran", "học phí", "kinh phí"),
    "note": ("notes", "comment", "comments", "remark", "備考", "メモ", "备注", "说明", "비고",
             "참고", "catatan", "keterangan", "ghi chú"),
    "number": ("no", "id", "code", "course code", "番号", "管理番号", "序号", "编号", "번호",
               "연번", "nomor", "kode", "bil", "bil.", "kod kursus", "stt", "mã khóa học"),
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
