"""Changes that wait, as others would see them once they are let out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concord.core.disclosure import Breadth, Viewer, breadth_of, tlp_of
from concord.exchange.workbook.names import Names
from concord.record.publishing import WaitingView
from concord.record.selectors import RecordView
from concord.record.sharing import viewer_in
from concord.register.naming import AudienceNames
from concord.web.templatetags.reading import language
from concord.web.views.publishing import Line, lines_of


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that waits, as somebody will see it; no view where they will not know of it."""

    row: WaitingView
    view: RecordView | None
    lines: list[Line]
    seen_by: str
    tlp: str


def circles_of(waits: Sequence[WaitingView]) -> list[str]:
    """Who beyond their institutions will see any of them."""
    return sorted({audience for row in waits for audience in _circles(row)})


def asked(waits: Sequence[WaitingView], viewer: Viewer, chosen: str = "") -> list[Asked]:
    """Each as ``chosen`` will see it; blank: all that anybody outside will see, and who does."""
    told = {a for row in waits for a in (row.audience, *row.audiences.values())}
    names, cells = AudienceNames(viewer, language(), told), Names(viewer, language())
    found: list[Asked] = []
    for row in waits:
        view = row.seen_by(viewer_in(*([chosen] if chosen else _circles(row))))
        lines = lines_of(view, cells, names) if view else []
        found.append(Asked(row, view, lines, names.name(row.audience), tlp_of(row.audience)))
    return found


def _circles(row: WaitingView) -> set[str]:
    every = {row.audience, *row.audiences.values()}
    return {audience for audience in every if breadth_of(audience) is not Breadth.INSTITUTION}
