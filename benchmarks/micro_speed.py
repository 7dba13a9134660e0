"""Time and memory: from statutory files to pages for municipalities of two sizes, and one measure with its bootstrap.

    nice python benchmarks/micro_speed.py [--sizes Uppsala,Stockholm] [--one]

The files are made up (96 months, dirty, the first year from an older system) and are read, estimated and made into pages
by the commands that a municipality gives, in a copy of the checkout. With `--sizes` or `--one` only that part is run and
printed; without both, everything is, and benchmarks/results/micro_speed.md is written. Linux.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from measure import Cost, adopt_orphans
from report import Bench

from analysis.micro.assess import assess
from analysis.micro.bootstrap import bootstrap
from analysis.micro.estimates import estimate
from analysis.micro.generator import generate
from analysis.micro.history import build_history
from analysis.micro.municipality import Municipality
from analysis.micro.statutory.generator import Dirt, write_statutory
from analysis.micro.trial import emulate, fit_start
from foundation.files import write_text

RESULTS = Path(__file__).parent / "results" / "micro_speed.md"
DRAWS = 200
MONTHS = 96
#: New persons a month, and the limits: seconds for reading, seconds for everything, MB.
SIZES = {"Uppsala": (112.0, 30, 300, 2_000), "Stockholm": (436.0, None, 1_200, 4_000)}


def whole_way(name: str) -> list[str]:
    """Table rows of a size: reading, estimating with pages, and both."""
    inflow, _, _, _ = SIZES[name]
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        town = Municipality(inflow=inflow, months=MONTHS, first=2016 * 12, churn=0.15)
        dirt = Dirt(repeated=0.002, late=0.01, wrong_code=0.001, old_system=12)
        files = [str(path) for path in write_statutory(generate(town, 1), folder / "filer", dirt=dirt)]
        rows = sum(Path(path).read_bytes().count(b"\n") for path in files)
        bench = Bench(folder / "kopia", workers=1)
        bench.bistand("data", "bygg")
        read = bench.bistand("mikro", "las", *files, "--kommun", "0380", "--pahittade")
        made = bench.bistand("mikro", "kor")
        pages = len(list((bench.folder / "reports" / "mikro" / "sidor").glob("*.html")))
    both = Cost(read.wall + made.wall, read.cpu + made.cpu, max(read.memory, made.memory), "")
    size = f"{name}, {_count(rows / MONTHS)} rader i månaden"
    steps = {"läsa": read, f"skatta och skriva {pages} sidor": made, "alltihop": both}
    return [
        f"| {size} | {step} | {_number(cost.wall)} | {_number(cost.cpu)} | {_count(cost.memory)} | {_limits(name, step)} |"
        for step, cost in steps.items()
    ]


def _limits(name: str, step: str) -> str:
    _, reading, everything, memory = SIZES[name]
    if step == "läsa":
        return f"{reading} s" if reading else ""
    return f"{everything // 60} min, {memory // 1000} GB" if step == "alltihop" else ""


def _number(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def _count(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u00a0")


def one_measure() -> list[str]:
    """Lines of the part about one measure at a time."""
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
    return [
        "## En åtgärd i taget, med bootstrap",
        "",
        f"{history.persons} personer, {history.window.months} månader, {DRAWS} bootstrapdragningar, en tråd. Största minne "
        f"{memory:.0f} MB. Bootstrap görs bara för åtgärder med få deltagare.",
        "",
        "| åtgärd | deltagare | personmånader i prövningarna | hela svaret, s | processortid, s | varav bootstrap, s | "
        "medelfel: bootstrap / linjäriserat (median) |",
        "|---|---|---|---|---|---|---|",
        *lines,
        "",
        f"Kvoten mellan bootstrapens och det linjäriserade medelfelet över alla {np.size(ratios)} skattade storheter: "
        f"median {np.median(ratios):.3f}, 5-95 % {np.quantile(ratios, 0.05):.2f}-{np.quantile(ratios, 0.95):.2f}.",
    ]


def main() -> None:
    """Time what is asked for; write the results when everything is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="")
    parser.add_argument("--one", action="store_true")
    asked = parser.parse_args()
    adopt_orphans()
    everything = not asked.sizes and not asked.one
    sizes = tuple(SIZES) if everything else tuple(filter(None, asked.sizes.split(",")))
    text = [
        "# Enskilda åtgärder: tid och minne",
        "",
        "Kommando: `nice python benchmarks/micro_speed.py`. Syntetiska data. Två kärnor som delas med annat: i snitt var "
        f"{_number(os.getloadavg()[2])} processer i kö när mätningen började. Väggtiden blir därefter; processortiden är "
        "vad arbetet kostar, och ungefär väggtiden på en ledig dator.",
        "",
        "## Från månadsfiler till sidor",
        "",
        f"{MONTHS} månadsfiler, smutsiga som riktiga, det första året från ett äldre system. `bistand mikro las` och "
        "`bistand mikro kor`, som en kommun ger dem. Minnet är det största som kommandot och allt det startar håller.",
        "",
        "| kommun | steg | väggtid, s | processortid, s | minne, MB | gräns |",
        "|---|---|---|---|---|---|",
    ]
    # First, so that its memory is its own: making the files of the sizes takes more.
    one = one_measure() if everything or asked.one else []
    print("\n".join(one), flush=True)
    for name in sizes:
        rows = whole_way(name)
        print("\n".join(rows), flush=True)
        text += rows
    text += ["", *one]
    if everything:
        write_text(RESULTS, "\n".join([*text, ""]))


if __name__ == "__main__":
    main()
