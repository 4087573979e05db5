# ruff: noqa: E501 - a rule is one sentence, and one string
"""The rules of the collection, each with the day since which it holds. A change is a new line."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

RULES = (
    ("2026-11-24", _("A fact has a source and stands at the level that its source names: a State in a table is not one of its centres.")),
    ("2026-11-24", _("Stage, detail and confirmation are three axes and are never folded into one; planned is not done.")),
    ("2026-11-24", _("A total is a statement and never an activity; totals and itemised counts are never added.")),
    ("2026-11-24", _("Where two sources disagree, both stand. Known errors of a source are noted beside it, not mended.")),
    ("2026-11-24", _("No living person is named but as author of a cited source; nothing ranks centres or States; no real facility’s security is held.")),
    ("2026-11-24", _("What is compiled from open sources belongs to the compiler and is marked so, until the centre that it is about takes it over.")),
    ("2026-11-24", _("Points on the map are towns that a source names; where none does, the capital, marked “place not stated”.")),
)  # fmt: skip
