"""Read a workbook in a process of its own, with bounds on memory and time, so that a reader that aborts takes nothing along.

Run as ``python -m analysis.sources.ingest.apart FILE``: writes the sheets to standard output.
"""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import python_calamine as calamine

from analysis.sources.ingest.package import MAX_CELLS, damaged
from foundation.errors import BistandError

SECONDS: Final = 40
_MEMORY: Final = 3_000_000_000

#: One sheet: name, hidden, merged areas, rows; `rows` is None for a sheet that is too large.
RawSheet = tuple[str, bool, list[Any], list[list[Any]] | None]


def sheets_of(data: bytes) -> list[RawSheet]:
    """Read all worksheets of a workbook."""
    book = calamine.CalamineWorkbook.from_object(io.BytesIO(data))
    sheets: list[RawSheet] = []
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        large = sheet.total_height * sheet.total_width > MAX_CELLS
        rows = None if large else sheet.to_python(skip_empty_area=False)
        sheets.append((meta.name, hidden, list(sheet.merged_cell_ranges or []), rows))
    return sheets


def sheets_apart(path: Path) -> list[RawSheet]:
    """Read a workbook in another process; whatever happens to it, this one answers."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "analysis.sources.ingest.apart", str(path)],
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BistandError(
            f"filen gick inte att läsa på {SECONDS} sekunder",
            file=path,
            fix="Kopiera tabellen till en ny arbetsbok och spara den som .xlsx.",
        ) from error
    if done.returncode != 0:
        raise damaged(path)
    sheets: list[RawSheet] = pickle.loads(done.stdout)
    return sheets


def _main() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    sys.stdout.buffer.write(pickle.dumps(sheets_of(Path(sys.argv[1]).read_bytes())))


if __name__ == "__main__":
    _main()
