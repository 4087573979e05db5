"""The texts of files, as the list of materials searches them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from concord.library.models import StoredFile
from concord.record.columns import Words
from concord.record.selectors import Change
from concord.register.lists import text_finder


@text_finder
def file_texts(owner: UUID, versions: Collection[Change]) -> Iterator[Words]:  # noqa: ARG001
    """The text of each version's file, for whoever sees the file and that it is a version of it."""
    wanted = {
        (change.owner, file["digest"]): change
        for change in versions
        if (file := change.content.get("file"))
    }
    if not wanted:
        return
    rows = StoredFile.objects.filter(
        institution__in={institution for institution, _digest in wanted},
        digest__in={digest for _institution, digest in wanted},
    ).exclude(text="")
    for institution, digest, text in rows.values_list("institution", "digest", "text"):
        change = wanted.get((institution, digest))
        if change is not None:
            yield Words(text, 1, change.audience_of("file", "material"))
