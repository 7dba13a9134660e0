"""``bistand data mall``: the Excel template for monthly figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from analysis.paths import Project
from analysis.sources.catalogue import load_catalogue
from analysis.sources.template import template_bytes
from foundation.errors import BistandError
from foundation.files import write_bytes


def write_template(
    project: Project,
    target: Path,
    *,
    kommun: str,
    fran: str | None = None,
    manader: int = 0,
    echo: Callable[[str], None],
    today: date | None = None,
) -> Path:
    """Write the Excel template for monthly figures; an existing file is never overwritten.

    Parameters
    ----------
    fran
        First month, ``2024-01``; the January of last year if not given.
    manader
        Number of rows; 0 for all months up to the present one, at most 240.
    """
    if target.exists():
        raise BistandError(
            "filen finns redan", file=target, fix="Välj ett annat namn; mallen skriver aldrig över."
        )
    if target.suffix.lower() != ".xlsx":
        raise BistandError("mallen är en Excelfil", file=target, fix="Låt namnet sluta på .xlsx.")
    now = today or date.today()
    first = fran or f"{now.year - 1}-01"
    try:
        begin = date.fromisoformat(f"{first}-01")
    except ValueError as error:
        raise BistandError(
            f"månaden ”{first}” går inte att tolka", fix="Skriv till exempel 2024-01."
        ) from error
    past = 12 * (now.year - begin.year) + now.month - begin.month + 1
    manader = manader or min(past, 240)
    if not 1 <= manader <= min(past, 240):
        raise BistandError(
            f"{manader} månader från {first} går inte",
            fix=f"Ange 1 till {min(past, 240)} månader, eller utelämna --manader."
            if past > 0
            else "Börja med en månad som har varit.",
        )
    write_bytes(target, template_bytes(load_catalogue(project.raw), kommun, first, manader))
    echo(f"Mallen finns i {target}. Fyll i den och kör: bistand data lagg-till {target}")
    return target
