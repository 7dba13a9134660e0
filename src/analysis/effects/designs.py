"""The designs on offer, and the default that the tournament chose."""

from __future__ import annotations

from typing import Final

from analysis.effects.did import DifferenceAgainstNation, DifferenceInDifferences
from analysis.effects.ensemble import Ensemble
from analysis.effects.entry import Entry
from analysis.effects.factor_model import InteractiveFixedEffects
from analysis.effects.its import SegmentedRegression, StructuralModel
from analysis.effects.lag_regression import ConditionalTrend
from analysis.effects.pools import AllMunicipalities, LargeMunicipalities, NearestMunicipalities
from analysis.effects.synthetic_control import NestedSyntheticControl, SyntheticControl
from analysis.effects.synthetic_did import SyntheticDiD

ALL: Final = AllMunicipalities()
LARGE_POOL: Final = LargeMunicipalities()
NEAREST: Final = NearestMunicipalities(30)
NEIGHBOURHOOD: Final = NearestMunicipalities(100)

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

#: Winner of the tournament on windows that ended before either of Uppsala's plans and Lund's decision could
#: have shown (2019), by `tournament.criterion`; see benchmarks/results/effects_tournament.md.
DEFAULT: Final = Entry(ConditionalTrend(size_power=0.5), NEIGHBOURHOOD)
