"""The tasks of the worker."""

from __future__ import annotations

from uuid import UUID

from django_tasks import task

from concord.exchange.uploads import upload_compare, uploads_forget
from concord.studies.services import studies_run_all


@task()
def run_studies() -> None:
    """Bring the kept results of public pages up to the newest revision."""
    studies_run_all()


@task()
def compare_upload(upload_id: str) -> None:
    """Compare an upload too large for a page to wait for."""
    upload_compare(upload_id=UUID(upload_id))


@task()
def forget_uploads() -> None:
    """Delete what was uploaded more than 30 days ago."""
    uploads_forget()
