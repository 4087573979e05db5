"""The response to a draft: what institutions say of it, paragraph by paragraph, with sources."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from concord.core.disclosure import Viewer
from concord.documents.findings import Cell, Sheet
from concord.library.consulting import Commented
from concord.record.selectors import RecordView, records_get
from concord.register.links import Parties
from concord.register.reading import pick, title_of
from concord.register.words import CommentKind


def response_sheet(
    draft: RecordView, paragraphs: Sequence[Commented], viewer: Viewer, language: str
) -> Sheet:
    """One row for each comment, in the order of the draft."""
    comments = [comment for one in paragraphs for comment in one.comments]
    parties = Parties(viewer, language, {str(comment.owner) for comment in comments})
    cited = {UUID(c["source"]) for one in comments for c in one.content.get("citations", ())}
    sources = records_get(viewer=viewer, ids=cited)

    def said(comment: RecordView, name: str) -> str | None:
        text = comment.content.get(name)
        return pick(text, language)[0] if text else None

    def borne_out(comment: RecordView) -> str:
        return "; ".join(
            ", ".join(filter(None, (
                title_of(sources[key], language), cite.get("locator"),
                sources[key].content.get("url"),
            )))
            for cite in comment.content.get("citations", ())
            if (key := UUID(cite["source"])) in sources
        )  # fmt: skip

    rows: list[tuple[Cell, ...]] = []
    links = []
    with translation.override(language):
        heads = (_("No."), _("Paragraph"), _("What it is about"), _("By"), _("Kind"),
                 _("What should change, and why"), _("Words proposed"), _("Sources"))  # fmt: skip
        for one in paragraphs:
            heading = pick(dict(one.heading), language)[0] if one.heading else None
            for comment in one.comments:
                rows.append((
                    len(rows) + 1, one.number, heading,
                    parties.record(str(comment.owner)).label,
                    str(CommentKind(comment.content["comment_kind"]).label)
                    if "comment_kind" in comment.content else None,
                    said(comment, "text"), said(comment, "proposed"), borne_out(comment),
                ))  # fmt: skip
                links.append(f"/records/{comment.id}/")
        return Sheet(title_of(draft, language), heads, rows, (), links)
