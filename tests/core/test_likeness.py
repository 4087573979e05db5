"""Records that may be one and the same are found, and those that only look so are not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.core.likeness import (
    AT_LEAST,
    COURSE,
    LEAST,
    WEIGHTS,
    Likely,
    LikenessIndex,
    Pair,
    compare,
    likely_of,
    likely_pairs,
)
from concord.core.likeness.weighing import (
    FITTING,
    GENERIC,
    LIKE,
    PRIOR,
    PRIOR_OF_COURSES,
    TOPIC_OF_TITLE,
)


def day(text: str) -> int:
    return dt.date.fromisoformat(text).toordinal()


def year(number: int) -> dict[str, int]:
    return {"first": day(f"{number}-01-01"), "last": day(f"{number}-12-31")}


def codes(pair: Pair) -> set[str]:
    return {reason.code for reason in pair.reasons}


RUN = Likely(
    id="iscn-ja",
    kind="course_run",
    titles=("核物質及び原子力施設の物理的防護に関する地域トレーニングコース",),
    first=day("2012-10-15"),
    last=day("2012-10-26"),
    country="JP",
    town="東海村",
    providers=frozenset({"ISCN"}),
    topics=frozenset({"B1"}),
    counts=frozenset({31}),
)
"""As ISCN lists it."""
HEARD = Likely(
    id="snri-en",
    kind="course_run",
    titles=("Regional training course on physical protection of nuclear material and facilities",),
    first=day("2012-10-15"),
    last=day("2012-10-26"),
    country="JP",
    town="Tokai",
    providers=frozenset({"SNRI"}),
    topics=frozenset({"B1"}),
    counts=frozenset({31}),
)
"""As the institution of a participant lists it."""


def test_one_run_listed_in_two_languages_is_found_without_a_title_in_common() -> None:
    (pair,) = likely_pairs([RUN, HEARD])
    assert (pair.a, pair.b) == ("iscn-ja", "snri-en")
    assert pair.score >= AT_LEAST
    assert codes(pair) == {
        "same_days", "same_country", "other_providers", "shared_topic", "same_count"
    }  # fmt: skip


def test_towns_are_the_same_however_they_are_written() -> None:
    a = dataclasses.replace(HEARD, id="a", town="Tokai-mura")
    assert "same_town" in codes(compare(HEARD, a))
    hanoi = dataclasses.replace(HEARD, id="b", town="Hà Nội")
    assert "same_town" in codes(compare(hanoi, dataclasses.replace(HEARD, town="HANOI")))
    assert "other_town" in codes(compare(hanoi, HEARD))
    assert not {"same_town", "other_town"} & codes(compare(RUN, HEARD)), "two scripts"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nuclear forensics training course", "Training on nuclear forensics"),
        ("核鉴识国际培训班", "核鉴识培训"),
        ("核セキュリティ文化ワークショップ", "核セキュリティ文化セミナー"),
        ("핵감식 교육 과정", "핵감식교육"),
        ("Pelatihan budaya keamanan nuklir", "Budaya Keamanan Nuklir"),
        ("Khóa đào tạo văn hóa an ninh hạt nhân", "Van hoa an ninh hat nhan"),
    ],
)
def test_a_title_is_the_same_without_the_words_that_all_titles_have(one: str, other: str) -> None:
    assert "same_title" in codes(compare(Likely("a", titles=(one,)), Likely("b", titles=(other,))))


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (("Preventive measures against insider threats",),
         ("Insider threats: preventive and protective measures",), "like_title"),
        (("Border detection",), ("Vulnerability assessment",), "other_title"),
        (("国境での探知",), ("核鉴识",), None),
        (("Border detection",), ("An ninh vận chuyển",), None),
        (("Border detection", "국경 탐지"), ("국경 탐지 교육",), "same_title"),
        (("FNCA workshop 2013",), ("FNCA workshop 2014",), "other_number"),
        (("",), ("Border detection",), None),
        (("Nuclear security training course",), ("Nuclear forensics",), None),
    ],
)  # fmt: skip
def test_titles_speak_as_far_as_letters_can(
    one: tuple[str, ...], other: tuple[str, ...], found: str | None
) -> None:
    said = codes(compare(Likely("a", titles=one), Likely("b", titles=other)))
    assert (found in said) if found else not said


def test_a_title_that_names_its_town_alone_says_nothing() -> None:
    seminar = Likely("a", titles=("Seminar on Nuclear Security in Vietnam",))
    workshop = Likely("b", titles=("Workshop on nuclear security, Hanoi",), town="Hà Nội")
    assert not codes(compare(seminar, workshop))
    assert codes(compare(seminar, dataclasses.replace(workshop, town=""))) == {"other_title"}
    in_japanese = Likely("c", titles=("東海村セミナー",), town="東海村")
    assert not codes(compare(in_japanese, Likely("d", titles=("核物質防護研修",))))


def test_titles_of_different_languages_that_differ_say_nothing() -> None:
    english = Likely("a", titles=("Border detection",), title_languages=("en",))
    indonesian = Likely("b", titles=("Deteksi perbatasan",), title_languages=("id-ID",))
    assert not codes(compare(english, indonesian)) & {"like_title", "other_title"}
    loan = dataclasses.replace(indonesian, titles=("Border detection",))
    assert "same_title" in codes(compare(english, loan))


def test_the_next_years_run_is_not_a_duplicate() -> None:
    again = dataclasses.replace(RUN, id="again", first=day("2013-10-15"), last=day("2013-10-26"))
    by_year = dataclasses.replace(RUN, id="year", **year(2014))
    assert likely_pairs([RUN, again, by_year]) == []
    assert "other_day" in codes(compare(RUN, again))


def test_one_provider_may_give_a_course_twice_in_a_week() -> None:
    monday = dataclasses.replace(HEARD, id="mon", first=day("2017-10-23"), last=day("2017-10-24"))
    thursday = dataclasses.replace(monday, id="thu", first=monday.first + 3, last=monday.last + 3)
    assert likely_pairs([monday, thursday]) == []
    elsewhere = dataclasses.replace(thursday, providers=frozenset({"JAEA"}))
    (pair,) = likely_pairs([monday, elsewhere])
    assert "near_days" in codes(pair)


def test_days_shifted_by_one_are_found() -> None:
    shifted = dataclasses.replace(
        HEARD, id="shifted", first=HEARD.first + 1, last=HEARD.last, providers=frozenset({"IAEA"})
    )
    (pair,) = likely_pairs([HEARD, shifted])
    assert "overlapping_days" in codes(pair)


def test_a_series_in_many_countries_is_no_pair() -> None:
    series = [
        dataclasses.replace(HEARD, id=code, country=code, town="", providers=frozenset({"IAEA"}))
        for code in ("CN", "ID", "JP", "KR", "MN", "VN")
    ]
    assert likely_pairs(series) == []


def test_a_title_alone_never_makes_a_pair() -> None:
    for kind in ("course_run", COURSE):
        alone = Likely("a", kind, titles=HEARD.titles)
        assert likely_pairs([alone, dataclasses.replace(alone, id="b")]) == []


def test_unknown_dates_carry_no_weight() -> None:
    undated = dataclasses.replace(HEARD, id="undated", first=0, last=0)
    assert not {r.code for r in compare(RUN, undated).reasons} & {
        "same_days", "overlapping_days", "near_days", "fitting_days", "other_day"
    }  # fmt: skip
    (pair,) = likely_pairs([HEARD, dataclasses.replace(undated, providers=frozenset({"IAEA"}))])
    assert pair.score > AT_LEAST, "title, place, topic and number bear it out"
    open_end = dataclasses.replace(HEARD, id="open", first=day("2013-01-01"), last=0)
    assert "other_day" in codes(compare(HEARD, open_end))


def test_parallel_courses_of_a_centre_are_no_pair() -> None:
    parallel = dataclasses.replace(
        HEARD, id="parallel", titles=("Neutron coincidence counting",), counts=frozenset()
    )
    assert likely_pairs([HEARD, parallel]) == []


def test_a_course_is_compared_with_courses_alone() -> None:
    course = Likely(
        "c1", COURSE, HEARD.titles, providers=frozenset({"INSA"}), topics=frozenset({"B1"})
    )
    other = dataclasses.replace(course, id="c2")
    run = dataclasses.replace(course, id="r", kind="course_run")
    (pair,) = likely_pairs([course, other, run])
    assert (pair.a, pair.b) == ("c1", "c2")
    assert compare(course, run).score == 0


def test_settled_pairs_never_come_again() -> None:
    settled = [frozenset({RUN.id, HEARD.id})]
    assert likely_pairs([RUN, HEARD], settled=settled) == []
    assert likely_of(RUN, [HEARD], settled=settled) == []
    assert likely_of(RUN, [HEARD]) == likely_pairs([RUN, HEARD])


def test_a_record_is_never_like_itself() -> None:
    revised = dataclasses.replace(RUN, counts=frozenset({32}))
    assert LikenessIndex([RUN]).like(revised) == []


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="before the first"):
        Likely("a", first=2, last=1)
    with pytest.raises(ValueError, match="language"):
        Likely("a", titles=("one", "two"), title_languages=("en",))
    with pytest.raises(ValueError, match="twice"):
        LikenessIndex([RUN, RUN])
    with pytest.raises(ValueError, match="can be asked for"):
        likely_pairs([RUN], at_least=0.1)


def test_nothing_likely_lies_outside_the_blocks() -> None:
    """The rules of the blocks follow from the weights; a change of these must keep them true."""
    title_and_topic = max(LIKE[0][1] + TOPIC_OF_TITLE, WEIGHTS["shared_topic"])
    most = title_and_topic + WEIGHTS["same_country"] + WEIGHTS["shared_language"]
    assert LIKE[0][1] > GENERIC
    for bits in (PRIOR + FITTING[0][1] + most, PRIOR_OF_COURSES + most):
        assert 1 / (1 + 2**-bits) < LEAST, "days not exact, and no key in common"
    supporting = sum(
        WEIGHTS[code]
        for code in ("same_title", "same_country", "same_town", "shared_provider",
                     "shared_topic", "same_count", "shared_language")
    )  # fmt: skip
    assert 1 / (1 + 2 ** -(PRIOR + supporting + WEIGHTS["other_day"])) < LEAST


TITLES = (
    "Physical protection", "Advanced course on physical protection", "Nuclear forensics",
    "Nuclear security training course", "Insider threat", "Insider threats, 4th course",
    "核セキュリティ文化", "核物質防護研修", "核鉴识培训", "핵감식 교육", "핵안보 문화",
    "An ninh hạt nhân", "Budaya keamanan nuklir", "", "2014", "Цөмийн аюулгүй байдал",
)  # fmt: skip
START = day("2014-01-01")


def sets(values: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values), max_size=2)


@st.composite
def records(draw: st.DrawFn) -> Likely:
    first = draw(st.one_of(st.just(0), st.integers(START, START + 40)))
    width = draw(st.sampled_from([0, 0, 1, 4, 26, 27, 30, 31, 364, 900]))
    return Likely(
        id=draw(st.uuids()),
        kind=draw(st.sampled_from(["", "course_run", "workshop", COURSE])),
        titles=tuple(
            draw(st.lists(st.one_of(st.sampled_from(TITLES), st.text(max_size=8)), max_size=2))
        ),
        first=first,
        last=draw(st.sampled_from([0, first + width]))
        if first
        else draw(st.sampled_from([0, START])),
        country=draw(st.sampled_from(["", "JP", "KR"])),
        town=draw(st.sampled_from(["", "Tokai", "Tokai-mura", "東海村", "Seoul"])),
        providers=draw(sets("IKN")),
        topics=draw(sets("ABC")),
        counts=draw(st.frozensets(st.sampled_from([3, 13, 31]), max_size=2)),
        languages=draw(sets("ej")),
    )


@given(records(), records())
def test_the_score_is_symmetric_and_a_probability(a: Likely, b: Likely) -> None:
    assert compare(a, b) == compare(b, a)
    assert 0 <= compare(a, b).score <= 1


@given(st.lists(records(), max_size=12, unique_by=lambda r: r.id), records(), st.randoms())
@settings(deadline=None)
def test_what_is_found_depends_on_the_two_alone(
    items: list[Likely], added: Likely, chance: random.Random
) -> None:
    items = [item for item in items if item.id != added.id]
    before = likely_pairs(items, at_least=LEAST)
    shuffled = chance.sample([*items, added], len(items) + 1)
    after = likely_pairs(shuffled, at_least=LEAST)
    assert [pair for pair in after if added.id not in (pair.a, pair.b)] == before
    with_added = [pair for pair in after if added.id in (pair.a, pair.b)]
    assert likely_of(added, items, at_least=LEAST) == with_added


def exhaustive(items: list[Likely], at_least: float) -> list[Pair]:
    found = [pair for a, b in combinations(items, 2) if (pair := compare(a, b)).score >= at_least]
    return sorted(found, key=lambda pair: (-pair.score, str(pair.a), str(pair.b)))


def crowd(seed: int, size: int) -> list[Likely]:
    """Records so near each other that many are likely pairs; some dates wide, open or unknown."""
    chance = random.Random(seed)  # noqa: S311 - made up, not a secret

    def some(values: list[str]) -> frozenset[str]:
        return frozenset(chance.sample(values, chance.randint(0, 2)))

    found = []
    for number in range(size):
        first = START + chance.randint(0, 60)
        width = chance.choice([0, 0, 1, 4, 4, 11, 26, 27, 30, 364, 729])
        first, last = chance.choice([(first, first + width)] * 6 + [(0, 0), (first, 0), (0, first)])
        found.append(
            Likely(
                id=f"{seed}-{number}",
                kind=chance.choice(["course_run", "course_run", "workshop", "", COURSE]),
                titles=tuple(chance.sample(TITLES, chance.randint(0, 2))),
                first=first,
                last=last,
                country=chance.choice(["", "JP", "JP", "KR"]),
                town=chance.choice(["", "Tokai", "Tokai-mura", "東海村", "Seoul"]),
                providers=some([f"P{n}" for n in range(90)][:: chance.choice([1, 20])]),
                topics=some(["A1", "B1", "B4"]),
                counts=frozenset(chance.sample([3, 13, 31, 40], chance.randint(0, 2))),
                languages=some(["en", "ja"]),
            )
        )
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("at_least", [LEAST, AT_LEAST, 0.9])
def test_the_blocks_lose_no_pair(seed: int, at_least: float) -> None:
    items = crowd(seed, 300)
    expected = exhaustive(items, at_least)
    assert len(expected) > 5
    assert likely_pairs(items, at_least=at_least) == expected


def test_an_index_that_grows_knows_the_same() -> None:
    items = crowd(4, 1300)
    index = LikenessIndex(items[:100])
    asked = crowd(5, 40)
    for item in items[100:]:
        index.add(item)
    assert len(index) == len(items)
    one_by_one = [index.like(item) for item in asked]
    assert one_by_one == index.like_each(asked)
    assert one_by_one == LikenessIndex(items).like_each(asked)
    assert any(one_by_one)
    assert index.pairs() == likely_pairs(items)


def test_a_title_that_all_have_neither_hides_a_pair_nor_makes_one() -> None:
    title = ("Nuclear forensics",)
    items = [Likely(f"{n:04}", "course_run", title, country="JP") for n in range(1500)]
    one = dataclasses.replace(
        items[0], town="Tokai", counts=frozenset({31}), topics=frozenset({"F3"})
    )
    other = dataclasses.replace(one, id="1499")
    (pair,) = likely_pairs([one, *items[1:-1], other])
    assert (pair.a, pair.b) == ("0000", "1499")
