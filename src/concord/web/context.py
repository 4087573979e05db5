"""What every page has: the way around, and whose collection it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import gettext_lazy as _

from concord.accounts.models import Person, Role
from concord.accounts.notices import notice_count
from concord.accounts.selectors import Acting
from concord.register.speaking import speaking_count
from concord.web.templatetags.reading import language, tag_of

NAVIGATION = (
    ("home", _("Home")),
    ("institutions", _("Institutions")),
    ("training", _("Training")),
    ("collaboration", _("Collaboration")),
    ("coverage", _("Coverage")),
    ("gaps", _("Gaps")),
    ("library", _("Library")),
    ("statements", _("Statements")),
    ("sources", _("Sources")),
)


DESK: Final = (
    ("desk", _("Desk"), Role.READER),
    ("record_choose", _("Add"), Role.EDITOR),
    ("questions", _("Questions to you"), Role.EDITOR),
    ("proposals", _("Proposals"), Role.EDITOR),
    ("workbook", _("Workbook"), Role.EDITOR),
    ("upload_new", _("Upload"), Role.EDITOR),
    ("duplicates", _("Duplicates"), Role.EDITOR),
    ("feeds", _("Feeds"), Role.READER),
    ("declaring", _("Completeness"), Role.EDITOR),
    ("affirming", _("Still so?"), Role.EDITOR),
    ("readers", _("Who read it"), Role.READER),
    ("warnings_decided", _("Warnings decided on"), Role.EDITOR),
    ("policy_edit", _("What we show to whom"), Role.PUBLISHER),
    ("groups", _("Groups"), Role.READER),
    ("own_releases", _("Protected totals"), Role.MANAGER),
    ("purges", _("Removed for good"), Role.PUBLISHER),
    ("hooks", _("Web hooks"), Role.MANAGER),
    ("members", _("People and clearance"), Role.MANAGER),
    ("own_embedding", _("On your own site"), Role.READER),
)
"""The rooms of a desk, and the role that each takes."""

DATA: Final[Mapping[str, str]] = {
    "home": "/api/summary",
    "institutions": "/api/institutions",
    "training": "/api/training",
    "calendar": "/api/training",
    "collaboration": "/api/collaboration",
    "collaboration_network": "/api/studies/collaboration",
    "coverage": "/api/coverage",
    "topic": "/api/coverage/{code}",
    "gaps": "/api/studies/gaps",
    "assumptions": "/api/studies/influence",
    "overlap": "/api/studies/overlap",
    "guidance": "/api/studies/guidance",
    "statements": "/api/statements",
    "library": "/api/library",
    "material": "/api/records/{record_id}",
    "version": "/api/records/{record_id}",
    "sources": "/api/sources",
    "institution": "/api/records/{record_id}",
    "source": "/api/records/{record_id}",
    "record": "/api/records/{record_id}",
    "declarations": "/api/declarations",
    "releases": "/api/releases",
    "release": "/api/releases/{release_id}",
    "recommendations": "/api/recommendations",
    "glossary": "/api/glossary",
    "about": "/api/about",
}
"""Where the interface gives what a page shows."""
ASKED: Final = frozenset(
    {"institutions", "training", "calendar", "collaboration", "collaboration_network", "coverage",
     "gaps", "assumptions", "overlap", "guidance", "topic", "statements", "sources",
     "library"}
)  # fmt: skip
"""Pages whose parameters the interface takes too."""


def data_address(request: HttpRequest) -> str:
    """The address of the page's data; empty where it has none."""
    match = request.resolver_match
    page = (match.url_name or "") if match else ""
    if match is None or page not in DATA:
        return ""
    address = DATA[page].format(**match.kwargs)
    params = request.GET.copy()
    for name in ("level", "valid_on"):
        params.pop(name, None)
    return f"{address}?{params.urlencode()}" if page in ASKED and params else address


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context of every template."""
    match = request.resolver_match
    acting: Acting | None = getattr(request, "acting", None)
    user = getattr(request, "user", None)
    return {
        "acting_id": str(acting.institution) if acting else "",
        "desk_rooms": [(name, label) for name, label, role in DESK if acting and acting.may(role)],
        "notice_count": notice_count(person=user) if isinstance(user, Person) else 0,
        "portal_name": settings.CONCORD_NAME,
        "speaking": speaking_count,
        "navigation": NAVIGATION,
        "current_page": match.url_name if match else "",
        "data_address": data_address(request),
        "language_tag": language(),
        "languages": [
            (code, tag_of(code), name, translate_url(request.get_full_path(), code))
            for code, name in settings.LANGUAGES
        ],
    }
