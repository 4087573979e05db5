"""The content check and the register of the brief: nothing of it is stopped."""

from __future__ import annotations

import pytest
from making import EAST_ASIA

from concord.core.disclosure import Level
from concord.exchange.folder import drafts_from_folder
from concord.record.sensitive import findings
from concord.record.services import content_dump, node_ensure


@pytest.mark.django_db
def test_no_text_of_the_east_asian_register_is_stopped_and_hardly_one_warned_of() -> None:
    node_ensure()
    drafts = drafts_from_folder(EAST_ASIA, level=Level.PUBLIC)
    found = [
        (draft.content.kind, draft.record_id, one.field, one.rule.id, one.is_warning)
        for draft in drafts
        for one in findings(draft.content.kind, content_dump(draft.content))
    ]
    print(f"{len(drafts)} records; warnings:", *found, sep="\n")  # noqa: T201
    assert len(drafts) > 300
    assert [one for one in found if not one[-1]] == []
    assert len(found) <= 2
