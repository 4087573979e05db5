"""Guidance and training of the register: who sees what of it, on pages and in files."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from making import Maker, text

from concord.core.disclosure import ANYONE, Level, Viewer, member_of
from concord.register import vocabulary
from concord.studies.question import Question
from concord.studies.running import study_run


def run(viewer: Viewer = ANYONE) -> dict[str, dict[str, Any]]:
    result = study_run(viewer=viewer, name="guidance", question=Question()).result
    return {one["code"]: one for one in result["publications"]}


@pytest.mark.django_db
def test_a_course_that_names_a_publication_is_found_beside_it(make: Maker) -> None:
    other = str(make.write(make.institution("Other", state="JP")))
    key = make.put("course", titles=text("Material accounting"), providers=[other], level="basic",
                   publications=["25-G"], languages=["ja"], topics=["B3"])  # fmt: skip
    hidden = make.parse("course", titles=text("Within the house"), providers=[str(make.owner)],
                        publications=["27-G"], roles=["R08"], topics=["B5"])  # fmt: skip
    own = make.write(hidden, level=Level.INSTITUTION)
    found = run()
    assert found["25-G"]["courses"] == [str(key)]
    assert found["25-G"]["cells"] == {"basic": {"ja": 1}}
    assert found["32-T"]["state"] == "on_topic"
    assert found["27-G"]["courses"] == []
    assert run(member_of(make.owner))["27-G"]["courses"] == [str(own)]
    page = Client().get("/guidance/").content.decode()
    assert "Material accounting" in page
    assert "Within the house" not in page
    assert "NSS 25-G" in Client().get(f"/records/{key}/").content.decode()


@pytest.mark.django_db
def test_a_course_is_shown_beside_the_profiles_of_its_roles(make: Maker) -> None:
    other = str(make.write(make.institution("Other", state="JP")))
    key = make.put("course", titles=text("Guards"), providers=[other], roles=["R08"], topics=["B5"])
    assert "leaves to other courses" in Client().get(f"/records/{key}/").content.decode()
    bare = make.put("course", titles=text("Plain"), providers=[other], topics=["B5"])
    assert "leaves to other courses" not in Client().get(f"/records/{bare}/").content.decode()


@pytest.mark.usefixtures("east_asia")
def test_no_course_of_the_east_asian_register_names_a_publication_yet() -> None:
    found = run()
    assert {one["state"] for one in found.values()} == {"on_topic", "untaught"}
    assert found["13"]["on_topic"] == 9


def test_topics_name_known_publications_alone() -> None:
    named = {
        code
        for topic in vocabulary.topics()
        for code in topic.more["nss_numbers"].split(";")
        if code not in {"", "n/a"}
    }
    assert named <= {entry.code for entry in vocabulary.publications()}
    assert vocabulary.publication_title("10-G").startswith("NSS 10-G (Rev. 1), National Nuclear")
