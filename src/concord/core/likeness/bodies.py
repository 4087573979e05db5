"""Likeness of long texts: MinHash of their shingles, and the passages that two have in common.

A shingle is ``SHINGLE`` words in a row, or as many letters of a script without spaces. A signature
estimates how large a share of their shingles two texts have in common (Broder 1997): with
``PERMUTATIONS`` values the standard error is 0.044 at most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from concord.core.vocabulary.folding import fold

PERMUTATIONS: Final = 128
SHINGLE: Final = 5
AT_ONCE: Final = 1024
"""Shingles of which all permutations are held at once: as many as a processor keeps near."""
_TOKEN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_]+")
_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
Hashes = NDArray[np.uint64]
Signatures = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Body:
    """A text as it is compared: its signature, and how many different shingles it has."""

    signature: Signatures
    count: int

    def packed(self) -> bytes:
        """The same as bytes, to be kept."""
        return self.signature.astype("<u4").tobytes()


@lru_cache(maxsize=1)
def _permutations() -> tuple[Hashes, Hashes]:
    """Multipliers and addends, the same in every process: signatures are kept."""
    random = np.random.default_rng(20150101)
    most = np.iinfo(np.uint64).max
    first, second = (
        random.integers(0, most, PERMUTATIONS, dtype=np.uint64, endpoint=True) for _ in range(2)
    )
    return first | np.uint64(1), second


def body_of(text: str) -> Body | None:
    """A text to be compared; None where it is shorter than a shingle."""
    hashes = np.unique(_shingles(_tokens(text)))
    if not len(hashes):
        return None
    multipliers, addends = _permutations()
    least = np.full(PERMUTATIONS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for start in range(0, len(hashes), AT_ONCE):
        part = hashes[start : start + AT_ONCE]
        mixed = multipliers[:, None] * part
        mixed += addends[:, None]
        np.minimum(least, mixed.min(axis=1), out=least)
    return Body((least >> np.uint64(32)).astype(np.uint32), len(hashes))


def signatures_of(packed: Sequence[bytes]) -> Signatures:
    """Signatures that were kept, one in a row."""
    joined = np.frombuffer(b"".join(packed), dtype="<u4")
    return joined.reshape(len(packed), PERMUTATIONS)


def shared(body: Body, signatures: Signatures, counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """For each other body, the estimated share of the smaller text that stands in the other.

    From 0, nothing in common, to 1, one stands wholly within the other.
    """
    alike = (signatures == body.signature).view(np.uint8).sum(axis=1, dtype=np.uint8) / PERMUTATIONS
    common = alike / (1 + alike) * (body.count + counts)
    found: NDArray[np.float64] = np.minimum(common / np.minimum(counts, body.count), 1.0)
    return found


def passages(text: str, other: str, *, most: int = 5) -> list[str]:
    """The longest passages of ``text`` that stand in ``other`` too, in the words of ``text``.

    Each is a run of shingles of the other, so it is ``SHINGLE`` words long at least. The longest
    comes first.
    """
    spans = [match.span() for match in _TOKEN.finditer(text)]
    is_common = np.isin(_shingles(_tokens(text)), _shingles(_tokens(other)))
    edges = np.flatnonzero(np.diff(np.concatenate(([0], is_common.astype(np.int8), [0]))))
    runs = sorted(
        zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True),
        key=lambda run: (run[0] - run[1], run[0]),
    )
    return [text[spans[a][0] : spans[b + SHINGLE - 2][1]] for a, b in runs[:most]]


def _tokens(text: str) -> Hashes:
    """A number for each word, the same for the same word in whatever case or width."""
    return np.array([_number(word) for word in _TOKEN.findall(text)], dtype=np.uint64)


@lru_cache(maxsize=65536)
def _number(word: str) -> int:
    return int.from_bytes(blake2b(fold(word).encode(), digest_size=8).digest(), "little")


def _shingles(tokens: Hashes) -> Hashes:
    """A number for each run of words."""
    count = len(tokens) - SHINGLE + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    found = np.zeros(count, dtype=np.uint64)
    for place in range(SHINGLE):
        found = found * _BASE + tokens[place : place + count]
        found ^= found >> np.uint64(29)
    return found
