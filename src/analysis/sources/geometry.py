"""Outlines of the municipalities for a map: TopoJSON read and laid flat."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.errors import BistandError

Array = NDArray[np.float64]

#: Central meridian of Sweden's national projection (SWEREF 99 TM), degrees.
_MERIDIAN = 15.0


def read_outlines(raw: Path) -> dict[str, list[Array]]:
    """Return each municipality's rings by code, in kilometres east and north, every ring an array of shape (n, 2).

    Raises
    ------
    BistandError
        If the boundaries are not in ``data/raw/geo``.
    """
    files = sorted((raw / "geo").glob("*/kommuner.topojson"))
    if not files:
        raise BistandError("kommungränserna saknas", file=raw / "geo", fix="Återställ mappen (git checkout).")
    content = json.loads(files[-1].read_text(encoding="utf-8"))
    scale, move = (np.array(content["transform"][key]) for key in ("scale", "translate"))
    arcs = [_flat(np.cumsum(np.array(arc), axis=0) * scale + move) for arc in content["arcs"]]
    (layer,) = content["objects"].values()
    return {shape["id"]: [_ring(part, arcs) for part in _rings(shape)] for shape in layer["geometries"]}


def _rings(shape: dict[str, object]) -> list[list[int]]:
    parts = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    return [ring for polygon in parts for ring in polygon]  # type: ignore[attr-defined]


def _ring(part: list[int], arcs: list[Array]) -> Array:
    """Join a ring's arcs; a negative number is an arc backwards, and neighbours share their end point."""
    pieces = [arcs[step] if step >= 0 else arcs[~step][::-1] for step in part]
    return np.concatenate([piece if place == 0 else piece[1:] for place, piece in enumerate(pieces)])


def _flat(degrees: Array) -> Array:
    """Transverse Mercator on a sphere: longitude and latitude in degrees to kilometres."""
    east, north = np.radians(degrees[:, 0] - _MERIDIAN), np.radians(degrees[:, 1])
    across = np.arctanh(np.cos(north) * np.sin(east))
    along = np.arctan2(np.tan(north), np.cos(east))
    return 6371.0 * np.stack([across, along], axis=1)
