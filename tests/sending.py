"""What a browser would send of a form as it stands."""

from __future__ import annotations

import html
import re


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send of the form as it stands."""
    found: dict[str, list[str]] = {}
    form = page[page.index('<form method="post" class="record"') :]
    form = form[: form.index("</form>")]
    for tag in re.findall(r"<input\b[^>]*>", form):
        name = re.search(r'\bname="([^"]*)"', tag)
        value = re.search(r'\bvalue="([^"]*)"', tag)
        if name and not ('type="checkbox"' in tag and " checked" not in tag):
            found.setdefault(name[1], []).append(html.unescape(value[1] if value else ""))
    for name, inner in re.findall(
        r'<textarea[^>]*\bname="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        found.setdefault(name, []).append(html.unescape(inner))
    for name, inner in re.findall(
        r'<select[^>]*\bname="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.findall(r'<option value="([^"]*)" selected>', inner)
        found.setdefault(name, []).extend(map(html.unescape, chosen or [""]))
    return found
