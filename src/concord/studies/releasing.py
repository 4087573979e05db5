"""Releases of protected totals: drafted, computed, let out, withdrawn.

A release is the only way in which numbers that an owner keeps to itself reach others, added up. It
rests on records whose owner lets them enter totals, whoever makes it.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Role
from concord.accounts.selectors import Acting, Coordinating
from concord.core.disclosure import (
    PUBLIC,
    Actor,
    Breadth,
    breadth_of,
    institution_audience,
    network_audience,
)
from concord.core.protection import ProtectionError, Rule, TableError, UnprotectableError
from concord.record.counting import records_count
from concord.record.errors import ConcordError, NotFoundError
from concord.record.selectors import register_number
from concord.record.sensitive import texts_require
from concord.record.services import lock_head, node_ensure
from concord.studies.computing import AT_ONCE, RefusedError, compute, proofs_failing, tool
from concord.studies.counted import MEASURES, STAGES, digests, said_by
from concord.studies.cutting import DIMENSIONS, audiences_for, axis_of
from concord.studies.labels import DIMENSION_LABELS
from concord.studies.models import Method, Release, TotalsTable
from concord.studies.problem import problem_now, released_before

RECORDS_AT_ONCE: Final = 2_000
"""Records of a kind up to which a page waits for them to be read."""
DRAFTS_KEPT: Final = dt.timedelta(days=7)
MOST_DRAFTS: Final = 20


class ReleaseError(ConcordError):
    """A release cannot be asked for like this; ``fields`` says what to mend."""

    code = "invalid-release"
    status = 422
    title = gettext_lazy("The release cannot be made like this.")


class ReleaseStateError(ConcordError):
    """The release is not, or no longer, what can be let out or withdrawn."""

    code = "release-state"
    status = 409
    title = gettext_lazy("The release cannot be let out or withdrawn as it stands.")


class OutdatedDraftError(ReleaseStateError):
    """Numbers changed, or another release came out, after the draft was computed."""

    code = "release-outdated"
    title = gettext_lazy("The numbers changed since this was computed. Compute it again.")


@dataclass(frozen=True, slots=True)
class By:
    """Whose act a release is: an institution's, a network's, or, with neither, the operator's."""

    institution: UUID | None = None
    network: UUID | None = None
    person: UUID | None = None

    @property
    def scope(self) -> str:
        """Whose numbers it may add up."""
        if self.institution:
            return institution_audience(self.institution)
        return network_audience(self.network) if self.network else "all"

    @property
    def audiences(self) -> list[str]:
        """To whom it may let out what."""
        if self.institution:
            return audiences_for(self.institution)
        return [PUBLIC, network_audience(self.network)] if self.network else [PUBLIC]


OPERATOR: Final = By()


def by_manager(acting: Acting) -> By:
    """An institution that releases totals of its own; for its managers."""
    acting.require(Role.MANAGER)
    return By(institution=acting.institution, person=acting.person)


