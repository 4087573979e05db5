"""A PDF read in a process of its own: ``python pdf.py MOST_PAGES MOST_LETTERS < file > report``.

Its reader is a large program in C++, and files are made to break such. So this runs alone, with
bounds, and imports nothing of ours. What it writes is JSON: ``pages``, ``text``, and whether there
are ``programs``, ``attachments``, or a ``password``.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

import pypdfium2 as pdfium
from pypdfium2 import raw

MEMORY_BYTES: Final = 1536 * 1024**2
SECONDS: Final = 60


def main(arguments: list[str]) -> int:
    """The exit status; anything else but 0 is a broken file."""
    _bound()
    most_pages, most_letters = map(int, arguments)
    report = _report(sys.stdin.buffer.read(), most_pages, most_letters)
    json.dump(report, sys.stdout)
    return 0


def _bound() -> None:
    """Bound memory and time, where the system can."""
    try:
        import resource
    except ImportError:  # pragma: no cover - not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _report(data: bytes, most_pages: int, most_letters: int) -> dict[str, Any]:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD:
            return {"password": True}
        raise
    found: dict[str, Any] = {
        "pages": len(document),
        "programs": raw.FPDFDoc_GetJavaScriptActionCount(document) > 0,
        "attachments": raw.FPDFDoc_GetAttachmentCount(document),
        "text": "",
    }
    if found["pages"] > most_pages:
        return found
    texts: list[str] = []
    left = most_letters
    for page in document:
        text = page.get_textpage().get_text_range()[:left]
        texts.append(text)
        left -= len(text)
        if left <= 0:
            break
    found["text"] = "\n".join(texts)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
