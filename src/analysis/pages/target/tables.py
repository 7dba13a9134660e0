"""Notebook 04: its tables: track record, other readings of the target, people, scenarios and hindcasts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.answers.needed import persons_of
from analysis.answers.readings import ADULTS_OF_RESIDENTS
from analysis.answers.target import TargetState
from analysis.calendar import period_name
from analysis.forecasts.backtest import SIZE_CLASSES, size_class, summarise
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.scoring import skill_by_origin
from analysis.forecasts.target import people_behind
from analysis.pages.parts.markdown import LONGEST_LIST, Markdown, paragraphs, sentence_list
from analysis.pages.parts.models import model_name
from analysis.pages.parts.table import Column, table
from analysis.pages.target.text import NOT_APPLICABLE, record_sentence
from analysis.panel import wide
from analysis.runs import RunContext
from analysis.sources.observation import POPULATION
from foundation.swedish import about, count, decimal, points


def accuracy_text(context: RunContext, state: TargetState) -> Markdown:
    """How good earlier forecasts were, in one sentence."""
    return paragraphs(
        record_sentence(state)
        or "Det fanns inga tidigare utfall att pröva prognoserna mot den dag som körningen gäller."
    )


def trial_text(context: RunContext, state: TargetState) -> Markdown:
    """How the forecasts were tried, how sure the result is, and when they failed; nothing without earlier outcomes."""
    scores = state.backtest.scores
    if scores.empty:
        return paragraphs("")
    origins = sorted(scores["origin"].unique())
    skill = skill_by_origin(scores, "panel", "naiv")
    sure = (
        f"Med hänsyn till att det bara finns {skill.origins} startår ligger förbättringen mellan "
        f"{decimal(100 * skill.low, 0)} och {decimal(100 * skill.high, 0)} procent (90 procents intervall)."
        if skill.origins >= 4
        else f"Med bara {skill.origins} startår går förbättringens osäkerhet inte att ange."
    )
    return paragraphs(
        f"Modellen har prövats som om den hade funnits varje år från {origins[0]} till {origins[-1]}: den fick se åren till "
        f"dess och gissade de följande, för {count(scores['kommun_kod'].nunique())} kommuner med obruten serie. Felet är i "
        f"genomsnitt {decimal(100 * abs(skill.skill), 0)} procent {'mindre' if skill.skill > 0 else 'större'} än om "
        f"man antar oförändrad nivå. {sure}",
        _turning_points(state),
    )


def _turning_points(state: TargetState) -> str:
    """Name the origins at which intervals failed: common shocks hit all municipalities at once."""
    panel = state.backtest.scores.query("model == 'panel'")
    by = panel.groupby("origin").agg(hit=("hit80", "mean"), bias=("bias", "mean"))
    failed = by[by["hit"] < 0.65]
    if failed.empty:
        return ""
    parts = [
        f"{origin} ({decimal(100 * row['hit'], 0)} procent inom intervallet, prognosen för "
        f"{'hög' if row['bias'] > 0 else 'låg'})"
        for origin, row in failed.iterrows()
    ]
    return (
        "Sämst gick det från startåren "
        + sentence_list(parts[-LONGEST_LIST:])
        + ": då vände utvecklingen i hela landet, och alla kommuner "
        "missades åt samma håll. Sådana år kommer igen."
    )


def accuracy_table(context: RunContext, state: TargetState) -> Markdown:
    """Score and coverage per horizon, for all municipalities and those of the own size."""
    scores = state.backtest.scores
    if scores.empty:
        return paragraphs("")
    own_class = size_class(state.sizes.get(context.run.kommun, np.nan))
    groups = [("alla kommuner", scores), (f"kommuner {own_class}", scores[scores["size"] == own_class])]
    rows = []
    for name, part in groups:
        for line in summarise(part).sort_values(["horizon", "model"], ascending=[True, False]).itertuples():
            rows.append(
                {
                    "ahead": f"{line.horizon} år",
                    "group": name,
                    "model": model_name(str(line.model)),
                    "score": line.score,
                    "bias": line.bias,
                    "hit80": 100 * line.hit80,
                    "hit95": 100 * line.hit95,
                }
            )
    columns = [
        Column("ahead", "Framåt"),
        Column("group", "Grupp", filter=True),
        Column("model", "Prognos", filter=True),
        Column("score", "Fel (WIS)", "number", 3),
        Column("bias", "Medelfel", "number", 2, sign=True),
        Column("hit80", "Inom 80 %", "number", 0, unit="%"),
        Column("hit95", "Inom 95 %", "number", 0, unit="%"),
    ]
    return table(
        pd.DataFrame(rows),
        columns,
        caption="Så bra har prognoserna varit",
        sortable=True,
        note="Fel (WIS) väger samman avstånd och intervallbredd, i procentenheter; lägre är bättre. Medelfel: prognosens "
        "median minus utfallet, procentenheter. Inom 80 och 95 %: hur ofta utfallet låg i intervallet. "
        f"Storleksklasser: {', '.join(name for _, name in SIZE_CLASSES)} invånare. Dagens reviderade värden (pseudoutgåva).",
    )


def forecast_table(context: RunContext, state: TargetState) -> Markdown:
    """The forecast in numbers, period by period."""
    rows = _forecast_rows(state.forecasts.annual, context.catalogue.measure(context.run.matt).kort)
    if state.bridged is not None and context.target is not None:
        last = context.target.senast
        shown = state.bridged.paths.only([p for p in state.bridged.paths.periods if len(p) == 4 or p == last])
        rows = _forecast_rows(shown, context.catalogue.measure(context.target.matt).kort) + rows
    columns = [
        Column("period", "Period"),
        Column("measure", "Mått"),
        Column("median", "Median", "number", 2, unit="%"),
        Column("i50", "50 %-intervall"),
        Column("i80", "80 %-intervall"),
        Column("i95", "95 %-intervall"),
    ]
    return table(
        pd.DataFrame(rows),
        columns,
        caption=f"Prognos för {context.municipality.name}",
        note=f"Bygger på publicerade värden till och med {state.last_year}"
        + (f" och egna månader till och med {period_name(state.last_month)}" if state.last_month else "")
        + ". Egen beräkning.",
    )


def _forecast_rows(paths: SamplePaths, measure: str) -> list[dict[str, object]]:
    return [
        {
            "period": period_name(str(period)),
            "measure": measure,
            "median": row["median"],
            **{
                f"i{n}": f"{decimal(row[f'low{n}'], 2)}–{decimal(row[f'high{n}'], 2)}"
                for n in ("50", "80", "95")
            },
        }
        for period, row in paths.fan().iterrows()
    ]


def people_table(context: RunContext, state: TargetState) -> Markdown:
    """Persons and households behind the percentages of residents."""
    found, target = state.assessment, context.target
    if state.population is None:
        return paragraphs("Folkmängden var inte känd, så andelarna kan inte räknas om till personer.")
    per_household = persons_per_household(context, state)
    if found is not None and target is not None and state.bridged is None and found.latest is not None:
        people = people_behind(found, state.population, per_household)
        rows = [
            ("Senaste kända värde", people.now),
            (f"Prognos {period_name(found.target.period)}, median", people.expected),
            ("Prognos, 80 %-intervallets nedre gräns", people.low),
            ("Prognos, 80 %-intervallets övre gräns", people.high),
            (f"Målet, {target.level_text}", people.target),
            ("Kvar från senaste värdet till målet", people.now - people.target),
        ]
    else:
        fan, scale = state.forecasts.annual.fan(), state.population / 100
        year = str(target.deadline_year) if target is not None else str(fan.index[-1])
        last = fan.loc[year] if year in fan.index else fan.iloc[-1]
        rows = [
            (f"Senaste kända värde ({state.last_year})", float(state.own.iloc[-1]) * scale),
            (f"Prognos {last.name}, median", float(last["median"]) * scale),
            ("Prognos, 80 %-intervallets nedre gräns", float(last["low80"]) * scale),
            ("Prognos, 80 %-intervallets övre gräns", float(last["high80"]) * scale),
        ]
    frame = pd.DataFrame(rows, columns=["what", "persons"])
    frame["persons"] = frame["persons"].round(-1)
    columns = [Column("what", "Uppgift"), Column("persons", "Personer under året", "number", 0)]
    note = (
        f"Andelen gånger folkmängden {state.population_year} ({count(state.population)} invånare), avrundat till tiotal. "
        "Folkmängden antas oförändrad."
    )
    if per_household is not None:
        frame["households"] = (frame["persons"] / per_household).round(-1)
        columns.append(Column("households", "Hushåll, ungefär", "number", 0))
        note += f" Hushåll: {decimal(per_household, 2)} personer per hushåll, den senaste kända kvoten."
    else:
        note += " Antal hushåll visas inte: inget antal hushåll under ett helt år var känt för kommunen."
    extra = _bridged_people(context, state)
    return (
        table(frame, columns, caption="Personer bakom andelarna (invånare, barn inräknade)", note=note)
        + extra
    )


def _bridged_people(context: RunContext, state: TargetState) -> Markdown:
    """Say what a percentage point of the target's own measure may be, without claiming a denominator."""
    found = state.assessment
    if state.bridged is None or found is None or found.latest is None or state.population is None:
        return paragraphs("")
    gap = found.latest[1] - found.target.level
    if gap <= 0:
        return paragraphs("")
    most = gap / 100 * state.population
    period = period_name(found.latest[0])
    share = decimal(100 * ADULTS_OF_RESIDENTS, 0)
    return paragraphs(
        f"Från det senaste kända värdet på målets eget mått ({period}) återstår {points(gap, sign=False)}. Det är inte "
        f"fastställt av vilken befolkning andelen räknas. Räknas den av alla invånare motsvarar det {about(most)} "
        f"vuxna i en genomsnittlig månad; räknas den av de vuxna (antagna till {share} procent), "
        f"{about(ADULTS_OF_RESIDENTS * most)}."
    )


