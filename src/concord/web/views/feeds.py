"""Feeds of an institution: an address is tried, looked at, approved, and followed from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from concord.accounts.models import Role
from concord.accounts.notices import notice_of_waiting
from concord.core.vocabulary import LANGUAGES as OWN_LANGUAGES
from concord.core.vocabulary.languages import languages
from concord.exchange.feeding.entries import (
    entries_decide,
    entries_settle,
    entry_counts,
    entry_get,
    entry_list,
    entry_locks,
    entry_raws,
    entry_record,
    entry_unlock,
)
from concord.exchange.feeding.errors import FeedFormError
from concord.exchange.feeding.mapping import COUNTRIES, LANGUAGES, PARTIES
from concord.exchange.feeding.planning import Outcome
from concord.exchange.feeding.sources import (
    feed_approve,
    feed_ask,
    feed_change,
    feed_get,
    feed_is_reading,
    feed_list,
    feed_pause,
    feed_remove,
    feed_run_get,
    feed_run_is_empty,
    feed_runs,
    feed_source_make,
    feed_words_remember,
)
from concord.exchange.feeding.telling import Teller
from concord.exchange.models import FeedRun, FeedSource
from concord.exchange.workbook.choices import choices
from concord.exchange.workbook.names import Names
from concord.jobs.tasks import read_feed
from concord.record.errors import ConcordError
from concord.record.publishing import Written
from concord.record.selectors import RecordView, records_get
from concord.register.listquery import read_ids
from concord.register.reading import pick
from concord.web.templatetags.reading import language, language_name
from concord.web.views.viewer import acting_of, signed_in, viewer_of

PAGE: Final = 100
ASKED: Final = 10
"""Words that are asked about at once: each comes with the whole list of what it may mean."""
LIKELY: Final = 6
TAUGHT_IN: Final = (
    *OWN_LANGUAGES, "ar", "es", "fr", "ru", "th", "km", "lo", "my", "fil", "mn", "ur", "kk", "pt",
    "de", "hi",
)  # fmt: skip
"""Languages that are offered for a word that names none we know."""
SORTS: Final[Mapping[str, Any]] = {
    PARTIES: pgettext_lazy("part", "organiser"),
    COUNTRIES: gettext_lazy("country or area"),
    LANGUAGES: gettext_lazy("language"),
}
OUTCOMES: Final[Mapping[str, Any]] = {
    Outcome.REFUSED: gettext_lazy("refused"),
    Outcome.DOUBTFUL: gettext_lazy("may be there already"),
    Outcome.CHANGED: gettext_lazy("changed"),
    Outcome.NEW: gettext_lazy("new"),
    Outcome.WAITING: gettext_lazy("waits to be let out"),
    Outcome.VANISHED: gettext_lazy("no longer in the feed"),
    Outcome.DELETED: gettext_lazy("deleted at the source"),
    Outcome.OLDER: gettext_lazy("older than what was read"),
    Outcome.LEFT: gettext_lazy("left out"),
    Outcome.SAME: gettext_lazy("as it is already"),
}
ITEMS: Final[Mapping[str, Any]] = {
    "": gettext_lazy("all items"),
    "doubtful": gettext_lazy("may be there already"),
    "refused": gettext_lazy("refused"),
    "vanished": gettext_lazy("no longer in the feed"),
    "locked": gettext_lazy("changed by hand"),
}


@signed_in
def feeds(request: HttpRequest) -> HttpResponse:
    """The feeds of the institution."""
    acting = acting_of(request)
    found = [(source, next(iter(feed_runs(source=source, count=1)), None))
             for source in feed_list(acting=acting)]  # fmt: skip
    context = {"feeds": found, "may_edit": acting.may(Role.EDITOR)}
    return render(request, "concord/feeds.html", context)


@signed_in
def feed_new(request: HttpRequest) -> HttpResponse:
    """A new feed: its address, and what its items say where they do not."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    errors: dict[str, str] = {}
    if request.method == "POST":
        name, hours, defaults = _typed(request)
        try:
            source = feed_source_make(
                acting=acting, name=name, url=request.POST.get("url", ""), hours=hours,
                defaults=defaults,
            )  # fmt: skip
        except FeedFormError as error:
            errors = error.fields
        else:
            _ask(request, source, FeedRun.Sort.TRIAL)
            return redirect("feed", source_id=source.id)
    typed = {
        "name": request.POST.get("name", ""),
        "url": request.POST.get("url", ""),
        "hours": request.POST.get("hours", "24"),
        "defaults": _typed(request)[2] if errors else {"language": language()},
    }
    context = _form(typed) | {"errors": errors}
    return render(request, "concord/feed_new.html", context, status=422 if errors else 200)


