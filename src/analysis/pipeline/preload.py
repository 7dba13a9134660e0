"""What every notebook would import and prepare on its own, done once in the process that workers are forked from.

`multiprocessing.forkserver` imports this module, and nothing else does: to import it is to load. The modules of the
notebooks at hand are named in `jobs.PRELOADED`.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib
import io
import os
import sys
from types import SimpleNamespace

from analysis.pipeline.jobs import PRELOADED

_STACK = (
    "papermill",
    "nbclient",
    "jupyter_client.provisioning",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "IPython.core.completer",
    "matplotlib_inline.backend_inline",
    "scipy.stats",
    "scipy.optimize",
    "seaborn",
    "statsmodels.tsa.exponential_smoothing.ets",
    "statsmodels.tsa.forecasting.theta",
    "statsmodels.tsa.statespace.structural",
    "analysis.cli",
    "analysis.pipeline.workers",
)


def _import_pandas() -> None:
    """Import pandas as a kernel does: it asks once, while it is imported, whether tables are shown in a terminal."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    try:
        importlib.import_module("pandas")
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]


def _read_data() -> None:
    """Read the observations, the runs and the plans; they lie in memory for every fork."""
    from analysis.panel import read_panel
    from analysis.paths import find_project
    from analysis.plans.load import load_register
    from analysis.runs.load import load_runs
    from analysis.sources.catalogue import load_catalogue

    project = find_project()
    read_panel(project)
    load_runs(project, load_catalogue(project.raw))
    load_register(project.plans)


def _draw_once() -> None:
    """Draw a small figure: fonts and renderers are found and loaded at the first one."""
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 1], label="å")
    axes.set_title("å")
    axes.legend()
    for kind in ("png", "svg"):
        figure.savefig(io.BytesIO(), format=kind)
    plt.close(figure)


def _check_once() -> None:
    """Check an empty notebook: the checker of their format is compiled at the first one."""
    import nbformat

    nbformat.validate({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def load() -> None:
    """Import the stack. A module that cannot be imported is left to the notebook that wants it, which says so."""
    _import_pandas()
    # jsonschema, which nbformat imports, would build a grammar of web addresses for a check that nobody asks for
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    for name in (*_STACK, *os.environ.get(PRELOADED, "").split()):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    with contextlib.suppress(Exception):
        _read_data()
    with contextlib.suppress(Exception):
        _check_once()
    _draw_once()
    gc.collect()
    gc.freeze()


load()
