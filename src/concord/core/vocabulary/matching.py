"""What a person wrote in a cell, found in a vocabulary.

Two questions are kept apart. ``find`` answers only where there is no doubt: the text is a code, a
label in any language, or a form that someone has settled before. ``likely`` gives what else might
be meant, for a person to choose from; nothing is ever taken because it is like something.

Two texts are compared in their folded form (``folding.fold``) without punctuation, without the
spaces between East Asian letters and without the *s* of an English plural. What is so short that
the folding would make other words of it (Vietnamese *Áo* is Austria, *AO* is Angola) keeps its
marks, and codes of up to three capitals must stand in capitals (*no* is not Norway).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Final, TypeAlias

from rapidfuzz import fuzz, process

from concord.core.vocabulary import Vocabulary
from concord.core.vocabulary.folding import fold

LEAST_LIKENESS: Final = 0.5
"""What is less like than this is not suggested."""

_NOT_THE_SAME: Final = 0.99
_BEGINS: Final = 0.05
_WORD_IS_LIKE: Final = 82
_LONGEST: Final = 500

_EAST_ASIAN: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
_SPACE_BETWEEN: Final = re.compile(rf"(?<=[{_EAST_ASIAN}]) (?=[{_EAST_ASIAN}])")
_WORDS: Final = re.compile(rf"[{_EAST_ASIAN}]+|[^\s{_EAST_ASIAN}]+")
_EAST_ASIAN_WORD: Final = re.compile(rf"[{_EAST_ASIAN}]")
_PLURAL: Final = re.compile(r"\b([a-z]{3,}?[^\Ws\d_])s\b")
_CAPITALS: Final = re.compile(r"[A-Z]{1,3}")

_KATAKANA: Final = re.compile(r"[\u30a1-\u30fc]")
_ONE_WORD: Final = 0.2
"""What a pair of katakana counts: a loan word has some six letters, where Chinese ones have two."""

_EMPTY_WORDS: Final = frozenset(
    {"a", "an", "the", "and", "of", "for", "in", "on", "to", "with", "its"}
    | {"dan", "di", "va", "cua", "ve"}
)

_PARTED: Final = re.compile(
    r"""(?P<strong>\s*[;；\n\r|]+\s*)
      | (?P<weak>\s*[,，、﹐､/／]+\s*(?:and\s)?\s*
        | \s+(?:and|&|dan|và|및|与|和|と)\s+)""",
    re.VERBOSE | re.IGNORECASE,
)
_JOINED: Final = re.compile(r"\s*(?:和|与|及び|及|と|와|과)\s*")


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that a text means or may mean.

    ``likeness`` is 1 where it is certain and below 1 where it is a suggestion. ``label`` is what
    the text is like and ``language`` the language of that label, empty for a code or an alias.
    """

    code: str
    likeness: float
    label: str
    language: str


_Spelt: TypeAlias = tuple[str, str, str]
"""Code, text, language."""


@dataclass(frozen=True, slots=True)
class _Spelling:
    code: str
    text: str
    language: str
    words: frozenset[str]


