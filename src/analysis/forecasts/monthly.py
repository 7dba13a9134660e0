"""Monthly series before they are forecast: what revisions have been, what the newest months are worth, stray months.

How preliminary a month is, is measured from the vintages at hand: for each age (0 = the newest month of its vintage)
the log ratio between what was published then and what stands in the newest vintage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.calendar import steps_between
from foundation.swedish import decimal

Array = NDArray[np.float64]

#: Months older than this are not looked at for revisions.
OLDEST: Final = 6
#: Fewest revisions of an age that say anything.
FEWEST: Final = 4
#: A revision smaller than this (log scale) is none: half a per cent.
NEGLIGIBLE: Final = 0.005
#: Above this spread (log scale) a nowcast says too little: the month is left out.
TOO_WIDE: Final = 0.10
#: Half width, in months, of the window a stray month is measured against, and months at the end never called stray.
STRAY_WINDOW: Final = 6
STRAY_LIMIT: Final = 0.2
STRAY_SPREADS: Final = 6.0
NEWEST_KEPT: Final = 3


@dataclass(frozen=True)
class Revisions:
    """How months have been revised after they were first shown.

    Attributes
    ----------
    table
        One row an age: ``age, pairs, completeness`` (median of shown then / shown last), ``spread`` (standard
        deviation of its log), ``changed`` (share of pairs that changed at all). Empty with fewer than two vintages.
    vintages
        Number of vintages compared.
    """

    table: pd.DataFrame
    vintages: int

    def at(self, age: int) -> tuple[float, float] | None:
        """(completeness, spread) of months of this age; None when too few have been seen."""
        rows = self.table[self.table["age"] == age]
        if rows.empty or int(rows["pairs"].iloc[0]) < FEWEST:
            return None
        return float(rows["completeness"].iloc[0]), float(rows["spread"].iloc[0])

    @property
    def none_seen(self) -> bool:
        """True when vintages were compared and no month had changed."""
        return not self.table.empty and not bool((self.table["changed"] > 0).any())


def measure_revisions(vintages: pd.DataFrame) -> Revisions:
    """Compare what each vintage said with what the newest one says.

    Parameters
    ----------
    vintages
        Index = months, columns = vintages (anything that sorts in time), NaN = not in that vintage.

    Notes
    -----
    A month is compared only when a vintage at least two months of age later holds it, so that the newest vintage is not
    compared with itself. Zeros are left out: they have no ratio.
    """
    ordered = vintages.sort_index(axis=1).sort_index()
    last = ordered.iloc[:, -1] if ordered.shape[1] else pd.Series(dtype=float)
    newest = last.last_valid_index()
    rows = []
    for name in ordered.columns[:-1]:
        column = ordered[name].dropna()
        for month, value in column.items():
            age = steps_between(str(month), str(column.index[-1]))
            final = last.get(month, np.nan)
            if age > OLDEST or steps_between(str(month), str(newest)) < age + 2:
                continue
            if value > 0 and final > 0:
                rows.append((age, float(np.log(value / final))))
    pairs = pd.DataFrame(rows, columns=["age", "revision"])
    table = pairs.groupby("age")["revision"].agg(
        pairs="size",
        completeness=lambda part: float(np.exp(part.median())),
        spread=lambda part: float(np.sqrt(np.mean((part - part.median()) ** 2))),
        changed=lambda part: float((part.abs() > 1e-9).mean()),
    )
    return Revisions(table.reset_index(), ordered.shape[1])


@dataclass(frozen=True)
class PreparedMonths:
    """A monthly series ready to forecast.

    Attributes
    ----------
    series
        Values indexed by ``"2024-10"``, every month present in the index, NaN where unknown.
    reasons
        What was done to the newest months, in Swedish.
    spread
        Log standard deviation of nowcast months, by month; months not named are read as they stand.
    """

    series: pd.Series
    reasons: tuple[str, ...]
    spread: dict[str, float] = field(default_factory=dict)


def prepare_months(
    series: pd.Series,
    *,
    preliminary: int = 2,
    completeness: Sequence[float] | None = None,
    revisions: Revisions | None = None,
) -> PreparedMonths:
    """Trim or nowcast the newest months and put every month in the index.

    Parameters
    ----------
    series
        Indexed by months as text, in any order; absent months become NaN.
    preliminary
        How many of the newest observed months are preliminary: the rule where no vintages tell.
    completeness
        How much of the final value is usually in place, newest month first (``(0.90, 0.97)``). When given, the
        preliminary values are divided by it; otherwise they are set to missing.
    revisions
        Measured revisions. They decide wherever they have seen an age, whatever `preliminary` says: a month that
        is not revised is kept, one that is, is raised by the usual share, one whose revisions vary widely is left out.

    Raises
    ------
    ValueError
        If a completeness is not in (0, 1.5], or fewer are given than there are preliminary months.
    """
    months = pd.period_range(min(series.index), max(series.index), freq="M").strftime("%Y-%m")
    full = series.astype(float).reindex(months)
    known = np.flatnonzero(full.notna().to_numpy())
    if revisions is not None and not revisions.table.empty and known.size:
        return _by_revisions(full, known, preliminary, revisions)
    newest = known[::-1][:preliminary]
    values = full.to_numpy().copy()
    if newest.size == 0 or preliminary == 0:
        return PreparedMonths(full, ())
    if completeness is None:
        values[newest] = np.nan
        return PreparedMonths(pd.Series(values, index=full.index), (_left_out(newest.size),))
    share = np.asarray(completeness, dtype=float)
    if share.size < newest.size or (share <= 0).any() or (share > 1.5).any():
        raise ValueError("one completeness in (0, 1.5] for each preliminary month, newest first")
    values[newest] = values[newest] / share[: newest.size]
    text = (
        f"De {newest.size} senaste månaderna är preliminära och har räknats upp med hur stor del som "
        "brukar ha kommit in."
    )
    return PreparedMonths(pd.Series(values, index=full.index), (text,))


def _left_out(count: int) -> str:
    if count == 1:
        return "Den senaste månaden är preliminär och för låg; den används inte."
    return f"De {count} senaste månaderna är preliminära och för låga; de används inte."


def _by_revisions(
    full: pd.Series, known: NDArray[np.int64], preliminary: int, revisions: Revisions
) -> PreparedMonths:
    """Treat each of the newest months as months of its age have been revised."""
    values, spread = full.to_numpy().copy(), {}
    raised: list[float] = []
    dropped: list[str] = []
    for place in known[::-1][: max(preliminary, OLDEST + 1)]:
        age = int(known[-1] - place)
        seen = revisions.at(age)
        if seen is None:
            if age < preliminary:
                values[place] = np.nan
                dropped.append(str(full.index[place]))
            continue
        share, wide = seen
        if wide > TOO_WIDE:
            values[place] = np.nan
            dropped.append(str(full.index[place]))
        elif abs(np.log(share)) > NEGLIGIBLE or wide > NEGLIGIBLE:
            values[place] = values[place] / share
            spread[str(full.index[place])] = max(wide, NEGLIGIBLE)
            raised.append(share)
    return PreparedMonths(
        pd.Series(values, index=full.index), _revision_reasons(revisions, raised, dropped), spread
    )


def _revision_reasons(
    revisions: Revisions, raised: Sequence[float], dropped: Sequence[str]
) -> tuple[str, ...]:
    head = f"{revisions.vintages} utgåvor har jämförts"
    reasons = []
    if len(dropped) == 1:
        reasons.append(
            f"{head}: den senaste månaden brukar ändras för mycket eller är för lite prövad; den används inte."
        )
    elif dropped:
        reasons.append(
            f"{head}: {len(dropped)} av de senaste månaderna brukar ändras för mycket eller är för lite prövade; "
            "de används inte."
        )
    if raised:
        share = decimal(100 * min(raised), 1)
        which = "en av de senaste månaderna" if len(raised) == 1 else f"{len(raised)} av de senaste månaderna"
        reasons.append(
            f"{head}: {which} har räknats om till det som brukar bli slutligt (som lägst fanns {share} procent med)."
        )
    if not reasons:
        same = "ingen månad hade ändrats" if revisions.none_seen else "ändringarna har varit försumbara"
        reasons.append(f"{head} och {same} efter första publiceringen; inga månader tas bort.")
    return tuple(reasons)


def stray_months(log: Array) -> NDArray[np.bool_]:
    """Months far from the level around them that the series has since returned from: most likely under-reporting.

    Parameters
    ----------
    log
        Log values of consecutive months, NaN = missing.

    Returns
    -------
    ndarray
        Boolean, same shape. The newest months are never stray: nobody knows yet whether the level has moved.
    """
    known = np.flatnonzero(np.isfinite(log))
    flags = np.zeros(log.size, dtype=bool)
    if known.size < 2 * STRAY_WINDOW:
        return flags
    around = np.array(
        [np.nanmedian(log[max(place - STRAY_WINDOW, 0) : place + STRAY_WINDOW + 1]) for place in known]
    )
    distance = log[known] - around
    usual = 1.4826 * float(np.median(np.abs(distance - np.median(distance))))
    far = np.abs(distance) > max(STRAY_SPREADS * usual, STRAY_LIMIT)
    far[-NEWEST_KEPT:] = False
    flags[known[far]] = True
    return flags
