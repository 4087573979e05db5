"""Texts held against rules, in time that grows with their length alone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from concord.core.sensitive import patterns
from concord.core.sensitive.rules import PATTERNS, Effect, Rule, RuleSet
from concord.core.sensitive.text import LETTER, LETTERS, clean, sentences, small

_LATIN: Final = re.compile(f"[{LETTER}]")
_BEFORE: Final = f"(?<![{LETTERS}])"
_OPENS: Final = frozenset("([{【〔（［「『<《〈*#:=-–—|/・")
_CLOSES: Final = frozenset(")]}】〕）］」』>》〉*#:=-–—|/・★☆,.;。、，；：!！")
_STOPS: Final = {Effect.REFUSE: 0, Effect.STOP: 1, Effect.WARN: 2}
_DIGIT: Final = re.compile(r"\d")
_WORD: Final = re.compile(rf"\d+|[{LETTERS}]+")
_WIDE: Final = re.compile(rf"[^\x00-\x7f{LETTERS}]+")
_KEPT: Final = 100_000
"""Words that are kept with what they may begin."""

_Test = tuple[Rule, list[int], int]
"""A rule, the groups of classes that it needs, and those that call it off."""
Found = tuple[int, int, int]
"""Where something begins and ends, and the classes that it is of as bits."""


class Matcher:
    """Holds texts against a set of rules."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = tuple(sorted(rules.in_force, key=lambda rule: _STOPS[rule.effect]))
        names = [*sorted(PATTERNS), *rules.classes]
        self._bits = {name: 1 << place for place, name in enumerate(names)}
        self._tests: list[_Test] = [
            (rule, [self._mask(group) for group in rule.needs], self._mask(rule.unless))
            for rule in self.rules
        ]
        self._name = self._bits["name"]
        self._after_number = self._flagged(rules, "after_number")
        self._capitals = self._flagged(rules, "capitals")
        self._alone = self._flagged(rules, "alone")
        self._covers = self._flagged(rules, "covers")
        self._special = self._after_number | self._capitals | self._alone
        self._masks = self._terms(rules)
        self._known: dict[str, tuple[tuple[int, int, bool], ...]] = {}
        self._trie = _trie(self._masks)
        self._numeric = self._mask(("number", "clock", "day", "phone", "serial"))
        self._mail = self._mask(("mailbox", "person_mailbox"))
        self._anchors = 0
        for _rule, needs, _unless in self._tests:
            self._anchors |= needs[0]
        self._first_words: dict[str, int] = {}
        self._beginnings, self._wide_masks = self._begin()
        firsts = re.escape("".join(sorted({beginning[0] for beginning in self._wide_masks})))
        self._wide_firsts = re.compile(f"[{firsts}]" if firsts else "(?!)")
        numbers = rules.classes.get("number_word")
        words = {w.lower() for ws in numbers.words.values() for w in ws} if numbers else set()
        spelt = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        spelt = f"|(?:{spelt})[\\s-]?" if spelt else ""
        self._counted = re.compile(rf"(?:\d[\d.,]{{0,15}}\s?{spelt})\Z")
        roles, common = rules.classes.get("role_mailbox"), rules.classes.get("common_capitals")
        self._roles = _all_words(roles.words) if roles else frozenset()
        self._common = _all_words(common.words) if common else frozenset()

    def _mask(self, names: Iterable[str]) -> int:
        mask = 0
        for name in names:
            mask |= self._bits[name]
        return mask

    def _flagged(self, rules: RuleSet, option: str) -> int:
        return self._mask(name for name, c in rules.classes.items() if getattr(c, option))

    def _terms(self, rules: RuleSet) -> dict[str, dict[bool, int]]:
        """Every word as it is looked for: the classes of the word itself and as a beginning."""
        found: dict[str, dict[bool, int]] = {}
        for name, words in rules.classes.items():
            for word in (w for ws in words.words.values() for w in ws):
                is_stem = word.endswith("*")
                stem = small(clean(word.removesuffix("*")))
                masks = found.setdefault(stem, {})
                masks[is_stem] = masks.get(is_stem, 0) | self._bits[name]
        return found

    def _begin(self) -> tuple[dict[str, list[int]], dict[str, int]]:
        """The first words of Latin terms, alike and as beginnings; and what other terms begin with.

        Terms of other scripts are looked for by their first two characters.
        """
        latin: dict[str, list[int]] = {}
        wide: dict[str, int] = {}
        for term, masks in self._masks.items():
            mask = masks.get(False, 0) | masks.get(True, 0)
            first = _WORD.match(term)
            if first is None:
                beginning = term[:2] if _WIDE.fullmatch(term[:2]) else term[0]
                wide[beginning] = wide.get(beginning, 0) | mask
                continue
            row = latin.setdefault(first[0], [0, 0])
            row[0] |= mask
            if len(first[0]) == len(term):
                row[1] |= masks.get(True, 0)
        return latin, wide

    def _first_word(self, word: str) -> int:
        """The classes that may begin with a word; kept, as most words come again."""
        mask = 0
        for length in range(1, len(word) + 1):
            stems = self._beginnings.get(word[:length])
            if stems:
                mask |= stems[1] | (stems[0] if length == len(word) else 0)
        if len(self._first_words) < _KEPT:
            self._first_words[word] = mask
        return mask

    def check(self, text: str) -> tuple[Rule, ...]:
        """The rules that find something in ``text``; those that refuse or stop come first.

        A quick look comes first, at what words begin with: most texts can hold nothing.
        """
        original = clean(text)
        lowered = small(original)
        places, union = self._begun(lowered)
        if not self._possible(union):
            return ()
        found = self._found(original, lowered, places)
        if "@" in original:
            found += self._mailboxes(original)
        spans = sentences(original)
        digits = self._numeric if _DIGIT.search(lowered) else 0
        likely = self._likely(self._by_sentence(found, spans)[0], digits)
        if not likely:
            return ()
        if digits:
            asked = 0
            for _rule, needs, _unless in likely:
                for group in needs:
                    asked |= group
            found += self._numbers(original, lowered, asked)
        masks, rows = self._by_sentence(found, spans)
        return tuple(
            rule
            for rule, needs, unless in likely
            if self._fires(rule, needs, unless, original, spans, masks, rows)
        )

    def _likely(self, masks: list[int], digits: int) -> list[_Test]:
        """The rules that may find a sentence once its numbers and names are looked at."""
        whole = 0
        for mask in masks:
            whole |= mask
        extra = digits | self._name
        return [
            test
            for test in self._possible(whole | extra)
            if any(
                not mask & test[2] and all((mask | extra) & group for group in test[1])
                for mask in ([whole] if test[0].whole else masks)
            )
        ]

    def _possible(self, union: int) -> list[_Test]:
        """The rules whose needs are all among some classes."""
        if not union & self._anchors:
            return []
        return [
            test
            for test in self._tests
            if union & test[1][0] and all(union & group for group in test[1])
        ]

    def _begun(self, lowered: str) -> tuple[list[int], int]:
        """Where words of the rules may begin, and the classes that they and numbers may be of."""
        union = self._name
        places: list[int] = []
        known = self._first_words
        for match in _WORD.finditer(lowered):
            word = match[0]
            mask = known.get(word)
            if mask is None:
                mask = self._first_word(word)
            if mask:
                union |= mask
                places.append(match.start())
        wide = self._wide_masks
        for match in self._wide_firsts.finditer(lowered):
            place = match.start()
            mask = wide.get(lowered[place : place + 2], 0) | wide.get(lowered[place], 0)
            if mask:
                union |= mask
                places.append(place)
        if _DIGIT.search(lowered):
            union |= self._numeric
        if "@" in lowered:
            union |= self._mail
        return places, union

    def _fires(  # noqa: PLR0917 - one rule, and one text taken apart
        self,
        rule: Rule,
        needs: list[int],
        unless: int,
        text: str,
        spans: list[tuple[int, int]],
        masks: list[int],
        rows: list[list[Found]],
    ) -> bool:
        if rule.whole:
            spans = [(0, len(text))]
            whole = 0
            for mask in masks:
                whole |= mask
            masks, rows = [whole], [[one for row in rows for one in row]]
        for (start, end), mask, row in zip(spans, masks, rows, strict=True):
            here = mask | self._name
            if here & unless or not all(here & group for group in needs):
                continue
            if not all(mask & group for group in needs) and not self._has_name(text[start:end]):
                continue
            if rule.near and not _is_near(row, [g for g in needs if not g & self._name], rule.near):
                continue
            return True
        return False

    def _has_name(self, sentence: str) -> bool:
        return patterns.has_name(sentence, self._common)

    def _by_sentence(
        self, found: list[Found], spans: list[tuple[int, int]]
    ) -> tuple[list[int], list[list[Found]]]:
        starts = [start for start, _end in spans]
        masks, rows = [0] * len(spans), [[] for _ in spans]  # type: list[int], list[list[Found]]
        for one in found:
            place = max(0, bisect_right(starts, one[0]) - 1)
            masks[place] |= one[2]
            rows[place].append(one)
        return masks, rows

    def _found(self, original: str, lowered: str, places: list[int]) -> list[Found]:
        """Every word and pattern in a text."""
        found: list[Found] = []
        for start in places:
            match = self._trie.match(lowered, start)
            if match is None:
                continue
            for length, mask, is_whole in self._entries(match[0]):
                end = start + length
                if is_whole and not _ends_at(lowered, end):
                    continue
                kept = mask
                if mask & self._special:
                    kept = self._kept(mask, original, lowered, start, end)
                if kept:
                    found.append((start, end, kept))
        if any(mask & self._covers for _start, _end, mask in found):
            found = _uncovered(found, self._covers)
        return found

    def _entries(self, word: str) -> tuple[tuple[int, int, bool], ...]:
        """The words that one found in a text begins with: length, classes, and whether whole."""
        known = self._known.get(word)
        if known is None:
            rows = []
            for length in range(1, len(word) + 1):
                for is_stem, mask in self._masks.get(word[:length], {}).items():
                    rows.append((length, mask, not is_stem))
            known = self._known[word] = tuple(rows)
        return known

    def _kept(self, mask: int, original: str, lowered: str, start: int, end: int) -> int:
        """The classes of a word that what stands around it bears out."""
        before = lowered[max(0, start - 24) : start]
        if mask & self._after_number and not self._counted.search(before):
            mask &= ~self._after_number
        if mask & self._capitals and not original[start:end].isupper():
            mask &= ~self._capitals
        if mask & self._alone and not _is_alone(original, start, end):
            mask &= ~self._alone
        return mask

    def _numbers(self, original: str, lowered: str, asked: int) -> Iterator[Found]:
        """Numbers, times, days and the like, as far as a rule asks for them."""
        for name, pattern, text in (
            ("number", patterns.NUMBER, lowered),
            ("clock", patterns.CLOCK, lowered),
            ("day", patterns.DAY, lowered),
            ("phone", patterns.PHONE, lowered),
            ("serial", patterns.SERIAL, original),
        ):
            bit = self._bits[name]
            if bit & asked:
                for match in pattern.finditer(text):
                    yield match.start(), match.end(), bit

    def _mailboxes(self, original: str) -> Iterator[Found]:
        for match in patterns.MAILBOX.finditer(original):
            mask = self._bits["mailbox"]
            if patterns.is_of_a_person(match[0], self._roles):
                mask |= self._bits["person_mailbox"]
            yield match.start(), match.end(), mask


