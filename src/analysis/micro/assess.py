"""One measure's whole answer: effect, checks, verdict - or the reason why nothing can be said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analysis.effects.multiplicity import holm
from analysis.micro import checks, wording
from analysis.micro.bootstrap import bootstrap, with_bootstrap
from analysis.micro.checks import Check, NegativeControl
from analysis.micro.estimates import Contrast, Curves, Estimated, estimate
from analysis.micro.groups import Dose, GroupEffects, dose, group_effects
from analysis.micro.hazard import fit_hazard, predicted_incidence
from analysis.micro.history import History
from analysis.micro.robust import doubly_robust
from analysis.micro.trial import StartModel, Trials, emulate, fit_start

#: The contrast that the verdict is about.
MAIN: Final = "egen_12"
#: Fewest participants for an estimate at all.
FEWEST_PARTICIPANTS: Final = 30
SHORTEST_WINDOW: Final = 14
#: From this many participants the linearised interval is used; benchmarks/results/micro_montecarlo.md shows its coverage.
MANY_PARTICIPANTS: Final = 500
DRAWS: Final = 200
CLEAR: Final = "tydlig"
WEAK: Final = "svag"
NOT_SEEN: Final = "går inte att skilja från noll"
NOT_ASSESSABLE: Final = "inte bedömbar"


@dataclass(frozen=True)
class MeasureResult:
    """Everything that is said about a measure. No field holds anything about a single person.

    Attributes
    ----------
    measure, status
        Name; ``"synthetic"`` or ``"observed"``.
    participants, control_months
        Starters and control person-months; None when hidden because they are few.
    verdict, reason
        One of the four verdicts and the Swedish sentence behind it.
    contrasts, curves
        Empty and None when not assessable.
    checks
        Outcomes in the order they are printed.
    groups, dose, leads
        Effects by group, by planned length, and the year before the spell.
    detectable
        Minimal detectable effect (percentage points) for the main contrast.
    fewer
        What the measure has meant for the number with bistånd in an average month; None without a long enough window.
    p_adjusted
        The main contrast's p value with regard to how many measures were tried (Holm); None when nothing was estimated.
    """

    measure: str
    status: str
    participants: int | None
    control_months: int | None
    verdict: str
    reason: str
    contrasts: tuple[Contrast, ...]
    curves: Curves | None
    checks: tuple[Check, ...]
    groups: GroupEffects | None
    dose: Dose | None
    leads: NegativeControl | None
    detectable: float | None
    fewer: Contrast | None = None
    p_adjusted: float | None = None

    def get(self, key: str = MAIN) -> Contrast:
        """The contrast with this key."""
        return next(contrast for contrast in self.contrasts if contrast.key == key)

    @property
    def assessable(self) -> bool:
        """Whether there is an effect to show."""
        return self.verdict != NOT_ASSESSABLE


def assess(
    history: History,
    measure: int,
    status: str,
    *,
    draws: int | None = None,
    seed: int = 1,
    groups: bool = True,
) -> MeasureResult:
    """Emulate the trial of a measure and check it.

    Parameters
    ----------
    draws
        Bootstrap draws; 0 gives linearised intervals, and None those for measures with many participants
        (`MANY_PARTICIPANTS`), whose intervals the bootstrap does not change.
    """
    reason = refusal(history, measure)
    if reason is not None:
        return _refused(history, measure, status, reason)
    trials = emulate(history, measure)
    model = fit_start(trials)
    reason = no_overlap(trials, model)
    if reason is not None:
        return _refused(history, measure, status, reason)
    estimated = estimate(trials, model)
    if draws is None:
        draws = 0 if trials.participants >= MANY_PARTICIPANTS else DRAWS
    if draws:
        estimated = with_bootstrap(estimated, bootstrap(trials, model, estimated, draws, seed))
    length, leads = dose(trials, model), checks.negative_control(trials, model)
    found = (
        _overlap_check(trials, model), _balance_check(trials, model), wording.before_check(leads),
        _second_method(trials, estimated), _doubly_robust(trials, model, estimated),
        wording.hidden_check(estimated.get(MAIN)), wording.dose_check(length),
    )  # fmt: skip
    verdict, text = judge(estimated.get(MAIN), found)
    return MeasureResult(
        history.measures[measure], status, trials.participants, int((~trials.treated).sum()), verdict, text,
        estimated.contrasts, estimated.curves, found,
        group_effects(history, measure) if groups else None, length, leads,
        2.8 * estimated.get(MAIN).error, fewer_in_a_month(estimated, trials),
    )  # fmt: skip


def refusal(history: History, measure: int) -> str | None:
    """Return the Swedish reason why the data cannot say anything about the measure, or None."""
    if history.window.months < SHORTEST_WINDOW:
        return f"uttaget är kortare än {SHORTEST_WINDOW} månader, så ingen kan följas i ett år"
    starts = history.start[measure]
    if starts.sum() < FEWEST_PARTICIPANTS:
        return f"färre än {FEWEST_PARTICIPANTS} personer började i åtgärden under uttagets månader"
    together = wording.started_together(history, measure)
    if together is not None:
        return together
    trials = emulate(history, measure)
    if trials.participants < FEWEST_PARTICIPANTS:
        return (
            f"färre än {FEWEST_PARTICIPANTS} började utan att redan vara i en annan åtgärd, "
            "så starten kan inte skiljas från den andra åtgärden"
        )
    spans = history.last[trials.person, trials.month]
    left = (history.exit[trials.person, spans] > 0) & trials.treated
    if left.sum() == 0:
        return "ingen som började i åtgärden har lämnat biståndet under uttagets månader"
    if ((history.exit[trials.person, spans] > 0) & ~trials.treated).sum() == 0:
        return "ingen utanför åtgärden har lämnat biståndet under uttagets månader"
    return None


def no_overlap(trials: Trials, model: StartModel) -> str | None:
    """Return the reason why starters and others are too different to compare, or None."""
    found = checks.overlap(trials, model)
    if not model.fit.converged:
        return "sannolikheten att börja kan inte skattas: bakgrunden skiljer deltagare från andra helt och hållet"
    if found.effective < checks.FEWEST_CONTROLS * trials.participants:
        return (
            "det finns för få jämförbara personer som inte började: underlaget motsvarar färre än deltagarna"
        )
    if found.heaviest > checks.HEAVIEST_SHARE:
        return "några få personer skulle få stå för mer än hälften av jämförelsen"
    if found.extreme > 0.05:
        return "mer än en av tjugo deltagare saknar motsvarighet bland dem som inte började"
    return None


def judge(main: Contrast, found: tuple[Check, ...]) -> tuple[str, str]:
    """Verdict and sentence: clear only if the interval excludes nil and no check speaks against it."""
    failed = [check.title.lower() for check in found if check.passed is False]
    if main.low <= 0 <= main.high:
        return NOT_SEEN, wording.not_seen(main)
    if failed:
        return WEAK, wording.seen(main) + f" Men: {', '.join(failed)} talar emot."
    return CLEAR, wording.seen(main)


def fewer_in_a_month(estimated: Estimated, trials: Trials) -> Contrast | None:
    """How many fewer had bistånd in an average month because of the starts of the window.

    Starts a month times the months with bistånd that each of them avoided within the longest horizon: in a steady flow
    the number at hand is the number that comes times how long they stay. Months after the horizon are not counted.
    """
    months = max((c.months for c in estimated.contrasts if c.key.startswith("månader_")), default=0)
    if months < 12:
        return None
    stay, rate = estimated.get(f"månader_{months}"), trials.participants / trials.history.window.months
    return Contrast(
        "färre", f"personer med bistånd i en genomsnittlig månad, räknat på {months} månader efter starten", "personer",
        months, rate * stay.start, rate * stay.without, rate * stay.effect, rate * stay.low, rate * stay.high,
        rate * stay.error,
    )  # fmt: skip


def with_regard_to_others(results: tuple[MeasureResult, ...]) -> tuple[MeasureResult, ...]:
    """Adjust for how many measures were tried (Holm): a clear finding among many tries may be chance."""
    tried = [result for result in results if result.assessable]
    if not tried:
        return results
    adjusted = dict(
        zip((r.measure for r in tried), holm(np.array([r.get().p_value for r in tried])), strict=True)
    )
    return tuple(
        _adjusted(result, float(adjusted[result.measure]), len(tried)) if result.assessable else result
        for result in results
    )


def _adjusted(result: MeasureResult, p_value: float, tried: int) -> MeasureResult:
    if result.verdict == NOT_SEEN or p_value < 0.05:
        return replace(result, p_adjusted=p_value)
    reason = f"{result.reason} {wording.among_many(tried)}"
    return replace(result, p_adjusted=p_value, verdict=WEAK, reason=reason)


def _refused(history: History, measure: int, status: str, reason: str) -> MeasureResult:
    return MeasureResult(
        history.measures[measure], status, None, None, NOT_ASSESSABLE, f"Effekten går inte att bedöma: {reason}.",
        (), None, (), None, None, None, None,
    )  # fmt: skip


def _overlap_check(trials: Trials, model: StartModel) -> Check:
    return wording.overlap_check(checks.overlap(trials, model), trials.participants, trials.empty_groups)


def _balance_check(trials: Trials, model: StartModel) -> Check:
    return wording.balance_check(checks.balance(trials, model))


def _doubly_robust(trials: Trials, model: StartModel, estimated: Estimated) -> Check:
    main = estimated.get(MAIN)
    return wording.robust_check(main, doubly_robust(trials, model, main, estimated.influence_of(MAIN)))


def _second_method(trials: Trials, estimated: Estimated) -> Check:
    """Compare with a calculation that models leaving instead of starting (g-computation)."""
    history = trials.history
    untouched = ~history.started[trials.measure] & ~history.start[trials.measure]
    model = fit_hazard(history, untouched)
    treated = np.flatnonzero(trials.treated)
    main = estimated.get(MAIN)
    curve = predicted_incidence(model, history, trials.person[treated], trials.month[treated], main.months)
    without = float(curve[-1, :2].sum() * 100)
    return wording.second_method_check(main, without)
