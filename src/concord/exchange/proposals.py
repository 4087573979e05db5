"""Proposing what another's record should say, and settling what was proposed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Mandate, Person, Proposal, Role, What
from concord.accounts.notices import notice_of_waiting, notice_send
from concord.accounts.selectors import acting_list, coordinating_list, viewer_for
from concord.core.disclosure import ANYONE, PUBLIC, Actor, Viewer
from concord.exchange.threeway import Change, carried, changes_of
from concord.exchange.workbook.cells import Content, Sense
from concord.exchange.workbook.names import Names
from concord.record.audiences import viewer_as
from concord.record.errors import ChangedMeanwhileError, ConcordError, NotFoundError
from concord.record.publishing import Written, records_publish, revisions_write_or_hold
from concord.record.selectors import RecordView, record_get, records_get
from concord.record.sensitive import OnTheWay, sensitive_require, texts_require
from concord.record.services import Draft, content_parse, revision_write
from concord.register.citing import citation, cited, source_named
from concord.register.citing import source_said as source_new
from concord.register.reading import title_of
from concord.register.words import InstitutionKind

OPEN_AT_ONCE: Final = 50
"""Proposals that one person may have open."""
LARGEST: Final = 200_000
LONGEST: Final = 2_000
SHOWN: Final = 200


class ProposalError(ConcordError):
    """A proposal cannot be taken as it is; ``fields`` says what to mend."""

    code = "proposal"
    status = 422
    title = gettext_lazy("The proposal cannot be taken as it is.")


class SettledError(ConcordError):
    """Somebody has settled the proposal already."""

    code = "proposal-settled"
    status = 409
    title = gettext_lazy("This proposal was settled in the meantime.")


@dataclass(frozen=True, slots=True)
class Settling:
    """Who settles a proposal, what they may see, and the record as they see it."""

    proposal: Proposal
    actor: Actor
    viewer: Viewer
    record: RecordView | None
    by_coordinator: bool = False


def proposal_faults(*, reason: str, source: str) -> dict[str, str]:
    """What is to be mended of what stands beside the content."""
    found: dict[str, str] = {}
    if not reason.strip():
        found["why"] = _("Say why, so that the owner can judge it.")
    if not source.strip():
        found["source"] = _("Name a source: its title, its address, or a reference.")
    for name, text in (("why", reason), ("source", source)):
        if len(text) > LONGEST:
            found[name] = _("At most %(n)d characters are possible.") % {"n": LONGEST}
    return found


def proposal_make(
    *,
    person: Person,
    viewer: Viewer,
    kind: str,
    institution: UUID,
    record: RecordView | None,
    base: Content,
    wanted: Content,
    made_from: int,
    reason: str,
    source: str,
    locator: str = "",
    language: str = "en",
) -> Proposal:
    """Propose to an institution what a record of it should say, or one more.

    ``source`` is the id, address or title of a source of the register, or a reference in words.
    Raises ``ProposalError``.
    """
    if faults := proposal_faults(reason=reason, source=source):
        raise ProposalError(fields=faults)
    if base == wanted:
        raise ProposalError(_("Nothing was changed: there is nothing to propose."))
    texts = {"why": reason, "source": source, "locator": locator}
    texts_require(actor=None, texts=texts, where="proposal")
    change = OnTheWay(record.id if record else institution, kind, wanted, base, lambda: False)
    sensitive_require(actor=Actor(institution, person.id), changes=[change])
    if len(orjson.dumps([base, wanted])) > LARGEST:
        raise ProposalError(_("This is too much for one proposal."))
    found = source_named(viewer=viewer, text=source)
    with transaction.atomic():
        Person.objects.select_for_update().get(id=person.id)  # two at once are counted in turn
        if person_open(person) >= OPEN_AT_ONCE:
            message = _("You have %(n)d open proposals. Wait until some are settled.")
            raise ProposalError(message % {"n": OPEN_AT_ONCE})
        proposal = Proposal.objects.create(
            record_id=record.id if record else uuid4(),
            kind=kind,
            institution=record.owner if record else institution,
            made_from=made_from,
            base=base,
            content=wanted,
            language=language,
            reason=reason.strip(),
            source=found.id if found else None,
            source_text="" if found else source.strip(),
            locator=locator.strip()[:500],
            person=person.id,
        )
    _tell_owner(proposal, record)
    return proposal


def person_open(person: Person) -> int:
    """How many proposals of a person are open."""
    return Proposal.objects.filter(person=person.id, state=Proposal.State.OPEN).count()


def _tell_owner(proposal: Proposal, record: RecordView | None) -> None:
    address = f"/proposals/{proposal.id}/"
    notice_send(
        what=What.PROPOSAL, address=address, institution=proposal.institution, but=proposal.person
    )
    if record is not None and _is_compiled(record):
        networks = Mandate.objects.filter(role=Role.COORDINATOR).values_list("network", flat=True)
        for network in networks.distinct():
            notice_send(
                what=What.PROPOSAL, address="/desk/proposals/", network=network,
                but=proposal.person,
            )  # fmt: skip


def _is_compiled(record: RecordView) -> bool:
    """Whether everybody sees it and it is a compiler's word on others, which none took over."""
    if record.audience != PUBLIC or record.id == record.owner:
        return False
    owner = records_get(viewer=ANYONE, ids=[record.owner]).get(record.owner)
    kinds = owner.content.get("kinds", ()) if owner else ()
    return list(kinds) == [InstitutionKind.COMPILER]


