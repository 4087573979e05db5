"""What can be wrong with a file that is brought to the library."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from concord.record.errors import ConcordError


class FileRefusedError(ConcordError):
    """The file is not taken; the detail says why and what to do."""

    code = "file-refused"
    status = 422
    title = _("This file is not taken.")

    def __init__(self, detail: str) -> None:
        super().__init__(detail, fields={"file": detail})


class FileHeldError(ConcordError):
    """The file is there, but nobody gets it before it was looked through."""

    code = "file-held"
    status = 409
    title = _("This file is held until it was looked through for harmful programs.")


class FileGoneError(ConcordError):
    """The bytes of the version are not here any more, or never were."""

    code = "file-gone"
    status = 410
    title = _("The file of this version is not here.")
