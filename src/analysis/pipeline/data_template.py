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
    manader: int = 24,
    echo: Callable[[str], None],
    today: date | None = None,
) -> Path:
    """Write the Excel template for monthly figures; an existing file is never overwritten.

    Parameters
    ----------
    fran
        First month, ``2024-01``; the January of last year if not given.
    manader
        Number of rows.
    """
    if target.exists():
        raise BistandError(
            "filen finns redan", file=target, fix="Välj ett annat namn; mallen skriver aldrig över."
        )
    if target.suffix.lower() != ".xlsx":
        raise BistandError("mallen är en Excelfil", file=target, fix="Låt namnet sluta på .xlsx.")
    if not 1 <= manader <= 240:
        raise BistandError(f"{manader} månader går inte", fix="Ange 1 till 240 månader.")
    first = fran or f"{(today or date.today()).year - 1}-01"
    try:
        date.fromisoformat(f"{first}-01")
    except ValueError as error:
        raise BistandError(
            f"månaden ”{first}” går inte att tolka", fix="Skriv till exempel 2024-01."
        ) from error
    write_bytes(target, template_bytes(load_catalogue(project.raw), kommun, first, manader))
    echo(f"Mallen finns i {target}. Fyll i den och kör: bistand data lagg-till {target}")
    return target
