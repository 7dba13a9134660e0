"""Notebook 05: what an avoided month costs, and how much of a measure a target would take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.answers.micro_study import INFLOW, SEED, TITLES, synthetic_town
from analysis.answers.months import ADULT_SHARE
from analysis.micro.cost import Price, break_even_months, cost_per_avoided_month, example_price
from analysis.micro.estimates import Contrast, estimate
from analysis.micro.generator import Microdata
from analysis.micro.rates import Profile, Rates, count_rates, profile
from analysis.micro.stockflow import Fitted, Level, Plan, Projection, fit_level, project
from analysis.micro.trial import emulate, fit_start
from analysis.micro.volumes import MonthlyTarget, needs_table
from analysis.panel import series
from analysis.plans.load import load_register
from analysis.plans.model import Plan as Adopted
from analysis.runs import Overview, Run
from analysis.runs.context import open_panel
from analysis.sources.catalogue import Municipality
from analysis.sources.observation import POPULATION, WITH_VALUE
from foundation.errors import BistandError
from foundation.memory import remember

LUND, UPPSALA = "lund-2021", "uppsala-vp2025"
#: Whose published level the example is about where no run follows a target of the adults' share.
EXAMPLE_PLACE = "0380"
DRAWS = 400
#: Additional starts a month in the example figure.
EXAMPLE_STARTS = 100.0
#: Most additional starts a month that are tried; more than half of the stock cannot start in a month.
MOST = 200.0
#: The example's month and share where no run follows a target of the adults' monthly share.
EXAMPLE_DUE, EXAMPLE_SHARE = "2026-12", 1.0


@dataclass(frozen=True)
class CostStudy:
    """What the page knows.

    Attributes
    ----------
    place, run
        Whose level it is, and the run whose target it is; no run where the example stands for a municipality.
    data
        The synthetic municipality.
    stay, months
        By measure: contrast of months with bistånd in two years, and mean months in the measure.
    profiles
        By measure: hazard ratios of leaving.
    target
        The month and share to reach.
    fitted
        Stock and flows of the synthetic municipality scaled to the published level.
    baseline
        Paths without additional starts.
    draws, starts, most
        Sample paths, additional starts a month in the figure, and the most that are tried.
    """

    place: Municipality
    run: Run | None
    data: Microdata
    stay: dict[str, Contrast]
    months: dict[str, float]
    profiles: dict[str, Profile]
    target: MonthlyTarget
    fitted: Fitted
    baseline: Projection
    draws: int
    starts: float
    most: float

    def __str__(self) -> str:
        lines = [
            f"{name}: {contrast.effect:+.2f} månader med bistånd på två år"
            for name, contrast in self.stay.items()
        ]
        reached = self.baseline.reach(self.target.month, self.target.share)
        return "\n".join([*lines, f"utan fler platser nås målet med sannolikheten {reached:.3f}"])

    @property
    def horizon(self) -> int:
        """Months from the latest level to the target."""
        return self.target.month - self.fitted.level.latest


def open_cost(
    overview: Overview,
    run: Run | None,
    level: Level,
    target: MonthlyTarget,
    *,
    draws: int = DRAWS,
    starts: float = EXAMPLE_STARTS,
    most: float = MOST,
) -> CostStudy:
    """Estimate the measures' effects and fit the stock and flows to a level: about ten seconds, deterministic.

    `run` is whose level and target they are (`followed`), None for the example's.
    """
    stay, months, profiles, rates, data = remember(
        "kostnad",
        (SEED, INFLOW),
        ("analysis.calendar", "analysis.micro", "analysis.answers.micro_study", "analysis.answers.cost"),
        _measures,
    )
    place = overview.catalogue.municipality(run.kommun if run else EXAMPLE_PLACE)
    fitted = fit_level(rates, level)
    baseline = project(fitted, Plan({}), profiles, target.month - level.latest, draws=draws, seed=SEED)
    return CostStudy(place, run, data, stay, months, profiles, target, fitted, baseline, draws, starts, most)


def target_of(overview: Overview, run: Run | None) -> MonthlyTarget:
    """The month and share to reach: the run's target, or the example's where there is no run."""
    stated = overview.runs.targets[run.mal] if run and run.mal else None
    due, share = (stated.senast, stated.niva) if stated else (EXAMPLE_DUE, EXAMPLE_SHARE)
    return MonthlyTarget(_month(due), share)


def _measures() -> tuple[dict[str, Contrast], dict[str, float], dict[str, Profile], Rates, Microdata]:
    """Estimate every measure of the synthetic municipality; depends on nothing published."""
    data, history, _ = synthetic_town()
    stay, months, profiles = {}, {}, {}
    for number, name in enumerate(history.measures):
        trials = emulate(history, number)
        model = fit_start(trials)
        stay[name] = estimate(trials, model, lasting=False).get("månader_24")
        profiles[name] = profile(trials, model, 60, SEED)
        own = data.measures[data.measures["measure"] == name]
        months[name] = float((own["end"] - own["start"] + 1).mean())
    return stay, months, profiles, count_rates(history), data


def followed(overview: Overview) -> Run | None:
    """The run whose target of the adults' share falls due last and that has published two values of it, or None."""
    for _, target, run in reversed(overview.targets()):
        if target.matt == ADULT_SHARE and len(overview.facts(run, "mal").get("known", {})) > 1:
            return run
    return None


