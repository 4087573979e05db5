"""Who sees a record and each of its fields, as the one who reads it may know."""

from __future__ import annotations

from dataclasses import dataclass

from concord.core.disclosure import Viewer, institution_audience, tlp_of
from concord.record.affirming import Affirmation, affirmation
from concord.record.kinds import content_type
from concord.record.selectors import RecordView, revision_latest_by
from concord.register.fields import field_label
from concord.register.naming import AudienceNames
from concord.register.taking_over import compiler_ids
from concord.web.templatetags.reading import language


@dataclass(frozen=True, slots=True)
class SeenBy:
    """Whose record it is, who sees it, and the fields that others see, or not this reader."""

    owner: str
    who: str
    label: str
    """What may be done with what all of these see, by TLP 2.0."""
    tlp: str
    """The label of all that is shown together: the strictest of its fields."""
    is_own: bool
    fields: list[tuple[str, str, str]]
    """Label, who sees it, and what may be done with it; to its owner those that all see too."""
    withheld: list[str]


def affirmed_of(view: RecordView, viewer: Viewer) -> Affirmation | None:
    """When the owner of a record last said that it holds, as far as the reader may know."""
    latest = revision_latest_by(viewer=viewer, record_id=view.id, institution=view.owner)
    return affirmation(view.owner, latest, is_compiled=view.owner in compiler_ids(viewer))


def seen_by(view: RecordView, viewer: Viewer) -> SeenBy:
    """What the page of a record says of who sees what."""
    own = institution_audience(view.owner)
    names = AudienceNames(viewer, language(), {own, view.audience, *view.audiences.values()})
    is_own = viewer.may_see(own)
    order = content_type(view.kind).model_fields
    told = (
        [n for n in order if n in view.content or n in view.audiences]
        if is_own
        else [n for n in order if n in view.audiences]
    )
    audiences = {name: view.audiences.get(name, view.audience) for name in told}
    return SeenBy(
        owner=names.reader(own),
        who=names.name(view.audience),
        label=tlp_of(view.audience),
        tlp=view.tlp,
        is_own=is_own,
        fields=[(field_label(n), names.name(a), tlp_of(a)) for n, a in audiences.items()],
        withheld=[field_label(name) for name in order if name in view.withheld],
    )
