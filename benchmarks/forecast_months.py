"""The joint monthly forecast against its peers, on real vintages and on made-up municipalities with known truth.

    python benchmarks/forecast_months.py             # about fifteen minutes on one core; prints and writes the table
    python benchmarks/forecast_months.py --no-peers  # the project's own forecasts only

WIS in per cent of the last known month, horizons 1-12 months. Needs the built panel (`bistand data bygg`) and,
for peers, the dependency group `reference`.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from month_truth import make_world

from analysis.calendar import following
from analysis.forecasts.distribution import QUANTILE_LEVELS, SamplePaths
from analysis.forecasts.joint import joint_forecast
from analysis.forecasts.monthly import measure_revisions, stray_months
from analysis.forecasts.panel_model import fit_panel
from analysis.forecasts.panel_paths import panel_paths
from analysis.forecasts.scoring import wis
from analysis.panel import read_panel, wide
from analysis.paths import Project, find_project
from foundation.files import write_text

RESULTS = Path(__file__).parent / "results" / "forecast_months.md"
VINTAGES = Path("data/raw/socialstyrelsen/2025-01-31/dalarna_manad_utgavor.csv")
#: A county among the municipalities of the panel: the population-weighted mean of its fifteen.
COUNTY = "9920"
HORIZON = 12
DRAWS = 2000
#: Settings were chosen on origins whose outcomes had come by December 2019; the rest was then shown once.
CHOSEN_TO, SHOWN_FROM = "2018-12", "2019-12"
PEERS = ("SeasonalNaive", "AutoETS", "AutoTheta", "AutoARIMA")
INTERVALS = (95, 90, 80, 50)
#: Goals: per cent below the best peer, and points from nominal coverage of 80 and 95 per cent.
BETTER, MOST_OFF = 15, (4, 3)
LENGTHS = (12, 24, 36, 60, 96, 130)
WORLDS = 8
Row = tuple[str, str, str, np.ndarray]


def filled(values: pd.Series) -> np.ndarray:
    """Log values for peers that know neither gaps nor stray months: season plus interpolated level there."""
    log = np.log(values.to_numpy(dtype=float))
    log[stray_months(log)] = np.nan
    month = np.array([int(str(period)[5:]) for period in values.index])
    level = pd.Series(log).rolling(13, center=True, min_periods=4).median().to_numpy()
    season = pd.Series(log - level).groupby(month).transform("median").fillna(0.0).to_numpy()
    smooth = pd.Series(log - season).interpolate().bfill().ffill().to_numpy()
    return np.where(np.isfinite(log), log, smooth + season)


def peer_rows(label: str, series: Mapping[str, pd.Series]) -> list[Row]:
    """Nine quantiles of every peer, fitted on values and on logs; all series of one call have the same length."""
    from statsforecast import StatsForecast
    from statsforecast.models import AutoARIMA, AutoETS, AutoTheta, SeasonalNaive

    size = len(next(iter(series.values())))
    season = 12 if size >= 24 else 1
    frames = []
    for name, values in series.items():
        log = filled(values)
        stamps = pd.PeriodIndex(values.index, freq="M").to_timestamp()
        for scale, y in (("log", log), ("values", np.exp(log))):
            frames.append(pd.DataFrame({"unique_id": f"{name}|{scale}", "ds": stamps, "y": y}))
    models = [SeasonalNaive(12), *(model(season_length=season) for model in (AutoETS, AutoTheta, AutoARIMA))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = StatsForecast(models=models, freq="MS", n_jobs=1).forecast(
            df=pd.concat(frames), h=HORIZON, level=list(INTERVALS)
        )
    rows: list[Row] = []
    for key, part in table.sort_values(["unique_id", "ds"]).groupby("unique_id"):
        name, scale = str(key).split("|")
        for model in PEERS:
            columns = [f"{model}-lo-{level}" for level in INTERVALS] + [model]
            columns += [f"{model}-hi-{level}" for level in reversed(INTERVALS)]
            q = part[columns].to_numpy(dtype=float)
            rows.append((f"{model} ({scale})", label, name, np.exp(q) if scale == "log" else q))
    return rows


def own_rows(
    label: str,
    name: str,
    values: pd.Series,
    known: Mapping[int, float],
    future: SamplePaths,
    unit: str,
    rounding: float,
) -> list[Row]:
    """Tied to the panel, months alone, and half the draws of each."""
    months = {str(month): float(value) for month, value in values.dropna().items()}
    ahead = following(max(months), HORIZON)
    common = {"unit": unit, "rounding": rounding}
    tied = joint_forecast(months, ahead, known=known, future=future, **common).paths.draws
    alone = joint_forecast(months, ahead, draws=len(tied), **common).paths.draws
    both = {"joint": tied, "months alone": alone, "half of each": np.vstack([tied, alone])}
    return [
        (model, label, name, np.quantile(draws, QUANTILE_LEVELS, axis=0).T) for model, draws in both.items()
    ]


def score(
    rows: Sequence[Row], truth: Mapping[str, pd.Series], start: Mapping[tuple[str, str], float]
) -> pd.DataFrame:
    """One row a forecast month whose outcome is known and not stray."""
    out = []
    for model, label, name, q in rows:
        outcome = truth[name].reindex(list(following(label[-7:], HORIZON))).to_numpy(dtype=float)
        fine = np.isfinite(outcome)
        base = start[label, name] / 100.0
        out.append(
            pd.DataFrame(
                {
                    "model": model,
                    "origin": label,
                    "series": name,
                    "horizon": np.arange(1, HORIZON + 1)[fine],
                    "score": wis(outcome[fine], q[fine]) / base,
                    "bias": (q[fine, 4] - outcome[fine]) / base,
                    "hit80": (q[fine, 2] <= outcome[fine]) & (outcome[fine] <= q[fine, 6]),
                    "hit95": (q[fine, 0] <= outcome[fine]) & (outcome[fine] <= q[fine, 8]),
                }
            )
        )
    return pd.concat(out, ignore_index=True)


def county_panel(levels: pd.DataFrame, population: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, float]]:
    """The annual panel with the county as one row more, weighted with the population of 2016."""
    inside = [code for code in levels.index if str(code).startswith("20")]
    weight = population.loc[inside, 2016]
    row = levels.loc[inside].mul(weight, axis=0).sum(min_count=len(inside)) / weight.sum()
    sizes = population[2016].dropna().to_dict() | {COUNTY: float(weight.sum())}
    return pd.concat([levels, row.to_frame(COUNTY).T]), sizes


def last_annual(month: str) -> int:
    """Last published annual share when `month` is the newest: year Y comes in June of Y + 1, a month after two."""
    return int(month[:4]) - (1 if int(month[5:]) >= 5 else 2)


def dalarna(project: Project, peers: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores at every second month from 2017-06, and what the six vintages say of revisions."""
    raw = pd.read_csv(project.root / VINTAGES, dtype={"manad": str, "utgava": str})
    tables = {
        name: raw.pivot_table(index="manad", columns="utgava", values=name)
        for name in ("hushall", "utbetalt_tkr")
    }
    revisions = pd.concat(
        [measure_revisions(table).table.assign(serie=name) for name, table in tables.items()]
    )
    every = ["2014-01", *following("2014-01", 131)]
    truth = {name: table.iloc[:, -1].reindex(every).astype(float) for name, table in tables.items()}
    for values in truth.values():
        values[stray_months(np.log(values.to_numpy()))] = np.nan
    observations = read_panel(project)
    levels, sizes = county_panel(wide(observations, "N31807"), wide(observations, "SCB_FOLKMANGD"))
    newest = {
        str(table[vintage].last_valid_index()): vintage for table in tables.values() for vintage in table
    }
    futures: dict[int, tuple[dict[int, float], SamplePaths]] = {}
    rows: list[Row] = []
    start: dict[tuple[str, str], float] = {}
    for origin in every[41:130:2]:
        year = last_annual(origin)
        if year not in futures:
            known = levels.loc[:, :year]
            own = {int(y): float(v) for y, v in known.loc[COUNTY].dropna().items()}
            futures[year] = (own, panel_paths(fit_panel(known, sizes), COUNTY, 4, draws=DRAWS))
        seen = {}
        for name, table in tables.items():
            column = table[newest.get(origin, table.columns[-1])]
            seen[name] = column.loc[:origin].reindex(every[: every.index(origin) + 1]).astype(float)
            start[origin, name] = float(seen[name].iloc[-1])
            rows += own_rows(origin, name, seen[name], *futures[year], "antal", 0.5)
        if peers:
            rows += peer_rows(origin, seen)
    return score(rows, truth, start), revisions