def _typed(request: HttpRequest) -> tuple[str, int, dict[str, Any]]:
    hours = request.POST.get("hours", "")
    defaults = {
        "language": request.POST.get("language", ""),
        "activity_kind": request.POST.get("activity_kind", ""),
        "material_as": request.POST.get("material_as", ""),
        "topics": request.POST.getlist("topics"),
        "roles": request.POST.getlist("roles"),
    }
    is_number = hours.isascii() and hours.isdigit() and len(hours) < 5
    return request.POST.get("name", ""), int(hours) if is_number else 0, defaults


def _form(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of a feed offers, and what is chosen."""
    return {
        "typed": typed,
        "schedules": [(str(value), label) for value, label in FeedSource.Schedule.choices],
        "languages_offered": list(OWN_LANGUAGES.items()),
        "kinds": list(choices("ActivityKind").shown(language()).items()),
        "topics": list(choices("topics").shown(language()).items()),
        "roles": list(choices("roles").shown(language()).items()),
    }


def _ask(request: HttpRequest, source: FeedSource, sort: FeedRun.Sort) -> None:
    """Have the worker read the feed; its page shows that it is being read."""
    acting = acting_of(request)
    feed_ask(acting=acting, source_id=source.id, sort=sort)
    read_feed.enqueue(str(source.id), sort.value, str(acting.person), get_language() or "en")


@signed_in
def feed(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """One feed as it stands: what would come, or what came."""
    acting = acting_of(request)
    source = feed_get(acting=acting, source_id=source_id)
    runs = feed_runs(source=source)
    context: dict[str, Any] = {
        "source": source,
        "runs": [(run, _counts(run)) for run in runs],
        "is_reading": feed_is_reading(source=source),
        "last": runs[0] if runs else None,
        "counts": entry_counts(source=source),
        "cited": _cited(request, source),
        "may_edit": acting.may(Role.EDITOR),
        "may_publish": acting.may(Role.PUBLISHER),
    }
    trial = next((run for run in runs if run.sort == FeedRun.Sort.TRIAL and run.ended_at), None)
    if trial is not None and source.state != FeedSource.State.APPROVED:
        context |= _told(request, source, feed_run_get(source=source, run_id=trial.id))
        context["is_empty"] = feed_run_is_empty(run=trial)
    return render(request, "concord/feed.html", context)


def _cited(request: HttpRequest, source: FeedSource) -> RecordView | None:
    """The source by which records cite a feed, as long as it is there."""
    ids = [source.cited] if source.cited else []
    return next(iter(records_get(viewer=viewer_of(request), ids=ids).values()), None)


def _first(request: HttpRequest) -> int:
    """From which row on a page shows."""
    start = request.GET.get("from", "0")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 0


def _counts(run: FeedRun) -> list[tuple[str, int]]:
    return [(str(label), run.counts[name]) for name, label in OUTCOMES.items()
            if run.counts.get(name)]  # fmt: skip


def _told(request: HttpRequest, source: FeedSource, run: FeedRun) -> dict[str, Any]:
    """The rows of a run of one outcome, in words."""
    present = [name for name in OUTCOMES if run.counts.get(name)]
    asked = request.GET.get("status", "")
    status = asked if asked in present else (present[0] if present else "")
    all_rows = [row for row in run.rows if row["status"] == status]
    first = _first(request)
    rows = all_rows[first : first + PAGE]
    likes = [UUID(row["like"]) for row in rows if row["like"]]
    contents = [row[side] for row in rows for side in ("before", "after")]
    teller = Teller(viewer_of(request), language(), contents)
    for row in run.rows:  # courses that would come with their runs
        if row["kind"] == "course" and row["titles"]:
            teller.titles.setdefault(row["record"], pick(row["titles"], language())[0])
    return {
        "run": run,
        "tabs": [(name, OUTCOMES[name], run.counts[name]) for name in present],
        "status": status,
        "rows": [
            {**row, "differences": teller.differences(row["kind"], row["before"], row["after"])}
            for row in rows
        ],
        "likes": {str(k): r for k, r in records_get(viewer=viewer_of(request), ids=likes).items()},
        "next": first + PAGE if len(all_rows) > first + PAGE else None,
        "more": max(0, run.counts.get(status, 0) - len(all_rows)),
        "words": _words(run.words, teller.names),
        "more_words": max(0, run.counts.get("words", len(run.words)) - ASKED),
        "source": source,
    }


def _words(words: list[list[Any]], names: Names) -> list[dict[str, Any]]:
    """Words that are in no list, the commonest first, with what each may mean, the likest first."""
    found = []
    for sort, word, *count in words[:ASKED]:
        options = _options(sort, word, names)
        likely = {value: label for value, label in options[:LIKELY] if label}
        others = [(value, label) for value, label in options[LIKELY:] if value not in likely]
        found.append(
            {
                "word": word,
                "sort": SORTS.get(sort, ""),
                "count": next(iter(count), 0),
                "likely": list(likely.items()),
                "others": others,
            }
        )
    return found


def _options(sort: str, word: str, names: Names) -> list[tuple[str, str]]:
    """What a word may mean: ``LIKELY`` that are likest, then all in their order."""
    if sort == PARTIES:
        likely = _likely_parties(word, names)
        return [*likely[:LIKELY], *[("", "")] * (LIKELY - len(likely))]
    if sort == LANGUAGES:
        by_tag = {tag: (f"{LANGUAGES}:{tag}", language_name(tag)) for tag in TAUGHT_IN}
        likely = [by_tag[m.code] for m in languages().likely(word) if m.code in by_tag]
        everything = list(by_tag.values())
    else:
        lists = (COUNTRIES,) if sort == COUNTRIES else ("topics", "roles")
        likely, everything = [], []
        for name in lists:
            by_label = {label: code for code, label in choices(name).shown(language()).items()}
            everything += [(f"{name}:{code}", label) for label, code in by_label.items()]
            likely += [
                (f"{name}:{by_label[label]}", label)
                for label in choices(name).likely(word, language())
            ]
    return [*likely[:LIKELY], *[("", "")] * (LIKELY - len(likely)), *everything]


def _likely_parties(word: str, names: Names) -> list[tuple[str, str]]:
    """Institutions that the name of an organiser may mean."""
    options = []
    for label in names.likely(word):
        party = names.find(label)
        if key := party.get("institution"):
            options.append((f"{PARTIES}:{key}", label))
    return options


@signed_in
def feed_reading(request: HttpRequest, source_id: UUID, run_id: UUID) -> HttpResponse:
    """One reading of a feed: what it added, changed and refused."""
    acting = acting_of(request)
    source = feed_get(acting=acting, source_id=source_id)
    run = feed_run_get(source=source, run_id=run_id)
    context = _told(request, source, run) | {"may_edit": acting.may(Role.EDITOR)}
    return render(request, "concord/feed_run.html", context)


@signed_in
def feed_items(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """The items of a feed, all or those that need somebody."""
    acting = acting_of(request)
    source = feed_get(acting=acting, source_id=source_id)
    only = request.GET.get("only", "")
    only = only if only in ITEMS else ""
    first = _first(request)
    found = entry_list(source=source, only=only, first=first, count=PAGE + 1)
    likes = records_get(viewer=viewer_of(request), ids=[e.like for e in found if e.like])
    context = {
        "source": source,
        "only": only,
        "tabs": list(ITEMS.items()),
        "entries": [
            (entry, OUTCOMES.get(entry.status, ""), likes.get(entry.like) if entry.like else None)
            for entry in found[:PAGE]
        ],
        "own": acting.institution,
        "next": first + PAGE if len(found) > PAGE else None,
        "may_edit": acting.may(Role.EDITOR),
    }
    return render(request, "concord/feed_items.html", context)


@signed_in
def feed_item(request: HttpRequest, source_id: UUID, entry_id: UUID) -> HttpResponse:
    """One item: its record, what was changed by hand, and each text in which it came."""
    acting = acting_of(request)
    source = feed_get(acting=acting, source_id=source_id)
    entry = entry_get(source=source, entry_id=entry_id)
    if request.method == "POST":
        _try(request, lambda: _unlock(request, entry_id))
        return redirect("feed_item", source_id=source_id, entry_id=entry_id)
    record = entry_record(entry=entry)
    locks = entry_locks(entry=entry)
    contents = [entry.said, *([record.content] if record else [])]
    teller = Teller(viewer_of(request), language(), contents)
    kind = entry.record_kind
    context = {
        "source": source,
        "entry": entry,
        "outcome": OUTCOMES.get(entry.status, ""),
        "record": record,
        "said": teller.lines(kind, entry.said) if kind else {},
        "locks": [
            {
                "name": lock.name,
                "label": teller.label(kind, lock.name),
                "record": "; ".join(teller.lines(kind, lock.record).values()),
                "feed": "; ".join(teller.lines(kind, lock.feed).values()),
            }
            for lock in locks
        ],
        "raws": entry_raws(entry=entry),
        "may_edit": acting.may(Role.EDITOR),
    }
    return render(request, "concord/feed_item.html", context)


def _unlock(request: HttpRequest, entry_id: UUID) -> None:
    acting = acting_of(request)
    done = entry_unlock(acting=acting, entry_id=entry_id, fields=request.POST.getlist("field"))
    _tell(request, done)


def _tell(request: HttpRequest, done: Written) -> None:
    if done.written:
        count = len(done.written)
        text = ngettext("%(n)d record written.", "%(n)d records written.", count)
        messages.success(request, text % {"n": count})
    if done.waiting:
        actor = acting_of(request).require(Role.EDITOR)
        notice_of_waiting(actor=actor, waiting=done.waiting)
        messages.info(request, _("The change of what others see waits to be let out."))


@signed_in
def feed_settings(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Change what a feed is called, how often it is read and what its items say by default."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    source = feed_get(acting=acting, source_id=source_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        name, hours, defaults = _typed(request)
        try:
            source = feed_change(
                acting=acting, source_id=source_id, name=name, hours=hours, defaults=defaults
            )
        except FeedFormError as error:
            errors = error.fields
        else:
            again = FeedRun.Sort.REPLAY
            if source.state != FeedSource.State.APPROVED:
                again = FeedRun.Sort.TRIAL
            _try(request, lambda: _ask(request, source, again))
            return redirect("feed", source_id=source_id)
    typed = {"name": source.name, "hours": str(source.hours), "defaults": source.defaults}
    context = _form(typed) | {
        "source": source, "errors": errors, "may_publish": acting.may(Role.PUBLISHER),
    }  # fmt: skip
    return render(request, "concord/feed_settings.html", context, status=422 if errors else 200)


@require_POST
@signed_in
def feed_do(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Try it, read it, replay it, approve it, pause it, remove it."""
    acting = acting_of(request)
    source = feed_get(acting=acting, source_id=source_id)
    do = request.POST.get("do", "")
    if do in FeedRun.Sort.values:
        _try(request, lambda: _ask(request, source, FeedRun.Sort(do)))
    elif do == "approve":
        _try(request, lambda: _approve(request, source))
    elif do == "pause":
        _try(request, lambda: feed_pause(acting=acting, source_id=source_id))
    elif do == "words":
        _try(request, lambda: _remember(request, source))
    elif do == "remove" and _try(request, lambda: feed_remove(acting=acting, source_id=source_id)):
        messages.success(request, _("The feed is removed. Its records stay."))
        return redirect("feeds")
    return redirect("feed", source_id=source_id)


def _approve(request: HttpRequest, source: FeedSource) -> None:
    feed_approve(
        acting=acting_of(request),
        source_id=source.id,
        lets_out=bool(request.POST.get("lets_out")),
        though_empty=bool(request.POST.get("though_empty")),
    )
    _ask(request, source, FeedRun.Sort.RUN)


def _remember(request: HttpRequest, source: FeedSource) -> None:
    """Keep what keywords mean, and have what is known already follow it."""
    chosen: dict[str, tuple[str, str]] = {}
    words, codes = request.POST.getlist("word"), request.POST.getlist("code")
    for word, code in zip(words, codes, strict=False):
        if code:
            name, _colon, value = code.partition(":")
            chosen[word] = (name, "" if name == "-" else value)
    feed_words_remember(acting=acting_of(request), source_id=source.id, chosen=chosen)
    is_on = source.state == FeedSource.State.APPROVED
    _ask(request, source, FeedRun.Sort.REPLAY if is_on else FeedRun.Sort.TRIAL)


@require_POST
@signed_in
def feed_decide(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Decide on items that may be there already, or that no longer stand in the feed."""
    acting = acting_of(request)
    source = feed_get(acting=acting, source_id=source_id)
    ids = read_ids(request.POST, "id", PAGE)
    do = request.POST.get("do", "")
    if not ids:
        messages.error(request, _("Choose the items first."))
    elif do in {"cancel", "remove"}:
        _try(request, lambda: _tell(
            request, entries_settle(acting=acting, entry_ids=ids, do=do)))  # fmt: skip
    elif _try(request, lambda: entries_decide(acting=acting, entry_ids=ids, choice=do)):
        if source.state == FeedSource.State.APPROVED:
            _try(request, lambda: _ask(request, source, FeedRun.Sort.REPLAY))
        return redirect("feed", source_id=source_id)
    return redirect("feed_items", source_id=source_id)


def _try(request: HttpRequest, do: Any) -> bool:
    """Do it, or say why it cannot be done; whether it was done."""
    try:
        do()
    except ConcordError as error:
        messages.error(request, error.detail or str(error.title))
        return False
    return True
