"""Two records made one, field by field: what comes of it, the writing, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import Level, level_of, narrowest
from concord.exchange.duplicates import PairView, decision_make, pair_get
from concord.exchange.models import Decision, Merge
from concord.record.audiences import viewer_as
from concord.record.content import Content
from concord.record.errors import ChangedMeanwhileError, NotFoundError
from concord.record.history import revisions_undo
from concord.record.merging import records_merge, renamed
from concord.record.selectors import Change, RecordView, changed_since, records_get
from concord.record.services import Draft, content_parse, lock_head

SAME_AS: Final = "same_as"
ALWAYS_BOTH: Final = "citations"
NEVER_ADDED: Final = frozenset({"participation"})
"""Lists of which both are not the first choice: numbers of one event would stand there twice."""
BY_OWNER: Final = "owner"
"""Who translated a text that was an original before."""


class Side(StrEnum):
    """From which of two records something is taken."""

    KEPT = "kept"
    GONE = "gone"
    BOTH = "both"


Picks = Mapping[str, Side]
"""By key of a choice the side that was picked; a choice that is not named takes its default."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something on which two records differ: a field, or one language of a text."""

    key: str
    field: str
    tag: str
    default: Side
    is_list: bool
    kept: Any
    gone: Any


@dataclass(frozen=True, slots=True)
class Merging:
    """A pair that is to be merged: its choices, and what comes of them."""

    pair: PairView
    choices: list[Choice]
    content: Content

    @property
    def kept(self) -> RecordView:
        return self.pair.mine

    @property
    def gone(self) -> RecordView:
        return self.pair.other


@dataclass(frozen=True, slots=True)
class Unmerged:
    """What undoing a merge did: how many records went back, and which were changed since."""

    restored: int
    changed_since: list[UUID]


def choices_of(kept: Mapping[str, Any], gone: Mapping[str, Any]) -> list[Choice]:
    """Where two contents differ, with what is taken if nobody chooses."""
    found: list[Choice] = []
    for name in dict.fromkeys([*kept, *gone]):
        one, two = kept.get(name), gone.get(name)
        if one == two or name == ALWAYS_BOTH:
            continue
        if _is_text(one) or _is_text(two):
            here, there = _texts(one), _texts(two)
            found += [
                _choice(name, tag, here.get(tag), there.get(tag))
                for tag in dict.fromkeys([*here, *there])
                if here.get(tag) != there.get(tag)
            ]
        else:
            found.append(_choice(name, "", one, two))
    return found


def _choice(field: str, tag: str, kept: Any, gone: Any) -> Choice:
    is_list = isinstance(kept, list) or isinstance(gone, list)
    default = Side.KEPT if kept not in (None, []) else Side.GONE
    if is_list and kept and gone and field not in NEVER_ADDED:
        default = Side.BOTH
    return Choice(f"{field}.{tag}" if tag else field, field, tag, default, is_list, kept, gone)


def merged(
    kept: Mapping[str, Any], gone: Mapping[str, Any], picks: Picks | None = None
) -> dict[str, Any]:
    """What both say together; the citations of both stay, whatever is picked."""
    taken = {choice.key: _taken(choice, picks or {}) for choice in choices_of(kept, gone)}
    result: dict[str, Any] = {}
    for name in dict.fromkeys([*kept, *gone]):
        one, two = kept.get(name), gone.get(name)
        if name == ALWAYS_BOTH:
            value: Any = _joined(one or [], two or [])
        elif one == two:
            value = one
        elif _is_text(one) or _is_text(two):
            value = _text(name, one or {}, two or {}, taken)
        elif (side := taken[name]) is Side.BOTH:
            value = _joined(one or [], two or [])
        else:
            value = one if side is Side.KEPT else two
        if value is not None:
            result[name] = value
    return result


def _taken(choice: Choice, picks: Picks) -> Side:
    side = picks.get(choice.key, choice.default)
    return choice.default if side is Side.BOTH and not choice.is_list else side


def _is_text(value: Any) -> bool:
    return isinstance(value, Mapping) and "original" in value


