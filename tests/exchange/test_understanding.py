"""Heads of tables that centres really have, in seven languages, taken for our columns."""

from __future__ import annotations

import pytest
from django.utils import translation

from concord.exchange.reading import Table
from concord.exchange.reading.text import read_text
from concord.exchange.understanding import CERTAIN, SAME_AS, columns_guess, sheet_guess
from concord.exchange.workbook.choices import choices
from concord.exchange.workbook.sheets import SHEETS, sheet_named

TABLES = {
    "en": """Code\tCourse title\tType\tStarting date\tClosing date\tVenue\tTarget audience\tOrganized by\tInstructors\tFee
NS-01\tTransport security\tworkshop\t2027-02-01\t2027-02-05\tTokai\tguards\tISCN\tWINS\tnone
""",
    "ja": """管理番号\t研修名称\t種別\t開始日\t終了日\t実施場所\t受講対象\t主催機関\t講師\t参加費
NS-01\t核物質輸送のセキュリティ研修\tワークショップ\t2027-02-01\t2027-02-05\t東海村\t警備員\tJAEA\tWINS\tなし
""",
    "zh-hans": """序号\t培训班名称\t活动类型\t起始日期\t结束时间\t培训地点\t培训对象\t主办单位\t授课教师\t收费
1\t核材料运输安保培训班\t研讨会\t2027-02-01\t2027-02-05\t北京\t警卫\tSNSTC\tWINS\t无
""",
    "ko": """연번\t교육과정명\t구분\t시작일\t종료일\t교육장소\t교육대상\t주관기관\t강사\t수강료
1\t핵물질 운송 보안 교육\t워크숍\t2027-02-01\t2027-02-05\t대전\t경비원\tKINAC\tWINS\t없음
""",
    "id": """Kode\tNama pelatihan\tJenis kegiatan\tTanggal mulai\tTanggal berakhir\tTempat pelaksanaan\tSasaran peserta\tDiselenggarakan oleh\tNarasumber\tBiaya
1\tKeamanan pengangkutan bahan nuklir\tlokakarya\t2027-02-01\t2027-02-05\tSerpong\tpenjaga\tBAPETEN\tWINS\t-
""",
    "ms": """Bil.\tTajuk kursus\tJenis aktiviti\tTarikh mula\tTarikh tamat\tTempat\tKumpulan sasaran\tDianjurkan oleh\tPenceramah\tYuran
1\tKeselamatan pengangkutan bahan nuklear\tbengkel\t2027-02-01\t2027-02-05\tBangi\tpengawal\tAELB\tWINS\t-
""",
    "vi": """STT\tTên khóa đào tạo\tLoại hình\tTừ ngày\tĐến ngày\tNơi tổ chức\tĐối tượng tham dự\tCơ quan tổ chức\tGiảng viên\tHọc phí
1\tAn ninh vận chuyển vật liệu hạt nhân\thội thảo\t2027-02-01\t2027-02-05\tHà Nội\tbảo vệ\tVARANS\tWINS\t-
""",
}  # fmt: skip
COLUMNS = [
    "number", "title", "activity_kind", "when_start", "when_end", "town", "roles",
    "part_organiser", "part_lecturer", "cost",
]  # fmt: skip


def table_of(text: str) -> Table:
    (table,) = read_text(text.encode(), name="plan.tsv")
    return table


@pytest.mark.parametrize("language", TABLES)
def test_a_plan_of_courses_is_understood_in_its_language(language: str) -> None:
    with translation.override(language):
        table = table_of(TABLES[language])
        sheet = sheet_guess(table)
        guesses = columns_guess(table, sheet, {})
    assert sheet.name == "activities"
    found = [guess.column.partition("[")[0] if guess else "" for guess in guesses]
    assert found == COLUMNS
    assert all(guess and guess.likeness >= CERTAIN for guess in guesses)


def test_heads_that_people_write_name_columns_that_there_are() -> None:
    columns = {column.name for sheet in SHEETS for column in sheet.columns}
    assert set(SAME_AS) <= columns


def test_no_head_is_taken_for_two_columns_of_a_sheet() -> None:
    for sheet in ("activities", "courses"):
        here = {column.name for column in sheet_named(sheet).columns}
        words = [word for name, heads in SAME_AS.items() if name in here for word in set(heads)]
        assert sorted(words) == sorted(set(words))


def test_a_loan_word_that_many_topics_share_does_not_decide() -> None:
    found = choices("topics").likely("輸送セキュリティ", "ja")
    assert {label[:2] for label in found} == {"D1", "D2"}
