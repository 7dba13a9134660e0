"""The numbers of one measure: effects on leaving, lasting exits and months of bistånd, with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from analysis.micro.history import Floats
from analysis.micro.incidence import (
    ArmTable,
    Layout,
    Weights,
    arm_table,
    equal_weights,
    incidence_influence,
    lay_out,
    person_table,
    share_influence,
    start_influence,
    trial_weights,
)
from analysis.micro.outcomes import Outcome, first_exit, lasting_codes, presence
from analysis.micro.trial import StartModel, Trials, fit_start

HORIZONS = (6, 12, 24)
RETURN_MONTHS = 12


@dataclass(frozen=True)
class Contrast:
    """One estimated difference between starting and not starting.

    Attributes
    ----------
    key, label
        Machine name (``"egen_12"``) and Swedish name.
    unit
        ``"procentenheter"`` or ``"månader"``.
    months
        Months since the start that it refers to.
    start, without
        The quantity among starters, and what it would have been without the start (shares in per cent).
    effect, low, high, error
        Difference, 95 % interval and standard error, in the unit.
    """

    key: str
    label: str
    unit: str
    months: int
    start: float
    without: float
    effect: float
    low: float
    high: float
    error: float

    @property
    def p_value(self) -> float:
        """Two-sided p value of no difference (normal approximation)."""
        return float(2 * norm.sf(abs(self.effect) / self.error)) if self.error > 0 else 1.0


@dataclass(frozen=True)
class Curves:
    """Month-by-month results, months 1 .. K.

    Attributes
    ----------
    left_start, left_without : (K,)
        Share (per cent) who have left to work or studies.
    difference, low, high : (K,)
        Their difference in percentage points with a pointwise 95 % interval.
    on_start, on_without : (K,)
        Share (per cent) with bistånd in the month, returns included.
    """

    left_start: Floats
    left_without: Floats
    difference: Floats
    low: Floats
    high: Floats
    on_start: Floats
    on_without: Floats


@dataclass(frozen=True)
class Estimated:
    """All contrasts and curves of a set of trials, and the (n, contrasts) influences behind the errors."""

    contrasts: tuple[Contrast, ...]
    curves: Curves
    influence: Floats

    def get(self, key: str) -> Contrast:
        """The contrast with this key."""
        return next(contrast for contrast in self.contrasts if contrast.key == key)

    def influence_of(self, key: str) -> Floats:
        """Every person's influence (n,) on the contrast with this key."""
        return self.influence[:, [contrast.key for contrast in self.contrasts].index(key)]


@dataclass(frozen=True)
class _Arms:
    """Both arms of one outcome: tables, and every person's influence (n, K, C) on their differences.

    ``shares`` for the monthly shares, ``incidence`` for the cumulative incidence; None if not asked for.
    """

    start: ArmTable
    without: ArmTable
    shares: Floats | None
    incidence: Floats | None


def horizon_months(trials: Trials) -> int:
    """Longest follow-up that the window allows: 24 months, or all months but one in a short window."""
    return min(HORIZONS[-1], trials.history.window.months - 1)


def estimate(trials: Trials, model: StartModel | None = None, *, lasting: bool = True) -> Estimated:
    """Estimate every contrast with linearised (sandwich) errors clustered on the person.

    The errors count the estimation of the start model. Horizons that the window cannot hold are left out, and
    with `lasting` false also lasting exits and returns.
    """
    model = fit_start(trials) if model is None else model
    coefficients = start_influence(trials, model)
    # One outcome at a time: in a large municipality the layout of each takes hundreds of megabytes.
    arms = [_arms(trials, model, pair, coefficients) for pair in _layouts(trials, lasting)]
    rows = _quantities(trials, *arms)
    influence = np.column_stack([row.influence for row in rows])
    errors = np.sqrt((influence**2).sum(axis=0))
    contrasts = tuple(row.contrast(float(error)) for row, error in zip(rows, errors, strict=True))
    return Estimated(contrasts, _curves(arms[0], arms[1]), influence)


def layouts(trials: Trials, *, lasting: bool = True) -> list[tuple[Layout, Layout]]:
    """Layouts of starters and controls for the first exit, presence and the lasting exit."""
    return list(_layouts(trials, lasting))


def _layouts(trials: Trials, lasting: bool) -> Iterator[tuple[Layout, Layout]]:
    months, treated = horizon_months(trials), np.flatnonzero(trials.treated)
    controls = np.flatnonzero(~trials.treated)

    def pair(outcome: Outcome) -> tuple[Layout, Layout]:
        return lay_out(trials, outcome, treated, months), lay_out(trials, outcome, controls, months)

    yield pair(first_exit(trials))
    yield pair(presence(trials))
    if lasting:
        codes = lasting_codes(trials.history, RETURN_MONTHS)
        yield pair(first_exit(trials, codes, 2, trials.history.window.months - RETURN_MONTHS))


