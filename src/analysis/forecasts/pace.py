"""The pace a target requires, the pace so far, and how often any municipality has kept such a pace."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Pace:
    """Change per year between two levels.

    Attributes
    ----------
    start, end
        Levels in per cent.
    years
        Years between them.
    points
        Percentage points per year.
    percent
        Per cent per year (geometric); negative when the level falls.
    """

    start: float
    end: float
    years: float
    points: float
    percent: float


def pace(start: float, end: float, years: float) -> Pace:
    """Pace from `start` to `end` over `years`; all three must be positive."""
    if start <= 0 or end <= 0 or years <= 0:
        raise ValueError("start, end and years must be positive")
    return Pace(start, end, years, (end - start) / years, 100.0 * ((end / start) ** (1.0 / years) - 1.0))


@dataclass(frozen=True)
class PaceRecord:
    """How often the pace was kept: a plain count, no model.

    Attributes
    ----------
    percent
        The yearly change asked about, in per cent (negative).
    span
        Whole years it must be kept.
    windows, windows_kept
        Number of (municipality, start year) pairs with both ends known, and of those at least as fast.
    municipalities, municipalities_kept
        Municipalities with any such pair, and those that kept the pace at least once.
    fastest
        ``kommun_kod, start_year, end_year, start, end, percent`` of the fastest windows, one a municipality;
        the `suspects` are left out of this list.
    suspects
        Municipalities that kept the pace and whose series holds a jump that looks like an error in the source;
        they are counted.
    """

    percent: float
    span: int
    windows: int
    windows_kept: int
    municipalities: int
    municipalities_kept: int
    fastest: pd.DataFrame
    suspects: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of windows that kept the pace, 0-1; NaN without windows."""
        return self.windows_kept / self.windows if self.windows else float("nan")


def pace_record(levels: pd.DataFrame, percent: float, span: int, *, top: int = 5) -> PaceRecord:
    """Count windows of `span` years whose mean yearly change was at most `percent`.

    Parameters
    ----------
    levels
        Index = codes (riket is left out), columns = years, values in per cent, NaN = missing.
    percent
        Required yearly change in per cent, normally negative.
    span
        Whole years, at least 1.
    """
    if span < 1:
        raise ValueError("span must be at least one year")
    places = levels.drop(index="0000", errors="ignore").sort_index(axis=1)
    rows = []
    for start_year in places.columns:
        if start_year + span not in places.columns:
            continue
        ends = places[[start_year, start_year + span]].dropna()
        ends = ends[(ends > 0).all(axis=1)]
        rate = 100.0 * ((ends.iloc[:, 1] / ends.iloc[:, 0]) ** (1.0 / span) - 1.0)
        rows.append(
            pd.DataFrame(
                {
                    "kommun_kod": ends.index,
                    "start_year": int(start_year),
                    "end_year": int(start_year) + span,
                    "start": ends.iloc[:, 0].to_numpy(),
                    "end": ends.iloc[:, 1].to_numpy(),
                    "percent": rate.to_numpy(),
                }
            )
        )
    columns = ["kommun_kod", "start_year", "end_year", "start", "end", "percent"]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)
    kept = table[table["percent"] <= percent].sort_values("percent")
    fast = kept["kommun_kod"].unique()
    suspects = tuple(code for code in fast if has_suspect_jump(places.loc[code].to_numpy(dtype=float)))
    sound = kept[~kept["kommun_kod"].isin(suspects)]
    return PaceRecord(
        percent=percent,
        span=span,
        windows=len(table),
        windows_kept=len(kept),
        municipalities=int(table["kommun_kod"].nunique()),
        municipalities_kept=len(fast),
        fastest=sound.drop_duplicates("kommun_kod").head(top).reset_index(drop=True),
        suspects=suspects,
    )


def has_suspect_jump(values: np.ndarray, limit: float = 0.45) -> bool:
    """True if the series ever falls to 1 - `limit` of the year before, or less, in one year.

    A written rule for what looks like an error in the source; such values stay in the data.
    """
    known = values[np.isfinite(values)]
    return bool(known.size > 1 and (known[1:] / np.maximum(known[:-1], 1e-9) <= 1.0 - limit).any())
