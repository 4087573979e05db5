"""What can go wrong with a record, each with a stable code and what a person can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.utils.translation import gettext_lazy as _


class ConcordError(Exception):
    """Something that a person can mend; entrances turn it into one shape (RFC 9457)."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    title: ClassVar[object] = _("The request could not be carried out.")

    def __init__(self, detail: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        self.detail = detail
        self.fields = dict(fields or {})
        super().__init__(detail or str(self.title))


class NotFoundError(ConcordError):
    """There is no such record, or this viewer may not know of it: both answer alike."""

    code = "not-found"
    status = 404
    title = _("There is no such record.")


class MergedError(NotFoundError):
    """The record was merged into another, whose id is in ``fields`` under ``into``."""

    code = "merged"
    status = 410
    title = _("This record was merged into another, which stands for both.")


class PurgedError(NotFoundError):
    """What the record said was removed; ``fields`` says ``rule``, ``on`` and ``by``."""

    code = "purged"
    status = 410
    title = _("What this record said was removed under a rule.")


class InvalidContentError(ConcordError):
    """The content of a record breaks a rule of its kind; ``fields`` says which and how."""

    code = "invalid-content"
    status = 422
    title = _("The record does not keep the rules of its kind.")


class NotOwnerError(ConcordError):
    """Only the institution that owns a record may write it."""

    code = "not-owner"
    status = 403
    title = _("Only the owner of a record may change it.")


class MayNotPublishError(ConcordError):
    """To let others see more is an act of its own, for those who may publish."""

    code = "may-not-publish"
    status = 403
    title = _("Only a publisher of the institution may let others see more.")


class NeedsClearanceError(ConcordError):
    """The institution's State clears what is to be seen outside; the contact point has not yet."""

    code = "needs-clearance"
    status = 409
    title = _("The contact point of the State must clear this first.")


class ChangedMeanwhileError(ConcordError):
    """The record has a newer revision than the one that the change was made from."""

    code = "changed-meanwhile"
    status = 409
    title = _("The record was changed in the meantime.")


class ForgedFormError(ConcordError):
    """A form came without the secret of its page."""

    code = "forged-form"
    status = 403
    title = _("This form is too old or came from elsewhere. Open the page again and send it anew.")


class FormAddressError(ConcordError):
    """An address that takes what a form sends was opened as a page."""

    code = "form-address"
    status = 405
    title = _("This address takes what a form sends; it is no page.")


class InvalidQueryError(ConcordError):
    """A filter, page or id in the request makes no sense; ``fields`` says which."""

    code = "invalid-query"
    status = 400
    title = _("The request asks for something that cannot be.")


class TooLargeError(ConcordError):
    """The body is larger than is allowed."""

    code = "too-large"
    status = 413
    title = _("The body of the request is too large.")
