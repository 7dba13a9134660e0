"""``bistand ny-kommun`` and ``bistand ny-plan``: the first run of a municipality, and a plan that loads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analysis.answers.country import NEAR, latest_known, nearest
from analysis.answers.labour import UNEMPLOYMENT
from analysis.calendar import period_name
from analysis.panel import build_panel, read_panel, wide
from analysis.paths import Project
from analysis.pipeline.inputs import check_inputs
from analysis.pipeline.new_period import appended, entry_text
from analysis.pipeline.said import Decided, find_town, target_in_words
from analysis.runs.load import RunList
from analysis.runs.model import Run
from analysis.runs.national import MAIN_MEASURE, national_rows
from analysis.sources.catalogue import Catalogue, Municipality, load_catalogue
from analysis.sources.observation import POPULATION, RIKET
from analysis.sources.passports import find_passports
from analysis.sources.yaml_out import dump_yaml
from foundation.errors import BistandError
from foundation.files import write_text

GROUPS = "jamforelsegrupper.yml"
#: Notebooks that need neither plan nor target, and those that a plan without written measures has.
WITHOUT_PLAN = ("01_laget", "06_datakvalitet", "08_andringar")
WITHOUT_MEASURES = ("00_i_korthet", "01_laget", "03_effekt", "04_mal", "06_datakvalitet", "08_andringar")


@dataclass(frozen=True)
class Written:
    """What a command wrote: the run, and what to tell the user."""

    run: Run
    lines: tuple[str, ...]


def new_municipality(project: Project, said: str, *, today: date | None = None) -> Written:
    """Write a municipality's first run with a comparison group, without a plan.

    Raises
    ------
    BistandError
        If the municipality is unknown or is followed already; nothing is then written.
    """
    catalogue = load_catalogue(project.raw)
    runs = check_inputs(project)
    town = find_town(catalogue, said)
    followed = [run for run in runs.runs if run.kommun == town.code]
    if followed:
        raise BistandError(
            f"{town.name} följs redan i körningen ”{followed[-1].id}”",
            fix=f"En ny period: bistand ny-period ÅÅÅÅ-MM --kommun {town.code}. En plan: bistand ny-plan {town.code}.",
        )
    day = today or date.today()
    period = f"{day:%Y-%m}"
    run = _run(town, f"{_stem(town)}-{period}", period, day, WITHOUT_PLAN)
    return _write(project, catalogue, town, run, {}, (f"Lägg till en plan: bistand ny-plan {town.code}",))


def new_plan(
    project: Project, said: str, *, title: str, decided: date, target: str, today: date | None = None
) -> Written:
    """Write a plan that loads, with its target, and a run that follows it.

    Parameters
    ----------
    target
        In words; see `target_in_words`.

    Raises
    ------
    BistandError
        If the municipality is unknown, the target cannot be read, or the plan exists; nothing is then written.
    """
    catalogue = load_catalogue(project.raw)
    runs = check_inputs(project)
    town, goal = find_town(catalogue, said), target_in_words(target)
    if not title.strip():
        raise BistandError("planen behöver en titel", fix="Skriv titeln som den står i beslutet.")
    if int(goal.by[:4]) < decided.year:
        raise BistandError(
            f"målet gäller {goal.by}, före beslutet {decided}", fix="Rätta målets år eller beslutets datum."
        )
    plan_id = f"{_stem(town)}-{decided.year}"
    path = project.plans / f"{plan_id}.yml"
    if path.exists():
        raise BistandError(
            "planen finns redan", file=path, fix="Ändra i filen, eller flytta undan den först."
        )
    day = today or date.today()
    period = f"{day:%Y-%m}"
    follows = "vuxn" not in target.lower()
    run = _run(
        town,
        f"{plan_id}-{period}" if decided.year != day.year else f"{_stem(town)}-plan-{period}",
        period,
        day,
        WITHOUT_MEASURES,
    ).model_copy(
        update={
            "plan": plan_id,
            "mal": f"{plan_id}-mal" if follows else None,
            "rubrik": f"{town.name}, {title}, {period_name(period)}",
        }
    )
    text = _plan_text(plan_id, town, title.strip(), decided, target.strip(), goal, follows, day)
    own = (
        ""
        if follows
        else " Målet gäller vuxna; välj mått i planens fil (bistand matt) innan körningen kan följa det."
    )
    steps = (f"Skriv in åtgärderna i {project.relative(path)}; stegen står överst i filen.{own}",)
    return _write(project, catalogue, town, run, {path: text}, steps, runs)


def _stem(town: Municipality) -> str:
    return town.page_name.partition("-")[2]


def _run(town: Municipality, run_id: str, period: str, day: date, notebooks: tuple[str, ...]) -> Run:
    return Run(
        id=run_id,
        rubrik=f"{town.name}, {period_name(period)}",
        kommun=town.code,
        period=period,
        kant_senast=day,
        matt=MAIN_MEASURE,
        jamforelse=f"liknande-{town.code}",
        anteckningsbocker=notebooks,
    )


def _write(
    project: Project,
    catalogue: Catalogue,
    town: Municipality,
    run: Run,
    files: dict[Path, str],
    steps: tuple[str, ...],
    runs: RunList | None = None,
) -> Written:
    """Write everything, check all of it as a report would, and take it back if anything is wrong."""
    latest = [other for other in runs.runs if other.kommun == town.code][-1:] if runs else []
    if latest:
        run = run.model_copy(update={"jamforelse": latest[0].jamforelse})
    texts = dict(files)
    undo = [f"ta bort filen {project.relative(path)}" for path in files]
    if run.jamforelse not in catalogue.groups:
        groups = project.raw / GROUPS
        texts[groups] = (
            f"{groups.read_text(encoding='utf-8').rstrip()}\n{_group_text(project, catalogue, town)}"
        )
        undo.append(f"gruppen ”{run.jamforelse}” sist i {project.relative(groups)}")
    own: dict[str, object] = {"jamforelse": run.jamforelse, "anteckningsbocker": list(run.anteckningsbocker)}
    texts[project.runs_file] = appended(project.runs_file, entry_text(run, own))
    undo.append(f"posten ”{run.id}” sist i {project.relative(project.runs_file)}")
    before = {path: path.read_text(encoding="utf-8") if path.exists() else None for path in texts}
    try:
        for path, text in texts.items():
            write_text(path, text)
        check_inputs(project)
    except BaseException:
        for path, old in before.items():
            if old is None:
                path.unlink(missing_ok=True)
            else:
                write_text(path, old)
        raise
    wrote = ", ".join(project.relative(path) for path in texts)
    return Written(
        run,
        (
            f"Skrev körningen ”{run.id}” för {town.name} ({town.code}): {wrote}.",
            *steps,
            "Bygg sidorna: bistand rapport",
            f"Ångra: ta bort {', '.join(undo).replace('ta bort ', '')}.",
        ),
    )


def _group_text(project: Project, catalogue: Catalogue, town: Municipality) -> str:
    """Return a comparison group: the municipalities nearest in size and unemployment."""
    build_panel(project)
    panel = national_rows(read_panel(project), find_passports(*project.sources))
    population, year = latest_known(wide(panel, POPULATION))
    unemployment, later = latest_known(wide(panel, UNEMPLOYMENT[0]))
    codes = [code for code in catalogue.municipalities if code != RIKET and code in population.index]
    group = {
        f"liknande-{town.code}": {
            "titel": "liknande kommuner",
            "regel": (
                f"De {NEAR} kommuner som ligger närmast {town.name} i folkmängd {year} (logaritmen) och arbetslöshet "
                f"{later}, båda mätta i standardavvikelser. Vald när körningen skrevs."
            ),
            "kommuner": sorted(nearest(population, unemployment, codes)[town.code]),
        }
    }
    return dump_yaml(group)


def _plan_text(
    plan_id: str,
    town: Municipality,
    title: str,
    decided: date,
    target: str,
    goal: Decided,
    follows: bool,
    day: date,
) -> str:
    """Return the plan's file: what is known, and the next steps as comments."""
    source = {"dok": "beslut", "plats": "Beslutet"}
    post: dict[str, object] = {
        "id": f"{plan_id}-mal",
        "text": target if target.endswith(".") else f"{target}.",
        "villkor": goal.operator,
        "varde": goal.value,
        "enhet": "procent",
        "senast": goal.by,
        "kalla": source,
    }
    if follows:
        post["foljs"] = {
            "namn": f"målet för {goal.by[:4]}",
            "matt": MAIN_MEASURE,
            "tolkning": "Målet räknas på invånare, barn inräknade, under ett helt år.",
        }
    data = {
        "id": plan_id,
        "titel": title,
        "kort_titel": title,
        "kommun": town.code,
        "beslutad": decided,
        "ar": {"fran": decided.year, "till": max(decided.year, int(goal.by[:4]))},
        "pass": {
            "licens": "Allmän handling. Uppgifter återges med egna ord och med källa.",
            "citera": f"{town.name}, {title}, {decided}.",
            "avskriven_av": "Ange namn",
            "avskriven_den": day,
            "metod": "Läst och avskriven för hand.",
        },
        "dokument": [{"id": "beslut", "producent": town.name, "titel": title, "datum": decided}],
        "omraden": [{"id": "1", "titel": "Planen", "kalla": source}],
        "mal": [post],
        "atgarder": [
            {
                "nummer": 1,
                "text": "Åtgärderna är inte inskrivna än",
                "omrade": "1",
                "kalla": source,
                "underlag": {
                    "mekanism": ["ingen uttalad"],
                    "malgrupp": "inte angiven",
                    "niva": "kommun",
                },
            }
        ],
    }
    return (
        "# Skriven av bistand ny-plan. Filen går att läsa in som den är. Nästa steg:\n"
        "#   1. Skriv in åtgärderna under atgarder, i stället för den som står där. MALL.yml visar alla fält.\n"
        "#   2. Ta bort raden anteckningsbocker ur körningen i reports/runs.yml, så görs sidorna om dem också.\n"
        "#   3. Ange vem som skrivit av (avskriven_av) och var i beslutet saker står (plats).\n"
        "#   4. Lägg till uppföljningarna under dokument när de kommer, och deras statusar under åtgärderna.\n"
        "#   5. Kör bistand rapport; fel i filen sägs med rad innan något körs.\n"
        f"{dump_yaml(data)}"
    )
