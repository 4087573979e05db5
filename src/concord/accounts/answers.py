"""What parties say of others' records that name them: asked, answered, taken back, told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from concord.accounts.models import Person, Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import Viewer
from concord.record.audiences import viewer_as
from concord.record.columns import Question
from concord.record.errors import InvalidContentError, NotFoundError
from concord.record.publishing import Written, records_publish, revisions_write_or_hold
from concord.record.selectors import RecordView, records_get
from concord.record.services import Draft, content_parse, lock_head, records_remove
from concord.register.kinds.answer import ANSWERABLE
from concord.register.lists import answer_table, link_table, training_table
from concord.register.words import Answer, Cut

ASKED: Final = ("activity", "agreement", "relation")
"""Kinds of record whose parties are asked."""
AT_ONCE: Final = 200
Party = dict[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a party says of a record."""

    about: UUID
    party: Party
    answer: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A record of others with the parties that somebody may answer for and has not yet."""

    record: RecordView
    parties: list[Party]


def speaks_for(*, person: Person, acting: Acting) -> list[Party]:
    """For whom somebody answers: the institution; its State too, as the contact point of it."""
    found: list[Party] = [{"institution": str(acting.institution)}]
    home = records_get(viewer=viewer_as(acting.institution), ids=[acting.institution])
    state = home[acting.institution].content.get("state") if home else None
    if state and person.mandates.filter(role=Role.CONTACT_POINT, state=state).exists():
        found.append({"state": state})
    return found


def named_in(record: RecordView, parties: Sequence[Party]) -> list[Party]:
    """Those of ``parties`` that a record names: whom it is about, and who had a part in it."""
    content = record.content
    named = [part.get("party", part) for part in content.get("parties", ())]
    named += [{"institution": key} for key in content.get("providers", ())]
    named += [content["subject"]] if "subject" in content else []
    if record.kind == "institution":
        named.append({"institution": str(record.id)})
    return [party for party in parties if party in named]


def answerable(record: RecordView, acting: Acting, parties: Sequence[Party]) -> list[Party]:
    """For whom somebody may answer a record: parties that it names, of others' records alone."""
    if record.kind not in ANSWERABLE or record.owner == acting.institution:
        return []
    return named_in(record, parties)


def questions_list(
    *,
    viewer: Viewer,
    acting: Acting,
    parties: Sequence[Party],
    kind: str = "",
    words: str = "",
    count: int = AT_ONCE,
) -> tuple[list[Asked], int]:
    """Activities, agreements and relations of others that name one of ``parties`` and that it has
    not answered, and how many there are in all.
    """  # fmt: skip
    ids: dict[UUID, None] = {}
    for party in parties:
        ((sort, key),) = party.items()
        asked_of = {"party": frozenset({f"{sort}:{key}"})}
        asked = asked_of | ({"record": frozenset({kind})} if kind else {})
        ids |= dict.fromkeys(link_table(Cut.ALL).ids_where(viewer, Question(asked, words)))
        if kind in {"", "activity"}:
            ids |= dict.fromkeys(training_table().ids_where(viewer, Question(asked_of, words)))
    done = {(r.content["about"], _key(r.content["party"])) for r in _answers_by(acting)}
    found: list[Asked] = []
    for record in _in_turn(viewer, list(ids)):
        if record.kind in ASKED:
            open_ = [
                party
                for party in answerable(record, acting, parties)
                if (str(record.id), _key(party)) not in done
            ]
            if open_:
                found.append(Asked(record, open_))
    return found[:count], len(found)


def _in_turn(viewer: Viewer, ids: Sequence[UUID]) -> Iterator[RecordView]:
    found = records_get(viewer=viewer, ids=ids)
    yield from (found[key] for key in ids if key in found)


def _key(party: Mapping[str, Any]) -> str:
    return str(party.get("institution") or f"state:{party.get('state')}")


def _answers_by(acting: Acting, about: Collection[UUID] = ()) -> list[RecordView]:
    viewer = viewer_as(acting.institution)
    asked = {"by": frozenset({str(acting.institution)})}
    if about:
        asked["about"] = frozenset(map(str, about))
    ids = answer_table().ids_where(viewer, Question(asked))
    return list(records_get(viewer=viewer, ids=ids).values())


def answers_given(*, acting: Acting, about: UUID) -> list[RecordView]:
    """What the institution has said of a record."""
    return _answers_by(acting, [about])


def answers_seen(*, viewer: Viewer, about: UUID) -> list[RecordView]:
    """Every answer about a record that the viewer may see, of those who may give it."""
    asked = Question({"about": frozenset({str(about)})})
    ids = answer_table().ids_where(viewer, asked)
    found = records_get(viewer=viewer, ids=ids)
    return [found[key] for key in ids if key in found and "answer" in found[key].content]


def answers_give(
    *,
    acting: Acting,
    viewer: Viewer,
    parties: Sequence[Party],
    replies: Sequence[Reply],
    text: str = "",
    language: str = "en",
    citations: Sequence[Mapping[str, Any]] = (),
    publish: bool = False,
) -> Written:
    """Answer records of others, each for one party; an answer given before is changed.

    ``parties`` are those that the person speaks for (``speaks_for``). New answers are seen by the
    institution alone unless ``publish``. Raises ``NotFoundError`` where a record cannot be seen or
    does not name the party.
    """
    actor = acting.require(Role.EDITOR)
    if publish:
        acting.require(Role.PUBLISHER)
    if any(reply.answer not in Answer.values for reply in replies):
        raise InvalidContentError(fields={"answer": _("Choose what you say of it.")})
    records = records_get(viewer=viewer, ids=[reply.about for reply in replies])
    for reply in replies:
        record = records.get(reply.about)
        if record is None or reply.party not in answerable(record, acting, parties):
            raise NotFoundError
    with transaction.atomic():
        lock_head()  # two people of the institution must not answer one record twice
        before = {
            (r.content["about"], _key(r.content["party"])): r
            for r in _answers_by(acting, [reply.about for reply in replies])
        }
        drafts = [
            _draft(reply, before.get((str(reply.about), _key(reply.party))), text, language,
                   citations)
            for reply in replies
        ]  # fmt: skip
        done = revisions_write_or_hold(actor=actor, drafts=drafts, via="answer")
        if publish and done.written:
            out = records_publish(actor=actor, ids=done.written)
            return Written(done.written, [*done.waiting, *out.waiting])
    return done


def _draft(
    reply: Reply,
    before: RecordView | None,
    text: str,
    language: str,
    citations: Sequence[Mapping[str, Any]],
) -> Draft:
    data: dict[str, Any] = dict(before.content) if before else {}
    data |= {"about": str(reply.about), "party": reply.party, "answer": reply.answer}
    if text:
        data["text"] = {"original": language, "text": {language: text}}
    elif language in data.get("text", {"text": {}})["text"]:
        del data["text"]
    if citations:
        data["citations"] = [dict(citation) for citation in citations]
    return Draft(
        content_parse(kind="answer", data=data),
        before.id if before else uuid4(),
        made_from=before.revision_number if before else 0,
    )


def answer_take_back(*, acting: Acting, answer: UUID) -> None:
    """Take an answer back: the party has said nothing again."""
    actor = acting.require(Role.EDITOR)
    found = records_get(viewer=viewer_as(acting.institution), ids=[answer])
    if answer not in found or found[answer].kind != "answer":
        raise NotFoundError
    records_remove(actor=actor, ids=[answer], via="answer", reason="")
