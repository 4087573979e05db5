"""What every picture shares: escaped text, a title and description for those who do not see it."""

from __future__ import annotations

import re
import textwrap
from typing import Final
from unicodedata import east_asian_width
from xml.sax import saxutils

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold, escaped or not."""


def escape(text: str) -> str:
    """Text for an element; what XML cannot hold becomes a replacement sign."""
    return saxutils.escape(_NOT_XML.sub("\ufffd", text))


def quoteattr(text: str) -> str:
    """Text as a quoted attribute; what XML cannot hold becomes a replacement sign."""
    return saxutils.quoteattr(_NOT_XML.sub("\ufffd", text))


def picture(
    width: float, height: float, body: str, *, chart_id: str, title: str, description: str
) -> str:
    """An SVG whose title and description are read aloud."""
    names = f"{chart_id}-title {chart_id}-desc"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="group" '
        f"aria-labelledby={quoteattr(names)} "
        f'font-family="system-ui, sans-serif" font-size="13" fill="currentColor">'
        f"<title id={quoteattr(chart_id + '-title')}>{escape(title)}</title>"
        f"<desc id={quoteattr(chart_id + '-desc')}>{escape(description)}</desc>{body}</svg>"
    )


def mark(body: str, *, hint: str, href: str | None) -> str:
    """A mark with its hint, as a link where it leads somewhere."""
    inner = f"<title>{escape(hint)}</title>{body}"
    if href is None:
        return f"<g>{inner}</g>"
    return f"<a href={quoteattr(href)} aria-label={quoteattr(hint)}>{inner}</a>"


def words(x: float, y: float, text: str, *, more: str = "") -> str:
    """A line of text; ``more`` is further attributes, written by us."""
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'


def breadth(text: str) -> int:
    """How many Latin letters wide a text is; Han, kana and hangul count double."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def shorten(text: str, most: int) -> str:
    """``text`` cut to the width of ``most`` Latin letters, with an ellipsis where it was."""
    used = 0
    for place, character in enumerate(text):
        used += 2 if east_asian_width(character) in "WF" else 1
        if used > most:
            return text[: max(place - 1, 0)].rstrip() + "…"
    return text


def wrap(text: str, most: int) -> list[str]:
    """``text`` in lines no broader than ``most``, nothing left out."""
    return textwrap.wrap(text, most if breadth(text) == len(text) else most // 2) or [""]
