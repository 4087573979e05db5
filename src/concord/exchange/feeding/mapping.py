"""What an item of a feed says of a course or an activity, in the words of the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from concord.core.timespan import TimeSpan
from concord.core.vocabulary.folding import fold
from concord.core.vocabulary.languages import languages
from concord.exchange.feeds.item import FeedItem
from concord.exchange.feeds.naming import may_name_person
from concord.exchange.feeds.values import UNKNOWN_LANGUAGE
from concord.exchange.workbook.cells import OWN_TRANSLATION
from concord.exchange.workbook.choices import choices
from concord.exchange.workbook.names import Names, UnknownPartyError
from concord.record.errors import InvalidContentError
from concord.record.services import content_dump, content_parse
from concord.register.words import ActivityKind, PartRole, Stage

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "activity": (
        "titles", "activity_kind", "when", "days", "stage", "course", "parties", "topics", "roles",
        "reach", "languages", "country", "town", "is_online",
    ),
    "course": ("titles", "providers", "topics", "roles", "reach", "level", "languages",
               "objectives"),
}  # fmt: skip
"""What a feed may write of a record; it touches nothing else."""

LISTS: Final = ("topics", "roles", "ActivityKind", "Reach", "TrainingLevel")
"""Lists in which the keywords of an item are looked up."""
COUNTRIES: Final = "countries"
LANGUAGES: Final = "languages"
NO_WORD: Final = "feed words"
"""Where it is remembered that a word means nothing here."""
KEYWORDS: Final = "feed keywords"
PARTIES: Final = "feed parties"
"""Where it is remembered which institution a name of an organiser means."""


class RefusedItemError(ValueError):
    """An item that cannot become a record; its text is for people."""


class LeftItemError(ValueError):
    """An item that is not for the register; its text is for people."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """An item in the words of the register: fields of a record of ``kind``, as they are stored."""

    kind: str
    said: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    """What is in no list and is asked about: what it stands for in the feed, and the word."""


class Mapper:
    """Maps the items of one source. Free words are matched as those of uploads are."""

    def __init__(
        self,
        *,
        institution: UUID,
        names: Names,
        defaults: Mapping[str, Any],
        remembered: Mapping[tuple[str, str], str],
        today: dt.date,
    ) -> None:
        self.institution, self.names = str(institution), names
        self.defaults, self.remembered, self.today = defaults, remembered, today
        self.language = defaults.get("language") or "en"

    def knows(self, name: str) -> bool:
        """Whether the register has a party of that name, or somebody said which one it means."""
        return self._party(name) is not None

    def kind_of(self, item: FeedItem) -> str:
        """The kind of record that the item becomes; raises ``LeftItemError`` where none."""
        if item.kind != "material":
            return item.kind
        if self.defaults.get("material_as") == "course":
            return "course"
        raise LeftItemError(
            _(
                "It is neither dated nor said to be a course (in schema.org a LearningResource, in "
                "a news feed an entry that dates no event). In the settings you can have such "
                "items taken for courses."
            )
        )

    def map(self, item: FeedItem, courses: Mapping[str, str]) -> Mapped:
        """The fields that the item gives; ``courses`` are the records of courses by their key.

        Raises ``LeftItemError`` and ``RefusedItemError``.
        """
        kind = self.kind_of(item)
        if not item.titles:
            raise LeftItemError(_("It was cancelled before it was ever read."))
        mapped = Mapped(kind, {})
        words = self._words(item, mapped)
        if item.kind == "material":
            mapped.notes.append(_("It is neither dated nor said to be a course: taken for one."))
        if item.unnamed:
            note = _("Names left out because they are or may be those of persons: %(n)s.")
            mapped.notes.append(note % {"n": item.unnamed})
        said: dict[str, Any] = {
            "titles": self._text(item.titles),
            "topics": words["topics"] or self.defaults.get("topics", []),
            "roles": words["roles"] or self.defaults.get("roles", []),
            "reach": words["Reach"],
            "languages": self._languages(item, mapped),
        }
        if kind == "course":
            said |= self._course(item, words, mapped)
        else:
            said |= self._activity(item, words, courses, mapped)
        given = {name: value for name, value in said.items() if value not in (None, "", [], {})}
        mapped.said.update(_stored(kind, given))
        return mapped

    def _course(self, item: FeedItem, words: Mapping[str, list[str]], to: Mapped) -> dict[str, Any]:
        found = [p for p in self._named(item.organisers, to) if "institution" in p]
        return {
            "providers": [party["institution"] for party in found] or [self.institution],
            "level": next(iter(words["TrainingLevel"]), None),
            "objectives": self._text(item.summary) if item.summary else None,
        }

    def _activity(
        self,
        item: FeedItem,
        words: Mapping[str, list[str]],
        courses: Mapping[str, str],
        to: Mapped,
    ) -> dict[str, Any]:
        country, town = item.country, item.place
        if town and not country and (country := self._meaning(COUNTRIES, town)):
            town = None
        if item.country_word and not country:
            country = self._meaning(COUNTRIES, item.country_word)
            town = town or (item.town_word if country else None)
            if not country and not may_name_person(item.country_word):
                self._ask(COUNTRIES, item.country_word, to)
        return {
            "activity_kind": self._activity_kind(item, words["ActivityKind"]),
            "when": item.when,
            "stage": self._stage(item),
            "course": courses.get(item.course_key or ""),
            "parties": list(self._parties(item, to)),
            "country": country,
            "town": town,
            "is_online": item.is_online,
        }

    def _activity_kind(self, item: FeedItem, named: list[str]) -> str:
        """A run of a course is one, whatever its keywords say of what is done in it."""
        if item.course_key:
            return ActivityKind.COURSE_RUN
        usual: str = self.defaults.get("activity_kind") or ActivityKind.EVENT
        return next(iter(named), usual)

    def _stage(self, item: FeedItem) -> Stage:
        """Cancelled if it says so; planned if it is to come. What was announced may not be done."""
        if item.status == "cancelled":
            return Stage.CANCELLED
        is_over = item.when and TimeSpan.parse(item.when).latest < self.today
        return Stage.UNKNOWN if is_over or not item.when else Stage.PLANNED

    def _parties(self, item: FeedItem, to: Mapped) -> Iterator[dict[str, Any]]:
        own = {"institution": self.institution}
        for party in self._named(item.organisers, to) or [own]:
            yield {"party": party, "part": PartRole.HOST if party == own else PartRole.ORGANISER}
        for party in self._named(item.lecturers, to):
            yield {"party": party, "part": PartRole.LECTURER}

    def _named(self, names: Iterable[str], to: Mapped) -> list[dict[str, Any]]:
        """The parties that the register knows by these names of organisations, each once."""
        found: list[dict[str, Any]] = []
        for name in names:
            party = self._party(name)
            if party is None:
                self._ask(PARTIES, name, to)
            elif party not in found:
                found.append(party)
        return found

    def _party(self, name: str) -> dict[str, Any] | None:
        if key := self.remembered.get((PARTIES, fold(name)[:300])):
            return {"institution": key}
        try:
            party = self.names.find(name)
        except UnknownPartyError:
            return None
        return None if "description" in party else party

    def _words(self, item: FeedItem, to: Mapped) -> dict[str, list[str]]:
        """The codes that its keywords mean, by list."""
        found: dict[str, list[str]] = {name: [] for name in LISTS}
        for word in item.keywords:
            codes = [(name, self._meaning(name, word)) for name in LISTS]
            for name, code in codes:
                if code and code not in found[name]:
                    found[name].append(code)
            if not any(code for _name, code in codes):
                self._ask(KEYWORDS, word, to)
        return found

    def _languages(self, item: FeedItem, to: Mapped) -> list[str]:
        found = list(item.languages)
        for word in item.language_words:
            match = languages().find(word)
            code = match.code if match else self.remembered.get((LANGUAGES, fold(word)[:300]))
            if code:
                found.append(code)
            else:
                self._ask(LANGUAGES, word, to)
        return list(dict.fromkeys(found)) or self.defaults.get("languages", [])

    def _meaning(self, name: str, word: str) -> str | None:
        return self.remembered.get((name, fold(word)[:300])) or choices(name).find(word)

    def _ask(self, sort: str, word: str, to: Mapped) -> None:
        """Say that a word is in no list; ask what it means unless somebody said that it is none."""
        if (NO_WORD, fold(word)[:300]) not in self.remembered:
            to.notes.append(_("In no list, and left out: “%(word)s”.") % {"word": word})
            to.unknown.append((sort, word))

    def _text(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """A text by language; what the feed marks with none is in that of its texts."""
        told = {tag: words for tag, words in texts.items() if tag != UNKNOWN_LANGUAGE}
        if UNKNOWN_LANGUAGE in texts:
            told.setdefault(self.language, texts[UNKNOWN_LANGUAGE])
        original = self.language if self.language in told else next(iter(told))
        translators = {tag: OWN_TRANSLATION for tag in told if tag != original}
        return {"original": original, "text": told, "translators": translators}


def _stored(kind: str, said: dict[str, Any]) -> dict[str, Any]:
    """The fields as the register stores them; raises ``RefusedItemError`` for a broken rule."""
    try:
        return content_dump(content_parse(kind=kind, data=said))
    except InvalidContentError as error:
        faults = "; ".join(f"{name}: {fault}" for name, fault in error.fields.items())
        raise RefusedItemError(faults) from error
