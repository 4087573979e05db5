"""The tasks of the worker."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from uuid import UUID

from django.core.management import call_command
from django.utils import timezone, translation
from django_tasks import task

from concord.accounts.models import What
from concord.accounts.notices import notice_send, notices_digest
from concord.accounts.rounds import rounds_open
from concord.accounts.services import token_uses_forget
from concord.accounts.telling import news_tell, over_tell
from concord.core.disclosure import Audience, Viewer
from concord.exchange.deciding import upload_carry_out
from concord.exchange.exports import export_run, exports_forget
from concord.exchange.feeding.errors import FeedBusyError, FeedStateError
from concord.exchange.feeding.running import feed_replay, feed_run, feed_try
from concord.exchange.feeding.sources import feeds_claim_due
from concord.exchange.hooks.following import hooks_follow
from concord.exchange.hooks.sending import hooks_send
from concord.exchange.models import FeedRun, Upload
from concord.exchange.previewing import upload_compare
from concord.exchange.scanning import duplicates_find
from concord.exchange.uploads import uploads_forget
from concord.jobs.schedule import periodic
from concord.library.arriving import arrivals_forget
from concord.library.keeping import files_forget, files_scan
from concord.record.access import access_forget
from concord.record.errors import NotFoundError
from concord.record.rewriting import files_rewrite
from concord.studies.releasing import release_compute, releases_forget
from concord.studies.running import results_forget, run_carry_out
from concord.studies.services import studies_run

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
FIVE_MINUTES = dt.timedelta(minutes=5)
READINGS = {FeedRun.Sort.TRIAL: feed_try, FeedRun.Sort.RUN: feed_run,
            FeedRun.Sort.REPLAY: feed_replay}  # fmt: skip


@task()
def run_studies(audiences: list[str]) -> None:
    """Bring the kept results of whoever is in these audiences up to the newest revision."""
    studies_run(viewer=Viewer(frozenset(map(Audience, audiences))))


@task()
def compare_upload(upload_id: str) -> None:
    """Compare an upload too large for a page to wait for."""
    _tell(upload_compare(upload_id=UUID(upload_id)))


@task()
def carry_out_upload(upload_id: str) -> None:
    """Write an upload, or undo it, that is too large for a page to wait for."""
    upload = upload_carry_out(upload_id=UUID(upload_id))
    if upload.state == Upload.State.COMPARING:  # something was changed meanwhile
        upload = upload_compare(upload_id=upload.id)
    _tell(upload)


def _tell(upload: Upload) -> None:
    address = f"/desk/uploads/{upload.id}/"
    notice_send(what=What.UPLOAD_READY, address=address, person=upload.person)


@task()
def rewrite_files() -> None:
    """Write the files of the database anew after something was removed for good."""
    files_rewrite()


@periodic(FIVE_MINUTES)
def finish_purges() -> None:
    """The same where readers held it back; nothing is done where nothing waits for it."""
    files_rewrite()


@task()
def make_export(export_id: str) -> None:
    """Make a file too large for a page to wait for."""
    export_run(export_id=UUID(export_id))


@periodic(DAY)
def forget_access() -> None:
    """Delete the record of who read what once it is three years old."""
    access_forget()


@periodic(DAY)
def forget_exports() -> None:
    """Delete files that were made more than 30 days ago."""
    exports_forget()


@periodic(DAY)
def forget_uploads() -> None:
    """Delete what was uploaded more than 30 days ago."""
    uploads_forget()


@periodic(DAY)
def open_rounds() -> None:
    """Ask the institutions of rounds that open today."""
    rounds_open()


@periodic(DAY)
def forget_token_uses() -> None:
    """Delete from where tokens were used more than 90 days ago."""
    token_uses_forget()


@periodic(FIVE_MINUTES)
def tell_news() -> None:
    """Tell institutions that a record names them, and owners that they are answered."""
    news_tell()


@periodic(DAY)
def tell_over() -> None:
    """Ask owners who may see day and venue of training that was kept narrow until it was over."""
    over_tell(today=timezone.now().date())


@periodic(DAY)
def send_digests() -> None:
    """Tell people by e-mail what they have not seen in the portal."""
    notices_digest()


@periodic(DAY)
def forget_results() -> None:
    """Delete what the queue keeps of work that was done more than 14 days ago."""
    call_command("prune_db_task_results", verbosity=0)


@task()
def find_duplicates(institution: str) -> None:
    """Search the register for pairs that concern an institution."""
    duplicates_find(institution=UUID(institution))


@task()
def read_feed(source_id: str, sort: str, person: str, language: str) -> None:
    """Try, run or replay one feed; faults are told in the language of who asked."""
    read = READINGS[FeedRun.Sort(sort)]
    with translation.override(language), suppress(FeedBusyError, FeedStateError, NotFoundError):
        # paused, removed or already being read: then there is nothing left to do
        read(source_id=UUID(source_id), person=UUID(person) if person else None)


@periodic(FIVE_MINUTES)
def read_due_feeds() -> None:
    """Put each feed that falls due into the queue, once."""
    for source_id, language in feeds_claim_due():
        read_feed.enqueue(str(source_id), FeedRun.Sort.RUN.value, "", language)


@periodic(MINUTE)
def tell_hooks() -> None:
    """Tell programs elsewhere what changed."""
    hooks_follow()
    hooks_send()


@task()
def run_study(run_id: str) -> None:
    """Run a study that a page does not wait for."""
    run_carry_out(run_id=UUID(run_id))


@periodic(DAY)
def forget_studies() -> None:
    """Delete the oldest results of too many, and runs that nobody waits for."""
    results_forget()


@task()
def compute_release(release_id: str) -> None:
    """Protect a table too large for a page to wait for."""
    release_compute(release_id=UUID(release_id))


@periodic(DAY)
def forget_releases() -> None:
    """Delete drafts of releases that nobody let out within a week."""
    releases_forget()


@periodic(FIVE_MINUTES)
def scan_files() -> None:
    """Have the operator's scanner look through files that came before there was one."""
    files_scan()


@periodic(DAY)
def forget_files() -> None:
    """Delete files of the library that led to no version."""
    arrivals_forget()
    files_forget()
