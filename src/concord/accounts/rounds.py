"""Rounds: asking, answering, reminding, closing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.accounts.models import Role, Round, RoundAsked, What, Wording
from concord.accounts.notices import notice_send
from concord.accounts.selectors import Acting, Coordinating
from concord.core.disclosure import ANYONE, Actor, Viewer
from concord.core.timespan import TimeSpan, TimeSpanError
from concord.record.errors import ConcordError, NotFoundError
from concord.record.publishing import Written, waiting_for_institution
from concord.record.selectors import records_get
from concord.record.sensitive import texts_require
from concord.register.declarations import KIND, Declared, declaration_list, declaration_put

MOST_YEARS: Final = 10
MOST_ASKED: Final = 500
BETWEEN_REMINDERS: Final = dt.timedelta(days=7)
MOST_REMINDERS: Final = 5


class RoundError(ConcordError):
    """A round cannot be as it was asked for; ``fields`` says what to mend."""

    code = "invalid-round"
    status = 422
    title = gettext_lazy("The round cannot be opened like this.")


class RoundClosedError(ConcordError):
    """The round is closed, or not open yet."""

    code = "round-closed"
    status = 409
    title = gettext_lazy("This round is not open.")


@dataclass(frozen=True, slots=True)
class Asked:
    """An institution of a round, with what it declared of each year as far as one may see."""

    institution: UUID
    asked_at: dt.datetime | None
    reminded_at: dt.datetime | None
    declared: tuple[Declared | None, ...]
    """For each year of the round."""

    @property
    def has_answered(self) -> bool:
        """Whether it declared something of every year that is asked about."""
        return all(self.declared)


@dataclass(frozen=True, slots=True)
class AskedYear:
    """A year that an open round asks an institution about, and what it declared of it so far."""

    round: Round
    year: int
    declared: Declared | None
    is_waiting: bool


def round_make(
    *,
    coordinating: Coordinating,
    title: str,
    reason: str,
    rules: str,
    language: str,
    period: str,
    opens_on: dt.date | None,
    due_on: dt.date | None,
    institutions: Collection[UUID],
    wordings: Sequence[Wording] = (),
) -> Round:
    """Ask institutions about a period; they are told on the day on which it opens.

    ``wordings`` say the same in other languages; those without any text are left out.

    Raises ``RoundError`` with everything that is to be mended, and as ``texts_require`` does for
    the texts: the network decides on warnings.
    """
    faults: dict[str, str] = {}
    if not title.strip():
        faults["title"] = _("Give the round a title.")
    if not reason.strip():
        faults["reason"] = _("Say why you ask, and what becomes of the answers.")
    others = _worded(wordings, language, faults)
    span = _period(period, faults)
    today = timezone.now().date()
    if opens_on is None:
        faults["opens_on"] = _("Say from which day on it can be answered, such as 2026-03-05.")
    if due_on is None:
        faults["due_on"] = _("Say by which day you ask for answers, such as 2026-03-05.")
    elif due_on < max(today, opens_on or today):
        faults["due_on"] = _("Answers must be due after the round opens, and not in the past.")
    if fault := _asked_fault(institutions):
        faults["institution"] = fault
    if faults or opens_on is None or due_on is None:
        raise RoundError(fields=faults)
    with transaction.atomic():
        texts_require(
            actor=Actor(coordinating.network, coordinating.person),
            texts={"title": title, "reason": reason, "rules": rules} | _texts_in(others),
            where="round",
        )
        made = Round.objects.create(
            network=coordinating.network,
            coordinator=coordinating.person,
            language=language,
            title=title.strip()[:200],
            reason=reason.strip(),
            rules=rules.strip(),
            wordings=others,
            period=span,
            opens_on=opens_on,
            due_on=due_on,
        )
        _ask(made, institutions)
    return made


def round_word(*, coordinating: Coordinating, round_id: UUID, wordings: Sequence[Wording]) -> None:
    """Say a round in other languages, instead of what was said in them before.

    Raises ``RoundError``, ``NotFoundError``, and as ``texts_require`` does.
    """
    found, faults = _own(coordinating, round_id), dict[str, str]()
    others = _worded(wordings, found.language, faults)
    if faults:
        raise RoundError(fields=faults)
    with transaction.atomic():
        texts_require(
            actor=Actor(coordinating.network, coordinating.person),
            texts=_texts_in(others),
            where="round",
        )
        Round.objects.filter(id=found.id).update(wordings=others)


def _worded(
    wordings: Sequence[Wording], own: str, faults: dict[str, str]
) -> dict[str, dict[str, str]]:
    """Wordings as they are kept, with a fault where one has a text but not all that it must."""
    kept: dict[str, dict[str, str]] = {}
    for wording in wordings:
        said = {name: text.strip() for name, text in asdict(wording).items() if name != "language"}
        if wording.language == own or not any(said.values()):
            continue
        for name in ("title", "reason"):
            if not said[name]:
                faults[f"{name}-{wording.language}"] = _(
                    "Give both the title and the reason in this language, or neither."
                )
        kept[wording.language] = said | {"title": said["title"][:200]}
    return kept


def _texts_in(others: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {
        f"{name}-{language}": text
        for language, said in others.items()
        for name, text in said.items()
    }


def _period(text: str, faults: dict[str, str]) -> str:
    try:
        span = TimeSpan.parse(text.strip())
    except TimeSpanError:
        span = None
    if span is None or not 0 < len(span.years()) <= MOST_YEARS or not span.start or not span.end:
        faults["period"] = _(
            "Give the period as a year such as 2026, years such as 2024/2026 or dates such as "
            "2026-04/2027-03; at most ten years."
        )
        return ""
    return str(span)


def _asked_fault(institutions: Collection[UUID]) -> str:
    if not institutions:
        return _("Choose at least one institution to ask.")
    if len(institutions) > MOST_ASKED:
        return _("At most %(n)d institutions can be asked at a time.") % {"n": MOST_ASKED}
    found = records_get(viewer=ANYONE, ids=institutions)
    if {i for i, record in found.items() if record.kind == "institution"} != set(institutions):
        return _("One of these is not an institution of the register.")
    return ""


def round_ask(*, coordinating: Coordinating, round_id: UUID, institutions: Collection[UUID]) -> int:
    """Ask further institutions; return how many were not asked before."""
    found = _own(coordinating, round_id)
    if fault := _asked_fault(institutions):
        raise RoundError(fields={"institution": fault})
    known = set(found.asked.values_list("institution", flat=True))
    with transaction.atomic():
        _ask(found, set(institutions) - known)
    return len(set(institutions) - known)


def _ask(found: Round, institutions: Collection[UUID]) -> None:
    rows = [RoundAsked(round=found, institution=institution) for institution in institutions]
    RoundAsked.objects.bulk_create(rows, ignore_conflicts=True)
    rounds_open(round_id=found.id)


def rounds_open(*, round_id: UUID | None = None) -> int:
    """Tell the institutions of rounds that opened; return how many were told. Run every day."""
    now = timezone.now()
    rows = RoundAsked.objects.filter(
        asked_at=None, round__closed_at=None, round__opens_on__lte=now.date()
    )
    if round_id:
        rows = rows.filter(round=round_id)
    told = 0
    for row in rows.select_related("round"):
        if RoundAsked.objects.filter(id=row.id, asked_at=None).update(asked_at=now):
            _tell(row, What.ROUND_OPENED)
            told += 1
    return told


def _tell(row: RoundAsked, what: What) -> None:
    notice_send(
        what=what,
        address=f"/rounds/{row.round_id}/",
        institution=row.institution,
        but=row.round.coordinator,
    )


def round_remind(
    *, coordinating: Coordinating, round_id: UUID, institutions: Collection[UUID] = ()
) -> int:
    """Remind institutions that have not answered, all of them where none is named.

    Nobody is reminded within a week of being asked or reminded, nor more than five times; return
    how many were.
    """
    found = _own(coordinating, round_id)
    if found.closed_at or found.opens_on > timezone.now().date():
        raise RoundClosedError
    silent = {a.institution for a in round_asked(viewer=ANYONE, found=found) if not a.has_answered}
    if institutions:
        silent &= set(institutions)
    now = timezone.now()
    since = now - BETWEEN_REMINDERS
    due = found.asked.filter(
        Q(reminded_at__lt=since) | Q(reminded_at=None, asked_at__lt=since),
        institution__in=silent,
        reminders__lt=MOST_REMINDERS,
    )
    reminded = 0
    for row in due.select_related("round"):
        same = RoundAsked.objects.filter(id=row.id, reminders=row.reminders)
        if same.update(reminded_at=now, reminders=F("reminders") + 1):
            _tell(row, What.ROUND_REMINDER)
            reminded += 1
    return reminded


def round_close(*, coordinating: Coordinating, round_id: UUID) -> None:
    """End a round: nobody is asked or reminded any more; what was declared stays."""
    found = _own(coordinating, round_id)
    Round.objects.filter(id=found.id, closed_at=None).update(closed_at=timezone.now())


def round_answer(
    *, acting: Acting, round_id: UUID, year: int, completeness: str, note: str, language: str
) -> Written:
    """Declare how complete the institution's records of a year are, in answer to a round."""
    found = round_get(round_id=round_id)
    is_asked = found.asked.filter(institution=acting.institution, asked_at__isnull=False).exists()
    if not is_asked or year not in found.years:
        raise NotFoundError
    if found.closed_at:
        raise RoundClosedError
    done = declaration_put(
        actor=acting.require(Role.EDITOR),
        year=year,
        completeness=completeness,
        note=note,
        language=language,
        round_id=found.id,
    )
    if done.written:
        notice_send(
            what=What.ROUND_ANSWERED,
            address=f"/rounds/{found.id}/",
            network=found.network,
            but=acting.person,
        )
    return done


