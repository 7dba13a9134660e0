"""Notebook 08: what a run says that the one before it did not: new and revised numbers, forecasts, statuses."""

from __future__ import annotations

import pandas as pd

from analysis.answers.changes import Changes
from analysis.answers.forecast_rows import FIRST_LIVE_DAY
from analysis.answers.moved import Moved
from analysis.calendar import period_name
from analysis.forecasts.log import read_log
from analysis.pages.measures.board import chip, measure_name
from analysis.pages.parts.markdown import Markdown, conclusion, paragraphs
from analysis.pages.parts.models import model_name
from analysis.pages.parts.table import Column, table
from analysis.pages.position.summary import first_run_words
from analysis.panel import select
from analysis.runs import RunContext
from analysis.sources.observation import STATUS_SV, WITH_VALUE
from foundation.swedish import count, day_name, decimal, numbered, points, probability

_GENDERS = {"T": "alla", "K": "kvinnor", "M": "män"}
_QUANTILES = {"0.1": "low", "0.5": "median", "0.9": "high"}
_BASELINE = "naiv"


def changes_conclusion(context: RunContext, found: Changes) -> Markdown:
    """Return the page's conclusion: how much is new, how much was revised, how many statuses moved."""
    before = found.before
    if before is None:
        return conclusion(f"**{first_run_words(context.run)}.** Det finns ingen tidigare att jämföra med.")
    own = int((found.new["kommun_kod"] == context.run.kommun).sum())
    return conclusion(
        f"**Sedan körningen {day_name(before.run.kant_senast)} har {_known_words(own)} om "
        f"{context.municipality.name} blivit {'känt' if own == 1 else 'kända'}.**",
        f"{_revised_words(len(found.revised))} fått ett nytt värde, och {_moved_words(len(found.statuses))} fått ny status.",
        _chance_sentence(context, found),
    )


def _known_words(number: int) -> str:
    return numbered(number, "nytt tal", "nya tal") if number else "inga nya tal"


def _revised_words(number: int) -> str:
    told = {0: "Inga äldre tal", 1: "Ett äldre tal"}
    return f"{told.get(number, f'{number} äldre tal')} har"


def _moved_words(number: int) -> str:
    return f"{numbered(number, 'åtgärdsrad', 'åtgärdsrader') if number else 'inga åtgärdsrader'} har"


def _chance_sentence(context: RunContext, found: Changes) -> str:
    """Say what the target's probability was, as published, and what it is; the forecasts stand in the table below."""
    before, now, target = found.then, found.now, context.target
    if before is None or now is None or target is None:
        return ""
    return (
        f"Sannolikheten att {target.namn} nås var {probability(before.probability)} som den publicerades då. "
        f"Nu är den {probability(now.probability)}."
    )


def moved_text(context: RunContext, moved: tuple[Moved, ...]) -> str:
    """Say which finished runs have another probability now, from what to what, and why."""
    sentences = []
    for item in moved:
        figures = "en egen uppgift lades" if item.late == 1 else f"{count(item.late)} egna uppgifter lades"
        own = "Den här körningen" if item.run.id == context.run.id else f"Körningen {item.run.rubrik}"
        sentences.append(
            f"**{own} har fått en annan sannolikhet:** {probability(item.then)} som den publicerades, "
            f"{probability(item.now)} nu. Skälet är att {figures} in senast {item.added} och räknas som kända redan "
            f"{day_name(item.run.kant_senast)}. Prognosloggen behåller det som sades."
        )
    return "\n\n".join(sentences)


def new_values_table(context: RunContext, found: Changes) -> Markdown:
    """Return the municipality's own numbers that were not known last time."""
    if found.before is None:
        return paragraphs("Ingen tidigare körning finns.")
    known = found.new
    new = known[known["kommun_kod"] == context.run.kommun]
    others = paragraphs(
        f"Om andra kommuner och riket har {_known_words(len(known) - len(new))} blivit kända."
    )
    if new.empty:
        return paragraphs("Inga nya tal om kommunen har blivit kända.") + others
    order = {name: place for place, name in enumerate(context.catalogue.measures)}
    new = new.assign(_order=new["measure_id"].map(order)).sort_values(
        ["_order", "group", "gender", "period"], kind="stable"
    )
    parts = new.groupby(["_order", "group", "gender", new["period"].str.len()], sort=False)
    frame = pd.DataFrame([line for _, part in parts for line in _new_lines(context, part)])
    columns = [
        Column("measure", "Mått", filter=True),
        Column("gender", "Grupp"),
        Column("period", "Period"),
        Column("value", "Värde"),
        Column("status", "Status"),
    ]
    return others + table(frame, columns, caption=f"Nya tal om {context.municipality.name}", sortable=True)


_MANY = 3


def _new_lines(context: RunContext, part: pd.DataFrame) -> list[dict[str, str]]:
    """Return one line a number, or one line for a whole series of months: its span and its newest number."""
    months = str(part["period"].iloc[0])[4:5] == "-" and len(part) > _MANY
    chosen = part.tail(1) if months else part
    lines = []
    for row in chosen.itertuples():
        measure = context.catalogue.measure(str(row.measure_id))
        group = "" if row.group == "alla" else f", {row.group}"
        period = period_name(str(row.period))
        if months:
            period = f"{len(part)} månader, {period_name(str(part['period'].iloc[0]))} till {period} (värdet)"
        lines.append(
            {
                "measure": f"{measure.namn}{group}",
                "gender": _GENDERS[str(row.gender)],
                "period": period,
                "value": decimal(float(str(row.value_nu)), measure.decimaler),
                "status": STATUS_SV[str(row.status_nu)],
            }
        )
    return lines


