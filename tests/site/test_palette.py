"""Contrast of the palette, computed as WCAG 2.1 defines it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from renderer.shell import ASSETS

BLOCK = re.compile(r"(:root[^{]*)\{([^}]*)\}")
# (text, surfaces it stands on)
TEXT_PAIRS = {
    "text": ("yta", "yta-2", "yta-3", "accent-yta", "varning-yta", "markering"),
    "text-2": ("yta", "yta-2", "accent-yta", "yta-3"),
    "lank": ("yta", "yta-2", "accent-yta"),
    "lank-stark": ("yta", "yta-2"),
    "accent": ("yta",),
    "pa-accent": ("accent",),
    "not": ("yta", "not-yta"),
    "tips": ("yta", "tips-yta"),
    "varning": ("yta", "varning-yta"),
    "viktigt": ("yta", "viktigt-yta"),
    "okand": ("okand-yta",),
    "kod-nyckel": ("yta-2",),
    "kod-text": ("yta-2",),
    "kod-tal": ("yta-2",),
    "kod-kommentar": ("yta-2",),
    "kod-namn": ("yta-2",),
}
# Borders of controls, focus ring, coloured edges.
NON_TEXT_PAIRS = {
    "linje-stark": ("yta", "yta-2"),
    "fokus": ("yta", "yta-2", "accent-yta", "yta-3"),
    "accent": ("yta", "accent-yta"),
    "not": ("yta",),
    "tips": ("yta",),
    "varning": ("yta",),
    "viktigt": ("yta",),
}


def _blocks() -> list[dict[str, str]]:
    text = (ASSETS / "farger.css").read_text(encoding="utf-8")
    return [dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body)) for _, body in BLOCK.findall(text)]


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_known_colours() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_both_dark_blocks_are_the_same_and_complete() -> None:
    light, by_system, by_choice = _blocks()
    assert by_system == by_choice
    assert light.keys() == by_system.keys()


@pytest.mark.parametrize("block", [0, 1], ids=["ljust", "mörkt"])
@pytest.mark.parametrize(
    ("pairs", "least"), [(TEXT_PAIRS, 4.5), (NON_TEXT_PAIRS, 3.0)], ids=["text", "ej text"]
)
def test_contrast_is_enough(block: int, pairs: dict[str, tuple[str, ...]], least: float) -> None:
    colors = _blocks()[block]
    low = {
        f"{front} på {back}": round(contrast(colors[front], colors[back]), 2)
        for front, backs in pairs.items()
        for back in backs
        if contrast(colors[front], colors[back]) < least
    }
    assert low == {}


def test_no_colour_stands_outside_the_palette() -> None:
    allowed = {"#fff", "#000"}  # paper
    for path in sorted(ASSETS.glob("*.css")):
        if path.name != "farger.css":
            css = re.sub(r"/\*.*?\*/", "", Path(path).read_text(encoding="utf-8"), flags=re.S)
            assert set(re.findall(r":[^;{}]*?(#[0-9a-fA-F]{3,8})\b", css)) <= allowed, path.name