def _uncovered(found: list[Found], covers: int) -> list[Found]:
    """What is found, without shorter words inside those that cover them."""
    ordered = sorted(found, key=lambda one: (one[0], -one[1]))
    kept: list[Found] = []
    first = last = 0
    for start, end, mask in ordered:
        if mask & covers:
            first, last = (start, max(end, last)) if start >= last else (first, max(end, last))
        elif end <= last and (start, end) != (first, last):
            continue
        kept.append((start, end, mask))
    return kept


def _is_latin(character: str) -> bool:
    return _LATIN.match(character) is not None


def _ends_at(text: str, end: int) -> bool:
    """Whether a whole word may end here; scripts without blanks have no ends of words."""
    return end >= len(text) or not _is_latin(text[end - 1]) or not _is_latin(text[end])


def _is_alone(text: str, start: int, end: int) -> bool:
    """Whether a word stands as a marking does: as a heading, in brackets, before a dash."""
    line = text.rfind("\n", 0, start) + 1
    before = text[max(line, start - 3) : start].rstrip()
    after = text[end : end + 3].lstrip(" ")
    return (not before or before[-1] in _OPENS) and (
        not after or after[0] == "\n" or after[0] in _CLOSES
    )


def _is_near(row: list[Found], needs: list[int], near: int) -> bool:
    """Whether one of each stand within so many characters."""
    ordered = sorted(row)
    counts = [0] * len(needs)
    first = 0
    for start, _end, mask in ordered:
        for place, group in enumerate(needs):
            counts[place] += bool(mask & group)
        while ordered[first][0] < start - near:
            for place, group in enumerate(needs):
                counts[place] -= bool(ordered[first][2] & group)
            first += 1
        if all(counts):
            return True
    return False


def _all_words(words: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(small(word) for some in words.values() for word in some)


def _trie(terms: Iterable[str]) -> re.Pattern[str]:
    """One pattern that finds the longest of many words at each place of a text."""
    latin: dict[str, Any] = {}
    wide: dict[str, Any] = {}
    for term in terms:
        node = latin if _is_latin(term[0]) else wide
        for character in term:
            node = node.setdefault(character, {})
        node[""] = {}
    parts = [f"{_BEFORE}{_branch(latin)}"] if latin else []
    parts += [_branch(wide)] if wide else []
    return re.compile("|".join(parts)) if parts else re.compile("(?!)")


def _branch(node: Mapping[str, Any]) -> str:
    branches = [
        re.escape(character) + _branch(below) for character, below in node.items() if character
    ]
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    return f"(?:{joined})?" if "" in node else joined
