"""What institutions say of pairs of records: each for its own side, and never asked twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.accounts.models import Role, What
from concord.accounts.notices import notice_of_waiting, notice_send
from concord.accounts.selectors import Acting
from concord.core.disclosure import PUBLIC, Actor, Viewer
from concord.core.likeness import Reason, compare
from concord.exchange.doubles import KINDS, likely_of, row_id
from concord.exchange.models import Decision, LikelyPair, Scan
from concord.record.audiences import viewer_as
from concord.record.errors import ChangedMeanwhileError, ConcordError, NotFoundError
from concord.record.publishing import revisions_write_or_hold
from concord.record.selectors import RecordView, records_get
from concord.record.services import Draft, content_parse, lock_head

VIA: Final = "duplicates"
LONGEST_CHAIN: Final = 20
ONE: Final = (Decision.Answer.SAME, Decision.Answer.JOINT)
"""Answers by which the two are one event."""
MOST: Final = 200
"""Decisions that a page takes in at a time."""


class DecidedError(ConcordError):
    """The institution has spoken on the pair already; somebody else may just have done so."""

    code = "decided"
    status = 409
    title = gettext_lazy("Your institution has decided on this pair already.")


class NeedsMergeError(ConcordError):
    """Two records of one owner that are one and the same are merged, not only called so."""

    code = "needs-merge"
    status = 409
    title = gettext_lazy("Both records are yours: merge them.")


@dataclass(frozen=True, slots=True)
class PairView:
    """Two records as an institution's people see them, and what was said of the pair.

    ``mine`` is the one that the institution owns, the first where it owns both.
    """

    mine: RecordView
    other: RecordView
    is_own: bool
    score: float
    reasons: tuple[Reason, ...]
    said: Decision | None
    heard: Decision | None
    """What the owner of the other record said."""
    may_link: bool
    """Whether the institution's record can be made to count once with the other."""


def settled_pairs(*, institution: UUID) -> set[frozenset[str]]:
    """The pairs on which the institution spoke: it is not asked of them again."""
    rows = Decision.objects.filter(institution=institution, withdrawn_at=None)
    return {frozenset((str(a), str(b))) for a, b in rows.values_list("first", "second")}


def pair_get(*, acting: Acting, one: UUID, two: UUID) -> PairView:
    """A pair of which the institution owns one record; raises ``NotFoundError``."""
    found = pair_views(institution=acting.institution, pairs=[(one, two)])
    if not found:
        raise NotFoundError
    return found[0]


def pair_views(*, institution: UUID, pairs: Collection[tuple[UUID, UUID]]) -> list[PairView]:
    """Pairs as the institution's people see them today; without those that are none (any more).

    Likeness is told anew from what may be seen, so that no reason outlives its field's disclosure.
    """
    viewer = viewer_as(institution)
    records = records_get(viewer=viewer, ids={key for pair in pairs for key in pair})
    said = _decisions(pairs)
    found = []
    for one, two in pairs:
        a, b = records.get(one), records.get(two)
        if a is None or b is None or a.kind != b.kind or a.kind not in KINDS or one == two:
            continue
        if institution not in {a.owner, b.owner}:
            continue
        mine, other = (a, b) if a.owner == institution else (b, a)
        pair = compare(*(likely_of(r.kind, str(r.id), r.content) for r in (mine, other)))
        words = [
            word
            for word in said.get(_sorted(one, two), [])
            if word.institution in {a.owner, b.owner}
        ]
        found.append(
            PairView(
                mine=mine,
                other=other,
                is_own=a.owner == b.owner,
                score=pair.score,
                reasons=pair.reasons,
                said=next((d for d in words if d.institution == institution), None),
                heard=next((d for d in words if d.institution != institution), None),
                may_link=_may_link(viewer, mine, other),
            )
        )
    return found


def _sorted(one: UUID, two: UUID) -> tuple[UUID, UUID]:
    return (one, two) if str(one) < str(two) else (two, one)


def _decisions(pairs: Iterable[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], list[Decision]]:
    wanted = {_sorted(*pair) for pair in pairs}
    rows = Decision.objects.filter(
        first__in={first for first, _second in wanted},
        second__in={second for _first, second in wanted},
        withdrawn_at=None,
    )
    found: dict[tuple[UUID, UUID], list[Decision]] = {}
    for row in rows.order_by("at"):
        if (row.first, row.second) in wanted:
            found.setdefault((row.first, row.second), []).append(row)
    return found


def pair_decide(
    *,
    acting: Acting,
    one: UUID,
    two: UUID,
    answer: Decision.Answer,
    note: str = "",
    link: bool = True,
) -> Decision:
    """Say for the institution what a pair is.

    With ``link`` the institution's own record of an activity points at the other, so that the two
    count once; nothing of anybody else's changes. Raises ``NotFoundError`` where the institution
    owns neither, ``DecidedError`` where it spoke already, ``NeedsMergeError`` where it owns both
    and they are the same.
    """
    actor = acting.require(Role.EDITOR)
    with transaction.atomic():
        lock_head()  # the two sides may decide at once, and must not point at each other
        pair = pair_get(acting=acting, one=one, two=two)
        if pair.said:
            raise DecidedError
        if pair.is_own and answer == Decision.Answer.SAME:
            raise NeedsMergeError
        decision = decision_make(
            acting=acting, one=one, two=two, answer=answer, note=note,
            other=None if pair.is_own else pair.other.owner,
        )  # fmt: skip
        if link and answer in ONE and pair.may_link:
            data = {**pair.mine.content, "same_as": str(pair.other.id)}
            draft = Draft(
                content_parse(kind=pair.mine.kind, data=data),
                pair.mine.id,
                made_from=pair.mine.revision_number,
            )
            reason = _("another record of the same event")
            done = revisions_write_or_hold(actor=actor, drafts=[draft], via=VIA, reason=reason)
            notice_of_waiting(actor=actor, waiting=done.waiting)
            decision.linked = pair.mine.id
            decision.save(update_fields=["linked"])
        if answer in ONE:
            _ask(pair, acting)
    return decision


