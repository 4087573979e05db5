"""How sure the order of gaps is, as sheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from concord.core.disclosure import Viewer
from concord.documents.findings import Cell, Sheet
from concord.register import vocabulary
from concord.register.assumptions import assumption_words


def sheets(result: dict[str, Any], viewer: Viewer, language: str) -> list[Sheet]:  # noqa: ARG001
    """The influence of each assumption on the order, and on the gap of each topic."""
    with translation.override(language):
        if not result["topics"]:
            return [Sheet(_("How sure the order of gaps is"), (), [])]
        words = assumption_words()
        labels = [words[k].label(language) if k in words else k for k in result["keys"]]
        heads = (_("What is assumed"), _("Alone"), "5 %", "95 %", _("With others"), "5 %", "95 %")
        order = result["order"]
        rows = list(zip(labels, *_columns(order), strict=True))
        by_topic: list[tuple[Cell, ...]] = []
        for found in result["topics"]:
            topic = vocabulary.topics().label(found["topic"], language)
            low, _middle, high = found["place"]
            by_topic.append((found["topic"], topic, found["gap"], low, high, found["among_first"],
                             *found["total"]))  # fmt: skip
        return [
            Sheet(_("What moves the order of gaps"), heads, rows),
            Sheet(
                _("By topic"),
                (_("Code"), _("Topic"), _("Gap"), _("Place from"), _("to"),
                 _("Among the first five"), *labels),
                by_topic,
                (_("Columns of assumptions: the share of the variance that stays while all others "
                   "are known."),),
            ),
        ]  # fmt: skip


def _columns(order: dict[str, Any]) -> Sequence[Sequence[Cell]]:
    found: list[Sequence[Cell]] = []
    for name in ("first", "total"):
        found.append(order[name])
        found += [[pair[side] for pair in order[f"{name}_interval"]] for side in (0, 1)]
    return found
