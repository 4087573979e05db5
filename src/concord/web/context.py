"""What every page has: the way around, and whose collection it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import gettext_lazy as _

from concord.web.templatetags.reading import language, tag_of

NAVIGATION = (
    ("home", _("Home")),
    ("institutions", _("Institutions")),
    ("training", _("Training")),
    ("collaboration", _("Collaboration")),
    ("coverage", _("Coverage")),
    ("statements", _("Statements")),
    ("sources", _("Sources")),
    ("about", _("About this collection")),
)


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context of every template."""
    match = request.resolver_match
    return {
        "portal_name": settings.CONCORD_NAME,
        "navigation": NAVIGATION,
        "current_page": match.url_name if match else "",
        "language_tag": language(),
        "languages": [
            (code, tag_of(code), name, translate_url(request.get_full_path(), code))
            for code, name in settings.LANGUAGES
        ],
    }
