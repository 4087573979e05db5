"""What an owner chooses when records are shared, and what is proposed to it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from concord.core.disclosure import Level
from concord.record.kinds import content_type
from concord.record.publishing import Levels, levels_apart
from concord.record.sharing import levels_held
from concord.register.kinds.policy import fields_of
from concord.register.policies import policy_levels


@dataclass(frozen=True, slots=True)
class Choice:
    """What an owner says of one record: who sees it, and what of that is otherwise.

    ``shows_existence`` lets everybody know that there is such a record, while ``level`` decides on
    each of its fields.
    """

    level: Level
    shows_existence: bool = False
    in_totals: bool = False
    fields: Mapping[str, Level] = field(default_factory=dict)

    def levels(self, kind: str) -> Levels:
        """The levels that it means for a record of ``kind``; raises ``ValueError``."""
        if unknown := set(self.fields) - set(fields_of(kind)):
            raise ValueError(", ".join(sorted(unknown)))
        level, fields = self.level, dict(self.fields)
        if self.shows_existence and level != Level.PUBLIC:
            fields = dict.fromkeys(fields_of(kind), level) | fields
            level = Level.PUBLIC
        return Levels(level, levels_apart(kind, level, fields), self.in_totals)

    def text(self) -> str:
        """All of it in one line, which ``parse`` reads."""
        said = [("level", str(self.level))]
        said += [("exists", "1")] * self.shows_existence + [("totals", "1")] * self.in_totals
        said += [(f"field.{name}", str(level)) for name, level in sorted(self.fields.items())]
        return urlencode(said)

    @classmethod
    def parse(cls, text: str) -> Choice:
        """What ``text`` made; raises ``ValueError`` for anything else."""
        said = dict(parse_qsl(text))
        return cls(
            Level.parse(said.get("level", "")),
            "exists" in said,
            "totals" in said,
            {
                name.removeprefix("field."): Level.parse(level)
                for name, level in said.items()
                if name.startswith("field.")
            },
        )


def choice_of(kind: str, levels: Levels) -> Choice:
    """The choice that these levels come from."""
    in_totals = bool(levels.in_totals)
    fields = levels_apart(kind, levels.level, levels.fields)
    if levels.level == Level.PUBLIC and set(fields) == set(fields_of(kind)):
        ((common, _count),) = Counter(fields.values()).most_common(1)
        others = {name: level for name, level in fields.items() if level != common}
        return Choice(common, shows_existence=True, in_totals=in_totals, fields=others)
    return Choice(levels.level, in_totals=in_totals, fields=fields)


def choices_proposed(*, institution: UUID, kinds: Mapping[UUID, str]) -> dict[UUID, Choice]:
    """For each record, by its kind: what its institution's policy says of one that nobody saw yet.

    Of one that others see already, what they see. Raises ``NotFoundError`` for one that is not the
    institution's own.
    """
    held = levels_held(institution=institution, ids=list(kinds))
    policy = policies_proposed(institution=institution, kinds=set(kinds.values()))
    found: dict[UUID, Choice] = {}
    for key, kind in kinds.items():
        now = choice_of(kind, held[key])
        is_own = held[key].level == Level.INSTITUTION
        proposed = policy[kind]
        found[key] = (
            replace(proposed, in_totals=proposed.in_totals or now.in_totals) if is_own else now
        )
    return found


def policies_proposed(*, institution: UUID, kinds: Collection[str]) -> dict[str, Choice]:
    """What an institution's policy says of each kind; for everybody where it says nothing."""
    by_kind = policy_levels(institution=institution, kinds=kinds)
    return {kind: choice_of(kind, levels) for kind, levels in by_kind.items()}


def fields_narrow(
    kind: str, contents: Iterable[Mapping[str, object]], today: dt.date
) -> frozenset[str]:
    """The fields that everybody must not see as yet of any of these contents of one kind."""
    narrow = content_type(kind).kept_narrow
    return frozenset(name for content in contents for name in narrow(content, today))


def choice_narrow(choice: Choice, narrow: Collection[str]) -> Choice:
    """``choice``, with a level of their own for those of ``narrow`` that it gives everybody.

    It is the institution's own, for the page that offers the choice to show as such.
    """
    wide = [n for n in narrow if choice.fields.get(n, choice.level) == Level.PUBLIC]
    fields = {**choice.fields, **dict.fromkeys(wide, Level.INSTITUTION)}
    return replace(choice, fields=fields) if wide else choice


def fields_chosen(
    kind: str,
    contents: Collection[Mapping[str, object]],
    choice: Choice,
    narrow: Collection[str] = (),
) -> list[str]:
    """The fields worth choosing for: those that hold something, or are chosen for already.

    Those that everybody must not see as yet are, whether or not they hold anything.
    """
    held = {name for content in contents for name in content} | set(choice.fields) | set(narrow)
    return [name for name in content_type(kind).model_fields if name in held]
