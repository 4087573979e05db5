"""Guidance as a study: which publications the recorded courses teach."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from concord.core.analysis.coverage import Run
from concord.core.analysis.guidance import COLUMNS, taught
from concord.core.disclosure import Viewer
from concord.register import vocabulary
from concord.register.study_tables import study_tables
from concord.studies.question import Question
from concord.studies.study import Context, Study, register_study


def _tables(viewer: Viewer, question: Question) -> dict[str, pa.Table]:
    every = study_tables(viewer, question.known_at)
    events = every["events"]
    once = pc.and_(pc.equal(events["kind"], "course"), pc.is_null(events["same_as"]))
    publications, topics = zip(*vocabulary.bears_on(), strict=True)
    found = {name: every[name] for name in COLUMNS.keys() & every.keys()}
    return found | {
        "ids": every["ids"],
        "courses": events.filter(once).select(["record"]),
        "bears_on": pa.table({"publication": publications, "topic": topics}),
    }


def _compute(run: Run, _question: Question, context: Context) -> dict[str, Any]:
    codes = [entry.code for entry in vocabulary.publications()]
    found = taught(run, codes)
    ids = context.tables["ids"]
    of = dict(zip(ids["record"].to_pylist(), ids["id"].to_pylist(), strict=True))
    topics: dict[str, list[str]] = {}
    for code, topic in vocabulary.bears_on():
        topics.setdefault(code, []).append(topic)
    return {
        "publications": [
            {
                "code": one.code,
                "state": one.state.value,
                "courses": sorted(of[record] for record in one.courses),
                "on_topic": one.on_topic,
                "topics": topics.get(one.code, []),
                "cells": one.cells,
            }
            for one in found
        ]
    }


register_study(Study("guidance", Question, _tables, _compute))
