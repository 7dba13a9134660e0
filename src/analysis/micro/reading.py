"""Read the three files as texts: CSV with any common separator and encoding, or the first sheet of a workbook."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from foundation.errors import BistandError

SUFFIXES: Final = (".csv", ".xlsx", ".xls", ".ods")


def find_file(folder: Path, name: str) -> Path:
    """Return the one file `name` with a known suffix.

    Raises
    ------
    BistandError
        If there is none, or more than one.
    """
    found = [folder / f"{name}{suffix}" for suffix in SUFFIXES if (folder / f"{name}{suffix}").is_file()]
    if len(found) == 1:
        return found[0]
    problem = f"hittar ingen fil {name}" if not found else f"det finns flera filer med namnet {name}"
    raise BistandError(
        problem, file=folder, fix=f"Lägg en fil som heter {name}.csv eller {name}.xlsx i mappen."
    )


def read_texts(path: Path, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> pd.DataFrame:
    """Read a table as texts with lower-case headers; empty cells are "".

    Raises
    ------
    BistandError
        If the file cannot be read, lacks a column or has no rows.
    """
    rows = _csv_rows(path) if path.suffix == ".csv" else _workbook_rows(path)
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    for name in required:
        if name not in header:
            extra = f" och kan ha {', '.join(optional)}" if optional else ""
            raise BistandError(
                f"kolumnen saknas; filen har {', '.join(header) or 'inga kolumner'}",
                file=path,
                row=1,
                column=name,
                fix=f"Rubrikraden ska ha {', '.join(required)}{extra}.",
            )
    body = [[*row, *[""] * len(header)][: len(header)] for row in rows[1:]]
    frame = pd.DataFrame(body, columns=header, dtype=str)
    used = [name for name in (*required, *optional) if name in header]
    if frame.empty:
        raise BistandError("filen har inga rader under rubrikraden", file=path, fix="Gör om uttaget.")
    # The row number in the file is the index + 2 wherever errors are told; empty lines keep their number.
    filled = frame.loc[:, used].apply(lambda column: column.str.strip())
    return filled[(filled != "").any(axis=1)]


def _csv_rows(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    separator = max(";\t,", key=first.count)
    return list(csv.reader(io.StringIO(text), delimiter=separator))


def _workbook_rows(path: Path) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise BistandError(
            f"arbetsboken går inte att läsa ({error})", file=path, fix="Spara om den som .xlsx eller .csv."
        ) from error
    return [[_cell_text(cell) for cell in row] for row in rows]


def _cell_text(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
