"""environment.yml follows pyproject.toml."""

from __future__ import annotations

import tomllib

import yaml

from analysis.paths import Project
from analysis.pipeline.environment import environment_text


def test_environment_yml_has_not_drifted(checkout: Project) -> None:
    stored = (checkout.root / "environment.yml").read_text(encoding="utf-8")
    assert stored == environment_text(checkout), "kör ”bistand miljo” och lägg till environment.yml"


def test_every_dependency_is_there_and_has_a_reason(checkout: Project) -> None:
    content = yaml.safe_load((checkout.root / "environment.yml").read_text(encoding="utf-8"))
    pip = content["dependencies"][-1]["pip"]
    names = {item.split(">")[0].split("<")[0] for item in [*content["dependencies"][:-1], *pip]}
    assert {"quarto", "pandas", "seaborn", "statsmodels", "papermill", "jupyter", "pytest"} <= names
    project = tomllib.loads((checkout.root / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    declared = [*project["project"]["dependencies"], *groups["dev"], *groups["reference"]]
    reasons = (checkout.root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for requirement in declared:
        name = requirement.split(">")[0].split("[")[0]
        assert name in reasons or name.startswith("types-") or name.endswith("-stubs"), name
