"""Everything that a YAML file can get wrong, found before anything is imported that takes time or anything runs."""

from __future__ import annotations

from analysis.declarations.model import load_declarations
from analysis.paths import Project
from analysis.plans.load import load_register
from analysis.runs.load import RunList, load_runs
from analysis.sources.catalogue import load_catalogue
from analysis.sources.events import load_events
from analysis.sources.passports import find_passports
from analysis.sources.yaml_in import read_yaml


def check_inputs(project: Project) -> RunList:
    """Read every YAML file of the project; returns the list of runs.

    Raises
    ------
    BistandError
        For the first fault: file, row or field, and what to do about it. Nothing has been changed.
    """
    catalogue = load_catalogue(project.raw)
    load_register(project.plans)
    runs = load_runs(project, catalogue)
    find_passports(*project.sources)
    load_events(project.raw)
    load_declarations(project.reports)
    for name in ("bedomningar.yml", "corrections.yml"):
        read_yaml(project.raw / name)
    return runs
