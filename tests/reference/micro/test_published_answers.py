"""The module's models against kept libraries and published values, on public data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.micro.checks import e_value
from analysis.micro.logistic import fit_binary, logistic

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),  # raised inside lifelines
]


def test_discrete_hazard_agrees_with_cox_on_rossi() -> None:
    """Weekly cloglog hazard with a free baseline is Cox's model for grouped time."""
    from lifelines import CoxPHFitter
    from lifelines.datasets import load_rossi

    rossi = load_rossi()
    names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    cox = CoxPHFitter().fit(rossi, "week", "arrest").params_
    long = rossi.loc[rossi.index.repeat(rossi["week"])].copy()
    long["t"] = long.groupby(level=0).cumcount() + 1
    event = ((long["t"] == long["week"]) & (long["arrest"] == 1)).to_numpy(float)
    # Weeks without an arrest carry no information about the covariates.
    busy = np.unique(long["t"][event == 1])
    kept = long["t"].isin(busy).to_numpy()
    weeks = (long["t"].to_numpy()[kept, None] == busy[None, 1:]).astype(float)
    x = np.column_stack([np.ones(kept.sum()), long[names].to_numpy(float)[kept], weeks])
    fit = fit_binary(x, event[kept], link="cloglog", ridge=0.0)
    assert fit.converged
    found = pd.Series(fit.beta[1 : 1 + len(names)], names)
    assert cox["fin"] == pytest.approx(-0.379, abs=0.001)
    np.testing.assert_allclose(found, cox[names], atol=0.006)
    # With the baseline as a function of log time instead of free: -0.382.
    x = np.column_stack([np.ones(len(long)), long[names].to_numpy(float), np.log(long["t"].to_numpy(float))])
    assert fit_binary(x, event, link="cloglog", ridge=0.0).beta[1] == pytest.approx(-0.382, abs=0.0005)


def test_inverse_probability_weighting_gives_hernan_and_robins_answer() -> None:
    """Quitting smoking and weight: 3.4 kg, 95 % interval 2.4 to 4.5 (What If, section 12.2)."""
    import causaldata

    data = causaldata.nhefs_complete.load_pandas().data
    columns = [np.ones(len(data))]
    for name in ("sex", "race"):
        columns.append((data[name].astype(int) == 1).to_numpy(float))
    for name in ("education", "exercise", "active"):
        codes = data[name].astype(int)
        columns += [(codes == level).to_numpy(float) for level in sorted(codes.unique())[1:]]
    for name in ("age", "smokeintensity", "smokeyrs", "wt71"):
        value = data[name].to_numpy(float)
        columns += [value, value**2]
    x = np.column_stack(columns)
    scale = np.r_[1.0, x[:, 1:].std(axis=0)]
    quit_smoking = data["qsmk"].to_numpy(float)
    gain = data["wt82_71"].to_numpy(float)

    fit = fit_binary(x / scale, quit_smoking, ridge=0.0)
    p = logistic(x / scale @ fit.beta)
    means, variances = [], []
    for group, chance in ((quit_smoking, p), (1 - quit_smoking, 1 - p)):
        weight = group / chance
        means.append((weight * gain).sum() / weight.sum())
        variances.append((weight**2 * (gain - means[-1]) ** 2).sum() / weight.sum() ** 2)
    effect, error = means[0] - means[1], np.sqrt(sum(variances))
    assert effect == pytest.approx(3.4405, abs=0.0005)
    assert effect - 1.96 * error == pytest.approx(2.4, abs=0.05)
    assert effect + 1.96 * error == pytest.approx(4.5, abs=0.05)


def test_competing_incidence_agrees_with_aalen_johansen() -> None:
    from lifelines import AalenJohansenFitter

    from analysis.micro.incidence import cumulate

    rng = np.random.default_rng(7)
    time, kind = rng.integers(1, 13, 800), rng.choice([0, 1, 2], 800, p=[0.3, 0.5, 0.2])
    at_risk = np.array([(time >= k).sum() for k in range(1, 13)])
    events = np.array([[((time == k) & (kind == c)).sum() for c in (1, 2)] for k in range(1, 13)])
    mine = cumulate(events / at_risk[:, None])
    for cause in (1, 2):
        # Ties are real here; lifelines wants them jittered unless told that they are not.
        fitter = AalenJohansenFitter(jitter_level=1e-7, seed=1).fit(time, kind, event_of_interest=cause)
        oracle = fitter.cumulative_density_
        last = [oracle[oracle.index <= k + 0.5].iloc[-1, 0] for k in range(1, 13)]
        np.testing.assert_allclose(mine[:, cause - 1], last, atol=0.01)


def test_e_value_is_the_published_formula() -> None:
    assert e_value(3.9, 1.0) == pytest.approx(3.9 + np.sqrt(3.9 * 2.9))