def proposals_to(*, person: Person) -> list[Proposal]:
    """Open proposals that a person may settle, oldest first."""
    rows = Proposal.objects.filter(state=Proposal.State.OPEN).order_by("made_at")
    found = []
    for row in _in_batches(person, list(rows[: SHOWN * 10])):
        found.append(row)
        if len(found) == SHOWN:
            break
    return found


def _in_batches(person: Person, rows: list[Proposal]) -> Iterator[Proposal]:
    edits = {a.institution for a in acting_list(person=person) if a.may(Role.EDITOR)}
    coordinates = bool(coordinating_list(person=person))
    viewer = viewer_as(*edits) if edits else ANYONE
    records = records_get(viewer=viewer, ids=[row.record_id for row in rows])
    for row in rows:
        record = records.get(row.record_id)
        owner = record.owner if record else row.institution
        is_theirs = owner in edits and (record is not None or row.is_addition)
        if is_theirs or (coordinates and record is not None and _may_coordinate(row, record)):
            yield row


def _may_coordinate(proposal: Proposal, record: RecordView) -> bool:
    """Whether a coordinator settles it: of a compiler's record, and of what everybody sees."""
    if proposal.is_addition or not _is_compiled(record):
        return False
    public = records_get(viewer=ANYONE, ids=[record.id]).get(record.id)
    touched = {
        name
        for name in {*proposal.base, *proposal.content}
        if proposal.base.get(name) != proposal.content.get(name)
    }
    return public is not None and not touched & set(public.withheld)


def proposals_by(*, person: Person) -> list[Proposal]:
    """What a person proposed, newest first."""
    return list(Proposal.objects.filter(person=person.id).order_by("-made_at")[:SHOWN])


def proposal_settling(*, person: Person, proposal_id: UUID) -> Settling:
    """A proposal that a person may settle; raises ``NotFoundError`` where there is none."""
    proposal = Proposal.objects.filter(id=proposal_id).first()
    if proposal is None:
        raise NotFoundError
    for acting in acting_list(person=person):
        viewer = viewer_as(acting.institution)
        record = records_get(viewer=viewer, ids=[proposal.record_id]).get(proposal.record_id)
        owner = record.owner if record else proposal.institution
        is_there = record is not None or proposal.is_addition or not proposal.is_open
        if owner == acting.institution and is_there and acting.may(Role.EDITOR):
            return Settling(proposal, acting.require(Role.EDITOR), viewer, record)
    if coordinating_list(person=person):
        record = records_get(viewer=ANYONE, ids=[proposal.record_id]).get(proposal.record_id)
        if record is not None and _may_coordinate(proposal, record):
            actor = Actor(record.owner, person.id, may_publish=True)
            return Settling(proposal, actor, viewer_for(person=person), record, by_coordinator=True)
    raise NotFoundError


def proposal_changes(*, settling: Settling, language: str) -> list[Change]:
    """What was proposed beside what the record says now."""
    proposal, record = settling.proposal, settling.record
    names = Names(settling.viewer, language)
    now = record.content if record else {}
    return changes_of(proposal.kind, proposal.base, proposal.content, now, names)


def proposal_own_changes(*, person: Person, proposal: Proposal, language: str) -> list[Change]:
    """The same for who proposed it: as much as they may see of the record today."""
    viewer = viewer_for(person=person)
    now: Content = {}
    withheld: tuple[str, ...] = ()
    if not proposal.is_addition:
        record = records_get(viewer=viewer, ids=[proposal.record_id]).get(proposal.record_id)
        if record is None:
            return []
        now, withheld = record.content, record.withheld
    base, wanted = (
        {name: value for name, value in content.items() if name not in withheld}
        for content in (proposal.base, proposal.content)
    )
    return changes_of(proposal.kind, base, wanted, now, Names(viewer, language))


def proposal_accept(
    *, person: Person, proposal_id: UUID, made_from: int, language: str, answer: str = ""
) -> Written:
    """Write what was proposed into the record as it stands in its revision ``made_from``.

    What the proposer did not touch stays. Raises ``ChangedMeanwhileError`` where the record has a
    newer revision than who accepts it has seen, ``SettledError`` and ``NotFoundError``.
    """
    with transaction.atomic():
        settling = _open(person, proposal_id)
        proposal = settling.proposal
        return _write(
            settling, proposal.base, proposal.content, made_from, language,
            Proposal.State.ACCEPTED, answer,
        )  # fmt: skip


