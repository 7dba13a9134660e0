"""The designs on offer, and the default that the tournament chose."""

from __future__ import annotations

from typing import Final

from analysis.effects.entry import Entry
from analysis.effects.lag_regression import ConditionalTrend
from analysis.effects.pools import AllMunicipalities, LargeMunicipalities, NearestMunicipalities

ALL: Final = AllMunicipalities()
LARGE_POOL: Final = LargeMunicipalities()
NEAREST: Final = NearestMunicipalities(30)
NEIGHBOURHOOD: Final = NearestMunicipalities(100)

#: Winner of the tournament on windows that ended before either of Uppsala's plans and Lund's decision could
#: have shown (2019), by `criterion` in benchmarks/tournament.py; see benchmarks/results/effects_tournament.md.
DEFAULT: Final = Entry(ConditionalTrend(size_power=0.5), NEIGHBOURHOOD)
