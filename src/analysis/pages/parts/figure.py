"""Publish a figure: SVG for the page, PNG for Word, the data as CSV, and a text that says what it shows."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from analysis.pages.parts import theme
from analysis.pages.parts.hover import Told, hover_place, places
from analysis.pages.parts.markdown import Markdown, named_link
from analysis.plain import harmless
from foundation.errors import BistandError
from foundation.files import write_bytes, write_text

#: End of the name of a figure's version for phones; the renderer shows it on narrow screens.
PHONE = "-telefon"
_END = re.compile(r"(low|high)(\d\d)")
_METADATA: dict[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}


def publish_figure(
    figure: Figure,
    *,
    name: str,
    caption: str,
    alt: str,
    data: pd.DataFrame,
    output: Path,
    synthetic: bool = False,
    raster: bool = True,
    phone: bool = True,
    told: Told = (),
) -> Markdown:
    """Write the figure's files below `output` and return the Markdown that shows it.

    Parameters
    ----------
    name
        ASCII, hyphens; the figure is ``@fig-<name>`` on its page.
    alt
        What the figure shows, with the finding; computed from the data, never empty.
    data
        The numbers drawn, offered as a CSV with semicolons and decimal comma (opens in a Swedish Excel).
    synthetic
        Watermarks the figure and says so in the caption.
    raster
        Also make a PNG, for Word and slides; pages by the hundred do without.
    phone
        Also make a narrow version for phones; not for figures whose names need the width.
    told
        What is said along the figure, for those who point at it; see `analysis.pages.parts.hover`.

    Raises
    ------
    BistandError
        If the alternative text is missing.
    """
    if not alt.strip():
        raise BistandError(f"figuren ”{name}” saknar alternativtext", fix="Beskriv i ord vad figuren visar.")
    if synthetic:
        theme.watermark_synthetic(figure)
        caption = f"{caption} (syntetiska data)"
    kinds = ("svg", "png") if raster else ("svg",)
    with theme.context():
        _save(figure, output / "figurer" / name, kinds)
        wide = narrow = places(figure, told)
        if phone:
            theme.for_phone(figure)
            _save(figure, output / "figurer" / f"{name}{PHONE}", ("svg",))
            narrow = places(figure, told)
    publish_data(data, name=name, output=output)
    text = alt.replace('"', "”").replace("\n", " ").strip()
    suffix = "png" if raster else "svg"
    picture = named_link(f"Bild ({suffix.upper()})", f"figurer/{name}.{suffix}", f"av figuren: {caption}")
    shown = Markdown(f'![{caption}](figurer/{name}.svg){{#fig-{name} fig-alt="{text}"}}\n')
    rows = named_link("Data (CSV)", f"data/{name}.csv", f"till figuren: {caption}")
    files = Markdown(f"{rows} · {picture}\n")
    return shown + hover_place(name, caption, told, wide, narrow) + files if told else shown + files


def _save(figure: Figure, path: Path, kinds: tuple[str, ...]) -> None:
    """Lay a figure out once and write it as each kind: each would lay it out anew and draw it once more for that."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine(None)
    for kind in kinds:
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, metadata=_METADATA[kind])
        write_bytes(path.with_name(f"{path.name}.{kind}"), buffer.getvalue())
    figure.set_layout_engine(engine)


def heading(column: object) -> object:
    """Return the printed heading of a column: ends of a forecast's interval in Swedish, all else as it is.

    >>> heading("low80"), heading("high95"), heading("median")
    ('lägst (80 %)', 'högst (95 %)', 'median')
    """
    end = _END.fullmatch(str(column))
    return f"{'lägst' if end[1] == 'low' else 'högst'} ({end[2]} %)" if end else column


def publish_data(data: pd.DataFrame, *, name: str, output: Path) -> None:
    """Write a table as a CSV that a Swedish Excel opens: semicolons, decimal comma, UTF-8 with BOM."""
    text = harmless(data.rename(columns=heading)).to_csv(
        index=False, sep=";", decimal=",", lineterminator="\n"
    )
    write_text(output / "data" / f"{name}.csv", "\ufeff" + text)
