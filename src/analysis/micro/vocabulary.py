"""Closed vocabularies of the microdata: column values as the user writes them, and the codes of exits."""

from __future__ import annotations

from typing import Final

#: Background at the start of a spell: column -> allowed values, first value is the reference level.
BACKGROUND: Final[dict[str, tuple[str, ...]]] = {
    "kon": ("K", "M"),
    "aldersgrupp": ("18-24", "25-34", "35-49", "50-65"),
    "landgrupp": ("Sverige", "Europa", "övriga världen", "utlandet"),
    "utbildning": ("förgymnasial", "gymnasial", "eftergymnasial", "okänd"),
    "hushall": ("ensam utan barn", "ensam med barn", "par utan barn", "par med barn"),
    "orsak": ("arbetslöshet", "språkhinder", "ohälsa", "otillräcklig inkomst", "annat"),
}

#: Earlier months on bistånd (column ``tidigare_manader``) as classes: lower bounds and labels.
EARLIER_BOUNDS: Final = (0, 1, 7, 25)
EARLIER_LABELS: Final = ("0", "1-6", "7-24", "25 eller fler")

#: Reasons for the end of a spell; code 0 means "no exit in this month".
EXITS: Final = ("arbete", "studier", "annat")

#: Months with the same obstacle as classes: lower bounds and labels. The last label is for one that may be older than the
#: window, so that its months are not known.
STEADY_BOUNDS: Final = (0, 1, 3, 6)
STEADY_LABELS: Final = ("ny denna månad", "1-2 månader", "3-5 månader", "6 månader eller fler", "okänt")

#: Lower bounds (months since the spell began) of the duration classes used in every model.
DURATION_BOUNDS: Final = (0, 1, 2, 4, 7, 13, 25)

#: A person has left bistånd after this many consecutive months without it; a shorter break is no exit.
MONTHS_OUT: Final = 2
