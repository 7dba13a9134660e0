"""Treatments and confounders that change from period to period: published weights and models, on data that zEpid carries.

Three examples. The made-up HIV cohort of zEpid's own guide (547 persons by week; treatment once begun goes on, and the CD4
count and the viral load both steer it and follow from it): its treatment weights as the guide prints them, and its dropout
weights as SAS gave them (zEpid's ``test_match_sas_weights``). And the bone marrow transplants of Keil et al. (2014,
Epidemiology 25:889; 137 persons by day, graft-versus-host disease, platelets and relapse): the pooled logistic models of
falling ill and of dying, as printed in zEpid's replication of it (zEpid-replications, Keil_2014). And the effect of
treatment in three rounds, on 1,000 made-up persons (``load_longitudinal_data``), which the guide prints under "Iterative
Conditional g-formula": estimated with the project's regression, and with its trials and treatment weights.

The data are read from the installed package, whose code is not loaded: it needs a module that newer Pythons lack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.micro.hazard import fit_competing
from analysis.micro.history import Window, build_history
from analysis.micro.incidence import Weights, arm_table, lay_out
from analysis.micro.logistic import fit_binary, logistic
from analysis.micro.outcomes import first_exit
from analysis.micro.trial import Trials, emulate, log_stay
from analysis.micro.vocabulary import BACKGROUND

pytestmark = pytest.mark.reference

#: Of the treatment weights, all 27 382 person-weeks: zEpid's guide, "Time-varying".
GUIDE = {
    "mean": 0.991776, "std": 0.601284, "min": 0.068958, "25%": 0.721254, "50%": 0.961638, "75%": 1.083521, "max": 9.464515,
}  # fmt: skip
#: Of the dropout weights: SAS.
SAS = {"mean": 0.9993069, "max": 1.7980410, "min": 0.8986452}
#: Keil: coefficients as printed (four significant decimals or fewer).
ILL = {
    "constant": -7.2506, "all": 0.6005, "cmv": 0.1046, "male": -0.1468, "age": -0.0024, "age1": 0.0001, "age2": -0.0001,
    "platnormm1": 0.4304, "daysnoplatnorm": 0.0099, "relapsem1": 0.0871, "daysnorelapse": 0.0911, "day": -0.0798,
    "day2": -4.389e-05, "wait": 0.0129,
}  # fmt: skip
DEAD = {
    "constant": -7.3353, "all": -0.0493, "cmv": -0.1400, "male": 0.1410, "age": 0.0447, "agesq": -0.0003, "day": -0.0029,
    "day2": -7.555e-08, "gvhd": 0.9856, "platnorm": -1.1071, "daysnoplatnorm": -0.0004, "relapse": 3.1165,
    "daysnorelapse": 0.0003, "day3": 4.517e-10, "wait": 0.0087, "day gvhd": -0.0022, "day2 gvhd": 5.172e-06,
    "day3 gvhd": -2.989e-09,
}  # fmt: skip
ILL_ERRORS = {"all": 0.287, "platnormm1": 0.476, "relapsem1": 1.553, "daysnorelapse": 0.107, "wait": 0.010}
DEAD_ERRORS = {"all": 0.291, "gvhd": 0.676, "platnorm": 0.420, "relapse": 0.283, "wait": 0.011}
#: Risk of the outcome by the last round under a plan of treatment: zEpid's guide, and its risk difference of -19.5 points.
PLANS = {(1, 1, 1): 0.433, (0, 0, 0): 0.433 + 0.195, (1, 0, 0): 0.547, (1, 1): 0.350}


def _data(name: str) -> Path:
    spec = find_spec("zepid")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets" / name


def _emulated(spells: pd.DataFrame, starts: pd.DataFrame, periods: int) -> Trials:
    """The project's own trials of persons without a background: everyone begins in period 0."""
    background = spells[["person", "start"]].assign(**dict.fromkeys(BACKGROUND, 0), earlier_months=0)
    measures = starts.assign(measure="started", end=periods - 1, planned=0)
    return emulate(build_history(spells, measures, background, Window(0, periods - 1)), 0)


def _cohort() -> tuple[pd.DataFrame, Trials]:
    names = [
        "id",
        "enter",
        "out",
        "male",
        "age0",
        "cd40",
        "dvl0",
        "cd4",
        "dvl",
        "art",
        "drop",
        "dead",
        "rest",
    ]
    data = pd.read_csv(_data("data.dat"), sep=r"\s+", header=None, names=names)
    data = data.sort_values(["id", "enter"], kind="stable").reset_index(drop=True)
    last = data.drop_duplicates("id", keep="last")
    spells = pd.DataFrame(
        {"person": last["id"], "start": 0, "end": last["enter"], "cause": np.where(last["dead"] == 1, 3, 0)}
    )
    starts = data[data["art"] == 1].drop_duplicates("id")[["id", "enter"]]
    return data, _emulated(spells, starts.set_axis(["person", "start"], axis=1), 60)