def revisions_table(context: RunContext, found: Changes) -> Markdown:
    """Return earlier numbers of the run's measure that have another value now, largest change first."""
    if found.before is None:
        return paragraphs("Ingen tidigare körning finns.")
    revised = found.revised
    if revised.empty:
        return paragraphs(
            "Inga tal som var kända då har ändrats. Där källan är en pseudoutgåva kan revideringar inte synas: bara "
            "dagens värden finns bevarade."
        )
    change = (revised["value_nu"] - revised["value_fore"]).abs()
    largest = revised.assign(_change=change).sort_values("_change", ascending=False).head(50)
    frame = pd.DataFrame(
        {
            "name": [context.catalogue.municipality(code).name for code in largest["kommun_kod"]],
            "measure": [context.catalogue.measure(item).kort for item in largest["measure_id"]],
            "period": [period_name(item) for item in largest["period"]],
            "before": largest["value_fore"].to_numpy(),
            "after": largest["value_nu"].to_numpy(),
        }
    )
    columns = [
        Column("name", "Kommun", filter=True),
        Column("measure", "Mått"),
        Column("period", "Period"),
        Column("before", "Då", "number", 2),
        Column("after", "Nu", "number", 2),
    ]
    caption = f"Reviderade tal, största ändringen först ({len(largest)} av {len(revised)} visas)"
    return table(frame, columns, caption=caption, sortable=True)


def forecasts_table(context: RunContext, found: Changes) -> Markdown:
    """Return each logged forecast of the municipality beside the run's own, with the outcome where it is known."""
    rows = _forecasts(context, found.own)
    if rows.empty:
        return paragraphs("Ingen prognos finns att jämföra med.")
    models = rows.groupby("measure")["model"].transform("nunique")
    groups = rows.assign(told=models > 1).groupby(_FORECAST, sort=True)
    frame = pd.DataFrame([_forecast_row(context, part) for _, part in groups])
    columns = [
        Column("measure", "Mått", filter=True),
        Column("end", "Avser", filter=True),
        Column("made", "Gjord med det som var känt"),
        Column("median", "Prognos", "number", 2, unit="%"),
        Column("interval", "80 procents intervall"),
        Column("outcome", "Utfall", "number", 2, unit="%"),
        Column("miss", "Prognosen minus utfallet"),
    ]
    moved = moved_text(context, found.moved)
    return (paragraphs(moved) if moved else Markdown("")) + table(
        frame,
        columns,
        caption="Prognoser då och nu",
        sortable=True,
        note=f"Ur prognosloggen. Prognoser för dagar före {FIRST_LIVE_DAY} är gjorda i efterhand med det som var känt då.",
    )


_FORECAST = ["measure", "target_end_date", "data_as_of", "model"]


def _forecasts(context: RunContext, own: pd.DataFrame) -> pd.DataFrame:
    log = read_log(context.project.forecast_log)
    log = log[
        (log["municipality"] == context.run.kommun)
        & (log["data_as_of"] < context.run.kant_senast.isoformat())
    ]
    rows = pd.concat([log, own], ignore_index=True) if len(own) else log
    wanted = rows["output_type_id"].isin(_QUANTILES) & (rows["output_type"] == "quantile")
    asked_again = rows["target_end_date"].isin(set(own["target_end_date"]) | set(_deadline(context)))
    return rows[wanted & asked_again & (rows["model"] != _BASELINE)]


def _deadline(context: RunContext) -> list[str]:
    return [f"{context.target.deadline_year}-12-31"] if context.target else []


def _forecast_row(context: RunContext, part: pd.DataFrame) -> dict[str, object]:
    """One forecast; its model is named where several models have forecast the same measure."""
    first = part.iloc[0]
    values = {
        _QUANTILES[level]: value for level, value in zip(part["output_type_id"], part["value"], strict=True)
    }
    measure_id, _, monthly = str(first["measure"]).partition(":")
    period = str(first["target_end_date"])[: 7 if monthly else 4]
    outcome = _outcome(context, measure_id, period)
    model = f", {model_name(str(first['model']))}" if first["told"] else ""
    return {
        "measure": f"{context.catalogue.measure(measure_id).kort}{model}",
        "end": period_name(period),
        "made": str(first["data_as_of"]),
        "median": values["median"],
        "interval": f"{decimal(values['low'], 2)}–{decimal(values['high'], 2)}",
        "outcome": outcome,
        "miss": points(values["median"] - outcome) if outcome is not None else "inte känt än",
    }


def _outcome(context: RunContext, measure_id: str, period: str) -> float | None:
    rows = select(context.observations, measure_id, municipality=context.run.kommun)
    rows = rows[(rows["period"] == period) & rows["status"].isin(WITH_VALUE)]
    return float(rows["value"].iloc[0]) if len(rows) else None


def statuses_table(context: RunContext, found: Changes) -> Markdown:
    """Return the plan's measures whose status in the register differs between the two runs."""
    before = found.before
    if before is None:
        return paragraphs("Ingen tidigare körning finns.")
    if not found.statuses:
        return paragraphs("Ingen åtgärd har fått en annan status mellan de två körningarna.")
    frame = pd.DataFrame(
        [
            {"measure": measure_name(item.measure), "before": chip(item.before), "after": chip(item.after)}
            for item in found.statuses
        ]
    )
    columns = [
        Column("measure", "Åtgärd"),
        Column("before", f"Känd {before.run.kant_senast.isoformat()}", "html"),
        Column("after", f"Känd {context.run.kant_senast.isoformat()}", "html"),
    ]
    return table(frame, columns, caption="Åtgärder med ändrad status", sortable=True)
