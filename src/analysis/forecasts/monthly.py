"""Monthly series: the newest months are preliminary and too low, so they are cut or raised before use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class PreparedMonths:
    """A monthly series ready to forecast.

    Attributes
    ----------
    series
        Values indexed by ``"2024-10"``, every month present in the index, NaN where unknown.
    reasons
        What was done to the newest months, in Swedish.
    """

    series: pd.Series
    reasons: tuple[str, ...]


def prepare_months(
    series: pd.Series, *, preliminary: int = 2, completeness: Sequence[float] | None = None
) -> PreparedMonths:
    """Trim or nowcast the newest months and put every month in the index.

    Parameters
    ----------
    series
        Indexed by months as text, in any order; absent months become NaN.
    preliminary
        How many of the newest observed months are preliminary.
    completeness
        How much of the final value is usually in place, newest month first (``(0.90, 0.97)``). When given, the
        preliminary values are divided by it; otherwise they are set to missing.

    Raises
    ------
    ValueError
        If a completeness is not in (0, 1.5], or fewer are given than there are preliminary months.
    """
    months = pd.period_range(min(series.index), max(series.index), freq="M").strftime("%Y-%m")
    full = series.astype(float).reindex(months)
    known = np.flatnonzero(full.notna().to_numpy())
    newest = known[::-1][:preliminary]
    values = full.to_numpy().copy()
    if newest.size == 0 or preliminary == 0:
        return PreparedMonths(full, ())
    if completeness is None:
        values[newest] = np.nan
        text = (
            "Den senaste månaden är preliminär och för låg; den används inte."
            if newest.size == 1
            else f"De {newest.size} senaste månaderna är preliminära och för låga; de används inte."
        )
    else:
        share = np.asarray(completeness, dtype=float)
        if share.size < newest.size or (share <= 0).any() or (share > 1.5).any():
            raise ValueError("one completeness in (0, 1.5] for each preliminary month, newest first")
        values[newest] = values[newest] / share[: newest.size]
        text = (
            f"De {newest.size} senaste månaderna är preliminära och har räknats upp med hur stor del som "
            "brukar ha kommit in."
        )
    return PreparedMonths(pd.Series(values, index=full.index), (text,))
