"""How fast: 290 placebo fits of synthetic control, and Prop 99 beside pysyncon in the same run.

    python benchmarks/effects_speed.py

Needs the dependency group `reference`. Writes benchmarks/results/effects_speed.md.
"""

from __future__ import annotations

import os
import platform
import time
import warnings
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from analysis.effects.designs import ALL, DEFAULT, NEAREST
from analysis.effects.evaluate import Question, evaluate_plan
from analysis.effects.evidence import Panel
from analysis.effects.placebo import post_gaps
from analysis.effects.problem import Estimator, Problem
from analysis.effects.synthetic_control import NestedSyntheticControl, SyntheticControl
from analysis.effects.synthetic_did import SyntheticDiD
from analysis.effects.window import build_window

N_PRE = 19


def best_of(action: Callable[[], object], repeats: int = 3) -> float:
    """Shortest time in seconds; the machine is shared."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        action()
        times.append(time.perf_counter() - begin)
    return min(times)


def made_up_panel() -> pd.DataFrame:
    """290 municipalities and the nation, 2012-2022, all complete."""
    rng = np.random.default_rng(290)
    years = list(range(2012, 2023))
    walk = np.cumsum(rng.normal(0, 0.25, (290, len(years))), axis=1)
    values = np.maximum(rng.uniform(1.5, 7, (290, 1)) + np.linspace(0, -1, len(years)) + walk, 0.3)
    frame = pd.DataFrame(values, index=[f"{100 + index:04d}" for index in range(290)], columns=years)
    frame.loc["0000"] = values.mean(axis=0)
    return frame.sort_index()


def placebo_rows(shares: pd.DataFrame) -> list[tuple[str, str]]:
    window = build_window(shares, 2020, 2022)
    rows = np.arange(len(window.codes))
    jobs: list[tuple[str, Estimator, bool]] = [
        ("synthetic control (simplex)", SyntheticControl(), True),
        ("synthetic control, own level, ridge", SyntheticControl(intercept=True, ridge=1.0), True),
        ("synthetic difference-in-differences", SyntheticDiD(), True),
        ("default design", DEFAULT.estimator, False),
    ]
    found = []
    for name, estimator, everyone in jobs:
        pool = ALL if everyone else NEAREST
        seconds = best_of(lambda e=estimator, p=pool: post_gaps(window, e, p, rows))  # type: ignore[misc]
        found.append((f"290 placebo fits, {name}", f"{seconds:.2f} s"))
    return found


def evaluation_row(shares: pd.DataFrame) -> tuple[str, str]:
    rng = np.random.default_rng(1)
    codes = shares.index.drop("0000")
    population = pd.DataFrame({2019: np.exp(rng.uniform(8.5, 12.5, len(codes)))}, index=codes)
    unemployment = pd.DataFrame(
        {2018: rng.uniform(4, 10, len(codes)), 2019: rng.uniform(4, 10, len(codes))}, index=codes
    )
    population.loc["0100"] = 200_000.0
    asked = Question("0100", 2019, 2020, (2020, 2021, 2022))
    seconds = best_of(lambda: evaluate_plan(Panel(shares, population, unemployment), asked), 1)
    return (
        "whole evaluation of one plan: checks, 96 specifications with placebos, 12 designs",
        f"{seconds:.1f} s",
    )


def prop99_rows() -> list[tuple[str, str, str]]:
    import synthdid
    from pysyncon import Dataprep, Synth

    table = synthdid.load_california_prop99()
    smoking = table.pivot_table(index="State", columns="Year", values="PacksPerCapita").sort_index()
    problem = Problem(
        smoking.loc["California"].to_numpy(), smoking.drop(index="California").to_numpy(), N_PRE
    )

    def rmspe(path: np.ndarray) -> str:
        return f"{np.sqrt(((problem.target - path)[:N_PRE] ** 2).mean()):.4f}"

    rows = []
    for name, estimator in (
        ("ours, outcomes only", SyntheticControl()),
        ("ours, nested predictors, 4 starts", NestedSyntheticControl()),
    ):
        seconds = best_of(lambda e=estimator: e.fit(problem))  # type: ignore[misc]
        rows.append((name, f"{1000 * seconds:.1f} ms", rmspe(estimator.fit(problem).path)))
    begin = time.perf_counter()
    setup = synthdid.panel_matrices(table)
    oracle = synthdid.sc_estimate(setup.Y, setup.N0, setup.T0)
    seconds = time.perf_counter() - begin
    path = np.asarray(oracle.weights.omega) @ setup.Y[: setup.N0]
    rows.append(("synthdid-py, sc_estimate", f"{1000 * seconds:.0f} ms", rmspe(path)))
    for name, years in (
        ("lagged outcome 1975, 1980, 1988", (1975, 1980, 1988)),
        ("every pre-year", range(1970, 1989)),
    ):
        prepared = Dataprep(
            foo=table,
            predictors=[],
            predictors_op="mean",
            dependent="PacksPerCapita",
            unit_variable="State",
            time_variable="Year",
            treatment_identifier="California",
            controls_identifier=list(smoking.index.drop("California")),
            time_predictors_prior=range(1970, 1989),
            time_optimize_ssr=range(1970, 1989),
            special_predictors=[("PacksPerCapita", [year], "mean") for year in years],
        )
        begin = time.perf_counter()
        fit = Synth()
        fit.fit(dataprep=prepared)
        seconds = time.perf_counter() - begin
        weights = fit.weights(round=12).reindex(smoking.index.drop("California")).to_numpy()
        rows.append((f"pysyncon, defaults, {name}", f"{seconds:.1f} s", rmspe(weights @ problem.donors)))
    return rows


def main() -> None:
    warnings.simplefilter("ignore")
    shares = made_up_panel()
    first = [*placebo_rows(shares), evaluation_row(shares)]
    text = "# Speed\n\nMade by `python benchmarks/effects_speed.py`, "
    text += (
        f"Python {platform.python_version()}, {os.cpu_count()} cores shared with other work (one used).\n\n"
    )
    text += "| task | time |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in first)
    text += "\n\nProp 99, synthetic control on the outcome series, one fit in the same run:\n\n"
    text += "| who | time | pre-RMSPE |\n|---|---|---|\n"
    text += "\n".join(f"| {name} | {seconds} | {misfit} |" for name, seconds, misfit in prop99_rows()) + "\n"
    target = Path(__file__).parent / "results" / "effects_speed.md"
    target.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
