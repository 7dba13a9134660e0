"""What a report costs: cold, with nothing changed, after a small change, and for the whole country.

    python benchmarks/report.py [--plain] [--towns 20,80,290] [--workers 2] [--keep FOLDER]

Works in a copy of the checkout, with the environment that runs this file. Every row is one command as a user would give
it, with all processes that it starts counted. ``--plain`` also executes the same notebooks with papermill alone, one
after the other, from the files that the cold report left. Linux; about ten minutes without ``--plain`` and towns.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import Cost, adopt_orphans, measure

ROOT = Path(__file__).resolve().parents[1]
PYTHON = (sys.executable, "-c")
#: A module of one notebook's page, and the run and notebook whose evaluation is timed.
PAGE = "src/analysis/pages/position/summary.py"
#: What the page says, and what it says after the change: pages and Word documents differ by it.
SENTENCE = ("1 är lägst andel", "1 är den lägsta andelen")
RUN, EFFECT = "uppsala-26p-2022", "03_effekt"

_EVALUATE = """
import json, sys, time
from pathlib import Path
from analysis.answers.effect import evaluate_run
from analysis.runs import open_run
p = json.loads(sys.argv[1]); run = open_run(**p)
began = time.process_time(); evaluate_run(run); print(time.process_time() - began)
"""

_EMPTY = """
import json, sys
from pathlib import Path
from analysis.pipeline.execute import Limits
from analysis.pipeline.jobs import Job
from analysis.pipeline.schedule import run_jobs
from analysis.pipeline.workers import LocalWorkers
if __name__ == "__main__":
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    jobs = [Job(f"tom/{n}", folder / "tom.ipynb", folder / str(n), {}) for n in range(count)]
    quiet = lambda thing: None
    found = run_jobs(jobs, LocalWorkers(warm=True, limits=Limits()), 2, on_start=quiet, on_done=quiet)
    print(sum(item.cpu for item in found) / max(1, len(found)))
"""

_TOWNS = """
import sys
from functools import partial
from analysis.panel import build_panel
from analysis.paths import find_project
from analysis.pipeline.code import imported_by
from analysis.pipeline.execute import Limits
from analysis.pipeline.folders import make_folders
from analysis.pipeline.places import place_folders
from analysis.pipeline.workers import LocalWorkers
from analysis.sources.catalogue import load_catalogue
from analysis.sources.passports import find_passports
if __name__ == "__main__":
    project = find_project()
    build_panel(project)
    passports = find_passports(*project.sources)
    folders = place_folders(project, load_catalogue(project.raw), passports, int(sys.argv[1]))
    names = {name for folder in folders for path in folder.notebooks for name in imported_by(path)}
    workers = partial(LocalWorkers, warm=True, limits=Limits(), modules=tuple(sorted(names)))
    quiet = lambda thing: None
    done = make_folders(project, folders, workers, slots=int(sys.argv[2]), on_start=quiet, on_done=quiet, on_folder=quiet)
    assert not [item for item in done if item.error], [item.error for item in done if item.error][:3]
"""


class Bench:
    """A copy of the checkout, and the rows measured in it."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder, self.workers = folder, workers
        self.environment = {"PYTHONPATH": str(folder / "src")}
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout.split("\0")  # fmt: skip
        for name in listed:
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, folder / name)

    def bistand(self, *arguments: str) -> Cost:
        """Run a command of the program."""
        return self.python("from analysis.cli import app; app()", *arguments)

    def python(self, code: str, *arguments: str) -> Cost:
        """Run a program text; one that starts processes must be a file that they can import again."""
        if "__main__" in code:
            path = self.folder / ".cache" / "bench.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(code, encoding="utf-8")
            return measure([sys.executable, str(path), *arguments], self.folder, self.environment)
        return measure([*PYTHON, code, *arguments], self.folder, self.environment)

    def report(self) -> Cost:
        """Make a report of the runs."""
        return self.bistand("report", "--utan-sverige", "--processer", str(self.workers))

    def parameters(self, run: str) -> dict[str, str]:
        """Return a run's parameters, as its manifest keeps them."""
        stored = json.loads((self.folder / "reports" / run / "manifest.json").read_text(encoding="utf-8"))
        return {name: value for name, value in stored["parameters"].items() if name != "rubrik"}

    def months(self, last: str) -> Path:
        """Write a municipality's made-up months until `last` as it would export them."""
        lines = ["Månad;Antal hushåll med bistånd;Antal vuxna biståndsmottagare"]
        for step in range(40):
            month = f"{2024 + step // 12}-{step % 12 + 1:02d}"
            if month <= last:
                lines.append(f"{month};{2000 - 7 * step};{2600 - 9 * step}")
        path = self.folder / ".cache" / "manader.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


def show(label: str, cost: object) -> None:
    """Print one row at once."""
    print(f"{label:<58} {cost}", flush=True)


def yardstick() -> str:
    """Return the CPU seconds of a fixed computation: they rise when others use the same cores."""
    began = time.process_time()
    sum(number * number for number in range(10_000_000))
    return f"{time.process_time() - began:7.1f} CPU-s"


