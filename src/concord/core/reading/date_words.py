"""The words of a written date made plain, so that one grammar reads seven languages.

Months and days of the week are those of Unicode CLDR (Babel). What they become are letters of the
private use area, which no text of people holds (and which are taken out where one does).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from babel import Locale

from concord.core.vocabulary import LANGUAGES
from concord.core.vocabulary.folding import fold

_MONTH_0: Final = 0xE000
_QUARTER_0: Final = 0xE010
MONTH: Final = "[\ue001-\ue00c]"
QUARTER: Final = "[\ue011-\ue014]"
RANGE: Final = "~"
"""Between the start and the end of a span, and nothing else."""

_ERAS: Final = {
    "令和": (2018, 99),
    "平成": (1988, 31),
    "昭和": (1925, 64),
    "大正": (1911, 15),
    "明治": (1867, 45),
    "r": (2018, 99),
    "h": (1988, 31),
    "s": (1925, 64),
}
"""The year before the first of each Japanese era, and the era's last."""

# Beside what CLDR has; folded.
_MORE_MONTHS: Final = {
    "sept": 9,
    "peb": 2,
    "pebruari": 2,
    "agt": 8,
    "agust": 8,
    "nop": 11,
    "nopember": 11,
    "ogs": 8,
}
_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_KANJI: Final = {character: n for n, character in enumerate("〇一二三四五六七八九")} | {"零": 0}


@dataclass(frozen=True, slots=True)
class PlainDate:
    """A written date in plain words, and the day of the week it names (Monday is 0), if one."""

    text: str
    weekday: int | None


def month_of(letter: str) -> int:
    """The month, or the quarter, that a letter of the plain text stands for."""
    return ord(letter) % 16


@lru_cache(maxsize=4096)
def plain(text: str) -> PlainDate:
    """``text`` folded, its months, quarters, eras and words of time made plain."""
    plain_text = re.sub(r"[\ue000-\uf8ff]", " ", fold(text.translate(_SIGNS)))
    plain_text = _KANJI_NUMBER.sub(lambda found: str(_kanji(found[0])), plain_text)
    plain_text = _TIME_OF_DAY.sub(" ", plain_text)
    weekdays: set[int] = set()

    def take(found: re.Match[str]) -> str:
        weekdays.add(_WEEKDAYS[next(name for name in found.groups() if name)])
        return " "

    plain_text = _WEEKDAY.sub(take, plain_text)
    plain_text = plain_text.translate(_HANGUL)
    plain_text = _ERA.sub(_western, plain_text)
    for pattern, by in _WORDS:
        plain_text = pattern.sub(by, plain_text)
    plain_text = _QUARTERS.sub(_quarter, plain_text)
    plain_text = _MONTHS.sub(lambda found: _month_letter(_MONTH_NAMES[found[1]]), plain_text)
    plain_text = _VIETNAMESE_MONTH.sub(_vietnamese_month, plain_text)
    for pattern, by in _LESSER_WORDS:
        plain_text = pattern.sub(by, plain_text)
    plain_text = " ".join(plain_text.split()).strip(" ,;")
    return PlainDate(_bounded(plain_text), weekdays.pop() if len(weekdays) == 1 else None)


def _bounded(text: str) -> str:
    """*from* without *to* leaves the end open, and *until* at the end without *from* the start."""
    since, until = text.startswith("\ue020"), text.endswith("\ue021")
    text = text.strip("\ue020\ue021 ")
    if RANGE not in text:
        text = f"{RANGE * until}{text}{RANGE * since}"
    return text


def _month_letter(month: int) -> str:
    return f" {chr(_MONTH_0 + month)} "


def _vietnamese_month(found: re.Match[str]) -> str:
    month = int(found[1])
    return _month_letter(month) if 1 <= month <= 12 else found[0]


def _quarter(found: re.Match[str]) -> str:
    number = next(group for group in found.groups() if group)
    return f" {chr(_QUARTER_0 + (_ROMAN.get(number) or int(number)))} "


def _western(found: re.Match[str]) -> str:
    """The year of a Japanese era as a year; one that the era does not have stays as it is."""
    before, last = _ERAS[found["era"]]
    year = 1 if found["year"] == "元" else int(found["year"])
    if not 1 <= year <= last:
        return found[0]
    parts = [f"{before + year}年"]
    if found["month"]:
        parts.append(f"{int(found['month'])}月")
    if found["day"]:
        parts.append(f"{int(found['day'])}日")
    return "".join(parts)


def _kanji(numeral: str) -> int:
    """A number below 100, or digits one after the other."""
    if "十" not in numeral:
        return int("".join(str(_KANJI[character]) for character in numeral))
    tens, _, units = numeral.partition("十")
    return 10 * (_KANJI.get(tens, 1) if tens else 1) + (_KANJI.get(units, 0) if units else 0)


def _names_of_months() -> dict[str, int]:
    names = dict(_MORE_MONTHS)
    for language in LANGUAGES:
        months = Locale.parse(language, sep="-").months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context].get(width, {}).items():
                    folded = fold(name).strip(".")
                    if folded.isascii() and folded.isalpha():
                        names[folded] = number
    return names


