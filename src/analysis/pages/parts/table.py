"""Tables for people: caption, scopes, right-aligned numbers with decimal comma, and a CSV beside."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.pages.parts.markdown import Markdown, raw_html
from foundation.swedish import MISSING, decimal

Kind = Literal["text", "number", "html"]


@dataclass(frozen=True)
class Column:
    """One column of a printed table.

    Attributes
    ----------
    name, title
        Column of the frame, and its printed header.
    kind
        ``number`` is right-aligned and written with decimal comma; ``html`` is passed through as it is.
    digits, sign
        Decimals, and whether a plus sign is printed.
    unit
        Printed after the header in brackets.
    filter
        Whether readers get a filter on the column's values.
    """

    name: str
    title: str
    kind: Kind = "text"
    digits: int = 1
    sign: bool = False
    unit: str = ""
    filter: bool = False


def table(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    caption: str,
    sortable: bool = False,
    slider: bool = False,
    highlight: Callable[[pd.Series], bool] | None = None,
    note: str = "",
) -> Markdown:
    """Return a table; the first column is the row header.

    Parameters
    ----------
    frame
        One row a printed row, in printed order.
    slider
        Whether scripts may show one row at a time, chosen by a slider over the first column.
    highlight
        Says which rows are the reader's own; they are marked in bold, not by colour alone.
    note
        Printed under the table: source, vintage, status.
    """
    head = "".join(_header(column) for column in columns)
    body = "\n".join(_row(row, columns, highlight) for _, row in frame.iterrows())
    kind = f"tabell{' sortable' if sortable else ''}{' reglage' if slider else ''}"
    filters = [column.title for column in columns if column.filter]
    data_filter = f' data-filter="{html.escape("|".join(filters))}"' if filters else ""
    foot = f'\n<p class="not">{html.escape(note)}</p>' if note else ""
    return raw_html(
        f'<table class="{kind}"{data_filter}>\n<caption>{html.escape(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>{foot}"
    )


def _header(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    kind = ' class="tal"' if column.kind == "number" else ""
    title = html.escape(column.title + unit).replace("procentenheter", "procent&shy;enheter")
    return f'<th scope="col"{kind}>{title}</th>'


def _row(
    row: pd.Series,
    columns: Sequence[Column],
    highlight: Callable[[pd.Series], bool] | None,
) -> str:
    own = highlight is not None and highlight(row)
    cells = []
    for position, column in enumerate(columns):
        text, sort_key = _cell(row[column.name], column)
        kind = ' class="tal"' if column.kind == "number" else ""
        key = f' data-sort="{sort_key}"' if sort_key else ""
        if position == 0:
            cells.append(f'<th scope="row"{kind}{key}>{f"<strong>{text}</strong>" if own else text}</th>')
        else:
            cells.append(f"<td{kind}{key}>{text}</td>")
    return f"<tr{' class=own' if own else ''}>{''.join(cells)}</tr>"


def _cell(value: object, column: Column) -> tuple[str, str]:
    if column.kind == "number":
        if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA:
            return MISSING, ""
        number = float(value)  # type: ignore[arg-type]
        return html.escape(decimal(number, column.digits, sign=column.sign)), f"{number:.10g}"
    text = "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)
    return (text if column.kind == "html" else html.escape(text)) or MISSING, ""


def facts(rows: Sequence[tuple[str, str]], *, caption: str) -> Markdown:
    """Return a two-column table of names and values, for a run's facts."""
    body = "\n".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>'
        for name, value in rows
    )
    return raw_html(
        f'<table class="fakta">\n<caption>{html.escape(caption)}</caption>\n<thead><tr><th scope="col">Uppgift</th>'
        f'<th scope="col">Värde</th></tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>'
    )


def with_small(text: str, small: str) -> str:
    """Return markup of a cell: the text, and below it a smaller line (none if `small` is empty)."""
    below = f'<br><span class="not">{html.escape(small)}</span>' if small else ""
    return f"{html.escape(text)}{below}"


def status_chip(kind: str, text: str) -> str:
    """Return markup for a status: symbol and word, colour only as a help. Kind: fardig, pagar, avviker, stoppad, okand."""
    symbols = {"fardig": "✓", "pagar": "▸", "avviker": "!", "stoppad": "×", "okand": "?"}
    return f'<span class="status-{kind}"><span aria-hidden="true">{symbols[kind]}</span>&nbsp;{html.escape(text)}</span>'