def generated(peers: bool, places: int = 25) -> pd.DataFrame:
    """Scores of made-up municipalities: months to 2023-10 of differing length, annual shares to 2022."""
    tables = []
    origin, year = "2023-10", 2022
    for number in range(WORLDS):
        world = make_world(number)
        known = world.years.loc[:, :year]
        fit = fit_panel(known, world.sizes)
        rows: list[Row] = []
        truth, start = {}, {}
        groups: dict[int, dict[str, pd.Series]] = {}
        label = f"{number} {origin}"
        for place, code in enumerate(world.months.columns[:places]):
            length = LENGTHS[(place + number) % len(LENGTHS)]
            series = world.months[code].loc[:origin].iloc[-length:]
            groups.setdefault(length, {})[code] = series
            truth[code], start[label, code] = world.months[code], float(series.iloc[-1])
            own = {int(y): float(v) for y, v in known.loc[code].items()}
            rows += own_rows(
                label, code, series, own, panel_paths(fit, code, 4, draws=DRAWS), "procent", 0.005
            )
        if peers:
            for group in groups.values():
                rows += peer_rows(label, group)
        lengths = {code: size for size, group in groups.items() for code in group}
        scores = score(rows, truth, start)
        tables.append(scores.assign(months=scores["series"].map(lengths)))
    return pd.concat(tables, ignore_index=True)


