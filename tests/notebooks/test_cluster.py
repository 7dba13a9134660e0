"""A Dask cluster executes the same notebooks to the same bytes, and loses no job with a worker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import LocalCluster
from tests.conftest import ROOT
from tests.notebooks.test_kernels import GOOD, _job

from analysis.pipeline import cluster
from analysis.pipeline.cluster import DaskWorkers
from analysis.pipeline.execute import Limits
from analysis.pipeline.jobs import Job, Outcome
from analysis.pipeline.schedule import Workers, run_jobs
from analysis.pipeline.workers import LocalWorkers
from foundation.errors import BistandError

pytestmark = pytest.mark.slow

LIMITS = Limits(60, memory=4 * 2**30)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Two worker processes of this computer, as ``dask worker --nworkers 2 --nthreads 1`` starts them."""
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with LocalCluster(processes=True, host="127.0.0.1", **options) as made:
        yield made.scheduler_address


def _run(jobs: list[Job], workers: Workers) -> dict[str, Outcome]:
    outcomes = run_jobs(jobs, workers, 1, on_start=lambda job: None, on_done=lambda outcome: None)
    return {outcome.name.split("/")[1]: outcome for outcome in outcomes}


def test_a_cluster_gives_the_same_bytes_as_this_computer(address: str, tmp_path: Path) -> None:
    written = []
    for name in ("här", "kluster"):
        folder = tmp_path / name
        folder.mkdir()
        job = _job(folder, "samma", "x = 1", GOOD)
        workers = (
            LocalWorkers(warm=False, limits=LIMITS)
            if name == "här"
            else DaskWorkers(address, ROOT, limits=LIMITS, modules=("analysis.runs.context",))
        )
        assert _run([job], workers)["samma"].error is None
        written.append({path.name: path.read_bytes() for path in sorted(job.output.iterdir())})
    assert sorted(written[0]) == ["bild.png", "bild.svg", "samma.ipynb"]
    assert written[0] == written[1]


def test_a_fault_stops_its_own_notebook_and_those_that_wait_for_it(address: str, tmp_path: Path) -> None:
    bad = _job(tmp_path, "fel", "x = 1", "raise ValueError('fel tal')")
    after = replace(_job(tmp_path, "efter", "x = 1"), after=(bad.name,))
    found = _run([bad, after, _job(tmp_path, "god", "1 + 1")], DaskWorkers(address, ROOT, limits=LIMITS))
    assert "fel.ipynb: cell 2 stannade: ValueError: fel tal" in str(found["fel"].error)
    assert "eftersom prov/fel stannade" in str(found["efter"].error)
    assert found["god"].error is None


def test_the_job_of_a_lost_worker_is_done_by_another(address: str, tmp_path: Path) -> None:
    """The notebook kills the worker that executes it, the first time only."""
    lost = (
        "import os, pathlib, psutil, signal\nmark = pathlib.Path('..') / 'spår'\nfirst = not mark.exists()\n"
    )
    lost += "mark.touch()\nif first: os.kill(psutil.Process().ppid(), signal.SIGKILL)\n'klar'"
    job = _job(tmp_path, "borta", lost)
    assert _run([job], DaskWorkers(address, ROOT, limits=LIMITS))["borta"].error is None
    assert "klar" in (job.output / "borta.ipynb").read_text(encoding="utf-8")
    assert (job.output.parent / "spår").exists()


def test_a_worker_keeps_nothing_of_a_jobs_environment(address: str, tmp_path: Path) -> None:
    given = replace(_job(tmp_path, "först", "1"), environment={"BISTAND_PROV": "kvar"})
    ask = "import os\nos.environ.get('BISTAND_PROV', 'borta')"
    later = [replace(_job(tmp_path, f"sen-{n}", ask), after=(given.name,)) for n in range(3)]
    _run([given, *later], DaskWorkers(address, ROOT, limits=LIMITS))
    read = [json.loads((job.output / job.notebook.name).read_text(encoding="utf-8")) for job in later]
    said = [notebook["cells"][-1]["outputs"][0]["data"]["text/plain"] for notebook in read]
    assert said == [["'borta'"]] * 3


def test_what_does_not_fit_is_told_before_anything_runs(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BistandError, match="ser inte mappen"):
        DaskWorkers(address, tmp_path, limits=LIMITS)
    here = cluster.what_is_here(str(ROOT), ())
    monkeypatch.setattr(cluster, "what_is_here", lambda root, modules: here)
    for found, words in (((True, "annan", here[2]), "projektets kod"), ((True, here[1], {}), "Python eller")):
        monkeypatch.setattr("distributed.Client.run", lambda *_, found=found: {"tcp://a": found})
        with pytest.raises(BistandError, match=words):
            DaskWorkers(address, ROOT, limits=LIMITS)


def test_a_cluster_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(BistandError, match="inget kluster svarar på tcp"):
        DaskWorkers("tcp://127.0.0.1:9", ROOT, limits=LIMITS)
    options = {"n_workers": 1, "threads_per_worker": 2, "dashboard_address": None, "silence_logs": 50}
    with LocalCluster(processes=False, **options) as made:
        with pytest.raises(BistandError, match="flera uppgifter i samma process") as caught:
            DaskWorkers(made.scheduler_address, ROOT, limits=LIMITS)
        assert "--nthreads 1" in str(caught.value)
        made.scale(0)
