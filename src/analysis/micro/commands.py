"""``bistand mikro prova``, ``run`` and ``exempel``: what a municipality does with its own files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.calendar import month_label
from analysis.disclosure.model import Policy
from analysis.micro import release, wording
from analysis.micro.assess import FEWEST_PARTICIPANTS, MeasureResult, assess, refusal, with_regard_to_others
from analysis.micro.checks import minimal_detectable_effect
from analysis.micro.contract import read_folder
from analysis.micro.export import write_folder
from analysis.micro.gate import Gate
from analysis.micro.generator import Microdata, generate
from analysis.micro.hazard import fit_hazard, life_table
from analysis.micro.history import History, Window, build_history
from analysis.micro.municipality import Municipality
from analysis.micro.shown import withheld
from foundation.errors import BistandError
from foundation.swedish import count

HIDDEN_NAME = "åtgärd med för få deltagare för att nämnas"


@dataclass(frozen=True)
class Released:
    """What a run gave: the results (names of small measures hidden), the files that left, whose and which months."""

    place: str
    window: Window
    results: tuple[MeasureResult, ...]
    files: tuple[Path, ...]
    lines: tuple[str, ...]


def check(folder: Path) -> tuple[str, ...]:
    """Check the files of `folder` and say, before anything is estimated, what they will be able to show.

    Returns
    -------
    Swedish lines for the screen; no number under five in any of them.

    Raises
    ------
    BistandError
        At the first fault in the files.
    """
    data = read_folder(folder)
    history = build_history(data.spells, data.measures, data.background, data.window, data.obstacles)
    lines = [
        f"Filerna följer kontraktet. {data.name}, {month_label(data.window.first)} till {month_label(data.window.last)}.",
        f"{_count(history.persons)} personer, {_count(int(history.on.sum()))} biståndsmånader, "
        f"{_count(int((history.exit > 0).sum()))} avslut.",
    ]
    share = _share_leaving(history)
    for number, name in enumerate(history.measures):
        participants = int(history.start[number].sum())
        if participants < 5:
            lines.append(f"- {HIDDEN_NAME}: går inte att bedöma.")
            continue
        reason = refusal(history, number)
        if reason is not None:
            lines.append(f"- {name}: går inte att bedöma: {reason}.")
            continue
        smallest = minimal_detectable_effect(participants, share, design=1.3)
        lines.append(f"- {name}: {wording.detectable(participants, smallest)}")
    lines.append("Ingenting har lämnat mappen. Kör bistand mikro kor för att räkna.")
    return tuple(lines)


def example(folder: Path, *, seed: int = 1) -> tuple[str, ...]:
    """Write a synthetic municipality's files to an empty or new folder, to try `check` and `run` on.

    Raises
    ------
    BistandError
        If the folder already holds something: nobody's own files are overwritten.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BistandError("mappen är inte tom", file=folder, fix="Ange en ny mapp för exemplet.")
    write_folder(generate(Municipality(inflow=20.0), seed), folder)
    return (
        f"Fyra filer med påhittade personer ligger i {folder.name}.",
        "Pröva dem med bistand mikro prova och bistand mikro kor.",
    )


def run(
    folder: Path,
    out: Path,
    *,
    draws: int | None = None,
    seed: int = 1,
    threshold: int = Policy.threshold,
    progress: Callable[[str], None] = lambda text: None,
) -> Released:
    """Estimate every measure in `folder` and let the declared tables out to `out` through the gate.

    Parameters
    ----------
    folder
        The microdata folder, by default ``data/mikro``.
    out
        Where tables may go, for example ``reports/mikro``.
    draws, seed
        Bootstrap draws (None: as many as each measure needs, see `assess`) and their seed.
    threshold
        Smallest count shown.
    progress
        Told each measure's name before it is estimated.

    Raises
    ------
    BistandError
        If a file breaks the contract, or a table may not leave.
    """
    if out.resolve().is_relative_to(folder.resolve()):
        raise BistandError(
            "resultatmappen ligger i mappen med persondata", file=out, fix="Välj en annan mapp."
        )
    data = read_folder(folder)
    history = build_history(data.spells, data.measures, data.background, data.window, data.obstacles)
    results = estimate_all(data, history, draws=draws, seed=seed, threshold=threshold, progress=progress)
    gate = Gate(folder, out, threshold)
    files = let_out(results, history, data, gate)
    lines = [f"- {r.measure}: {r.verdict}. {r.reason}" for r in results]
    lines.append(f"{len(files)} tabeller ligger i {out.name}; utlämnandet är loggat.")
    return Released(data.name, data.window, results, files, tuple(lines))


def estimate_all(
    data: Microdata,
    history: History,
    *,
    draws: int | None,
    seed: int,
    threshold: int = Policy.threshold,
    progress: Callable[[str], None] = lambda text: None,
) -> tuple[MeasureResult, ...]:
    """Assess every measure; those with fewer participants than the threshold are counted but not named."""
    results = []
    for number, name in enumerate(history.measures):
        if int(history.start[number].sum()) < threshold:
            reason = f"Effekten går inte att bedöma: färre än {FEWEST_PARTICIPANTS} personer började."
            results.append(
                MeasureResult(HIDDEN_NAME, data.status, None, None, "inte bedömbar", reason,
                              (), None, (), None, None, None, None)
            )  # fmt: skip
            continue
        progress(name)
        results.append(assess(history, number, data.status, draws=draws, seed=seed + number))
    return tuple(withheld(result, threshold) for result in with_regard_to_others(tuple(results)))


def let_out(
    results: tuple[MeasureResult, ...], history: History, data: Microdata, gate: Gate
) -> tuple[Path, ...]:
    """Release every declared table."""
    files = [
        gate.release("atgarder", release.summary_rows(results, data.name, month_label(data.window.last)))
    ]
    assessed = [result for result in results if result.assessable]
    if assessed:
        parts: dict[str, list[pd.DataFrame]] = {
            "effekter": [release.effect_rows(r, gate.threshold) for r in assessed],
            "kurvor": [release.curve_rows(r, gate.threshold) for r in assessed],
            "kontroller": [release.check_rows(r) for r in assessed],
            "balans": [release.balance_rows(r, gate) for r in assessed],
            "grupper": [release.group_rows(r, gate) for r in assessed],
        }
        files += [gate.release(name, pd.concat(frames, ignore_index=True)) for name, frames in parts.items()]
        files.append(gate.release("avslut", release.hazard_rows(fit_hazard(history), data.status)))
    return tuple(files)


def _share_leaving(history: History) -> float:
    """Share that leaves for work or studies within a year from the start of a spell, by the life table."""
    table = life_table(history).head(12)
    hazards = table[["arbete", "studier", "annat"]].to_numpy()
    stay = (1 - hazards.sum(axis=1)).cumprod()
    before = [1.0, *stay[:-1]]
    return float(min(max((hazards[:, :2].sum(axis=1) * before).sum(), 0.05), 0.95))


def _count(value: int) -> str:
    return count(value) if value == 0 or value >= 5 else "färre än 5"
