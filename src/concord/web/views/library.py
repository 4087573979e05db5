"""The library: materials, their versions, files and endorsements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from concord.accounts.models import Role
from concord.accounts.notices import notice_of_waiting
from concord.accounts.selectors import acting_list
from concord.core.disclosure import Viewer
from concord.library.alike import versions_alike
from concord.library.arriving import (
    PART_BYTES,
    OtherPlaceError,
    arriving_add,
    arriving_begin,
    arriving_drop,
    arriving_get,
    arriving_received,
    arriving_take,
)
from concord.library.bags import material_bag
from concord.library.differences import Difference, differences
from concord.library.identifying import FORMATS, MOST_BYTES
from concord.library.selectors import (
    VersionView,
    material_makers,
    material_versions,
    stored_of,
    translations_of,
    version_file,
    version_get,
)
from concord.library.services import version_endorse, version_upload
from concord.record.errors import ConcordError, InvalidContentError, NotFoundError
from concord.record.publishing import Written
from concord.record.selectors import RecordView, record_get, records_get
from concord.record.sensitive import Finding, SensitiveContentError, UnconfirmedContentError
from concord.register.links import Parties, party_ids
from concord.register.listings import LIBRARY
from concord.register.listquery import read_ids
from concord.register.tables import as_ids
from concord.web.templatetags.reading import (
    language,
    language_name,
    publication,
    role,
    topic,
    word,
)
from concord.web.views.actions import actions_for
from concord.web.views.lists import Labels, party_label, show_list
from concord.web.views.seeing import seen_by
from concord.web.views.viewer import acting_of, person_of, signed_in, viewer_of

SHOWN_CHANGES: Final = 60
"""Differences that the page of a version shows; the files have them all."""


def library(request: HttpRequest) -> HttpResponse:
    """Training materials, searched by title, summary and the text of their files."""
    shown = show_list(request, LIBRARY, named_by=("maker",))
    labels: Labels = {
        "kind": (_("Kind"), lambda code: word(code, "MaterialKind")),
        "topic": (_("Topic"), topic),
        "language": (_("Language"), language_name),
        "publication": (_("Nuclear Security Series"), publication),
        "level": (_("Level"), lambda code: word(code, "TrainingLevel")),
        "role": (_("Role"), role),
        "copy": (_("Whose copy"), lambda code: word(code, "MaterialCopy")),
        "maker": (_("Made by"), lambda code: party_label(shown.parties, code)),
        "licence": (_("Licence"), str),
    }
    context = shown.with_facets(request, labels)
    context["may_add"] = any(acting.may(Role.EDITOR) for acting in _acting(request))
    return render(request, "concord/library.html", context)


def _acting(request: HttpRequest) -> Iterable[Any]:
    person = person_of(request)
    return acting_list(person=person) if person else []


def material(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One material: what it is, its versions, its translations."""
    viewer = viewer_of(request)
    view = record_get(viewer=viewer, record_id=record_id, kind="material")
    versions = material_versions(viewer=viewer, material=view)
    makers = material_makers(view)
    context = {
        **_facts(viewer, view, [one.record for one in versions]),
        "versions": versions,
        "translations": translations_of(viewer=viewer, material=record_id),
        "may_upload": any(a.institution in makers and a.may(Role.EDITOR) for a in _acting(request)),
        "actions": actions_for(request, view),
        "seen_by": seen_by(view, viewer),
    }
    return render(request, "concord/material.html", context)


def material_taken(request: HttpRequest, record_id: UUID) -> FileResponse:
    """A material with its files, to be carried away and checked elsewhere."""
    viewer = viewer_of(request)
    view = record_get(viewer=viewer, record_id=record_id, kind="material")
    bag = material_bag(viewer=viewer, material=view, today=timezone.now().date())
    return FileResponse(bag, as_attachment=True, filename=f"material-{record_id}.zip")


