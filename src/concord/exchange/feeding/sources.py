"""The feeds of an institution: made, tried, approved, paused, changed, removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.vocabulary import LANGUAGES as OWN_LANGUAGES
from concord.core.vocabulary.folding import fold
from concord.core.vocabulary.languages import read_tag
from concord.exchange.feeding.errors import FeedBusyError, FeedFormError, FeedStateError
from concord.exchange.feeding.getting import policy
from concord.exchange.feeding.mapping import COUNTRIES, LANGUAGES, LISTS, NO_WORD, PARTIES
from concord.exchange.feeding.planning import Outcome
from concord.exchange.feeding.running import STALE
from concord.exchange.feeds.fetching import UnreachableFeedError, address_require
from concord.exchange.models import FeedRun, FeedSource, Remembered
from concord.exchange.workbook.choices import choices
from concord.record.audiences import viewer_as
from concord.record.errors import NotFoundError
from concord.record.selectors import record_get
from concord.record.sensitive import SensitiveContentError, texts_require

MOST_SOURCES: Final = 50
"""Feeds that one institution may have."""
CLAIMED: Final = dt.timedelta(hours=1)
"""When a feed that fell due is asked for again, should nobody have read it by then."""
_CODES: Final = {"topics": "topics", "roles": "roles"}


def feed_source_make(
    *, acting: Acting, name: str, url: str, hours: int, defaults: Mapping[str, Any]
) -> FeedSource:
    """Take a feed down to be tried; nothing is fetched yet. Raises ``FeedFormError``."""
    acting.require(Role.EDITOR)
    url, name = url.strip(), name.strip()
    errors: dict[str, str] = {}
    mine = FeedSource.objects.filter(institution=acting.institution)
    try:
        address_require(url, allowed=policy())
    except UnreachableFeedError as error:
        errors["url"] = error.detail
    if len(url) > 2000:
        errors["url"] = _("This address is too long.")
    elif mine.filter(url=url).exists():
        errors["url"] = _("Your institution has this feed already.")
    elif mine.count() >= MOST_SOURCES:
        errors["url"] = _("Your institution has %(most)s feeds, and no more are possible.") % {
            "most": MOST_SOURCES
        }
    errors |= _faults_of(name, hours)
    if errors:
        raise FeedFormError(fields=errors)
    return FeedSource.objects.create(
        institution=acting.institution,
        name=name,
        url=url,
        hours=hours,
        defaults=_defaults(defaults),
        made_by=acting.person,
    )


def _faults_of(name: str, hours: int) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not name or len(name) > 200:
        errors["name"] = _("Give it a name of up to 200 letters, by which you know it again.")
    try:  # the name stands in the reason of what it writes, and its records cite it
        texts_require(actor=None, texts={"name": name}, where="feed")
    except SensitiveContentError as error:
        errors["name"] = error.detail or str(error.title)
    if hours not in FeedSource.Schedule.values:
        errors["hours"] = _("Choose how often it is read.")
    return errors


def _defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """What items say where they do not: only codes and languages that there are."""
    found: dict[str, Any] = {}
    for name, listed in _CODES.items():
        known = choices(listed).shown("en")
        if codes := [code for code in given.get(name, ()) if code in known]:
            found[name] = codes
    if given.get("activity_kind") in choices("ActivityKind").shown("en"):
        found["activity_kind"] = given["activity_kind"]
    found["language"] = given.get("language") if given.get("language") in OWN_LANGUAGES else "en"
    if given.get("material_as") == "course":
        found["material_as"] = "course"
    found["told_in"] = get_language() or settings.LANGUAGE_CODE
    return found


def feed_change(
    *, acting: Acting, source_id: UUID, name: str, hours: int, defaults: Mapping[str, Any]
) -> FeedSource:
    """Change what a feed is called, how often it is read, and what its items say by default."""
    acting.require(Role.EDITOR)
    if errors := _faults_of(name.strip(), hours):
        raise FeedFormError(fields=errors)
    source = feed_get(acting=acting, source_id=source_id)
    source.name, source.hours, source.defaults = name.strip(), hours, _defaults(defaults)
    source.save(update_fields=["name", "hours", "defaults"])
    return source


def feed_ask(*, acting: Acting, source_id: UUID, sort: FeedRun.Sort) -> FeedSource:
    """Ask the worker for a reading; raises ``FeedBusyError`` where one is asked for or going on."""
    acting.require(Role.EDITOR)
    now = timezone.now()
    old = now - STALE
    free = (Q(busy_since=None) | Q(busy_since__lt=old)) & (
        Q(waits_since=None) | Q(waits_since__lt=old)
    )
    source = feed_get(acting=acting, source_id=source_id)
    if sort is not FeedRun.Sort.TRIAL and source.state != FeedSource.State.APPROVED:
        raise FeedStateError
    if not FeedSource.objects.filter(free, id=source_id).update(waits_since=now):
        raise FeedBusyError
    source.waits_since = now
    return source


def feed_approve(
    *, acting: Acting, source_id: UUID, lets_out: bool = False, though_empty: bool = False
) -> FeedSource:
    """Let a feed that was tried, or that was paused, write from now on.

    ``lets_out`` lets it change what others see already without waiting for a publisher. A feed in
    which the trial found nothing is most often the wrong address: ``though_empty`` says that it is
    not. Raises ``FeedStateError``.
    """
    acting.require(Role.PUBLISHER)
    with transaction.atomic():
        source = _locked(acting, source_id)
        trial = source.runs.filter(sort=FeedRun.Sort.TRIAL).order_by("-began_at").first()
        is_tried = trial is not None and trial.ended_at is not None and not trial.failure
        if source.state == FeedSource.State.APPROVED or trial is None or not is_tried:
            raise FeedStateError
        if feed_run_is_empty(run=trial) and not though_empty:
            raise FeedStateError(
                _("The trial found no item. Say that the feed is empty as yet, or try another.")
            )
        now = timezone.now()
        source.state, source.lets_out = FeedSource.State.APPROVED, lets_out
        source.approved_by, source.approved_at = acting.person, now
        source.next_run_at, source.failures = now, 0
        source.save()
    return source


def feed_run_is_empty(*, run: FeedRun) -> bool:
    """Whether a reading found no item that could be read."""
    return not any(run.counts.get(outcome) for outcome in Outcome)


def feed_pause(*, acting: Acting, source_id: UUID) -> FeedSource:
    """Stop reading a feed until somebody approves it again; its records stay."""
    acting.require(Role.EDITOR)
    with transaction.atomic():
        source = _locked(acting, source_id)
        if source.state != FeedSource.State.APPROVED:
            raise FeedStateError
        source.state, source.next_run_at = FeedSource.State.PAUSED, None
        source.save(update_fields=["state", "next_run_at"])
    return source


def feed_remove(*, acting: Acting, source_id: UUID) -> None:
    """Forget a feed with all that is kept of it; the records that it made stay as they are."""
    acting.require(Role.PUBLISHER)
    with transaction.atomic():
        source = _locked(acting, source_id)
        if source.busy_since and source.busy_since > timezone.now() - STALE:
            raise FeedBusyError
        source.delete()


def _locked(acting: Acting, source_id: UUID) -> FeedSource:
    rows = FeedSource.objects.select_for_update()
    source = rows.filter(id=source_id, institution=acting.institution).first()
    if source is None:
        raise NotFoundError
    return source


def feed_words_remember(
    *, acting: Acting, source_id: UUID, chosen: Mapping[str, tuple[str, str]]
) -> None:
    """Remember what words of feeds mean, for the whole institution.

    Each is a list and a code of it, ``PARTIES`` and the id of an institution, or an empty code for
    what means nothing here. What there is not is passed over.
    """
    acting.require(Role.EDITOR)
    feed_get(acting=acting, source_id=source_id)
    viewer = viewer_as(acting.institution)
    for word, (name, code) in chosen.items():
        if name == PARTIES and code:
            try:
                record_get(viewer=viewer, record_id=UUID(code), kind="institution")
            except (NotFoundError, ValueError):
                continue
        elif code and not _is_listed(name, code):
            continue
        Remembered.objects.update_or_create(
            institution=acting.institution,
            subject=name if code else NO_WORD,
            text=fold(word)[:300],
            defaults={"choice": code or "-"},
        )


def _is_listed(name: str, code: str) -> bool:
    if name == LANGUAGES:
        return read_tag(code) == code
    return name in {*LISTS, COUNTRIES} and code in choices(name).shown("en")


def feed_get(*, acting: Acting, source_id: UUID) -> FeedSource:
    """A feed of the institution; raises ``NotFoundError``."""
    source = FeedSource.objects.filter(id=source_id, institution=acting.institution).first()
    if source is None:
        raise NotFoundError
    return source


def feed_is_reading(*, source: FeedSource) -> bool:
    """Whether a reading is asked for or going on, by a worker that is still there."""
    since = source.busy_since or source.waits_since
    return since is not None and since > timezone.now() - STALE


def feed_list(*, acting: Acting) -> list[FeedSource]:
    """The institution's feeds by name."""
    return list(FeedSource.objects.filter(institution=acting.institution).order_by("name"))


