"""Releases of protected totals: reading them, and making one."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from concord.accounts.models import Role
from concord.accounts.selectors import coordinating_for
from concord.core.disclosure import Viewer
from concord.core.protection import TOTAL, Rule
from concord.core.protection.tables import Dimension
from concord.jobs.releases import release_again, release_begin
from concord.record.errors import ConcordError, NotFoundError
from concord.register.links import Parties
from concord.register.listquery import read_ids
from concord.register.naming import AudienceNames
from concord.register.words import Stage
from concord.studies.counted import MEASURES, STAGES
from concord.studies.cutting import DIMENSIONS
from concord.studies.labels import (
    DIMENSION_LABELS,
    MEASURE_LABELS,
    code_label,
    counted_label,
    release_title,
    total_label,
)
from concord.studies.models import Method, Release, TotalsTable
from concord.studies.released import (
    Cell,
    ReleaseView,
    draft_get,
    draft_list,
    release_get,
    release_list,
    releases_made,
)
from concord.studies.releasing import (
    By,
    OutdatedDraftError,
    Wanted,
    by_coordinator,
    by_manager,
    release_drop,
    release_let_out,
    release_withdraw,
    rule_of,
)
from concord.web.templatetags.reading import language
from concord.web.views.viewer import acting_of, me_of, signed_in, viewer_of

CSV_HEAD: Final = ("state", "figure", "seen_anyway")


@dataclass(frozen=True, slots=True)
class Shown:
    """A release as a page shows it, with the names of whom it concerns."""

    view: ReleaseView
    parties: Parties
    names: AudienceNames

    @property
    def title(self) -> str:
        return release_title(self.view.table, self.view.dimensions)

    @property
    def counted(self) -> str:
        return counted_label(self.view.measure, self.view.stage)

    @property
    def readers(self) -> str:
        return self.names.name(self.view.audience)

    @property
    def whose(self) -> str:
        """Whose numbers it adds up."""
        return (
            _("all institutions") if self.view.scope == "all" else self.names.name(self.view.scope)
        )

    @property
    def made_by(self) -> str:
        if self.view.network:
            return self.parties.record(str(self.view.network), "network").label
        if self.view.institution:
            return self.parties.record(str(self.view.institution)).label
        return _("the operator of this register")

    @property
    def is_own(self) -> bool:
        """Whether an institution adds up numbers of its own alone."""
        return self.view.scope.startswith("institution:")


def _shown(viewer: Viewer, views: list[ReleaseView]) -> list[Shown]:
    makers = {str(key) for view in views for key in (view.institution, view.network) if key}
    parties = Parties(viewer, language(), makers)
    audiences = {a for view in views for a in (view.audience, view.scope) if a != "all"}
    names = AudienceNames(viewer, language(), audiences)
    return [Shown(view, parties, names) for view in views]


def releases(request: HttpRequest) -> HttpResponse:
    """Every release that the reader may read, the newest first."""
    viewer = viewer_of(request)
    found = _shown(viewer, release_list(viewer=viewer))
    return render(request, "concord/releases.html", {"releases": found})


def release(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """One release: its table, who let it out under which rule, and why it gives nothing away."""
    viewer = viewer_of(request)
    (shown,) = _shown(viewer, [release_get(viewer=viewer, release_id=release_id)])
    context = {"shown": shown, "table": Table.of(shown.view, request)}
    return render(request, "concord/release.html", context)


@dataclass(frozen=True, slots=True)
class Table:
    """Two axes of a released table as rows and columns, at chosen codes of the others."""

    columns: list[str]
    rows: list[tuple[str, int, list[Cell]]]
    """Label, how deep it stands, cells."""
    others: list[tuple[str, str, list[tuple[str, str, bool]]]]
    """Axis, its label, and its codes with labels; whether each is chosen."""

    @classmethod
    def of(cls, view: ReleaseView, request: HttpRequest) -> Table:
        axes, named = _turned(view)
        chosen = {a.name: _code(a, request.GET.get(a.name, "")) for a in axes[2:]}
        found = {tuple(cell.codes.get(a.name, TOTAL) for a in axes): cell for cell in view.cells()}
        rest = tuple(chosen.values())
        down = _lines(axes[0]) if axes else [(TOTAL, total_label(), 0)]
        across = _lines(axes[1]) if len(axes) > 1 else []
        rows = []
        for code, label, depth in down if view.figures else ():
            place = (code,) if axes else ()
            keys = [(*place, column, *rest) for column, _label, _depth in across] or [place]
            rows.append((label, depth, [found[key] for key in keys]))
        others = [
            (a.name, str(DIMENSION_LABELS[named[a.name]]),
             [(code, label, code == chosen[a.name]) for code, label, _depth in _lines(a)])
            for a in axes[2:]
        ]  # fmt: skip
        return cls([label for _code, label, _depth in across] or [_("figure")], rows, others)


def _turned(view: ReleaseView) -> tuple[list[Dimension], dict[str, str]]:
    """The axes, the years or else that of the fewest codes second, where it makes the columns."""
    named = {axis.name: cut for axis, cut in zip(view.axes, view.dimensions, strict=False)}
    axes = list(view.axes)
    if len(axes) > 1:
        across = min(axes, key=lambda axis: (axis.name != "year", len(axis.codes)))
        axes.remove(across)
        axes.insert(1, across)
    return axes, named


def _code(axis: Dimension, code: str) -> str:
    return code if code in axis.codes else TOTAL


def _lines(axis: Dimension) -> list[tuple[str, str, int]]:
    """The codes of an axis with labels, each beneath the one above it, the total first."""
    children = axis.children()
    found = [(TOTAL, total_label(), 0)]

    def add(code: str, depth: int) -> None:
        found.append((code, code_label(axis.name, code, language()), depth))
        for child in children.get(code, ()):
            add(child, depth + 1)

    for code in children.get(TOTAL, ()):
        add(code, 1)
    return found


def release_csv(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """Every cell as CSV; a protected one says so and has no figure."""
    view = release_get(viewer=viewer_of(request), release_id=release_id)
    text = io.StringIO()
    writer = csv.writer(text)
    axes = [axis.name for axis in view.axes]
    writer.writerow([*axes, *(f"{name}_label" for name in axes), *CSV_HEAD])
    for cell in view.cells():
        codes = [cell.codes.get(name, TOTAL) for name in axes]
        labels = [
            total_label() if code == TOTAL else code_label(name, code, language())
            for name, code in zip(axes, codes, strict=True)
        ]
        figure = "" if cell.value is None else cell.value
        writer.writerow([*codes, *labels, cell.state, figure, cell.seen])
    return _file(text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", f"{view.id}.csv")


def release_json(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """The same as JSON, with the rule and whose act it is."""
    view = release_get(viewer=viewer_of(request), release_id=release_id)
    names = ("id", "table", "measure", "stage", "dimensions", "scope", "audience", "method", "base",
             "contributors", "input_digest", "tool", "institution", "network", "state",
             "released_at")  # fmt: skip
    found: dict[str, Any] = {name: getattr(view, name) for name in names}
    found["rule"] = vars(view.rule)
    found["cells"] = [
        {"codes": dict(c.codes), "state": c.state, "value": c.value, "seen": c.seen}
        for c in view.cells()
    ]
    return _file(orjson.dumps(found), "application/json", f"{view.id}.json")


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="concord-release-{name}"'
    return response


# making one


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a release is made: an institution's desk, or that of a network."""

    by: By
    home: str
    network: UUID | None = None

    def draft(self, release_id: UUID) -> str:
        """The address of a draft."""
        if self.network:
            return reverse("network_release", args=[self.network, release_id])
        return reverse("own_release", args=[release_id])


