"""Every table, folder and setting that could hold what a record says is spoken for in a purge."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models
from making import ROOT

from concord.record.places import all_places, declared

HOLDING = (models.CharField, models.TextField, models.JSONField, models.FileField,
           models.BinaryField)  # fmt: skip


def test_every_model_with_texts_is_cleaned_or_says_why_not() -> None:
    """A new model has to say in the ``cleaning`` module of its room what a purge does with it."""
    missing = [
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if any(isinstance(field, HOLDING) for field in model._meta.get_fields())
        and model._meta.db_table not in declared()
    ]
    assert missing == []


@pytest.mark.django_db
def test_every_table_is_declared_and_every_declared_table_is_there() -> None:
    tables = set(connection.introspection.table_names())
    files = {
        "secret-key",
        "issuer-key",
        "static",
        "concord.sqlite3",
        "uploads",
        "exports",
        "library",
    }
    optional = {"cache", "socialaccount_socialapp_sites"}
    known = set(declared()) - files
    assert tables - known == set()
    assert known - optional - tables == set()


def test_every_folder_of_the_installation_is_declared() -> None:
    """Whatever the source joins to the folder of the installation."""
    found = {
        node.right.value
        for path in (ROOT / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        and _is_var(node.left) and isinstance(node.right, ast.Constant)
    }  # fmt: skip
    assert found >= {"uploads", "exports", "static"}
    assert found - set(declared()) == set()


def _is_var(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "VAR") or (
        isinstance(node, ast.Attribute) and node.attr == "VAR"
    )


def test_files_are_kept_nowhere_else() -> None:
    """No field keeps files by itself, and no storage of uploads has been set up."""
    fields = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField)
    ]
    assert fields == []
    settings = Path(ROOT / "src/concord/site/settings.py").read_text(encoding="utf-8")
    assert "MEDIA_ROOT" not in settings


def test_places_are_told_apart() -> None:
    codes = [known.code for known in all_places()]
    assert len(codes) == len(set(codes))
    assert all(str(known.label) for known in all_places())
    tables = [table for known in all_places() for table in known.tables]
    assert len(tables) == len(set(tables))
