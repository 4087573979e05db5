"""What every picture shares: escaped text, a title and description for those who do not see it."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr


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


def shorten(text: str, most: int) -> str:
    """``text`` cut to ``most`` characters, with an ellipsis where it was."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
