"""Plant each fault of ``faults.yml`` in a copy of the source and see that its tests fall: ``make faults``.

A fault is caught when a test *fails*; a module that no longer imports proves nothing. A line that is not found
exactly once stops everything: the code has moved on, and the list must follow.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_name("faults.yml")


@dataclass(frozen=True)
class Fault:
    """One planted fault: the line it changes, the tests that must see it, and what a reader would be told."""

    file: str
    old: str
    new: str
    tests: str
    why: str

    @property
    def place(self) -> str:
        return f"{self.file}: {self.old.strip()[:60]}"


@dataclass(frozen=True)
class Result:
    """What the tests said of one fault."""

    fault: Fault
    caught: bool
    seconds: float
    output: str


def load() -> tuple[Fault, ...]:
    """Read the list and check that every old line stands exactly once in its file."""
    faults = tuple(Fault(**entry) for entry in yaml.safe_load(LIST.read_text(encoding="utf-8")))
    wrong = [
        f"{fault.place} (found {count} times)"
        for fault in faults
        if (count := (ROOT / fault.file).read_text(encoding="utf-8").count(fault.old)) != 1
    ]
    if wrong:
        raise SystemExit("faults.yml no longer fits the code:\n" + "\n".join(wrong))
    return faults


def run(fault: Fault | None, tests: list[str]) -> tuple[int, str]:
    """Run tests against a copy of the source, with the fault in it if there is one."""
    with tempfile.TemporaryDirectory(prefix="bistand-fel-") as folder:
        shutil.copytree(ROOT / "src", Path(folder) / "src", ignore=shutil.ignore_patterns("__pycache__"))
        if fault is not None:
            path = Path(folder) / fault.file
            path.write_text(path.read_text(encoding="utf-8").replace(fault.old, fault.new), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not built", *tests],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(Path(folder) / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
    return done.returncode, done.stdout[-3000:]


def plant(fault: Fault) -> Result:
    """Plant one fault and see whether a test fails."""
    start = time.perf_counter()
    code, output = run(fault, fault.tests.split())
    caught = code == 1 and " failed" in output.splitlines()[-1]
    return Result(fault, caught, time.perf_counter() - start, output)


def main() -> int:
    """Print the table; exit status 1 when a fault was not caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only faults whose file or line holds this")
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    faults = [fault for fault in load() if chosen.only in fault.place]
    whole = sorted({test for fault in faults for test in fault.tests.split()})
    with ThreadPoolExecutor(chosen.jobs) as pool:
        clean = pool.submit(run, None, whole)
        results = list(pool.map(plant, faults))
    code, output = clean.result()
    if code != 0:
        print(output)
        raise SystemExit("the tests do not pass without faults either")
    for result in results:
        print(f"{'caught' if result.caught else 'MISSED':7} {result.seconds:5.0f} s  {result.fault.place}")
        if not result.caught:
            print(f"        {result.fault.why}\n{result.output}")
    missed = sum(not result.caught for result in results)
    print(f"{len(results) - missed} of {len(results)} faults caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
