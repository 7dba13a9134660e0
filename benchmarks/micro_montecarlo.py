"""Monte Carlo study of the emulated trial on synthetic municipalities with known effects.

Run from the root of the checkout (two processes, under an hour on a two-core machine):

    nice -n 10 python benchmarks/micro_montecarlo.py --replicates 320 --processes 2

Writes benchmarks/results/micro_montecarlo.md and .csv. Every replicate draws a new municipality, lays out its
spells, emulates one trial per measure and stores the estimates; the truth is the mean over the starters of a
far larger municipality, by counterfactual simulation in the same generator.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import multiprocessing
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.micro.bootstrap import bootstrap, with_bootstrap
from analysis.micro.checks import negative_control
from analysis.micro.estimates import estimate
from analysis.micro.generator import generate, generate_with_starters, true_effect
from analysis.micro.history import build_history
from analysis.micro.municipality import Municipality
from analysis.micro.naive import naive
from analysis.micro.trial import emulate, fit_start

RESULTS = Path(__file__).parent / "results"
KEYS = ("egen_6", "egen_12", "egen_24", "månader_24")
INFLOW = 40.0  # about a third of the calibrated municipality: 4 400 persons in 60 months


def truths(measures: int) -> dict[tuple[int, str], float]:
    """True effects by measure and contrast, in the contrasts' units."""
    rows: dict[tuple[int, str], list[float]] = {}
    for seed in range(10):
        town = Municipality(inflow=240.0)
        _, starters = generate_with_starters(town, 90_000 + seed)
        for j in range(measures):
            truth = true_effect(town, starters[j], 24, 12, 70_000 + seed)
            for months in (6, 12, 24):
                rows.setdefault((j, f"egen_{months}"), []).append(truth.gain(months) * 100)
            rows.setdefault((j, "månader_24"), []).append(-truth.avoided(24))
    return {key: float(np.mean(values)) for key, values in rows.items()}


def replicate(task: tuple[int, float, int]) -> list[dict[str, float]]:
    """One municipality: every measure's estimates."""
    seed, hidden, draws = task
    data = generate(Municipality(inflow=INFLOW, hidden=hidden), seed)
    history = build_history(data.spells, data.measures, data.background, data.window)
    rows = []
    for j in range(len(history.measures)):
        clock = time.process_time()
        trials = emulate(history, j)
        model = fit_start(trials)
        estimated = estimate(trials, model, lasting=False)
        seconds = time.process_time() - clock
        placebo = negative_control(trials, model)
        crude = naive(trials, 12)
        row = {
            "seed": seed, "hidden": hidden, "measure": j, "participants": trials.participants,
            "persons": history.persons, "seconds": seconds, "placebo": placebo.effect,
            "placebo_error": placebo.error, "naive_start": crude.from_start, "naive_spell": crude.whole_spell,
        }  # fmt: skip
        for key in KEYS:
            contrast = estimated.get(key)
            row |= {key: contrast.effect, f"{key}_error": contrast.error}
        if draws:
            whole = estimate(trials, model)
            booted = with_bootstrap(whole, bootstrap(trials, model, whole, draws, seed))
            row |= {f"{key}_booted": booted.get(key).error for key in KEYS}
        rows.append(row)
    return rows


def summarise(rows: pd.DataFrame, truth: dict[tuple[int, str], float], names: list[str]) -> pd.DataFrame:
    """Bias, coverage and rejections by measure and contrast."""
    lines = []
    for (j, key), value in truth.items():
        part = rows[rows["measure"] == j]
        estimate_, error = part[key], part[f"{key}_error"]
        inside = (estimate_ - value).abs() <= 1.96 * error
        line = {
            "åtgärd": names[j], "mått": key, "sann": value, "medel": estimate_.mean(),
            "fel": estimate_.mean() - value, "mc_fel": estimate_.std() / np.sqrt(len(part)),
            "spridning": estimate_.std(), "medelfel": error.mean(), "täckning": inside.mean() * 100,
            "förkastad": (estimate_.abs() > 1.96 * error).mean() * 100,
        }  # fmt: skip
        if f"{key}_booted" in part:  # standard error of the person bootstrap over the linearised one
            line["bootstrap/linjäriserat"] = (part[f"{key}_booted"] / error).mean()
        lines.append(line)
    return pd.DataFrame(lines)


