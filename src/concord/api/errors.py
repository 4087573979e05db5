"""What can go wrong with a request, apart from what it asks for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from concord.record.errors import ConcordError


class TooManyError(ConcordError):
    """Too many wrong tokens came from one address, or too many writes from one token."""

    code = "too-many"
    status = 429
    title = _("Too many requests. Wait a little and try again.")

    def __init__(self, detail: str = "", *, seconds: int) -> None:
        super().__init__(detail)
        self.seconds = seconds


class MalformedError(ConcordError):
    """The body is not the JSON that is expected, or no JSON at all."""

    code = "malformed"
    status = 400
    title = _("The body of the request cannot be read.")


class InvalidBodyError(ConcordError):
    """The body is JSON, but not of the shape that the operation takes."""

    code = "invalid-body"
    status = 422
    title = _("The body of the request has not the shape that is expected.")


class MediaTypeError(ConcordError):
    """The body is of another type than the operation takes."""

    code = "media-type"
    status = 415
    title = _("The body is of a type that is not taken here.")


class ConditionNeededError(ConcordError):
    """A change was sent without the tag of the record that it was made from."""

    code = "condition-needed"
    status = 428
    title = _("Send the ETag of the record that you change as If-Match.")


class ConditionFailedError(ConcordError):
    """The record is no longer what the change was made from."""

    code = "condition-failed"
    status = 412
    title = _("The record was changed in the meantime. Read it again.")


class KeyReusedError(ConcordError):
    """An idempotency key was used before with another request."""

    code = "key-reused"
    status = 422
    title = _("This Idempotency-Key was used for another request.")


class KeyBusyError(ConcordError):
    """The request with this idempotency key is still being carried out."""

    code = "key-busy"
    status = 409
    title = _("The request with this Idempotency-Key is still being carried out.")


class TakenIdError(ConcordError):
    """A new record was given an id that cannot be had."""

    code = "taken-id"
    status = 409
    title = _("This id is taken. Leave it out, and one is made.")
