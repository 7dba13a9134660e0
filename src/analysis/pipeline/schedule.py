"""Which job starts when: each after what it reads, the longest chain of work first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from analysis.pipeline.jobs import Job, Outcome


class Workers(Protocol):
    """Where jobs are executed: processes of this computer, or a cluster."""

    @property
    def room(self) -> int | None:
        """How many jobs there is room for at a time; None where the caller chooses."""

    def start(self, job: Job) -> None:
        """Start a job; returns at once."""

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        """Wait until at least one started job has ended; return those that have."""

    def close(self) -> None:
        """End everything that still runs and remove what it left."""


def run_jobs(
    jobs: Sequence[Job],
    workers: Workers,
    slots: int,
    *,
    on_start: Callable[[Job], None],
    on_done: Callable[[Outcome], None],
) -> tuple[Outcome, ...]:
    """Execute all jobs, at most `slots` (or the workers' room) at a time, and return their outcomes in the order of `jobs`.

    `on_done` has returned before a job that waits for the one that ended is started. A job that waits for one that
    failed is not started: its outcome says which. Ctrl-C ends all that runs.
    """
    slots = workers.room or slots
    rank = _ranks(jobs)
    waiting = {job.name: job for job in jobs}
    done: dict[str, Outcome] = {}
    running = 0

    def end(outcome: Outcome) -> None:
        done[outcome.name] = outcome
        on_done(outcome)

    try:
        while waiting or running:
            for job in sorted(waiting.values(), key=lambda item: (-rank[item.name], item.name)):
                needed = [name for name in job.after if name in rank]
                broken = [name for name in needed if name in done and done[name].error]
                if broken:
                    del waiting[job.name]
                    end(Outcome(job.name, 0.0, f"kördes inte, eftersom {broken[0]} stannade."))
                elif running < slots and all(name in done for name in needed):
                    del waiting[job.name]
                    on_start(job)
                    workers.start(job)
                    running += 1
            if running:
                for outcome in workers.wait():
                    running -= 1
                    end(outcome)
    finally:
        workers.close()
    return tuple(done[job.name] for job in jobs)


def _ranks(jobs: Sequence[Job]) -> dict[str, float]:
    """Return, for each job, the seconds of the longest chain of work that starts with it."""
    by_name = {job.name: job for job in jobs}
    followers: dict[str, list[str]] = {name: [] for name in by_name}
    for job in jobs:
        for name in job.after:
            if name in by_name:
                followers[name].append(job.name)
    ranks: dict[str, float] = {}

    def rank(name: str, path: tuple[str, ...] = ()) -> float:
        if name in path:
            raise ValueError(f"jobs wait for each other: {' -> '.join((*path, name))}")
        if name not in ranks:
            below = [rank(follower, (*path, name)) for follower in followers[name]]
            ranks[name] = by_name[name].seconds + max(below, default=0.0)
        return ranks[name]

    return {name: rank(name) for name in by_name}
