"""Rules as data: classes of words by language, and what must stand together to be found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from concord.core.vocabulary import LANGUAGES

PATTERNS: Final = frozenset(
    {"number", "clock", "day", "phone", "serial", "mailbox", "person_mailbox", "name"}
)
"""Classes that no list of words makes; ``matching`` knows them."""
_OPTIONS: Final = frozenset({"after_number", "capitals", "alone", "covers"})
_SHORTEST: Final = 2
ANY: Final = "any"
"""For words that are the same in all languages."""


class Effect(StrEnum):
    """What a rule does. What is refused stays so, whatever an operator's file says."""

    REFUSE = "refuse"
    STOP = "stop"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class WordClass:
    """Words of one meaning. ``after_number`` counts them only right after a number, ``capitals``
    only in capitals, ``alone`` only where they stand as a heading or in brackets; what ``covers``
    hides shorter words in it, as a training reactor is no training.
    """

    id: str
    words: Mapping[str, tuple[str, ...]]
    after_number: bool = False
    capitals: bool = False
    alone: bool = False
    covers: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What is found where of each of ``needs`` one stands in a sentence, and none of ``unless``.

    ``near`` narrows the sentence to as many characters; ``whole`` widens it to the whole text.
    """

    id: str
    kind: str
    effect: Effect
    needs: tuple[frozenset[str], ...]
    unless: frozenset[str]
    reason: Mapping[str, str]
    reference: str
    near: int = 0
    whole: bool = False
    is_on: bool = True

    def said(self, language: str) -> str:
        """Why, in ``language`` or else in English."""
        return self.reason.get(language) or self.reason["en"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of content that does not belong: what it is called, and how a text is mended."""

    id: str
    label: Mapping[str, str]
    mend: Mapping[str, str]

    def called(self, language: str) -> str:
        return self.label.get(language) or self.label["en"]

    def mended(self, language: str) -> str:
        return self.mend.get(language) or self.mend["en"]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Kinds, classes of words and rules of one version."""

    version: str
    kinds: Mapping[str, Kind]
    classes: Mapping[str, WordClass]
    rules: Mapping[str, Rule]

    @property
    def in_force(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules.values() if rule.is_on)


@dataclass(frozen=True, slots=True)
class RuleFault:
    """What is wrong in a file of rules, where, and what was expected."""

    where: str
    what: str


class RulesError(ValueError):
    """A file of rules cannot be taken; ``faults`` has everything that is wrong with it."""

    def __init__(self, faults: tuple[RuleFault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{fault.where}: {fault.what}" for fault in faults))


@dataclass
class _Reading:
    """A file on its way to rules, and what is wrong with it."""

    data: Mapping[str, Any]
    faults: list[RuleFault] = field(default_factory=list)

    def fault(self, where: str, what: str) -> None:
        self.faults.append(RuleFault(where, what))

    def table(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        found = self.data.get(name, {})
        if isinstance(found, dict) and all(isinstance(v, dict) for v in found.values()):
            return found
        self.fault(name, f"expected tables named [{name}.ID]")
        return {}

    def text(self, where: str, given: object) -> str:
        if isinstance(given, str) and given.strip():
            return given.strip()
        self.fault(where, "expected a text")
        return ""

    def texts(self, where: str, given: object) -> dict[str, str]:
        """Texts by language; English is wanted."""
        if isinstance(given, str):
            given = {"en": given}
        if not isinstance(given, dict) or "en" not in given:
            self.fault(where, 'expected texts by language, "en" among them')
            return {"en": ""}
        for language in set(given) - set(LANGUAGES):
            self.fault(f"{where}.{language}", f"expected one of {', '.join(LANGUAGES)}")
        return {language: self.text(f"{where}.{language}", v) for language, v in given.items()}

    def known(self, where: str, given: Mapping[str, Any], names: set[str]) -> None:
        for name in sorted(set(given) - names):
            self.fault(f"{where}.{name}", f"not known here; expected {', '.join(sorted(names))}")


def rules_parse(data: Mapping[str, Any]) -> RuleSet:
    """The rules that a file holds; raises ``RulesError`` with all of its faults."""
    reading = _Reading(data)
    reading.known("file", data, {"version", "kinds", "classes", "rules"})
    version = reading.text("version", data.get("version"))
    kinds = {name: _kind(reading, name, given) for name, given in reading.table("kinds").items()}
    classes = {
        name: _class(reading, name, given) for name, given in reading.table("classes").items()
    }
    rules = {
        name: _rule(reading, name, given, set(kinds), set(classes))
        for name, given in reading.table("rules").items()
    }
    if reading.faults:
        raise RulesError(tuple(reading.faults))
    return RuleSet(version, kinds, classes, rules)


def rules_extend(base: RuleSet, data: Mapping[str, Any]) -> RuleSet:
    """``base`` as an operator's file changes it; raises ``RulesError`` with all of its faults.

    The file may add kinds, classes and rules, add words to classes (``[words.CLASS]``) and take
    some away from none; ``[switch]`` sets a rule to ``"off"``, ``"on"``, ``"warn"`` or ``"stop"``.
    A rule that refuses stays as it is.
    """
    reading = _Reading(data)
    reading.known("file", data, {"version", "kinds", "classes", "rules", "words", "switch"})
    version = str(data.get("version", "")).strip()
    kinds = dict(base.kinds)
    classes, rules = dict(base.classes), dict(base.rules)
    for name, given in reading.table("kinds").items():
        kinds[name] = _kind(reading, name, given)
    for name, given in reading.table("classes").items():
        if name in base.classes:
            reading.fault(f"classes.{name}", f"is there already; add words under [words.{name}]")
        classes[name] = _class(reading, name, given)
    for name, given in reading.table("words").items():
        if name not in base.classes:
            reading.fault(f"words.{name}", _nearest("no such class", name, base.classes))
            continue
        more = _words(reading, f"words.{name}", given)
        classes[name] = replace(base.classes[name], words=_joined(base.classes[name].words, more))
    for name, given in reading.table("rules").items():
        if name in base.rules:
            reading.fault(f"rules.{name}", "is there already; give it another id, or switch it")
        rules[name] = _rule(reading, name, given, set(kinds), set(classes))
    rules |= dict(_switched(reading, base))
    if reading.faults:
        raise RulesError(tuple(reading.faults))
    joined = f"{base.version}+{version}" if version else f"{base.version}+"
    return RuleSet(joined, kinds, classes, rules)


def _switched(reading: _Reading, base: RuleSet) -> Iterator[tuple[str, Rule]]:
    given = reading.data.get("switch", {})
    if not isinstance(given, dict):
        reading.fault("switch", 'expected lines such as "guards.timing" = "warn"')
        return
    for name, to in given.items():
        where = f"switch.{name}"
        rule = base.rules.get(name)
        if rule is None:
            reading.fault(where, _nearest("no such rule", name, base.rules))
        elif rule.effect is Effect.REFUSE:
            reading.fault(where, "refuses classified information and cannot be switched")
        elif to in {"on", "off"}:
            yield name, replace(rule, is_on=to == "on")
        elif to in {Effect.WARN, Effect.STOP}:
            yield name, replace(rule, effect=Effect(to))
        else:
            reading.fault(where, 'expected "on", "off", "warn" or "stop"')


def _nearest(what: str, name: str, known: Mapping[str, object]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    return f"{what}; nearest known: {', '.join(close)}" if close else what


def _joined(
    words: Mapping[str, tuple[str, ...]], more: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    return {
        language: (*words.get(language, ()), *more.get(language, ()))
        for language in {**words, **more}
    }


def _kind(reading: _Reading, name: str, given: Mapping[str, Any]) -> Kind:
    where = f"kinds.{name}"
    reading.known(where, given, {"label", "mend"})
    return Kind(
        name,
        reading.texts(f"{where}.label", given.get("label")),
        reading.texts(f"{where}.mend", given.get("mend")),
    )


def _class(reading: _Reading, name: str, given: Mapping[str, Any]) -> WordClass:
    where = f"classes.{name}"
    if name in PATTERNS:
        reading.fault(where, "is the name of a pattern; give the class another")
    options = {key: given[key] for key in _OPTIONS if key in given}
    for key, value in options.items():
        if not isinstance(value, bool):
            reading.fault(f"{where}.{key}", "expected true or false")
    words = _words(
        reading, where, {k: v for k, v in given.items() if k not in _OPTIONS},
        shortest=1 if options.get("after_number") else _SHORTEST,
    )  # fmt: skip
    return WordClass(name, words, **{key: bool(value) for key, value in options.items()})


def _words(
    reading: _Reading, where: str, given: Mapping[str, Any], *, shortest: int = _SHORTEST
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for language, said in given.items():
        place = f"{where}.{language}"
        if language not in {*LANGUAGES, ANY}:
            reading.fault(place, f"expected a language: {ANY}, {', '.join(LANGUAGES)}")
            continue
        text = reading.text(place, said)
        words = tuple(word for part in text.replace("\n", ",").split(",") if (word := part.strip()))
        for word in words:
            stem = word.removesuffix("*")
            if "*" in stem or not stem or (len(stem) < shortest and stem.isascii()):
                reading.fault(
                    place, f"“{word}”: a word has two letters or more, and a * at its end alone"
                )
        found[language] = words
    return found


def _rule(
    reading: _Reading, name: str, given: Mapping[str, Any], kinds: set[str], classes: set[str]
) -> Rule:
    where = f"rules.{name}"
    reading.known(
        where,
        given,
        {"kind", "effect", "needs", "unless", "near", "whole", "reason", "reference"},
    )
    kind = reading.text(f"{where}.kind", given.get("kind"))
    if kind and kind not in kinds:
        reading.fault(f"{where}.kind", _nearest(f"no kind “{kind}”", kind, dict.fromkeys(kinds)))
    effect = given.get("effect")
    if effect not in set(Effect):
        reading.fault(f"{where}.effect", f"expected {', '.join(Effect)}")
        effect = Effect.WARN
    near, whole = given.get("near", 0), given.get("whole", False)
    if not isinstance(near, int) or isinstance(near, bool) or near < 0:
        reading.fault(f"{where}.near", "expected a number of characters")
        near = 0
    if not isinstance(whole, bool):
        reading.fault(f"{where}.whole", "expected true or false")
    needs = _groups(reading, f"{where}.needs", given.get("needs"), classes)
    if not needs:
        reading.fault(f"{where}.needs", 'expected a list such as ["guard", "clock | duration"]')
    unless = _groups(reading, f"{where}.unless", given.get("unless", []), classes)
    return Rule(
        name, kind, Effect(effect), needs, frozenset().union(*unless),
        reading.texts(f"{where}.reason", given.get("reason")),
        reading.text(f"{where}.reference", given.get("reference")), near, bool(whole),
    )  # fmt: skip


def _groups(
    reading: _Reading, where: str, given: object, classes: set[str]
) -> tuple[frozenset[str], ...]:
    """Lists of classes; ``|`` in an item says that any of them will do."""
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        reading.fault(where, "expected a list of names of classes")
        return ()
    known = {*classes, *PATTERNS}
    groups = tuple(frozenset(part.strip() for part in item.split("|")) for item in given)
    for name in sorted(frozenset().union(*groups) - known):
        reading.fault(where, _nearest(f"no class “{name}”", name, dict.fromkeys(sorted(known))))
    return groups
