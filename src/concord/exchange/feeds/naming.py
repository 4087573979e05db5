"""Names that feeds give of who organises: those of organisations are taken, persons' never.

Feeds do not always say which a name is. One is taken only where the feed itself marks it as an
organisation's, where the register knows it, or where it holds a word such as "centre" or "機構" and
no form of address. Any other may be a person's: it goes no further, not into the text that is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from concord.exchange.feeds.values import without_mailboxes

Known = Callable[[str], bool]
"""Whether the register has an institution, State or network of that name."""

_ORGANISATION: Final = re.compile(
    r"\b(cent(?:er|re|ro|rum)s?|institut\w*|universit\w*|college|school|academ\w+|akademi\w*|agency"
    r"|ministry|department|directorate|division|office|bureau|commission|committee|council|board"
    r"|authority|organi[sz]ation|association|society|network|consortium|foundation|laborator\w+"
    r"|secretariat|corporation|company|faculty|polytechnic|police|customs|service|services|unit"
    r"|federation|union|forum|programme|program|inspectorate"
    r"|badan|lembaga|pusat|kementerian|jabatan|direktorat|balai|sekolah|politeknik|fakult[ai]s?"
    r"|agensi|suruhanjaya|polis|yayasan|perhimpunan|majelis|komisi"
    r"|viện|trung tâm|cục|đại học|học viện|cơ quan|ủy ban|uỷ ban|hội đồng|tổng công ty)\b"
    r"|センター|機構|研究所|研究院|大学|大學|学院|學院|学校|協会|协会|学会|學會|委員会|委员会|中心|机构|公司"
    r"|株式会社|事務局|財団|财团|法人|公社|庁|警察|研究开发|連盟|联盟"
    r"|센터|대학|연구소|기술원|통제원|안전원|교육원|학회|협회|위원회|공사|재단|기관|아카데미|학교|경찰",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(
    r"\b(mr|mrs|ms|miss|mx|dr|drs|prof|professor|ph\.? ?d|sir|bapak|bpk|ibu|encik|puan|dato'?|datuk"
    r"|ông|bà|gs|pgs|ths|director|head|coordinator|chief|officer|c/o)\b"
    r"|氏$|先生|教授|博士|女士|[様さ]ん?$|씨$|교수|박사|연구원$|님$",
    re.IGNORECASE,
)
_PARTS: Final = re.compile(r"[,;|/()（）、，；–—\n]| - ")
_MARKS: Final = "\"'“”„«»「」『』 .:<>()[]"


def organisation_of(text: str, known: Known, *, is_said: bool = False) -> str:
    """The organisation that a name is of, or that stands beside a person's; empty where none.

    ``is_said``: the feed marks the name as that of an organisation.
    """
    name = without_mailboxes(text).removeprefix("mailto:").strip(_MARKS)
    if not name or known(name):
        return name
    if is_said and not _PERSON.search(name):
        return name
    parts = (part.strip(_MARKS) for part in _PARTS.split(name))
    return ", ".join(
        part
        for part in parts
        if part and (known(part) or (_ORGANISATION.search(part) and not _PERSON.search(part)))
    )


def organisations_of(texts: Iterable[str], known: Known) -> tuple[tuple[str, ...], int]:
    """The organisations that texts name, each once, and how many of the texts name none."""
    names = [organisation_of(text, known) for text in texts if text.strip()]
    return tuple(dict.fromkeys(filter(None, names))), names.count("")


def may_name_person(text: str) -> bool:
    """Whether a text addresses somebody."""
    return _PERSON.search(text) is not None


def nobody_known(_name: str) -> bool:
    """Of a reading that knows no register."""
    return False
