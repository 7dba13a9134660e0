"""``bistand data``: build the table, take in the municipality's own files, fetch from open sources, compare vintages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.cli.frames import Commands
from analysis.cli.shared import TOWN, alone, confirm, say, swedish_errors, town_code

_COLUMN_HELP = "Rubrik=MÅTT[,kon=K][,skala=0.001] eller Rubrik=ej med; kan anges flera gånger."

Yes = Annotated[bool, typer.Option("--ja", "--yes", help="Svara ja på frågan om att spara; för skript.")]
data_app = Commands(help="Källor, egna siffror och observationstabell.", no_args_is_help=True)


@data_app.command("bygg", example="data bygg")
@swedish_errors
@alone
def data_build() -> None:
    """Läs alla källor, pröva dem och bygg observationstabellen."""
    from analysis.panel import build_panel
    from analysis.paths import find_project

    result = build_panel(find_project())
    for source in result.sources:
        say(
            f"{source.source_id:<36} {source.rows:>6} rader, {source.with_value:>6} med värde, "
            f"{source.municipalities:>3} kommuner, {source.first_period}–{source.last_period}"
        )
    say(
        f"Summa {result.rows} rader: {result.added} nya, {result.changed} ändrade, {result.removed} borttagna."
    )


@data_app.command("lagg-till", example="data lagg-till export.xlsx --kommun 0380")
@swedish_errors
@alone
def data_add(
    fil: Annotated[Path, typer.Argument(help="CSV- eller Excelfil, som ni har den.")],
    serie: Annotated[
        str | None, typer.Option(help="Seriens namn; nästa fil i serien läses likadant.")
    ] = None,
    kommun: Annotated[str | None, typer.Option(help=f"{TOWN}; om filen inte har den.")] = None,
    matt: Annotated[str | None, typer.Option(help="Mått ur måttkatalogen, om filen inte säger det.")] = None,
    kon: Annotated[str | None, typer.Option(help="T, K eller M, om hela filen gäller ett kön.")] = None,
    grupp: Annotated[str | None, typer.Option(help="Grupp som hela filen gäller.")] = None,
    ar: Annotated[int | None, typer.Option(help="År, om filen bara anger månader.")] = None,
    blad: Annotated[str | None, typer.Option(help="Blad i Excelfilen.")] = None,
    decimaltecken: Annotated[str | None, typer.Option(help="Komma eller punkt, om det inte framgår.")] = None,
    skala: Annotated[float | None, typer.Option(help="Tal som värdena ska multipliceras med.")] = None,
    preliminara: Annotated[int | None, typer.Option(help="Antal sista månader som är preliminära.")] = None,
    titel: Annotated[str | None, typer.Option(help="Filens titel i passet.")] = None,
    producent: Annotated[str | None, typer.Option(help="Vem som tagit fram siffrorna.")] = None,
    definition: Annotated[str | None, typer.Option(help="Vad siffrorna mäter.")] = None,
    kolumn: Annotated[
        list[str] | None,
        typer.Option(help=_COLUMN_HELP),
    ] = None,
    godta: Annotated[
        list[str] | None,
        typer.Option(
            help="Regel vars fråga besvaras med ja: storlek, hopp, summa, grupper, skala, dagnummer."
        ),
    ] = None,
    i_efterhand: Annotated[
        bool,
        typer.Option(
            "--i-efterhand",
            help="Låt färdiga körningar se äldre perioder, som om de varit kända efter normal eftersläpning.",
        ),
    ] = False,
    yes: Yes = False,
) -> None:
    """Läs en egen fil, visa vad som förstods och lagra den som en ny utgåva."""
    from analysis.paths import find_project
    from analysis.pipeline.data_add import AddOptions, add_file

    options = AddOptions(
        serie=serie,
        kommun=town_code(kommun) if kommun else None,
        matt=matt,
        kon=kon,
        grupp=grupp,
        ar=ar,
        blad=blad,
        decimaltecken=decimaltecken,
        skala=skala,
        preliminara_manader=preliminara,
        titel=titel,
        producent=producent,
        definition=definition,
        kolumner=tuple(kolumn or ()),
        godta=tuple(godta or ()),
        i_efterhand=i_efterhand,
        yes=yes,
    )
    add_file(find_project(), fil, options, confirm=confirm, echo=say)


@data_app.command("flytta", example="data flytta")
@swedish_errors
@alone
def data_move(
    yes: Yes = False,
) -> None:
    """Flytta egna filer som ligger hela i data/raw: det som förstods till data/egna, resten tas bort."""
    from analysis.paths import find_project
    from analysis.pipeline.data_move import move_own

    move_own(find_project(), confirm=lambda question: yes or confirm(question), echo=say)


@data_app.command("kontrollera-arkiv", example="data kontrollera-arkiv")
@swedish_errors
def data_archive() -> None:
    """Pröva att inga egna räknade tal ligger i git-arkivet; fel om de gör det."""
    from analysis.paths import find_project
    from analysis.pipeline.archive import demand_no_own_counts

    demand_no_own_counts(find_project())
    say("Arkivet innehåller inga egna räknade tal.")


@data_app.command("hamta", example="data hamta kolada")
@swedish_errors
@alone
def data_fetch(
    kalla: Annotated[str, typer.Argument(help="kolada eller scb.")],
    matt: Annotated[list[str] | None, typer.Option(help="Mått; utan valet hämtas alla i katalogen.")] = None,
    kommuner: Annotated[list[str] | None, typer.Option(help="Kommunkod, gruppnamn eller alla.")] = None,
    fran: Annotated[int, typer.Option(help="Första år.")] = 2012,
    till: Annotated[int | None, typer.Option(help="Sista år.")] = None,
    adress: Annotated[str | None, typer.Option(help="Annan adress till tjänsten.")] = None,
    tillat_luckor: Annotated[
        bool, typer.Option("--tillat-luckor", help="Godta att kommuner saknas.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Hämta mått ur en öppen källa och lagra dem som en ny utgåva."""
    from analysis.paths import find_project
    from analysis.pipeline.data_fetch import FetchOptions, fetch

    options = FetchOptions(
        matt=tuple(matt or ()),
        kommuner=tuple(kommuner or ("alla",)),
        fran=fran,
        till=till,
        adress=adress,
        tillat_luckor=tillat_luckor,
        yes=yes,
    )
    fetch(find_project(), kalla, options, confirm=confirm, echo=say)


