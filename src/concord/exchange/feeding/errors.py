"""What can go wrong with a feed as somebody handles it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from concord.record.errors import ConcordError


class FeedBusyError(ConcordError):
    """The feed is being read already; two readings at once would write the same twice."""

    code = "feed-busy"
    status = 409
    title = _("The feed is being read just now. Wait until that is done.")


class FeedStateError(ConcordError):
    """The feed is not in a state in which this can be done."""

    code = "feed-state"
    status = 409
    title = _("This cannot be done with the feed as it is now.")


class FeedFormError(ConcordError):
    """What was typed of a feed cannot be taken; ``fields`` says what and why."""

    code = "feed-form"
    status = 422
    title = _("Please mend what is marked.")
