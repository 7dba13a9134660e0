"""Code cells of executed notebooks: options, tags, and which outputs are shown, as Quarto decides it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

# Quarto's order of preference among the forms of one output.
MIME_ORDER = (
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/plain",
)
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
OPTION = re.compile(r"^#\|\s?(.*)$")


@dataclass(frozen=True)
class PageDefaults:
    """What holds for every cell of a page unless the cell says otherwise."""

    echo: bool = True
    warning: bool = True
    code_fold: bool | str = False


@dataclass(frozen=True)
class CellView:
    """What is shown of one code cell."""

    source: str
    include: bool
    echo: bool
    output: bool
    warning: bool
    code_fold: bool | str
    label: str
    fig_cap: str
    fig_alt: str
    tbl_cap: str

    @property
    def float_kind(self) -> str:
        """``fig`` or ``tbl`` when the outputs make a numbered float, else empty."""
        prefix, _, rest = self.label.partition("-")
        return prefix if prefix in ("fig", "tbl") and rest else ""


def joined(value: object) -> str:
    """Text of a notebook field that may be a string or a list of lines."""
    if isinstance(value, list):
        return "".join(str(part) for part in value)
    return "" if value is None else str(value)


def split_options(source: str) -> tuple[dict[str, Any], str, int]:
    """Part the ``#|`` lines at the very top from the code.

    Returns
    -------
    tuple
        Options, remaining code without surrounding empty lines, number of option lines.

    Raises
    ------
    yaml.YAMLError
        If the options are not valid YAML.
    """
    lines = source.split("\n")
    count = 0
    while count < len(lines) and OPTION.match(lines[count]):
        count += 1
    text = "\n".join(OPTION.sub(r"\1", line) for line in lines[:count])
    options = yaml.safe_load(text) if text.strip() else {}
    if not isinstance(options, dict):
        raise yaml.YAMLError("alternativen är inte nycklar med värden")
    return options, "\n".join(lines[count:]).strip("\n").rstrip(), count


def view_cell(cell: Mapping[str, Any], defaults: PageDefaults) -> CellView:
    """Decide what is shown of a code cell. Options win over tags, tags over the page."""
    options, source, _ = split_options(joined(cell.get("source")))
    tags = set(cell.get("metadata", {}).get("tags", []))
    hidden = bool(tags & {"remove-cell", "hide-cell"})
    return CellView(
        source=source,
        include=_flag(options, "include", not hidden),
        echo=_flag(options, "echo", defaults.echo and "hide-code" not in tags),
        output=_flag(options, "output", "hide-output" not in tags),
        warning=_flag(options, "warning", defaults.warning and "hide-warnings" not in tags),
        code_fold=options.get("code-fold", defaults.code_fold),
        label=str(options.get("label") or ""),
        fig_cap=str(options.get("fig-cap") or ""),
        fig_alt=str(options.get("fig-alt") or ""),
        tbl_cap=str(options.get("tbl-cap") or ""),
    )


def _flag(options: Mapping[str, Any], key: str, default: bool) -> bool:
    value = options.get(key)
    return default if value is None else value is not False


def chosen_mime(output: Mapping[str, Any]) -> str:
    """Return the form of a display output that Quarto shows; empty if it knows none of them."""
    data = output.get("data", {})
    return next((mime for mime in MIME_ORDER if mime in data), "")


def shown_outputs(cell: Mapping[str, Any], view: CellView) -> list[Mapping[str, Any]]:
    """Outputs that are shown, consecutive pieces of the same stream joined, in order."""
    if not (view.include and view.output):
        return []
    outputs = _joined_streams(cell.get("outputs", []))
    has_image = any(chosen_mime(output).startswith("image/") for output in outputs)
    return [
        output
        for output in outputs
        if not (output["output_type"] == "stream" and output.get("name") == "stderr" and not view.warning)
        and not _is_echo(output, has_image)
    ]


def _joined_streams(outputs: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    merged: list[Mapping[str, Any]] = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output["output_type"] == last.get("output_type") == "stream" and output["name"] == last["name"]:
            merged[-1] = {**last, "text": joined(last["text"]) + joined(output["text"])}
        else:
            merged.append(output)
    return merged


def _is_echo(output: Mapping[str, Any], has_image: bool) -> bool:
    """Whether an output is only Python's echo of a plotting call, which Quarto drops."""
    if chosen_mime(output) != "text/plain":
        return False
    text = joined(output["data"]["text/plain"]).strip()
    if text.startswith("[<matplotlib"):
        return True
    if not has_image or output["output_type"] != "execute_result":
        return False
    if "\n" in text:
        return "<matplotlib." in text
    return text.startswith("Text(") or (text[:1] + text[-1:]) in ("<>", "()", "[]")