def _own(coordinating: Coordinating, round_id: UUID) -> Round:
    found = Round.objects.filter(id=round_id, network=coordinating.network).first()
    if found is None:
        raise NotFoundError
    return found


def round_list(*, network: UUID | None = None) -> list[Round]:
    """Rounds, those that are open first, then the newest."""
    rows = Round.objects.all() if network is None else Round.objects.filter(network=network)
    return list(rows.order_by(F("closed_at").desc(nulls_first=True), "-opens_on", "-made_at"))


def round_get(*, round_id: UUID) -> Round:
    """A round; raises ``NotFoundError``."""
    found = Round.objects.filter(id=round_id).first()
    if found is None:
        raise NotFoundError
    return found


def round_asked(*, viewer: Viewer, found: Round) -> list[Asked]:
    """Whom a round asks, and what each declared of its years as far as the viewer may see."""
    declared = {
        (d.institution, year): d
        for year in found.years
        for d in declaration_list(viewer=viewer, year=year)
    }
    return [
        Asked(
            row.institution,
            row.asked_at,
            row.reminded_at,
            tuple(declared.get((row.institution, year)) for year in found.years),
        )
        for row in found.asked.order_by("institution")
    ]


def asked_years(*, viewer: Viewer, institution: UUID) -> list[AskedYear]:
    """What open rounds ask an institution, soonest due first; for the institution itself."""
    waiting = {
        row.content.get("year")
        for row in waiting_for_institution(institution=institution)
        if row.kind == KIND and not row.returned_because
    }
    rows = Round.objects.filter(
        closed_at=None, asked__institution=institution, asked__asked_at__isnull=False
    ).order_by("due_on")
    known = {d.year: d for d in declaration_list(viewer=viewer, institution=institution)}
    return [
        AskedYear(found, year, known.get(year), year in waiting)
        for found in rows
        for year in found.years
    ]
