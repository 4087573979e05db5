"""Text files and pasted tables: encodings, separators, quotes, and what cannot be read."""

from __future__ import annotations

import codecs
import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.exchange.reading import Table, UnreadableFileError, read_file, read_pasted
from concord.exchange.reading.encoding import ENCODINGS, decode
from concord.exchange.reading.text import SEPARATORS

CHINESE = "课程名称,开始日期,国家\n核安保基础培训,2014-09-29,中国\n实物保护系统设计,2015,日本\n"
JAPANESE = "研修名,開始日,国\n核セキュリティ基礎コース,2014-09-29,日本\n物理的防護,2015,中国\n"
KOREAN = "교육과정,시작일,국가\n핵안보 기초교육,2014-09-29,대한민국\n물리적 방호,2015,일본\n"


def read(data: bytes, **options: Any) -> Table:
    (found,) = read_file(data, name="plan.csv", **options)
    return found


def values(found: Table) -> list[tuple[Any, ...]]:
    return [row.values for row in found.rows]


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (CHINESE, "utf-8", "UTF-8"),
        (CHINESE, "utf-8-sig", "UTF-8"),
        (CHINESE, "utf-16", "UTF-16 LE"),
        (CHINESE, "utf-16-le", "UTF-16 LE"),
        (JAPANESE, "utf-16-be", "UTF-16 BE"),
        (CHINESE, "gb18030", "GB18030"),
        (CHINESE, "gb2312", "GB18030"),
        (JAPANESE, "cp932", "Shift_JIS"),
        (KOREAN, "cp949", "EUC-KR"),
        ("名称,年份\n培训,2014\n", "gb18030", "GB18030"),
        ("研修,年\n東京,2014\n", "cp932", "Shift_JIS"),
        ("이름,연도\n교육,2014\n", "cp949", "EUC-KR"),
        ("编号;题目;地点\n1;放射源运输安保;北京\n2;边境监测;上海\n", "gb18030", "GB18030"),
        ("番号;題名;場所\n1;放射性物質の輸送;東海村\n", "cp932", "Shift_JIS"),
        ("번호;제목;장소\n1;방사성물질 운송 보안;대전\n", "cp949", "EUC-KR"),
    ],
)
def test_the_encoding_is_found_and_told(text: str, encoding: str, named: str) -> None:
    found = read(text.encode(encoding))

    expected = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text else ","))
    assert [list(found.columns), *map(list, values(found))] == expected
    assert [(r.code, r.row, r.column) for r in found.remarks] == [("encoding", 0, "")]
    assert named in found.remarks[0].text


def test_a_named_encoding_goes_before_what_is_found() -> None:
    found = read("Name;Ort\nGrundkurs;Österreich\n".encode("cp1252"), encoding="windows-1252")

    assert values(found) == [("Grundkurs", "Österreich")]


@pytest.mark.parametrize("encoding", ["klingon", "base64", "rot13", "", "\0"])
def test_an_unknown_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(UnreadableFileError, match="not an encoding"):
        read(b"a,b\n1,2\n", encoding=encoding)


def test_a_text_of_no_known_encoding_is_refused_by_its_first_byte() -> None:
    data = "Nom,Pays\nFormation à la sécurité,République tchèque\n".encode("cp1252")

    with pytest.raises(UnreadableFileError, match=r"0xE0 at position 20 \(line 2\)"):
        read(data)


def test_a_byte_that_a_named_encoding_does_not_have_is_told_by_its_place() -> None:
    with pytest.raises(UnreadableFileError, match=r"0xFF at position 9 \(line 3\) .* EUC-KR"):
        read(b"a,b\n1,2\n\xff", encoding="cp949")


def test_half_a_character_at_the_end_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="position"):
        read(CHINESE.encode()[:-2])


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnreadableFileError):
        read(b"%PDF-1.7\n\0\0\0\x01\x02\x03\xff\xfe\0\0")


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_separator_and_line_end_is_found(separator: str, end: str) -> None:
    lines = [["Title", "Hours", "Note"], ["Basics", "1.5", "one two"], ["More", "2", "end"]]
    text = end.join(separator.join(line) for line in lines)

    found = read(text.encode())

    assert found.columns == ("Title", "Hours", "Note")
    assert values(found) == [("Basics", "1.5", "one two"), ("More", "2", "end")]


def test_decimal_commas_do_not_pass_for_separators() -> None:
    assert values(read(b"Title;Hours\nA;1,5\nB;2,5\nC;3,0\n")) == [
        ("A", "1,5"),
        ("B", "2,5"),
        ("C", "3,0"),
    ]


def test_a_separator_that_a_spreadsheet_wrote_down_is_taken_and_not_counted() -> None:
    found = read(b"sep=;\r\nTitle,x;Hours,x\r\nA,1;1\r\n")

    assert found.columns == ("Title,x", "Hours,x")
    assert (found.header_row, found.rows[0].number) == (1, 2)


def test_quoted_line_breaks_do_not_count_as_rows() -> None:
    found = read(b'Title,Note\nA,"one\r\ntwo, ""three"""\n\n\nB,x\n')

    assert [(row.number, row.values) for row in found.rows] == [
        (2, ("A", 'one\ntwo, "three"')),
        (5, ("B", "x")),
    ]


