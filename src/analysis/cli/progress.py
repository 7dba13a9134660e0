"""How far a report has come: which notebook of which run is being made, and how long is left."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from analysis.cli.shared import say
from analysis.pipeline.jobs import Job, Outcome
from analysis.pipeline.report import Progress


def bar() -> Progress:
    """Return a progress bar over notebooks; outside a terminal each finished notebook is a line.

    Time left is counted in what each notebook took the last time, not in their number.
    """
    from tqdm import tqdm

    bars: list[Any] = []
    expected: dict[str, float] = {}
    running: dict[str, None] = {}
    total = 0

    def start(jobs: Sequence[Job]) -> None:
        nonlocal total
        total = len(jobs)
        expected.update({job.name: job.seconds for job in jobs})
        bars.append(
            tqdm(
                total=sum(expected.values()),
                bar_format="{desc} [{elapsed}, kvar ungefär {remaining}]{postfix}",
                disable=not sys.stderr.isatty(),
            )
        )
        show()

    def show() -> None:
        bars[-1].set_description_str(f"Kör: {total - len(expected)} av {total}", refresh=False)
        bars[-1].set_postfix_str(", ".join(running))

    def begin(job: Job) -> None:
        running[job.name] = None
        show()

    def step(outcome: Outcome) -> None:
        running.pop(outcome.name, None)
        state = "stannade" if outcome.error else "klar"
        tqdm.write(f"{outcome.name}: {state} på {outcome.seconds:.0f} s")
        bars[-1].update(expected.pop(outcome.name, 0.0))
        show()

    def stop() -> None:
        for item in bars:
            item.close()

    return Progress(say=say, start=start, step=step, stop=stop, begin=begin)