def _facts(viewer: Viewer, record: RecordView, others: Iterable[RecordView] = ()) -> dict[str, Any]:
    """What a page needs to show the fields of a material or a version."""
    content = record.content
    named = [content[name] for name in ("translation_of", "material", "after") if name in content]
    named += content.get("courses", ())
    found = records_get(viewer=viewer, ids=as_ids(named))
    shown = [record, *others]
    parties = party_ids(shown) | {str(one.owner) for one in shown}
    return {
        "record": record,
        "linked": {str(key): view for key, view in found.items()},
        "parties": Parties(viewer, language(), parties),
    }


def version(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One version: its file, what changed in it, who endorsed exactly it."""
    viewer = viewer_of(request)
    material_view, shown = version_get(viewer=viewer, version_id=record_id)
    before = _before(viewer, shown.record)
    changes = _changes(before.record, shown.record) if before else None
    bodies = [one.record for one in shown.endorsements]
    context = {
        **_facts(viewer, shown.record, [*bodies, *([before.record] if before else [])]),
        "material": material_view,
        "version": shown,
        "stored": stored_of(shown.record),
        "before": before,
        "is_compared": changes is not None,
        "changes": (changes or [])[:SHOWN_CHANGES],
        "more_changes": max(0, len(changes or ()) - SHOWN_CHANGES),
        "may_endorse": "file" in shown.record.content
        and any(acting.may(Role.EDITOR) for acting in _acting(request)),
        "actions": actions_for(request, shown.record),
        "seen_by": seen_by(shown.record, viewer),
    }
    return render(request, "concord/version.html", context)


def version_like(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Versions of other materials that are like one, among what the reader may see."""
    viewer = viewer_of(request)
    material_view, shown = version_get(viewer=viewer, version_id=record_id)
    found = versions_alike(viewer=viewer, version=shown.record)
    context = {
        "record": shown.record,
        "material": material_view,
        "is_compared": found is not None,
        "alike": found or [],
    }
    return render(request, "concord/version_like.html", context)


def _before(viewer: Viewer, view: RecordView) -> VersionView | None:
    """The version that one was made from, where the viewer may see it."""
    if "after" not in view.content:
        return None
    try:
        return version_get(viewer=viewer, version_id=UUID(view.content["after"]))[1]
    except NotFoundError:
        return None


def _changes(before: RecordView, after: RecordView) -> list[Difference] | None:
    """Where the texts of two versions differ; None where one has none or is too long."""
    first, second = stored_of(before), stored_of(after)
    if first is None or second is None or not (first.text and second.text):
        return None
    return differences(first.text, second.text)


def version_download(request: HttpRequest, record_id: UUID) -> FileResponse:
    """The bytes of a version, to be kept: never shown within our pages."""
    path, file = version_file(viewer=viewer_of(request), version_id=record_id)
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=file["name"], content_type=file["media_type"]
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@signed_in
def version_new(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Bring a new version of a material."""
    viewer = viewer_of(request)
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    view = record_get(viewer=viewer, record_id=record_id, kind="material")
    versions = material_versions(viewer=viewer, material=view)
    errors: dict[str, str] = {}
    found: list[Finding] = []
    status = 200
    if request.method == "POST":
        try:
            return _upload(request, record_id)
        except (SensitiveContentError, UnconfirmedContentError) as error:
            found, status = [one for _key, one in error.found], error.status
        except ConcordError as error:
            errors, status = _errors_of(error), error.status
    context = {
        "material": view,
        "versions": versions,
        "errors": errors,
        "found": found,
        "is_stopped": any(not one.is_warning for one in found),
        "typed": request.POST,
        "formats": ", ".join(FORMATS),
        "most": MOST_BYTES // 1024**2,
    }
    return render(request, "concord/version_new.html", context, status=status)


def _errors_of(error: ConcordError) -> dict[str, str]:
    return error.fields or {"file": error.detail or str(error.title)}


def _arrived(request: HttpRequest) -> list[UUID]:
    """The file that came in parts before the form, if one did."""
    return read_ids(request.POST, "arrived", 1) if request.POST.get("arrived") else []


def _sent(request: HttpRequest) -> tuple[str, bytes]:
    """The name and bytes of the file that a form brings, or that came in parts before it."""
    for key in _arrived(request):
        return arriving_take(acting=acting_of(request), arriving_id=key)
    file = request.FILES.get("file")
    if file is None:
        raise InvalidContentError(fields={"file": _("Choose a file.")})
    return str(file.name), file.read()


def _bytes(text: str) -> int:
    """A number of bytes; none where it is no such number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


@require_POST
@signed_in
def arriving_new(request: HttpRequest) -> JsonResponse:
    """Begin to send a file in parts."""
    found = arriving_begin(
        acting=acting_of(request),
        name=request.POST.get("name", ""),
        size=_bytes(request.POST.get("size", "")),
    )
    return JsonResponse({
        "address": reverse("arriving", args=[found.id]), "id": str(found.id), "received": 0,
        "part": PART_BYTES,
    })  # fmt: skip


@signed_in
def arriving(request: HttpRequest, arriving_id: UUID) -> JsonResponse:
    """How much of a file is here; by POST the part of it that begins at ``from``."""
    acting = acting_of(request)
    if request.method != "POST":
        found = arriving_get(acting=acting, arriving_id=arriving_id)
        return JsonResponse({"received": arriving_received(found), "part": PART_BYTES})
    try:
        received = arriving_add(
            acting=acting, arriving_id=arriving_id,
            first=_bytes(request.GET.get("from", "")), data=request.read(PART_BYTES + 1),
        )  # fmt: skip
    except OtherPlaceError as error:
        return JsonResponse({"received": error.received}, status=error.status)
    return JsonResponse({"received": received})


def _upload(request: HttpRequest, record_id: UUID) -> HttpResponse:
    file_name, data = _sent(request)
    name = request.POST.get("name", "").strip()
    if not name:
        raise InvalidContentError(fields={"name": _("Say what the version is called.")})
    key, written = version_upload(
        acting=acting_of(request),
        viewer=viewer_of(request),
        material_id=record_id,
        file_name=file_name,
        data=data,
        said={"name": name} | _said(request, ("after", "when"), ("changes",)),
    )
    for arrived in _arrived(request):
        arriving_drop(acting=acting_of(request), arriving_id=arrived)
    return _written(request, written, key)


def _said(request: HttpRequest, lines: Iterable[str], texts: Iterable[str]) -> dict[str, Any]:
    """What was typed into fields of a form, without those that were left blank."""
    typed = {name: request.POST.get(name, "").strip() for name in (*lines, *texts)}
    found: dict[str, Any] = {name: typed[name] for name in lines if typed[name]}
    tag = language()
    return found | {
        name: {"original": tag, "text": {tag: typed[name]}} for name in texts if typed[name]
    }


def _written(request: HttpRequest, written: Written, version_id: UUID) -> HttpResponse:
    """To the version's page, or to the desk where it waits to be let out."""
    if written.waiting:
        actor = acting_of(request).require(Role.EDITOR)
        notice_of_waiting(actor=actor, waiting=written.waiting)
        messages.info(
            request, _("Saved. It waits for whoever must let others see it; it is on your desk.")
        )
    else:
        messages.success(
            request, _("Saved. Your institution alone sees it until somebody publishes it.")
        )
    return redirect("version", record_id=version_id)


@signed_in
def version_endorsing(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Endorse exactly this version, in the name of one's institution."""
    viewer = viewer_of(request)
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    material_view, shown = version_get(viewer=viewer, version_id=record_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _key, written = version_endorse(
                acting=acting, viewer=viewer, version_id=record_id,
                said=_said(request, ("guidance", "valid"), ("text",)),
            )  # fmt: skip
        except (SensitiveContentError, UnconfirmedContentError):
            raise
        except ConcordError as error:
            errors = _errors_of(error)
        else:
            return _written(request, written, record_id)
    context = {
        **_facts(viewer, shown.record),
        "material": material_view,
        "errors": errors,
        "typed": request.POST,
    }
    return render(request, "concord/version_endorse.html", context, status=422 if errors else 200)