def proposal_amend(
    *,
    person: Person,
    proposal_id: UUID,
    base: Content,
    wanted: Content,
    made_from: int,
    language: str,
    answer: str = "",
) -> Written:
    """Write what the owner made of a proposal: the change from ``base`` to ``wanted``."""
    with transaction.atomic():
        settling = _open(person, proposal_id)
        return _write(settling, base, wanted, made_from, language, Proposal.State.AMENDED, answer)


def _open(person: Person, proposal_id: UUID) -> Settling:
    Proposal.objects.select_for_update().filter(id=proposal_id).first()
    settling = proposal_settling(person=person, proposal_id=proposal_id)
    if not settling.proposal.is_open:
        raise SettledError
    return settling


def _write(  # noqa: PLR0917 - what is written, and how it is said
    settling: Settling,
    base: Content,
    wanted: Content,
    made_from: int,
    language: str,
    state: Proposal.State,
    answer: str,
) -> Written:
    proposal, actor = settling.proposal, settling.actor
    content, existing = wanted, 0
    if settling.record is not None:
        whole = record_get(viewer=viewer_as(actor.institution), record_id=proposal.record_id)
        existing, told = whole.revision_number, settling.record.revision_number
        if made_from != told:
            raise ChangedMeanwhileError(fields={str(whole.id): str(told)})
        sense = Sense(Names(settling.viewer, language))
        content = carried(proposal.kind, base, wanted, whole.content, sense)
        if content == whole.content:
            _settle(settling, state, answer)
            return Written([], [])
    if source := _source(settling):
        content = cited(content, citation(source, proposal.locator))
    draft = Draft(
        content_parse(kind=proposal.kind, data=content), proposal.record_id, made_from=existing
    )
    written = revisions_write_or_hold(
        actor=actor, drafts=[draft], via="proposal", reason=_because(settling)
    )
    notice_of_waiting(actor=actor, waiting=written.waiting)
    _settle(settling, state, answer)
    return written


def _source(settling: Settling) -> UUID | None:
    """The source of a proposal, which its record cites from now on; None if the owner sees it not.

    One that is named in words becomes a source of the owner's. Its institution alone sees it at
    first; everybody does where they see the record and who accepts the proposal may publish.
    """
    proposal, actor = settling.proposal, settling.actor
    owner, text = viewer_as(actor.institution), proposal.source_text
    if proposal.source:
        return next(iter(records_get(viewer=owner, ids=[proposal.source])), None)
    if found := source_named(viewer=owner, text=text):
        return found.id
    reason = _("named in a proposal that was accepted")
    draft = Draft(source_new(text, proposal.language))
    made = revision_write(actor=actor, draft=draft, via="proposal", reason=reason)
    is_public = settling.record is not None and settling.record.audience == PUBLIC
    if is_public and actor.may_publish:
        records_publish(actor=actor, ids=[made], reason=reason)
    return made


def _because(settling: Settling) -> str:
    said = source_said(settling.proposal, "en")
    reason = _("proposed; source: %(source)s") % {"source": said}
    if settling.by_coordinator:
        reason = _("%(reason)s; settled by the coordinator of a network") % {"reason": reason}
    return reason[:LONGEST]


def source_said(proposal: Proposal, language: str) -> str:
    """The source of a proposal in words."""
    said = proposal.source_text
    if proposal.source:
        found = records_get(viewer=ANYONE, ids=[proposal.source]).get(proposal.source)
        said = title_of(found, language) if found else str(proposal.source)
    return f"{said}, {proposal.locator}" if proposal.locator else said


def proposal_decline(*, person: Person, proposal_id: UUID, answer: str) -> None:
    """Leave the record as it is, and say why.

    Raises ``ProposalError``, ``SettledError``, ``NotFoundError`` and ``SensitiveContentError``.
    """
    if not answer.strip():
        raise ProposalError(fields={"answer": _("Say why you decline it.")})
    with transaction.atomic():
        _settle(_open(person, proposal_id), Proposal.State.DECLINED, answer)


def proposal_withdraw(*, person: Person, proposal_id: UUID) -> None:
    """Take a proposal of one's own back while nobody has settled it."""
    rows = Proposal.objects.filter(id=proposal_id, person=person.id)
    if not rows.exists():
        raise NotFoundError
    now = timezone.now()
    if not rows.filter(state=Proposal.State.OPEN).update(
        state=Proposal.State.WITHDRAWN, settled_at=now, settled_by=person.id
    ):
        raise SettledError


def _settle(settling: Settling, state: Proposal.State, answer: str) -> None:
    if settling.actor.person is None:
        raise NotAllowedError
    texts_require(actor=None, texts={"answer": answer}, where="proposal")
    proposal = settling.proposal
    proposal.state, proposal.settled_at = state, timezone.now()
    proposal.settled_by, proposal.settled_because = settling.actor.person, answer.strip()[:LONGEST]
    proposal.save(update_fields=["state", "settled_at", "settled_by", "settled_because"])
    notice_send(
        what=What.PROPOSAL_SETTLED,
        address="/me/proposals/",
        person=proposal.person,
        but=settling.actor.person,
    )
