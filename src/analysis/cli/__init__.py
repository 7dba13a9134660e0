"""The command ``bistand``. Commands are thin; heavy imports wait until a command needs them."""

from __future__ import annotations

import os
import time
from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.cli.data import data_app
from analysis.cli.declaration import declaration_app
from analysis.cli.frames import Commands
from analysis.cli.micro import micro_app
from analysis.cli.new import add_new_commands
from analysis.cli.shared import TOWN, alone, prepare_terminal, say, swedish_errors, town_code
from foundation.errors import BistandError

if TYPE_CHECKING:
    from analysis.paths import Project

prepare_terminal()
app = Commands(
    help="Biståndsläget: följ biståndsmottagande, åtgärder och mål i svenska kommuner.", no_args_is_help=True
)
app.add_typer(data_app, name="data")
app.add_typer(micro_app, name="mikro")
app.add_typer(declaration_app, name="deklaration")
add_new_commands(app)


def _show_version(asked: bool) -> None:
    if asked:
        say(f"bistand {installed('bistandslaget')}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", help="Visa versionen.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    pass


@app.command("rapport", example="rapport --korning uppsala-26p-2022")
@swedish_errors
@alone
def report(
    korning: Annotated[str | None, typer.Option(help="Kör bara den här körningen.")] = None,
    atergivare: Annotated[str, typer.Option(help="auto, quarto eller inbyggd.")] = "auto",
    processer: Annotated[int, typer.Option(help="Antal anteckningsböcker samtidigt.")] = 0,
    karnor: Annotated[str, typer.Option(help="varma (delar på det som läses in) eller vanliga.")] = "varma",
    utan_sverige: Annotated[
        bool, typer.Option("--utan-sverige", help="Lämna ut sidorna om alla landets kommuner.")
    ] = False,
    dask: Annotated[
        str | None,
        typer.Option(help="Låt ett Dask-kluster köra anteckningsböckerna: schemaläggarens adress."),
    ] = None,
) -> None:
    """Bygg observationstabellen, kör det som ändrats och publicera webbplatsen i _site."""
    from analysis.paths import find_project
    from analysis.pipeline import gate
    from analysis.pipeline.inputs import check_inputs

    if processer < 0:
        raise BistandError(f"{processer} processer går inte", fix="Ange 1 eller fler, eller utelämna valet.")
    if karnor not in {"varma", "vanliga"}:
        raise BistandError(f"kärnorna ”{karnor}” är okända", fix="Välj varma eller vanliga.")
    if atergivare not in {"auto", "quarto", "inbyggd"}:
        raise BistandError(f"återgivaren ”{atergivare}” är okänd", fix="Välj auto, quarto eller inbyggd.")
    began = time.perf_counter()
    project = find_project()
    name = f"rapport-{atergivare}{'-utan-sverige' if utan_sverige else ''}"
    before = gate.recall(project, name, gate.state(project)) if korning is None else None
    if before is not None:
        say("\n".join(before))
        say(f"Ingenting har ändrats sedan dess, {time.perf_counter() - began:.1f} s.")
        return
    check_inputs(project)
    from analysis.cli.progress import bar
    from analysis.pipeline.report import make_report

    result = make_report(
        project,
        only=korning,
        renderer=atergivare,
        workers=processer or min(4, os.cpu_count() or 1),
        progress=bar(),
        warm=karnor == "varma",
        country=not utan_sverige,
        cluster=dask,
    )
    panel = result.panel
    say(
        f"Observationer: {panel.rows} ({panel.added} nya, {panel.changed} ändrade, {panel.removed} borttagna) "
        f"ur {len(panel.sources)} källor."
    )
    if korning is None:
        lines = [
            f"Observationer: {panel.rows} (0 nya, 0 ändrade, 0 borttagna) ur {len(panel.sources)} källor.",
            f"Körda: inga. Oförändrade körningar: {result.runs}.",
            f"Webbplatsen: {result.pages} sidor i {project.relative(project.site)}/index.html.",
        ]
        gate.store(project, name, gate.state(project), lines)
    made = ", ".join(dict.fromkeys(outcome.name.split("/")[0] for outcome in result.executed)) or "inga"
    say(
        f"Körda: {made} ({len(result.executed)} anteckningsböcker). Oförändrade körningar: {len(result.skipped)}."
    )
    say(
        f"Webbplatsen: {result.pages} sidor i {project.relative(project.site)}/index.html "
        f"({result.renderer} återgivare), {time.perf_counter() - began:.0f} s."
    )


@app.command("lista", example="lista")
@swedish_errors
@alone
def lista() -> None:
    """Visa alla körningar och om de behöver köras om."""
    from analysis.paths import find_project
    from analysis.pipeline import gate

    project = find_project()
    now = gate.state(project, built=False)
    lines = gate.recall(project, "lista", now)
    if lines is None:
        lines = _list_runs(project)
        gate.store(project, "lista", gate.state(project, built=False), lines)
    say("\n".join(lines))


def _list_runs(project: Project) -> list[str]:
    from analysis.panel import build_panel
    from analysis.pipeline.inputs import check_inputs
    from analysis.pipeline.staleness import plan_runs
    from analysis.runs.load import load_runs
    from analysis.sources.catalogue import load_catalogue
    from analysis.sources.passports import find_passports

    check_inputs(project)
    catalogue = load_catalogue(project.raw)
    build_panel(project)
    planned = plan_runs(project, load_runs(project, catalogue), catalogue, find_passports(*project.sources))
    return [
        f"{'behöver köras' if item.stale else 'aktuell':<14} {item.run.id:<26} {item.run.rubrik}"
        for item in planned
    ]


@app.command("matt", example="matt hushåll")
@swedish_errors
def matt(
    sok: Annotated[str | None, typer.Argument(help="Mått eller rubrik att söka efter.")] = None,
) -> None:
    """Visa måtten och vilka rubriker som känns igen i egna filer."""
    from analysis.paths import find_project
    from analysis.sources.catalogue import load_catalogue
    from analysis.sources.ingest.headings import measures_text

    say(measures_text(load_catalogue(find_project().raw), sok))


@app.command("ny-period", example="ny-period 2026-12 --kommun 0380")
@swedish_errors
@alone
def new_period(
    period: Annotated[str, typer.Argument(help="2027, 2027-06 eller 2027-T1.")],
    efter: Annotated[str | None, typer.Option(help="Körning att utgå från; annars den senaste.")] = None,
    kommun: Annotated[str | None, typer.Option(help=f"{TOWN}, om flera kommuner följs.")] = None,
    kant_senast: Annotated[
        str | None, typer.Option(help="Dag vars kunskap får användas, ÅÅÅÅ-MM-DD.")
    ] = None,
    run_id: Annotated[str | None, typer.Option("--id", help="Körningens id.")] = None,
    rubrik: Annotated[str | None, typer.Option(help="Körningens rubrik.")] = None,
    planerad: Annotated[
        bool, typer.Option("--planerad", help="Låt kant_senast ligga efter i dag: körningen förbereds.")
    ] = False,
    prova: Annotated[bool, typer.Option("--prova", help="Skriv inget, säg bara vad som saknas.")] = False,
    kor: Annotated[bool, typer.Option("--kor/--kor-inte", help="Kör perioden direkt.")] = True,
) -> None:
    """Lägg till en period, säg vad som saknas, kör den och visa vad som ändrats."""
    from datetime import date

    from analysis.paths import find_project
    from analysis.pipeline.new_period import new_period as add_period
    from analysis.pipeline.since import changes_since_previous

    try:
        day = date.fromisoformat(kant_senast) if kant_senast else None
    except ValueError as error:
        raise BistandError(f"dagen ”{kant_senast}” går inte att tolka", fix="Skriv ÅÅÅÅ-MM-DD.") from error
    project = find_project()
    added = add_period(
        project,
        efter,
        period,
        kommun=town_code(kommun) if kommun else None,
        kant_senast=day,
        run_id=run_id,
        rubrik=rubrik,
        planned=planerad,
        dry_run=prova,
        echo=say,
    )
    if not added.written or not kor:
        return
    report(korning=None, atergivare="auto", processer=0, karnor="varma", utan_sverige=False, dask=None)
    for line in changes_since_previous(project, added.run.id):
        say(line)


@app.command("publicera", example="publicera --datum 2026-11-27")
@swedish_errors
@alone
def publish(
    till: Annotated[
        str | None, typer.Option(help="Mapp som webbservern läser; utan den görs ett zip-paket.")
    ] = None,
    datum: Annotated[str | None, typer.Option(help="Paketets datum, ÅÅÅÅ-MM-DD (annars i dag).")] = None,
    aterstall: Annotated[
        bool, typer.Option("--aterstall", help="Ställ i ordning efter en avbruten publicering till mappen.")
    ] = False,
) -> None:
    """Gör ett daterat paket med kontrollsummor av webbplatsen, eller kopiera den till en webbserver."""
    from datetime import date
    from pathlib import Path

    from analysis.paths import find_project
    from analysis.pipeline.publish import copy_to, make_bundle, restore

    project = find_project()
    if aterstall:
        if till is None:
            raise BistandError("--aterstall behöver veta vilken mapp", fix="Skriv också --till MAPP.")
        say("\n".join(restore(Path(till).resolve())) or "Inget behövde återställas.")
        return
    if till is not None:
        say(f"Webbplatsen är kopierad till {copy_to(project, Path(till).resolve())}.")
        return
    try:
        day = date.fromisoformat(datum) if datum else date.today()
    except ValueError as error:
        raise BistandError(f"datumet ”{datum}” går inte att tolka", fix="Skriv ÅÅÅÅ-MM-DD.") from error
    bundle = make_bundle(project, day=day)
    say(f"Paketet {project.relative(bundle.path)}: {bundle.files} filer, SHA-256 {bundle.sha256}.")


@app.command("stada", example="stada")
@swedish_errors
@alone
def stada() -> None:
    """Ta bort det byggda (webbplatsen och körningarnas sidor); filer som du har lagt dit eller ändrat rörs inte."""
    from analysis.declarations.model import FOLDER as DECLARED
    from analysis.paths import find_project
    from analysis.pipeline.places import FOLDER as PLACES
    from analysis.pipeline.site_sources import FOLDER as SOURCES
    from foundation.owned import remove_folder, strangers

    project = find_project()
    places = project.reports / PLACES
    apart = {places, project.reports / DECLARED}
    made = sorted(path for path in (*project.reports.iterdir(), *places.glob("*")) if path.is_dir())
    sources = project.root / SOURCES
    for folder in (project.site, sources, *(path for path in made if path not in apart)):
        found = strangers(folder) if folder.is_dir() else ()
        if folder.is_dir() and not remove_folder(folder):
            say(
                f"{project.relative(folder)} ligger kvar: {found[0].name if found else 'något'} är inte byggt här."
            )


@app.command("visa", example="visa --port 8080")
@swedish_errors
def serve(port: Annotated[int, typer.Option(help="Port på den egna datorn.")] = 8000) -> None:
    """Visa webbplatsen på http://127.0.0.1:8000 (sidorna går också att öppna direkt från disk)."""
    from analysis.paths import find_project
    from analysis.pipeline import serve as server

    server.serve(find_project().site, port, say)


@app.command("logg", example="logg")
@swedish_errors
def logg(
    forsegla: Annotated[
        bool, typer.Option("--forsegla", help="Ge en äldre logg sina kontrollsummor, en gång.")
    ] = False,
) -> None:
    """Pröva att prognosloggen är orörd: varje rad mot sin kontrollsumma och mot det senast incheckade."""
    from analysis.paths import find_project
    from analysis.pipeline.log_command import prove

    say(prove(find_project(), seal_it=forsegla))


@app.command("sidkallor", example="sidkallor")
@swedish_errors
@alone
def sidkallor() -> None:
    """Lägg sidornas källor i _sidkallor, så att ”quarto preview _sidkallor” går att köra."""
    from analysis.paths import find_project
    from analysis.pipeline.site_sources import lay_out_sources

    project = find_project()
    say(f"Källorna ligger i {project.relative(lay_out_sources(project))}. Kör: quarto preview _sidkallor")


@app.command("miljo", example="miljo")
@swedish_errors
@alone
def miljo() -> None:
    """Skriv environment.yml (för conda) ur pyproject.toml."""
    from analysis.paths import find_project
    from analysis.pipeline.environment import write_environment

    say(f"Skrev {write_environment(find_project())}.")


if __name__ == "__main__":
    app()
