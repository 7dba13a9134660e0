"""The money and the calendar of a plan: budget tables, price examples, the yearly cycle of follow-up."""

from __future__ import annotations

from pydantic import Field, FiniteFloat, model_validator

from analysis.plans.types import Frozen, Source, Text


class BudgetLine(Frozen):
    """One line of a budget table, with one amount a column (None: the cell is empty)."""

    label: Text
    values: tuple[FiniteFloat | None, ...]


class BudgetSum(BudgetLine):
    """A total the document states, and the lines it should be the sum of."""

    sum_of: tuple[Text, ...] = Field(min_length=1)


class BudgetTable(Frozen):
    """A budget table with its own totals; `columns` names the amounts of every line."""

    id: Text
    title: Text
    unit: Text
    columns: tuple[Text, ...] = Field(min_length=1)
    lines: tuple[BudgetLine, ...]
    sums: tuple[BudgetSum, ...] = ()
    source: Source

    @model_validator(mode="after")
    def _columns_match(self) -> BudgetTable:
        known = [line.label for line in self.lines] + [total.label for total in self.sums]
        if len(set(known)) != len(known):
            raise ValueError("två rader har samma namn")
        for row in self.rows:
            if len(row.values) != len(self.columns):
                raise ValueError(
                    f"raden ”{row.label}” har {len(row.values)} belopp, inte {len(self.columns)}"
                )
        for total in self.sums:
            for label in total.sum_of:
                if label not in known:
                    raise ValueError(f"summan ”{total.label}” räknar in ”{label}” som inte finns i tabellen")
        return self

    @property
    def rows(self) -> tuple[BudgetLine, ...]:
        """Lines and totals together."""
        return (*self.lines, *self.sums)

    def amount(self, label: str, column: str) -> float | None:
        """Return the amount of a line or total (KeyError if there is no such row or column)."""
        if column not in self.columns:
            raise KeyError(column)
        for row in self.rows:
            if row.label == label:
                return row.values[self.columns.index(column)]
        raise KeyError(label)


class CostRow(Frozen):
    """A price example: what a number of places costs and saves in a year, as the document states it."""

    label: Text
    places: int = Field(ge=1)
    cost: FiniteFloat
    saved: FiniteFloat
    unit: Text
    period: Text
    source: Source
    note: Text | None = None


class CalendarEntry(Frozen):
    """What the board follows up in one month of the yearly cycle."""

    month: int = Field(ge=1, le=12)
    items: tuple[Text, ...]
    source: Source
