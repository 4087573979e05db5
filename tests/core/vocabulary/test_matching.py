"""What people write is found only where it is certain, and else suggested."""

from __future__ import annotations

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from concord.core.vocabulary import Vocabulary, vocabulary_from_rows
from concord.core.vocabulary.folding import fold
from concord.core.vocabulary.matching import Matcher, split_list
from concord.register import vocabulary
from concord.register.vocabulary import read_rows

ALIASES = [
    (row["alias"], row["code"])
    for row in read_rows(settings.CONCORD_VOCABULARY / "country_aliases.csv")
]
COUNTRIES = Matcher(vocabulary.countries(), dict(ALIASES), never_fuzzy=True)
TOPICS = Matcher(vocabulary.topics())
ROLES = Matcher(vocabulary.roles())

ENGLISH_COUNTRIES = [entry.label("en") for entry in vocabulary.countries()]


def code(matcher: Matcher, text: str) -> str | None:
    match = matcher.find(text)
    return None if match is None else match.code


@pytest.mark.parametrize(
    "matcher", [COUNTRIES, TOPICS, ROLES], ids=["countries", "topics", "roles"]
)
def test_every_code_and_label_in_any_language_finds_its_entry(matcher: Matcher) -> None:
    for entry in matcher.vocabulary:
        assert code(matcher, entry.code) == entry.code
        for label in entry.labels.values():
            assert code(matcher, label) == entry.code, label
            assert code(matcher, f"  {label.upper()}. ") in {entry.code, None}, label


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b1", "B1"),
        ("Ｂ４", "B4"),
        ("insider  THREATS", "B4"),
        ("Insider-threat", "B4"),
        ("內部人員威脅", None),
        ("内部脅威", "B4"),
        ("내부자위협", "B4"),
        ("moi de doa tu noi bo", "B4"),
        ("", None),
        (" ;.", None),
        ("lunch", None),
    ],
)
def test_spelling_that_does_not_matter_is_ignored(text: str, expected: str | None) -> None:
    assert code(TOPICS, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Republic of Korea", "KR"),
        ("Korea, Republic of", "KR"),
        ("South Korea", "KR"),
        ("ROK", "KR"),
        ("R.O.K.", "KR"),
        ("韩国", "KR"),
        ("韓国", "KR"),
        ("韓國", "KR"),
        ("한국", "KR"),
        ("Hàn Quốc", "KR"),
        ("Korea Selatan", "KR"),
        ("KOR", "KR"),
        ("DPRK", "KP"),
        ("Democratic People's Republic of Korea", "KP"),
        ("Democratic People’s Republic of Korea", "KP"),
        ("PRK", "KP"),
        ("Korea", None),
        ("Republic of Kore", None),
        ("Congo", None),
        ("Guinea, Equatorial", "GQ"),
        ("Viet Nam", "VN"),
        ("Vietnam", "VN"),
        ("VIETNAM", "VN"),
        ("USA", "US"),
        ("usa", "US"),
        ("U.S.A.", "US"),
        ("the United States", "US"),
        ("UK", "GB"),
        ("イギリス", "GB"),
        ("The Netherlands", "NL"),
        ("Lao PDR", "LA"),
        ("CHINA", "CN"),
        ("PRC", "CN"),
        ("Mỹ", "US"),
        ("Áo", "AT"),
        ("NO", "NO"),
        ("no", None),
        ("and", None),
        ("my", None),
        ("Nga", "RU"),
        ("NGA", None),
    ],
)
def test_country_is_found_by_its_exact_forms_alone(text: str, expected: str | None) -> None:
    assert code(COUNTRIES, text) == expected


def test_no_alias_is_the_label_or_the_code_of_another_country() -> None:
    countries = vocabulary.countries()
    labels = {fold(label): entry.code for entry in countries for label in entry.labels.values()}
    assert {code for _, code in ALIASES} == {entry.code for entry in countries}
    for alias, of in ALIASES:
        assert alias not in countries, alias
        found = code(COUNTRIES, alias)
        if found is None:  # capitals that are another country's label are no one's
            assert alias.isupper()
            assert labels[fold(alias)] != of
        else:
            assert found == of, alias


def test_every_country_has_its_three_letters() -> None:
    having = {
        code for alias, code in ALIASES if len(alias) == 3 and alias.isascii() and alias.isupper()
    }
    assert having == {entry.code for entry in vocabulary.countries()}


def test_aliases_are_said_once() -> None:
    assert len({alias for alias, _ in ALIASES}) == len(ALIASES)


SUGGESTIONS = [
    (TOPICS, "Physical protection systems", "B1"),
    (TOPICS, "phisical protection", "B1"),
    (TOPICS, "핵안보 문화", "H1"),
    (TOPICS, "核安保文化", "H1"),
    (TOPICS, "核セキュリティ文化", "H1"),
    (TOPICS, "Nuclear security culture", "H1"),
    (TOPICS, "budaya keamanan nuklir", "H1"),
    (TOPICS, "budaya sekuriti nuklear", "H1"),
    (TOPICS, "văn hóa an ninh hạt nhân", "H1"),
    (TOPICS, "物理的防護", "B1"),
    (TOPICS, "물리적 방호", "B1"),
    (TOPICS, "实物保护", "B1"),
    (TOPICS, "内部脅威対策", "B4"),
    (TOPICS, "regulation and inspection", "A3"),
    (TOPICS, "design basis threat", "A4"),
    (TOPICS, "vital area identification", "B2"),
    (TOPICS, "computer security", "G2"),
    (TOPICS, "nuclear forensic examination", "F3"),
    (TOPICS, "INSSP", "A5"),
    (TOPICS, "performance tests", "B8"),
    (ROLES, "Police officers", "R12"),
    (ROLES, "customs officer", "R11"),
    (ROLES, "facility security manager", "R04"),
    (ROLES, "prosecutor", "R23"),
    (ROLES, "hospital", "R09"),
    (COUNTRIES, "Phillipines", "PH"),
    (COUNTRIES, "Indonsia", "ID"),
    (COUNTRIES, "Kazakstan", "KZ"),
]


