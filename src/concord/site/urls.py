"""Addresses."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from concord.api.endpoints import api, not_found

urlpatterns = [
    path("api/", api.urls),
    path("api/<path:rest>", not_found),
    *i18n_patterns(
        path("account/", include("allauth.urls")),
        path("", include("concord.web.urls")),
        prefix_default_language=False,
    ),
]
handler404 = "concord.web.errors.not_found"
handler500 = "concord.web.errors.server_error"
