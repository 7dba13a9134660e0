"""Forked kernels give what ordinary ones give, and a notebook that goes wrong harms no other."""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from analysis.pipeline.execute import Limits
from analysis.pipeline.jobs import Job, Outcome
from analysis.pipeline.schedule import run_jobs
from analysis.pipeline.workers import LocalWorkers, can_fork

forks = pytest.mark.skipif(not can_fork(), reason="no fork here")

GOOD = """
import os, subprocess, sys, pandas as pd
import matplotlib.pyplot as plt
from IPython.display import display
frame = pd.DataFrame([[1.5] * 30], columns=[f"kolumn {n}" for n in range(30)])
print(frame); display(frame)
print("till stderr", file=sys.stderr, flush=True)
sys.stdout.flush(); os.write(1, b"rakt ut\\n"); subprocess.run(["echo", "barn"])
plt.rcParams["svg.hashsalt"] = "salt"
plt.plot([1, 2]); plt.savefig("bild.svg", metadata={"Date": None}); plt.savefig("bild.png")
hash("å"), os.environ["OMP_NUM_THREADS"], os.path.basename(os.getcwd())
"""

BAD = {
    "undantag": "raise ValueError('fel tal')",
    "avslut": "import os; os._exit(3)",
    "signal": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "hänger": "import time; time.sleep(60)",
    "minne": "x = bytearray(6 * 2**30)",
}


def _job(folder: Path, name: str, *sources: str) -> Job:
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{place}",
            "metadata": {},
            "outputs": [],
            "source": text,
        }
        for place, text in enumerate(sources)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    path = folder / f"{name}.ipynb"
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content), encoding="utf-8")
    return Job(f"prov/{name}", path, folder / "ut" / name, {})


def _run(jobs: list[Job], scratch: Path, *, warm: bool, seconds: int = 60) -> dict[str, Outcome]:
    workers = LocalWorkers(warm=warm, limits=Limits(seconds, memory=4 * 2**30), scratch=scratch)
    outcomes = run_jobs(jobs, workers, 2, on_start=lambda job: None, on_done=lambda outcome: None)
    return {outcome.name.split("/")[1]: outcome for outcome in outcomes}


@pytest.fixture(autouse=True)
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for socket files, with a short name, so that what is left behind can be seen."""
    with tempfile.TemporaryDirectory(prefix="k") as folder:
        # pytest's own mark would make kernels leave the file descriptors alone
        monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
        yield Path(folder)


@forks
@pytest.mark.slow
def test_a_forked_kernel_gives_the_same_bytes_as_an_ordinary_one(tmp_path: Path, scratch: Path) -> None:
    written = []
    for warm in (False, True):
        folder = tmp_path / str(warm)
        folder.mkdir()
        job = _job(folder, "samma", "x = 1", GOOD)
        assert _run([job], scratch, warm=warm)["samma"].error is None
        written.append({path.name: path.read_bytes() for path in sorted(job.output.iterdir())})
    assert sorted(written[0]) == ["bild.png", "bild.svg", "samma.ipynb"]
    assert "rakt ut" in written[0]["samma.ipynb"].decode()
    assert written[0] == written[1]


@forks
@pytest.mark.slow
def test_a_notebook_that_goes_wrong_ends_itself_and_no_other(tmp_path: Path, scratch: Path) -> None:
    jobs = [_job(tmp_path, name, "x = 1", text) for name, text in BAD.items()]
    jobs += [_job(tmp_path, "god", "x = 1", "x + 1")]
    found = _run(jobs, scratch, warm=True, seconds=4)
    assert found["god"].error is None
    assert "undantag.ipynb: cell 2 stannade: ValueError: fel tal" in str(found["undantag"].error)
    for name in ("avslut", "signal"):
        assert f"{name}.ipynb: cell 2 avslutade Python" in str(found[name].error)
    assert "cell 2 var inte klar efter 4 sekunder" in str(found["hänger"].error)
    assert "cell 2 stannade: MemoryError" in str(found["minne"].error)
    assert not list(scratch.glob("bistand-*"))


@forks
def test_the_process_that_is_forked_has_one_thread(tmp_path: Path, scratch: Path) -> None:
    text = (
        "import os\n"
        "count = len(os.listdir(f'/proc/{os.getppid()}/task')) if os.path.isdir('/proc') else 1\n"
        "server = open(f'/proc/{os.getppid()}/status').read().split('PPid:')[1].split()[0]\n"
        "len(os.listdir(f'/proc/{server}/task'))"
    )
    if not Path("/proc/self/task").is_dir():
        pytest.skip("no /proc here")
    job = _job(tmp_path, "trådar", text)
    assert _run([job], scratch, warm=True)["trådar"].error is None
    cell = json.loads((job.output / "trådar.ipynb").read_text(encoding="utf-8"))["cells"][0]
    assert "".join(cell["outputs"][0]["data"]["text/plain"]) == "1"


@forks
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_ending_the_main_process_ends_workers_and_kernels(tmp_path: Path, number: int, scratch: Path) -> None:
    job = _job(
        tmp_path,
        "lång",
        "import os, pathlib, time; pathlib.Path('pid').write_text(str(os.getpid()))",
        "time.sleep(90)",
    )
    script = tmp_path / "start.py"
    script.write_text(
        "import pickle, sys\n"
        "from analysis.pipeline.execute import Limits\n"
        "from analysis.pipeline.schedule import run_jobs\n"
        "from analysis.pipeline.workers import LocalWorkers\n"
        "if __name__ == '__main__':\n"
        "    job = pickle.load(open(sys.argv[1], 'rb'))\n"
        "    run_jobs([job], LocalWorkers(warm=True, limits=Limits()), 1,\n"
        "             on_start=lambda job: None, on_done=lambda outcome: None)\n",
        encoding="utf-8",
    )
    (tmp_path / "job").write_bytes(pickle.dumps(job))
    environment = {**os.environ, "TMPDIR": str(scratch)}
    main = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "job")], env=environment, stderr=subprocess.DEVNULL
    )
    mark = job.output / "pid"
    _wait_for(lambda: mark.is_file() and mark.read_text() != "", 60)
    kernel = int(mark.read_text())
    main.send_signal(number)
    main.wait(15)
    _wait_for(lambda: not psutil.pid_exists(kernel), 15)
    _wait_for(lambda: not list(scratch.glob("bistand-*")), 15)


def test_folders_that_killed_processes_left_are_removed_and_no_others(scratch: Path) -> None:
    kept = [scratch / f"bistand-{os.getpid()}-aa", scratch / "bistand-min-mapp", scratch / "bistand-12"]
    for folder in kept:
        folder.mkdir()
        (folder / "k").write_text("")
    killed, somebodys = scratch / "bistand-999999999-aa", scratch / "bistand-999999998-aa"
    for folder in (killed, somebodys):
        folder.mkdir()
    (somebodys / "uppsats.docx").write_text("min")
    kept.append(somebodys)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(killed / "k"))
    LocalWorkers(warm=False, limits=Limits(), scratch=scratch).close()
    assert sorted(scratch.iterdir()) == sorted(kept)


def _wait_for(condition: object, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
