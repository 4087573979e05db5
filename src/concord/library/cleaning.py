"""The place of this room: files of versions, with the text in them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy

from concord.library.arriving import arrivals_delete
from concord.library.keeping import files_sweep
from concord.library.models import Arriving, StoredFile
from concord.record.places import Held, Place, place
from concord.record.spill import Spill


@place
class Files(Place):
    """Files that a version was, or that say it: bytes cannot be edited, so each goes whole."""

    code = "files"
    label = gettext_lazy("Files of the library, with the text in them")
    tables = ("library_storedfile", "library_arriving")
    folders = ("library",)

    def _rows(self, spill: Spill) -> Iterator[StoredFile]:
        for row in StoredFile.objects.filter(institution=spill.owner).iterator(50):
            if row.digest in spill.texts or spill.says(row.text):
                yield row

    def _arriving(self, spill: Spill) -> list[Arriving]:
        """Files that are half here cannot be looked into: they go with it."""
        return list(Arriving.objects.filter(institution=spill.owner))

    def held(self, spill: Spill) -> Held:
        moments = [row.at for row in self._rows(spill)]
        return Held.of([*moments, *(one.at for one in self._arriving(spill))])

    def clean(self, spill: Spill) -> None:
        StoredFile.objects.filter(id__in=[row.id for row in self._rows(spill)]).delete()
        arrivals_delete(self._arriving(spill))

    def sweep(self) -> None:
        files_sweep()