@pytest.mark.parametrize("text", ['Title,Note\nA,"one\nB,two\n', 'Title,Note\nA,"one" two,\n'])
def test_quotes_that_do_not_pair_are_refused_by_their_row(text: str) -> None:
    with pytest.raises(UnreadableFileError, match="Row 2"):
        read(text.encode())


def test_longer_rows_are_kept_and_told() -> None:
    found = read(b"Title,Town\nA,Vienna\nB,Tokyo,1,2\n")

    assert found.columns == ("Title", "Town", "", "")
    assert values(found) == [("A", "Vienna", None, None), ("B", "Tokyo", "1", "2")]
    told = [(r.row, r.column) for r in found.remarks if r.code == "no-head"]
    assert told == [(3, "C"), (3, "D")]


def test_group_heads_above_the_heads_are_passed_over_and_told() -> None:
    found = read(b"Plan,,,\nTitle,Town,Trainer,Hours\nA,Vienna,x,1\n")

    assert (found.header_row, found.columns) == (2, ("Title", "Town", "Trainer", "Hours"))
    assert [r.code for r in found.remarks] == ["encoding", "header-row"]


def test_doubled_heads_are_refused() -> None:
    with pytest.raises(UnreadableFileError, match="Columns B and C of “plan”"):
        read(b"Title,Town,TOWN\nA,b,c\n")


@pytest.mark.parametrize("text", ["\ufeff", " , \n,,\n", "Title,Town\n", "\u200f\n"])
def test_a_text_without_rows_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFileError):
        read(text.encode())


@pytest.mark.parametrize(
    ("text", "words"),
    [("a,b\n" + "1,2\n" * 200_000, "200001 rows"), ("a,b\n1" + "," * 200 + "2\n", "201 columns")],
)
def test_texts_beyond_the_limits_are_refused(text: str, words: str) -> None:
    with pytest.raises(UnreadableFileError, match=words):
        read(text.encode())


def test_the_name_of_the_file_names_the_table() -> None:
    (found,) = read_file(b"a,b\n1,2\n", name="dir/Plan 2014.CSV")

    assert found.name == "Plan 2014"


def test_pasted_cells_of_a_spreadsheet_are_read() -> None:
    (found,) = read_pasted('Title\tNote\r\nA\t"one\ntwo"\r\nB, C; D\t\r\n')

    assert found.columns == ("Title", "Note")
    assert values(found) == [("A", "one\ntwo"), ("B, C; D", None)]
    assert found.remarks == ()


def test_pasted_quotes_that_do_not_pair_stand_as_they_are() -> None:
    (found,) = read_pasted('Title\tNote\nA\t"Basics" of security\nB\t5" pipe\n')

    assert values(found) == [("A", '"Basics" of security'), ("B", '5" pipe')]


@pytest.mark.parametrize(
    "text",
    [
        "| Title | Town |\n|-------|:----:|\n| A \\| B | Vienna |\n| C | |\n",
        "\n  Title | Town\n  --- | ---\n  A \\| B | Vienna\n  C |\n\n",
    ],
)
def test_a_pasted_markdown_table_is_read(text: str) -> None:
    (found,) = read_pasted(text)

    assert found.columns == ("Title", "Town")
    assert values(found) == [("A | B", "Vienna"), ("C", None)]
    assert found.rows[0].number == found.header_row + 2


def test_pasted_csv_is_read() -> None:
    (found,) = read_pasted("\ufeffTitle;Town\nA;Vienna")

    assert (found.columns, values(found)) == (("Title", "Town"), [("A", "Vienna")])


@pytest.mark.parametrize("text", ["", "\n", "Title\tTown", "| a |\n|---|\n"])
def test_nothing_pasted_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFileError):
        read_pasted(text)


@pytest.mark.parametrize(
    ("encoding", "sample"),
    [
        ("utf-8", CHINESE + KOREAN),
        ("utf-16-le", JAPANESE),
        ("utf-16-be", KOREAN),
        ("gb18030", CHINESE),
        ("cp932", JAPANESE),
        ("cp949", KOREAN),
    ],
)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_text_in_each_encoding_comes_back(
    encoding: str, sample: str, data: st.DataObject
) -> None:
    """Lines of real words in any order and number are told apart without being told how."""
    lines = sample.splitlines()
    text = "\n".join(data.draw(st.lists(st.sampled_from(lines), min_size=2, max_size=30)))

    decoded, remark = decode(text.encode(encoding))

    assert decoded == text
    assert ENCODINGS[encoding] in remark.text


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(ENCODINGS)),
    st.lists(
        st.tuples(
            *[st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1)] * 2
        ),
        min_size=1,
    ),
    st.sampled_from(SEPARATORS),
)
def test_what_a_program_writes_is_read_as_it_was(
    encoding: str, lines: list[tuple[str, str]], separator: str
) -> None:
    """Quoted cells of any letters, in an encoding that is named."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([("Title", "Town"), *lines])
    data = buffer.getvalue().encode(encoding, errors="ignore")
    lines = [tuple(c.encode(encoding, "ignore").decode(encoding) for c in line) for line in lines]  # type: ignore[misc]

    decoded, _remark = decode(data, encoding)

    assert list(csv.reader(io.StringIO(decoded), delimiter=separator))[1:] == [
        list(line) for line in lines
    ]


def test_a_mark_goes_before_everything() -> None:
    assert decode(codecs.BOM_UTF16_BE + "a,b".encode("utf-16-be"))[0] == "a,b"
