"""The gate against sensitive content: every text that others will read passes it.

What a rule refuses or stops is not written. What it warns of is not opened beyond the institution
until somebody there decided that it may; the decision is remembered by rule, field and a keyed mark
of the text, never by the text.
"""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from concord.core.disclosure import Actor
from concord.core.sensitive import (
    Effect,
    Matcher,
    Rule,
    RuleFault,
    RulesError,
    RuleSet,
    clean,
    rules_extend,
    rules_parse,
)
from concord.core.vocabulary import LANGUAGES
from concord.record.errors import ConcordError
from concord.record.guard import service
from concord.record.models import SensitiveDecision

_log = logging.getLogger("concord.sensitive")
_CODE: Final = re.compile(r"[a-z0-9_:./-]{1,40}|[A-Z]{2}|[a-z]{2,3}-[A-Z][a-z]{3}|[0-9a-f]{64}")
"""Ids, days, codes, digests and addresses of the vocabularies: nothing that a person writes."""
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """What somebody confirmed, and who."""

    marks: frozenset[str] = frozenset()
    every: bool = False
    person: UUID | None = None


_NOTHING: Final = _Confirmed()
_confirmed: ContextVar[_Confirmed] = ContextVar("confirmed_warnings", default=_NOTHING)


class _FoundError(ConcordError):
    """The content check found something; ``fields`` say where, why and what to do."""

    def __init__(self, found: Sequence[tuple[UUID | None, Finding]]) -> None:
        self.found = list(found)
        fields: dict[str, str] = {}
        for record_id, one in self.found:
            where = f"{record_id}: {one.field}" if record_id else one.field
            fields.setdefault(where, one.said)
        super().__init__(fields=fields)


class SensitiveContentError(_FoundError):
    """A rule of the content check refuses or stops it."""

    code = "sensitive-content"
    status = 422
    title = gettext_lazy("This does not belong in an open register.")


class UnconfirmedContentError(_FoundError):
    """The content check warns, and nobody of the institution has decided that it may be shown."""

    code = "sensitive-unconfirmed"
    status = 409
    title = gettext_lazy("Look at the warnings of the content check and confirm them first.")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule finds in one field of a record; ``mark`` knows the text again."""

    field: str
    rule: Rule
    mark: str

    _order: ClassVar = (Effect.REFUSE, Effect.STOP, Effect.WARN)

    @property
    def is_warning(self) -> bool:
        return self.rule.effect is Effect.WARN

    @property
    def is_refused(self) -> bool:
        return self.rule.effect is Effect.REFUSE

    @property
    def kind_label(self) -> str:
        return rules().kinds[self.rule.kind].called(_language())

    @property
    def reason(self) -> str:
        return self.rule.said(_language())

    @property
    def mend(self) -> str:
        return rules().kinds[self.rule.kind].mended(_language())

    @property
    def said(self) -> str:
        """Rule, reason, what to do and by which guidance, in one line; never the text."""
        return (
            f"{self.kind_label}: {self.reason} {self.mend} ({self.rule.reference}; {self.rule.id})"
        )


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """A change on its way: what a record would say, what it says, and whether others would see."""

    record_id: UUID
    kind: str
    content: Mapping[str, Any]
    before: Mapping[str, Any]
    is_let_out: Callable[[], bool]


def rules() -> RuleSet:
    """The rules in force: ours, and what the operator's file makes of them.

    Raises ``ImproperlyConfigured`` where a file is faulty: nothing is written past a broken gate.
    """
    try:
        return _rules(*_files())
    except (RulesError, OSError, tomllib.TOMLDecodeError) as error:
        message = _("The rules of the content check cannot be read: %(why)s") % {"why": error}
        raise ImproperlyConfigured(message) from error


def rules_faults() -> list[RuleFault]:
    """What is wrong with the operator's file of rules, line by line; nothing where all is well."""
    own, _at, path, _changed = _files()
    try:
        base = _base(own, _at)
    except (RulesError, OSError, tomllib.TOMLDecodeError) as error:
        return [RuleFault(own, str(error))]
    if not path:
        return []
    try:
        rules_extend(base, _read(path))
    except RulesError as error:
        return [RuleFault(f"{path}: {fault.where}", fault.what) for fault in error.faults]
    except OSError as error:
        return [RuleFault(path, _("cannot be read: %(why)s") % {"why": error.strerror or error})]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [RuleFault(path, _("is not TOML: %(why)s") % {"why": error})]
    return []