def by_coordinator(coordinating: Coordinating) -> By:
    """A network's coordinator, over what its members let enter totals."""
    return By(network=coordinating.network, person=coordinating.person)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a release is to show, of whom, to whom, and under which rule."""

    table: str
    dimensions: tuple[str, ...]
    measure: str = ""
    stage: str = ""
    scope: str = ""
    audience: str = PUBLIC
    method: str = Method.SUPPRESSION
    base: int | None = None
    rule: Rule = field(default_factory=Rule)


def release_draft(*, by: By, wanted: Wanted) -> Release:
    """Ask for a release: it is computed next, and let out by an act of its own.

    Raises ``ReleaseError`` with everything that is to be mended.
    """
    scope = wanted.scope or by.scope
    measures, stages = MEASURES.get(wanted.table, ("",)), STAGES.get(wanted.table, ("",))
    wanted = Wanted(
        wanted.table, wanted.dimensions, wanted.measure or measures[0], wanted.stage or stages[0],
        scope, wanted.audience, wanted.method, wanted.base, wanted.rule,
    )  # fmt: skip
    if faults := _faults(by, wanted):
        raise ReleaseError(fields=faults)
    drafts = drafts_by(by)
    if drafts.count() >= MOST_DRAFTS:
        drafts.filter(
            id__in=list(drafts.order_by("made_at").values_list("id", flat=True)[:1])
        ).delete()
    return Release.objects.create(
        table=wanted.table,
        measure=wanted.measure,
        stage=wanted.stage,
        dimensions=list(wanted.dimensions),
        scope=scope,
        audience=wanted.audience,
        method=wanted.method,
        base=wanted.base if wanted.method == Method.ROUNDING else None,
        rule={name: getattr(wanted.rule, name) for name in RULE_NUMBERS},
        tool=tool(),
        institution=by.institution,
        network=by.network,
        person=by.person,
    )


LEAST_RULE: Final = Rule(minimum=3, dominance_percent=90, width_percent=20, width_least=2)
RULE_NUMBERS: Final = ("minimum", "dominance_percent", "width_percent", "width_least")


def rule_of(numbers: Mapping[str, int]) -> Rule:
    """A primary rule of these numbers; raises ``ReleaseError`` where they make none."""
    try:
        return Rule(**numbers)
    except TableError:
        raise ReleaseError(fields={"rule": _rule_words()}) from None


def wanted_again(*, by: By, release_id: UUID) -> Wanted:
    """What a draft asked for, to ask for it again; raises ``NotFoundError``."""
    row = drafts_by(by).filter(id=release_id).first()
    if row is None:
        raise NotFoundError
    return Wanted(
        row.table, tuple(row.dimensions), row.measure, row.stage, row.scope, row.audience,
        row.method, row.base, row.rule_used,
    )  # fmt: skip


def drafts_by(by: By) -> QuerySet[Release]:
    """What somebody asked for and has not let out."""
    return Release.objects.filter(institution=by.institution, network=by.network, released_at=None)


def _faults(by: By, wanted: Wanted) -> dict[str, str]:
    faults: dict[str, str] = {}
    if wanted.table not in TotalsTable.values:
        return {"table": _("Choose what is added up.")}
    if wanted.measure not in MEASURES[wanted.table]:
        faults["measure"] = _("Choose what is counted.")
    if wanted.stage not in STAGES[wanted.table]:
        faults["stage"] = _("Choose what was done or what is planned.")
    axes = [axis_of(name) for name in wanted.dimensions]
    if set(wanted.dimensions) - set(DIMENSIONS[wanted.table]) or len(set(axes)) < len(axes):
        faults["dimensions"] = _(
            "Choose by what the table is split: %(names)s. A topic or its group, a role or its "
            "family, not both."
        ) % {"names": ", ".join(str(DIMENSION_LABELS[n]) for n in DIMENSIONS[wanted.table])}
    elif "country" in axes and wanted.table != TotalsTable.PARTICIPATION and _is_wide(wanted):
        faults["dimensions"] = _(
            "People who answer for security and people to be trained are not shown by country: "
            "that would put States in an order by what they lack. Take the country away."
        )
    if wanted.scope != by.scope and by != OPERATOR:
        faults["scope"] = _("These numbers are not yours to add up.")
    if not _is_audience(by, wanted.audience):
        faults["audience"] = _("Choose to whom it is let out.")
    if wanted.method not in Method.values:
        faults["method"] = _("Choose how cells are protected.")
    if fault := _rule_fault(wanted.rule):
        faults["rule"] = fault
    if wanted.method == Method.ROUNDING and not 2 <= (wanted.base or 0) <= 1_000:
        faults["base"] = _("Give the number to round to, from 2 to 1,000.")
    return faults


def _rule_fault(rule: Rule) -> str:
    """No release is less protected than owners are promised who let their numbers enter."""
    least = LEAST_RULE
    if (
        rule.minimum >= least.minimum
        and rule.dominance_percent <= least.dominance_percent
        and rule.width_percent >= least.width_percent
        and rule.width_least >= least.width_least
    ):
        return ""
    return _rule_words()


def _rule_words() -> str:
    least = LEAST_RULE
    return _(
        "A cell needs at least %(minimum)d contributors, of whom none has more than %(most)d "
        "percent, and a doubt of at least %(width)d percent and %(least)d."
    ) % {
        "minimum": least.minimum,
        "most": least.dominance_percent,
        "width": least.width_percent,
        "least": least.width_least,
    }


def _is_wide(wanted: Wanted) -> bool:
    return breadth_of(wanted.audience) not in {Breadth.STATE, Breadth.INSTITUTION}


def _is_audience(by: By, audience: str) -> bool:
    if by != OPERATOR:
        return audience in by.audiences
    return audience.partition(":")[0] in set(Breadth)


def is_small(release: Release) -> bool:
    """Whether a page can wait for a draft to be computed."""
    kind = "activity" if release.table == TotalsTable.PARTICIPATION else release.table
    if records_count(kind=kind) > RECORDS_AT_ONCE:
        return False
    dimensions = problem_now(release).table.dimensions
    return math.prod(len(dimension.codes) for dimension in dimensions) <= AT_ONCE


def release_compute(*, release_id: UUID, progress: Callable[[int], None] | None = None) -> Release:
    """Compute a draft: protect it, or say why it cannot be released. Run by the worker if large."""
    release = Release.objects.get(id=release_id)
    if release.is_out:
        return release
    told = progress or (lambda share: _note(release_id, share))
    release.refused, release.proposed = {}, {}
    try:
        compute(problem_now(release), told)
    except UnprotectableError as error:
        _refuse(release, "unprotectable", cells=len(error.cells), outsider=error.attacker is None)
    except RefusedError as error:
        _refuse(release, error.code, **error.figures)
    except ProtectionError:
        logging.getLogger("concord.studies").exception("release %s", release.id)
        _refuse(release, "failed")
    else:
        release.state, release.progress = Release.State.DRAFT, 100
    release.save()
    return release


def _refuse(release: Release, code: str, **figures: Any) -> None:
    release.state, release.refused = Release.State.REFUSED, {"code": code, **figures}
    release.figures, release.inputs, release.home = {}, [], b""


def _note(release_id: UUID, share: int) -> None:
    Release.objects.filter(id=release_id).update(progress=share)


def release_let_out(*, by: By, release_id: UUID) -> Release:
    """Let a draft out to its audience, once every proof of it was checked again.

    Raises ``NotFoundError`` for what is not one's own draft, ``ReleaseStateError`` for what is not
    computed, ``OutdatedDraftError`` where numbers or other releases came in between.
    """
    number = register_number()
    _check(_draft(by, release_id))  # outside of the lock, since it takes long for a large one
    with transaction.atomic():
        head = lock_head()  # nothing is written, and no other release comes out, until this one is
        release = _draft(by, release_id)
        if head.number != number:
            _check(release)
        if [str(one.id) for one in released_before(release)] != release.after:
            raise OutdatedDraftError
        release.person = by.person
        release.state, release.released_at = Release.State.RELEASED, timezone.now()
        release.save()
    return release


def _draft(by: By, release_id: UUID) -> Release:
    release = drafts_by(by).filter(id=release_id).first()
    if release is None:
        raise NotFoundError
    if release.state != Release.State.DRAFT:
        raise ReleaseStateError
    return release


def _check(release: Release) -> None:
    """That nothing has changed since a draft was computed, and that its proofs hold."""
    now = problem_now(release)
    is_same = said_by(digests((*now.protected, *now.seen))) == said_by(release.inputs)
    out = [str(one.id) for one in now.before]
    if not is_same or out != release.after or now.knows != release.home_read()["knows"]:
        raise OutdatedDraftError
    if proofs_failing(release):
        raise ReleaseStateError(_("A proof that its cells are protected does not hold."))


def release_drop(*, by: By, release_id: UUID) -> None:
    """Throw a draft away; raises ``NotFoundError``."""
    if not drafts_by(by).filter(id=release_id).delete()[0]:
        raise NotFoundError


def release_withdraw(*, by: By, release_id: UUID, reason: str) -> Release:
    """Show a release no longer. Whoever has it keeps it, so later ones still reckon with it.

    The operator may withdraw any. Raises ``NotFoundError``, ``ReleaseStateError``,
    ``ReleaseError`` where no reason is given, and as ``texts_require`` does for the reason.
    """
    if not reason.strip():
        raise ReleaseError(fields={"reason": _("Say why it is withdrawn.")})
    with transaction.atomic():
        release = Release.objects.select_for_update().filter(id=release_id).first()
        if release is None or not release.is_out:
            raise NotFoundError
        if by != OPERATOR and (by.institution, by.network) != (
            release.institution,
            release.network,
        ):
            raise NotAllowedError
        if release.state != Release.State.RELEASED:
            raise ReleaseStateError
        decider = Actor(by.institution or by.network or node_ensure().id, by.person)
        texts_require(actor=decider, texts={"reason": reason}, where="release")
        release.state, release.withdrawn_at = Release.State.WITHDRAWN, timezone.now()
        release.withdrawn_because = reason.strip()
        release.save(update_fields=["state", "withdrawn_at", "withdrawn_because"])
    return release


def releases_forget(*, before: dt.datetime | None = None) -> int:
    """Delete drafts that nobody let out within a week."""
    old = Release.objects.filter(
        released_at=None, made_at__lt=before or timezone.now() - DRAFTS_KEPT
    )
    count: int = old.delete()[0]
    return count


def home_forget(*, record_id: UUID) -> int:
    """Forget what releases rest on where a purged record is in it; the tables stay as they were.

    Drafts go altogether. Returns how many releases can no longer be proved.
    """
    count = 0
    for release in Release.objects.exclude(home=b""):
        if str(record_id) not in release.records:
            continue
        if not release.is_out:
            release.delete()
            continue
        release.home, count = b"", count + 1
        release.inputs = [line for line in release.inputs if line[0] != str(record_id)]
        release.save(update_fields=["home", "inputs"])
    return count
