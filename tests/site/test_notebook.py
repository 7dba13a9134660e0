"""What is shown of a notebook's cells follows Quarto: options, tags, streams, forms of output."""

from __future__ import annotations

from typing import Any

import pytest

from renderer.cells import PageDefaults, shown_outputs, split_options, view_cell
from renderer.notebook import notebook_markdown

DEFAULTS = PageDefaults(echo=True, warning=True, code_fold=True)


def cell(
    source: str = "x", outputs: list[dict[str, Any]] | None = None, tags: list[str] | None = None
) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": outputs or [], "metadata": {"tags": tags or []}}


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def result(text: str) -> dict[str, Any]:
    return {"output_type": "execute_result", "data": {"text/plain": text}, "metadata": {}}


def display(**data: str) -> dict[str, Any]:
    names = {
        "svg": "image/svg+xml",
        "png": "image/png",
        "md": "text/markdown",
        "html": "text/html",
        "plain": "text/plain",
    }
    return {"output_type": "display_data", "data": {names[k]: v for k, v in data.items()}, "metadata": {}}


def markdown(*cells: dict[str, Any], defaults: PageDefaults = DEFAULTS) -> str:
    return notebook_markdown(list(cells), "sida", defaults).markdown


def test_options_only_at_the_very_top() -> None:
    assert split_options("#| echo: false\n#| label: fig-a\n\nx = 1\n#| y") == (
        {"echo": False, "label": "fig-a"},
        "x = 1\n#| y",
        2,
    )
    assert split_options("# kommentar\n#| echo: false")[0] == {}


@pytest.mark.parametrize(
    ("source", "tags", "include", "echo", "output"),
    [
        ("x", [], True, True, True),
        ("x", ["remove-cell"], False, True, True),
        ("x", ["hide-cell"], False, True, True),
        ("x", ["hide-code"], True, False, True),
        ("x", ["hide-output"], True, True, False),
        ("x", ["remove-input", "hide-input", "remove-output"], True, True, True),
        ("#| include: true\nx", ["remove-cell"], True, True, True),
        ("#| echo: true\nx", ["hide-code"], True, True, True),
        ("#| output: false\nx", [], True, True, False),
    ],
)
def test_options_win_over_tags(source: str, tags: list[str], include: bool, echo: bool, output: bool) -> None:
    view = view_cell(cell(source, tags=tags), DEFAULTS)
    assert (view.include, view.echo, view.output) == (include, echo, output)


def test_page_defaults_hold_until_the_cell_says_otherwise() -> None:
    quiet = PageDefaults(echo=False, warning=False, code_fold="show")
    assert "utskrift" in markdown(cell("synas = 0", [stream("ut")]), defaults=quiet)
    assert "synas" not in markdown(cell("synas = 0", [stream("ut")]), defaults=quiet)
    assert 'fold="show"' in markdown(cell("#| echo: true\nsynas = 0"), defaults=quiet)
    assert 'fold="false"' in markdown(cell("#| echo: true\n#| code-fold: false\nx"), defaults=quiet)
    assert "varning" not in markdown(cell(outputs=[stream("varning", "stderr")]), defaults=quiet)


def test_consecutive_pieces_of_a_stream_are_joined_in_order() -> None:
    outputs = [stream("a\n"), stream("b\n"), stream("fel\n", "stderr"), stream("c\n")]
    shown = shown_outputs(cell(outputs=outputs), view_cell(cell(), DEFAULTS))
    assert [(o["name"], o["text"]) for o in shown] == [
        ("stdout", "a\nb\n"),
        ("stderr", "fel\n"),
        ("stdout", "c\n"),
    ]


@pytest.mark.parametrize(
    ("text", "with_picture", "shown"),
    [
        ("Text(0.5, 1.0, 'x')", True, False),
        ("Text(0.5, 1.0, 'x')", False, True),
        ("{'a': <matplotlib.x>,\n 'b': 1}", True, False),
        ("(1, 2)", True, False),
        ("<Axes: >", True, False),
        ("<Axes: >", False, True),
        ("42", True, True),
        ("'str'", True, True),
        ("[<matplotlib.lines.Line2D at 0x1>]", False, False),
    ],
)
def test_echo_beside_a_picture(text: str, with_picture: bool, shown: bool) -> None:
    outputs = [result(text)] + ([display(svg="<svg/>", plain="<Figure>")] if with_picture else [])
    kept = shown_outputs(cell(outputs=outputs), view_cell(cell(), DEFAULTS))
    assert any(output["output_type"] == "execute_result" for output in kept) is shown


def test_forms_of_output_in_quartos_order() -> None:
    assert "rad **md**" in markdown(cell(outputs=[display(md="rad **md**", svg="<svg/>", plain="p")]))
    made = notebook_markdown([cell(outputs=[display(svg="<svg/>", png="iVBORw0KGgo=")])], "sida", DEFAULTS)
    assert list(made.files) == ["sida_files/figure-html/cell-1-output-1.svg"]
    word = notebook_markdown(
        [cell(outputs=[display(svg="<svg/>", png="iVBORw0KGgo=")])], "sida", DEFAULTS, prefer_png=True
    )
    assert list(word.files) == ["sida_files/figure-html/cell-1-output-1.png"]


def test_printed_text_stays_outside_the_float() -> None:
    text = markdown(
        cell(
            '#| label: fig-a\n#| fig-cap: "Namn"\n#| fig-alt: "A"\nx',
            [stream("först"), display(svg="<svg/>")],
        )
    )
    assert text.index("först") < text.index("lage-float")
    assert 'ref="fig-a"' in text


def test_control_codes_and_fences_in_output() -> None:
    text = markdown(cell(outputs=[stream("\x1b[31mröd\x1b[0m ``` slut")]))
    assert "röd ``` slut" in text
    assert "\x1b" not in text
    assert "````" in text


def test_empty_cells_vanish() -> None:
    assert markdown(cell(""), cell("#| echo: false\nx")).strip() == ""
