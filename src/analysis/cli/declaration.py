"""``bistand deklaration``: declared designs, locked before their outcome is known."""

from __future__ import annotations

from typing import Annotated

import typer

from analysis.cli.frames import Commands
from analysis.cli.shared import alone, say, swedish_errors

declaration_app = Commands(
    no_args_is_help=True, help="Deklarationer: vad som ska bedömas, låst före utfallet."
)
Name = Annotated[str, typer.Argument(help="Deklarationens id, till exempel aktivitetskrav-2026.")]


@declaration_app.command("lista", example="deklaration lista")
@swedish_errors
def lista() -> None:
    """Visa deklarationerna och om de är låsta."""
    from analysis.declarations.model import load_declarations
    from analysis.paths import find_project

    for item in load_declarations(find_project().reports):
        years = ", ".join(str(outcome.ar) for outcome in item.utfall)
        say(f"{item.id}  version {item.version}  {item.state}  utfall {years}  {item.titel}")


@declaration_app.command("las", example="deklaration las aktivitetskrav-2026")
@swedish_errors
@alone
def las(name: Name) -> None:
    """Lås en deklaration: skriv dagens datum och kontrollsumma, och lägg prognoserna i prognosloggen."""
    from datetime import date

    from analysis.paths import find_project
    from analysis.pipeline.declare import lock

    done = lock(find_project(), name, date.today())
    say(f"{name} är låst ({done.sha256[:16]}). {done.rows} prognosrader är lagda i loggen.")


@declaration_app.command("kor", example="deklaration kor aktivitetskrav-2026")
@swedish_errors
@alone
def kor(name: Name) -> None:
    """Gör det som deklarerades, för de utfall som finns; säg annars vad som saknas och när det kommer."""
    from analysis.paths import find_project
    from analysis.pipeline.declare import carry_out

    for sentence in carry_out(find_project(), name):
        say(sentence)


@declaration_app.command("ny", example="deklaration ny uppsala-1000")
@swedish_errors
@alone
def ny(plan: Annotated[str, typer.Argument(help="Planens id, till exempel uppsala-1000.")]) -> None:
    """Skriv en deklaration för en plan, innan dess utfall är kända."""
    from datetime import date

    from analysis.paths import find_project
    from analysis.pipeline.declare import draft

    project = find_project()
    path = draft(project, plan, date.today())
    say(
        f"Skrev {project.relative(path)}. Läs den, ändra det som är fel, och lås den med "
        f"”bistand deklaration las {path.stem}”. Ångra: ta bort filen."
    )
