"""Several tests at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.multitest import multipletests


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Holm-adjusted p-values (Holm 1979, Scand J Stat 6:65); missing tests stay missing and do not count."""
    adjusted = np.full(len(p_values), np.nan)
    made = np.isfinite(p_values)
    if made.any():
        adjusted[made] = multipletests(np.asarray(p_values)[made], method="holm")[1]
    return adjusted
