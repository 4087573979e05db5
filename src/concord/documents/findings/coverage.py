"""Coverage as a sheet."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from concord.core.analysis.coverage import State
from concord.core.disclosure import Viewer
from concord.documents.findings import Sheet
from concord.register import vocabulary
from concord.register.links import Parties


def sheets(result: dict[str, Any], viewer: Viewer, language: str) -> list[Sheet]:
    """Each topic with its state, the centres that offer it and how much bears it out."""
    named = {centre for topic in result["topics"] for centre in topic["centres"]}
    parties = Parties(viewer, language, named)
    with translation.override(language):
        labels = {
            State.OFFERED: _("offered"),
            State.SAID_OF_UNNAMED: _("said of centres that are not named"),
            State.EVENT_ONLY: _("event only"),
            State.NOT_FOUND: _("not found in open sources"),
        }
        rows = [
            (
                topic["code"],
                vocabulary.topics().label(topic["code"], language),
                str(labels[State(topic["state"])]),
                ", ".join(parties.record(centre).label for centre in topic["centres"]),
                sum(sum(stages.values()) for stages in topic["evidence"].values()),
            )
            for topic in result["topics"]
        ]
        note = _("“Not found” speaks of open sources: it does not say that nobody does it.")
        return [
            Sheet(
                _("Coverage"),
                (_("Code"), _("Topic"), _("State"), _("Offered by"), _("Evidence")),
                rows,
                (note,),
                [f"/coverage/{topic['code']}/" for topic in result["topics"]],
            )
        ]
