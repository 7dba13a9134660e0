"""``bistand logg``: prove that the forecast log has only grown."""

from __future__ import annotations

import subprocess

from analysis.forecasts.log import read_log, seal
from analysis.paths import Project
from foundation.errors import BistandError


def prove(project: Project, *, seal_it: bool) -> str:
    """Prove the log against its checksums and against what git holds; returns what to tell the user.

    Raises
    ------
    BistandError
        Naming the first line that has changed.
    """
    file = project.forecast_log
    if seal_it and file.exists():
        seal(file)
    rows = len(read_log(file))
    if not rows:
        return "Prognosloggen är tom."
    lines = file.read_text(encoding="utf-8").splitlines()
    committed = _committed(project)
    for number, (old, new) in enumerate(
        zip(committed, [*lines, *[""] * len(committed)], strict=False), start=1
    ):
        # A log from before the checksums is the same line without its last field.
        if new not in (old, f"{old},{new.rpartition(',')[2]}"):
            raise BistandError(
                "raden är en annan än den som är incheckad i git",
                file=file,
                row=number,
                fix="Hämta tillbaka loggen: git checkout HEAD -- reports/forecast_log.csv. Kör sedan ”bistand rapport”.",
            )
    held = (
        f"De {len(committed) - 1} incheckade raderna är oförändrade."
        if committed
        else "Inget är incheckat i git."
    )
    return f"Prognosloggen är hel: {rows} rader, sista kontrollsumman {lines[-1].rpartition(',')[2]}. {held}"


def _committed(project: Project) -> list[str]:
    name = project.relative(project.forecast_log)
    try:
        shown = subprocess.run(
            ["git", "-C", str(project.root), "show", f"HEAD:./{name}"], capture_output=True, check=False
        )
    except FileNotFoundError:
        return []
    return shown.stdout.decode("utf-8", errors="replace").splitlines() if shown.returncode == 0 else []
