"""A centre's year as sheets: one table of measures, each with its axes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from concord.core.disclosure import Viewer
from concord.documents.findings import Cell, Sheet
from concord.register import vocabulary
from concord.register.links import Parties
from concord.register.words import (
    ActivityKind,
    CentreFunction,
    Confirmation,
    CountUnit,
    LifePhase,
    MilestoneStep,
    PartRole,
    Stage,
    Stream,
)

Line = tuple[Cell, ...]


def sheets(result: dict[str, Any], viewer: Viewer, language: str) -> list[Sheet]:
    """The measures of the year; activities, people and carriers by year; what is stated in total;
    steps of life.
    """
    name = Parties(viewer, language, {result["centre"]}).record(result["centre"]).label
    with translation.override(language):
        heads = (_("Measure"), _("What"), _("Stage"), _("Count"))
        note = _("“Not known” is not none: it says that no source or record of the centre tells.")
        item = _("Each of these is itemised: it counts single records. Of activities with others "
                 "it is said how many both sides confirm.")  # fmt: skip
        rows = [(*line[:-1], _("not known") if line[-1] is None else line[-1])
                for line in measures(result, language)]  # fmt: skip
        title = f"{name}: {result['year'] or '–'}"
        return [
            Sheet(title, heads, rows, (note, item)),
            Sheet(_("Activities by year"), (_("Year"), _("Done"), _("Planned, or not known")),
                  [(row["year"], row["done"], row["other"]) for row in result["by_year"]]),
            Sheet(_("People by year"),
                  (_("Unit"), _("Year"), _("From its own country"), _("From abroad"),
                   _("Not known where from"), _("Planned")),
                  [(str(CountUnit(row["unit"]).label), row["year"], row["domestic"],
                    row["foreign"], row["not_stated"], row["planned"])
                   for row in result["people_by_year"]],
                  (_("Itemised people of each year. Units are counted apart, for one person may "
                     "attend often."),)),
            Sheet(_("Who carried it, by year"),
                  (_("Part"), _("Year"), _("Activities where it is named"),
                   _("Of these by its own alone")),
                  [(str(PartRole(row["part"]).label), row["year"], row["activities"],
                    round(row["own_alone"])) for row in result["carried_by_year"]]),
            Sheet(_("Stated in total"),
                  (_("Measure"), _("Stream"), _("Stage"), _("Unit"), _("Year"), _("Value")),
                  list(_stated(result["stated"])),
                  (_("These are claims of totals; they are not added to what is itemised."),)),
            Sheet(_("Steps and phases"), (_("Step"), _("Stage"), _("Year")),
                  list(_steps(result))),
        ]  # fmt: skip


def measures(result: dict[str, Any], language: str) -> Iterator[Line]:
    """Each measure with what it counts, its stage and its count; None where it is not known.

    In the order of a centre's life by IAEA-TDL-010: needs, then courses, then services.
    """
    done = str(Stage.DONE.label)
    yield _("Needs that its State has assessed"), None, None, result["needs"] or None
    courses = result["courses"]
    yield _("Courses on offer"), None, None, courses["courses"]
    share = f"{courses['endorsed']} / {courses['courses']}" if courses["endorsed"] else None
    yield _("Courses checked by a body, by name"), None, None, share
    for count in result["endorsed_in_total"]:
        yield _("Courses checked by a body, in total"), None, None, count
    for row in result["activities"]:
        kind = str(ActivityKind(row["sort"]).label) if row["sort"] else None
        yield _("Activities"), kind, _stage(row), row["count"]
    for row in result["said"]:
        said = str(Confirmation(row["confirmation"]).label)
        yield _("Activities with others"), said, _stage(row), row["count"]
    yield from _people(result["people"])
    for row in result["topics"]:
        label = f"{row['topic']} {vocabulary.topics().label(row['topic'], language)}"
        yield _("Topics"), label, _stage(row), row["count"]
    for row in result["evaluation"]:
        level = row["level"]
        words = _("Kirkpatrick %(level)d") % {"level": level} if level else _("not known")
        yield _("Level of evaluation reached"), words, done, row["count"]
    for row in result["shared"]:
        yield _("Exchanges of material"), str(row["year"] or ""), _stage(row), row["count"]
    yield _("Years running with something done"), None, done, result["running"]
    for row in result["carried"]:
        part = str(PartRole(row["part"]).label)
        share = f"{row['own_alone']:.0f} / {row['activities']}"
        yield _("Carried by its own alone, where named"), part, done, share
    for row in result["services"]:
        yield _("Services"), str(CentreFunction(row["function"]).label), None, row["count"]
    if not result["services"]:
        yield _("Services"), None, None, None


def _stage(row: dict[str, Any]) -> str:
    return str(Stage(row["stage"] or "unknown").label)


def _people(rows: Iterable[dict[str, Any]]) -> Iterator[Line]:
    trainers = 0.0
    found = False
    for row in rows:
        found = True
        stage = str((Stage.DONE if row["held"] else Stage.PLANNED).label)
        stream = row["stream"]
        where = str(Stream(stream).label) if stream in Stream.values else _("not known where from")
        what = f"{CountUnit(row['unit']).label}, {where}"
        yield _("People"), what, stage, row["people"]
        trainers += row["trainers"] if row["held"] else 0
    if not found:
        yield _("People"), _("not known"), None, None
    yield _("Trainers trained"), None, str(Stage.DONE.label), trainers or None


def _stated(rows: Iterable[dict[str, Any]]) -> Iterator[Line]:
    for row in rows:
        stream = str(Stream(row["stream"]).label) if row["stream"] else None
        stage = str(Stage(row["stage"] or "done").label)
        yield row["measure"], stream, stage, row["unit"], row["year"], row["value"]


def _steps(result: dict[str, Any]) -> Iterator[Line]:
    for row in result["phases"]:
        yield str(LifePhase(row["phase"]).label), None, row["year"]
    for row in result["milestones"]:
        stage = str(Stage(row["stage"] or "done").label)
        yield str(MilestoneStep(row["step"]).label), stage, row["year"]
