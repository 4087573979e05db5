"""The worked examples of the guides give what the guides say."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
from making import ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GUIDES = sorted((ROOT / "docs/guides").glob("*.md"))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_examples_give_what_the_guide_says(guide: Path) -> None:
    """Each block that begins with ``>>>`` is run; the blocks of one guide go on from each other."""
    names: dict[str, object] = {}
    text = guide.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        if not found[1].startswith(">>>"):
            continue
        line = text.count("\n", 0, found.start()) + 1
        example = doctest.DocTestParser().get_doctest(found[1], names, guide.name, str(guide), line)
        said: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
        runner.run(example, out=said.append, clear_globs=False)
        names = example.globs
        assert not runner.failures, "".join(said)
