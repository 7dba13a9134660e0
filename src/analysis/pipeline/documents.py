"""Two Word documents a run, from the same notebooks as the pages: a few pages for the board, and all as an appendix."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from analysis.calendar import period_name
from analysis.pipeline.manifest import hash_files
from analysis.runs.model import Run
from foundation.errors import BistandError
from foundation.files import write_bytes
from foundation.memory import remember
from foundation.swedish import day_name
from renderer.pandoc import pandoc_version
from renderer.word import Chapter, check_word, render_word

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


#: The chapters of the document for the board: notebook, and the question that it answers.
BOARD = {
    "00_i_korthet": "I korthet",
    "01_laget": "Var står vi?",
    "02_atgarder": "Vad är gjort?",
    "03_effekt": "Har planen gjort skillnad?",
    "04_mal": "Når vi målet?",
    "06_datakvalitet": "Källor",
}
#: Tag of the cells that are in it.
BOARD_TAG = "namnd"


def document_names(run: Run) -> tuple[str, str]:
    """Return the file names of the document for the board and of its appendix, beside the run's pages."""
    return f"{run.id}-namnd.docx", f"{run.id}.docx"


def write_documents(stage: Path, runs: tuple[Run, ...], cache: Path | None = None) -> None:
    """Write both documents of every staged run beside its notebooks.

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
        for _ in pool.map(partial(_write_documents, stage, cache), runs):
            pass


def _write_documents(stage: Path, cache: Path | None, run: Run) -> None:
    folder = stage / "reports" / run.id
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    board = [
        Chapter(folder / f"{name}.ipynb", title, BOARD_TAG)
        for name, title in BOARD.items()
        if name in run.anteckningsbocker
    ]
    whole = [Chapter(folder / f"{name}.ipynb") for name in run.anteckningsbocker]
    made_from = (run.id, run.rubrik, run.anteckningsbocker, hash_files(files, stage), pandoc_version())
    for name, chapters in zip(document_names(run), (board, whole), strict=True):
        data = remember(
            "word", (name, BOARD, *made_from), _ROOMS, partial(_document, name, chapters, run), cache
        )
        write_bytes(folder / name, data.tobytes())


def _document(name: str, chapters: list[Chapter], run: Run) -> np.ndarray:
    """Return the bytes of a document, checked; the board's has its chapters on pages of their own."""
    board = any(chapter.tag for chapter in chapters)
    facts = {
        "Period": period_name(run.period),
        "Bygger på det som var känt": day_name(run.kant_senast),
    }
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / name
        render_word(
            chapters,
            out,
            breaks=board,
            title=run.rubrik,
            facts={} if board else facts,
            subtitle=f"Underlag till nämnden, med det som var känt {day_name(run.kant_senast)}"
            if board
            else "Bilaga",
            day=run.kant_senast,
        )
        findings = check_word(out)
        if findings:
            raise BistandError(f"Worddokumentet {name} klarar inte kontrollerna: {findings[0]}")
        return np.frombuffer(out.read_bytes(), dtype=np.uint8)