def point_values(
    trials: Trials, model: StartModel, persons: Floats, pairs: Sequence[tuple[Layout, Layout]]
) -> Floats:
    """The contrasts' values with every person counted `persons` (n,) times: one bootstrap draw."""
    equal, weighted = equal_weights(trials, persons), trial_weights(trials, model, persons)
    arms = [
        _Arms(arm_table(treated, equal), arm_table(controls, weighted), None, None)
        for treated, controls in pairs
    ]
    return np.asarray([row.start - row.without for row in _quantities(trials, *arms)])


def _arms(trials: Trials, model: StartModel, pair: tuple[Layout, Layout], coefficients: Floats) -> _Arms:
    def arm(layout: Layout, weights: Weights, used: StartModel | None) -> tuple[ArmTable, Floats]:
        table = arm_table(layout, weights)
        return table, share_influence(table, person_table(trials, layout, weights, used), coefficients)

    start, first = arm(pair[0], equal_weights(trials), None)
    without, second = arm(pair[1], trial_weights(trials, model), model)
    incidence = incidence_influence(start, first) - incidence_influence(without, second)
    return _Arms(start, without, first - second, incidence)


@dataclass(frozen=True)
class _Quantity:
    key: str
    label: str
    unit: str
    months: int
    start: float
    without: float
    influence: Floats

    def contrast(self, error: float) -> Contrast:
        effect = self.start - self.without
        margin = norm.ppf(0.975) * error
        return Contrast(
            self.key, self.label, self.unit, self.months, self.start, self.without, effect,
            effect - margin, effect + margin, error,
        )  # fmt: skip


def _quantities(trials: Trials, left: _Arms, stays: _Arms, lasting: _Arms | None = None) -> list[_Quantity]:
    """Every reported quantity in a fixed order; shares in per cent."""
    rows, months = [], horizon_months(trials)
    for horizon in (h for h in HORIZONS if h <= months):
        where = f"inom {horizon} månader"
        rows += [
            _own(left, horizon),
            _incidence("arbete", f"har lämnat biståndet för arbete {where}", left, (0,), horizon),
            _incidence("studier", f"har lämnat biståndet för studier {where}", left, (1,), horizon),
            _incidence("alla", f"har lämnat biståndet {where}", left, (0, 1, 2), horizon),
            _stay(f"månader med bistånd {where}", stays, horizon),
        ]
    horizon = RETURN_MONTHS
    if lasting is not None and horizon <= months and horizon < trials.history.window.months - RETURN_MONTHS:
        where = f"inom {horizon} månader"
        rows += [
            _incidence("varaktigt", f"har lämnat biståndet {where} och hållit sig utan i ett år", lasting, (0,), horizon),
            _incidence("återkommit", f"har lämnat {where} men återkommit inom ett år", lasting, (1,), horizon),
        ]  # fmt: skip
    return rows


def _own(left: _Arms, horizon: int) -> _Quantity:
    label = f"har lämnat biståndet för arbete eller studier inom {horizon} månader"
    return _incidence("egen", label, left, (0, 1), horizon)


def _incidence(key: str, label: str, arms: _Arms, codes: tuple[int, ...], horizon: int) -> _Quantity:
    def value(table: ArmTable) -> float:
        return float(table.incidence[horizon - 1, list(codes)].sum() * 100)

    influence = np.zeros(1)
    if arms.incidence is not None:
        influence = arms.incidence[:, horizon - 1, list(codes)].sum(axis=1) * 100
    return _Quantity(
        f"{key}_{horizon}",
        label,
        "procentenheter",
        horizon,
        value(arms.start),
        value(arms.without),
        influence,
    )


def _stay(label: str, arms: _Arms, horizon: int) -> _Quantity:
    influence = np.zeros(1) if arms.shares is None else arms.shares[:, :horizon, 0].sum(axis=1)
    return _Quantity(
        f"månader_{horizon}", label, "månader", horizon,
        float(arms.start.hazards[:horizon, 0].sum()), float(arms.without.hazards[:horizon, 0].sum()),
        influence,
    )  # fmt: skip


def _curves(left: _Arms, stays: _Arms) -> Curves:
    assert left.incidence is not None
    error = np.sqrt((left.incidence[:, :, :2].sum(axis=2) ** 2).sum(axis=0)) * 100
    start = left.start.incidence[:, :2].sum(axis=1) * 100
    without = left.without.incidence[:, :2].sum(axis=1) * 100
    margin = norm.ppf(0.975) * error
    difference = start - without
    return Curves(
        start, without, difference, difference - margin, difference + margin,
        stays.start.hazards[:, 0] * 100, stays.without.hazards[:, 0] * 100,
    )  # fmt: skip
