"""Why two records may be one, in words of the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from concord.core.likeness import Reason
from concord.register import vocabulary

WORDS: Final[Mapping[str, Promise]] = {
    "same_title": _("the titles say the same"),
    "like_title": _("the titles are alike (%(what)s %%)"),
    "other_title": _("the titles differ"),
    "other_number": _("the titles have different numbers in them"),
    "same_days": _("on the same days"),
    "overlapping_days": _("days in common: %(what)s"),
    "near_days": _("days between the two: %(what)s"),
    "fitting_days": _("the dates, as far as they are known, fit"),
    "other_day": _("on other days"),
    "perhaps_another_run": _("the provider may have held it again"),
    "same_country": _("in the same country or area: %(what)s"),
    "other_country": _("in different countries or areas"),
    "same_town": _("in the same town: %(what)s"),
    "other_town": _("in different towns"),
    "shared_provider": _("by the same provider: %(what)s"),
    "other_providers": _("by different providers"),
    "shared_topic": _("on the same topic: %(what)s"),
    "other_topics": _("on different topics"),
    "same_count": _("the same number took part: %(what)s"),
    "other_count": _("different numbers took part"),
    "shared_language": _("in the same language"),
    "other_languages": _("in different languages"),
    "other_kind": _("different kinds of activity"),
}
"""For each code of ``core.likeness``; what was found stands where the placeholder is."""


def reason_text(reason: Reason, *, language: str, name: Callable[[str], str]) -> str:
    """A reason in words; ``name`` gives what a provider is called."""
    shown = {"shared_provider": name, "same_country": _country(language),
             "shared_topic": _topic(language)}.get(reason.code)  # fmt: skip
    what = reason.detail
    if shown and what:
        what = ", ".join(map(shown, what.split()))
    return str(WORDS[reason.code]) % {"what": what}


def _country(language: str) -> Callable[[str], str]:
    return lambda code: vocabulary.countries().label(code, language)


def _topic(language: str) -> Callable[[str], str]:
    return lambda code: vocabulary.topics().label(code, language)


def likeness_word(score: float) -> Promise:
    """How likely it is that the two are one, as a person would say it."""
    if score >= 0.9:
        return _("very likely one and the same")
    return _("likely one and the same") if score >= 0.7 else _("perhaps one and the same")
