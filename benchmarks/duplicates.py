"""Records that may be one and the same: how long the search takes, and how many it finds.

Run by `make bench ONLY=duplicates`. Made-up activities, a tenth of them listed a second time by
someone else: in another language, reworded, a day off, or with the year alone. Around them stand
what must not be found: courses that come back each year, and series that go through many
countries. Peer: titles alone, compared by rapidfuzz within each month and country.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from benchmarks.sizes import size
from concord.core.likeness import AT_LEAST, LEAST, Likely, LikenessIndex, Pair
from concord.core.likeness.titles import title_of
from concord.core.vocabulary.folding import fold

SIZES = [size(5_000), size(20_000), size(50_000)]
NEW = size(10_000)
"""Rows of an import that are held against the largest register."""
LIMIT = 60.0
ALIKE = 90
FIRST, DAYS = dt.date(2010, 1, 1).toordinal(), 16 * 365
SUBJECTS = (
    ("A1", "Fundamentals", "基礎", "基础", "기초", "Dasar-dasar", "Cơ sở"),
    ("B1", "Physical protection", "物理的防護", "实物保护", "물리적 방호", "Proteksi fisik",
     "Bảo vệ thực thể"),
    ("B4", "Insider threat", "内部脅威対策", "内部威胁", "내부자 위협", "Ancaman orang dalam",
     "Mối đe dọa nội bộ"),
    ("B8", "Vulnerability assessment", "脆弱性評価", "脆弱性评估", "취약성 평가",
     "Kajian kerentanan", "Đánh giá điểm yếu"),
    ("C1", "Transport of nuclear material", "輸送の防護", "核材料运输", "핵물질 운송",
     "Pengangkutan bahan", "Vận chuyển vật liệu"),
    ("D1", "Information and computer protection", "情報とコンピュータの防護", "计算机安全",
     "사이버 보안", "Keamanan komputer", "An ninh máy tính"),
    ("E2", "Detection at borders", "国境での探知", "边境探测", "국경 탐지", "Deteksi perbatasan",
     "Phát hiện tại biên giới"),
    ("E7", "Major public events", "大規模行事の警備", "重大公共活动", "대규모 행사",
     "Acara publik besar", "Sự kiện công cộng lớn"),
    ("F1", "Response to incidents", "事案対処", "事件响应", "사건 대응", "Tanggap insiden",
     "Ứng phó sự cố"),
    ("F3", "Nuclear forensics", "核鑑識", "核取证", "핵감식", "Forensik nuklir", "Pháp y hạt nhân"),
    ("H1", "Security culture", "核セキュリティ文化", "核安保文化", "핵안보 문화",
     "Budaya keamanan", "Văn hóa an ninh"),
    ("I1", "Accounting for and control of material", "計量管理", "核材料衡算", "계량 관리",
     "Akuntansi bahan nuklir", "Kế toán vật liệu"),
)  # fmt: skip
"""Topic, and how a title names it in English, Japanese, Chinese, Korean, Indonesian, Vietnamese."""
LANGUAGES = ("en", "ja", "zh", "ko", "id", "vi")
REWORDED = {
    "Fundamentals": "Introduction to fundamentals", "Insider threat": "Threats from insiders",
    "Detection at borders": "Border detection", "Response to incidents": "Incident response",
}  # fmt: skip
FOR = (
    "", "", "for managers", "for regulators", "for operators", "for front-line officers",
    "of research reactors", "of power plants", "of radioactive sources", "for instructors",
    "in the fuel cycle", "at universities", "for customs", "for the police",
)  # fmt: skip
FORMS = ("%s", "Training course on %s", "Workshop on %s", "Regional training course on %s",
         "%s: international course", "Advanced %s")  # fmt: skip
COUNTRIES = ("CN", "ID", "JP", "MY", "KR", "VN", "TH", "PH", "MM", "MN", "KZ", "PK", "IN", "LT")


@dataclass(slots=True)
class Made:
    """A made-up register, which of its pairs are one, by how the second came about."""

    items: list[Likely] = field(default_factory=list)
    planted: dict[frozenset[str], str] = field(default_factory=dict)


def made(size: int, seed: int = 1) -> Made:
    chance, found = random.Random(seed), Made()  # noqa: S311 - made up, not a secret
    numbers = itertools.count()
    while len(found.items) < size:
        events = chance.choice((_single, _single, _yearly, _touring))(chance, numbers, size)
        for event in events:
            found.items.append(event)
            if chance.random() < 1 / 10:
                name, make = chance.choice(list(SECOND.items()))
                second = _blurred(chance, make(chance, _by_another(chance, event, size)))
                found.items.append(second)
                found.planted[frozenset({str(event.id), str(second.id)})] = name
    chance.shuffle(found.items)
    return found


def _single(chance: random.Random, numbers: Iterator[int], size: int) -> list[Likely]:
    subject = chance.choice(SUBJECTS)
    words = f"{subject[1]} {chance.choice(FOR)}".strip()
    first = FIRST + int(DAYS * chance.random() ** 0.6)
    first -= dt.date.fromordinal(first).weekday() if chance.random() < 0.7 else 0
    country = COUNTRIES[int(len(COUNTRIES) * chance.random() ** 2)]
    event = Likely(
        id=f"{next(numbers):06}",
        kind=chance.choice(("course_run", "course_run", "workshop", "seminar")),
        titles=(chance.choice(FORMS) % words,),
        title_languages=("en",),
        first=first,
        last=first + chance.choice((0, 1, 2, 4, 4, 4, 11)),
        country=country,
        town=f"{country} town {int(8 * chance.random() ** 2)}",
        providers=frozenset({_provider(chance, size)}),
        topics=frozenset({subject[0], chance.choice(SUBJECTS)[0]}),
        counts=frozenset({chance.randint(12, 60)}),
    )
    return [_blurred(chance, event)]


def _yearly(chance: random.Random, numbers: Iterator[int], size: int) -> list[Likely]:
    """The same course by the same provider, about the same days each year."""
    (event,) = _single(chance, numbers, size)
    runs = [event]
    for year in range(1, chance.randint(2, 6)):
        shift = 364 * year + chance.choice((-7, 0, 0, 7))
        moved = dataclasses.replace(event, first=event.first + shift, last=event.last + shift)
        runs.append(dataclasses.replace(moved, id=f"{next(numbers):06}"))
    return runs


def _touring(chance: random.Random, numbers: Iterator[int], size: int) -> list[Likely]:
    """The same course by the same provider in many countries, week by week or at once."""
    (event,) = _single(chance, numbers, size)
    runs = []
    for stop, country in enumerate(chance.sample(COUNTRIES, chance.randint(2, 6))):
        shift = chance.choice((0, 7)) * stop
        moved = dataclasses.replace(event, first=event.first + shift, last=event.last + shift)
        there = dataclasses.replace(moved, country=country, town="", id=f"{next(numbers):06}")
        runs.append(there)
    return runs


def _provider(chance: random.Random, size: int) -> str:
    return f"P{int(size // 50 * chance.random() ** 3)}"


def _blurred(chance: random.Random, event: Likely) -> Likely:
    """What a listing leaves out."""
    return dataclasses.replace(
        event,
        town=event.town if chance.random() < 0.6 else "",
        topics=event.topics if chance.random() < 0.8 else frozenset(),
        counts=event.counts if chance.random() < 0.4 else frozenset(),
    )


def _by_another(chance: random.Random, event: Likely, size: int) -> Likely:
    providers = frozenset({_provider(chance, size)})
    return dataclasses.replace(event, id=f"{event.id}b", providers=providers)


def _translated(chance: random.Random, event: Likely) -> Likely:
    number = chance.randrange(1, len(LANGUAGES))
    subject = next(s for s in SUBJECTS if s[1] in event.titles[0])
    return dataclasses.replace(
        event, titles=(subject[number + 1],), title_languages=(LANGUAGES[number],)
    )


def _reworded(chance: random.Random, event: Likely) -> Likely:
    subject = next(s[1] for s in SUBJECTS if s[1] in event.titles[0])
    words = event.titles[0].replace(subject, REWORDED.get(subject, subject))
    return dataclasses.replace(event, titles=(f"{chance.choice(('Joint', '3rd'))} {words}",))


def _a_day_off(chance: random.Random, event: Likely) -> Likely:
    shift = chance.choice((-1, 1))
    return dataclasses.replace(event, first=event.first + shift, last=event.last + shift)


def _year_alone(_chance: random.Random, event: Likely) -> Likely:
    year = dt.date.fromordinal(event.first).year
    first, last = dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal()
    return dataclasses.replace(event, first=first, last=last)


def _month_alone(_chance: random.Random, event: Likely) -> Likely:
    first = dt.date.fromordinal(event.first).replace(day=1)
    after = (first + dt.timedelta(days=31)).replace(day=1)
    return dataclasses.replace(event, first=first.toordinal(), last=after.toordinal() - 1)


def _undated(_chance: random.Random, event: Likely) -> Likely:
    return dataclasses.replace(event, first=0, last=0)


SECOND: dict[str, Callable[[random.Random, Likely], Likely]] = {
    "translated": _translated,
    "reworded": _reworded,
    "a day off": _a_day_off,
    "year alone": _year_alone,
}


def by_titles(items: list[Likely]) -> list[frozenset[str]]:
    """The peer: titles alone, within the month and the country in which they begin."""
    blocks: defaultdict[tuple[int, int, str], list[int]] = defaultdict(list)
    titles = [fold(item.titles[0]) for item in items]
    for row, item in enumerate(items):
        first = dt.date.fromordinal(item.first)
        blocks[first.year, first.month, item.country].append(row)
    found = []
    for rows in blocks.values():
        words = [titles[row] for row in rows]
        alike = cdist(words, words, scorer=fuzz.token_set_ratio, dtype=np.uint8)
        a, b = np.nonzero(np.triu(alike >= ALIKE, 1))
        found += [
            frozenset({str(items[rows[x]].id), str(items[rows[y]].id)})
            for x, y in zip(a.tolist(), b.tolist(), strict=True)
        ]
    return found


def report() -> None:
    print(f"{'':<38}" + "".join(f"{of:>14}" for of in SIZES))
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for of in SIZES:
        register = made(of)
        start = time.perf_counter()
        floor = by_titles(register.items)
        floored = time.perf_counter() - start
        lines["floor: titles alone, in s"].append(f"{floored:.2f}")
        _lines(lines, "titles alone", floor, register)
        for at_least in (AT_LEAST, LEAST):
            register = _afresh(of)
            start = time.perf_counter()
            index = LikenessIndex(register.items, at_least=at_least)
            pairs = index.pairs()
            taken = time.perf_counter() - start
            name = f"score from {at_least}"
            lines[f"{name}, in s"].append(f"{taken:.2f} ({taken / floored:.1f}x)")
            _lines(lines, name, [_ids(pair) for pair in pairs], register)
        verdict = "  OVER" if taken > LIMIT else ""
    for name, cells in lines.items():
        print(f"{name:<38}" + "".join(f"{cell:>14}" for cell in cells))
    print(f"score from {LEAST} at {SIZES[-1]}: limit {LIMIT:.0f} s{verdict}")
    _import(index)
    _inexact()


def _afresh(size: int) -> Made:
    """The same register, with nothing remembered of it."""
    title_of.cache_clear()
    fold.cache_clear()
    return made(size)


def _inexact() -> None:
    """The largest register with all dates as months, as years, and without any."""
    for name, blur in (
        ("months alone", _month_alone),
        ("years alone", _year_alone),
        ("no dates", _undated),
    ):
        chance = random.Random(1)  # noqa: S311 - made up, not a secret
        items = [blur(chance, item) for item in _afresh(SIZES[-1]).items]
        start = time.perf_counter()
        pairs = LikenessIndex(items, at_least=LEAST).pairs()
        taken = time.perf_counter() - start
        verdict = "  OVER" if taken > LIMIT else ""
        found = f"{len(pairs) / len(items):.3f} pairs per record"
        print(f"{name}, {len(items)}, in s: {taken:.2f}, {found}{verdict}", flush=True)


def _ids(pair: Pair) -> frozenset[str]:
    return frozenset({str(pair.a), str(pair.b)})


def _lines(
    lines: defaultdict[str, list[str]], name: str, pairs: list[frozenset[str]], register: Made
) -> None:
    found = set(pairs)
    right = found & register.planted.keys()
    lines[f"{name}: pairs per record"].append(f"{len(found) / len(register.items):.3f}")
    lines[f"{name}: precision"].append(f"{len(right) / max(1, len(found)):.3f}")
    lines[f"{name}: recall"].append(f"{len(right) / len(register.planted):.3f}")
    for way in SECOND:
        planted = {pair for pair, how in register.planted.items() if how == way}
        lines[f"{name}: recall, {way}"].append(f"{len(right & planted) / max(1, len(planted)):.3f}")


def _import(index: LikenessIndex) -> None:
    """New rows against the largest register, at once and one by one with each taken in."""
    items = made(NEW, seed=2).items
    new = [dataclasses.replace(item, id=f"new {item.id}") for item in items]
    start = time.perf_counter()
    index.like_each(new)
    print(f"{NEW} new rows against {len(index)}, in s: {time.perf_counter() - start:.2f}")
    start = time.perf_counter()
    for item in new:
        index.like(item)
        index.add(item)
    taken = time.perf_counter() - start
    print(f"the same one by one, each then added, in s: {taken:.2f}")


if __name__ == "__main__":
    print("== duplicates", flush=True)
    report()
