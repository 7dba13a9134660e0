"""The mean of several designs: averages of forecasts usually beat each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.effects.problem import Counterfactual, Estimator, Problem


@dataclass(frozen=True)
class Ensemble:
    """Equal-weight mean of the members' counterfactual paths.

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
