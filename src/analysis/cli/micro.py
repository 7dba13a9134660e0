"""``bistand mikro``: effects of single measures from the municipality's own spells, which never leave the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.cli.frames import Commands
from analysis.cli.shared import TOWN, say, swedish_errors, town_code

micro_app = Commands(
    help="Enskilda åtgärders effekt ur egna personuppgifter, på den egna datorn.", no_args_is_help=True
)


@micro_app.command("prova", example="mikro prova")
@swedish_errors
def micro_check(
    mapp: Annotated[Path | None, typer.Argument(help="Mapp med filerna; annars data/mikro.")] = None,
) -> None:
    """Pröva filerna och säg vilken effekt de skulle kunna visa, innan något räknas."""
    from analysis.micro.commands import check
    from analysis.paths import find_project

    for line in check(mapp or find_project().root / "data" / "mikro"):
        say(line)


@micro_app.command("kor", example="mikro kor")
@swedish_errors
def micro_run(
    mapp: Annotated[Path | None, typer.Argument(help="Mapp med filerna; annars data/mikro.")] = None,
    dragningar: Annotated[
        int | None, typer.Option(help="Antal bootstrapdragningar; annars så många som behövs.")
    ] = None,
    minsta_antal: Annotated[int, typer.Option(help="Minsta antal personer som visas.")] = 5,
) -> None:
    """Skatta varje åtgärds effekt; bara skyddade tabeller lämnar mappen."""
    from analysis.calendar import month_label, period_name
    from analysis.micro.commands import run
    from analysis.paths import find_project
    from analysis.pipeline.own_measures import write_pages

    project = find_project()
    out = project.reports / "mikro"
    released = run(
        mapp or project.root / "data" / "mikro",
        out,
        draws=dragningar,
        threshold=minsta_antal,
        progress=say,
    )
    for line in released.lines:
        say(line)
    first, last = (period_name(month_label(month)) for month in (released.window.first, released.window.last))
    page = write_pages(out, released.place, f"{first} till {last}")
    say(f"Sidorna, en per åtgärd: {project.relative(page)}")


@micro_app.command("exempel", example="mikro exempel provmapp")
@swedish_errors
def micro_example(mapp: Annotated[Path, typer.Argument(help="Tom mapp att skriva i.")]) -> None:
    """Skriv påhittade filer att pröva kommandona på."""
    from analysis.micro.commands import example

    for line in example(mapp):
        say(line)


@micro_app.command("las", example="mikro las jan.txt feb.txt --kommun 0380")
@swedish_errors
def micro_las(
    filer: Annotated[list[Path], typer.Argument(help="Månadsfilerna, i den ordning de skickades.")],
    kommun: Annotated[str, typer.Option(help=f"{TOWN}.")],
    layout: Annotated[Path | None, typer.Option(help="Egen layout, om filerna saknar rubrikrad.")] = None,
    program: Annotated[
        Path | None, typer.Option(help="Lokal lista: personnummer, program, start, slut.")
    ] = None,
    mapp: Annotated[Path | None, typer.Option(help="Mapp för tabellerna; annars data/mikro.")] = None,
    pahittade: Annotated[bool, typer.Option("--pahittade", help="Filerna är påhittade.")] = False,
) -> None:
    """Läs månadsfilerna till Socialstyrelsen. Personnummer finns bara i minnet och blir nycklade löpnummer."""
    from analysis.micro.statutory.command import forbid_network, read_to_folder
    from analysis.paths import find_project
    from analysis.pipeline.own_measures import published_figures
    from analysis.sources.catalogue import load_catalogue

    project = find_project()
    kommun = town_code(kommun)
    name = load_catalogue(project.raw).municipality(kommun).name
    published = published_figures(project, kommun)
    forbid_network()
    done = read_to_folder(
        filer, mapp or project.root / "data" / "mikro", project.raw, municipality=kommun, name=name,
        layout=layout, programmes=program, published=published, synthetic=pahittade,
    )  # fmt: skip
    for line in done.lines:
        say(line)
    say(f"Nästa steg, effekterna: bistand mikro kor{f' {mapp}' if mapp else ''}")


@micro_app.command("layout", example="mikro layout jan.txt")
@swedish_errors
def micro_layout(
    fil: Annotated[Path, typer.Argument(help="En månadsfil.")],
    till: Annotated[Path, typer.Option(help="Utkastet till layout.")] = Path("layout.yml"),
    layout: Annotated[Path | None, typer.Option(help="Egen layout att pröva.")] = None,
) -> None:
    """Visa vad som känns igen i en månadsfil, kolumn för kolumn, och skriv en layout att ändra i."""
    from analysis.micro.statutory.command import show_layout
    from analysis.paths import find_project

    for line in show_layout(fil, find_project().raw, till, layout):
        say(line)


@micro_app.command("glom", example="mikro glom")
@swedish_errors
def micro_glom(
    mapp: Annotated[Path | None, typer.Argument(help="Mapp med tabellerna; annars data/mikro.")] = None,
) -> None:
    """Förstör nyckeln, så att inget löpnummer går att knyta till en person igen."""
    from analysis.micro.statutory.command import destroy_key
    from analysis.paths import find_project

    for line in destroy_key(mapp or find_project().root / "data" / "mikro"):
        say(line)


@micro_app.command("exempelfiler", example="mikro exempelfiler provmapp")
@swedish_errors
def micro_example_files(
    mapp: Annotated[Path, typer.Argument(help="Tom mapp att skriva månadsfilerna i.")],
    manader: Annotated[int, typer.Option(help="Antal månader.")] = 48,
    storlek: Annotated[
        float, typer.Option(help="Nya personer i månaden; 112 är en kommun av Uppsalas storlek.")
    ] = 20.0,
) -> None:
    """Skriv månadsfiler för en påhittad kommun att pröva kommandot las på."""
    from analysis.micro.generator import generate, named
    from analysis.micro.municipality import Municipality
    from analysis.micro.statutory.generator import Dirt, write_statutory

    town = Municipality(inflow=storlek, months=manader, churn=0.15)
    dirt = Dirt(repeated=0.002, late=0.01, wrong_code=0.001)
    files = write_statutory(named(generate(town, 1), town), mapp, dirt=dirt)
    say(f"{len(files)} påhittade månadsfiler ligger i {mapp}. Inget personnummer i dem kan vara någons.")
    say("Pröva dem med två kommandon:")
    say(f"  bistand mikro las {mapp}/*.txt --kommun 0380 --pahittade --mapp data/mikro-exempel")
    say("  bistand mikro kor data/mikro-exempel")
