"""What a series allows: each awkward shape is handled in one stated way, with the reason in Swedish."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SeriesCheck:
    """Verdict on a series before it is forecast.

    Attributes
    ----------
    usable
        False when no forecast can be given at all.
    reasons
        Swedish sentences: what is unusual and how it is handled. Empty for an ordinary series.
    values
        The series to model: leading and trailing missing values removed, zeros lifted to `floor`. Missing
        values inside are kept as NaN: a model that cannot skip them must fill them itself and say so.
    floor
        Smallest value used on the log scale.
    trailing_missing
        Number of missing periods at the end.
    """

    usable: bool
    reasons: tuple[str, ...]
    values: Array
    floor: float
    trailing_missing: int


def zero_floor(values: Array) -> float:
    """Half the smallest positive value: where a zero is put on the log scale (0.01 if nothing is positive)."""
    positive = values[np.isfinite(values) & (values > 0)]
    return float(positive.min()) / 2.0 if positive.size else 0.01


def check_series(values: Array, season: int = 1) -> SeriesCheck:
    """Look a series over.

    Parameters
    ----------
    values
        Shape (periods,), NaN = missing, negative values are not allowed.
    season
        Periods in a season (12 for monthly series, 1 for annual).

    Raises
    ------
    ValueError
        If a value is negative or infinite.
    """
    array = np.asarray(values, dtype=float)
    if np.isinf(array).any() or (array[np.isfinite(array)] < 0).any():
        raise ValueError("a share or a count may not be negative or infinite")
    known = np.flatnonzero(np.isfinite(array))
    floor = zero_floor(array)
    if known.size == 0:
        reason = "Serien har inga värden, så ingen prognos kan göras."
        return SeriesCheck(False, (reason,), array[:0], floor, array.size)
    trimmed = array[known[0] : known[-1] + 1]
    reasons = [*_length_reasons(known.size, season), *_shape_reasons(trimmed)]
    if array.size - 1 - known[-1] > 0:
        late = _periods(int(array.size - 1 - known[-1]))
        reasons.append(
            f"{late} i slutet av serien saknas; prognosen börjar vid det senaste kända värdet och blir därför bredare."
        )
    lifted = np.where(trimmed <= 0, floor, trimmed)
    return SeriesCheck(True, tuple(reasons), lifted, floor, int(array.size - 1 - known[-1]))


def _periods(count: int) -> str:
    return "En period" if count == 1 else f"{count} perioder"


def _length_reasons(count: int, season: int) -> list[str]:
    if count == 1:
        return [
            "Serien har ett enda värde; spridningen hämtas från antaganden om andra serier, inte härifrån."
        ]
    if count < 4:
        return [f"Serien har bara {count} värden; egen trend går inte att skilja från slump."]
    if season > 1 and count < 2 * season:
        return [
            f"Serien är kortare än två säsonger ({count} av {2 * season} perioder); säsongsmönstret kan inte "
            "skattas och lämnas utanför."
        ]
    return []


def _shape_reasons(trimmed: Array) -> list[str]:
    reasons = []
    known = trimmed[np.isfinite(trimmed)]
    if np.isnan(trimmed).any():
        inside = _periods(int(np.isnan(trimmed).sum()))
        reasons.append(f"{inside} inne i serien saknas; det räknas som okänt, aldrig som noll.")
    if (known == 0).all():
        reasons.append("Alla värden är noll; en andel som varit noll kan ändå stiga.")
    elif (known == 0).any():
        reasons.append(
            "Serien har nollvärden; på logaritmisk skala ersätts de av halva minsta positiva värdet."
        )
    elif known.size > 1 and np.ptp(known) == 0:
        reasons.append(
            "Serien är konstant; en minsta spridning läggs till så att prognosen inte blir tvärsäker."
        )
    if outliers(trimmed).any():
        reasons.append(
            "Serien har minst ett språng som liknar ett fel; värdet står kvar i data men hålls utanför skattningen."
        )
    return reasons


def outliers(values: Array, limit: float = 6.0) -> NDArray[np.bool_]:
    """Values that jump away from both neighbours and back: log distance over `limit` robust deviations
    and over 0.3 (a third).

    Returns a boolean array of the same shape; the ends are never marked.
    """
    flags = np.zeros(values.shape, dtype=bool)
    if np.isfinite(values).sum() < 6:
        return flags
    log = np.log(np.where(values == 0, zero_floor(values), values))
    change = np.diff(log)
    finite = change[np.isfinite(change)]
    spread = max(1.4826 * float(np.median(np.abs(finite - np.median(finite)))), 0.02)
    size = max(limit * spread, 0.3)
    before, after = change[:-1], change[1:]
    inner = (np.abs(before) > size) & (np.abs(after) > size) & (np.sign(before) != np.sign(after))
    flags[1:-1] = inner
    return flags
