"""One Word document a run, for the nämnd's meeting, from the same notebooks as the pages."""

from __future__ import annotations

from pathlib import Path

from analysis.errors import BistandError
from analysis.runs.model import Run, period_name
from analysis.swedish import day_name
from renderer.word import check_word, render_word


def document_name(run: Run) -> str:
    """Return the document's file name, beside the run's pages."""
    return f"{run.id}.docx"


def write_documents(stage: Path, runs: tuple[Run, ...]) -> None:
    """Write the document of every staged run beside its notebooks.

    Raises
    ------
    BistandError
        If a document does not pass its structural checks.
    """
    for run in runs:
        folder = stage / "reports" / run.id
        facts = {
            "Period": period_name(run.period),
            "Bygger på det som var känt": day_name(run.kant_senast),
            "Plan": run.plan,
        }
        notebooks = [folder / f"{name}.ipynb" for name in run.anteckningsbocker]
        out = folder / document_name(run)
        render_word(
            notebooks, out, title=run.rubrik, facts=facts, subtitle="Biståndsläget", day=run.kant_senast
        )
        findings = check_word(out)
        if findings:
            raise BistandError(f"Worddokumentet för {run.id} klarar inte kontrollerna: {findings[0]}")
