"""The project's own one-series models (statsmodels) on the same backtest: slow, so on its own.

    python benchmarks/forecast_series_models.py [--every N]

Every Nth municipality without a missing year (default 5), origins 2018-2024, horizons 1-3; the panel model is scored
on the same municipalities. Needs the built panel.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.forecasts.backtest import (
    Forecaster,
    complete_municipalities,
    panel_forecaster,
    run_backtest,
    summarise,
)
from analysis.forecasts.models import MODELS, forecast_series
from analysis.panel import read_panel, wide
from analysis.paths import find_project
from foundation.files import write_text

RESULTS = Path(__file__).parent / "results" / "forecast_series_models.md"


def series_forecaster(model: str) -> Forecaster:
    """One statsmodels model on each municipality alone."""

    def forecast(
        known: pd.DataFrame, sizes: Mapping[str, float], codes: Sequence[str], horizon: int
    ) -> np.ndarray:
        out = []
        for code in codes:
            series = known.loc[code].set_axis(known.columns.astype(str))
            paths = forecast_series(series, horizon, model, draws=500).paths
            if paths is None:
                raise ValueError(f"{code} has no values")
            out.append(paths.draws)
        return np.stack(out)

    return forecast


def main() -> None:
    """Score every model and store the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=5)
    every = parser.parse_args().every
    observations = read_panel(find_project())
    levels = wide(observations, measure_id="N31807")
    sizes = wide(observations, measure_id="SCB_FOLKMANGD").bfill(axis=1).iloc[:, 0].to_dict()
    codes = complete_municipalities(levels)[::every]
    models = {"panel": panel_forecaster(draws=2000)} | {name: series_forecaster(name) for name in MODELS}
    rows = []
    for name, model in models.items():
        started = time.perf_counter()
        scores = run_backtest(levels, sizes, {name: model}, origins=range(2018, 2025), codes=codes).scores
        line = summarise(scores, ["model"]).iloc[0]
        rows.append(
            (name, line["score"], line["bias"], line["hit80"], line["hit95"], time.perf_counter() - started)
        )
    rows.sort(key=lambda row: row[1])
    text = "\n".join(
        [
            "# One-series models on N31807",
            "",
            f"Written by `python benchmarks/forecast_series_models.py --every {every}`; do not edit. {len(codes)} "
            "municipalities, origins 2018-2024, horizons 1-3; score = WIS in percentage points.",
            "",
            "| model | score | bias | cov 80 | cov 95 | seconds |",
            "|---|---|---|---|---|---|",
            *(f"| {n} | {s:.3f} | {b:+.3f} | {c:.2f} | {d:.2f} | {t:.0f} |" for n, s, b, c, d, t in rows),
            "",
        ]
    )
    print(text)
    write_text(RESULTS, text)


if __name__ == "__main__":
    main()
