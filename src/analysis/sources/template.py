"""The template for monthly figures from the municipality's own system: an Excel sheet that the reader knows.

No drop-downs, no macros, no formulas: one row a month, a comment on every heading, and a second sheet that
says how to fill it in. The measures and their definitions come from the catalogue.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from analysis.calendar import last_month, month_label
from analysis.sources.catalogue import Catalogue, Measure

SHEET: Final = "Månadssiffror"
GUIDE: Final = "Läs mig"
TITLE: Final = "Månadssiffror om ekonomiskt bistånd: en rad per månad"
#: Measure -> whether the template asks for women and men as well.
MEASURES: Final = {
    "MANAD_HUSHALL": False,
    "MANAD_VUXNA": True,
    "AMN_VUXNA": True,
    "MANAD_BARN": False,
    "MANAD_LANGVARIGT": True,
    "MANAD_UTBETALT": False,
    "MANAD_NYA": False,
    "MANAD_AVSLUTADE": False,
}
REASONS: Final = (
    "Arbetslöshet",
    "Språkhinder",
    "Ohälsa",
    "Otillräcklig inkomst",
    "Sociala skäl",
    "Annan orsak",
)
_HEAD: Final = PatternFill("solid", fgColor="FFDCE6F1")
_AUTHOR: Final = "Biståndsläget"
_LEAD: Final = {
    "Kommun": "SCB:s fyrsiffriga kommunkod, till exempel 0380. Skriv koden på varje rad.",
    "Period": "Månaden som biståndet avser, till exempel 2024-10. Inte utbetalningsmånaden.",
}
_GUIDE: Final = (
    "Så fyller du i mallen",
    "En rad per månad. Lämna en cell tom om talet inte finns; skriv aldrig noll för ett tal som saknas.",
    "Skriv noll bara när det verkligen är noll.",
    "Är talet för litet för att lämnas ut skriver du <5 eller X. Det lagras som skyddat, inte som noll.",
    "Skriv ”prel” efter talet (till exempel 4785 prel) om månaden är preliminär.",
    "Månaden är den som biståndet avser, inte den då det betalades ut.",
    "Belopp skrivs i tusental kronor (tkr). Andelar skrivs i procent, till exempel 1,25.",
    "Mallen ska bara innehålla summerade antal. Inga personnummer, namn, adresser eller ärendenummer.",
    "Kolumner som ni inte har kan tas bort eller lämnas tomma. Ändra inte rubrikerna.",
    "Nya månader läggs till som nya rader. Rättade äldre månader skrivs över i er fil: verktyget sparar "
    "rättelsen som en ny utgåva och behåller den gamla.",
    "Lägg in filen med: bistand data lagg-till FILENS_NAMN",
)


def template_bytes(catalogue: Catalogue, municipality: str, first: str, months: int = 24) -> bytes:
    """Return the template as an xlsx file, with `months` rows from `first` (``2024-01``) on."""
    catalogue.municipality(municipality)
    book = Workbook()
    book.properties.creator = _AUTHOR
    book.properties.created = book.properties.modified = datetime(2026, 1, 1)
    sheet = book.active
    if not isinstance(sheet, Worksheet):  # pragma: no cover - openpyxl always starts with a worksheet
        raise TypeError("no worksheet")
    sheet.title = SHEET
    sheet["A1"] = TITLE
    sheet["A1"].font = Font(bold=True, size=14)
    column = _lead_columns(sheet)
    for measure_id, by_gender in MEASURES.items():
        column = _measure_columns(sheet, column, measure_id, by_gender, catalogue)
    _reason_columns(sheet, column, catalogue)
    _rows(sheet, municipality, first, months)
    sheet.freeze_panes = "C4"
    _guide(book, catalogue)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def heading(measure: Measure) -> str:
    """Return the heading that the template and the reader share."""
    return measure.rubriker[0] if measure.rubriker else measure.kort


def _lead_columns(sheet: Worksheet) -> int:
    for column, (name, text) in enumerate(_LEAD.items(), start=1):
        _head(sheet, 2, column, name, text)
        sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    return len(_LEAD) + 1


def _measure_columns(
    sheet: Worksheet, column: int, measure_id: str, by_gender: bool, catalogue: Catalogue
) -> int:
    measure = catalogue.measure(measure_id)
    labels = ("Totalt", "Kvinnor", "Män") if by_gender else ("Totalt",)
    _head(sheet, 2, column, heading(measure), f"{measure.definition} Mått: {measure_id} ({measure.enhet}).")
    for offset, label in enumerate(labels):
        _head(sheet, 3, column + offset, label, None)
    if len(labels) > 1:
        sheet.merge_cells(start_row=2, end_row=2, start_column=column, end_column=column + len(labels) - 1)
    return column + len(labels)


def _reason_columns(sheet: Worksheet, column: int, catalogue: Catalogue) -> None:
    measure = catalogue.measure("MANAD_ORSAK")
    _head(sheet, 2, column, heading(measure), measure.definition)
    for offset, reason in enumerate(REASONS):
        _head(sheet, 3, column + offset, reason, None)
    sheet.merge_cells(start_row=2, end_row=2, start_column=column, end_column=column + len(REASONS) - 1)


def _head(sheet: Worksheet, row: int, column: int, text: str, comment: str | None) -> None:
    cell = sheet.cell(row=row, column=column, value=text)
    cell.font = Font(bold=True)
    cell.fill = _HEAD
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions[get_column_letter(column)].width = 14
    if comment:
        cell.comment = Comment(comment, _AUTHOR, width=320, height=140)


def _rows(sheet: Worksheet, municipality: str, first: str, months: int) -> None:
    for number in range(months):
        code = sheet.cell(row=4 + number, column=1, value=municipality)
        code.number_format = "@"
        period = sheet.cell(row=4 + number, column=2, value=month_label(last_month(first) + number))
        period.number_format = "@"


def _guide(book: Workbook, catalogue: Catalogue) -> None:
    sheet = book.create_sheet(GUIDE)
    sheet.column_dimensions["A"].width = 110
    lines = [*_GUIDE, "", "Måtten"]
    lines += [
        f"{heading(catalogue.measure(name))}: {catalogue.measure(name).definition}"
        for name in (*MEASURES, "MANAD_ORSAK")
    ]
    for row, line in enumerate(lines, start=1):
        cell = sheet.cell(row=row, column=1, value=line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if line in (_GUIDE[0], "Måtten"):
            cell.font = Font(bold=True)