def persons_per_household(context: RunContext, state: TargetState) -> float | None:
    """Latest ratio of recipients to households with all three figures known; None when there is none."""
    households, population = wide(context.observations, "HUSHALL"), wide(context.observations, POPULATION)
    code = context.run.kommun
    if code not in households.index or code not in population.index:
        return None
    joined = pd.concat(
        [state.own, households.loc[code], population.loc[code]], axis=1, keys=["share", "hh", "pop"]
    )
    known = joined.dropna()
    if known.empty:
        return None
    row = known.iloc[-1]
    return float(row["share"] / 100 * row["pop"] / row["hh"])


def requirement_table(context: RunContext, state: TargetState) -> Markdown:
    """What would have to be true for 50 and 80 per cent."""
    found, target = state.assessment, context.target
    if target is None:
        return paragraphs(NOT_APPLICABLE)
    if found is None:
        return paragraphs("Målets tid är ute." if state.outcome is not None else "")
    expected = float(found.fan.loc[found.target.period, "median"])
    people, whom = persons_of(context, state), "personer under året"
    if state.bridged is not None:
        whom = f"vuxna, {period_name(found.target.period)}"
    rows = []
    for goal, gap in ((0.5, found.gap50), (0.8, found.gap80)):
        reached = found.probability >= goal
        rows.append(
            {
                "goal": f"{goal * 100:.0f} %",
                "gap": "redan uppfyllt" if reached else points(gap, 2),
                "relative": "–" if reached else f"{decimal(100 * gap / expected, 0)} %",
                "persons": "–" if reached or people is None else f"{about(-gap / 100 * people)} färre",
            }
        )
    columns = [
        Column("goal", "För sannolikheten"),
        Column("gap", f"måste nivån {period_name(found.target.period)} ändras med"),
        Column("relative", "i förhållande till prognosens median"),
        Column("persons", whom),
    ]
    if people is None:
        columns = columns[:-1]
    counted = ""
    if state.bridged is not None and people is not None:
        counted = f" Personer räknas på de vuxna, antagna till {decimal(100 * ADULTS_OF_RESIDENTS, 0)} procent av invånarna."
    return table(
        pd.DataFrame(rows),
        columns,
        caption="Vad som måste vara sant för 50 och 80 procents sannolikhet",
        note="Så mycket lägre än prognosen måste hela fördelningen ligga, till exempel genom åtgärder eller en bättre "
        f"arbetsmarknad än modellen väntar: lika många personer färre i varje framtid.{counted}",
    )


def fastest_table(context: RunContext, state: TargetState) -> Markdown:
    """The municipalities that have kept the required pace best, one window each."""
    found = state.assessment
    if found is None or found.record is None or found.record.fastest.empty:
        return paragraphs("")
    frame = found.record.fastest.assign(
        name=[context.catalogue.municipality(code).name for code in found.record.fastest["kommun_kod"]],
        years=lambda t: t["start_year"].astype(str) + "–" + t["end_year"].astype(str),
    )
    columns = [
        Column("name", "Kommun"),
        Column("years", "År"),
        Column("start", "Från", "number", 2, unit="%"),
        Column("end", "Till", "number", 2, unit="%"),
        Column("percent", "Per år", "number", 1, unit="procent"),
    ]
    return table(
        frame,
        columns,
        caption=f"De snabbaste minskningarna över {found.record.span} år",
        note="Kommuner vars serie har ett språng som kan vara ett fel i källan är utelämnade här.",
    )