def _powers(data: pd.DataFrame, order: Mapping[str, int]) -> np.ndarray:
    """Powers of columns, turned into a basis of the same space that a computer can calculate with."""
    columns = [data[name].to_numpy(float) ** k for name, most in order.items() for k in range(1, most + 1)]
    x = np.column_stack(columns)
    x = np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / x.std(axis=0)])
    basis = np.linalg.qr(x)[0] * np.sqrt(len(x))
    return np.column_stack([np.ones(len(x)), basis[:, 1:]])


def _chance(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    fit = fit_binary(x, y.astype(float), ridge=0.0)
    assert fit.converged
    return logistic(x @ fit.beta)


def test_treatment_weights_over_time_are_the_published_ones() -> None:
    data, trials = _cohort()
    before = (data.groupby("id")["art"].shift(1).fillna(0) == 0).to_numpy()
    assert len(trials.person) == before.sum() == 9647
    np.testing.assert_array_equal(trials.treated, data["art"].to_numpy()[before] == 1)

    def received(x: np.ndarray) -> np.ndarray:
        """The chance of what each person has received so far; the guide counts the first week as given."""
        p = np.where(trials.month == 0, 0.0, _chance(x[before], trials.treated))
        without = np.exp(-log_stay(trials, p))[1:]
        return np.where(trials.treated & (trials.month > 0), without * p / (1 - p), without)

    background = {"male": 1, "age0": 3, "dvl0": 1, "cd40": 3, "dvl": 1, "cd4": 3}
    weights = pd.Series(np.nan, data.index)
    weights[before] = received(_powers(data, {"enter": 3})) / received(
        _powers(data, {"enter": 3, **background})
    )
    found = weights.ffill().describe()
    np.testing.assert_allclose(found[list(GUIDE)], list(GUIDE.values()), atol=6e-7)


def test_dropout_weights_over_time_are_those_of_sas() -> None:
    data, trials = _cohort()
    lost = ((data["id"] != data["id"].shift(-1)) & (data["dead"] == 0) & (data["enter"] < 59)).to_numpy()
    everyone = replace(trials, person=data["id"].to_numpy(), month=data["enter"].to_numpy())
    background = {"male": 1, "age0": 3, "dvl0": 1, "cd40": 3, "dvl": 1, "cd4": 3}
    stay = [
        log_stay(everyone, _chance(_powers(data, order), lost))[1:]
        for order in ({"enter": 3, **background}, {"enter": 3})
    ]
    weights = np.exp(stay[0] - stay[1])
    np.testing.assert_allclose(
        [weights.mean(), weights.max(), weights.min()], list(SAS.values()), rtol=0, atol=6e-8
    )


def _transplants() -> tuple[pd.DataFrame, Trials]:
    """One row a person and day, in Keil's columns, and the trials of falling ill."""
    persons = pd.read_csv(_data("gvhd.dat"), sep=r"\s+")
    days = persons.loc[persons.index.repeat(persons["t"])].reset_index(drop=True)
    days["day"] = days.groupby("id").cumcount() + 1
    for name, column in (("gvhd", "t_gvhd"), ("relapse", "t_rel"), ("platnorm", "t_pla")):
        days[name] = (days["day"] > days[column]).astype(int)
        days[f"{name}m1"] = (days["day"] - 1 > days[column]).astype(int)
    for name in ("relapse", "platnorm"):
        counted = days["day"].where(days[name] == 0)
        days[f"daysno{name}"] = counted.groupby(days["id"]).ffill().fillna(0)
    age = days["age"]
    days["age1"] = (age > 17) * (age - 17.0) ** 3 - (age > 30) * (age - 30.0) ** 3 * (41.4 - 17) / (41.4 - 30)
    days["age2"] = (age > 25.4) * (age - 25.4) ** 3 - (age > 41.4) * (age - 41.4) ** 3 * (41.4 - 25.4) / (
        41.4 - 30
    )
    spells = pd.DataFrame(
        {"person": persons["id"], "start": 0, "end": persons["t"] - 1, "cause": 3 * persons["d_dea"]}
    )
    ill = persons[persons["d_gvhd"] == 1]
    days = days.assign(
        constant=1, agesq=age**2, wait=days["waitdays"] / 30.5, day2=days["day"] ** 2, day3=days["day"] ** 3
    )
    for power in ("day", "day2", "day3"):
        days[f"{power} gvhd"] = days[power] * days["gvhd"]
    return days, _emulated(spells, pd.DataFrame({"person": ill["id"], "start": ill["t_gvhd"]}), 1825)


def _as_printed(
    beta: np.ndarray, errors: np.ndarray, printed: Mapping[str, float], wide: Mapping[str, float]
) -> None:
    """Compare with what was printed, to half a unit of its last decimal."""
    for name, value in zip(printed, beta, strict=True):
        tiny = abs(printed[name]) < 1e-4 and name != "age2"
        half = abs(printed[name]) * 2e-4 if tiny else 5.1e-5
        assert value == pytest.approx(printed[name], abs=half), name
    found = dict(zip(printed, errors, strict=True))
    assert [found[name] for name in wide] == pytest.approx(list(wide.values()), abs=5.1e-4)


def test_falling_ill_is_modelled_as_keil_does() -> None:
    days, trials = _transplants()
    rows = days[days["gvhdm1"] == 0]
    history = trials.history
    person, day = np.nonzero(history.on & ~history.started[0])
    assert len(person) == len(rows) == 54_617
    ill = history.start[0][person, day]
    np.testing.assert_array_equal(ill, rows["gvhd"] == 1)
    # Nobody falls ill in the first week: the emulation leaves it out, as nobody there can be compared; Keil keeps it.
    assert (trials.participants, len(trials.person)) == (72, int((rows["day"] > 7).sum()))
    x = rows[list(ILL)].to_numpy(float)
    scale = np.r_[1.0, x[:, 1:].std(axis=0)]
    fit = fit_binary(x / scale, ill.astype(float), ridge=0.0)
    assert fit.converged
    _as_printed(fit.beta / scale, fit.standard_errors / scale, ILL, ILL_ERRORS)


def test_dying_is_modelled_as_keil_does() -> None:
    days, trials = _transplants()
    history = trials.history
    person, day = np.nonzero(history.on)
    assert len(person) == len(days) == 108_714
    died = (history.exit[person, day] == 3).astype(np.int64)
    x = days[list(DEAD)].to_numpy(float)
    scale = np.abs(x).max(axis=0)
    fit = fit_competing(x / scale, died, causes=1, ridge=0.0)
    _as_printed(fit.beta[0] / scale, fit.standard_errors[0] / scale, DEAD, DEAD_ERRORS)


def _rounds() -> pd.DataFrame:
    return pd.read_csv(_data("longitudinal.dat")).assign(constant=1.0)


def _plan_risk(data: pd.DataFrame, plan: tuple[int, ...]) -> float:
    """Risk under a plan by regression backwards, round by round (Bang & Robins 2005, Biometrics 61:962)."""
    models = (["A1", "L1"], ["A2", "A1", "L2"], ["A3", "A2", "L3"])
    planned = data.assign(**{f"A{k + 1}": treated for k, treated in enumerate(plan)})
    later = np.full(len(data), np.nan)
    for k in range(len(plan), 0, -1):
        names = ["constant", *models[k - 1]]
        outcome = np.where(np.isnan(later), data[f"Y{k}"], later)
        there = ~np.isnan(outcome)
        fit = fit_binary(data.loc[there, names].to_numpy(float), outcome[there], ridge=0.0)
        assert fit.converged
        later = np.where(there, logistic(planned[names].to_numpy(float) @ fit.beta), np.nan)
    return float(later.mean())


@pytest.mark.parametrize("plan", PLANS)
def test_the_effect_of_treatment_over_time_is_the_published_one(plan: tuple[int, ...]) -> None:
    assert round(_plan_risk(_rounds(), plan), 3) == pytest.approx(PLANS[plan])


def test_trials_and_weights_agree_with_the_published_effect() -> None:
    """The project's own chain: who starts when, what it was steered by, weights, and incidence arm by arm.

    It models treatment and not the outcome, so its answer is another one; 0.03 is its standard error.
    """
    data = _rounds()
    happened = data[["Y1", "Y2", "Y3"]].fillna(0).to_numpy() == 1
    end = np.where(happened.any(axis=1), happened.argmax(axis=1), 2)
    spells = pd.DataFrame({"person": data["id"], "start": 0, "end": end, "cause": 3 * happened.any(axis=1)})
    given = data[["A1", "A2", "A3"]].fillna(0).to_numpy() == 1
    first = pd.DataFrame({"person": data["id"], "start": given.argmax(axis=1)})[given.any(axis=1)]
    trials = _emulated(spells, first, 3)
    steered = data[["L1", "L2", "L3"]].to_numpy()[trials.person, trials.month]
    rounds = (trials.month[:, None] == np.arange(3)).astype(float)
    p = _chance(np.column_stack([rounds, rounds * steered[:, None]]), trials.treated)
    stay = np.exp(log_stay(trials, p))

    def risk(cells: np.ndarray, weights: Weights, periods: int) -> float:
        layout = lay_out(trials, first_exit(trials), np.flatnonzero(cells & (trials.month == 0)), periods)
        return float(arm_table(layout, weights).incidence[-1].sum())

    never = risk(~trials.treated, Weights(np.ones(len(p)), stay), 3)
    always = risk(trials.treated, Weights(1 / p), 2)
    assert never == pytest.approx(PLANS[0, 0, 0], abs=0.03)
    assert always == pytest.approx(PLANS[1, 1], abs=0.03)
    unweighted = risk(~trials.treated, Weights(np.ones(len(p))), 3)
    assert abs(unweighted - PLANS[0, 0, 0]) > 0.06
