"""Addresses of the portal."""

from django.urls import path

from concord.web.views import (
    collaboration,
    coverage,
    exports,
    home,
    institutions,
    pages,
    records,
    sources,
    statements,
    training,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("institutions/", institutions.institution_list, name="institutions"),
    path("institutions/compare/", institutions.compare, name="compare"),
    path("institutions/<uuid:record_id>/", institutions.institution, name="institution"),
    path("training/", training.training_list, name="training"),
    path("training/calendar/", training.training_calendar, name="calendar"),
    path("lists/<str:name>.csv", exports.list_csv, name="list_csv"),
    path("collaboration/", collaboration.collaboration, name="collaboration"),
    path("coverage/", coverage.coverage, name="coverage"),
    path("coverage/<str:code>/", coverage.topic, name="topic"),
    path("statements/", statements.statement_list, name="statements"),
    path("sources/", sources.source_list, name="sources"),
    path("sources/<uuid:record_id>/", sources.source, name="source"),
    path("records/<uuid:record_id>/", records.record, name="record"),
    path("recommendations/", pages.recommendations, name="recommendations"),
    path("glossary/", pages.glossary, name="glossary"),
    path("about/", pages.about, name="about"),
]
