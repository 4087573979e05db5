"""Addresses."""

from django.urls import include, path

urlpatterns = [path("", include("concord.web.urls"))]
handler404 = "concord.web.errors.not_found"
handler500 = "concord.web.errors.server_error"
