"""Privacy at the door: a file with personal data is stopped before anything is stored.

Looked for are personnummer and samordningsnummer (date and check digit must both be right), names, street
addresses, e-mail addresses and telephone numbers, in every sheet, hidden ones too, in cell comments, headings and the
file's own name. Ordinary numbers must pass: ten bare digits count only where most long numbers of the same
column are valid personnummer.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from analysis.errors import BistandError
from analysis.sources.first_names import FIRST_NAMES
from analysis.sources.ingest.dialect import Cell, Grid
from analysis.sources.ingest.periods import normalise

_SEPARATED: Final = re.compile(r"(?<![\d-])((?:19|20)?\d{6})[-+ ](\d{4})(?![\d-])")
_TWELVE: Final = re.compile(r"(?<![\d.,-])((?:19|20)\d{6})(\d{4})(?![\d.,-])")
_TEN: Final = re.compile(r"(?<![\d.,-])(\d{6})(\d{4})(?![\d.,-])")
_STREET: Final = re.compile(
    r"\b[A-ZÅÄÖ][a-zåäöé]+(?:s)?(?:gatan|vägen|gränd|gränden|stigen|allén|backen|plan|torg|torget|stråket)\s+\d{1,3}\s?[A-Za-z]?\b"
)
_POSTAL: Final = re.compile(r"(?<!\d)(?:SE-)?\d{3} \d{2}\s+[A-ZÅÄÖ]{1}[A-Za-zåäöÅÄÖ]{2,}")
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]{2,}")
_PHONE: Final = re.compile(
    r"(?<![\d-])(?:\+46\s?|0)7[02369][- ]?\d{3}[ ]?\d{2}[ ]?\d{2}(?!\d)|(?<!\d)0\d{1,3}-\d{2,3} ?\d{2} ?\d{2,3}(?!\d)"
)
_NAME: Final = re.compile(
    r"\b([A-ZÅÄÖ][a-zåäöéü]+)(?:-[A-ZÅÄÖ][a-zåäöé]+)?((?: [A-ZÅÄÖ][a-zåäöéü]+){0,2}) ([A-ZÅÄÖ][a-zåäöéü]{2,})\b"
)
_REVERSED: Final = re.compile(r"^([A-ZÅÄÖ][a-zåäöéü]{2,}), ?([A-ZÅÄÖ][a-zåäöéü]+)")
_HEADING: Final = re.compile(
    r"(?:person|samordnings)(?:nr|nummer|-?id)|pnr|persnr|"
    r"(?:för|efter|klient|person|brukar|sökandes? )namn|namn på (?:person|klient|sökande)|"
    r"(?:gatu|post|bostads|folkbokförings|hem|utdelnings)adress|adress|telefon(?:nummer|nr)?|mobil(?:nummer|nr)?|e-?post(?:adress)?"
)
_NOT_SURNAMES: Final = frozenset(
    ("Kommun", "Kommuns", "Stad", "Län", "Socken", "Församling", "Region", "Gatan", "Torg")
)


@dataclass(frozen=True)
class Finding:
    """Personal data and where it stood; `shown` is masked so that the message itself reveals nobody."""

    kind: str
    shown: str
    sheet: str | None
    row: int | None
    column: int | None


def luhn_ok(ten: str) -> bool:
    """Whether the last of ten digits is the right check digit (Luhn, modulus 10)."""
    total = 0
    for position, digit in enumerate(ten):
        product = int(digit) * (2 - position % 2)
        total += product // 10 + product % 10
    return total % 10 == 0


def is_personal_number(digits: str) -> bool:
    """Whether 10 or 12 digits are a personnummer or samordningsnummer: possible date, right check digit."""
    if len(digits) not in (10, 12) or not digits.isdigit():
        return False
    ten = digits[-10:]
    centuries = (digits[:2],) if len(digits) == 12 else ("19", "20")
    month, day = int(ten[2:4]), int(ten[4:6])
    day = day - 60 if day > 60 else day
    for century in centuries:
        try:
            born = date(int(century + ten[:2]), month, day)
        except ValueError:
            continue
        if born <= date.today() and luhn_ok(ten):
            return True
    return False


def scan(grids: tuple[Grid, ...], path: Path) -> tuple[Finding, ...]:
    """Return all personal data found in a file's name, sheets and comments, in reading order."""
    found = [Finding(kind, shown, None, None, None) for kind, shown in _in_text(path.stem)]
    for grid in grids:
        found += _in_grid(grid)
    found += [Finding(kind, shown, "kommentarer", None, None) for kind, shown in _in_comments(path)]
    return tuple(found)