def _texts(value: Any) -> Mapping[str, str]:
    return value["text"] if value else {}


def _text(
    name: str, one: Mapping[str, Any], two: Mapping[str, Any], taken: Mapping[str, Side]
) -> dict[str, Any] | None:
    """A text whose languages come from either; the original is that of the record that stays."""
    here, there = _texts(one), _texts(two)
    texts, makers = {}, {}
    for tag in dict.fromkeys([*here, *there]):
        source = two if taken.get(f"{name}.{tag}", Side.KEPT) is Side.GONE else one
        if words := _texts(source).get(tag):
            texts[tag] = words
            makers[tag] = source.get("translators", {}).get(tag, BY_OWNER)
    if not texts:
        return None
    originals = (side.get("original") for side in (one, two))
    original = next((tag for tag in originals if tag in texts), next(iter(texts)))
    translators = {tag: maker for tag, maker in makers.items() if tag != original}
    said = {"original": original, "text": texts}
    return {**said, "translators": translators} if translators else said


def _joined(one: Sequence[Any], two: Sequence[Any]) -> list[Any]:
    """Both lists, the first one first; what stands in both stands once, with all its citations."""
    found: dict[bytes, Any] = {}
    for item in [*one, *two]:
        is_piece = isinstance(item, Mapping)
        bare = {k: v for k, v in item.items() if k != ALWAYS_BOTH} if is_piece else item
        key = orjson.dumps(bare, option=orjson.OPT_SORT_KEYS)
        known = found.get(key)
        if known is None:
            found[key] = item
        elif is_piece and (more := item.get(ALWAYS_BOTH)) and more != known.get(ALWAYS_BOTH):
            cited = _joined(known.get(ALWAYS_BOTH, ()), more)
            found[key] = {**known, ALWAYS_BOTH: cited}
    return list(found.values())


def merging_get(*, acting: Acting, kept: UUID, gone: UUID, picks: Picks | None = None) -> Merging:
    """What would come of merging ``gone`` into ``kept``.

    Raises ``NotFoundError`` where the institution does not own both, and ``InvalidContentError``
    where what is picked breaks the rules of the kind.
    """
    pair = pair_get(acting=acting, one=kept, two=gone)
    if not pair.is_own or pair.mine.withheld or pair.other.withheld:
        raise NotFoundError
    one, two = (_apart(record, {str(kept), str(gone)}) for record in (pair.mine, pair.other))
    said = renamed(merged(one, two, picks), str(gone), str(kept))
    if _circles(acting, said, {str(kept), str(gone)}):
        del said[SAME_AS]
    return Merging(pair, choices_of(one, two), content_parse(kind=pair.mine.kind, data=said))


def _apart(record: RecordView, both: set[str]) -> dict[str, Any]:
    """What a record says beside its being the same as the other of the two."""
    return {
        name: value
        for name, value in record.content.items()
        if name != SAME_AS or value not in both
    }


def _circles(acting: Acting, said: Mapping[str, Any], both: set[str]) -> bool:
    """Whether the record that the merged one would stand behind stands behind one of the two."""
    if SAME_AS not in said:
        return False
    target = UUID(said[SAME_AS])
    found = records_get(viewer=viewer_as(acting.institution), ids=[target]).get(target)
    return found is not None and found.content.get(SAME_AS) in both


