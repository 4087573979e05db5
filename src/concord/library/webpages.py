"""The words of a web page, and whether it runs anything."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final


def page_words(text: str) -> tuple[str, bool]:
    """The words of a page line by line, without its styles and scripts; and whether it runs any."""
    reader = _Words()
    reader.feed(text)
    return "".join(reader.words), reader.runs


class _Words(HTMLParser):
    """Gathers words, and what runs."""

    _UNREAD: Final = frozenset({"style", "template", "noscript", "script"})
    _RUNS: Final = frozenset({"script", "iframe", "object", "embed", "applet", "base"})
    _LINES: Final = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.runs = False
        self._within = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.runs |= tag in self._RUNS or any(
            name.startswith("on") or (value or "").strip().lower().startswith("javascript:")
            for name, value in attrs
        )
        self._within += tag in self._UNREAD
        if tag in self._LINES:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._within -= tag in self._UNREAD and self._within > 0

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.words.append(data)
