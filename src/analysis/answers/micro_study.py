"""Notebooks 05 and 07: one synthetic municipality, estimated once, with its truth beside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.micro.assess import MeasureResult, assess
from analysis.micro.generator import Microdata, Starters, Truth, generate_with_starters, true_effect
from analysis.micro.history import History, build_history
from analysis.micro.municipality import MEASURES, Municipality
from analysis.micro.naive import Naive, naive
from analysis.micro.trial import emulate
from foundation.memory import remember

#: Scale of the example: about 5 000 persons in 60 months, two fifths of the calibrated municipality.
INFLOW = 45.0
SEED = 2026
DRAWS = 100
CLONES = 12
#: The measure whose groups and balance are shown.
SHOWN_IN_FULL = "jobbspar"
TITLES = {measure.name: measure.title for measure in MEASURES}
#: What the generator was told; printed beside what the method found.
PURPOSE = {
    "jobbspar": "hjälper till arbete och ges oftare till dem som ändå har lätt att få arbete",
    "motivationskurs": "gör ingen skillnad och ges oftare till dem som har varit länge i bistånd",
    "sprakpraktik": "låser in först och hjälper sedan, och ges oftare till dem som har svårt att få arbete",
    "studiestart": "hjälper till studier och ges oftare till unga",
}


@dataclass(frozen=True)
class Study:
    """The synthetic municipality and what was found in it.

    Attributes
    ----------
    data, history
        Tables and arrays.
    results, truths, naives
        By measure name.
    """

    data: Microdata
    history: History
    results: dict[str, MeasureResult]
    truths: dict[str, Truth]
    naives: dict[str, Naive]


def synthetic_town(inflow: float = INFLOW, seed: int = SEED) -> tuple[Microdata, History, list[Starters]]:
    """Generate the example municipality of both notebooks; `inflow` is persons a month with new bistånd."""
    data, starters = generate_with_starters(Municipality(inflow=inflow), seed)
    return data, build_history(data.spells, data.measures, data.background, data.window), starters


def open_study(inflow: float = INFLOW, seed: int = SEED, draws: int = DRAWS) -> Study:
    """Generate, estimate and simulate the truth: ten to twenty seconds, deterministic.

    Parameters
    ----------
    draws
        Bootstrap draws behind each interval.
    """
    return remember(
        "exempelstudie",
        (inflow, seed, draws, CLONES),
        ("analysis.calendar", "analysis.micro", "analysis.answers.micro_study"),
        lambda: _make_study(inflow, seed, draws),
    )


def _make_study(inflow: float, seed: int, draws: int) -> Study:
    data, history, starters = synthetic_town(inflow, seed)
    results, truths, naives = {}, {}, {}
    town = Municipality(inflow=inflow)
    for number, name in enumerate(history.measures):
        results[name] = assess(
            history, number, data.status, draws=draws, seed=seed, groups=name == SHOWN_IN_FULL
        )
        truths[name] = true_effect(town, starters[number], 24, CLONES, seed)
        naives[name] = naive(emulate(history, number), 12)
    return Study(data, history, results, truths, naives)


def monthly_truth(truth: Truth) -> pd.DataFrame:
    """Columns ``manad, sann_med, sann_utan, sann_skillnad`` in per cent and percentage points."""
    start = truth.left_start[:, :2].sum(axis=1) * 100
    without = truth.left_not[:, :2].sum(axis=1) * 100
    return pd.DataFrame(
        {
            "manad": np.arange(1, len(start) + 1),
            "sann_med": start,
            "sann_utan": without,
            "sann_skillnad": start - without,
        }
    )
