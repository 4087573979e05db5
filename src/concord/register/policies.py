"""An institution's policy of disclosure: what publishing proposes, and what its page says."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from concord.core.disclosure import Actor, Level, Viewer
from concord.record.audiences import Standing, viewer_as
from concord.record.errors import ChangedMeanwhileError
from concord.record.guard import service
from concord.record.publishing import (
    Levels,
    Written,
    records_share,
    revisions_write_or_hold,
    waiting_for_institution,
)
from concord.record.selectors import RecordView, record_list, records_get, records_owned_ids
from concord.record.services import Draft, content_parse
from concord.record.sharing import levels_held
from concord.register.kinds.policy import Policy, Rule, fields_of

KIND: Final = "policy"
NOT_THERE: Final = Levels(Level.INSTITUTION)
"""For an id that is no record; sharing refuses it."""


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A policy as the viewer may see it."""

    record: RecordView
    rules: tuple[Rule, ...]
    is_example: bool

    @property
    def statement(self) -> Mapping[str, Any] | None:
        """What the institution means by transparency, as a text by language."""
        found: Mapping[str, Any] | None = self.record.content.get("statement")
        return found


def policy_get(*, viewer: Viewer, institution: UUID) -> PolicyView | None:
    """The institution's own policy, or else an example that somebody wrote for it."""
    about = {"institution": str(institution)}
    found = list(record_list(viewer=viewer, kind=KIND, where=about))
    own = [r for r in found if r.owner == institution]
    examples = [r for r in found if r.content.get("is_example")]
    for record in (own or examples)[-1:]:
        rules = tuple(map(Rule.model_validate, record.content.get("rules", ())))
        return PolicyView(record, rules, is_example=not own)
    return None


def policy_put(
    *,
    actor: Actor,
    rules: Collection[Mapping[str, Any]],
    statement: Mapping[str, Any] | None = None,
    made_from: int | None = None,
    reason: str = "",
) -> Written:
    """Say what the institution shows to whom by default; a later one is its next revision.

    The policy is for everybody to see. ``made_from`` is the number of the revision that was looked
    at, 0 where there was none. Raises ``InvalidContentError``, also for a level that the
    institution has no part in, and ``ChangedMeanwhileError`` where another was put meanwhile.
    """
    content = policy_parse(institution=actor.institution, rules=rules, statement=statement)
    with service(), transaction.atomic():
        known = policy_own(institution=actor.institution)
        number = known.revision_number if known else 0
        key = known.id if known else _waits(actor.institution) or uuid.uuid4()
        made_from = number if made_from is None else made_from
        if made_from != number:
            raise ChangedMeanwhileError(fields={str(key): str(number)})
        draft = Draft(content, key, Level.PUBLIC, {}, made_from)
        return revisions_write_or_hold(actor=actor, drafts=[draft], via="policy", reason=reason)


def policy_parse(
    *,
    institution: UUID,
    rules: Collection[Mapping[str, Any]],
    statement: Mapping[str, Any] | None = None,
) -> Policy:
    """A policy as the institution may have it; raises ``InvalidContentError``."""
    data: dict[str, Any] = {"institution": str(institution), "rules": list(rules)}
    if statement:
        data["statement"] = dict(statement)
    content = content_parse(kind=KIND, data=data)
    assert isinstance(content, Policy)  # noqa: S101 - what its kind makes
    standing = Standing(institution)
    for rule in content.rules:
        standing.audience(rule.level)
    return content


def policy_own(*, institution: UUID) -> RecordView | None:
    """The policy that the institution itself put, as its own people see it."""
    known = policy_get(viewer=viewer_as(institution), institution=institution)
    return None if known is None or known.is_example else known.record


def _waits(institution: UUID) -> UUID | None:
    """The first policy that waits to be let out: a second one stands in its place."""
    rows = waiting_for_institution(institution=institution)
    return next((row.record_id for row in rows if row.kind == KIND and row.is_new), None)


def policy_differing(*, institution: UUID) -> dict[UUID, str]:
    """The institution's records that others see, by kind, whose levels are not those of its policy.

    Only of kinds that the policy speaks of, and not those that are not published yet.
    """
    viewer = viewer_as(institution)
    policy = policy_get(viewer=viewer, institution=institution)
    rules = policy.rules if policy and not policy.is_example else ()
    kinds = dict.fromkeys(rule.record_kind for rule in rules)
    proposed = policy_levels(institution=institution, kinds=kinds)
    found: dict[UUID, str] = {}
    for kind in kinds:
        ids = list(records_owned_ids(viewer=viewer, owner=institution, kind=kind))
        held = levels_held(institution=institution, ids=ids)
        for key, levels in held.items():
            is_own = {levels.level, *levels.fields.values()} == {Level.INSTITUTION}
            if not is_own and not _same(kind, levels, proposed[kind]):
                found[key] = kind
    return found


def _same(kind: str, held: Levels, proposed: Levels) -> bool:
    def every(levels: Levels) -> list[Level]:
        return [levels.level, *(levels.fields.get(n, levels.level) for n in fields_of(kind))]

    totals = proposed.in_totals
    return every(held) == every(proposed) and totals in {None, bool(held.in_totals)}


def policy_levels(*, institution: UUID, kinds: Collection[str]) -> dict[str, Levels]:
    """For each kind of record the levels that publishing proposes; everybody where none is said.

    A rule of a network or group that the institution has left gives its own level.
    """
    policy = policy_get(viewer=viewer_as(institution), institution=institution)
    rules = policy.rules if policy and not policy.is_example else ()
    standing = Standing(institution)
    return {kind: _levels(kind, rules, standing) for kind in kinds}


def _levels(kind: str, rules: Collection[Rule], standing: Standing) -> Levels:
    mine = {rule.field: rule for rule in rules if rule.record_kind == kind}
    whole = mine.pop(None, None)
    level = standing.level_if_in(whole.level) if whole else Level.PUBLIC
    fields = {
        name: standing.level_if_in(rule.level) for name, rule in mine.items() if name is not None
    }
    if whole and whole.shows_existence and level != Level.PUBLIC:
        fields = dict.fromkeys(fields_of(kind), level) | fields
        level = Level.PUBLIC
    return Levels(level, fields, whole.in_totals if whole else None)


def records_publish_by_policy(
    *,
    actor: Actor,
    ids: Collection[UUID],
    chosen: Mapping[UUID, Levels] | None = None,
    reason: str = "",
) -> Written:
    """Publish records: each with the levels chosen for it, or those of the policy for its kind.

    Raises as ``records_share`` does.
    """
    seen = records_get(viewer=viewer_as(actor.institution), ids=ids)
    by_kind = policy_levels(
        institution=actor.institution, kinds={record.kind for record in seen.values()}
    )
    levels = {
        key: (chosen or {}).get(key) or (by_kind[seen[key].kind] if key in seen else NOT_THERE)
        for key in ids
    }
    return records_share(actor=actor, levels=levels, reason=reason)
