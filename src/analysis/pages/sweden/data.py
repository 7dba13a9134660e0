"""The data behind the interactive figures: scripts that set a global, so that they load from file:// as well."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.answers.country import Country
from analysis.answers.labour import UNEMPLOYMENT
from analysis.pages.parts.markdown import Markdown, raw_html
from analysis.panel import wide
from analysis.runs.national import NationalContext
from analysis.sources.geometry import read_outlines
from analysis.sources.observation import RIKET
from foundation.files import write_text

#: Limits of the classes of the map, per cent: those of the main measure, the same every year.
CLASSES = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
#: Width of the map in its own units; height follows.
MAP_WIDTH = 400


def series_data(context: NationalContext, found: Country) -> dict[str, Any]:
    """Return every municipality's values of the measures that are known for all, and the forecast of the main one."""
    codes = [RIKET, *found.table.index]
    measures = []
    for measure_id in (context.measure, UNEMPLOYMENT[0]):
        values = wide(context.observations, measure_id)
        measure = context.catalogue.measure(measure_id)
        measures.append(
            {
                "id": measure_id,
                "namn": measure.namn,
                "kort": measure.kort,
                "granser": list(CLASSES if measure_id == context.measure else _limits(values)),
                "ar": [int(year) for year in values.columns],
                "varden": {
                    code: _rounded(values.loc[code].to_numpy()) for code in codes if code in values.index
                },
            }
        )
    fans = {
        code: [
            [int(row["year"]), *_rounded(row[["median", "low80", "high80"]].to_numpy(dtype=float))]
            for _, row in part.iterrows()
        ]
        for code, part in found.fan.groupby("code")
    }
    places = {
        code: [context.catalogue.municipality(code).name, context.catalogue.municipality(code).county]
        for code in codes
    }
    pages = {code: f"kommun/{context.catalogue.municipality(code).page_name}" for code in found.table.index}
    return {"kommuner": places, "sidor": pages, "matt": measures, "prognos": fans}


def _rounded(values: np.ndarray) -> list[float | None]:
    # rounded far enough out that the page, which shows two decimals, never rounds twice
    return [None if math.isnan(value) else round(float(value), 6) for value in values]


def _limits(values: pd.DataFrame) -> tuple[float, ...]:
    """Return limits in half units that divide the municipalities of all years into classes of about the same size."""
    known = values.drop(index=RIKET, errors="ignore").to_numpy(dtype=float)
    shares = np.nanquantile(known, [step / (len(CLASSES) + 1) for step in range(1, len(CLASSES) + 1)])
    return tuple(sorted({round(2 * float(share)) / 2 for share in shares}))


def map_shapes(context: NationalContext, found: Country) -> dict[str, Any]:
    """Return the outline of each municipality that has data as an SVG path in whole units, north upwards."""
    outlines = read_outlines(context.project.raw)
    points = np.concatenate([ring for rings in outlines.values() for ring in rings])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = MAP_WIDTH / float(high[0] - low[0])
    shapes = {}
    for code in found.table.index.intersection(list(outlines)).sort_values():
        parts = []
        for ring in outlines[code]:
            flat = np.round(
                np.stack([ring[:, 0] - low[0], high[1] - ring[:, 1]], axis=1) * scale * 10
            ).astype(int)
            steps = np.diff(flat, axis=0)
            steps = steps[(steps != 0).any(axis=1)]
            if len(steps) > 1:
                moves = "".join(f"l{x} {y}" for x, y in steps)
                parts.append(f"M{flat[0][0]} {flat[0][1]}{moves}z")
        shapes[code] = "".join(parts)
    return {"bredd": MAP_WIDTH * 10, "hojd": round(float(high[1] - low[1]) * scale * 10), "former": shapes}


def write_script(output: Path, name: str, variable: str, content: dict[str, Any]) -> None:
    """Write data as ``data/<name>.js``: one assignment, nothing that a browser would take for markup."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    write_text(output / "data" / f"{name}.js", f"window.{variable}={text.replace('<', chr(92) + 'u003c')};\n")


def interactive(module: str, scripts: tuple[str, ...], fallback: Markdown) -> Markdown:
    """Return the place that a module fills; what works without script stands after it and stays.

    Parameters
    ----------
    module
        Name of the module in the renderer's assets.
    scripts
        Data that it needs, below ``data/``.
    """
    data = " ".join(f"data/{name}.js" for name in scripts)
    place = raw_html(f'<div class="modul" data-modul="{module}" data-skript="{data}"></div>')
    return place + Markdown(f"::: {{.modul-reserv}}\n{fallback.text.strip()}\n:::\n")


def spark(values: pd.Series[float]) -> str:
    """Return a small line of a series as SVG; gaps stay gaps. Hidden from screen readers: the columns say it in words."""
    known = values.dropna()
    if len(known) < 2:
        return ""
    low, high = float(known.min()), float(known.max())
    span = max(high - low, 1e-9)
    step = 72 / (len(values) - 1)
    parts, pen = [], "M"
    for place, value in enumerate(values):
        if math.isnan(value):
            pen = "M"
            continue
        parts.append(f"{pen}{4 + place * step:.0f} {18 - 15 * (value - low) / span:.0f}")
        pen = "L"
    return (
        '<svg class="gnista" viewBox="0 0 80 20" width="80" height="20" aria-hidden="true">'
        f'<path d="{"".join(parts)}"></path></svg>'
    )