def small_changes(bench: Bench) -> None:
    """Measure what follows a report: nothing changed, listings, a sentence, a month."""
    show("ingenting ändrat", bench.report())
    show("bistand lista, första gången", bench.bistand("lista"))
    show("bistand lista", bench.bistand("lista"))
    page, (before, after) = bench.folder / PAGE, SENTENCE
    text = page.read_text(encoding="utf-8")
    assert before in text, f"{PAGE} no longer says: {before}"
    page.write_text(text.replace(before, after), encoding="utf-8")
    cost = bench.report()
    made = [line for line in cost.printed.splitlines() if ": klar på" in line]
    kinds = sorted({line.split("/")[1].split(":")[0] for line in made})
    show(f"en mening ändrad i en sidas kod ({len(made)} anteckningsböcker: {', '.join(kinds)})", cost)
    add = ("--kommun", "0380", "--serie", "manader", "--yes", "--godta", "hopp", "--godta", "storlek")
    bench.bistand("data", "add", str(bench.months("2026-09")), *add)
    bench.report()
    show(
        "bistand data lagg-till, en månad till",
        bench.bistand("data", "add", str(bench.months("2026-10")), *add),
    )
    cost = bench.bistand("new-period", "2026-12", "--kommun", "0380", "--kor-inte")
    show("new-period --kor-inte", cost)
    cost = bench.report()
    show(f"report efter new-period ({cost.printed.count(': klar på')} anteckningsböcker)", cost)


def overhead(bench: Bench) -> None:
    """Measure a notebook whose only cell is empty, warm and with papermill alone."""
    source = json.loads((bench.folder / "notebooks" / f"{EFFECT}.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in source["cells"] if cell["cell_type"] == "code"][:2]
    lines = [line for line in "".join(cells[1]["source"]).splitlines() if line.startswith("from ")]
    cell = {
        **cells[1],
        "source": "\n".join([*lines, "import matplotlib.pyplot, pandas, seaborn"]),
    }
    place = bench.folder / ".cache" / "tom.ipynb"
    place.write_text(json.dumps({**source, "cells": [cell]}), encoding="utf-8")
    warm = bench.python(_EMPTY, "20", str(place.parent))
    show("tom anteckningsbok, varm kärna (CPU-s var)", warm.printed.strip())
    command = [
        sys.executable,
        "-m",
        "papermill",
        str(place),
        str(place.with_name("ut.ipynb")),
        "--no-progress-bar",
    ]
    show("tom anteckningsbok, papermill", measure(command, bench.folder, bench.environment))
    memory = {"BISTAND_MINNE": str(bench.folder / ".cache" / "minne")}
    for label, extra in (("minnet finns", memory), ("utan minne", {})):
        bench.environment |= extra
        given = json.dumps(bench.parameters(RUN))
        show(f"utvärderingen i 03, {label} (CPU-s)", bench.python(_EVALUATE, given).printed.strip())
        bench.environment.pop("BISTAND_MINNE", None)


def plain(bench: Bench) -> None:
    """Execute every run's notebooks with papermill alone, one after the other."""
    cpu = wall = 0.0
    for folder in sorted((bench.folder / "reports").glob("*/manifest.json")):
        run = folder.parent.name
        if run.startswith(("_", ".")):
            continue
        for notebook in json.loads(folder.read_text(encoding="utf-8"))["notebooks"]:
            out = bench.folder / ".cache" / "papermill" / run
            out.mkdir(parents=True, exist_ok=True)
            given = [item for pair in bench.parameters(run).items() for item in ("-r", *pair)]
            source, target = bench.folder / "notebooks" / f"{notebook}.ipynb", out / f"{notebook}.ipynb"
            command = [
                sys.executable,
                "-m",
                "papermill",
                str(source),
                str(target),
                *given,
                "--no-progress-bar",
            ]
            cost = measure(command, bench.folder, {**bench.environment, "BISTAND_OUTPUT": str(out)})
            cpu, wall = cpu + cost.cpu, wall + cost.wall
    show("körningarnas anteckningsböcker med papermill, en i taget", f"{cpu:7.1f} CPU-s {wall:7.1f} s")


def towns(bench: Bench, counts: list[int]) -> None:
    """Measure pages about so many municipalities, each number from nothing; the last is also published."""
    for count in counts:
        for place in ("reports/kommun", "reports/_sverige", ".cache/minne"):
            shutil.rmtree(bench.folder / place, ignore_errors=True)
        show(f"{count} kommuner, sidor om alla", bench.python(_TOWNS, str(count), str(bench.workers)))
    cost = bench.bistand("report", "--processer", str(bench.workers))
    show("webbplatsen med dem", cost)
    size = sum(path.stat().st_size for path in (bench.folder / "_site").rglob("*") if path.is_file()) / 1e6
    show("webbplatsen, MB", f"{size:.0f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--towns", default="")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="keep the copy here")
    arguments = parser.parse_args()
    adopt_orphans()
    os.environ.pop("BISTAND_MINNE", None)
    with tempfile.TemporaryDirectory(prefix="bistand-matning-") as place:
        bench = Bench(arguments.keep or Path(place), arguments.workers)
        show("måttstock (0,6 på en ledig kärna)", yardstick())
        show("kall rapport, körningarna", bench.report())
        show("måttstock", yardstick())
        if arguments.plain:
            plain(bench)
        overhead(bench)
        small_changes(bench)
        if arguments.towns:
            towns(bench, [int(count) for count in arguments.towns.split(",")])
        show("måttstock", yardstick())


if __name__ == "__main__":
    main()
