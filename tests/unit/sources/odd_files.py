"""Makers of odd and hostile input files: every one is made by code, none is stored."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl
import xlwt
from openpyxl.comments import Comment

Rows = Sequence[Sequence[Any]]


def text(content: str, encoding: str = "utf-8") -> bytes:
    return content.encode(encoding)


def xlsx(
    rows: Rows,
    *,
    sheet: str = "Tabell",
    merges: Sequence[str] = (),
    more: dict[str, Rows] | None = None,
    hidden: Sequence[str] = (),
    comment: tuple[str, str] | None = None,
) -> bytes:
    book = openpyxl.Workbook()
    active: Any = book.active
    active.title = sheet
    for row in rows:
        active.append(list(row))
    for area in merges:
        active.merge_cells(area)
    if comment:
        active[comment[0]].comment = Comment(comment[1], "x")
    for name, content in (more or {}).items():
        other: Any = book.create_sheet(name)
        for row in content:
            other.append(list(row))
        if name in hidden:
            other.sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xls(rows: Rows, sheet: str = "Tabell") -> bytes:
    book = xlwt.Workbook()
    page = book.add_sheet(sheet)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                page.write(number, column, value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def broken_drawing(rows: Rows) -> bytes:
    """Refer to a drawing part that is not there, as some official exports do: openpyxl refuses such a file."""
    source = zipfile.ZipFile(io.BytesIO(xlsx(rows)))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = (
                    b'<drawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
                )
                data = data.replace(b"</worksheet>", part + b'r:id="rId1"/></worksheet>')
            target.writestr(name, data)
        target.writestr(
            "xl/worksheets/_rels/sheet1.xml.rels",
            '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/drawing" Target="../drawings/drawing1.xml"/></Relationships>',
        )
    return buffer.getvalue()


MONTHS = (
    "Januari", "Februari", "Mars", "April", "Maj", "Juni", "Juli", "Augusti", "September", "Oktober", "November", "December",
)  # fmt: skip
OCTOBER = date(2024, 10, 1)
