"""An XLS read in a process of its own: ``python oldworkbook.py MAX_CELLS < file.xls > sheets``.

The old format cannot be measured before it is read: two cells far apart may ask for any amount of
memory, and some broken files end the process. So this runs alone, with bounds, and imports
nothing of ours. What it writes is a pickle of ``Sheets``.
"""

from __future__ import annotations

import pickle
import sys
from io import BytesIO
from typing import Any, Final

from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

MEMORY_BYTES: Final = 1536 * 1024**2
SECONDS: Final = 60
TOO_LARGE: Final = 4

Corner = tuple[int, int]
Sheet = tuple[str, bool, list[tuple[Corner, Corner]], list[list[Any]]]
"""Name, whether it is shown, merged ranges, and rows from the first with cells from column A."""


def main(arguments: list[str]) -> int:
    """The exit status; anything else but 0 and ``TOO_LARGE`` is a broken file."""
    _bound()
    sheets = _sheets(sys.stdin.buffer.read(), int(arguments[0]))
    if sheets is None:
        return TOO_LARGE
    pickle.dump(sheets, sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)
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


def _sheets(data: bytes, max_cells: int) -> list[Sheet] | None:
    """The sheets, or ``None`` if they have more cells than that."""
    workbook = load_workbook(BytesIO(data))
    sheets: list[Sheet] = []
    for index, described in enumerate(workbook.sheets_metadata):
        if described.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_index(index)
        max_cells -= sheet.total_height * sheet.total_width
        if max_cells < 0:
            return None
        rows: list[list[Any]] = []
        if sheet.start is not None:
            before: list[Any] = [None] * sheet.start[1]
            rows = [before + values for values in sheet.iter_rows()]
        shown = described.visible == SheetVisibleEnum.Visible
        sheets.append((described.name, shown, sheet.merged_cell_ranges or [], rows))
    return sheets


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
