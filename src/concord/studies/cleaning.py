"""The places of this room: kept results, made anew from what is left, and numbers of releases."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy

from concord.record.places import Held, Place, holds_nothing, place
from concord.record.spill import Spill
from concord.studies.counted import FIELDS
from concord.studies.models import KeptResult, Release, StudyRun
from concord.studies.releasing import home_forget


@place
class Results(Place):
    """Kept results of studies: all of them, since any may rest on what is removed."""

    code = "results"
    label = gettext_lazy("Kept results of studies, which are made anew")
    is_derived = True
    tables = ("studies_keptresult", "studies_studyrun")

    def held(self, spill: Spill) -> Held:  # noqa: ARG002
        return Held.of(KeptResult.objects.values_list("made_at", flat=True))

    def clean(self, spill: Spill) -> None:  # noqa: ARG002
        KeptResult.objects.all().delete()
        StudyRun.objects.all().delete()


@place
class ReleasesRestingOnIt(Place):
    """The numbers and proofs behind releases; the totals that are out stay, and say less of it."""

    code = "releases"
    label = gettext_lazy("Numbers and proofs kept behind releases of totals")
    tables = ("studies_release",)

    def _rows(self, spill: Spill) -> Iterator[Release]:
        if spill.field and not any(spill.field in fields for fields in FIELDS.values()):
            return
        for row in Release.objects.exclude(home=b"").only("home", "made_at").iterator(1):
            if {str(key) for key in spill.ids} & row.records:
                yield row

    def held(self, spill: Spill) -> Held:
        return Held.of(row.made_at for row in self._rows(spill))

    def clean(self, spill: Spill) -> None:
        if any(True for _row in self._rows(spill)):
            for key in sorted(spill.ids):
                home_forget(record_id=key)


holds_nothing(
    ("studies_opening",), "it says which State lets whom see what, and nothing that a record says"
)
