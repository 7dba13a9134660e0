"""The last step before print: small counts are hidden so that nobody can work them out.

The order is fixed: hide (small cells, then as many others as it takes), round what is left, and compute shares from what
is shown. "Worked out" is meant strictly: the reader knows every shown cell exactly, that counts are not negative, that
parts add up to their totals, everything published earlier, and which cells have not been revised since. For
every hidden cell the interval that such a reader can reach, found by linear programming, must be at least
``Policy.width`` wide. Rounding afterwards only widens it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.disclosure.model import Interval, Key, Policy, Publication, Sum, Why, round_to
from analysis.disclosure.system import ReaderSystem, Witnesses
from analysis.errors import BistandError

__all__ = [
    "Interval",
    "Policy",
    "ProtectedTable",
    "Publication",
    "Sum",
    "audit",
    "protect",
    "protect_observations",
    "round_to",
    "share",
]


def protect(
    counts: Mapping[Key, int],
    sums: Sequence[Sum],
    policy: Policy | None = None,
    *,
    earlier: Sequence[Publication] = (),
) -> Publication:
    """Choose what to hide.

    Small cells are hidden first, then cells that were hidden before, then, one at a time, the cheapest cell that
    gives the worst protected one room: small cells before large ones, parts before totals. Cells that turn out not
    to be needed are shown again.

    Parameters
    ----------
    counts
        Non-negative whole numbers by cell.
    sums
        All sums between the cells that a reader knows of (women + men = all, reasons = all, months = year).
    earlier
        Earlier vintages of the same table, as published.

    Raises
    ------
    BistandError
        If a count is negative or a sum does not add up: the data must be mended before print.
    """
    rules = policy or Policy()
    _check(counts, sums)
    hidden: dict[Key, Why] = {key: "liten" for key, count in counts.items() if 0 < count < rules.threshold}
    for publication in earlier:
        for key in publication.hidden:
            if key in counts:
                hidden.setdefault(key, "tidigare skyddad")
    system = ReaderSystem(counts, tuple(sums), tuple(earlier))
    hidden = _complement(system, hidden, rules)
    return Publication(dict(counts), tuple(sums), hidden, rules)


def _check(counts: Mapping[Key, int], sums: Sequence[Sum]) -> None:
    for key, count in counts.items():
        if count < 0 or int(count) != count:
            raise BistandError(f"antalet för {key} är {count}; det ska vara ett heltal som inte är negativt")
    for item in sums:
        unknown = [key for key in (item.total, *item.parts) if key not in counts]
        if unknown:
            raise BistandError(
                f"summan för {item.total} hänvisar till {unknown[0]} som inte finns i tabellen"
            )
        if sum(counts[key] for key in item.parts) != counts[item.total]:
            raise BistandError(
                f"delarna av {item.total} är tillsammans inte {counts[item.total]}",
                fix="Rätta källan, eller ta bort summan ur tabellen.",
            )


def _complement(system: ReaderSystem, hidden: dict[Key, Why], policy: Policy) -> dict[Key, Why]:
    chosen = dict(hidden)
    witnesses = Witnesses(system.truth)
    while True:
        unknown = system.hidden_variables(chosen)
        worst = _first_exposed(system, unknown, policy, witnesses)
        if worst is None:
            break
        candidate = _cheapest(system, worst, unknown, chosen)
        if candidate is None:
            raise BistandError(
                "en skyddad uppgift går att räkna fram ur det som redan har publicerats",
                fix="Publicera inte tabellen; kontrollera tidigare utgåvor.",
            )
        chosen[candidate] = "följd"
    return _trim(system, chosen, policy, witnesses)


def _first_exposed(
    system: ReaderSystem, unknown: set[int], policy: Policy, witnesses: Witnesses
) -> int | None:
    for variable in sorted(unknown - system.public, key=lambda item: (system.truth[item], item)):
        if witnesses.width(variable) >= policy.width:
            continue
        if system.interval(variable, unknown, witnesses).width < policy.width:
            return variable
    return None


def _cheapest(system: ReaderSystem, start: int, unknown: set[int], chosen: Mapping[Key, Why]) -> Key | None:
    """Return the cell to hide next: near the exposed one, not public already, small, a part before a total."""
    variables, rows = system.component(start, unknown)
    near = {variable for position in rows for variable in system.rows[position]} - set(variables)
    totals = {system.index[system.now, item.total] for item in system.vintages[system.now][1]}
    key_of = {system.index[system.now, key]: key for key in system.vintages[system.now][0]}
    free = [
        variable for variable in key_of if key_of[variable] not in chosen and variable not in system.public
    ]
    options = [variable for variable in free if variable in near] or free
    if not options:
        return None

    def cost(variable: int) -> tuple[bool, bool, int, int]:
        count = system.truth[variable]
        return (count == 0, variable in totals, count, variable)

    return key_of[min(options, key=cost)]


def _trim(
    system: ReaderSystem, chosen: dict[Key, Why], policy: Policy, witnesses: Witnesses
) -> dict[Key, Why]:
    """Show again what is not needed, the largest first."""
    extra = [key for key, why in chosen.items() if why == "följd"]
    for key in sorted(extra, key=lambda item: -system.truth[system.index[system.now, item]]):
        rest = {other: why for other, why in chosen.items() if other != key}
        fewer = witnesses.without(system.index[system.now, key])
        if _first_exposed(system, system.hidden_variables(rest), policy, fewer) is None:
            chosen, witnesses = rest, fewer
    return chosen


def audit(publication: Publication, earlier: Sequence[Publication] = ()) -> dict[Key, Interval]:
    """Return, for every hidden cell of a publication, the interval that a reader can reach."""
    system = ReaderSystem(publication.counts, publication.sums, tuple(earlier))
    unknown = system.hidden_variables(publication.hidden)
    return {key: system.interval(system.index[system.now, key], unknown) for key in publication.hidden}


def share(
    numerator: int | None, denominator: int | None, digits: int = 1, *, rounding: int = 1
) -> float | None:
    """Return a share in per cent of what is shown; None if either part is hidden or the denominator is zero.

    Both must be the shown (rounded) counts: a share with many decimals of an exact denominator would give the
    count away.
    """
    if numerator is None or denominator is None or denominator == 0:
        return None
    if numerator % rounding or denominator % rounding:
        raise BistandError(
            "andelen ska räknas på de avrundade talen som visas", fix="Använd det som Publication.shown ger."
        )
    return round(100 * numerator / denominator, digits)


@dataclass(frozen=True)
class ProtectedTable:
    """A table ready for print.

    `table` is the input with ``value`` replaced by what is shown (NaN if hidden), ``status`` set to suppressed for hidden
    cells, and ``skydd`` saying why; `publication` is what later vintages must be protected against.
    """

    table: pd.DataFrame
    publication: Publication = field(repr=False)


def protect_observations(
    table: pd.DataFrame,
    policy: Policy | None = None,
    *,
    group_total: str | None = "alla",
    sums: Sequence[Sum] = (),
    earlier: Sequence[Publication] = (),
) -> ProtectedTable:
    """Protect the counts of an observation table.

    Sums are found in the table itself: women + men = all, and groups = `group_total` where the table has both and
    they add up. Rows without a value keep their status.

    Parameters
    ----------
    table
        Observations of measures with unit ``antal``; columns of the observation table.
    group_total
        The group that the other groups add up to; None if they do not (a person may be in several).
    sums
        Further sums that a reader knows of, between measures; cells are named by the table's key columns in order.
    """
    names = ["kommun_kod", "measure_id", "period", "gender", "group"]
    present = table[table["value"].notna()]
    if not (present["unit"] == "antal").all():
        raise BistandError("bara antal kan skyddas; andelar räknas efteråt på det som visas")
    keys = list(present[names].itertuples(index=False, name=None))
    counts = {key: int(value) for key, value in zip(keys, present["value"], strict=True)}
    publication = protect(counts, [*_sums(counts, group_total), *sums], policy, earlier=earlier)
    shown = publication.shown()
    result = table.assign(skydd="")
    for row, key in zip(present.index, keys, strict=True):
        value = shown[key]
        result.loc[row, "value"] = math.nan if value is None else float(value)
        if value is None:
            result.loc[row, "status"] = "suppressed"
            result.loc[row, "skydd"] = publication.hidden[key]
    return ProtectedTable(result, publication)


def _sums(counts: Mapping[tuple[str, ...], int], group_total: str | None) -> list[Sum]:
    sums = []
    for key in counts:
        place, measure, period, gender, group = key
        parts = tuple((place, measure, period, part, group) for part in ("K", "M"))
        if gender == "T" and all(part in counts for part in parts):
            sums.append(Sum(key, parts))
        if group_total is not None and group == group_total:
            groups = tuple(other for other in counts if other[:4] == key[:4] and other[4] != group_total)
            if groups and sum(counts[other] for other in groups) == counts[key]:
                sums.append(Sum(key, groups))
    return sums
