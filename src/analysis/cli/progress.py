"""How far a report has come: which notebook of which run is being made, and how long is left."""

from __future__ import annotations

import sys
from typing import Any

import typer

from analysis.pipeline.jobs import Job, Outcome
from analysis.pipeline.report import Progress


def bar() -> Progress:
    """Return a progress bar over notebooks; outside a terminal each finished notebook is a line."""
    from tqdm import tqdm

    bars: list[Any] = []
    running: dict[str, None] = {}

    def start(total: int) -> None:
        bars.append(
            tqdm(
                total=total,
                desc="Kör",
                bar_format="{desc}: {n_fmt} av {total_fmt} [{elapsed}, kvar {remaining}]{postfix}",
                disable=not sys.stderr.isatty(),
            )
        )

    def show() -> None:
        bars[-1].set_postfix_str(", ".join(running))

    def begin(job: Job) -> None:
        running[job.name] = None
        show()

    def step(outcome: Outcome) -> None:
        running.pop(outcome.name, None)
        state = "stannade" if outcome.error else "klar"
        tqdm.write(f"{outcome.name}: {state} på {outcome.seconds:.0f} s")
        bars[-1].update()
        show()

    return Progress(say=typer.echo, start=start, step=step, stop=lambda: bars[-1].close(), begin=begin)