@data_app.command("prova", example="data prova kolada")
@swedish_errors
def data_try(
    kalla: Annotated[str | None, typer.Argument(help="kolada eller scb; utan den båda.")] = None,
    kommun: Annotated[str, typer.Option(help=f"{TOWN}, att pröva med.")] = "0380",
    adress: Annotated[str | None, typer.Option(help="Annan adress till tjänsten.")] = None,
) -> None:
    """Pröva om Kolada och SCB fortfarande svarar i den väntade formen; ingenting sparas."""
    from analysis.paths import find_project
    from analysis.pipeline.data_try import try_services

    try_services(find_project(), kalla, kommun=town_code(kommun), adress=adress, echo=say)


@data_app.command("skillnad", example="data skillnad")
@swedish_errors
def data_diff(
    serie: Annotated[str | None, typer.Argument(help="Serie; utan den visas alla.")] = None,
) -> None:
    """Visa vad den senaste utgåvan ändrade, med hopp och definitionsbrott."""
    from analysis.paths import find_project
    from analysis.sources.passports import find_passports

    project = find_project()
    vintages = [item.passport.series for item in find_passports(*project.sources)]
    if serie is None and len(set(vintages)) == len(vintages):
        say("Ingen serie har mer än en utgåva, så det finns inget att jämföra.")
        return
    from analysis.pipeline.data_diff import show_diff

    show_diff(project, serie, say)


@data_app.command("mall", example="data mall manader.xlsx --kommun 0380")
@swedish_errors
def data_template(
    fil: Annotated[Path, typer.Argument(help="Excelfil att skriva.")],
    kommun: Annotated[str, typer.Option(help=f"{TOWN}.")],
    fran: Annotated[str | None, typer.Option(help="Första månad, ÅÅÅÅ-MM.")] = None,
    manader: Annotated[int, typer.Option(help="Antal månader; annars till och med den här månaden.")] = 0,
) -> None:
    """Skriv en Excelmall för månadsuppgifter ur verksamhetssystemet."""
    from analysis.paths import find_project
    from analysis.pipeline.data_template import write_template

    write_template(find_project(), fil, kommun=town_code(kommun), fran=fran, manader=manader, echo=say)