def _names_of_weekdays() -> tuple[dict[str, int], list[str], list[str]]:
    """Days of the week by name; those that stand as words, and those only in brackets."""
    days: dict[str, int] = {}
    words: set[str] = set()
    letters: set[str] = set()
    for language in LANGUAGES:
        by_context = Locale.parse(language, sep="-").days
        for width in ("wide", "abbreviated"):
            if (language, width) == ("vi", "abbreviated"):
                continue  # "Th 5" is as well a month
            for number, name in by_context["format"][width].items():
                folded = fold(name).strip(".")
                days[folded] = number
                (words if len(folded) > 1 else letters).add(folded)
    for number, letter in enumerate("一二三四五六日"):
        days.setdefault(letter, number)
        letters.add(letter)
    more = {"thur": 3, "thurs": 3, "tues": 1, "weds": 2}
    days |= more
    longest_first = sorted(words | set(more), key=lambda name: (-len(name), name))
    return days, longest_first, sorted(letters)


def _any(names: list[str]) -> str:
    return "|".join(map(re.escape, names))


_SIGNS: Final = str.maketrans(
    {
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "−": "-",
        "—": RANGE,
        "―": RANGE,
        "〜": RANGE,
        "～": RANGE,
        "∼": RANGE,
        "→": RANGE,
        "、": ",",
        "，": ",",
        "號": "号",
    }
)
_HANGUL: Final = str.maketrans({"년": "年", "월": "月", "일": "日", "号": "日"})

_MONTH_NAMES: Final = _names_of_months()
_WEEKDAYS, _WEEKDAY_WORDS, _WEEKDAY_LETTERS = _names_of_weekdays()
_KANJI_NUMBER: Final = re.compile(
    r"[〇零一二三四五六七八九]{4}(?=年)|"
    r"(?<![第〇零一二三四五六七八九十])[一二三四五六七八九]?(?:十[一二三四五六七八九]?|[一二三四五六七八九])(?=[年月日号季])"
    r"|(?<=第)[一二三四](?=季)"
)
_TIME: Final = (
    r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?(?![a-z]))?"
    r"\s*(?:z(?![a-z])|utc|gmt|jst|kst|[+-]\d{2}:?\d{2}(?!\d))?"
)
_TIME_OF_DAY: Final = re.compile(rf"(?:t|,|\b)\s*(?<![\d:]){_TIME}(?:\s*[-–~]\s*{_TIME})?")
_WEEKDAY: Final = re.compile(
    rf"\(\s*({_any([*_WEEKDAY_WORDS, *_WEEKDAY_LETTERS])})\.?\s*\)"
    rf"|(?<![^\W\d_])({_any(_WEEKDAY_WORDS)})(?![^\W\d_])[.,]?"
)
_ERA: Final = re.compile(
    r"(?:(?P<era>令和|平成|昭和|大正|明治|(?<![^\W_])[rhs](?=\s?\.?\s?\d{1,2}[./年-]))\s?\.?\s?"
    r"(?P<year>元|\d{1,2})(?:\s*年(?!度)|[./-](?=\s*\d{1,2}(?!\d)))"
    r"\s*(?:(?P<month>\d{1,2})(?!\d)(?:\s*月|[./-](?=\s*\d{1,2}(?!\d))|(?=\s*$))"
    r"\s*(?:(?P<day>\d{1,2})(?!\d)\s*(?:日|(?=\W|$)))?)?)"
)
_QUARTERS: Final = re.compile(
    r"(?<![a-z])q\s?([1-4])(?!\d)|(?<!\d)([1-4])\s?q(?![a-z])"
    r"|(?<!\d)([1-4])(?:st|nd|rd|th)? quarter\b"
    r"|\bquarter ([1-4])(?!\d)"
    r"|\bquy (iv|i{1,3}|[1-4])(?![a-z\d])|(?:第\s?)?(?<!\d)([1-4])\s?季度|(?<!\d)([1-4])\s?분기"
    r"|\b(?:kuartal|triwulan|suku tahun|suku)(?: ke-?)? ?(iv|i{1,3}|[1-4])(?![a-z\d])"
)
_MONTH_WORDS: Final = _any(sorted(_MONTH_NAMES, key=lambda name: (-len(name), name)))
_MONTHS: Final = re.compile(rf"(?<![^\W\d_])({_MONTH_WORDS})(?![^\W\d_])\.?")
_VIETNAMESE_MONTH: Final = re.compile(r"(?<![a-z])th(?:an)?g\.?\s*(\d{1,2})(?!\d)")

_FROM, _UNTIL = "\ue020", "\ue021"
_OPEN_END: Final = (
    r"(?:\b(?:to|until|till|up to|sampai|hingga|den)|[-–~])\s*"
    r"(?:(?:the )?present|now|date|today|ongoing|sekarang|kini|(?:hien )?nay)$"
)
_WORDS: Final = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"(?:至今|(?<=[-–~])\s*(?:现在|現在|현재))$", RANGE),
        (_OPEN_END, RANGE),
        (r"^between\b(.*)\band\b", r"\1" + RANGE),
        (r"\bs/d\b|\bs\.d\.", RANGE),
        (r"^(?:from|since|dari|sejak|mulai|tu|ke tu)\b", _FROM),
        (r"^(?:从|從|自)", _FROM),
        (r"\b(?:to|until|till|through|thru|sampai(?: dengan)?|hingga|den|toi)\b", RANGE),
        (r"[至到]|から|부터|以降|以来|이후", RANGE),
        (r"(?:まで|까지|止)$", _UNTIL),
    )
)
_LESSER_WORDS: Final = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"(?<=\d)(?:st|nd|rd|th)(?![a-z])", ""),
        (r"(?<![a-z])(?:the|of|ngay|mung|nam|tahun|tgl\.?|tanggal|pada)(?![a-z])", " "),
        (r"\s*([./])\s*(?=\d)", r"\1"),
        (r"(?<=[\d日])\.(?=\s*(?:$|[-–~]))", ""),
        (r"(?<=\d)\s+(?=[年月日])|(?<=[年月])\s+(?=\d)", ""),
    )
)
