"""What audiences and levels are called, by names that the reader may know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from concord.core.disclosure import Breadth, Viewer, breadth_of
from concord.record.audiences import group_names
from concord.register import vocabulary
from concord.register.links import Parties


class AudienceNames:
    """Names audiences for one viewer, read in two queries.

    A network or an institution that the viewer may not know of, and a group that it is not in,
    have no name here.
    """

    def __init__(self, viewer: Viewer, language: str, audiences: Iterable[str]) -> None:
        wanted = set(audiences)
        self._viewer, self._language = viewer, language
        named = {a.partition(":")[2] for a in wanted if _is_named(a)}
        self._parties = Parties(viewer, language, named)
        in_groups = any(breadth_of(a) is Breadth.GROUP for a in wanted)
        self._groups = group_names(viewer) if in_groups else {}

    def name(self, audience: str) -> str:
        """Who sees it, in a few words."""
        reach, of = breadth_of(audience), audience.partition(":")[2]
        match reach:
            case Breadth.PUBLIC:
                return _("everybody")
            case Breadth.NETWORK:
                label = self._parties.record(of, "network").label
                return _("members of %(network)s") % {"network": label}
            case Breadth.GROUP:
                group = self._groups.get(UUID(of))
                return _("group “%(group)s”") % {"group": group} if group else _("a group")
            case Breadth.STATE:
                country = vocabulary.countries().label(of, self._language)
                return _("institutions of %(country)s") % {"country": country}
            case Breadth.INSTITUTION:
                label = self._parties.record(of).label
                return _("%(institution)s alone") % {"institution": label}

    def reader(self, reader: str) -> str:
        """Who read something: an institution, or the contact point of a State."""
        reach, _colon, of = reader.partition(":")
        if reach == Breadth.INSTITUTION:
            return self._parties.record(of).label
        country = vocabulary.countries().label(of, self._language)
        return _("the contact point of %(country)s") % {"country": country}

    def together(self, audiences: Sequence[str]) -> str:
        """Those who are in all of these."""
        told = [self.name(audience) for audience in audiences]
        if len(told) == 1:
            return told[0]
        return _("those who are both: %(who)s") % {"who": "; ".join(told)}


def _is_named(audience: str) -> bool:
    return breadth_of(audience) in {Breadth.NETWORK, Breadth.INSTITUTION}
