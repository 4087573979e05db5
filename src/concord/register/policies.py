"""An institution's policy of disclosure: what publishing proposes, and what its page says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from concord.core.disclosure import Actor, Level, Viewer
from concord.record.audiences import Standing, viewer_as
from concord.record.publishing import Levels, Written, records_share, revisions_write_or_hold
from concord.record.selectors import RecordView, record_list, records_get
from concord.record.services import Draft, content_parse
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
    reason: str = "",
) -> Written:
    """Say what the institution shows to whom by default; a later one is its next revision.

    The policy is for everybody to see. Raises ``InvalidContentError``, also for a level that the
    institution has no part in.
    """
    data: dict[str, Any] = {"institution": str(actor.institution), "rules": list(rules)}
    if statement:
        data["statement"] = dict(statement)
    content = content_parse(kind=KIND, data=data)
    assert isinstance(content, Policy)  # noqa: S101 - what its kind makes
    standing = Standing(actor.institution)
    for rule in content.rules:
        standing.audience(rule.level)
    known = policy_get(viewer=viewer_as(actor.institution), institution=actor.institution)
    draft = Draft(content, level=Level.PUBLIC, made_from=0)
    if known is not None and not known.is_example:
        draft = Draft(content, known.record.id, Level.PUBLIC, {}, known.record.revision_number)
    return revisions_write_or_hold(actor=actor, drafts=[draft], via="policy", reason=reason)


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