def pair_merge(
    *,
    acting: Acting,
    kept: UUID,
    gone: UUID,
    picks: Picks | None = None,
    made_from: tuple[int, int] | None = None,
    note: str = "",
    is_said: bool = False,
) -> Merge:
    """Merge two records of the institution, in one transaction that can be undone.

    A field is seen by no more than saw the field of each record that it is taken from.
    ``made_from`` are the revisions that the person saw: raises ``ChangedMeanwhileError`` where
    either has a newer one. With ``is_said`` the newest revision of ``kept`` was written for this
    merging; undoing it takes that back too.
    """
    actor = acting.require(Role.EDITOR)
    with transaction.atomic():
        lock_head()
        merging = merging_get(acting=acting, kept=kept, gone=gone, picks=picks)
        here, there = merging.kept.revision_number, merging.gone.revision_number
        if made_from and made_from != (here, there):
            raise ChangedMeanwhileError(fields={str(kept): str(here), str(gone): str(there)})
        decision = decision_make(
            acting=acting, one=kept, two=gone, answer=Decision.Answer.SAME, note=note
        )
        written = records_merge(
            actor=actor,
            draft=merging_draft(merging, picks or {}),
            gone=gone,
            gone_from=there,
            reason=note or merging_reason(),
            moved_reason=_("it named a record that was merged into another"),
            is_said=is_said,
        )
        return Merge.objects.create(
            institution=acting.institution, person=acting.person, kept=kept, gone=gone,
            revisions=[[str(key), number] for key, number in written.items()], decision=decision,
        )  # fmt: skip


def merging_reason() -> str:
    """Why the record that stays is changed, where nobody says more."""
    return _("merged with another record of the same institution")


def merging_draft(merging: Merging, picks: Picks) -> Draft:
    """What the record that stays would say, seen by no more than saw where it is taken from."""
    level, fields = _levels(merging, picks)
    return Draft(
        merging.content, merging.kept.id, level, fields, made_from=merging.kept.revision_number
    )


def _levels(merging: Merging, picks: Picks) -> tuple[Level, dict[str, Level]]:
    """Who sees the record, and each of its fields that fewer see."""
    ids = [merging.kept.id, merging.gone.id]
    changes: dict[UUID, Change] = {c.id: c for c in changed_since(0, ids=ids)}
    kept, gone = (changes[key] for key in ids)
    from_gone = {
        choice.field for choice in merging.choices if _taken(choice, picks) is not Side.KEPT
    } | {name for name in gone.content if name == ALWAYS_BOTH}
    fields = dict(kept.audiences)
    for name in from_gone:
        seen_by = narrowest({kept.audience_of(name), gone.audience_of(name)}, kept.owner)
        if seen_by != kept.audience:
            fields[name] = seen_by
    return level_of(kept.audience), {name: level_of(seen) for name, seen in fields.items()}


def merge_undo(*, acting: Acting, merge_id: UUID) -> Unmerged:
    """Put both records back as they were, and what named the one; leave what was changed since.

    The pair is asked again. Raises ``NotFoundError`` where there is nothing to undo.
    """
    actor = acting.require(Role.EDITOR)
    with transaction.atomic():
        merge = (
            Merge.objects.select_for_update()
            .filter(id=merge_id, institution=acting.institution, undone_at=None)
            .first()
        )
        if merge is None:
            raise NotFoundError
        written = {UUID(key): number for key, number in merge.revisions}
        left = revisions_undo(
            actor=actor, revisions=written, via="undo", reason=_("undoing a merging")
        )
        now = timezone.now()
        merge.undone_at, merge.undone_by = now, acting.person
        merge.save(update_fields=["undone_at", "undone_by"])
        Decision.objects.filter(id=merge.decision_id, withdrawn_at=None).update(
            withdrawn_at=now, withdrawn_by=acting.person
        )
    return Unmerged(len(written) - len(left), left)


def merge_list(*, acting: Acting, first: int, count: int) -> list[tuple[Merge, RecordView | None]]:
    """What the institution merged, newest first, each with the record that stands for both."""
    rows = Merge.objects.filter(institution=acting.institution, undone_at=None).order_by("-at")
    merges = list(rows[first : first + count])
    viewer = viewer_as(acting.institution)
    kept = records_get(viewer=viewer, ids={merge.kept for merge in merges})
    return [(merge, kept.get(merge.kept)) for merge in merges]


def picks_of(given: Mapping[str, str]) -> Iterator[tuple[str, Side]]:
    """Picks from a form; what is no side is left to its default."""
    for key, value in given.items():
        if key.startswith("pick-") and value in set(Side):
            yield key.removeprefix("pick-"), Side(value)