def stop_if_personal(grids: tuple[Grid, ...], path: Path) -> None:
    """Stop the import if the file holds personal data.

    Raises
    ------
    BistandError
        Naming the first place, how many there are, and never the data themselves.
    """
    found = scan(grids, path)
    if not found:
        return
    first = found[0]
    in_name = first.row is None and first.sheet is None
    more = f", och {len(found) - 1} ställen till" if len(found) > 1 else ""
    where = f" i bladet ”{first.sheet}”" if first.sheet else ""
    raise BistandError(
        f"filen innehåller personuppgifter{where}: {first.kind} ({first.shown}){more}",
        file="filnamnet" if in_name else path,
        row=first.row,
        column=_letter(first.column) if first.column is not None else None,
        fix="Ingenting har sparats. Exportera summerade antal utan personnummer, namn, adresser eller andra uppgifter "
        "om enskilda, och lägg in den filen i stället.",
    )


def _letter(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _in_grid(grid: Grid) -> Iterator[Finding]:
    for row, cells in enumerate(grid.rows, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and cell:
                for kind, shown in _in_text(cell):
                    yield Finding(kind, shown, grid.sheet, row, column)
                if _HEADING.fullmatch(normalise(cell)) and _filled_below(grid, row, column):
                    yield Finding("en kolumn för personuppgifter", cell, grid.sheet, row, column)
    for column in range(grid.width):
        yield from _bare_numbers(grid, column)
        yield from _first_names(grid, column)


def _first_names(grid: Grid, column: int) -> Iterator[Finding]:
    """Find a column of lone first names, whatever its heading."""
    texts = [
        (row, cell)
        for row in range(len(grid.rows))
        if isinstance(cell := grid.cell(row, column), str) and any(letter.isalpha() for letter in cell)
    ]
    names = [row for row, cell in texts if cell.strip() in FIRST_NAMES]
    if len(names) >= 3 and len(names) >= 0.5 * len(texts):
        yield Finding("namn", f"{len(names)} förnamn", grid.sheet, names[0] + 1, column)


def _filled_below(grid: Grid, row: int, column: int) -> bool:
    return any(grid.cell(later, column) != "" for later in range(row, len(grid.rows)))


def _bare_numbers(grid: Grid, column: int) -> Iterator[Finding]:
    """Find ten or twelve bare digits; Excel may have stored them as numbers and lost a leading zero."""
    long: list[tuple[int, str]] = []
    for row in range(len(grid.rows)):
        digits = _digits(grid.cell(row, column))
        if 9 <= len(digits) <= 12:
            long.append((row + 1, digits.zfill(10) if len(digits) < 11 else digits))
    valid = [(row, digits) for row, digits in long if is_personal_number(digits)]
    if valid and len(valid) >= 0.5 * len(long):
        for row, digits in valid:
            yield Finding("personnummer", _mask(digits), grid.sheet, row, column)


def _digits(cell: Cell) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and 0 < cell < 1e13 else ""
    return cell if isinstance(cell, str) and cell.isdigit() else ""


def _mask(digits: str) -> str:
    return f"{digits[:2]}••••-••••"


def _in_text(text: str) -> Iterator[tuple[str, str]]:
    for pattern in (_SEPARATED, _TWELVE):
        for match in pattern.finditer(text):
            if is_personal_number(match.group(1) + match.group(2)) and not text.isdigit():
                yield "personnummer", _mask(match.group(1))
    if any(letter.isalpha() for letter in text):
        for match in _TEN.finditer(text):
            if is_personal_number(match.group(0)):
                yield "personnummer", _mask(match.group(1))
        yield from _in_words(text)
    elif _PHONE.fullmatch(text.strip()):
        yield "telefonnummer", f"{text.strip()[:3]}…"


def _in_words(text: str) -> Iterator[tuple[str, str]]:
    if _EMAIL.search(text):
        yield "e-postadress", "…@…"
    if _STREET.search(text) or _POSTAL.search(text):
        yield "adress", f"{text[:3]}…"
    if _PHONE.search(text):
        yield "telefonnummer", "0…"
    for match in _NAME.finditer(text):
        if match.group(1) in FIRST_NAMES and match.group(3) not in _NOT_SURNAMES:
            yield "namn", f"{match.group(1)[0]}. {match.group(3)[0]}."
            return
    reverse = _REVERSED.match(text)
    if reverse and reverse.group(2) in FIRST_NAMES:
        yield "namn", f"{reverse.group(2)[0]}. {reverse.group(1)[0]}."


def _in_comments(path: Path) -> Iterator[tuple[str, str]]:
    """Look through a workbook's comments and text boxes, which the cell reader does not see."""
    data = path.read_bytes() if path.is_file() else b""
    if data[:4] != b"PK\x03\x04":
        return
    try:
        texts = _comment_texts(data)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        EOFError,
    ) as error:
        raise BistandError(
            "arbetsboken är skadad, så dess kommentarer går inte att granska",
            file=path,
            fix="Öppna den i Excel, spara om den och försök igen.",
        ) from error
    for text in texts:
        yield from _in_text(text)


def _comment_texts(data: bytes) -> list[str]:
    texts = []
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        for name in book.namelist():
            if re.search(r"(?:comments|threadedcomments|drawings)/?[^/]*\.xml$", name.lower()):
                text = re.sub(r"<[^>]+>", " ", book.read(name).decode("utf-8", errors="replace"))
                texts.append(re.sub(r"\s+", " ", text))
    return texts
