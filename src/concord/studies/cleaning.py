"""The place of this room: kept results, which are made anew from what is left."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from concord.record.places import Held, Place, place
from concord.record.spill import Spill
from concord.studies.models import KeptResult


@place
class Results(Place):
    """Kept results of studies: all of them, since any may rest on what is removed."""

    code = "results"
    label = gettext_lazy("Kept results of studies, which are made anew")
    is_derived = True
    tables = ("studies_keptresult",)

    def held(self, spill: Spill) -> Held:  # noqa: ARG002
        return Held.of(KeptResult.objects.values_list("made_at", flat=True))

    def clean(self, spill: Spill) -> None:  # noqa: ARG002
        KeptResult.objects.all().delete()
