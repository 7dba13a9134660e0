"""Time and memory of one measure with 5 000 persons and 60 months, and bootstrap against linearised errors.

    python benchmarks/micro_speed.py

Writes benchmarks/results/micro_speed.md.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import resource
import time
from pathlib import Path

import numpy as np

from analysis.micro.assess import assess
from analysis.micro.bootstrap import bootstrap
from analysis.micro.estimates import estimate
from analysis.micro.generator import generate
from analysis.micro.history import build_history
from analysis.micro.municipality import Municipality
from analysis.micro.trial import emulate, fit_start

RESULTS = Path(__file__).parent / "results"
DRAWS = 200


def main() -> None:
    """Time the steps and write the table."""
    data = generate(Municipality(inflow=45.5), 7)
    history = build_history(data.spells, data.measures, data.background, data.window)
    lines, ratios = [], []
    for number, name in enumerate(history.measures):
        wall, cpu = time.perf_counter(), time.process_time()
        result = assess(history, number, data.status, draws=DRAWS, groups=False)
        whole = (time.perf_counter() - wall, time.process_time() - cpu)
        trials = emulate(history, number)
        model = fit_start(trials)
        estimated = estimate(trials, model)
        wall, cpu = time.perf_counter(), time.process_time()
        draws = bootstrap(trials, model, estimated, DRAWS, 3)
        spent = (time.perf_counter() - wall, time.process_time() - cpu)
        errors = np.array([contrast.error for contrast in estimated.contrasts])
        ratio = draws.values.std(axis=0, ddof=1) / errors
        ratios.append(ratio)
        lines.append(
            f"| {name} | {result.participants} | {len(trials.person)} | {whole[0]:.1f} | {whole[1]:.1f} | {spent[1]:.1f} | "
            f"{np.median(ratio):.2f} |"
        )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    text = "\n".join(
        [
            "# En åtgärd: tid och minne",
            "",
            "Kommando: `python benchmarks/micro_speed.py`",
            "",
            f"{history.persons} personer, {history.window.months} månader, {DRAWS} bootstrapdragningar, en tråd, två delade "
            f"kärnor. Största minne {memory:.0f} MB. Syntetiska data.",
            "",
            "| åtgärd | deltagare | personmånader i prövningarna | hela svaret, s | processortid, s | varav bootstrap, s | "
            "medelfel: bootstrap / linjäriserat (median) |",
            "|---|---|---|---|---|---|---|",
            *lines,
            "",
            f"Kvoten mellan bootstrapens och det linjäriserade medelfelet över alla {np.size(ratios)} skattade storheter: "
            f"median {np.median(ratios):.3f}, 5-95 % {np.quantile(ratios, 0.05):.2f}-{np.quantile(ratios, 0.95):.2f}.",
            "",
        ]
    )
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "micro_speed.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