def findings(kind: str, content: Mapping[str, Any]) -> list[Finding]:
    """What the rules find in a record's content, field by field; what stops comes first."""
    del kind  # rules look at text alone; a kind may matter one day
    matcher = _matcher(*_files())
    found: dict[tuple[str, str, str], Finding] = {}
    for name, value in content.items():
        for text in dict.fromkeys(_texts(value)):
            fired = matcher.check(text)
            stronger = {rule.kind for rule in fired if rule.effect is not Effect.WARN}
            for rule in fired:
                if rule.effect is Effect.WARN and rule.kind in stronger:
                    continue
                mark = _mark(rule, text)
                found.setdefault((name, rule.id, mark), Finding(name, rule, mark))
    return sorted(found.values(), key=lambda one: Finding._order.index(one.rule.effect))


def warnings_open(*, institution: UUID, found: Iterable[Finding]) -> list[Finding]:
    """The warnings among findings on which nobody of the institution has decided."""
    warned = [one for one in found if one.is_warning]
    marks = [one.mark for one in warned]
    known: set[tuple[str, str]] = set()
    for start in range(0, len(marks), AT_ONCE):
        rows = SensitiveDecision.objects.filter(
            institution=institution, mark__in=marks[start : start + AT_ONCE]
        )
        known |= set(rows.values_list("rule", "mark"))
    return [one for one in warned if (one.rule.id, one.mark) not in known]


def warnings_confirm(*, actor: Actor, record_id: UUID | None, found: Iterable[Finding]) -> int:
    """Remember that the actor looked at warnings and that the text may be shown; count them.

    What a rule refuses or stops cannot be confirmed and is passed over.
    """
    new = warnings_open(institution=actor.institution, found=found)
    with service():
        SensitiveDecision.objects.bulk_create(
            [
                SensitiveDecision(
                    institution=actor.institution, person=actor.person, record=record_id,
                    field=one.field, rule=one.rule.id, rules=rules().version, mark=one.mark,
                    at=timezone.now(),
                )
                for one in new
            ],
            ignore_conflicts=True,
        )  # fmt: skip
    for one in new:
        _log.info("content check: warning of %s in field %s confirmed", one.rule.id, one.field)
    return len(new)


@contextmanager
def confirming(
    marks: Iterable[str] = (), *, person: UUID | None, every: bool = False
) -> Iterator[None]:
    """Within it ``person`` has confirmed the warnings of these marks, or ``every`` one.

    An entrance says so around a service, once somebody looked at the warnings; it is remembered
    where the service writes what was warned of, and with it.
    """
    token = _confirmed.set(_Confirmed(frozenset(marks), every, person))
    try:
        yield
    finally:
        _confirmed.reset(token)


def sensitive_require(*, actor: Actor, changes: Iterable[OnTheWay], reason: str = "") -> None:
    """Hold what is to be written against the rules; every service that writes calls it.

    ``reason`` stands in the history beside what is written, and is held to them too.

    Raises ``SensitiveContentError`` for what is refused or stopped in anything that changes or that
    others come to see, ``UnconfirmedContentError`` for warnings that nobody decided on, in what
    others come to see. The faults name record and field.
    """
    said = findings("", {"reason": reason}) if reason else []
    stopped: list[tuple[UUID | None, Finding]] = [(None, one) for one in _stopped(said, "change")]
    asked: list[tuple[UUID | None, Finding]] = [(None, one) for one in _decided(actor, None, said)]
    for change in changes:
        found = findings(change.kind, change.content)
        if not found:
            continue
        is_out = change.is_let_out()
        held = [one for one in found if is_out or _is_new(one, change)]
        stopped += [(change.record_id, one) for one in _stopped(held, change.kind)]
        left = _decided(actor, change.record_id, found)
        asked += [(change.record_id, one) for one in left if is_out]
    if stopped:
        raise SensitiveContentError(stopped)
    if asked:
        raise UnconfirmedContentError(asked)


