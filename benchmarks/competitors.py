"""The designs that compete in the tournament; the winner is `analysis.effects.designs.DEFAULT`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.effects.designs import ALL, NEAREST, NEIGHBOURHOOD
from analysis.effects.did import DifferenceAgainstNation, DifferenceInDifferences
from analysis.effects.entry import Entry
from analysis.effects.factor_model import InteractiveFixedEffects
from analysis.effects.its import SegmentedRegression, StructuralModel
from analysis.effects.lag_regression import ConditionalTrend
from analysis.effects.problem import Counterfactual, Estimator, Problem
from analysis.effects.synthetic_control import NestedSyntheticControl, SyntheticControl
from analysis.effects.synthetic_did import SyntheticDiD


@dataclass(frozen=True)
class Ensemble:
    """Averages of forecasts usually beat each of them: equal-weight mean of the members' counterfactual paths.

    Parameters
    ----------
    members
        The designs to average.
    """

    members: tuple[Estimator, ...]

    @property
    def name(self) -> str:
        """Identifier."""
        return "mean(" + ",".join(member.name for member in self.members) + ")"

    @property
    def label(self) -> str:
        """Swedish name."""
        return "medelvärde av " + ", ".join(member.label for member in self.members)

    def fit(self, problem: Problem) -> Counterfactual:
        """Average the members."""
        paths = np.stack([member.fit(problem).path for member in self.members])
        return Counterfactual(path=paths.mean(axis=0))


#: Every design with level and logarithm; pools and variants beside them.
COMPETITORS: Final[tuple[Entry, ...]] = tuple(
    Entry(estimator, pool, log)
    for log in (False, True)
    for estimator, pool in (
        (DifferenceAgainstNation(), ALL),
        (DifferenceInDifferences(), ALL),
        (DifferenceInDifferences(1), ALL),
        (DifferenceInDifferences(3), ALL),
        (DifferenceInDifferences(1), NEAREST),
        (SyntheticControl(), ALL),
        (SyntheticControl(ridge=1.0), ALL),
        (SyntheticControl(intercept=True), ALL),
        (SyntheticControl(intercept=True, ridge=1.0), ALL),
        (SyntheticControl(intercept=True, ridge=1.0), NEAREST),
        (NestedSyntheticControl(), ALL),
        (SyntheticDiD(), ALL),
        (SyntheticDiD(), NEAREST),
        (InteractiveFixedEffects(1), ALL),
        (InteractiveFixedEffects(2), ALL),
        (ConditionalTrend(size_power=0.0), ALL),
        (ConditionalTrend(size_power=0.5), ALL),
        (ConditionalTrend(size_power=1.0), ALL),
        (ConditionalTrend(size_power=0.5), NEIGHBOURHOOD),
        (Ensemble((ConditionalTrend(size_power=0.5), SyntheticDiD())), ALL),
        (SegmentedRegression(), ALL),
        (StructuralModel(), ALL),
    )
)
