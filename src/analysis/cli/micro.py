"""``bistand mikro``: effects of single measures from the municipality's own spells, which never leave the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.cli.shared import swedish_errors

micro_app = typer.Typer(
    help="Enskilda åtgärders effekt ur egna personuppgifter, på den egna datorn.", no_args_is_help=True
)


@micro_app.command("check")
@swedish_errors
def micro_check(
    mapp: Annotated[Path | None, typer.Argument(help="Mapp med filerna; annars data/mikro.")] = None,
) -> None:
    """Pröva filerna och säg vilken effekt de skulle kunna visa, innan något räknas."""
    from analysis.micro.commands import check
    from analysis.paths import find_project

    for line in check(mapp or find_project().root / "data" / "mikro"):
        typer.echo(line)


@micro_app.command("run")
@swedish_errors
def micro_run(
    mapp: Annotated[Path | None, typer.Argument(help="Mapp med filerna; annars data/mikro.")] = None,
    dragningar: Annotated[int, typer.Option(help="Antal bootstrapdragningar.")] = 200,
    minsta_antal: Annotated[int, typer.Option(help="Minsta antal personer som visas.")] = 5,
) -> None:
    """Skatta varje åtgärds effekt; bara skyddade tabeller lämnar mappen."""
    from analysis.micro.commands import run
    from analysis.paths import find_project

    project = find_project()
    released = run(
        mapp or project.root / "data" / "mikro",
        project.reports / "mikro",
        draws=dragningar,
        threshold=minsta_antal,
        progress=typer.echo,
    )
    for line in released.lines:
        typer.echo(line)


@micro_app.command("exempel")
@swedish_errors
def micro_example(mapp: Annotated[Path, typer.Argument(help="Tom mapp att skriva i.")]) -> None:
    """Skriv påhittade filer att pröva kommandona på."""
    from analysis.micro.commands import example

    for line in example(mapp):
        typer.echo(line)