def texts_require(*, actor: Actor | None, texts: Mapping[str, str], where: str) -> None:
    """Hold texts that stand in no record against the rules; each way in of such a text calls it.

    ``texts`` go by field, ``where`` names for the log what they are of. On warnings the actor's
    institution decides, or the network that it stands for; no actor is given where one institution
    or one person alone will read it: then nobody is asked, and what a rule stops is stopped still.

    Raises ``SensitiveContentError`` and ``UnconfirmedContentError`` as ``sensitive_require`` does.
    """
    found = findings("", texts)
    if stopped := _stopped(found, where):
        raise SensitiveContentError([(None, one) for one in stopped])
    if actor is not None and (asked := _decided(actor, None, found)):
        raise UnconfirmedContentError([(None, one) for one in asked])


def _stopped(found: Iterable[Finding], where: str) -> list[Finding]:
    """What is refused or stopped among findings; the log names rule, field and ``where``."""
    stopped = [one for one in found if not one.is_warning]
    for one in stopped:
        effect = "refuses" if one.is_refused else "stops"
        _log.warning("content check: %s %s field %s of a %s", one.rule.id, effect, one.field, where)
    return stopped


def _decided(actor: Actor, record_id: UUID | None, found: Iterable[Finding]) -> list[Finding]:
    """Remember what is confirmed just now; give the warnings that are open still."""
    left = warnings_open(institution=actor.institution, found=found)
    now = _confirmed.get()
    taken = [one for one in left if now.every or one.mark in now.marks]
    if taken:
        decider = replace(actor, person=now.person or actor.person)
        warnings_confirm(actor=decider, record_id=record_id, found=taken)
    return [one for one in left if one not in taken]


def _is_new(one: Finding, change: OnTheWay) -> bool:
    return change.content.get(one.field) != change.before.get(one.field)


def decisions_of(*, institution: UUID, records: Collection[UUID] = ()) -> list[SensitiveDecision]:
    """What an institution decided on warnings, newest first."""
    rows = SensitiveDecision.objects.filter(institution=institution)
    if records:
        rows = rows.filter(record__in=list(records))
    return list(rows.order_by("-at"))


def _texts(value: Any) -> list[str]:
    """Every text that somebody wrote in a value."""
    texts: list[str] = []
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, str):
            if not _CODE.fullmatch(part):
                texts.append(part)
        elif isinstance(part, Mapping):
            left.extend(part.values())
        elif isinstance(part, list | tuple):
            left.extend(part)
    return texts


def _mark(rule: Rule, text: str) -> str:
    return salted_hmac(
        "concord.sensitive", f"{rule.id}\n{clean(text)}", algorithm="sha256"
    ).hexdigest()


def _language() -> str:
    spoken = (get_language() or "en").lower()
    return next((known for known in LANGUAGES if known.lower() == spoken), "en")


def _files() -> tuple[str, float, str, float]:
    """Our file and the operator's, each with when it was changed: what is changed is read again."""
    own = Path(settings.CONCORD_VOCABULARY) / "sensitive.toml"
    given = str(settings.CONCORD_SENSITIVE_RULES or "")
    return str(own), _changed(own), given, _changed(Path(given)) if given else 0.0


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return -1.0


@lru_cache(maxsize=4)
def _base(own: str, changed: float) -> RuleSet:  # noqa: ARG001 - a changed file is another
    return rules_parse(_read(own))


@lru_cache(maxsize=4)
def _rules(own: str, changed: float, path: str, path_changed: float) -> RuleSet:  # noqa: ARG001
    base = _base(own, changed)
    return rules_extend(base, _read(path)) if path else base


@lru_cache(maxsize=4)
def _matcher(own: str, changed: float, path: str, path_changed: float) -> Matcher:  # noqa: ARG001
    return Matcher(rules())


def _read(path: str) -> dict[str, Any]:
    return tomllib.loads(Path(path).read_text(encoding="utf-8"))
