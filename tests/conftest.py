"""What all tests share: the guard against writes around the services, and a small register."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from concord.core.disclosure import Actor, Level
from concord.exchange.services import folder_load
from concord.record.content import Content
from concord.record.guard import refuse_unguarded_writes
from concord.record.services import Draft, content_parse, node_ensure, revisions_write
from concord.register.lists import forget
from concord.studies.services import studies_run_all

ROOT = Path(__file__).resolve().parents[1]
EAST_ASIA = ROOT / "data" / "east-asia"


@pytest.fixture(autouse=True)
def _plain_static_files(settings: object) -> None:
    settings.STORAGES = {  # type: ignore[attr-defined]
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture(autouse=True)
def _guarded(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test of the database runs under the guard."""
    forget()
    if "db" not in request.fixturenames and "transactional_db" not in request.fixturenames:
        yield
        return
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


class Maker:
    """Makes records through the services, as every way in does."""

    def __init__(self) -> None:
        node_ensure()
        self.owner = uuid.uuid4()
        self.write(self.institution("Compiler", kinds=["compiler"]), record_id=self.owner)

    def institution(self, name: str, *, kinds: list[str] | None = None, **more: object) -> Content:
        names = [{"name": name, "language": "en"}]
        data = {"names": names, "kinds": kinds or ["coe"], **more}
        return content_parse(kind="institution", data=data)

    def write(
        self,
        content: Content,
        *,
        record_id: UUID | None = None,
        level: Level = Level.PUBLIC,
        fields: dict[str, Level] | None = None,
        made_from: int | None = None,
    ) -> UUID:
        draft = Draft(content, record_id or uuid.uuid4(), level, fields or {}, made_from)
        return revisions_write(actor=Actor(self.owner), drafts=[draft], via="test")[0]

    def put(self, kind: str, **data: object) -> UUID:
        return self.write(content_parse(kind=kind, data=data))


def text(words: str, language: str = "en") -> dict[str, object]:
    """A text in one language."""
    return {"original": language, "text": {language: words}}


@pytest.fixture
def make(db: None) -> Maker:
    return Maker()


@pytest.fixture
def east_asia(db: None) -> None:
    """The register that comes with Concord, loaded and studied."""
    folder_load(folder=EAST_ASIA, level=Level.PUBLIC)
    studies_run_all()