def _own(request: HttpRequest) -> Desk:
    acting = acting_of(request)
    acting.require(Role.MANAGER)
    return Desk(by_manager(acting), reverse("own_releases"))


def _of_network(request: HttpRequest, network_id: UUID) -> Desk:
    coordinating = coordinating_for(person=me_of(request), network=network_id)
    return Desk(
        by_coordinator(coordinating), reverse("network_releases", args=[network_id]), network_id
    )


@signed_in
def own_releases(request: HttpRequest) -> HttpResponse:
    """An institution's releases over its own numbers, and the way to make one."""
    return _making(request, _own(request))


@signed_in
def network_releases(request: HttpRequest, network_id: UUID) -> HttpResponse:
    """A coordinator's releases over what members let enter totals."""
    return _making(request, _of_network(request, network_id))


@signed_in
def own_release(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """One draft of an institution: what would fall, before anybody sees it."""
    return _deciding(request, _own(request), release_id)


@signed_in
def network_release(request: HttpRequest, network_id: UUID, release_id: UUID) -> HttpResponse:
    """The same of a network."""
    return _deciding(request, _of_network(request, network_id), release_id)


def _making(request: HttpRequest, desk: Desk) -> HttpResponse:
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            if request.POST.get("do") == "withdraw":
                return _withdraw(request, desk)
            wanted = _wanted(request)
            made = release_begin(by=desk.by, wanted=wanted)
        except ConcordError as error:
            errors = error.fields or {"table": error.detail or str(error.title)}
        else:
            return redirect(desk.draft(made))
    viewer = viewer_of(request)
    table = request.POST.get("table") or request.GET.get("table", "")
    table = table if table in TotalsTable.values else ""
    names = AudienceNames(viewer, language(), desk.by.audiences)
    context = {
        "desk": desk,
        "drafts": [(s, desk.draft(s.view.id)) for s in _shown(viewer, draft_list(by=desk.by))],
        "made": _shown(viewer, releases_made(by=desk.by)),
        "tables": TotalsTable,
        "table": table,
        "dimensions": [(name, DIMENSION_LABELS[name]) for name in DIMENSIONS.get(table, ())],
        "measures": [(name, MEASURE_LABELS[name]) for name in MEASURES.get(table, ())],
        "stages": [(name, Stage(name).label) for name in STAGES.get(table, ()) if name],
        "audiences": [(audience, names.name(audience)) for audience in desk.by.audiences],
        "methods": Method,
        "rule": Rule(),
        "typed": request.POST,
        "chosen": request.POST.getlist("by"),
        "errors": errors,
    }
    return render(request, "concord/releasing.html", context, status=422 if errors else 200)


def _wanted(request: HttpRequest) -> Wanted:
    post = request.POST
    plain = Rule()
    numbers = {
        name: _number(post.get(name, ""), getattr(plain, name))
        for name in ("minimum", "dominance_percent", "width_percent", "width_least")
    }
    return Wanted(
        table=post.get("table", ""),
        dimensions=tuple(post.getlist("by")),
        measure=post.get("measure", ""),
        stage=post.get("stage", ""),
        audience=post.get("audience", ""),
        method=post.get("method", ""),
        base=_number(post.get("base", ""), 0),
        rule=rule_of(numbers),
    )


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.strip().isdecimal() and len(text.strip()) < 7 else otherwise


def _withdraw(request: HttpRequest, desk: Desk) -> HttpResponseRedirect:
    release_withdraw(
        by=desk.by, release_id=_id(request),
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("Withdrawn. Whoever has read it may still have it."))
    return redirect(desk.home)


def _id(request: HttpRequest) -> UUID:
    (found,) = read_ids(request.POST, "id", 1) or (None,)
    if found is None:
        raise NotFoundError
    return found


def _deciding(request: HttpRequest, desk: Desk, release_id: UUID) -> HttpResponse:
    viewer = viewer_of(request)
    (shown,) = _shown(viewer, [draft_get(by=desk.by, release_id=release_id)])
    if request.method == "POST":
        return _decide(request, desk, shown)
    context = {
        "desk": desk,
        "shown": shown,
        "table": Table.of(shown.view, request),
        "refused": _refused(shown) if shown.view.state == Release.State.REFUSED else "",
        "coarser": release_title(shown.view.table, shown.view.proposed["dimensions"])
        if shown.view.proposed
        else "",
        "too_much": shown.view.counts[0] * 3 > shown.view.counts[1],
    }
    return render(request, "concord/release_draft.html", context)


def _decide(request: HttpRequest, desk: Desk, shown: Shown) -> HttpResponse:
    do, view = request.POST.get("do", ""), shown.view
    if do == "let_out":
        try:
            release_let_out(by=desk.by, release_id=view.id)
        except OutdatedDraftError as error:
            messages.info(request, str(error.title))
            return redirect(desk.draft(release_again(by=desk.by, release_id=view.id)))
        messages.success(request, _("It is released."))
        return redirect("release", view.id)
    if do == "coarser" and view.proposed:
        made = release_again(
            by=desk.by, release_id=view.id, dimensions=tuple(view.proposed["dimensions"])
        )
        return redirect(desk.draft(made))
    if do == "drop":
        release_drop(by=desk.by, release_id=view.id)
    return redirect(desk.home)


def _refused(shown: Shown) -> str:
    """Why a table cannot be released, and what would help."""
    figures = dict(shown.view.refused)
    words = {
        "nothing": _("No number that is withheld may enter this table. The owners of records say "
                     "whether theirs may, when they publish; numbers that everybody sees need no "
                     "release."),
        "few": _("Fewer than %(minimum)s contributors let their withheld numbers enter this "
                 "table, so everything in it would have to be protected."),
        "large": _("The table has %(cells)s cells; %(most)s are the most. Split it by less."),
        "unprotectable": _("%(cells)s of its cells could be worked back whatever else is withheld, "
                           "because of what is public or was released before. Split it by less, "
                           "or wait until more contributors have changed their numbers."),
        "rounding": _("Rounded to %(base)s, %(cells)s of its cells could still be worked back too "
                      "closely. Choose a larger number, or withhold cells instead."),
        "failed": _("It could not be computed. The operator finds the reason in the log."),
    }  # fmt: skip
    return words[figures["code"]] % figures