def ranking(scores: pd.DataFrame) -> str:
    """Mean score, bias and coverage of every model, best first."""
    table = scores.groupby("model")[["score", "bias", "hit80", "hit95"]].mean().sort_values("score")
    lines = ["| model | WIS, % | bias, % | cov 80 | cov 95 |", "|---|---|---|---|---|"]
    lines += [
        f"| {model} | {row.score:.3f} | {row.bias:+.2f} | {row.hit80:.3f} | {row.hit95:.3f} |"
        for model, row in table.iterrows()
    ]
    return "\n".join(lines)


def by(scores: pd.DataFrame, column: str, models: Sequence[str]) -> str:
    """Score of a few models by a column."""
    part = scores[scores["model"].isin(models)]
    table = part.pivot_table(index=column, columns="model", values="score")[list(models)]
    cover = part[part["model"] == models[0]].groupby(column)[["hit80", "hit95"]].mean()
    lines = [
        f"| {column} | " + " | ".join(models) + f" | cov 80 {models[0]} | cov 95 {models[0]} |",
        "|" + "---|" * (len(models) + 3),
    ]
    for key, row in table.iterrows():
        cells = " | ".join(f"{value:.3f}" for value in row)
        lines.append(f"| {key} | {cells} | {cover.loc[key, 'hit80']:.3f} | {cover.loc[key, 'hit95']:.3f} |")
    return "\n".join(lines)


def verdict(scores: pd.DataFrame, own: str) -> str:
    """Say whether a model meets the goals: score against the best peer, and coverage of 80 and 95 per cent."""
    table = scores.groupby("model")[["score", "hit80", "hit95"]].mean()
    mine = table.loc[own]
    peers = table[[str(name).startswith(PEERS) for name in table.index]]
    off80, off95 = 100 * mine["hit80"] - 80, 100 * mine["hit95"] - 95
    met = "met" if abs(off80) <= MOST_OFF[0] and abs(off95) <= MOST_OFF[1] else "**not met**"
    cover = (
        f"coverage is {off80:+.1f} points from 80 and {off95:+.1f} from 95 per cent "
        f"(goal: within {MOST_OFF[0]} and {MOST_OFF[1]}): {met}."
    )
    if peers.empty:
        return (
            f"`{own}`: {cover} Peers were left out of this run, so the goal for the score is **not shown**."
        )
    best = peers["score"].idxmin()
    gain = 100 * (1 - mine["score"] / peers.loc[best, "score"])
    reached = "met" if gain >= BETTER else "**not met**"
    return (
        f"`{own}`: score {gain:.0f} per cent below the best peer, {best} (goal: {BETTER}): {reached}; {cover}"
    )


