"""Notebook 04: what was said then, against the outcome, as tables and sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.answers.hindcast import Hindcast, Judgement, hindcasts, judgements
from analysis.answers.target import TargetState
from analysis.calendar import period_name
from analysis.forecasts.distribution import QUANTILE_LEVELS, SamplePaths
from analysis.forecasts.scoring import wis
from analysis.pages.parts.markdown import LONGEST_LIST, Markdown, capitalise, paragraphs, sentence_list
from analysis.pages.parts.table import Column, table
from analysis.runs import RunContext
from foundation.swedish import day_name, decimal, percent, probability


def hindcast_sentence(context: RunContext, state: TargetState) -> str:
    """One sentence on what the model would have said about a target that is now decided."""
    target = context.target
    if target is None or state.outcome is None:
        return ""
    parts = [
        f"{probability(item.paths.probability_at_most(target.niva, target.senast))} den {day_name(item.known)}"
        for item in hindcasts(context)
    ]
    if not parts:
        return ""
    return f"Med det som då var känt skulle modellen ha gett målet {sentence_list(parts[-LONGEST_LIST:])}."


def hindcast_table(context: RunContext, state: TargetState) -> Markdown:
    """Earlier forecasts and judgements of the target, scored when its outcome is known."""
    target = context.target
    if target is None:
        return paragraphs("Planen har inget mål att jämföra tidigare bedömningar av.")
    made, said = hindcasts(context), judgements(context)
    if not made and not said:
        return paragraphs("Det finns ingen tidigare körning eller bedömning av målet att jämföra med.")
    parts = []
    if said:
        parts.append(_judgement_table(context, state, said))
    if made:
        parts.append(_forecast_table(context, state, made))
    joined = parts[0] if len(parts) == 1 else parts[0] + parts[1]
    return joined + paragraphs(_comparison(context, state, made, said))


def _judgement_table(context: RunContext, state: TargetState, said: tuple[Judgement, ...]) -> Markdown:
    frame = pd.DataFrame(
        [
            {
                "known": day_name(item.known),
                "text": item.text,
                "direction": capitalise(item.direction),
                "outcome": _right(context, state, item),
                "source": item.source,
            }
            for item in said
        ]
    )
    columns = [
        Column("known", "Dag"),
        Column("text", "Förvaltningens bedömning, med våra ord"),
        Column("direction", "Riktning"),
        Column("outcome", "Blev det så?"),
        Column("source", "Källa"),
    ]
    return table(frame, columns, caption="Vad förvaltningen själv bedömde")


def _right(context: RunContext, state: TargetState, said: Judgement) -> str:
    target = context.target
    if target is None or state.outcome is None:
        return "utfallet är inte känt än"
    reached = target.reached(state.outcome)
    return "ja" if reached == (said.direction == "målet nås") else "nej"


def _forecast_table(context: RunContext, state: TargetState, made: tuple[Hindcast, ...]) -> Markdown:
    rows = [_row(context, state, item, paths, name) for item in made for name, paths in _both(item)]
    columns = [
        Column("known", "Känt den"),
        Column("basis", "Byggde på"),
        Column("model", "Prognos"),
        Column("median", "Median", "number", 2, unit="%"),
        Column("interval", "80 %-intervall"),
        Column("chance", "Sannolikhet"),
        Column("score", "Fel (WIS)", "number", 3),
        Column("brier", "Brier", "number", 2),
    ]
    if state.outcome is None:
        columns = columns[:-2]
    return table(
        pd.DataFrame(rows),
        columns,
        caption=f"Vad modellen skulle ha sagt om {period_name(context.target.senast) if context.target else ''}",
        note="Prognoserna är gjorda i efterhand med det som var känt då (pseudoutgåva: dagens reviderade värden). "
        "Fel (WIS) i procentenheter. Brier: kvadraten på avståndet mellan sannolikhet och utfall, 0 är bäst och 1 sämst.",
    )


def _both(item: Hindcast) -> tuple[tuple[str, SamplePaths], ...]:
    panel = ("panelmodellen", item.paths)
    return (panel,) if item.naive is None else (panel, ("oförändrad nivå", item.naive))


def _row(
    context: RunContext, state: TargetState, item: Hindcast, paths: SamplePaths, name: str
) -> dict[str, object]:
    target = context.target
    if target is None:
        return {}
    period = target.senast
    quantiles = np.quantile(paths.at(period), QUANTILE_LEVELS)
    chance = paths.probability_at_most(target.niva, period)
    row: dict[str, object] = {
        "known": day_name(item.known),
        "basis": f"statistik till {item.last_year}"
        + (f" och {item.stated} ur dokumentet" if item.stated and name == "panelmodellen" else ""),
        "model": name,
        "median": float(quantiles[4]),
        "interval": f"{decimal(float(quantiles[2]), 2)}–{decimal(float(quantiles[6]), 2)}",
        "chance": probability(chance),
    }
    if state.outcome is not None:
        row |= {
            "score": float(wis(np.array([state.outcome]), quantiles[None, :])[0]),
            "brier": (chance - float(target.reached(state.outcome))) ** 2,
        }
    return row


def _comparison(
    context: RunContext, state: TargetState, made: tuple[Hindcast, ...], said: tuple[Judgement, ...]
) -> str:
    """Two or three sentences that set the model and the administration side by side."""
    target = context.target
    if target is None or not made:
        return ""
    period = target.senast
    parts = []
    for item in made:
        chance = probability(item.paths.probability_at_most(target.niva, period))
        same = [judgement for judgement in said if judgement.known == item.known]
        view = f"; förvaltningens bedömning var att {same[0].direction}" if same else ""
        parts.append(f"{capitalise(day_name(item.known))} gav modellen {chance}{view}.")
    if state.outcome is not None and said:
        inside = sum(
            bool(
                np.quantile(i.paths.at(period), 0.1) <= state.outcome <= np.quantile(i.paths.at(period), 0.9)
            )
            for i in made
        )
        first = made[0].last_year
        places = state.levels.drop(index="0000", errors="ignore")[[first, int(period[:4])]].dropna()
        fell = int((places[int(period[:4])] < places[first]).sum())
        parts.append(
            f"Utfallet blev {percent(state.outcome, 2)}, inom modellens 80 procents intervall i {inside} av {len(made)} "
            f"fall. Mellan {first} och {period} minskade andelen i {fell} av {len(places)} kommuner: mycket av fallet var "
            "gemensamt för landet och gick inte att se i statistiken när de första bedömningarna gjordes."
        )
    return " ".join(parts)
