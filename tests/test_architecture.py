"""What holds of the whole tree."""

from __future__ import annotations

import ast

from django.apps import apps
from django.db.models import ForeignKey
from making import ROOT

LAYERS = [
    "core",
    "record",
    "register",
    "accounts",
    "exchange",
    "studies",
    "library",
    "jobs",
    "web",
    "cli",
    "api",
]


def test_no_foreign_key_points_upwards() -> None:
    for model in apps.get_models():
        if not model.__module__.startswith("concord."):
            continue
        own = LAYERS.index(model._meta.app_label)
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey):
                assert LAYERS.index(field.related_model._meta.app_label) <= own


def test_no_module_is_without_a_purpose() -> None:
    names = {path.stem for path in (ROOT / "src").rglob("*.py")}
    assert not names & {"utils", "helpers", "common", "misc"}


def test_translated_strings_are_never_put_together_from_pieces() -> None:
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if is_call and node.func.id in {"_", "gettext", "gettext_lazy", "pgettext_lazy"}:
                for argument in node.args:
                    glued = isinstance(argument, ast.JoinedStr | ast.BinOp)
                    assert not glued, f"{path.name}:{node.lineno}"


def test_no_address_of_a_package_index_is_committed() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "Makefile"):
        assert "index-url" not in (ROOT / name).read_text(encoding="utf-8").replace(
            "--no-emit-index-url", ""
        )
