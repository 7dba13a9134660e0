"""Plant each fault of ``faults.yml`` in a copy of the source and see that its tests fall: ``make faults``.

A fault is caught when a test *fails*; a module that no longer imports, or a fixture that stops, proves nothing. A line
that is not found exactly once stops everything: the code has moved on, and the list must follow. Every fault has a
process of its own, forked from one that has imported the heavy libraries but nothing of the project.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_name("faults.yml")
#: Seconds that the tests of one fault may take; a fault that only makes them slow is not caught.
PATIENCE = 240
#: What takes long to import and is none of the project's own.
HEAVY = "pandas pandera.pandas scipy.optimize scipy.stats pyarrow.parquet pydantic hypothesis matplotlib.pyplot bs4"


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
        return f"{self.file}: {' '.join(self.old.split())[:60]}"

    @property
    def folder(self) -> str:
        """The folder of the source that it stands in, the package itself left out where there are folders below it."""
        parts = Path(self.file).parts[1:-1]
        return parts[1] if len(parts) > 1 else parts[0]


@dataclass(frozen=True)
class Result:
    """What the tests said of the source, with a fault in it or without: the names of the tests that fell."""

    fell: tuple[str, ...]
    passed: int
    seconds: float
    output: str


class _Watcher:
    """Notes which tests fail in their own body, and how many pass."""

    def __init__(self) -> None:
        self.fell: list[str] = []
        self.passed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.passed += report.passed
            if report.failed:
                self.fell.append(report.nodeid)


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


def run(fault: Fault | None, tests: tuple[str, ...]) -> Result:
    """Run tests against a copy of the source, with the fault in it if there is one, in a forked process."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bistand-fel-") as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source)
        if fault is not None:
            path = Path(folder) / fault.file
            path.write_text(path.read_text(encoding="utf-8").replace(fault.old, fault.new), encoding="utf-8")
        watcher = _Watcher()
        with contextlib.redirect_stdout(io.StringIO()) as said:
            _pytest(source, [*tests], watcher)
    return Result(tuple(watcher.fell), watcher.passed, time.perf_counter() - start, said.getvalue()[-3000:])


def _pytest(source: Path, tests: list[str], watcher: _Watcher) -> None:
    from hypothesis import HealthCheck, settings

    sys.path.insert(0, str(source))
    os.environ["PYTHONPATH"] = str(source)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(ROOT)
    slow = [HealthCheck.too_slow]  # a slow machine is no fault
    settings.register_profile(
        "faults", database=None, derandomize=True, deadline=None, suppress_health_check=slow
    )
    settings.load_profile("faults")

    def too_long(number: int, frame: object) -> None:
        pytest.exit(f"the tests have not ended within {PATIENCE} seconds", returncode=3)

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(PATIENCE)
    pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-m", "not built", *tests], plugins=[watcher])
    signal.alarm(0)


def clean(tests: tuple[str, ...]) -> Result:
    """Run tests without any fault; all of them must pass."""
    return run(None, tests)


def plant(fault: Fault) -> Result:
    """Plant one fault and see whether a test fails."""
    return run(fault, tuple(fault.tests.split()))


def main() -> int:
    """Print the table; exit status 1 when a fault was not caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only faults whose file or line holds this")
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    start = time.perf_counter()
    faults = [fault for fault in load() if chosen.only in fault.place]
    for name in HEAVY.split():
        __import__(name)
    gc.freeze()
    whole = tuple(sorted({test for fault in faults for test in fault.tests.split()}))
    with multiprocessing.get_context("fork").Pool(chosen.jobs, maxtasksperchild=1) as pool:
        spotless = pool.apply_async(partial(clean, whole))
        results = []
        for fault, result in zip(faults, pool.imap(plant, faults), strict=True):
            results.append(result)
            _print(fault, result)
        unharmed = spotless.get()
    if unharmed.fell or not unharmed.passed:
        print(unharmed.output)
        raise SystemExit("the tests do not pass without faults either")
    caught = Counter(fault.folder for fault, result in zip(faults, results, strict=True) if result.fell)
    print("\nfolder          faults  caught")
    for folder, count in sorted(Counter(fault.folder for fault in faults).items()):
        print(f"{folder:15} {count:6}  {caught[folder]:6}")
    print(f"\n{caught.total()} of {len(faults)} faults caught in {time.perf_counter() - start:.0f} s")
    return 0 if caught.total() == len(faults) else 1


def _print(fault: Fault, result: Result) -> None:
    verdict = "caught" if result.fell else "MISSED"
    by = result.fell[0].split("::", 1)[-1].split("[")[0] if result.fell else "-"
    print(f"{verdict} {result.seconds:4.0f} s  {fault.place}\n               {by}", flush=True)
    if not result.fell:
        print(f"        {fault.why}\n{result.output}")


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main())
