"""The tasks of the worker."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.core.management import call_command
from django_tasks import task

from concord.accounts.models import What
from concord.accounts.notices import notice_send, notices_digest
from concord.exchange.scanning import duplicates_find
from concord.exchange.uploads import upload_compare, uploads_forget
from concord.jobs.schedule import periodic
from concord.studies.services import studies_run_all

DAY = dt.timedelta(days=1)


@task()
def run_studies() -> None:
    """Bring the kept results of public pages up to the newest revision."""
    studies_run_all()


@task()
def compare_upload(upload_id: str) -> None:
    """Compare an upload too large for a page to wait for."""
    upload = upload_compare(upload_id=UUID(upload_id))
    address = f"/desk/uploads/{upload.id}/"
    notice_send(what=What.UPLOAD_READY, address=address, person=upload.person)


@periodic(DAY)
def forget_uploads() -> None:
    """Delete what was uploaded more than 30 days ago."""
    uploads_forget()


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
