"""The place of this room: answers that are kept for requests that come again."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy

from concord.api.models import KeptAnswer
from concord.record.places import Held, Place, place
from concord.record.spill import Spill


@place
class Answers(Place):
    """Kept answers that name the records. They stay without body, so that nothing is done again."""

    code = "answers"
    label = gettext_lazy("Kept answers of the interface for programs")
    is_derived = True
    tables = ("api_keptanswer",)

    def _rows(self, spill: Spill) -> Iterator[KeptAnswer]:
        for row in KeptAnswer.objects.exclude(request="").order_by("started_at").iterator():
            said = [row.key, row.headers, row.body]
            if spill.names(said) or spill.says(said):
                yield row

    def held(self, spill: Spill) -> Held:
        return Held.of(row.started_at for row in self._rows(spill))

    def clean(self, spill: Spill) -> None:
        """Sent again, such a request is refused as one whose key was used for another."""
        for row in list(self._rows(spill)):
            if spill.says(row.key):
                row.key = f"removed-{row.pk}"
            row.request, row.headers, row.body = "", {}, ""
            row.save()
