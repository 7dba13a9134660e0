"""The site's own notebooks: one folder, made from what the runs published."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.paths import Project
from analysis.pipeline.folders import Folder
from analysis.pipeline.manifest import Manifest, hash_files, hash_text, package_versions, stale_notebooks
from analysis.pipeline.stage import SITE_FOLDER, site_notebooks
from analysis.pipeline.staleness import Planned, notebook_sources

#: Notebooks that read nothing of what runs publish; the others wait for every run.
_ON_THEIR_OWN = frozenset({"07_atgardseffekt", "92_aktivitetskravet"})


def site_folder(project: Project, planned: tuple[Planned, ...], executed: Sequence[str]) -> list[Folder]:
    """Return the folder of the site's own notebooks, or nothing if all of them are fresh.

    Parameters
    ----------
    executed
        Names of the run folders that are made in the same job, and waited for.
    """
    common, listed = _inputs(project), site_notebooks(project)
    runs = {"korningar": hash_text("".join(item.manifest.key for item in planned))}
    manifest = Manifest(
        run_id=SITE_FOLDER,
        parameters={},
        notebooks={
            name: notebook_sources(project, name, common if name in _ON_THEIR_OWN else common | runs)
            for name in listed
        },
        versions=package_versions(),
    )
    target = project.reports / SITE_FOLDER
    stale = stale_notebooks(manifest, target)
    if not stale:
        return []
    notebooks = tuple(project.notebooks / f"{name}.ipynb" for name in listed)
    after = {name: tuple(executed) for name in listed if name not in _ON_THEIR_OWN}
    return [Folder(SITE_FOLDER, notebooks, {}, target, manifest, stale, after)]


def _inputs(project: Project) -> dict[str, str]:
    """Return the hashes of what the site's notebooks read: all sources, plans, declarations and track records."""
    names = ("*.pass.yml", "*.yml")
    sources = {path for folder in project.sources for name in names for path in folder.rglob(name)}
    declared = (project.reports / "deklarationer").glob("*.yml")
    return {
        "kallor": hash_files(sources, project.root),
        "korningslista": hash_files([project.runs_file], project.root),
        "deklarationer": hash_files(declared, project.root),
        "matningar": hash_files((project.root / "benchmarks" / "results").glob("*.csv"), project.root),
    }
