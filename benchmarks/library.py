"""The library: likeness over 10,000 documents, and search in the text of 10,000 versions.

Run by `make bench ONLY=library`. Peer of the signatures: datasketch's MinHash of the same shingles.
Floor of the search: pyarrow's own search through the same texts, with no rule and no list.
"""

from __future__ import annotations

import random
import time
import uuid

import datasketch
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from concord.core.disclosure import PUBLIC, Audience, Viewer
from concord.core.likeness.bodies import PERMUTATIONS, SHINGLE, body_of, shared
from concord.record.columns import ColumnTable, Question, Row, Value, Words

DOCUMENTS, WORDS, PEERS, ASKED = 10_000, 700, 200, 20
CHANCE = random.Random(2015)  # noqa: S311 - the same texts at each run
LIST = [f"{CHANCE.choice('bcdfgklmnprst')}{number:x}" for number in range(30_000)]


def documents() -> list[str]:
    """Texts of some pages; each tenth has half of its words from the one before it."""
    found: list[str] = []
    for number in range(DOCUMENTS):
        words = CHANCE.choices(LIST, k=WORDS)
        if number % 10 == 9:
            words[: WORDS // 2] = found[-1].split()[: WORDS // 2]
        found.append(" ".join(words))
    return found


def likeness(texts: list[str]) -> None:
    """A signature of each, and each beside all."""
    start = time.process_time()
    bodies = [body for text in texts if (body := body_of(text))]
    made = time.process_time() - start
    signatures = np.stack([body.signature for body in bodies])
    counts = np.array([body.count for body in bodies])
    start = time.process_time()
    pairs = sum(int((shared(body, signatures, counts) > 0.2).sum()) - 1 for body in bodies)
    compared = time.process_time() - start
    start = time.process_time()
    for text in texts[:PEERS]:
        words = text.split()
        runs = [" ".join(words[i : i + SHINGLE]).encode() for i in range(len(words) - SHINGLE + 1)]
        datasketch.MinHash(PERMUTATIONS).update_batch(runs)
    peer = (time.process_time() - start) / PEERS
    total = made + compared
    print(
        f"likeness of {len(bodies):,} documents: {total:.1f} s of processor time (signatures "
        f"{made:.1f}, each beside all {compared:.1f}), {pairs // 2:,} pairs; a signature takes "
        f"{made / len(bodies) / peer:.2f} of datasketch's time"
    )
    assert total < 60, total
    assert pairs // 2 == DOCUMENTS // 10, pairs


def search(texts: list[str]) -> None:
    """A word in the text of a file, as the list of materials asks for it."""
    table = ColumnTable(("kind",))
    for number, text in enumerate(texts):
        row = Row(
            uuid.UUID(int=number + 1), PUBLIC, {"kind": [Value("slides", PUBLIC)]},
            [Words(f"Material {number}", 4, PUBLIC), Words(text, 1, PUBLIC)],
        )  # fmt: skip
        table.put(row)
    table.settle()
    viewer, joined = Viewer(frozenset({Audience(PUBLIC)})), pa.array(texts)
    table.page(viewer, Question(words="first"), 50)
    took, floor = [], []
    for word in CHANCE.sample(LIST, ASKED):
        start = time.process_time()
        table.page(viewer, Question(words=word), 50)
        took.append(time.process_time() - start)
        start = time.process_time()
        pc.match_substring(joined, word)
        floor.append(time.process_time() - start)
    middle, least = sorted(took)[ASKED // 2], sorted(floor)[ASKED // 2]
    letters = sum(map(len, texts))
    print(
        f"search in {len(texts):,} texts of {letters / 1e6:.0f} million letters, processor time: "
        f"{1000 * middle:.0f} ms, {middle / least:.1f} of pyarrow's own {1000 * least:.0f} ms"
    )


if __name__ == "__main__":
    texts = documents()
    likeness(texts)
    search(texts)
