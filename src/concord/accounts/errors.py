"""What can go wrong with accounts."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from concord.record.errors import ConcordError


class NotAllowedError(ConcordError):
    """The person has no role that allows this."""

    code = "not-allowed"
    status = 403
    title = _("Your role does not allow this.")


class RoleNeededError(NotAllowedError):
    """The person lacks the role that this takes, which is named."""

    def __init__(self, role: object) -> None:
        super().__init__(gettext("It takes the role: %(role)s.") % {"role": role})


class OtherInstitutionError(ConcordError):
    """A form was made for another institution than the one that the person acts for now."""

    code = "other-institution"
    status = 409
    title = _("You act for another institution now. Open the page again and send it anew.")


class InvitationError(ConcordError):
    """The link was used, revoked, has expired or never was: all answer alike."""

    code = "invitation"
    status = 404
    title = _("This invitation cannot be used. Ask whoever sent it for a new one.")


class BadTokenError(ConcordError):
    """The token is unknown, revoked or expired: all answer alike."""

    code = "bad-token"
    status = 401
    title = _("This token is not valid.")


class JoiningError(ConcordError):
    """No account can be made of this; every fault is told at once, in the order of the form."""

    code = "joining"
    status = 422
    title = _("The account could not be made.")


class SignedOutError(ConcordError):
    """Something was sent by somebody who is not signed in any more."""

    code = "signed-out"
    status = 401
    title = _("You are not signed in any more. Nothing was saved.")
