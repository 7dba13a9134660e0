"""One Word document a run, for the nämnd's meeting, from the same notebooks as the pages."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from analysis.errors import BistandError
from analysis.files import write_bytes
from analysis.memory import remember
from analysis.pipeline.manifest import hash_files
from analysis.runs.model import Run, period_name
from analysis.swedish import day_name
from renderer.pandoc import pandoc_version
from renderer.word import check_word, render_word

#: The code that shapes a document.
_ROOMS = (
    "renderer.cells",
    "renderer.filters",
    "renderer.notebook",
    "renderer.pandoc",
    "renderer.source",
    "renderer.word",
    "renderer.word_reference",
)


def document_name(run: Run) -> str:
    """Return the document's file name, beside the run's pages."""
    return f"{run.id}.docx"


def write_documents(stage: Path, runs: tuple[Run, ...], cache: Path | None = None) -> None:
    """Write the document of every staged run beside its notebooks.

    Parameters
    ----------
    cache
        Folder for documents by what they are made from: those of unchanged runs are not made again.

    Raises
    ------
    BistandError
        If a document does not pass its structural checks.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for _ in pool.map(partial(_write_document, stage, cache), runs):
            pass


def _write_document(stage: Path, cache: Path | None, run: Run) -> None:
    folder = stage / "reports" / run.id
    facts = {
        "Period": period_name(run.period),
        "Bygger på det som var känt": day_name(run.kant_senast),
        "Plan": run.plan or "ingen",
    }
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    made_from = (run.id, run.rubrik, run.anteckningsbocker, facts, hash_files(files, stage), pandoc_version())
    data = remember("word", made_from, _ROOMS, partial(_document, folder, run, facts), cache)
    write_bytes(folder / document_name(run), data.tobytes())


def _document(folder: Path, run: Run, facts: dict[str, str]) -> np.ndarray:
    """Return the bytes of a run's document, checked."""
    notebooks = [folder / f"{name}.ipynb" for name in run.anteckningsbocker]
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / document_name(run)
        render_word(
            notebooks, out, title=run.rubrik, facts=facts, subtitle="Biståndsläget", day=run.kant_senast
        )
        findings = check_word(out)
        if findings:
            raise BistandError(f"Worddokumentet för {run.id} klarar inte kontrollerna: {findings[0]}")
        return np.frombuffer(out.read_bytes(), dtype=np.uint8)
