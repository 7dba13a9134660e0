"""``bistand ny-period``: the run entry of the next period, and whether the data reach it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis.calendar import PERIOD_PATTERN, period_end, period_name
from analysis.panel import as_of, build_panel, read_panel
from analysis.paths import Project
from analysis.runs.load import RunList, check_references, load_runs
from analysis.runs.model import Run
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.observation import WITH_VALUE
from analysis.sources.yaml_in import read_yaml
from analysis.sources.yaml_out import dump_yaml
from foundation.errors import BistandError
from foundation.files import write_text

Echo = Callable[[str], None]


@dataclass(frozen=True)
class Reach:
    """How far one measure reaches for a municipality, as known on the run's day."""

    measure_id: str
    name: str
    last: str | None
    expected: str
    known_from: str | None

    @property
    def missing(self) -> bool:
        """Whether the measure stops before the period that was expected."""
        return self.last is None or self.last < self.expected


@dataclass(frozen=True)
class NewPeriod:
    """The new run, what it follows, how far its data reach, and the text that was (or would be) written."""

    run: Run
    base: Run
    reach: tuple[Reach, ...]
    entry: str
    written: bool

    @property
    def missing(self) -> tuple[Reach, ...]:
        """The measures that do not reach the period."""
        return tuple(item for item in self.reach if item.missing)


def new_period(
    project: Project,
    base: str | None,
    period: str,
    *,
    kommun: str | None = None,
    kant_senast: date | None = None,
    run_id: str | None = None,
    rubrik: str | None = None,
    planned: bool = False,
    dry_run: bool = False,
    echo: Echo = lambda text: None,
    today: date | None = None,
) -> NewPeriod:
    """Write the entry of a new run, made from an earlier one of the same plan.

    Parameters
    ----------
    base
        Id of the run to follow; None takes the latest listed run (of `kommun`, if given).
    period
        ``2024``, ``2024-10`` or ``2024-T2``.
    kant_senast
        Day whose knowledge the run may use; today unless said.
    planned
        Let the day lie ahead: the period's end when it is later than today, or the day that is said.
    dry_run
        Only check; write nothing.

    Raises
    ------
    BistandError
        If the base or the period is unknown, the id is taken, or the day lies ahead without `planned`.
        ``reports/runs.yml`` is then unchanged.
    """
    if not re.match(PERIOD_PATTERN, period):
        raise BistandError(
            f"perioden ”{period}” går inte att tolka", fix="Skriv 2024, 2024-10 eller 2024-T2."
        )
    catalogue = load_catalogue(project.raw)
    runs = load_runs(project, catalogue)
    origin = _base(runs, base, kommun)
    day = _known_until(period, kant_senast, today or date.today(), planned)
    run = _run(origin, period, day, run_id, rubrik)
    if any(other.id == run.id for other in runs.runs):
        raise BistandError(
            f"körningen ”{run.id}” finns redan", file=project.runs_file, fix="Ange --id med ett annat namn."
        )
    check_references(run, runs.plans, catalogue, project)
    entry = entry_text(run, _own_fields(project, origin.id))
    build_panel(project)
    reach = reach_of(read_panel(project), run, catalogue, runs)
    if not dry_run:
        write_text(project.runs_file, appended(project.runs_file, entry))
    _tell(run, reach, entry, dry_run, echo)
    return NewPeriod(run, origin, reach, entry, not dry_run)


def _known_until(period: str, said: date | None, today: date, planned: bool) -> date:
    """Return the day whose knowledge the run may use: nobody knows today what is known tomorrow."""
    if planned:
        return said or max(today, period_end(period))
    if said is not None and said > today:
        raise BistandError(
            f"kant_senast {said.isoformat()} ligger efter dagens datum {today.isoformat()}",
            fix="Ange en dag som har varit, eller lägg till --planerad om körningen förbereds i förväg.",
        )
    return said or today


def _base(runs: RunList, base: str | None, kommun: str | None) -> Run:
    if base is not None:
        return runs.get(base)
    candidates = [run for run in runs.runs if kommun in (None, run.kommun)]
    if not candidates:
        raise BistandError(
            f"ingen listad körning gäller kommunen {kommun}",
            fix=f"Skriv den första körningen: bistand ny-kommun {kommun}.",
        )
    return max(candidates, key=lambda run: run.kant_senast)


def _run(origin: Run, period: str, day: date, run_id: str | None, rubrik: str | None) -> Run:
    stem = origin.id.removesuffix(f"-{origin.period.lower()}")
    title = origin.rubrik.rpartition(",")[0] or origin.rubrik
    return origin.model_copy(
        update={
            "id": run_id or f"{stem}-{period.lower()}",
            "rubrik": rubrik or f"{title}, {period_name(period)}",
            "period": period,
            "kant_senast": day,
        }
    )


