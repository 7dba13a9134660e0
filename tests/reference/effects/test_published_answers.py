"""Published answers on published data. The packages are oracles here and never used by the project."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from published import event_study, jackknife_standard_error

from analysis.effects.did import DifferenceInDifferences
from analysis.effects.its import SegmentedRegression
from analysis.effects.problem import Problem
from analysis.effects.synthetic_control import SyntheticControl
from analysis.effects.synthetic_did import SyntheticDiD, time_weights

pytestmark = pytest.mark.reference
N_PRE = 19


@pytest.fixture(scope="module")
def smoking() -> pd.DataFrame:
    """Packs per head, 39 states x 1970-2000; California is treated from 1989."""
    import synthdid

    table = synthdid.load_california_prop99()
    return table.pivot_table(index="State", columns="Year", values="PacksPerCapita").sort_index()


def study(smoking: pd.DataFrame, state: str = "California", without: tuple[str, ...] = ()) -> Problem:
    donors = smoking.drop(index=[state, *without])
    return Problem(smoking.loc[state].to_numpy(), donors.to_numpy(), N_PRE)


def effect(problem: Problem, path: np.ndarray) -> float:
    return float((problem.target - path)[problem.n_pre :].mean())


def test_prop99_difference_in_differences(smoking: pd.DataFrame) -> None:
    problem = study(smoking)
    assert effect(problem, DifferenceInDifferences().fit(problem).path) == pytest.approx(-27.349, abs=5e-4)


def test_prop99_synthetic_difference_in_differences(smoking: pd.DataFrame) -> None:
    """Published -15.604; the exact minimum, which Frank-Wolfe stops just short of, gives -15.605."""
    problem = study(smoking)
    assert effect(problem, SyntheticDiD().fit(problem).path) == pytest.approx(-15.604, abs=3e-3)
    np.testing.assert_allclose(time_weights(problem)[-3:], [0.366, 0.206, 0.427], atol=1e-3)
    assert time_weights(problem)[:-3].max() < 1e-6


def test_prop99_synthetic_control_fits_at_least_as_well_as_the_published_one(smoking: pd.DataFrame) -> None:
    """Published -19.620 with a stopped Frank-Wolfe search; the exact minimum gives -19.514 and fits better."""
    import synthdid

    problem = study(smoking)
    result = SyntheticControl().fit(problem)
    assert effect(problem, result.path) == pytest.approx(-19.620, abs=0.12)
    setup = synthdid.panel_matrices(synthdid.load_california_prop99())
    oracle = synthdid.sc_estimate(setup.Y, setup.N0, setup.T0)
    theirs = np.asarray(oracle.weights.omega) @ setup.Y[: setup.N0, :N_PRE]
    misfit_theirs = ((setup.Y[-1, :N_PRE] - theirs) ** 2).sum()
    misfit_ours = ((problem.target - result.path)[:N_PRE] ** 2).sum()
    assert misfit_ours <= misfit_theirs


def test_prop99_outcomes_only_weights(smoking: pd.DataFrame) -> None:
    problem = study(smoking)
    result = SyntheticControl().fit(problem)
    gap = problem.target - result.path
    assert np.sqrt((gap[:N_PRE] ** 2).mean()) == pytest.approx(1.656, abs=1e-3)
    assert gap[-1] == pytest.approx(-26.6, abs=0.05)
    weights = dict(zip(smoking.index.drop("California"), result.weights, strict=True))
    published = {
        "Utah": 0.394,
        "Montana": 0.232,
        "Nevada": 0.205,
        "Connecticut": 0.109,
        "New Hampshire": 0.045,
    }
    for state, weight in published.items():
        assert weights[state] == pytest.approx(weight, abs=1e-3)


@pytest.mark.parametrize("state", ["Utah", "Ohio", "Georgia"])
def test_placebo_states_agree_with_the_authors_algorithm(smoking: pd.DataFrame, state: str) -> None:
    import synthdid

    problem = study(smoking, state, ("California",))
    stacked = np.vstack([problem.donors, problem.target])
    oracle = float(synthdid.synthdid_estimate(stacked, problem.donors.shape[0], N_PRE))
    assert effect(problem, SyntheticDiD().fit(problem).path) == pytest.approx(oracle, abs=0.02)


def test_jackknife_agrees_with_the_authors_algorithm(smoking: pd.DataFrame) -> None:
    import synthdid

    treated = smoking.loc[["Utah", "Ohio", "Georgia"]].to_numpy()
    donors = smoking.drop(index=["Utah", "Ohio", "Georgia", "California"]).to_numpy()
    oracle = synthdid.synthdid_estimate(np.vstack([donors, treated]), donors.shape[0], N_PRE)
    ours = jackknife_standard_error(treated, donors, N_PRE)
    assert ours == pytest.approx(float(synthdid.jackknife_se(oracle)), rel=0.01)


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")  # of the oracle itself
def test_two_way_fixed_effects_and_event_study_equal_pyfixest(smoking: pd.DataFrame) -> None:
    import pyfixest

    long = smoking.reset_index().melt("State", var_name="Year", value_name="packs").astype({"Year": int})
    long["treated"] = ((long["State"] == "California") & (long["Year"] >= 1989)).astype(int)
    long["california"] = (long["State"] == "California").astype(int)
    problem = study(smoking)
    twfe = pyfixest.feols("packs ~ treated | State + Year", long).coef()["treated"]
    ours = effect(problem, DifferenceInDifferences().fit(problem).path)
    np.testing.assert_allclose(ours, twfe, rtol=1e-8)
    fit = pyfixest.feols("packs ~ i(Year, california, ref=1988) | State + Year", long)
    coefficients = fit.coef().to_numpy()
    np.testing.assert_allclose(np.delete(event_study(problem), N_PRE - 1), coefficients, rtol=1e-8, atol=1e-9)


def test_nsw_experiment_is_a_double_difference_from_zero() -> None:
    """Lalonde's experiment: with zero as the common baseline the estimate is the difference in means, 1794.3."""
    from causaldata import nsw_mixtape

    people = nsw_mixtape.load_pandas().data
    treated = people.loc[people["treat"] == 1, "re78"].mean()
    control = people.loc[people["treat"] == 0, "re78"].to_numpy()
    problem = Problem(np.array([0.0, treated]), np.column_stack([np.zeros(control.size), control]), 1)
    assert effect(problem, DifferenceInDifferences().fit(problem).path) == pytest.approx(1794.3, abs=0.05)


