"""A policy of disclosure in plain words: what everybody sees, what others do, what stays inside."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later

from concord.core.disclosure import TLP, Breadth, Level, Viewer, resolve
from concord.record.audiences import Standing
from concord.record.errors import NotFoundError
from concord.record.kinds import content_type
from concord.record.selectors import record_get
from concord.register import vocabulary
from concord.register.fields import field_label
from concord.register.kinds.policy import Rule
from concord.register.naming import AudienceNames

KINDS: Final[tuple[str, ...]] = (
    "institution", "course", "activity", "agreement", "relation", "statement", "workforce", "need",
    "endorsement", "material", "version", "source", "answer", "consultation",
    "comment", "declaration",
)  # fmt: skip
"""The kinds of record that a policy is asked about, in the order of its page."""
PLURALS: Final[Mapping[str, str | Promise]] = {
    "institution": _later("What it says of institutions, itself among them"),
    "course": _later("Courses"),
    "activity": _later("Activities"),
    "agreement": _later("Agreements"),
    "relation": _later("Relations with others"),
    "statement": _later("Figures"),
    "workforce": _later("Workforce"),
    "need": _later("Needs of training"),
    "endorsement": _later("Endorsements"),
    "material": _later("Training materials"),
    "version": _later("Versions of training materials"),
    "source": _later("Sources"),
    "answer": _later("Answers to what others say"),
    "consultation": _later("Drafts open for comments"),
    "comment": _later("Comments on drafts"),
    "declaration": _later("Declarations of completeness"),
}
ASKS: Final[Mapping[str, str | Promise]] = {
    "TLP:CLEAR": _later("You may pass it on to anybody."),
    "TLP:GREEN": _later("You may pass it on within the community, and not in public."),
    "TLP:AMBER": _later(
        "You may pass it on within your institution, and to those of your State who need to know."
    ),
    "TLP:AMBER+STRICT": _later("You may pass it on within your institution alone."),
}
"""What a label of TLP 2.0 asks of the reader."""


def kind_words(kind: str) -> str:
    """Records of a kind, as a heading."""
    return str(PLURALS[kind]) if kind in PLURALS else str(content_type(kind).label)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody sees of one kind of record."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Circle:
    """Those whom a level means, and what they see by the policy."""

    level: Level
    who: str
    tlp: str
    asks: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """A policy as its page says it."""

    circles: tuple[Circle, ...]
    exists: tuple[str, ...]
    """Kinds of record of which everybody may know that there is one."""
    hidden: tuple[str, ...]
    """Kinds of record of which others do not learn that there is one."""
    in_totals: tuple[str, ...]
    """Kinds of record whose withheld numbers may enter protected totals."""
    not_in_totals: tuple[str, ...]
    unsaid: tuple[str, ...]
    """Kinds of record that it does not speak of."""


def state_of(*, viewer: Viewer, institution: UUID) -> str:
    """The State that has admitted an institution, else the one that its own record names."""
    admitted = Standing(institution).state
    if admitted:
        return admitted
    try:
        record = record_get(viewer=viewer, record_id=institution, kind="institution")
    except NotFoundError:
        return ""
    return str(record.content.get("state", ""))


def level_names(
    levels: Collection[Level], *, institution: UUID, viewer: Viewer, language: str
) -> dict[Level, str]:
    """What the levels of an institution are called to ``viewer``."""
    state = ""
    if any(level.breadth is Breadth.STATE for level in levels):
        state = state_of(viewer=viewer, institution=institution)
        if state not in vocabulary.countries():
            state = ""
    placeless = Level.STATE if not state else None
    audiences = {x: resolve(x, institution, state) for x in levels if x != placeless}
    names = AudienceNames(viewer, language, audiences.values())
    found = {level: names.name(audience) for level, audience in audiences.items()}
    if placeless in levels:
        found[Level.STATE] = _("institutions of its State")
    return found


def policy_words(
    rules: Iterable[Rule], *, institution: UUID, viewer: Viewer, language: str
) -> PolicyWords:
    """The rules of an institution's policy in the words of its page."""
    by_kind: dict[str, list[Rule]] = {}
    for rule in rules:
        by_kind.setdefault(rule.record_kind, []).append(rule)
    order = [kind for kind in KINDS if kind in by_kind]
    order += [kind for kind in by_kind if kind not in KINDS]
    said: dict[Level, list[Said]] = {}
    for kind in order:
        for level, words in _by_level(kind, by_kind[kind]).items():
            said.setdefault(level, []).append(Said(kind, words))
    names = level_names(list(said), institution=institution, viewer=viewer, language=language)
    levels = sorted(said, key=lambda x: (list(Breadth).index(x.breadth), str(x)))
    wholes = {k: next((r for r in by_kind[k] if r.field is None), None) for k in order}
    narrow = [k for k, w in wholes.items() if w is not None and w.level != Level.PUBLIC]
    some_withheld = [k for k in order if any(rule.level != Level.PUBLIC for rule in by_kind[k])]
    entering = {k for k, w in wholes.items() if w is not None and w.in_totals}
    exist = {k for k in narrow if (w := wholes[k]) is not None and w.shows_existence}
    return PolicyWords(
        circles=tuple(
            Circle(x, names[x], TLP[x.breadth], str(ASKS[TLP[x.breadth]]), tuple(said[x]))
            for x in levels
        ),
        exists=tuple(kind_words(k) for k in narrow if k in exist),
        hidden=tuple(kind_words(k) for k in narrow if k not in exist),
        in_totals=tuple(kind_words(k) for k in some_withheld if k in entering),
        not_in_totals=tuple(kind_words(k) for k in some_withheld if k not in entering),
        unsaid=tuple(kind_words(k) for k in KINDS if k not in by_kind),
    )


def _by_level(kind: str, rules: Collection[Rule]) -> dict[Level, str]:
    """For each level what of a kind of record has it."""
    whole = next((rule for rule in rules if rule.field is None), None)
    level = whole.level if whole else Level.PUBLIC
    others: dict[Level, list[str]] = {}
    for rule in rules:
        if rule.field is not None and rule.level != level:
            others.setdefault(rule.level, []).append(rule.field)
    order = list(content_type(kind).model_fields)
    for names in others.values():
        names.sort(key=order.index)
    title = kind_words(kind)
    apart = sorted({n for names in others.values() for n in names}, key=order.index)
    if not apart:
        found = {level: title}
    else:
        text = _("%(records)s, but for: %(fields)s")
        found = {level: text % {"records": title, "fields": _labels(apart)}}
    if whole and whole.shows_existence and level != Level.PUBLIC:
        knows = _("%(records)s: that there is one")
        found[Level.PUBLIC] = knows % {"records": title}
    for other, names in others.items():
        text = _("%(records)s: %(fields)s")
        if other == Level.PUBLIC and Level.PUBLIC in found:
            text = _("%(records)s: that there is one, and %(fields)s")
        found[other] = text % {"records": title, "fields": _labels(names)}
    return found


def _labels(names: Iterable[str]) -> str:
    return ", ".join(field_label(name) for name in names)
