"""The row that every source must deliver: names, vocabularies and keys of the observation table."""

from __future__ import annotations

from typing import Final

COLUMNS: Final = (
    "kommun_kod",  # four digits; 0000 is riket
    "measure_id",  # a key of the measure catalogue
    "period",  # "2024", "2024-10", or "2024-T2" for a delår
    "gender",  # T (all), K (women), M (men)
    "group",  # "alla" or a background group named by the source
    "value",  # float; NaN unless the status says that there is a number
    "unit",  # "procent", "antal", "tkr", ...
    "status",  # one of STATUSES
    "source_id",  # the passport that the number came with
    "known_from",  # ISO date: the first day on which anyone could know this value
    "note",  # place in the document, what "cirka" was about, corrections applied
)

#: The identity of an observation; two rows may share it only with different `known_from` (vintages).
KEY: Final = ("kommun_kod", "measure_id", "period", "gender", "group")

GENDERS: Final = ("T", "K", "M")

#: Statuses under which a number is present.
WITH_VALUE: Final = ("observed", "preliminary", "approximate", "derived", "synthetic")
#: Statuses under which there is no number: three different things, and none of them is zero.
WITHOUT_VALUE: Final = ("suppressed", "missing", "not_applicable")
STATUSES: Final = WITH_VALUE + WITHOUT_VALUE

STATUS_SV: Final = {
    "observed": "observerad",
    "preliminary": "preliminär",
    "approximate": "ungefärlig (cirka)",
    "derived": "beräknad",
    "synthetic": "syntetisk",
    "suppressed": "skyddad (för få personer)",
    "missing": "saknas",
    "not_applicable": "ej tillämplig",
}

RIKET: Final = "0000"
#: The measure that shares are turned into persons with: inhabitants at the end of the year, SCB.
POPULATION: Final = "SCB_FOLKMANGD"