@pytest.mark.parametrize(("matcher", "text", "expected"), SUGGESTIONS)
def test_what_is_like_is_suggested_and_not_found(
    matcher: Matcher, text: str, expected: str
) -> None:
    assert matcher.find(text) is None
    suggested = matcher.likely(text)
    assert expected in [match.code for match in suggested]
    assert all(0.5 <= match.likeness < 1 for match in suggested)


@pytest.mark.parametrize("text", ["lunch", "xyzzy", "会議室", "12", "n/a", "?", ""])
def test_what_is_like_nothing_is_not_suggested(text: str) -> None:
    assert TOPICS.likely(text) == []


@given(st.text(max_size=80), st.integers(0, 5))
def test_any_text_is_taken(text: str, count: int) -> None:
    for matcher in (TOPICS, COUNTRIES):
        found, likely = matcher.find(text), matcher.likely(text, count)
        assert len(likely) <= count
        assert len({match.code for match in likely}) == len(likely)
        assert likely == sorted(likely, key=lambda match: -match.likeness)
        assert [match for match in likely if match.likeness == 1] == (
            [found] if found and count else []
        )
        assert all(match is None or match.likeness == 1 for _, match in matcher.find_all(text))
        assert all(part in text for part, _ in matcher.find_all(text))
        assert all(part.strip() for part in split_list(text))


@given(
    st.lists(st.sampled_from(ENGLISH_COUNTRIES), min_size=1, max_size=6),
    st.sampled_from(["; ", "\n", ", ", "、", " / "]),
)
def test_a_list_of_labels_is_found_whole(names: list[str], mark: str) -> None:
    found = COUNTRIES.find_all(mark.join(names))
    assert [match and match.code for _, match in found] == [code(COUNTRIES, name) for name in names]


@pytest.mark.parametrize(
    ("matcher", "text", "expected"),
    [
        (COUNTRIES, "Japan, China and Republic of Korea", ["JP", "CN", "KR"]),
        (COUNTRIES, "Bosnia and Herzegovina and Japan", ["BA", "JP"]),
        (COUNTRIES, "Japan, Korea, Republic of", ["JP", "KR"]),
        (COUNTRIES, "中国和日本、韩国", ["CN", "JP", "KR"]),
        (COUNTRIES, "Indonesia dan Malaysia", ["ID", "MY"]),
        (COUNTRIES, "Nhật Bản và Việt Nam", ["JP", "VN"]),
        (COUNTRIES, "Japan; Narnia", ["JP", None]),
        (COUNTRIES, "Korea, Congo", [None, None]),
        (TOPICS, "Regulation, authorisation, inspection, enforcement; B4", ["A3", "B4"]),
        (TOPICS, "Nuclear security fundamentals / introduction", ["A1"]),
        (TOPICS, "physical protection design and evaluation", [None]),
        (TOPICS, "", []),
    ],
)
def test_cell_with_several_values(matcher: Matcher, text: str, expected: list[str | None]) -> None:
    assert [match and match.code for _, match in matcher.find_all(text)] == expected


def test_a_list_is_split_at_every_mark() -> None:
    assert split_list("a; b\nc、 d，e and f, and g/h") == ["a", "b", "c", "d", "e", "f", "g", "h"]
    assert split_list("sand; band") == ["sand", "band"]


def test_a_long_text_is_not_taken_for_its_beginning() -> None:
    assert COUNTRIES.find("Japan" + " " * 600 + "Korea") is None
    names = ENGLISH_COUNTRIES * 2
    found = COUNTRIES.find_all(", ".join(names))
    assert [match and match.label for _, match in found] == names


def two(first: str, second: str) -> Vocabulary:
    return vocabulary_from_rows(
        "x", "1", [{"code": "X1", "en": first}, {"code": "X2", "en": second}]
    )


def test_a_label_of_two_entries_is_no_ones_until_it_is_settled() -> None:
    words = two("Other", "other")
    assert Matcher(words).find("Other") is None
    assert [match.code for match in Matcher(words).likely("Other")] == ["X1", "X2"]
    assert code(Matcher(words, {"OTHER ": "X2"}), "other") == "X2"


def test_an_alias_is_remembered_in_any_spelling_and_a_label_goes_before_it() -> None:
    matcher = Matcher(two("One", "Two"), {"Eins!": "X1", "one": "X2", "gone": "X9"})
    assert code(matcher, "EINS") == "X1"
    assert code(matcher, "one") == "X1"
    assert matcher.find("gone") is None


def test_plurals_are_not_made_alike_where_near_names_are_other_things() -> None:
    assert code(Matcher(two("Guard", "Driver")), "guards") == "X1"
    assert Matcher(two("Guard", "Driver"), never_fuzzy=True).find("guards") is None
    assert code(Matcher(two("Guard", "Guards")), "guards") == "X2"
