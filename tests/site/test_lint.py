"""The linter names file, line and fault for whatever lies outside the subset."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from renderer.lint import lint

BAD_MARKDOWN = [
    ("# Rubrik ett", "nivå två"),
    ("## Två\n\n#### Fyra", "hoppar över"),
    ("Rubrik\n======", "understrukna"),
    ("Text\n## Rubrik", "tom rad"),
    ("::: {.callout-caution}\n## Titel\n\nText.\n:::", "callout-caution"),
    ("::: {.callout-note}\nText.\n:::", "saknar titel"),
    ('::: {.callout-note collapse="true"}\n## T\n\nText.\n:::', "attribut"),
    ("::: {.panel-tabset}\n## Flik\n:::", "panel-tabset"),
    ("::: {.column-margin}\nText\n:::", "column-margin"),
    ("::: {layout-ncol=2}\nText\n:::", "ingår inte"),
    ("::: {#fig-par}\nText\n:::", "fig-par"),
    ("::: {.slutsats}\nText", "aldrig stängs"),
    ("Text\n\n:::", "inte är öppnad"),
    ("![Bild](bilder/diagram.png)", "saknar fig-alt"),
    ('![Bild](https://a.se/x.png){fig-alt="x"}', "inte på webbplatsen"),
    ('![Bild](bilder/diagram.png){fig-alt="x" width=50%}', "hela bildpunkter"),
    ('![Bild](bilder/saknas.png){fig-alt="x"}', "inte finns"),
    ("Se @fig-saknas.", "finns inte på sidan"),
    ("Se @sec-modell.", "@sec-modell"),
    ("Se [@tbl-antaganden].", "hakparentes"),
    ("Enligt @andersson2020.", "varken"),
    ("$$\nx\n$$\n\n{#eq-x}", "direkt efter"),
    ("{{< include a.qmd >}}", "kortkoder"),
    ("```{python}\n1\n```", "körbart"),
    ("```{mermaid}\na\n```", "körbart"),
    ("```{=latex}\nx\n```", "bara {=html}"),
    ("```{=html}\n<script>1</script>\n```", "<script>"),
    ('```{=html}\n<p style="color:red">x</p>\n```', "style"),
    ('```{=html}\n<p onclick="x()">x</p>\n```', "onclick"),
    ('```{=html}\n<img src="bilder/diagram.png">\n```', "saknar alt"),
    ('```{=html}\n<img alt="" src="https://a.se/b.png">\n```', "annan värd"),
    ("```{=html}\n<table><tr><td>1</td></tr></table>\n```", "rubrikceller"),
    ('<iframe src="x.html"></iframe>', "<iframe>"),
    ("Se [saknas](saknas.qmd).", "render-listan"),
    ("Se [saknas](saknas.csv).", "inte finns"),
    ("Se [x](index.qmd#saknas).", "”saknas” finns inte"),
    ("Se [x](index.qmd#fig-saknas).", "”fig-saknas” finns inte"),
    ("| A |\n|---|\n| 1 |\n\n: Dubbel {#tbl-antaganden}", "finns redan"),
    ("+---+---+\n| a | b |\n+---+---+", "rutnätstabeller"),
    ("\\newpage", "LaTeX"),
]

GOOD_MARKDOWN = [
    "Skriv till <statistik@exempel.invalid> eller a@b.se.",
    "Koden `@fig-x` och `![x](y)` och $a_{@x}$.",
    "```python\n# inte en rubrik\n@dekorator\n```",
    "::: {.slutsats}\nText med **betoning**.\n:::",
    "::: {.callout-tip}\n## Titel\n\nText.\n:::",
    "Se [uppdelningen](#antaganden) och [filen](data/andel.csv).",
    '```{=html}\n<ul class="nyckeltal"><li><span class="tal">1</span></li></ul>\n```',
    "<!-- # inte en rubrik @fig-x -->",
    "Kostar \\$5 och 10 $ till.",
]


def _append(stage: Path, text: str) -> int:
    """Add text to metod.qmd; return its first line."""
    path = stage / "metod.qmd"
    before = path.read_text(encoding="utf-8").rstrip() + "\n\n"
    path.write_text(before + text + "\n", encoding="utf-8")
    return before.count("\n") + 1


def test_valid_stage_has_no_findings(stage: Path) -> None:
    assert lint(stage) == ()


@pytest.mark.parametrize(("text", "message"), BAD_MARKDOWN)
def test_markdown_outside_the_subset(stage: Path, text: str, message: str) -> None:
    first = _append(stage, text)
    findings = lint(stage)
    assert findings
    assert {finding.file for finding in findings} == {"metod.qmd"}
    hit = [finding for finding in findings if message in finding.message]
    assert hit, [str(finding) for finding in findings]
    assert first <= hit[0].line <= first + text.count("\n")


@pytest.mark.parametrize("text", GOOD_MARKDOWN)
def test_markdown_inside_the_subset(stage: Path, text: str) -> None:
    _append(stage, text)
    assert [str(finding) for finding in lint(stage)] == []


def _spoil(stage: Path, cell: dict[str, Any], metadata: dict[str, Any] | None = None) -> list[str]:
    path = stage / "reports/uppsala-2024/01_laget.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": "x", "outputs": [], **cell})
    notebook["metadata"] |= metadata or {}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return [str(finding) for finding in lint(stage)]


def _shown(**data: str) -> dict[str, Any]:
    names = {"html": "text/html", "plain": "text/plain", "png": "image/png", "markdown": "text/markdown"}
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {names.get(key, key): value for key, value in data.items()},
    }


PNG = _shown(png="iVBORw0KGgo=", plain="<Figure>")
BAD_CELLS = [
    ({"outputs": [_shown(html="<table></table>", plain="x")]}, "text/html"),
    ({"outputs": [PNG]}, "fig-alt"),
    ({"source": '#| label: fig-a\n#| fig-alt: "x"\ny', "outputs": [PNG]}, "saknar #| fig-cap"),
    ({"source": '#| label: fig-a\n#| fig-alt: "x"\n#| fig-cap: "x"\ny', "outputs": [PNG, PNG]}, "precis en"),
    ({"source": '#| label: tbl-a\n#| tbl-cap: "x"\n#| fig-alt: "x"\ny', "outputs": [PNG]}, "bild som tabell"),
    ({"source": '#| fig-cap: "x"\n#| fig-alt: "x"\ny', "outputs": [PNG]}, "kräver #| label"),
    ({"source": "#| layout-ncol: 2\ny"}, "layout-ncol"),
    ({"source": "#| output: asis\ny"}, "inte är tillåtet"),
    ({"source": "#| echo: [\ny"}, "giltig YAML"),
    ({"source": "x = 1\n#| echo: false"}, "allra överst"),
    ({"metadata": {"tags": ["hide-input"]}}, "ingen verkan"),
    ({"metadata": {"tags": ["injected-parameters"]}}, "remove-cell"),
    ({"metadata": {"papermill": {"start_time": "2026-01-01"}}}, "körtider"),
    (
        {"outputs": [{"output_type": "error", "ename": "ValueError", "evalue": "x", "traceback": []}]},
        "ett fel",
    ),
    (
        {"outputs": [_shown(**{"application/vnd.jupyter.widget-view+json": "{}", "plain": "x"})]},
        "kan inte visas",
    ),
    ({"outputs": [_shown(plain="<Axes at 0x7f>")]}, "Pythons namn"),
    ({"outputs": [_shown(markdown="# Rubrik", plain="x")]}, "nivå två"),
    ({"cell_type": "markdown", "source": "Se @fig-saknas."}, "finns inte på sidan"),
    ({"cell_type": "markdown", "source": "x", "attachments": {"a.png": {}}}, "bifogade"),
]


@pytest.mark.parametrize(("cell", "message"), BAD_CELLS)
def test_notebook_outside_the_subset(stage: Path, cell: dict[str, Any], message: str) -> None:
    findings = _spoil(stage, cell)
    assert any(message in finding for finding in findings), findings
    assert all(finding.startswith("reports/uppsala-2024/01_laget.ipynb") for finding in findings)


def test_failed_notebook_is_rejected(stage: Path) -> None:
    findings = _spoil(stage, {}, {"papermill": {"exception": True}})
    assert any("misslyckades" in finding for finding in findings)


def test_missing_page_and_unknown_key_are_named_with_line(stage: Path) -> None:
    path = stage / "_quarto.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("- metod.qmd\n", "- saknas.qmd\n", 1), encoding="utf-8")
    assert any(str(f).startswith("_quarto.yml, rad 6: ”saknas.qmd”") for f in lint(stage))
    path.write_text(text.replace("lang: sv", "lang: sv\nfilters: [x]"), encoding="utf-8")
    assert [str(f) for f in lint(stage)] == [
        "_quarto.yml, rad 9: ”filters”: nyckeln ingår inte i den delmängd som sajten byggs av."
    ]


def test_page_without_title_is_rejected(stage: Path) -> None:
    (stage / "metod.qmd").write_text("## Modell {#modell}\n\n### Antaganden\n", encoding="utf-8")
    assert any("sidhuvud" in finding.message and finding.file == "metod.qmd" for finding in lint(stage))


def test_fixture_of_quarto_has_only_known_findings(oracle: Path) -> None:
    # The fixture shows what Quarto does with text/html and with papermill's times; our pages have neither.
    known = ("text/html", "körtider", "fig-alt")
    assert all(any(word in finding.message for word in known) for finding in lint(oracle / "fixture"))
    assert {finding.file.split("/")[0] for finding in lint(oracle / "fixture")} == {"reports"}


EDGE_PAGES = [
    (
        "index.qmd",
        (
            "callout-caution",
            "saknar titel",
            "@fig-saknas",
            "finnsinte.qmd",
            "körbart",
            "fig-alt",
            "hakparentes",
        ),
    ),
    ("figurer.ipynb", ("precis en", "remove-cell", "kräver #| label", "tbl-utan saknar")),
    ("utdata.ipynb", ("sidhuvud",)),
    ("textresultat.ipynb", ("fig-alt", "Pythons namn")),
    ("tabeller.ipynb", ("text/html", "precis en", "bild som tabell")),
    ("titel-rubrik.ipynb", ("sidhuvud",)),
    ("titel-niva-tva.ipynb", ("sidhuvud",)),
    ("numrerad.qmd", ("number-sections",)),
]


@pytest.mark.parametrize(("page", "messages"), EDGE_PAGES)
def test_edge_constructs_are_rejected(
    oracle: Path, tmp_path: Path, page: str, messages: tuple[str, ...]
) -> None:
    shutil.copytree(oracle / "edge", tmp_path / "stage")
    config = (
        "project:\n  type: website\n  render:\n    - {page}\nlang: sv\nexecute:\n  enabled: false\nnotebook-links: false\n"
        "website:\n  title: Gränsfall\nformat:\n  html:\n    html-math-method: mathml\n"
    )
    (tmp_path / "stage" / "_quarto.yml").write_text(config.format(page=page), encoding="utf-8")
    text = "\n".join(str(finding) for finding in lint(tmp_path / "stage"))
    for message in messages:
        assert message in text