class Matcher:
    """Finds the entries of one vocabulary in what people write.

    ``aliases`` are forms that someone has settled, each with its code; those whose code the
    vocabulary does not have are left out. A label goes before an alias. Where a text is a label
    of several entries it is no one's, unless an alias settles it; nor is what is the capitals of
    one and the label of another (*NGA* is Nigeria in ISO 3166 and Russia in Vietnamese).

    ``never_fuzzy`` is for lists in which a near name is another thing, such as countries: plurals
    are not made alike either, and whoever applies suggestions without asking must not do so here.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        aliases: Mapping[str, str] = MappingProxyType({}),
        never_fuzzy: bool = False,  # noqa: FBT001, FBT002 - the one switch, named at each call
    ) -> None:
        self.vocabulary = vocabulary
        self.never_fuzzy = never_fuzzy
        labels = [
            (entry.code, label, language)
            for entry in vocabulary
            for language, label in entry.labels.items()
        ]
        settled = [(code, alias, "") for alias, code in aliases.items() if code in vocabulary]
        codes = [(entry.code, entry.code, "") for entry in vocabulary]
        self._codes = {code for code, _, _ in codes if _CAPITALS.fullmatch(code)}
        self._capitals = {text: code for code, text, _ in settled if _CAPITALS.fullmatch(text)}
        self._exact = [
            *_by_key([spelt for spelt in codes if spelt[0] not in self._codes]),
            *_by_key(labels),
            *_by_key([spelt for spelt in settled if spelt[1] not in self._capitals]),
        ]
        self._spellings = [
            _Spelling(code, text, language, words_of(text))
            for code, text, language in [*codes, *labels, *settled]
        ]
        self._keys = [exact_key(spelling.text) for spelling in self._spellings]
        self._holding: dict[str, list[int]] = defaultdict(list)
        for index, spelling in enumerate(self._spellings):
            for word in spelling.words:
                self._holding[word].append(index)
        self._weights = self._rarity()
        self._likely = lru_cache(maxsize=4096)(self._suggest)

    def find(self, text: str) -> Match | None:
        """The entry that ``text`` certainly means, or None."""
        if len(text) > _LONGEST:
            return None
        written = unicodedata.normalize("NFKC", text).strip()
        if written in self._codes:
            return Match(written, 1.0, written, "")
        named, settled = self._named(text), self._capitals.get(written)
        if settled is None or (named and named.code == settled):
            return named
        return None if named else Match(settled, 1.0, written, "")

    def _named(self, text: str) -> Match | None:
        """The entry that a label, an alias or a code that is no mere capitals names."""
        key = exact_key(text)
        if not key:
            return None
        for index, by_key in enumerate(self._exact):
            loose = index % 2 == 1  # each sort of spelling is there strictly, then without plurals
            if loose and self.never_fuzzy:
                continue
            found = by_key.get(_singular(key) if loose else key, ())
            if found and len({code for code, _, _ in found}) == 1:
                code, label, language = found[0]
                return Match(code, 1.0, label, language)
        return None

    def likely(self, text: str, count: int = 3) -> list[Match]:
        """Up to ``count`` entries that ``text`` may mean, the likest first, each once.

        Likeness is that of the letters, for misspelt words, or that of the words, for parts of a
        label, whichever is greater; a rare word counts for more than one that many labels hold.
        """
        return list(self._likely(text[:_LONGEST])[:count])

    def find_all(self, text: str) -> list[tuple[str, Match | None]]:
        """The entries in a cell that lists several, each with the words it was found by.

        A label that itself holds a comma, a slash or an *and* is taken whole. Words in which
        nothing is found come with None: together where together they are likest to something,
        else parted.
        """
        found: list[tuple[str, Match | None]] = []
        for part in _strongly_parted(text):
            found += self._find_in(part)
        return found

    def _find_in(self, part: str) -> list[tuple[str, Match | None]]:
        if match := self.find(part):
            return [(part, match)]
        bounds = _bounds(part)
        if not bounds:
            return []
        if len(bounds) == 1:
            return self._joined(part) or [(part, None)]
        found: list[tuple[str, Match | None]] = []
        start = 0
        while start < len(bounds):
            for stop in range(len(bounds), start, -1):
                piece = part[bounds[start][0] : bounds[stop - 1][1]]
                if match := self.find(piece):
                    found.append((piece, match))
                    break
            else:
                stop = start + 1
                piece = part[slice(*bounds[start])]
                found += self._joined(piece) or [(piece, None)]
            start = stop
        if any(match for _, match in found):
            return found
        if self._best(part) > max(self._best(piece) for piece, _ in found):
            return [(part, None)]
        return found

    def _joined(self, piece: str) -> list[tuple[str, Match | None]]:
        """What is joined without a space, as in 中国和日本: only where each part is found."""
        names = [name for name in _JOINED.split(piece) if name]
        found = [(name, self.find(name)) for name in names]
        return list(found) if len(found) > 1 and all(match for _, match in found) else []

    def _best(self, text: str) -> float:
        return max((match.likeness for match in self.likely(text, 1)), default=0.0)

    def _rarity(self) -> Mapping[str, float]:
        """What each word weighs: much where few entries hold it."""
        total = len(self.vocabulary) + 1
        return {
            word: _share(word)
            * (0.2 + math.log(total / len({self._spellings[index].code for index in indices})))
            for word, indices in self._holding.items()
        }

    def _suggest(self, text: str) -> tuple[Match, ...]:
        key = exact_key(text)
        if not key:
            return ()
        likeness: dict[int, float] = {}
        for _, ratio, index in process.extract(
            key, self._keys, scorer=fuzz.ratio, score_cutoff=_letters_alike(key), limit=40
        ):
            likeness[index] = ratio / 100
        for index, overlap in self._overlaps(key, words_of(text)):
            likeness[index] = max(overlap, likeness.get(index, 0.0))
        best: dict[str, Match] = {}
        for index, value in sorted(likeness.items(), key=lambda item: (-item[1], item[0])):
            spelling = self._spellings[index]
            if value >= LEAST_LIKENESS and spelling.code not in best:
                best[spelling.code] = Match(
                    spelling.code,
                    round(min(value, _NOT_THE_SAME), 4),
                    spelling.text,
                    spelling.language,
                )
        certain = self.find(text)
        if certain is None:
            return tuple(best.values())
        best.pop(certain.code, None)
        return (certain, *best.values())

    def _overlaps(self, key: str, words: frozenset[str]) -> Iterator[tuple[int, float]]:
        """For each spelling that shares a word: how much of the text it has, and of it the text."""
        heaviest = max(self._weights.values(), default=1.0)
        known = {word: self._known(word) for word in words}
        total = sum(self._weights.get(known[word], heaviest * _share(word)) for word in words)
        shared: dict[int, float] = defaultdict(float)
        for word in set(known.values()):
            for index in self._holding.get(word, ()):
                shared[index] += self._weights[word]
        for index, weight in shared.items():
            whole = sum(self._weights[word] for word in self._spellings[index].words)
            overlap = 0.7 * min(weight / total, 1.0) + 0.3 * weight / whole
            yield index, overlap + (_BEGINS if self._keys[index].startswith(key) else 0.0)

    def _known(self, word: str) -> str:
        """``word``, or the one of the vocabulary that it is a slip or another ending of."""
        if word in self._holding or len(word) < 4:
            return word
        words = self._holding.keys()
        near = process.extractOne(word, words, scorer=fuzz.ratio, score_cutoff=_WORD_IS_LIKE)
        if near is not None:
            return near[0]
        kin = [
            other
            for other in words
            if len(other) >= 4 and (other.startswith(word) or word.startswith(other))
        ]
        return min(kin, key=lambda other: (abs(len(other) - len(word)), other), default=word)


@lru_cache(maxsize=65536)
def exact_key(text: str) -> str:
    """``text`` as it is compared for certain; empty where it has neither letter nor digit."""
    key = _bare(fold(text))
    if len(key) <= 3 and key.isascii():
        key = _bare(unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold()))
    return key


def words_of(text: str) -> frozenset[str]:
    """The words by which likeness is told: of East Asian writing each pair of letters.

    A loan word in katakana and what stands beside it are words of their own.
    """
    words: set[str] = set()
    for run in _WORDS.findall(_singular(_bare(fold(text[:_LONGEST])))):
        if len(run) > 1 and _EAST_ASIAN_WORD.match(run):
            pairs = [a + b for a, b in pairwise(run)]
            words.update([pair for pair in pairs if len(_KATAKANA.findall(pair)) != 1] or pairs)
        elif run not in _EMPTY_WORDS and not (run.isascii() and run.isalpha() and len(run) == 1):
            words.add(run)
    return frozenset(words)


def _letters_alike(key: str) -> int:
    """From how many of 100 on letters in common count: one loan word is most of a short label."""
    return 75 if _KATAKANA.search(key) else 60


def _share(word: str) -> float:
    """How much of a word a word or pair of letters is."""
    return _ONE_WORD if len(word) == 2 and len(_KATAKANA.findall(word)) == 2 else 1.0


def split_list(text: str) -> list[str]:
    """The parts of a cell with several values: by ; / | new lines, commas of any script, *and*.

    It knows no vocabulary and so parts labels too; ``Matcher.find_all`` does not.
    """
    return [part[slice(*bounds)] for part in _strongly_parted(text) for bounds in _bounds(part)]


def _by_key(
    spelt: Iterable[_Spelt],
) -> tuple[Mapping[str, list[_Spelt]], Mapping[str, list[_Spelt]]]:
    """Spellings by their key, and by their key without plurals."""
    strict, loose = defaultdict(list), defaultdict(list)
    for spelling in spelt:
        key = exact_key(spelling[1])
        if key:
            strict[key].append(spelling)
            loose[_singular(key)].append(spelling)
    return strict, loose


def _bare(folded: str) -> str:
    """Without punctuation, without spaces between East Asian letters, without a first *the*."""
    kept = [
        " and " if character == "&" else character if _is_kept(character) else " "
        for character in folded
        if character not in "'’" and unicodedata.category(character) != "Cf"
    ]
    bare = _SPACE_BETWEEN.sub("", " ".join("".join(kept).split()))
    return bare.removeprefix("the ")


def _is_kept(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _singular(key: str) -> str:
    return _PLURAL.sub(r"\1", key)


def _strongly_parted(text: str) -> list[str]:
    """Parts at marks that part and do nothing else."""
    starts, ends = [0], []
    for mark in _PARTED.finditer(text):
        if mark["strong"]:
            ends.append(mark.start())
            starts.append(mark.end())
    ends.append(len(text))
    parts = (text[a:b].strip() for a, b in zip(starts, ends, strict=True))
    return [part for part in parts if part]


def _bounds(part: str) -> list[tuple[int, int]]:
    """Where the values of ``part`` start and end, if each mark within it parts."""
    starts, ends = [0], []
    for mark in _PARTED.finditer(part):
        ends.append(mark.start())
        starts.append(mark.end())
    ends.append(len(part))
    return [(a, b) for a, b in zip(starts, ends, strict=True) if part[a:b].strip()]
