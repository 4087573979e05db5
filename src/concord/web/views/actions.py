"""What the reader of a record may do with it: the links on its page."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from concord.accounts.answers import answerable, speaks_for
from concord.accounts.models import Role
from concord.accounts.selectors import acting_list
from concord.exchange.workbook.sheets import sheet_of
from concord.record.selectors import RecordView
from concord.web.views.viewer import person_of

Action = tuple[str, str]


def actions_for(request: HttpRequest, record: RecordView) -> list[Action]:
    """Address and label of each; none for whoever has no account."""
    person = person_of(request)
    if person is None:
        return []
    own = [a for a in acting_list(person=person) if a.institution == record.owner]
    owns = any(acting.may(Role.EDITOR) for acting in own)
    found: list[Action] = []
    if owns and sheet_of(record.kind):
        found.append((reverse("record_edit", args=[record.id]), _("Edit")))
    if any(
        acting.institution == record.owner and acting.may(Role.PUBLISHER)
        for acting in acting_list(person=person)
    ):
        found.append((f"{reverse('publish')}?id={record.id}", _("Change who sees it")))
    if any(
        acting.may(Role.EDITOR)
        and answerable(record, acting, speaks_for(person=person, acting=acting))
        for acting in acting_list(person=person)
    ):
        found.append((reverse("answer", args=[record.id]), _("Answer it")))
    if not owns and sheet_of(record.kind):
        found.append((reverse("propose", args=[record.id]), _("Propose a correction")))
    acts = {a.institution for a in acting_list(person=person) if a.may(Role.EDITOR)}
    if record.kind == "institution" and record.id not in acts:
        found.append((reverse("propose_choose", args=[record.id]), _("Propose an addition")))
    if any(acting.may(Role.PUBLISHER) for acting in own):
        found.append((reverse("purge_ask", args=[record.id]), _("Remove for good")))
    return found