def feed_runs(*, source: FeedSource, count: int = 20) -> list[FeedRun]:
    """The last readings of a feed, newest first."""
    return list(source.runs.order_by("-began_at").defer("rows", "faults", "words")[:count])


def feed_run_get(*, source: FeedSource, run_id: UUID) -> FeedRun:
    """One reading; raises ``NotFoundError``."""
    run = source.runs.filter(id=run_id).first()
    if run is None:
        raise NotFoundError
    return run


def feeds_all() -> list[FeedSource]:
    """Every feed of this installation, for its operator."""
    return list(FeedSource.objects.order_by("institution", "name"))


def feeds_claim_due(*, now: dt.datetime | None = None) -> list[tuple[UUID, str]]:
    """Feeds that fall due, each given to one caller alone, however many ask at once.

    With each the language in which its faults are told.
    """
    now = now or timezone.now()
    due = FeedSource.objects.filter(state=FeedSource.State.APPROVED, next_run_at__lte=now)
    claimed = []
    for source in due.order_by("next_run_at"):
        same = FeedSource.objects.filter(id=source.id, next_run_at=source.next_run_at)
        if same.update(next_run_at=now + CLAIMED):
            told_in = source.defaults.get("told_in", settings.LANGUAGE_CODE)
            claimed.append((source.id, told_in))
    return claimed
