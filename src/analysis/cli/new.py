"""``bistand ny-kommun``, ``ny-plan`` and ``mal``: a municipality, a plan, and a question about a target."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from analysis.cli.frames import Commands
from analysis.cli.shared import alone, say, swedish_errors
from foundation.errors import BistandError

Town = Annotated[str, typer.Argument(help="Kommunens namn eller kod, till exempel 1880.")]


def add_new_commands(app: Commands) -> None:
    """Add the commands to ``bistand``."""
    app.command("ny-kommun", example="ny-kommun 1880")(ny_kommun)
    app.command("ny-plan", example="ny-plan 1880")(ny_plan)
    app.command("mal", example="mal 1880 --niva 2,5 --senast 2028")(mal)


@swedish_errors
@alone
def ny_kommun(kommun: Town) -> None:
    """Lägg till en kommun: dess första körning med jämförelsegrupp, utan plan."""
    from analysis.paths import find_project
    from analysis.pipeline.scaffold import new_municipality

    say("\n".join(new_municipality(find_project(), kommun).lines))


@swedish_errors
@alone
def ny_plan(
    kommun: Town,
    titel: Annotated[str | None, typer.Option(help="Planens titel; annars frågar kommandot.")] = None,
    beslutad: Annotated[str | None, typer.Option(help="Beslutets dag, ÅÅÅÅ-MM-DD.")] = None,
    mal: Annotated[str | None, typer.Option("--mal", help="Målet i ord, med procent och år.")] = None,
) -> None:
    """Skriv en plan som går att läsa in, med sitt mål och en körning; frågar efter titel, dag och mål."""
    from analysis.paths import find_project
    from analysis.pipeline.said import find_town
    from analysis.pipeline.scaffold import new_plan
    from analysis.sources.catalogue import load_catalogue

    project = find_project()
    town = find_town(load_catalogue(project.raw), kommun)
    titel = titel or typer.prompt(f"Planens titel ({town.name})")
    beslutad = beslutad or typer.prompt("Beslutad den dag (ÅÅÅÅ-MM-DD)")
    mal = mal or typer.prompt("Målet i ord (Högst 2,5 procent av invånarna har ekonomiskt bistånd 2028)")
    try:
        day = date.fromisoformat(beslutad.strip())
    except ValueError as error:
        raise BistandError(f"dagen ”{beslutad}” går inte att tolka", fix="Skriv ÅÅÅÅ-MM-DD.") from error
    say("\n".join(new_plan(project, town.code, title=titel, decided=day, target=mal).lines))


@swedish_errors
def mal(
    kommun: Town,
    niva: Annotated[str, typer.Option(help="Högst så många procent av invånarna, till exempel 2,5.")],
    senast: Annotated[int, typer.Option(help="Året som nivån ska vara nådd.")],
) -> None:
    """Säg hur sannolikt ett mål är, vilken takt det kräver och hur fort det har gått som mest."""
    from analysis.paths import find_project
    from analysis.pipeline.ask import target_lines
    from analysis.pipeline.said import find_town
    from analysis.sources.catalogue import load_catalogue

    try:
        level = float(niva.replace("%", "").replace(",", ".").strip())
    except ValueError as error:
        raise BistandError(f"nivån ”{niva}” är inget tal", fix="Skriv till exempel --niva 2,5.") from error
    project = find_project()
    catalogue = load_catalogue(project.raw)
    town = find_town(catalogue, kommun)
    say("\n".join(target_lines(project, catalogue, town, level, senast, lambda text: say(text, err=True))))