def _own_fields(project: Project, run_id: str) -> dict[str, object]:
    """Return the fields that a listed run sets itself, beyond those that every entry has."""
    always = {"id", "rubrik", "kommun", "period", "kant_senast", "plan", "mal"}
    content: Any = read_yaml(project.runs_file)
    entry = next(fields for fields in content["korningar"] if fields["id"] == run_id)
    return {key: value for key, value in entry.items() if key not in always}


def entry_text(run: Run, own: dict[str, object]) -> str:
    """Return the entry as it is written into ``reports/runs.yml``.

    `own` holds fields that the run it follows sets beyond the defaults; they are carried over.
    """
    fields = {"id": run.id, "rubrik": run.rubrik, "kommun": run.kommun, "period": run.period}
    lines = [f"{key}: {_scalar(value)}" for key, value in fields.items()]
    lines.append(f"kant_senast: {run.kant_senast.isoformat()}")
    if run.plan:
        lines.append(f"plan: {run.plan}")
    if run.mal:
        lines.append(f"mal: {run.mal}")
    lines += [f"{key}: {_scalar(value)}" for key, value in own.items()]
    return (
        "\n".join(f"  - {line}" if number == 0 else f"    {line}" for number, line in enumerate(lines)) + "\n"
    )


def _scalar(value: object) -> str:
    return dump_yaml(value, flow=True, width=500).strip()


def appended(path: Path, entry: str) -> str:
    """Return the list of runs with an entry last; every other line, comments too, stays as it is."""
    text = path.read_text(encoding="utf-8")
    keys = re.findall(r"^(\w+):", text, flags=re.MULTILINE)
    if not keys or keys[-1] != "korningar":
        raise BistandError(
            "listan ”korningar” ska stå sist i filen",
            file=path,
            fix="Flytta den sist, eller lägg in posten för hand.",
        )
    updated = f"{text.rstrip()}\n\n{entry}"
    before, after = yaml.safe_load(text), yaml.safe_load(updated)
    if after["korningar"][:-1] != before["korningar"] or after["korningar"][-1]["id"] not in entry:
        raise BistandError(
            "posten går inte att lägga till i filen", file=path, fix="Lägg in posten för hand."
        )
    return updated


def reach_of(panel: pd.DataFrame, run: Run, catalogue: Catalogue, runs: RunList) -> tuple[Reach, ...]:
    """Return how far the run's measures reach: the main one, the target's, and the municipality's own monthly ones."""
    known = as_of(panel, run.kant_senast)
    mine = known[(known["kommun_kod"] == run.kommun) & known["status"].isin(WITH_VALUE)]
    wanted = [run.matt]
    if run.mal and runs.targets[run.mal].matt not in wanted:
        wanted.append(runs.targets[run.mal].matt)
    monthly = mine.loc[
        mine["measure_id"].str.startswith("MANAD_") & (mine["period"].str.len() == 7), "measure_id"
    ]
    wanted += [name for name in sorted(monthly.unique()) if name not in wanted]
    return tuple(_reach(mine, name, run, catalogue) for name in wanted)


def _reach(mine: pd.DataFrame, measure_id: str, run: Run, catalogue: Catalogue) -> Reach:
    rows = mine[(mine["measure_id"] == measure_id) & (mine["gender"] == "T")]
    monthly = bool((rows["period"].str.len() == 7).any())
    end = period_end(run.period)
    if monthly:
        rows, expected = rows[rows["period"].str.len() == 7], f"{end:%Y-%m}"
    else:
        rows = rows[rows["period"].str.len() == 4]
        expected = str(end.year if (end.month, end.day) == (12, 31) else end.year - 1)
    name = catalogue.measure(measure_id).kort
    if rows.empty:
        return Reach(measure_id, name, None, expected, None)
    last = rows.sort_values("period").iloc[-1]
    return Reach(measure_id, name, str(last["period"]), expected, str(last["known_from"]))


def _tell(run: Run, reach: tuple[Reach, ...], entry: str, dry_run: bool, echo: Echo) -> None:
    echo(("Posten skulle bli:" if dry_run else "Ny post i reports/runs.yml:") + f"\n\n{entry}")
    for item in reach:
        last = f"till {item.last}" if item.last else "inga värden"
        verdict = f"saknas för {item.expected}" if item.missing else "når perioden"
        echo(f"  {item.name} ({item.measure_id}): {last}; {verdict}")
    if not dry_run:
        echo(f"Ångra: ta bort posten ”{run.id}” sist i reports/runs.yml.")
    if any(item.missing for item in reach):
        echo(
            "Det som saknas skattas eller anges som saknat i rapporten. Lägg in nya siffror med ”bistand data lagg-till”."
        )