def _ask(pair: PairView, acting: Acting) -> None:
    """Tell the other owner, if its people may know of the record that is like theirs."""
    if pair.is_own or pair.heard:
        return
    if records_get(viewer=viewer_as(pair.other.owner), ids=[pair.mine.id]):
        with translation.override("en"):
            address = reverse("duplicates")
        notice_send(
            what=What.DUPLICATE_ASKED, address=address, institution=pair.other.owner,
            subject=str(pair.other.id), but=acting.person,
        )  # fmt: skip


def decision_make(
    *, acting: Acting, one: UUID, two: UUID, answer: str, note: str = "", other: UUID | None = None
) -> Decision:
    """Remember an answer, within a transaction that holds back other writers."""
    first, second = _sorted(one, two)
    key = {"institution": acting.institution, "first": first, "second": second}
    LikelyPair.objects.filter(**key).delete()
    decision, is_new = Decision.objects.get_or_create(
        **key,
        withdrawn_at=None,
        defaults={"answer": answer, "person": acting.person, "note": note, "other": other},
    )
    if not is_new:
        raise DecidedError
    return decision


def rows_told_apart(
    *, acting: Acting, rows: Iterable[tuple[str, Mapping[str, Any], UUID, UUID]]
) -> None:
    """Rows that were written although they are like a record are different from it, for good.

    Each is its kind and content, the id it was written under, and the record that it is like.
    """
    made = []
    for kind, content, key, like in rows:
        for one in (key, row_id(kind, content)):
            first, second = _sorted(one, like)
            made.append(
                Decision(
                    first=first, second=second, institution=acting.institution,
                    person=acting.person, answer=Decision.Answer.DIFFERENT,
                )
            )  # fmt: skip
    Decision.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)


def decision_withdraw(*, acting: Acting, decision_id: UUID) -> Decision:
    """Take the institution's word back: what it linked is unlinked, and the pair is asked again."""
    actor = acting.require(Role.EDITOR)
    with transaction.atomic():
        lock_head()
        decision = Decision.objects.filter(
            id=decision_id, institution=acting.institution, withdrawn_at=None
        ).first()
        if decision is None:
            raise NotFoundError
        if decision.merges.filter(undone_at=None).exists():
            raise ChangedMeanwhileError(_("Undo the merging instead."))
        waiting = _unlink(decision, viewer_as(acting.institution), actor)
        notice_of_waiting(actor=actor, waiting=waiting)
        decision.withdrawn_at, decision.withdrawn_by = timezone.now(), acting.person
        decision.save(update_fields=["withdrawn_at", "withdrawn_by"])
        Scan.objects.filter(institution=acting.institution).update(number=0)
    return decision


def _unlink(decision: Decision, viewer: Viewer, actor: Actor) -> list[UUID]:
    """Take back that the linked record points at the other, if it still does; return what waits."""
    waiting: list[UUID] = []
    found = records_get(viewer=viewer, ids=[decision.linked] if decision.linked else [])
    for record in found.values():
        pointed = {str(decision.first), str(decision.second)} - {str(record.id)}
        if record.content.get("same_as") not in pointed or record.owner != actor.institution:
            continue
        data = {name: value for name, value in record.content.items() if name != "same_as"}
        draft = Draft(
            content_parse(kind=record.kind, data=data), record.id,
            made_from=record.revision_number,
        )  # fmt: skip
        reason = _("no longer said to be the same event")
        done = revisions_write_or_hold(actor=actor, drafts=[draft], via=VIA, reason=reason)
        waiting += done.waiting
    return waiting


def _may_link(viewer: Viewer, mine: RecordView, other: RecordView) -> bool:
    """Whether ``mine`` may point at ``other``: seen by as many, and not in a circle."""
    if mine.kind != "activity" or mine.content.get("same_as") or "same_as" in mine.withheld:
        return False
    if other.audience not in {PUBLIC, mine.audience}:
        return False
    onward: RecordView | None = other
    for _step in range(LONGEST_CHAIN):
        if onward is None or not (target := onward.content.get("same_as")):
            return True
        if target == str(mine.id):
            return False
        onward = records_get(viewer=viewer, ids=[UUID(target)]).get(UUID(target))
    return False


def asked_list(*, acting: Acting) -> list[PairView]:
    """Pairs that another institution calls one and this one has not spoken on, oldest first."""
    spoke = settled_pairs(institution=acting.institution)
    rows = Decision.objects.filter(other=acting.institution, answer__in=ONE, withdrawn_at=None)
    pairs = [
        pair
        for pair in rows.order_by("at").values_list("first", "second")
        if frozenset(map(str, pair)) not in spoke
    ]
    return pair_views(institution=acting.institution, pairs=list(dict.fromkeys(pairs))[:MOST])


def decided_list(*, acting: Acting, first: int, count: int) -> tuple[list[PairView], bool]:
    """Pairs on which the institution spoke, newest first, and whether there are more.

    Of rows of uploads that were never records nothing is shown.
    """
    rows = Decision.objects.filter(institution=acting.institution, withdrawn_at=None, merges=None)
    ordered = rows.order_by("-at", "id").values_list("first", "second")
    pairs = list(ordered[first : first + count + 1])
    shown = pair_views(institution=acting.institution, pairs=pairs[:count])
    return shown, len(pairs) > count
