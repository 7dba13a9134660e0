"""Published answers on published data: published, ours, difference.

    python benchmarks/effects_reference.py

Needs the dependency group `reference`. Writes benchmarks/results/effects_reference.md. The minimum-wage data come with
`moderndid` (Python 3.12 on; its unpacked wheel on PYTHONPATH will do); elsewhere its rows say so.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from published import event_study, jackknife_standard_error, placebo_standard_error

from analysis.effects.did import DifferenceInDifferences
from analysis.effects.problem import Estimator, Problem
from analysis.effects.synthetic_control import SyntheticControl
from analysis.effects.synthetic_did import SyntheticDiD, time_weights

N_PRE = 19
Row = tuple[str, str, float | None, float | None, str]


def mean_effect(estimator: Estimator, problem: Problem) -> float:
    return float((problem.target - estimator.fit(problem).path)[problem.n_pre :].mean())


def smoking_table() -> pd.DataFrame:
    import synthdid

    table = synthdid.load_california_prop99()
    return table.pivot_table(index="State", columns="Year", values="PacksPerCapita").sort_index()


def smoking_rows(smoking: pd.DataFrame) -> list[Row]:
    import synthdid

    donors = smoking.drop(index="California")
    problem = Problem(smoking.loc["California"].to_numpy(), donors.to_numpy(), N_PRE)
    source = "Arkhangelsky et al. 2021, table 1; synthdid-py"
    control = SyntheticControl().fit(problem)
    gap = problem.target - control.path
    weights = dict(zip(donors.index, control.weights, strict=True))
    setup = synthdid.panel_matrices(synthdid.load_california_prop99())
    oracle = synthdid.sc_estimate(setup.Y, setup.N0, setup.T0)
    theirs = np.asarray(oracle.weights.omega) @ setup.Y[: setup.N0, :N_PRE]
    their_rmspe = float(np.sqrt(((setup.Y[-1, :N_PRE] - theirs) ** 2).mean()))
    rows: list[Row] = [
        (
            "Prop 99, difference-in-differences",
            source,
            -27.349,
            mean_effect(DifferenceInDifferences(), problem),
            "",
        ),
        (
            "Prop 99, synthetic DiD",
            source,
            -15.604,
            mean_effect(SyntheticDiD(), problem),
            "exact minimum; theirs stops",
        ),
        (
            "Prop 99, synthetic control",
            source,
            -19.620,
            float(gap[N_PRE:].mean()),
            f"exact minimum: pre-RMSPE {np.sqrt((gap[:N_PRE] ** 2).mean()):.4f} against their {their_rmspe:.4f}",
        ),
        (
            "  pre-RMSPE, outcomes only",
            "known answer, outcomes only",
            1.656,
            float(np.sqrt((gap[:N_PRE] ** 2).mean())),
            "",
        ),
        ("  gap in 2000", "known answer, outcomes only", -26.6, float(gap[-1]), ""),
    ]
    published = {
        "Utah": 0.394,
        "Montana": 0.232,
        "Nevada": 0.205,
        "Connecticut": 0.109,
        "New Hampshire": 0.045,
    }
    rows += [
        (f"  weight {state}", "known answer, outcomes only", value, float(weights[state]), "")
        for state, value in published.items()
    ]
    times = synthdid.synthdid_estimate(setup.Y, setup.N0, setup.T0).weights.lambda_
    rows += [
        (
            f"  time weight {1970 + year}",
            "synthdid-py",
            float(times[year]),
            float(time_weights(problem)[year]),
            "",
        )
        for year in (16, 17, 18)
    ]
    rows.append(
        (
            "  placebo standard error",
            "all 38 states in turn",
            None,
            placebo_standard_error(problem),
            "no fixed answer",
        )
    )
    return rows + jackknife_rows(smoking)


def jackknife_rows(smoking: pd.DataFrame) -> list[Row]:
    import synthdid

    chosen = ["Utah", "Ohio", "Georgia"]
    donors = smoking.drop(index=[*chosen, "California"]).to_numpy()
    treated = smoking.loc[chosen].to_numpy()
    oracle = synthdid.synthdid_estimate(np.vstack([donors, treated]), donors.shape[0], N_PRE)
    error = float(synthdid.jackknife_se(oracle))
    return [
        (
            "  jackknife, three states",
            "synthdid-py",
            error,
            jackknife_standard_error(treated, donors, N_PRE),
            "",
        )
    ]


def pyfixest_rows(smoking: pd.DataFrame) -> list[Row]:
    import pyfixest

    long = smoking.reset_index().melt("State", var_name="Year", value_name="packs").astype({"Year": int})
    long["treated"] = ((long["State"] == "California") & (long["Year"] >= 1989)).astype(int)
    long["california"] = (long["State"] == "California").astype(int)
    problem = Problem(
        smoking.loc["California"].to_numpy(), smoking.drop(index="California").to_numpy(), N_PRE
    )
    twfe = float(pyfixest.feols("packs ~ treated | State + Year", long).coef()["treated"])
    fit = pyfixest.feols("packs ~ i(Year, california, ref=1988) | State + Year", long)
    distance = np.abs(np.delete(event_study(problem), N_PRE - 1) - fit.coef().to_numpy()).max()
    return [
        (
            "Two-way fixed effects, Prop 99",
            "pyfixest",
            twfe,
            mean_effect(DifferenceInDifferences(), problem),
            "",
        ),
        ("Event study, largest difference of 30", "pyfixest", 0.0, float(distance), ""),
    ]


def nsw_rows() -> list[Row]:
    from causaldata import nsw_mixtape

    people = nsw_mixtape.load_pandas().data
    treated = people.loc[people["treat"] == 1, "re78"].mean()
    control = people.loc[people["treat"] == 0, "re78"].to_numpy()
    problem = Problem(np.array([0.0, treated]), np.column_stack([np.zeros(control.size), control]), 1)
    ours = mean_effect(DifferenceInDifferences(), problem)
    return [
        ("NSW experiment, ATT", "Dehejia and Wahba 1999; causaldata", 1794.3, ours, "difference in means")
    ]


def minimum_wage_rows() -> list[Row]:
    source = "Callaway and Sant'Anna 2021; moderndid"
    names = (("Minimum wage, simple ATT", -0.0400), ("Minimum wage, by cohort", -0.0310))
    spec = importlib.util.find_spec("moderndid")
    if spec is None or spec.submodule_search_locations is None:
        return [(name, source, value, None, "data need Python 3.12") for name, value in names]
    path = Path(next(iter(spec.submodule_search_locations))) / "core" / "datasets" / "mpdta_long.pkl.gz"
    counties = pd.read_pickle(path)
    wide = counties.pivot_table(index="countyreal", columns="year", values="lemp")
    cohort = counties.groupby("countyreal")["first.treat"].first()
    effects, sizes, means = [], [], []
    for first in sorted(set(cohort) - {0}):
        members = wide[cohort == first]
        problem = Problem(
            members.mean().to_numpy(), wide[cohort == 0].to_numpy(), list(wide.columns).index(first)
        )
        gap = (problem.target - DifferenceInDifferences(1).fit(problem).path)[problem.n_pre :]
        effects += list(gap)
        sizes += [len(members)] * gap.size
        means.append((gap.mean(), len(members)))
    simple = float(np.average(effects, weights=sizes))
    by_cohort = float(np.average([mean for mean, _ in means], weights=[size for _, size in means]))
    return [
        (name, source, value, ours, "double differences against the never treated")
        for (name, value), ours in zip(names, (simple, by_cohort), strict=True)
    ]


def main() -> None:
    warnings.simplefilter("ignore")
    smoking = smoking_table()
    rows = smoking_rows(smoking) + pyfixest_rows(smoking) + nsw_rows() + minimum_wage_rows()
    lines = ["| case | source | published | ours | difference | remark |", "|---|---|---|---|---|---|"]
    for case, source, published, ours, remark in rows:
        numbers = ["–" if value is None else f"{value:.4f}" for value in (published, ours)]
        apart = "–" if published is None or ours is None else f"{ours - published:.2g}"
        lines.append(f"| {case} | {source} | {numbers[0]} | {numbers[1]} | {apart} | {remark} |")
    text = "# Published answers\n\nMade by `python benchmarks/effects_reference.py`, "
    text += f"Python {platform.python_version()}.\n\n" + "\n".join(lines) + "\n"
    target = Path(__file__).parent / "results" / "effects_reference.md"
    target.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
