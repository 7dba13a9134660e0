"""Jobs start after what they read, the longest chain first, and a failure stops only those that wait for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.pipeline.jobs import Job, Outcome
from analysis.pipeline.schedule import run_jobs


class _Pretend:
    """Workers whose jobs end one at a time, in the order they were started."""

    room: int | None = None

    def __init__(self, failing: frozenset[str] = frozenset()) -> None:
        self.failing, self.started, self.running, self.closed, self.most = failing, [], [], False, 0

    def start(self, job: Job) -> None:
        self.started.append(job.name)
        self.running.append(job.name)
        self.most = max(self.most, len(self.running))

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        name = self.running.pop(0)
        return [Outcome(name, 1.0, "fel" if name in self.failing else None)]

    def close(self) -> None:
        self.closed = True


def _job(name: str, seconds: float, *after: str) -> Job:
    return Job(name, Path(f"{name}.ipynb"), Path(name), {}, after=after, seconds=seconds)


JOBS = [_job("kort", 1), _job("lång", 9), _job("först", 2), _job("sist", 8, "först")]


def _run(workers: _Pretend, slots: int, jobs: list[Job] | None = None) -> dict[str, Outcome]:
    outcomes = run_jobs(jobs or JOBS, workers, slots, on_start=lambda job: None, on_done=lambda outcome: None)
    assert workers.closed
    return {outcome.name: outcome for outcome in outcomes}


def test_the_longest_chain_starts_first_and_nobody_before_what_it_reads() -> None:
    workers = _Pretend()
    assert list(_run(workers, 1)) == ["kort", "lång", "först", "sist"]
    assert workers.started == ["först", "lång", "sist", "kort"]
    assert workers.most == 1


def test_no_more_jobs_run_than_there_are_slots() -> None:
    workers = _Pretend()
    _run(workers, 3)
    assert workers.most == 3


def test_a_failure_stops_those_that_wait_for_it_and_no_others() -> None:
    found = _run(_Pretend(frozenset({"först"})), 2)
    assert {name for name, outcome in found.items() if outcome.error} == {"först", "sist"}
    assert "först stannade" in str(found["sist"].error)


def test_jobs_that_wait_for_each_other_are_an_error() -> None:
    with pytest.raises(ValueError, match="wait for each other"):
        _run(_Pretend(), 1, [_job("a", 1, "b"), _job("b", 1, "a")])
