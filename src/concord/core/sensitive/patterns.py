"""Patterns that a list of words cannot say: numbers, times, days, mailboxes, names.

Each is bounded in length and begins at a sign that it needs, so that none is slow on any text.
"""

from __future__ import annotations

import re
from typing import Final

from concord.core.sensitive.text import LETTER

NUMBER: Final = re.compile(r"\d[\d.,]{0,15}")
CLOCK: Final = re.compile(
    r"(?<![\d.:])(?:[01]?\d|2[0-4])(?::[0-5]\d(?![\d:])"
    r"|\.[0-5]\d(?=\s?(?:wib|uhr|pagi|petang|malam|h\b))"
    rf"|\s?(?:[ap]\.?\s?m(?![{LETTER}])|o['’]clock|点|點|時(?!間)|시(?!간)|giờ|uhr))"
    rf"|(?<![{LETTER}])(?:pukul|jam|lúc)\s(?:[01]?\d|2[0-4])(?![\d,])"
)
_MONTH: Final = (
    r"(?:jan|feb|mar|mac|apr|may|mei|jun|jul|jui|aug|agu|ogo|sep|oct|okt|nov|dec|des|dis)[a-z]{0,6}"
)
DAY: Final = re.compile(
    r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?!\d)|\d{4}[./-]\d{1,2}[./-]\d{1,2}(?!\d)"
    rf"|\d{{1,2}}\.?\s{_MONTH}\s\d{{4}}|{_MONTH}\s\d{{1,2}},?\s\d{{4}}"
    r"|\d{1,4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일号號]?"
    r"|\d{1,2}\stháng\s\d{1,2}\snăm\s\d{4})"
)
_APART_BEFORE: Final = r"(?<![A-Za-z\d/.-])"
_APART_AFTER: Final = r"(?![A-Za-z\d/])"
PHONE: Final = re.compile(
    rf"{_APART_BEFORE}(?:\+\d|\(?0\d|\(\d{{3}}\)|1[013-9]\d|\d{{3}}-\d{{3,4}}(?![\d-]))"
    rf"[\d() .-]{{4,18}}\d{_APART_AFTER}|{_APART_BEFORE}\d{{3}}-\d{{4}}(?![A-Za-z\d/-])"
)
SERIAL: Final = re.compile(
    r"(?<![A-Za-z\d/])(?=[A-Za-z\d -]{0,12}\d)[A-Za-z]{0,5}\d[\d -]{3,22}\d[A-Za-z]{0,3}"
    + _APART_AFTER
)
MAILBOX: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", re.ASCII)
_PERSON: Final = re.compile(r"[a-z]{1,30}(?:[._-][a-z]{1,30}){1,2}[._-]?\d{0,8}|[a-z]{3,30}\d{2,8}")
_NAME: Final = re.compile(r"[^\W\d_][^\W_]*(?:-[^\W_]+)?")


def is_of_a_person(mailbox: str, roles: frozenset[str]) -> bool:
    """Whether a mailbox is named like a person: no word of it is one of ``roles``."""
    local = mailbox.partition("@")[0].lower()
    words = re.split(r"[._+-]|\d+", local)
    if any(word in roles for word in words if word):
        return False
    return _PERSON.fullmatch(local) is not None


def has_name(sentence: str, common: frozenset[str]) -> bool:
    """Whether a name stands in a sentence of Latin letters: a capital that no rule of writing asks.

    The first word of a sentence counts only where the second has a capital, too. ``common`` are
    words that have a capital without naming a place: months, days, languages.
    """
    words = [match[0] for match in _NAME.finditer(sentence)]
    for place, word in enumerate(words):
        if not word[0].isupper() or word.lower() in common or word.isupper():
            continue
        if place:
            return True
        after = words[1] if len(words) > 1 else ""
        if after[:1].isupper() and not after.isupper() and after.lower() not in common:
            return True
    return False
