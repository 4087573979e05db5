"""Bytes made text: in which of the encodings of East Asia or of Unicode a file was written."""

from __future__ import annotations

import codecs
from typing import Final

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from concord.exchange.reading.table import Remark, UnreadableFileError

ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "gb18030": "GB18030",
    "cp932": "Shift_JIS",
    "cp949": "EUC-KR",
}
"""Encodings that are told apart, by Python's name for each, with the name that people know."""

_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_EAST_ASIAN: Final = ("gb18030", "cp932", "cp949")
_SAMPLE: Final = 65536
_MARGIN: Final = 0.15
"""How much less of a mess the library's first guess must be than its second."""

_USUAL: Final = 0.6
"""The share of usual characters below which a text is not taken for East Asian at all."""

_LIKELIER: Final = 0.9
"""Korean bytes make usual Chinese characters too, but not the other way round."""


def decode(data: bytes, encoding: str | None = None) -> tuple[str, Remark]:
    """The text, without a byte order mark, and a remark on the encoding that was used.

    ``encoding`` is Python's name of one and goes before what is found. Raises
    ``UnreadableFileError`` with the place of the first byte that cannot be read.
    """
    name = _known(encoding) if encoding is not None else _found(data)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error.start, name) from error
    except (LookupError, ValueError) as error:
        raise _unknown(name) from error
    if "\0" in text:
        raise UnreadableFileError(
            _("This is not a text. Send the table as XLSX, ODS or CSV, or paste it.")
        )
    words = _("The text was read as %(encoding)s.") % {"encoding": ENCODINGS.get(name, name)}
    return text.removeprefix("\ufeff"), Remark("encoding", 0, "", words)


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise _unknown(encoding) from error
    return {"utf-8-sig": "utf-8"}.get(name, name)


def _unknown(encoding: str) -> UnreadableFileError:
    text = _("“%(encoding)s” is not an encoding that is known here; known are %(known)s.")
    known = ", ".join(ENCODINGS.values())
    return UnreadableFileError(text % {"encoding": encoding, "known": known})


def _found(data: bytes) -> str:
    """A byte order mark's encoding; else Unicode if the bytes keep its rules; else a guess."""
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return name
    if b"\0" in data:
        return _wide(data)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        guessed = _guessed(data)
        if guessed is None:
            raise _undecodable(data, error.start, "utf-8") from error
        return guessed
    return "utf-8"


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: the NUL of each plain sign stands before or behind it."""
    return "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"


def _guessed(data: bytes) -> str | None:
    """One of the encodings of East Asia; the library's guess, or ours where it is unsure."""
    possible = [name for name in _EAST_ASIAN if _decodes(data, name)]
    sample = data[: data.rfind(b"\n", 0, _SAMPLE) + 1 or None]
    if not possible:
        return None
    shares = {name: _usual_share(sample.decode(name), name) for name in possible}
    guesses = [guess for guess in from_bytes(sample, cp_isolation=possible) if guess.encoding]
    sure = len(guesses) == 1 or (
        len(guesses) > 1 and guesses[1].chaos - guesses[0].chaos >= _MARGIN
    )
    if sure and shares.get(guesses[0].encoding, 0.0) >= _USUAL:
        return guesses[0].encoding
    best = max(possible, key=lambda name: shares[name] * (_LIKELIER if name == "gb18030" else 1))
    return best if shares[best] >= _USUAL else None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _usual_share(text: str, encoding: str) -> float:
    """Which share of the letters beyond ASCII are everyday ones of the encoding's language."""
    letters = [letter for letter in text if ord(letter) > 0x7F and letter.isalpha()]
    return sum(_is_usual(letter, encoding) for letter in letters) / len(letters) if letters else 0.0


def _is_usual(letter: str, encoding: str) -> bool:
    """First-level characters of each national standard, kana, and syllables of KS X 1001."""
    try:
        first = letter.encode({"cp949": "euc_kr", "gb18030": "gb2312"}.get(encoding, encoding))[0]
    except UnicodeEncodeError:
        return False
    if encoding == "cp949":
        return 0xB0 <= first <= 0xC8
    if encoding == "gb18030":
        return 0xB0 <= first <= 0xD7
    return first in (0x82, 0x83) or 0x88 <= first <= 0x97


def _undecodable(data: bytes, position: int, name: str) -> UnreadableFileError:
    text = _(
        "The byte %(byte)s at position %(position)s (line %(line)s) cannot be read as "
        "%(encoding)s. Save the file as UTF-8, or say which encoding it has."
    )
    return UnreadableFileError(
        text
        % {
            "byte": f"0x{data[position]:02X}" if position < len(data) else "",
            "position": position + 1,
            "line": data.count(b"\n", 0, position) + 1,
            "encoding": ENCODINGS.get(name, name),
        }
    )
