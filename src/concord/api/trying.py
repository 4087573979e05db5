"""Carrying drafts out, or trying what would become of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final
from uuid import UUID

from django.db import transaction

from concord.accounts.notices import notice_of_waiting
from concord.api.drafting import Places, placed
from concord.api.errors import ConditionFailedError, TakenIdError
from concord.api.schemas import CheckedOut, LikeOut
from concord.api.sharing import ShownTo
from concord.core.disclosure import Actor, Viewer
from concord.exchange.doubles import KINDS, Doubles, candidates
from concord.exchange.retold import CLAIMS, Retold, claims_near
from concord.record.errors import ChangedMeanwhileError, ConcordError, NotOwnerError
from concord.record.publishing import Written, revisions_write_or_hold
from concord.record.sensitive import confirming
from concord.record.services import Draft, content_dump
from concord.record.sharing import drafts_shown
from concord.register.checks import content_warnings

WRITTEN: Final = "written"
WAITS: Final = {True: "contact_point", False: "publisher"}
"""By whether the actor may publish, who must let out what the actor may not write alone."""


def write(
    actor: Actor, drafts: Sequence[Draft], places: Places, reason: str, *, is_tried: bool = False
) -> Written:
    """Write drafts or hold them, all or none; where it ``is_tried`` all of it is taken back."""
    try:
        with transaction.atomic():
            done = revisions_write_or_hold(actor=actor, drafts=drafts, via="API", reason=reason)
            if is_tried:
                transaction.set_rollback(True)
            else:
                notice_of_waiting(actor=actor, waiting=done.waiting)
    except (ChangedMeanwhileError, NotOwnerError) as error:
        if drafts[0].made_from == 0:  # an id that was sent along: nobody learns whose it is
            taken = {f"{places[UUID(key)]}/id": "" for key in error.fields}
            raise TakenIdError(fields=taken) from error
        raise ConditionFailedError from error
    except ConcordError as error:
        raise placed(error, places) from error
    return done


def checked(
    viewer: Viewer, actor: Actor, drafts: Sequence[Draft], places: Places
) -> list[CheckedOut]:
    """What would become of each draft, its warnings, and what it may be a double of."""
    doubles = _doubles(viewer, drafts)  # before: what is tried must be in no table in memory
    with confirming(every=True, person=actor.person):  # taken back with the rest
        done = write(actor, drafts, places, "", is_tried=True)
    held = set(done.waiting)
    shown = drafts_shown(institution=actor.institution, drafts=drafts)
    out = ShownTo(viewer, actor.institution, chain.from_iterable(shown.values()))
    return [
        CheckedOut(
            outcome=WAITS[actor.may_publish] if draft.record_id in held else WRITTEN,
            content=content_dump(draft.content),
            warnings=content_warnings(draft.content.kind, content_dump(draft.content)),
            duplicates=doubles.get(draft.record_id, []),
            changes=out(shown[draft.record_id]),
        )
        for draft in drafts
    ]


def _doubles(viewer: Viewer, drafts: Sequence[Draft]) -> dict[UUID, list[LikeOut]]:
    new = [
        (draft.content.kind, str(draft.record_id), content_dump(draft.content))
        for draft in drafts
        if draft.made_from == 0
    ]
    training = [item for item in new if item[0] in KINDS]
    claims = [item for item in new if item[0] in CLAIMS]
    found = Doubles(viewer, among=candidates(viewer, training)).of(training) if training else {}
    near = {key for kind, _key, content in claims for key in claims_near(viewer, kind, content)}
    found |= Retold(viewer, among=near).of(claims)
    return {
        UUID(key): [LikeOut(id=like.id, kind=like.kind, owner=like.owner)]
        for key, like in found.items()
    }