def published_level(overview: Overview, run: Run | None) -> Level:
    """Read the adult share as a run has published it, and the population off the panel.

    The latest value, and of the earlier ones the last that lies a year before it, else the one before. A yearly mean
    stands for the middle of its year. Without a run the documents' values of the example are read.
    """
    panel = open_panel(overview.project)
    known = panel[panel["status"].isin(WITH_VALUE)]
    place = run.kommun if run else EXAMPLE_PLACE
    told = overview.facts(run, "mal")["known"] if run else series(known, ADULT_SHARE, place)
    shares = sorted((_month(str(period)), float(value)) for period, value in told.items())
    people = series(known, POPULATION, place)
    if len(shares) < 2 or people.empty:
        raise BistandError(
            "panelen saknar de vuxnas andel eller folkmängden", file=overview.project.observations,
            fix="Kör bistand data build.",
        )  # fmt: skip
    last, level = shares[-1]
    before = [item for item in shares if item[0] <= last - 12] or shares[:-1]
    first, earlier = before[-1]
    return Level(float(people.iloc[-1]), earlier, level, last - first, last)


def _month(period: str) -> int:
    """Month index of ``2024-10``; a whole year stands for its June."""
    return int(period[:4]) * 12 + (int(period[5:7]) - 1 if len(period) > 4 else 5)


def document(overview: Overview, plan_id: str) -> Adopted:
    """Return a plan of the register."""
    return load_register(overview.project.plans).plan(plan_id)


def prices(overview: Overview) -> tuple[Price, ...]:
    """Price examples of Lund's document, per participant-month."""
    plan = document(overview, LUND)
    return tuple(
        example_price(row.label, row.source.doc, row.places, 12, row.cost, row.saved) for row in plan.costs
    )


def budget_of(overview: Overview, study: CostStudy) -> Adopted | None:
    """The plan whose budget is shown: the one at hand, where it is of the municipality that the page is about."""
    plan = document(overview, UPPSALA)
    return plan if plan.municipality == study.place.code else None


def mean_benefit(overview: Overview, study: CostStudy) -> float:
    """Mean bistånd per adult and month, kronor: the budget's line over the adults of the published level.

    A mean, not what one person less would save.
    """
    budget = document(overview, UPPSALA).budgets[0]
    paid = budget.amount("Ekonomiskt bistånd", budget.columns[0])
    level = study.fitted.level
    if paid is None:
        raise BistandError(
            "budgettabellen saknar beloppet för ekonomiskt bistånd", file=overview.project.plans
        )
    return abs(paid) * 1e6 / 12 / (level.last_share / 100 * level.population)


def cost_rows(study: CostStudy, chosen: tuple[Price, ...]) -> pd.DataFrame:
    """Cost per avoided month of every synthetic measure at every example price.

    Columns ``atgard, pris, per_manad, manader, undvikna, kostnad, lag, hog, netto, brytpunkt, skal``.
    """
    rows = []
    for name, stay in study.stay.items():
        for price in chosen:
            found = cost_per_avoided_month(price, study.months[name], stay)
            rows.append(
                (TITLES[name], price.name, price.per_month, study.months[name], -stay.effect, found.value, found.low,
                 found.high, found.net[1], break_even_months(price, study.months[name]), found.reason)
            )  # fmt: skip
    columns = [
        "atgard",
        "pris",
        "per_manad",
        "manader",
        "undvikna",
        "kostnad",
        "lag",
        "hog",
        "netto",
        "brytpunkt",
        "skal",
    ]
    return pd.DataFrame(rows, columns=columns).astype({"kostnad": float, "lag": float, "hog": float})


def example_paths(study: CostStudy) -> dict[str, Projection]:
    """Paths with additional starts of one measure at a time, in the same drawn worlds as the baseline."""
    return {
        name: project(
            study.fitted,
            Plan({name: study.starts}),
            study.profiles,
            study.horizon,
            draws=study.draws,
            seed=SEED,
        )
        for name in study.profiles
    }


def needs(study: CostStudy) -> pd.DataFrame:
    """Additional starts a month that give 50 and 80 per cent probability, by measure."""
    return needs_table(
        study.fitted, study.profiles, study.target, most=study.most, draws=study.draws, seed=SEED
    )


def quantiles(projection: Projection) -> np.ndarray:
    """(3, H) 10, 50 and 90 per cent quantiles of the share."""
    return np.asarray(np.quantile(projection.share, [0.1, 0.5, 0.9], axis=0))