def tied_by_kind(scores: pd.DataFrame) -> pd.DataFrame:
    """Households tied to the panel, kronor alone: what the project would do."""
    chosen = scores["model"] == scores["series"].map({"hushall": "joint", "utbetalt_tkr": "months alone"})
    return pd.concat([scores, scores[chosen].assign(model="joint; kronor alone")])


def report(real: pd.DataFrame, revisions: pd.DataFrame, made: pd.DataFrame, seconds: float) -> str:
    """The whole result as Markdown."""
    real = tied_by_kind(real)
    own = ["joint", "months alone", "half of each"]
    peers = [name for name in ("AutoARIMA (log)", "AutoETS (values)") if name in set(real["model"])]
    columns = ["serie", "age", "pairs", "completeness", "spread", "changed"]
    ages = "\n".join(
        "| " + " | ".join(f"{v:.3f}" if isinstance(v, float) else str(v) for v in row) + " |"
        for row in revisions[columns].itertuples(index=False)
    )
    about_peers = (
        "Peers are statsforecast's, on values and on logs, with gaps and stray months filled for them."
        if peers
        else "This run was made with `--no-peers`: statsforecast's models are not beside, and no goal against them is shown."
    )
    parts = [
        "# Monthly forecasts",
        "",
        "Written by `python benchmarks/forecast_months.py`; do not edit. WIS in per cent of the last known month, "
        f"horizons 1-12, nine quantiles. {about_peers}",
        "",
        "## Dalarna, households and kronor per month",
        "",
        "Origins every second month from June 2017. The vintages of 2024 are true ones; earlier origins are cut "
        "from the first vintage, which is the same thing here because no month was ever revised. The annual panel is a "
        "pseudo-vintage with its publication lag; the county is the weighted mean of its municipalities.",
        "",
        f"Settings were chosen on origins to {CHOSEN_TO} (outcomes to December 2019), then shown once on origins from "
        f"{SHOWN_FROM}. That kronor are not tied to the panel (an amount has a price, a share of persons has none) "
        "was decided by what the measures mean and agrees with the early origins, but after both tables had been seen.",
        "",
        f"### Origins to {CHOSEN_TO}: the choice",
        "",
        ranking(real[real["origin"] <= CHOSEN_TO]),
        "",
        f"### Origins from {SHOWN_FROM}: shown once",
        "",
        ranking(real[real["origin"] >= SHOWN_FROM]),
        "",
        verdict(real[real["origin"] >= SHOWN_FROM], "joint; kronor alone"),
        "",
        "### All origins",
        "",
        ranking(real),
        "",
        "### By series, origins from " + SHOWN_FROM,
        "",
        by(real[real["origin"] >= SHOWN_FROM], "series", [*own, *peers]),
        "",
        "### By horizon, all origins",
        "",
        by(real, "horizon", [*own, *peers]),
        "",
        "### Revisions in the six vintages",
        "",
        "| series | age | pairs | completeness | spread | share changed |",
        "|---|---|---|---|---|---|",
        ages,
        "",
        f"## {made['series'].nunique() * made['origin'].nunique()} made-up municipalities with known truth",
        "",
        f"{made['origin'].nunique()} national worlds, months to October 2023 (12 to 130 of them), annual shares to 2022. "
        "Outcomes of one world share a national shock, so coverage rests on few independent cases.",
        "",
        ranking(made),
        "",
        verdict(made, "joint"),
        "",
        "### By number of known months",
        "",
        by(made, "months", [*own, *[name for name in peers if name in set(made["model"])]]),
        "",
        f"Time: {seconds:.0f} seconds.",
    ]
    return "\n".join(parts) + "\n"


def main() -> None:
    """Run both parts, print the report and store it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--no-peers", action="store_true", help="leave statsforecast's models out")
    parser.add_argument("--no-write", action="store_true", help="print only")
    chosen = parser.parse_args()
    started = time.perf_counter()
    made = generated(not chosen.no_peers)
    real, revisions = dalarna(find_project(), not chosen.no_peers)
    text = report(real, revisions, made, time.perf_counter() - started)
    print(text)
    if not chosen.no_write:
        write_text(RESULTS, text)


if __name__ == "__main__":
    main()
