"""What all tests share: the guard against writes around the services, and a small register."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, settings
from making import EAST_ASIA, Maker

from concord.core.disclosure import Level
from concord.exchange.services import folder_load
from concord.record.following import forget
from concord.record.guard import refuse_unguarded_writes
from concord.studies.services import studies_run_all

# The same inputs on every run, and no test decided by how busy the machine is.
settings.register_profile(
    "concord", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("concord")
# Real argon2, at its lowest cost: people join in most tests, and each would take 0.1 s of them.
Argon2PasswordHasher.time_cost = Argon2PasswordHasher.parallelism = 1
Argon2PasswordHasher.memory_cost = 8
Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _plain_static_files(settings: object) -> None:
    """Static files as they lie in the tree: nothing has to be collected first."""
    settings.STORAGES = {  # type: ignore[attr-defined]
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A page in another language leaves its thread speaking it."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _guarded(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test of the database runs under the guard."""
    forget()
    database = next((n for n in ("transactional_db", "db") if n in request.fixturenames), None)
    if database is None:
        yield
        return
    request.getfixturevalue(database)  # before the guard: its end empties the tables
    with connection.execute_wrapper(refuse_unguarded_writes):
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a skipped test is a failed one."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("CONCORD_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and no skip is allowed here"


@pytest.fixture
def make(db: None) -> Maker:
    return Maker()


@pytest.fixture
def east_asia(db: None) -> None:
    """The register that comes with Concord, loaded and studied."""
    folder_load(folder=EAST_ASIA, level=Level.PUBLIC)
    studies_run_all()
