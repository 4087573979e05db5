"""The tasks of the worker."""

from __future__ import annotations

from django_tasks import task

from concord.studies.services import studies_run_all


@task()
def run_studies() -> None:
    """Bring the kept results of public pages up to the newest revision."""
    studies_run_all()
