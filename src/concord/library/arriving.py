"""Files that are sent part by part: a line that breaks costs the part that was on its way."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.library.errors import FileRefusedError
from concord.library.identifying import MOST_BYTES, file_name
from concord.library.keeping import ABANDONED, folder_of
from concord.library.models import Arriving
from concord.record.errors import ConcordError, NotFoundError

PART_BYTES: Final = 4 * 1024**2
"""Bytes of a part; a longer one is refused."""
MOST_AT_ONCE: Final = 20
"""Files of an institution that may be on their way at a time."""


class OtherPlaceError(ConcordError):
    """The part does not begin where the file ends so far; ``fields`` say where under ``received``.

    So a part that came twice, or late, is never written twice.
    """

    code = "other-place"
    status = 409
    title = gettext_lazy("Another part of the file is wanted next.")

    def __init__(self, received: int) -> None:
        self.received = received
        super().__init__(fields={"received": str(received)})


def arriving_begin(*, acting: Acting, name: str, size: int) -> Arriving:
    """Make room for a file of ``size`` bytes; raises ``FileRefusedError`` where there is none."""
    acting.require(Role.EDITOR)
    if not 0 < size <= MOST_BYTES:
        message = _("The file is larger than %(limit)s MB.")
        raise FileRefusedError(message % {"limit": MOST_BYTES // 1024**2})
    if Arriving.objects.filter(institution=acting.institution).count() >= MOST_AT_ONCE:
        raise FileRefusedError(_("Too many files are on their way. Finish some of them first."))
    made = Arriving.objects.create(
        institution=acting.institution, person=acting.person, name=file_name(name), size=size
    )
    path = _path(made)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return made


def arriving_add(*, acting: Acting, arriving_id: UUID, first: int, data: bytes) -> int:
    """Write a part that begins at byte ``first``; return how many bytes are here.

    Raises ``NotFoundError``, ``OtherPlaceError``, and ``FileRefusedError`` for more than there was
    to be.
    """
    with transaction.atomic():
        found = _get(acting, arriving_id, lock=True)
        received = arriving_received(found)
        if first != received:
            raise OtherPlaceError(received)
        if len(data) > PART_BYTES or received + len(data) > found.size:
            raise FileRefusedError(_("More of the file came than there was to be."))
        with _path(found).open("ab") as file:
            file.write(data)
        return received + len(data)


def arriving_get(*, acting: Acting, arriving_id: UUID) -> Arriving:
    """A file on its way that the person sends; raises ``NotFoundError``."""
    return _get(acting, arriving_id)


def arriving_received(arriving: Arriving) -> int:
    """How many bytes of it are here."""
    try:
        return _path(arriving).stat().st_size
    except FileNotFoundError:
        raise NotFoundError from None


def arriving_take(*, acting: Acting, arriving_id: UUID) -> tuple[str, bytes]:
    """Name and bytes of a file that is here whole; it stays until it is dropped.

    Raises ``NotFoundError``, and ``OtherPlaceError`` where a part is missing.
    """
    found = _get(acting, arriving_id)
    received = arriving_received(found)
    if received != found.size:
        raise OtherPlaceError(received)
    return found.name, _path(found).read_bytes()


def arriving_drop(*, acting: Acting, arriving_id: UUID) -> None:
    """Throw away what is here of a file."""
    found = _get(acting, arriving_id)
    arrivals_delete([found])


def arrivals_delete(found: Iterable[Arriving]) -> None:
    """Delete files on their way with what is here of them."""
    for one in found:
        _path(one).unlink(missing_ok=True)
        one.delete()


def arrivals_forget() -> int:
    """Delete files that nobody sent on for a day; count them."""
    old = list(Arriving.objects.filter(at__lt=timezone.now() - ABANDONED))
    arrivals_delete(old)
    return len(old)


def _get(acting: Acting, arriving_id: UUID, *, lock: bool = False) -> Arriving:
    acting.require(Role.EDITOR)
    rows = Arriving.objects.select_for_update() if lock else Arriving.objects.all()
    found = rows.filter(
        id=arriving_id, institution=acting.institution, person=acting.person
    ).first()
    if found is None:
        raise NotFoundError
    return found


def _path(arriving: Arriving) -> Path:
    return folder_of(arriving.institution) / f"{arriving.id}.half"
