"""Indicators and their stated values; an empty cell in a document is absent here, never zero."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import FiniteFloat, model_validator

from analysis.plans.types import Frozen, Number, PeriodText, Source, Text
from analysis.plans.vocabulary import Gender, Goal, Timing


@dataclass(frozen=True)
class StatedValue:
    """One number that a document states of an indicator.

    `stated_as` is how the document writes it when that is more than the number, such as ``1,25 (okt)``.
    """

    period: str
    gender: Gender
    value: float
    stated_as: str | None
    source: Source
    interpreted: bool
    note: str | None


class ValueRow(Frozen):
    """The values of one period: total, women, men, as many as the document states.

    Parameters
    ----------
    suffix
        What the document writes after the number, such as ``(okt)`` or ``%``.
    interpreted
        The document's layout leaves the period open and the register has chosen; `note` says why.
    """

    period: PeriodText
    total: FiniteFloat | None = None
    women: FiniteFloat | None = None
    men: FiniteFloat | None = None
    suffix: Text | None = None
    source: Source | None = None
    interpreted: bool = False
    note: Text | None = None

    @model_validator(mode="after")
    def _something_stated(self) -> ValueRow:
        if self.total is None and self.women is None and self.men is None:
            raise ValueError("raden har inget värde; utelämna rader utan värde i stället för att skriva noll")
        if self.interpreted and self.note is None:
            raise ValueError("ett tolkat värde behöver en ”note” som säger hur det är tolkat")
        return self


class StatedMovement(Frozen):
    """A direction that a document states without giving the numbers."""

    period: PeriodText
    text: Text
    source: Source


class Indicator(Frozen):
    """What a plan follows, in which direction it should go, and the values stated so far.

    `goal_interpreted`: no document says the direction in words; it follows from the measure's purpose.
    `monthly`: the municipality follows the indicator month by month, even if few values are public.
    """

    id: Text
    name: Text
    unit: Text
    goal: Goal = Goal.NONE
    goal_interpreted: bool = False
    timing: Timing = Timing.UNKNOWN
    kind: Text = "indikator"
    focus: Text | None = None
    producer: Text | None = None
    by_gender: bool = True
    monthly: bool = False
    panel_measure: Text | None = None
    measures: tuple[Number, ...] = ()
    source: Source
    values: tuple[ValueRow, ...] = ()
    stated_movements: tuple[StatedMovement, ...] = ()
    note: Text | None = None

    def stated_values(self) -> tuple[StatedValue, ...]:
        """Return every stated number, one object a period and gender, in the order of the document."""
        return tuple(value for row in self.values for value in _expand(row, row.source or self.source))


def _expand(row: ValueRow, source: Source) -> list[StatedValue]:
    stated = [(Gender.TOTAL, row.total), (Gender.WOMEN, row.women), (Gender.MEN, row.men)]
    return [
        StatedValue(
            row.period, gender, value, _as_written(value, row.suffix), source, row.interpreted, row.note
        )
        for gender, value in stated
        if value is not None
    ]


def _as_written(value: float, suffix: str | None) -> str | None:
    if suffix is None:
        return None
    number = f"{value:g}".replace(".", ",")
    return f"{number}{suffix}" if suffix == "%" else f"{number} {suffix}"
