"""With whom the calling institution can share: its levels, and the groups that it is in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from concord.api.answers import answer
from concord.api.callers import member_calling
from concord.api.interface import api
from concord.api.schemas import GroupOut, GroupsOut, LevelOut, LevelsOut
from concord.core.disclosure import TLP
from concord.record.audiences import groups_of, levels_for
from concord.register.policy_words import ASKS, level_names


@api.get("/levels", response=LevelsOut, summary="Levels that you can choose")
def levels(request: HttpRequest) -> HttpResponse:
    """The levels that your institution can give a record or a field, widest first."""
    caller = member_calling(request)
    institution = caller.acting.institution
    found = levels_for(institution)
    names = level_names(found, institution=institution, viewer=caller.viewer, language="en")
    out = []
    for level in found:
        tlp = TLP[level.breadth]
        out.append(LevelOut(level=str(level), who=names[level], tlp=tlp, asks=str(ASKS[tlp])))
    return answer(request, LevelsOut(levels=out))


@api.get("/groups", response=GroupsOut, summary="Groups that you are in")
def groups(request: HttpRequest) -> HttpResponse:
    """The groups of your institution, and who else is in each; nobody else learns of them."""
    institution: UUID = member_calling(request).acting.institution
    out: list[Any] = [
        GroupOut(
            id=group.id,
            name=group.name,
            founder=group.founder,
            members=list(group.members),
            founded_at=group.made_at,
        )
        for group in groups_of(institution)
    ]
    return answer(request, GroupsOut(groups=out))