def main() -> None:
    """Run the study and write its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=320)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--bootstrap", type=int, default=0, help="replicates that also get a bootstrap")
    parser.add_argument("--hidden", type=int, default=20, help="replicates with hidden confounding")
    options = parser.parse_args()
    clock = time.perf_counter()
    measures = Municipality().measures
    order = sorted(range(len(measures)), key=lambda j: measures[j].name)
    assert order == list(range(len(measures))), "measures must be sorted by name"
    tasks = [(1 + r, 0.0, 200 if r < options.bootstrap else 0) for r in range(options.replicates)]
    tasks += [(500_000 + r, 0.6, 0) for r in range(options.hidden)]
    with multiprocessing.Pool(options.processes) as pool:
        waiting = pool.apply_async(truths, (len(measures),))
        parts = []
        for number, part in enumerate(pool.imap_unordered(replicate, tasks), 1):
            parts.extend(part)
            if number % 20 == 0:
                print(number, round(time.perf_counter() - clock), "s", flush=True)
        truth = waiting.get()
    rows = pd.DataFrame(parts)
    RESULTS.mkdir(parents=True, exist_ok=True)
    memory = max(resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    write_report(
        rows, truth, [m.title for m in measures], options, time.perf_counter() - clock, memory / 1024
    )


def write_report(
    rows: pd.DataFrame,
    truth: dict[tuple[int, str], float],
    names: list[str],
    options: argparse.Namespace,
    seconds: float,
    memory: float,
) -> None:
    """Write the tables as Markdown and CSV."""
    usual = rows[rows["hidden"] == 0]
    table = summarise(usual, truth, names)
    table["fel_i_procent_av_effekten"] = (table["fel"] / table["sann"] * 100).where(
        table["åtgärd"] != "Motivationskurs"
    )
    table.round(3).to_csv(RESULTS / "micro_montecarlo.csv", index=False)
    more = []
    for hidden, part in rows.groupby("hidden"):
        for j, name in enumerate(names):
            own = part[part["measure"] == j]
            more.append(
                {
                    "dold faktor": hidden, "åtgärd": name, "deltagare": own["participants"].mean(),
                    "sann effekt 12 mån": truth[j, "egen_12"], "emulerad": own["egen_12"].mean(),
                    "naiv, från start": own["naive_start"].mean(), "naiv, hela perioden": own["naive_spell"].mean(),
                    "negativ kontroll (månader)": own["placebo"].mean(),
                    "negativ kontroll förkastad %": (own["placebo"].abs() > 1.96 * own["placebo_error"]).mean() * 100,
                }
            )  # fmt: skip
    checks = pd.DataFrame(more)
    text = f"""# Monte Carlo: emulerad prövning på syntetiska kommuner

Kommando: `{command(options)}`

{len(usual) // len(names)} kommuner, i medel {usual["persons"].mean():.0f} personer och 60 månader; {seconds:.0f} s,
{usual["seconds"].mean():.2f} s processortid per åtgärd och kommun (utan bootstrap), största minne {memory:.0f} MB.
Syntetiska data: siffrorna säger något om metoden, inget om någon kommun.

`egen_h`: andel som lämnat för arbete eller studier inom h månader (procentenheter). `månader_24`: månader med bistånd
inom 24 månader. `fel` = medel − sann; `mc_fel` dess slumpfel; `spridning` mellan kommuner; `medelfel` det som metoden
själv räknar; `täckning` för 95 %-intervall; `förkastad` andel där intervallet inte täcker noll
(för Motivationskurs, vars sanna effekt är noll så när som på undanträngning, är det risken för falskt fynd).
Slumpfelet i en täckning på 95 % är {100 * np.sqrt(0.95 * 0.05 * len(names) / len(usual)):.1f} procentenheter (ett medelfel).

{_plain(table.round(2))}

## Naiva jämförelser och negativ kontroll

`dold faktor` är den omätta egenskapens styrka i urvalet till åtgärder (0 = allt som styr urvalet är mätt).

{_plain(checks.round(2))}
"""
    (RESULTS / "micro_montecarlo.md").write_text(text, encoding="utf-8")
    print(text)


def command(options: argparse.Namespace) -> str:
    """Return the command line that made the table."""
    words = " ".join(f"--{name} {value}" for name, value in vars(options).items())
    return f"nice -n 10 python benchmarks/micro_montecarlo.py {words}"


def _plain(table: pd.DataFrame) -> str:
    header = "| " + " | ".join(table.columns) + " |"
    rule = "|" + "---|" * len(table.columns)
    lines = [
        "| " + " | ".join("" if pd.isna(v) else str(v) for v in row) + " |"
        for row in table.itertuples(index=False)
    ]
    return "\n".join([header, rule, *lines])


if __name__ == "__main__":
    main()
