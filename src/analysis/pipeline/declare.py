"""Lock a declaration, carry it out, draft one for a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import yaml

from analysis.answers.declaration import (
    declared_dose,
    declared_placebo,
    expected_futures,
    furthest_from_lock,
    known_panel,
    lock_state,
    paths_of,
)
from analysis.declarations.judge import Judgement, judge
from analysis.declarations.model import FOLDER, Declaration, load_declaration, load_declarations, newest
from analysis.effects.wording import p_text
from analysis.forecasts.log import append, log_rows
from analysis.paths import Project
from analysis.plans.load import load_plan
from foundation.errors import BistandError
from foundation.files import write_text
from foundation.swedish import day_name, points


@dataclass(frozen=True)
class Locked:
    """What a lock did: the checksum, and how many forecast rows it added to the log."""

    sha256: str
    rows: int


def lock(project: Project, name: str, day: date) -> Locked:
    """Write the lock into the declaration's file and its counterfactual into the forecast log.

    Raises
    ------
    BistandError
        If it is locked already, or if an outcome is known already; nothing is written.
    """
    declaration = newest(load_declarations(project.reports), name)
    path = _file_of(project, declaration)
    if declaration.las is not None:
        raise BistandError(
            f"{name} låstes {day_name(declaration.las.datum)}",
            file=path,
            fix="En ändring skrivs som en ny fil med högre version, ersatter: och skal:.",
        )
    panel = known_panel(project, declaration)
    late = [outcome.ar for outcome in declaration.utfall if outcome.ar in panel.today.columns]
    if late:
        raise BistandError(
            f"utfallet för {late[0]} är redan känt", file=path, fix="Deklarera bara utfall som inte är kända."
        )
    expected = expected_futures(declaration, panel)
    rows = pd.concat(
        [
            log_rows(
                paths_of(expected, code),
                kommun_kod=code,
                measure=declaration.matt,
                data_as_of=day,
                code_version=version("bistandslaget"),
            )
            for code in expected.codes
        ],
        ignore_index=True,
    )
    added = append(project.forecast_log, rows).added
    text = path.read_text(encoding="utf-8").rstrip("\n")
    digest = declaration.fingerprint
    write_text(path, f"{text}\nlas:\n  datum: {day.isoformat()}\n  sha256: {digest}\n")
    return Locked(digest, added)


def carry_out(project: Project, name: str) -> list[str]:
    """Judge the declared outcomes that have come; returns Swedish sentences, first whether the lock holds."""
    declaration = newest(load_declarations(project.reports), name)
    panel = known_panel(project, declaration)
    expected = expected_futures(declaration, panel)
    state = lock_state(declaration, furthest_from_lock(project, declaration, expected))
    said = [f"{declaration.titel}, version {declaration.version}: {state}."]
    placebo = declared_placebo(declaration, panel, expected)
    judged, waiting = judge(declaration, expected, panel.today, declared_dose(declaration, panel), placebo)
    for item in judged:
        said.append(f"{item.outcome.ar}: {_deviation(declaration, item)}; omdöme {item.verdict}.")
    said += [f"{item.ar}: utfallet saknas och kommer i {item.kommer}." for item in waiting]
    return said


def _deviation(declaration: Declaration, item: Judgement) -> str:
    """What deviated, in words: the plan's municipality or the country."""
    if declaration.kommun is None:
        return f"rikets avvikelse {points(item.nation.gap)}" if item.nation else "rikets värde saknas"
    table = item.municipal.table
    if declaration.kommun not in table.index:
        return "kommunens värde saknas"
    row = table.loc[declaration.kommun]
    return f"kommunens avvikelse {points(row['observed'] - row['expected'])} ({p_text(item.own or 1.0)} mot andra kommuner)"


def draft(project: Project, plan_id: str, day: date) -> Path:
    """Write a declaration for a plan: its years after today, judged as the national reform is, for one municipality.

    Raises
    ------
    BistandError
        If the plan is unknown, its declaration is there already, or all its years are over.
    """
    source = project.plans / f"{plan_id}.yml"
    if not source.is_file():
        known = ", ".join(sorted(path.stem for path in project.plans.glob("*.yml") if path.stem.islower()))
        raise BistandError(f"planen ”{plan_id}” finns inte", fix=f"Planer: {known}.")
    plan = load_plan(source)
    path = project.reports / FOLDER / f"{plan_id}.yml"
    if path.exists():
        raise BistandError(
            "planen har redan en deklaration", file=path, fix="Skriv en ny version i en egen fil."
        )
    years = [year for year in range(plan.years.first, plan.years.last + 1) if year >= day.year]
    if not years:
        raise BistandError(
            f"planens år ({plan.years.first}–{plan.years.last}) är slut, så utfallen är kända",
            file=source,
            fix="En deklaration skrivs innan utfallet är känt.",
        )
    national = newest(load_declarations(project.reports), "aktivitetskrav-2026")
    fields = national.model_dump(
        mode="json", exclude={"las", "handelse", "studier", "dos", "ersatter", "skal"}
    )
    fields |= {
        "id": plan_id,
        "version": 1,
        "titel": plan.title,
        "kommun": plan.municipality,
        "plan": plan_id,
        "fraga": f"Har andelen blivit en annan än den hade blivit utan {plan.title}?",
        "kant_senast": day.isoformat(),
        "utfall": [
            {
                "ar": year,
                "roll": "huvudutfall" if year == years[-1] else "stödutfall",
                "kommer": f"juni {year + 1}",
                "varfor": "Planens sista år." if year == years[-1] else "Ett av planens år.",
            }
            for year in years
        ],
        "kontrafaktisk": f"Panelmodellens prognos av det som var känt {day_name(day)}, och de andra kommunernas avvikelser.",
        "stors": [],
    }
    Declaration.model_validate(fields)
    head = f"# Deklaration för {plan.title}. Läs den, ändra det som är fel, och lås den innan utfallet är känt.\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, head + yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=110))
    return path


def _file_of(project: Project, declaration: Declaration) -> Path:
    for path in sorted((project.reports / FOLDER).glob("*.yml")):
        found = load_declaration(path)
        if (found.id, found.version) == (declaration.id, declaration.version):
            return path
    raise BistandError(f"deklarationen ”{declaration.id}” har ingen fil")
