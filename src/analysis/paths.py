"""Where things live in the repository; the only module that knows the folder names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from foundation.errors import BistandError


@dataclass(frozen=True)
class Project:
    """The folders of one checkout, all derived from its root."""

    root: Path

    @property
    def raw(self) -> Path:
        """Raw data, one folder a source and date, each file with its passport."""
        return self.root / "data" / "raw"

    @property
    def own(self) -> Path:
        """The municipality's own figures: never in git."""
        return self.root / "data" / "egna"

    @property
    def sources(self) -> tuple[Path, Path]:
        """The folders that the panel is built from."""
        return (self.raw, self.own)

    @property
    def plans(self) -> Path:
        """The register of plans: one YAML file a plan."""
        return self.raw / "planer"

    @property
    def processed(self) -> Path:
        """Built data: everything here can be deleted and built again."""
        return self.root / "data" / "processed"

    @property
    def observations(self) -> Path:
        """The panel: one row, one observed number."""
        return self.processed / "observations.parquet"

    @property
    def notebooks(self) -> Path:
        """Parameterised notebooks, committed without outputs."""
        return self.root / "notebooks"

    @property
    def reports(self) -> Path:
        """The list of runs, the forecast log, and one folder of executed notebooks a run."""
        return self.root / "reports"

    @property
    def runs_file(self) -> Path:
        """The list of runs."""
        return self.reports / "runs.yml"

    @property
    def forecast_log(self) -> Path:
        """The append-only forecast log."""
        return self.reports / "forecast_log.csv"

    @property
    def pages(self) -> Path:
        """Hand-written pages and styles of the site."""
        return self.root / "site"

    @property
    def site(self) -> Path:
        """The published site."""
        return self.root / "_site"

    def relative(self, path: Path) -> str:
        """`path` as the user writes it: from the root, with forward slashes."""
        resolved = path.resolve()
        root = self.root.resolve()
        return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else path.as_posix()


def find_project(start: Path | None = None) -> Project:
    """Find the checkout that `start` (default: the current folder) lies in.

    Raises
    ------
    BistandError
        If no parent folder holds both ``_quarto.yml`` and ``reports/runs.yml``.
    """
    try:
        here = (start or Path.cwd()).resolve()
    except FileNotFoundError as error:
        raise BistandError(
            "mappen som terminalen står i finns inte längre", fix="Gå till projektets mapp (cd) och kör igen."
        ) from error
    if any("\ud800" <= sign <= "\udfff" for sign in str(here)):
        raise BistandError(
            "sökvägen till projektet har tecken som terminalens språkinställning inte kan läsa",
            fix="Kör med PYTHONUTF8=1 (eller LC_ALL=C.UTF-8), eller flytta projektet till en mapp utan å, ä och ö.",
        )
    for folder in (here, *here.parents):
        if (folder / "_quarto.yml").is_file() and (folder / "reports" / "runs.yml").is_file():
            return Project(folder)
    raise BistandError(
        f"Hittar inget Biståndsläget-projekt i {here} eller mappen ovanför.",
        fix="Gå till mappen som du klonade (den med _quarto.yml) och kör kommandot igen.",
    )
