"""Titles made ready to be compared by their letters, in any script.

Only titles of one family of scripts can be compared so. Words that nearly every title here has
("nuclear security training course") are left out first, because they make all titles alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from concord.core.vocabulary.folding import fold

_IN_WORDS: Final = """
a an and at by for from in into of on the to with
nuclear security training course courses workshop seminar meeting programme program event joint
national regional international
dan di untuk pada tentang mengenai dalam bagi
keamanan keselamatan nuklir nuklear pelatihan latihan kursus lokakarya bengkel
nasional kebangsaan internasional antarabangsa
ninh hat nhan khoa hoc dao tao tap huan hoi thao ve va cho quoc gia te khu vuc
"""
_IN_CHARACTERS: Final = """
核セキュリティ トレーニング コース ワークショップ セミナー 研修 講習会 に関する における の と
国際 地域 国内 核安保 核安全 培训班 培训 讲习班 研讨会 关于 国际 区域 地区 全国 的 和 与
핵안보 교육 훈련 과정 워크숍 세미나 국제 지역 국내 관한 및 第 回 届 期 제 회
"""
COMMON_WORDS: Final = frozenset(_IN_WORDS.split())
"""Common words of English, of Indonesian and Malay, and of Vietnamese, folded."""
COMMON_CHARACTERS: Final = re.compile(
    "|".join(sorted(_IN_CHARACTERS.split(), key=lambda words: (-len(words), words)))
)
"""The same in Japanese, Chinese and Korean, the longest first."""

_SCRIPTS: Final = (
    # family, whether words stand apart, letters
    ("hangul", False, re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]")),
    ("han", False, re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")),
    ("thai", False, re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")),
    ("cyrillic", True, re.compile(r"[\u0400-\u052f]")),
    ("latin", True, re.compile(r"[a-z]")),
)
_KANA: Final = re.compile(r"[\u3041-\u30fa]")
_VIETNAMESE: Final = re.compile(r"[đĐơƠưƯ\u1ea0-\u1ef9]")
_WORD: Final = re.compile(r"\w+")
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Title:
    """One title, ready.

    ``core`` is what is compared: words in order of the alphabet, or letters without spaces.
    ``tongue`` is the language as far as it is known: only titles of one tongue that differ speak
    against a pair. A generic title has nothing but common words and its town.
    """

    core: str
    family: str
    spaced: bool
    tongue: str
    generic: bool
    numbers: frozenset[str]


@lru_cache(maxsize=65536)
def title_of(text: str, language: str = "", town: str = "") -> Title | None:
    """``text`` made ready; None where it has no letter.

    ``language`` is a BCP 47 tag, if known. A title that says no more than ``town`` is generic: the
    place is compared on its own.
    """
    folded, town = fold(text), fold(town)
    found = _script(folded)
    if found is None:
        return None
    family, spaced = found
    numbers = frozenset(number.lstrip("0") for number in _NUMBER.findall(folded))
    words = [word for word in _WORD.findall(folded) if not word[0].isdigit()]
    if spaced:
        telling = sorted(set(words) - COMMON_WORDS)
        core = " ".join(telling or sorted(set(words)))
        place = _WORD.findall(town)
        generic = set(telling) <= {*place, "".join(place)}
    else:
        whole = _NUMBER.sub("", "".join(_WORD.findall(folded)))
        rest = COMMON_CHARACTERS.sub("", whole)
        core = rest if len(rest) > 1 else whole
        generic = len(rest) < 2 or rest == town
    tongue = language.partition("-")[0].lower() or _tongue(text, folded, family)
    return Title(core, family, spaced, tongue, generic, numbers) if core else None


def _script(folded: str) -> tuple[str, bool] | None:
    """Family and whether words stand apart; an East Asian letter outweighs Latin ones beside it."""
    for family, spaced, letters in _SCRIPTS:
        if letters.search(folded):
            return family, spaced
    return ("other", True) if any(c.isalpha() for c in folded) else None


def _tongue(text: str, folded: str, family: str) -> str:
    """The language, where the letters alone tell it; the family otherwise."""
    if family == "han" and _KANA.search(folded):
        return "ja"
    if family == "latin" and _VIETNAMESE.search(text):
        return "vi"
    return "ko" if family == "hangul" else family


def similarity(a: Title, b: Title) -> float:
    """How alike two titles of one family are, 0 to 100, by their letters."""
    score = fuzz.token_set_ratio if a.spaced else fuzz.ratio
    return score(a.core, b.core)
