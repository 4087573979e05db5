"""The sources that a report rests on."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from uuid import UUID

from django.utils.translation import gettext as _

from concord.core.disclosure import Viewer
from concord.documents.findings import Cell, Sheet
from concord.record.selectors import records_get
from concord.register.reading import title_of
from concord.register.study_tables import study_tables

NAMING = ("parties", "statements", "endorsements")
"""Tables of records that name an institution."""


def sources_sheet(
    viewer: Viewer, language: str, known_at: dt.datetime | None, centre: str | None = None
) -> Sheet:
    """Sources of the register, or of what names a centre, with how many records cite each."""
    tables = study_tables(viewer, known_at)
    cited = {(row["record"], row["source"]) for row in tables["citations"].to_pylist()}
    if centre is not None:
        about = {
            row["record"]
            for name in NAMING
            for row in tables[name].select(["record", "institution"]).to_pylist()
            if row["institution"] == centre
        }
        about |= {row["record"] for row in tables["ids"].to_pylist() if row["id"] == centre}
        cited = {(record, source) for record, source in cited if record in about}
    counts = Counter(source for _record, source in cited)
    found = records_get(viewer=viewer, ids=[UUID(source) for source in counts])
    named = sorted((title_of(record, language), str(key)) for key, record in found.items())
    rows: list[tuple[Cell, ...]] = [
        (title, found[UUID(key)].content.get("url"), counts[key]) for title, key in named
    ]
    heads = (_("Source"), _("Address"), _("Records that cite it"))
    return Sheet(_("Sources"), heads, rows, (), [f"/sources/{key}/" for _title, key in named])