def test_segmented_regression_equals_least_squares_on_the_gap(smoking: pd.DataFrame) -> None:
    from statsmodels.regression.linear_model import OLS

    control = smoking.drop(index="California").mean().to_numpy()
    problem = Problem(
        smoking.loc["California"].to_numpy(), smoking.drop(index="California").to_numpy(), N_PRE
    )
    time = np.arange(control.size, dtype=float)
    design = np.column_stack([np.ones_like(time), time])
    gap = problem.target - control
    line = design @ OLS(gap[:N_PRE], design[:N_PRE]).fit().params
    np.testing.assert_allclose(SegmentedRegression().fit(problem).path, control + line, rtol=1e-9)


def minimum_wage() -> pd.DataFrame:
    """County employment (Callaway and Sant'Anna 2021) as `moderndid` ships it."""
    spec = importlib.util.find_spec("moderndid")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    root = Path(next(iter(spec.submodule_search_locations)))
    return pd.read_pickle(root / "core" / "datasets" / "mpdta_long.pkl.gz")


def group_time_effects(counties: pd.DataFrame) -> pd.DataFrame:
    """Each cohort's mean against the never treated, baseline the year before: one double difference a cohort."""
    wide = counties.pivot_table(index="countyreal", columns="year", values="lemp")
    cohort = counties.groupby("countyreal")["first.treat"].first()
    rows = []
    for first in sorted(set(cohort) - {0}):
        n_pre = list(wide.columns).index(first)
        members = wide[cohort == first]
        problem = Problem(members.mean().to_numpy(), wide[cohort == 0].to_numpy(), n_pre)
        gap = problem.target - DifferenceInDifferences(1).fit(problem).path
        rows += [
            (first, wide.columns[column], len(members), gap[column]) for column in range(n_pre, gap.size)
        ]
    return pd.DataFrame(rows, columns=["cohort", "year", "size", "effect"])


if importlib.util.find_spec("moderndid"):  # the package exists from Python 3.12

    def test_minimum_wage_cohorts_aggregate_to_the_published_answers() -> None:
        """mpdta, no covariates: simple -0.0400, by cohort -0.0310."""
        table = group_time_effects(minimum_wage())
        simple = np.average(table["effect"], weights=table["size"])
        by_cohort = table.groupby("cohort").agg(effect=("effect", "mean"), size=("size", "first"))
        assert simple == pytest.approx(-0.0400, abs=5e-5)
        assert np.average(by_cohort["effect"], weights=by_cohort["size"]) == pytest.approx(-0.0310, abs=5e-5)
