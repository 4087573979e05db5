"""Text made alike for search: case, width and diacritics folded, in any script."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Letters that Unicode does not take apart into a base and a mark.
_WHOLE_LETTERS = str.maketrans(
    {"đ": "d", "Đ": "d", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "ß": "ss"}
)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """``text`` as search compares it: ``An ninh hạt nhân`` and ``an ninh hat nhan`` are one.

    Marks above and below Latin letters fall; Japanese voicing marks and Korean syllables stay,
    because without them they are other words.
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    decomposed = unicodedata.normalize("NFKD", text).translate(_WHOLE_LETTERS)
    kept = [
        character
        for character in decomposed
        if not (unicodedata.combining(character) and character not in "\u3099\u309a")
    ]
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).casefold().split())
