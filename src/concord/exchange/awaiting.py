"""Merges that wait: what the merged record would say is let out first, then the two become one.

The record that stays waits in the queue with the content of both, like any other change. Once it
says that, merging lets nobody see anything new, and is done at once.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from concord.accounts.models import Role
from concord.accounts.notices import notice_of_waiting
from concord.accounts.selectors import Acting
from concord.core.disclosure import Actor, Clearance
from concord.exchange.doubles import row_id
from concord.exchange.merging import (
    Merging,
    Picks,
    Side,
    merging_draft,
    merging_get,
    merging_reason,
    pair_merge,
)
from concord.exchange.models import HeldMerge, Merge
from concord.record.audiences import viewer_as
from concord.record.errors import ConcordError, MayNotPublishError, NeedsClearanceError
from concord.record.merging import VIA
from concord.record.publishing import (
    Written,
    revisions_write_or_hold,
    waiting_clear,
    waiting_drop,
    waiting_for_institution,
    waiting_publish,
)
from concord.record.selectors import records_get
from concord.record.services import content_dump, lock_head


def pair_merge_or_hold(
    *,
    acting: Acting,
    kept: UUID,
    gone: UUID,
    picks: Picks | None = None,
    made_from: tuple[int, int] | None = None,
) -> Merge | HeldMerge:
    """Merge two records; where others would see something new, hold that for who lets it out.

    Raises as ``pair_merge`` does, but for what is held.
    """
    try:
        with transaction.atomic():
            return pair_merge(acting=acting, kept=kept, gone=gone, picks=picks, made_from=made_from)
    except (MayNotPublishError, NeedsClearanceError) as error:
        merging = merging_get(acting=acting, kept=kept, gone=gone, picks=picks)
        with transaction.atomic():
            held = _hold(acting, merging, picks or {})
            if held is None:  # it is not what the record says that may not be let out
                raise error from None
        return held


def _hold(acting: Acting, merging: Merging, picks: Picks) -> HeldMerge | None:
    actor = acting.require(Role.EDITOR)
    lock_head()
    draft = merging_draft(merging, picks)
    done = revisions_write_or_hold(actor=actor, drafts=[draft], via=VIA, reason=merging_reason())
    if not done.waiting:
        transaction.set_rollback(True)
        return None
    notice_of_waiting(actor=actor, waiting=done.waiting)
    held, _is_new = HeldMerge.objects.update_or_create(
        institution=acting.institution,
        kept=merging.kept.id,
        defaults={
            "person": acting.person,
            "gone": merging.gone.id,
            "kept_from": merging.kept.revision_number,
            "gone_from": merging.gone.revision_number,
            "said": row_id(merging.kept.kind, content_dump(merging.content)),
        },
    )
    return held


def held_get(*, acting: Acting, one: UUID, two: UUID) -> HeldMerge | None:
    """The merge of a pair that waits, whichever of the two is to stay."""
    rows = HeldMerge.objects.filter(institution=acting.institution)
    return rows.filter(kept=one, gone=two).first() or rows.filter(kept=two, gone=one).first()


def changes_clear(*, clearance: Clearance, ids: Collection[UUID]) -> int:
    """Clear what waits for a State, and merge what waited for that; how many changes were cleared.

    Raises as ``waiting_clear`` does.
    """
    with transaction.atomic():
        count = waiting_clear(clearance=clearance, ids=ids)
        merges_finish()
    return count


def changes_publish(*, actor: Actor, ids: Collection[UUID]) -> Written:
    """Let out what editors made, and merge what waited for that. Raises as ``waiting_publish``."""
    with transaction.atomic():
        done = waiting_publish(actor=actor, ids=ids)
        merges_finish(institution=actor.institution)
    return done


def changes_drop(*, institution: UUID, ids: Collection[UUID]) -> int:
    """Take changes back that wait, and the merges with them."""
    with transaction.atomic():
        count = waiting_drop(institution=institution, ids=ids)
        merges_finish(institution=institution)
    return count


def merges_finish(*, institution: UUID | None = None) -> int:
    """Do merges whose content was let out, forget those that came to nothing; how many are done.

    One comes to nothing where either record was changed otherwise, or the change taken back: the
    pair is asked again.
    """
    count = 0
    rows = HeldMerge.objects.select_for_update()
    for held in rows.filter(institution=institution) if institution else rows.all():
        waits = any(
            view.record_id == held.kept and view.via == VIA and view.made_from == held.kept_from
            for view in waiting_for_institution(institution=held.institution)
        )
        if waits:
            continue
        count += _finish(held)
        held.delete()
    return count


def _finish(held: HeldMerge) -> bool:
    found = records_get(viewer=viewer_as(held.institution), ids=[held.kept, held.gone])
    kept, gone = found.get(held.kept), found.get(held.gone)
    if kept is None or gone is None or gone.revision_number != held.gone_from:
        return False
    if row_id(kept.kind, kept.content) != held.said:
        return False
    acting = Acting(held.person, held.institution, Role.EDITOR)
    try:
        with transaction.atomic():
            merging = merging_get(acting=acting, kept=held.kept, gone=held.gone)
            picks = {choice.key: Side.KEPT for choice in merging.choices}
            pair_merge(acting=acting, kept=held.kept, gone=held.gone, picks=picks, is_said=True)
    except ConcordError:  # the pair was decided on meanwhile, or a rule has changed
        return False
    return True
