"""An executed notebook as Quarto-shaped Markdown, its pictures written out as files."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renderer.cells import (
    ANSI,
    CellView,
    PageDefaults,
    chosen_mime,
    joined,
    shown_outputs,
    view_cell,
)

SUFFIX = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpeg"}
FENCE = ":" * 12


@dataclass(frozen=True)
class NotebookMarkdown:
    """Markdown of a notebook (without its front matter) and its pictures by path from the page's folder."""

    markdown: str
    files: dict[str, bytes]


def notebook_markdown(
    cells: list[Mapping[str, Any]], stem: str, defaults: PageDefaults, *, prefer_png: bool = False
) -> NotebookMarkdown:
    """Turn the cells of an executed notebook into Markdown.

    Parameters
    ----------
    cells
        The notebook's cells, the front matter taken out.
    stem
        File name of the page without suffix; pictures go to ``<stem>_files/figure-html``.
    defaults
        What holds for cells that say nothing.
    prefer_png
        Take PNG before SVG where an output has both, as Word needs.
    """
    writer = _Writer(stem, defaults, prefer_png)
    parts = [writer.cell(number, cell) for number, cell in enumerate(cells, 1)]
    return NotebookMarkdown("\n\n".join(part for part in parts if part) + "\n", writer.files)


class _Writer:
    """Collects the pictures of one notebook while its cells are written."""

    def __init__(self, stem: str, defaults: PageDefaults, prefer_png: bool) -> None:
        self.folder = f"{stem}_files/figure-html"
        self.defaults = defaults
        self.prefer_png = prefer_png
        self.files: dict[str, bytes] = {}

    def cell(self, number: int, cell: Mapping[str, Any]) -> str:
        kind = cell["cell_type"]
        if kind == "markdown" or (kind == "raw" and not cell.get("metadata", {}).get("format")):
            return joined(cell.get("source"))
        return self.code_cell(number, cell) if kind == "code" else ""

    def code_cell(self, number: int, cell: Mapping[str, Any]) -> str:
        view = view_cell(cell, self.defaults)
        if not view.include:
            return ""
        parts = [_source(view)] if view.echo and view.source else []
        parts += self.outputs(number, shown_outputs(cell, view), view)
        return _div(".cell", *parts) if parts else ""

    def outputs(self, number: int, outputs: list[Mapping[str, Any]], view: CellView) -> list[str]:
        if not view.float_kind and not view.fig_cap and not view.tbl_cap:
            return [self.output(f"cell-{number}-output-{n}", out, view) for n, out in enumerate(outputs, 1)]
        streams = [out for out in outputs if out["output_type"] == "stream"]
        shown = [out for out in outputs if out["output_type"] != "stream"]
        parts = [self.output("", out, view) for out in streams]
        if shown:
            stem = _safe(view.label) or f"cell-{number}"
            body = [self.output(f"{stem}-output-{n}", out, view) for n, out in enumerate(shown, 1)]
            parts.append(_float(view, body))
        return parts

    def output(self, name: str, output: Mapping[str, Any], view: CellView) -> str:
        kind = output["output_type"]
        if kind == "stream":
            stream = "stderr" if output.get("name") == "stderr" else "stdout"
            return _div(f".cell-output .cell-output-{stream}", _verbatim(joined(output["text"])))
        if kind == "error":
            text = f"{output.get('ename', '')}: {output.get('evalue', '')}"
            return _div(".cell-output .cell-output-error", _verbatim(text))
        mime = self.mime(output)
        if not mime:
            return ""
        content = joined(output["data"][mime])
        if mime in SUFFIX:
            return _div(".cell-output .cell-output-display", self.picture(name, mime, output, view))
        if mime == "text/html":
            return _div(".cell-output .cell-output-display", _raw_html(content))
        if mime == "text/markdown":
            return _div(".cell-output .cell-output-display .cell-output-markdown", content)
        return _div(".cell-output .cell-output-display", _verbatim(content))

    def mime(self, output: Mapping[str, Any]) -> str:
        mime = chosen_mime(output)
        if self.prefer_png and mime == "image/svg+xml" and "image/png" in output["data"]:
            return "image/png"
        return mime

    def picture(self, name: str, mime: str, output: Mapping[str, Any], view: CellView) -> str:
        path = f"{self.folder}/{name}.{SUFFIX[mime]}"
        content = joined(output["data"][mime])
        data = content.encode() if mime == "image/svg+xml" else base64.b64decode(content)
        self.files[path] = data
        size = output.get("metadata", {}).get(mime) or _natural_size(mime, data)
        attributes = [f'fig-alt="{_quoted(view.fig_alt)}"'] if view.fig_alt else []
        attributes += [f'{key}="{int(size[key])}"' for key in ("width", "height") if key in size]
        return f"![](<{path}>)" + (f"{{{' '.join(attributes)}}}" if attributes else "")


def _source(view: CellView) -> str:
    fold = str(view.code_fold).lower()
    return _fenced(view.source, f'{{.python .cell-code fold="{fold}"}}')


def _float(view: CellView, body: list[str]) -> str:
    kind = view.float_kind or ("fig" if view.fig_cap else "tbl")
    caption = view.fig_cap if kind == "fig" else view.tbl_cap
    parts = [_div(".lage-caption", caption)] if caption else []
    reference = f' ref="{view.label}"' if view.float_kind else ""
    # The output's own wrapper is taken off: a float holds the picture or table itself.
    return _div(f'.lage-float kind="{kind}"{reference}', *parts, *body)


def _div(attributes: str, *parts: str) -> str:
    return "\n\n".join([f"{FENCE} {{{attributes}}}", *parts, FENCE])


def _longest(text: str, sign: str) -> int:
    return max((len(run) for run in re.findall(re.escape(sign) + "+", text)), default=0)


def _fenced(text: str, attributes: str) -> str:
    ticks = "`" * max(3, _longest(text, "`") + 1)
    return f"{ticks} {attributes}\n{text}\n{ticks}"


def _verbatim(text: str) -> str:
    return _fenced(ANSI.sub("", text).rstrip("\n"), "{.utskrift}")


def _raw_html(text: str) -> str:
    ticks = "`" * max(3, _longest(text, "`") + 1)
    return f"{ticks}{{=html}}\n{text}\n{ticks}"


def _quoted(text: str) -> str:
    """Text safe inside a quoted Markdown attribute."""
    plain = " ".join(text.split())
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")


def _safe(label: str) -> str:
    return re.sub(r"[^\w-]", "-", label)


def _natural_size(mime: str, data: bytes) -> dict[str, int]:
    """Size in CSS pixels, so that the page does not jump while pictures load; empty if unknown."""
    if mime == "image/png" and data[12:16] == b"IHDR":
        width, height = struct.unpack(">II", data[16:24])
        return {"width": width, "height": height}
    if mime == "image/svg+xml":
        head = data[:4000].decode("utf-8", "replace")
        tag = re.search(r"<svg\b[^>]*>", head, re.S)
        found = dict(re.findall(r'\s(width|height)="([\d.]+)(?:pt|px)?"', tag.group())) if tag else {}
        scale = 4 / 3 if tag and re.search(r'\swidth="[\d.]+pt"', tag.group()) else 1
        if len(found) == 2:
            return {key: round(float(value) * scale) for key, value in found.items()}
    return {}
