"""Write ``environment.yml`` for conda users from the dependencies in ``pyproject.toml``."""

from __future__ import annotations

import re
import tomllib

from analysis.paths import Project
from foundation.files import write_text

#: Names that differ between PyPI and conda-forge; None means that only pip has the package.
_CONDA_NAMES: dict[str, str | None] = {"pypandoc_binary": None, "pandera[pandas]": "pandera"}

_HEADER = """\
# Genererad ur pyproject.toml med ”bistand miljo”; ändra inte här.
# För dig som använder conda: conda env create -f environment.yml && conda activate bistandslaget
# uv.lock är den låsta miljö som projektet prövas i; den här filen låser inte versioner lika hårt.
"""


def environment_text(project: Project) -> str:
    """Return the content that ``environment.yml`` should have."""
    content = tomllib.loads((project.root / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = sorted([*content["project"]["dependencies"], *_test_requirements(content)])
    conda, pip = [], []
    for requirement in requirements:
        match = re.match(r"^([A-Za-z0-9_.\-]+(?:\[[a-z,]+\])?)(.*)$", requirement)
        if match is None:
            raise ValueError(f"unreadable requirement {requirement!r}")
        name, limits = match.groups()
        conda_name = _CONDA_NAMES.get(name, name)
        if conda_name is None:
            pip.append(f"{name}{limits}")
        else:
            conda.append(f"{conda_name}{limits}")
    python = content["project"]["requires-python"]
    lines = ["name: bistandslaget", "channels:", "  - conda-forge", "dependencies:", f'  - "python{python}"']
    lines += [f'  - "{item}"' for item in conda]
    lines += ['  - "quarto>=1.9"', "  - pip", "  - pip:"]
    lines += [f'      - "{item}"' for item in pip] + ["      - -e ."]
    return _HEADER + "\n".join(lines) + "\n"


def _test_requirements(content: dict[str, object]) -> list[str]:
    groups = content["dependency-groups"]
    wanted = {"pytest", "hypothesis"}
    dev = groups["dev"] if isinstance(groups, dict) else []
    return [item for item in dev if re.split(r"[<>=]", item)[0] in wanted]


def write_environment(project: Project) -> str:
    """Write ``environment.yml`` and return its name."""
    path = project.root / "environment.yml"
    write_text(path, environment_text(project))
    return path.name
