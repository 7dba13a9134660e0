"""The linter's rules for executed notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from renderer.cells import PageDefaults, chosen_mime, joined, shown_outputs, split_options, view_cell
from renderer.finding import Finding
from renderer.scan import Facts, Segment
from renderer.source import PageSource

OPTIONS: dict[str, tuple[type, ...]] = {
    "label": (str,),
    "fig-cap": (str,),
    "fig-alt": (str,),
    "tbl-cap": (str,),
    "echo": (bool,),
    "include": (bool,),
    "output": (bool,),
    "warning": (bool,),
    "code-fold": (bool, str),
}
IGNORED_TAGS = {
    "remove-input",
    "hide-input",
    "remove-output",
    "remove_cell",
    "remove_input",
    "hide_input",
    "remove_output",
}
TIMES = {"start_time", "end_time", "duration"}
ALLOWED_MIME = {"text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain"}
# Python's description of an object: useless to readers, and a memory address differs between builds.
OBJECT = re.compile(r"\bat 0x[0-9a-f]+|^\s*<[A-Z][\w.]*[:( ].*>\s*$|^\s*Text\(", re.M)


def lint_notebook(source: PageSource, defaults: PageDefaults) -> tuple[list[Finding], list[Segment], Facts]:
    """Find what lies outside the subset in a notebook.

    Returns
    -------
    tuple
        Findings; pieces of Markdown still to be linted; ids of the numbered outputs.
    """
    findings = [Finding(source.path, 0, message) for message in _notebook(source)]
    segments: list[Segment] = []
    facts = Facts()
    for number, cell in enumerate(source.cells, source.first_cell):
        if cell["cell_type"] != "code":
            segments.append(Segment(source.path, joined(cell.get("source")), 1, number))
            if cell.get("attachments"):
                findings.append(
                    Finding(source.path, 0, "bifogade bilder ingår inte; lägg bilden i en fil.", number)
                )
            continue
        try:
            messages = list(_code_cell(cell, defaults))
            view = view_cell(cell, defaults)
        except yaml.YAMLError:
            findings.append(Finding(source.path, 1, "raderna med #| är inte giltig YAML.", number))
            continue
        findings += [Finding(source.path, 1, message, number) for message in messages]
        if view.float_kind and view.include:
            facts.ids.append((view.label, Finding(source.path, 1, "", number)))
        segments += [
            Segment(source.path, joined(output["data"]["text/markdown"]), 1, number, is_output=True)
            for output in shown_outputs(cell, view)
            if chosen_mime(output) == "text/markdown"
        ]
        captions = [caption for caption in (view.fig_cap, view.tbl_cap) if caption and view.include]
        segments += [Segment(source.path, caption, 1, number, is_output=True) for caption in captions]
    return findings, segments, facts


def _notebook(source: PageSource) -> Iterator[str]:
    metadata = source.metadata
    timed = sum(bool(TIMES & set(cell.get("metadata", {}).get("papermill") or {})) for cell in source.cells)
    if timed:
        yield f"{timed} celler bär körtider (metadata.papermill), som hamnar på sidan; ta bort dem efter körningen."
    if (metadata.get("papermill") or {}).get("exception"):
        yield "körningen misslyckades (metadata.papermill.exception); sidan får inte publiceras."
    if metadata.get("widgets"):
        yield "anteckningsboken bär widgetar (metadata.widgets), som inte fungerar på en webbplats."


def _code_cell(cell: Mapping[str, Any], defaults: PageDefaults) -> Iterator[str]:
    view = view_cell(cell, defaults)
    options, _, count = split_options(joined(cell.get("source")))
    metadata = cell.get("metadata", {})
    tags = set(metadata.get("tags", []))
    yield from _options(options)
    yield from _tags(tags, view.include)
    if any(output["output_type"] == "error" for output in cell.get("outputs", [])):
        yield "cellen slutade med ett fel."
    lines = joined(cell.get("source")).split("\n")[count:]
    if any(line.startswith("#|") for line in lines):
        yield "rader med #| räknas bara allra överst i cellen."
    outputs = shown_outputs(cell, view)
    for output in outputs:
        yield from _output(output)
    yield from _float(
        view, [out for out in outputs if out["output_type"] in ("display_data", "execute_result")]
    )


def _options(options: Mapping[str, Any]) -> Iterator[str]:
    for key, value in options.items():
        if key not in OPTIONS:
            yield f"alternativet ”#| {key}” ingår inte; tillåtna är {', '.join(OPTIONS)}."
        elif not isinstance(value, OPTIONS[key]) or (
            key == "code-fold" and value not in (True, False, "show")
        ):
            yield f"alternativet ”#| {key}” har ett värde som inte är tillåtet: {value!r}."


def _tags(tags: set[str], included: bool) -> Iterator[str]:
    if found := sorted(tags & IGNORED_TAGS):
        yield f"taggen {', '.join(found)} har ingen verkan; använd remove-cell eller #| echo: false."
    for tag in ("injected-parameters", "parameters"):
        if tag in tags and included:
            yield f"cellen med taggen {tag} visas; ge den taggen remove-cell."


def _output(output: Mapping[str, Any]) -> Iterator[str]:
    if output["output_type"] == "stream":
        text = joined(output.get("text"))
    else:
        mime = chosen_mime(output)
        if mime == "text/html":
            yield "utdata i text/html laddar skript från en annan värd; visa tabellen som Markdown med {=html}."
            return
        others = [key for key in output.get("data", {}) if key not in ALLOWED_MIME and key != "text/html"]
        if others and output["output_type"] != "error":
            yield f"utdata av typen {', '.join(sorted(others))} kan inte visas."
        text = joined(output.get("data", {}).get("text/plain")) if mime == "text/plain" else ""
    if OBJECT.search(text):
        yield "utskriften är Pythons namn på ett objekt; avsluta cellen med plt.show() eller ett semikolon."


def _float(view: Any, displays: list[Mapping[str, Any]]) -> Iterator[str]:
    images = [output for output in displays if chosen_mime(output).startswith("image/")]
    if images and not view.fig_alt.strip():
        yield "bild utan alternativtext: lägg till #| fig-alt."
    if view.fig_cap and view.float_kind != "fig":
        yield "#| fig-cap kräver #| label: fig-…"
    if view.tbl_cap and view.float_kind != "tbl":
        yield "#| tbl-cap kräver #| label: tbl-…"
    if not view.float_kind or not view.include:
        return
    if len(displays) != 1:
        yield f"cellen {view.label} ska visa precis en figur eller tabell, men visar {len(displays)}."
    if view.float_kind == "fig" and not view.fig_cap.strip():
        yield f"cellen {view.label} saknar #| fig-cap."
    if view.float_kind == "tbl" and not view.tbl_cap.strip():
        yield f"cellen {view.label} saknar #| tbl-cap."
    if view.float_kind == "fig" and len(images) != len(displays):
        yield f"cellen {view.label} ska visa en bild."
    if view.float_kind == "tbl" and images:
        yield f"cellen {view.label} visar en bild som tabell."
