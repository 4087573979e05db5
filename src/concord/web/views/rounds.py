"""Rounds and what was declared, for everybody to read."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from concord.accounts.rounds import round_asked, round_get, round_list
from concord.accounts.selectors import acting_list, coordinating_list
from concord.exchange.sheets import table_lines
from concord.register.declarations import (
    DECLARATION_COLUMNS,
    declaration_rows,
    declaration_table,
    years_shown,
)
from concord.register.links import Parties
from concord.web.templatetags.reading import language
from concord.web.views.viewer import person_of, viewer_of


def rounds(request: HttpRequest) -> HttpResponse:
    """Every round, those that are open first."""
    found = round_list()
    parties = Parties(viewer_of(request), language(), {str(r.network) for r in found})
    context = {"rounds": found, "parties": parties, "today": timezone.now().date()}
    return render(request, "concord/rounds.html", context)


def round_page(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """What a round asks, why and by what rules; who was asked, and what each declared."""
    viewer, found = viewer_of(request), round_get(round_id=round_id)
    asked = round_asked(viewer=viewer, found=found)
    named = {str(a.institution) for a in asked} | {str(found.network)}
    parties = Parties(viewer, language(), named)
    person = person_of(request)
    mine = {a.institution for a in acting_list(person=person)} if person else set()
    networks = {c.network for c in coordinating_list(person=person)} if person else set()
    context = {
        "round": found,
        "asked": sorted(asked, key=lambda a: parties.record(str(a.institution)).label),
        "answered": sum(a.has_answered for a in asked),
        "parties": parties,
        "today": timezone.now().date(),
        "is_asked": bool(mine & {a.institution for a in asked}),
        "may_coordinate": found.network in networks,
    }
    return render(request, "concord/round.html", context)


def declarations(request: HttpRequest) -> HttpResponse:
    """Centres by years: what each declared of its own records."""
    viewer = viewer_of(request)
    table = declaration_table(viewer=viewer, years=years_shown())
    parties = Parties(viewer, language(), set(map(str, table.rows)))
    rows = sorted(
        (
            (str(key), parties.record(str(key)), [said.get(year) for year in table.years])
            for key, said in table.rows.items()
        ),
        key=lambda row: (row[1].side, row[1].label),
    )
    return render(request, "concord/declarations.html", {"years": table.years, "rows": rows})


def declarations_csv(request: HttpRequest) -> HttpResponse:
    """The same as CSV, a line for each institution and year."""
    rows = declaration_rows(viewer=viewer_of(request), years=years_shown(), language=language())
    lines = table_lines(DECLARATION_COLUMNS, (row.cells for row in rows))
    response = HttpResponse(b"".join(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="concord-declarations.csv"'
    return response
