"""Notebook 03: the tables behind the conclusion."""

from __future__ import annotations

import pandas as pd

from analysis.answers.effect import EffectCase
from analysis.effects.wording import years_text
from analysis.pages.effect.summary import not_assessable_note, shares_sentence
from analysis.pages.parts.markdown import Markdown, capitalise, paragraphs
from analysis.pages.parts.table import Column, status_chip, table
from analysis.runs import RunContext
from foundation.swedish import count

CHIPS = {True: ("fardig", "godkänd"), False: ("avviker", "varning"), None: ("okand", "kunde inte göras")}
#: Shown as results of their own, not as checks that pass or fail.
NOT_CHECKS = ("minsta upptäckbara effekt", "placebo i rummet")


def share_table(context: RunContext, case: EffectCase) -> Markdown:
    """Return how much of the change others had too."""
    if not case.result.effect.assessable:
        return not_assessable_note(case)
    frame = case.result.decomposition.copy()
    group = context.catalogue.groups[context.run.jamforelse].titel
    names = {"own": context.municipality.name, "comparable": f"{group}, median"}
    frame["name"] = [
        capitalise(names.get(key, name)) for key, name in zip(frame["key"], frame["name"], strict=True)
    ]
    before, last = case.result.question.start_year - 1, case.result.known_years[-1]
    return paragraphs(shares_sentence(context, case)) + table(
        frame,
        [
            Column("name", "Vem"),
            Column("change", "Ändring", "number", 2, sign=True, unit="procentenheter"),
            Column("relative", "Ändring av nivån", "number", 1, sign=True, unit="procent"),
        ],
        caption=f"Andelens ändring från {before} till {last}",
        highlight=lambda row: bool(row["key"] == "own"),
    )


def yearly_table(case: EffectCase) -> Markdown:
    """Return actual, expected and the difference year by year; nothing without an estimate: the figure above says why."""
    effect = case.result.effect
    if not effect.assessable:
        return paragraphs("")
    frame = effect.yearly.join(effect.path[["actual", "expected"]]).reset_index()
    frame["year"] = frame["year"].astype(str)
    return table(
        frame,
        [
            Column("year", "År"),
            Column("actual", "Utfall", "number", 2, unit="%"),
            Column("expected", "Väntat", "number", 2, unit="%"),
            Column("effect", "Skillnad", "number", 2, sign=True, unit="procentenheter"),
            Column("low", "Från", "number", 2, sign=True),
            Column("high", "Till", "number", 2, sign=True),
            Column("p_value", "p", "number", 2),
        ],
        caption="Utfall mot väntat, år för år, med 95-procentigt intervall",
    )


def design_table(case: EffectCase) -> Markdown | None:
    """Return the main designs side by side, or nothing where the text above says why."""
    if case.result.designs.empty:
        return None
    frame = case.result.designs.assign(design=[capitalise(text) for text in case.result.designs["design"]])
    return table(
        frame,
        [
            Column("design", "Metod"),
            Column("estimate", "Effekt", "number", 2, sign=True, unit="procentenheter"),
            Column("low", "Från", "number", 2, sign=True),
            Column("high", "Till", "number", 2, sign=True),
            Column("p_value", "p", "number", 2),
            Column("detectable", "Minsta upptäckbara", "number", 2),
            Column("misfit", "Fel före planen", "number", 2),
        ],
        caption="Samma fråga med andra metoder",
        highlight=lambda row: bool(row["design"] == frame["design"].iloc[0]),
        note=(
            "Streck: metodens egen placebofördelning tar för lång tid att räkna på varje sida; den är "
            "uppmätt i turneringen. Fel före planen är hur dåligt metoden följde kommunen åren före; streck där "
            "metoden utgår från just de åren."
        ),
    )


def check_table(case: EffectCase) -> Markdown:
    """Return the checks with their outcome in words."""
    if not case.result.effect.assessable:
        return not_assessable_note(case)
    rows = [
        {
            "name": capitalise(check.name),
            "outcome": status_chip(*CHIPS[check.passed]) if check.name not in NOT_CHECKS else "resultat",
            "text": check.text,
        }
        for check in case.result.effect.checks
    ]
    return table(
        pd.DataFrame(rows),
        [Column("name", "Kontroll"), Column("outcome", "Utfall", "html"), Column("text", "Vad den visar")],
        caption="Kontroller av skattningen",
        note=f"Bedömning: {case.result.effect.verdict}. {case.result.effect.reason}",
    )


def power_table(case: EffectCase) -> Markdown:
    """Return the probability of finding effects of different size; before the outcome, from the latest known years."""
    evidence, power, people = case.result.evidence, case.result.power, case.result.population
    if evidence is not None:
        distribution, note = evidence.mean, ""
    elif power is not None:
        distribution = power.distribution
        note = f"Beräknat på {years_text(power.years)}, det senaste som var känt."
    else:
        return not_assessable_note(case)
    rows = []
    for effect in (0.1, 0.25, 0.5, 0.75, 1.0, 1.5):
        persons = "–" if people is None else count(round(effect / 100 * people, -1))
        rows.append({"effect": -effect, "persons": persons, "power": 100 * distribution.power(-effect)})
    return table(
        pd.DataFrame(rows),
        [
            Column("effect", "Verklig effekt", "number", 2, sign=True, unit="procentenheter"),
            Column("persons", "Ungefär antal personer", "text"),
            Column("power", "Sannolikhet att den upptäcks", "number", 0, unit="procent"),
        ],
        caption="Vad metoden kan upptäcka",
        note=note,
    )


def tournament_table(context: RunContext) -> Markdown:
    """Return the head of the tournament's committed result, with the default's lead over the others."""
    path = context.project.root / "benchmarks" / "results" / "effects_tournament.csv"
    if not path.exists():
        return paragraphs(
            "Turneringens resultat finns inte i den här kopian; den görs med benchmarks/effects_tournament.py."
        )
    frame = pd.read_csv(path).head(8)
    best = frame.iloc[0]
    text = paragraphs(
        f"Alla metoder har prövats på {int(best['municipalities'])} kommuner som om de hade haft en plan, "
        "fast ingen hade det. "
        "Den metod som används här hade på urvalsåren ett typiskt fel som var "
        f"{100 * (1 - best['selection']):.0f} procent mindre än "
        "den vanliga jämförelsen (skillnad i skillnader mot alla kommuner). De närmast följande metoderna "
        "är i praktiken lika bra."
    )
    return text + table(
        frame,
        [
            Column("design", "Metod"),
            Column("selection", "Fel mot vanlig jämförelse, urvalsår", "number", 2),
            Column("later", "Detsamma, senare år", "number", 2),
            Column("rmse_large", "Typiskt fel i stora kommuner", "number", 2, unit="procentenheter"),
            Column("size", "Falsklarm", "number", 1, unit="procent"),
            Column("size_large", "Falsklarm, stora kommuner", "number", 1, unit="procent"),
            Column("coverage", "Intervallen täcker", "number", 1, unit="procent"),
        ],
        caption="Turneringens åtta bästa metoder",
        note=(
            "Urvalsår: till och med 2019. Övriga kolumner är räknade på år från och med 2020. Stora "
            "kommuner: minst 50 000 invånare."
        ),
    )
