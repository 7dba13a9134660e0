"""Pictures of every page to look at: phone, screen and wide screen, light and dark, and on paper.

    python benchmarks/looks.py [_site] UT [--sidor "index.html" "reports/uppsala-1000-2026-11/*"]

Whole pages are taken in Chromium; ``UT/sidor`` holds a picture a page, width and theme, and a PDF a page. ``UT/ark`` holds
the sheets to look at: a page in slices beside each other, and its printed sides (which need poppler's pdftoppm).
What was seen, and what was mended, stands in docs/utseende.md.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser
from reading import chromium

#: Width and height in pixels, and how much smaller the picture is on its sheet.
VIEWS = ((360, 740, 1.0), (1280, 800, 0.6), (1600, 1000, 0.48))
THEMES = {"light": "ljus", "dark": "mork"}
#: A sheet, pixels; and the gap between the slices.
SHEET, GAP = (1560, 1560), 12
#: Resolution of the printed sides on their sheet.
PAPER_DPI = 62
ALIKE = "kommun/"


def pages_of(site: Path, wanted: list[str]) -> list[str]:
    """Paths of the pages to take, from the site's root; of the municipalities' pages, which are alike, the first three."""
    found = sorted(
        {
            path.relative_to(site).as_posix()
            for pattern in wanted
            for path in site.glob(pattern)
            if path.suffix == ".html" and "site_libs" not in path.parts
        }
    )
    alike = [name for name in found if name.startswith(ALIKE)][3:]
    return [name for name in found if name not in alike]


def slug(page: str) -> str:
    """A page's name as part of a file's name."""
    return page.removesuffix(".html").replace("/", "--")


def take(browser: Browser, site: Path, pages: list[str], out: Path) -> Iterator[Path]:
    """Take every page in every view and theme; yields the pictures, and the PDF of each."""
    for theme, name in THEMES.items():
        for width, height, _ in VIEWS:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
            tab = context.new_page()
            for page in pages:
                tab.goto((site / page).resolve().as_uri())
                picture = out / f"{slug(page)}--{width}-{name}.png"
                tab.screenshot(path=picture, full_page=True)
                yield picture
            context.close()
    context = browser.new_context()
    tab = context.new_page()
    for page in pages:
        tab.goto((site / page).resolve().as_uri())
        paper = out / f"{slug(page)}--papper.pdf"
        tab.pdf(path=paper, prefer_css_page_size=True, print_background=True)
        yield paper
    context.close()


def printed_sides(paper: Path) -> list[Image.Image]:
    """The sides of a PDF as pictures."""
    folder = paper.with_suffix("")
    folder.mkdir(exist_ok=True)
    subprocess.run(["pdftoppm", "-r", str(PAPER_DPI), "-png", paper, folder / "s"], check=True)
    sides = []
    for path in sorted(folder.glob("s*.png")):
        with Image.open(path) as side:
            sides.append(side.convert("RGB"))
    return sides


def slices(picture: Path, scale: float) -> list[Image.Image]:
    """A tall picture cut into pieces as high as a sheet."""
    with Image.open(picture) as whole:
        small = whole.convert("RGB").resize((round(whole.width * scale), round(whole.height * scale)))
    step = SHEET[1]
    return [
        small.crop((0, top, small.width, min(top + step, small.height)))
        for top in range(0, small.height, step)
    ]


def sheets(pieces: list[Image.Image]) -> Iterator[Image.Image]:
    """Lay pieces beside and below each other on sheets, in reading order."""
    sheet, x, y, row = Image.new("RGB", SHEET, "#b08"), 0, 0, 0
    for piece in pieces:
        if x and x + piece.width > SHEET[0]:
            x, y, row = 0, y + row + GAP, 0
        if y and y + piece.height > SHEET[1]:
            yield sheet
            sheet, x, y, row = Image.new("RGB", SHEET, "#b08"), 0, 0, 0
        sheet.paste(piece, (x, y))
        x, row = x + piece.width + GAP, max(row, piece.height)
    yield sheet


def main() -> int:
    """Take the pictures and lay the sheets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", nargs="?", default="_site", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sidor", nargs="*", default=["**/*.html"])
    given = parser.parse_args()
    scales = {str(width): scale for width, _, scale in VIEWS}
    taken, laid = given.out / "sidor", given.out / "ark"
    for folder in (taken, laid):
        folder.mkdir(parents=True, exist_ok=True)
    pages = pages_of(given.site, given.sidor)
    paper_too = shutil.which("pdftoppm") is not None
    with chromium() as browser:
        for path in take(browser, given.site, pages, taken):
            if path.suffix == ".pdf" and not paper_too:
                continue
            width = path.stem.rpartition("--")[2].partition("-")[0]
            pieces = printed_sides(path) if path.suffix == ".pdf" else slices(path, scales[width])
            for n, sheet in enumerate(sheets(pieces), 1):
                sheet.save(laid / f"{path.stem}-{n}.png")
    print(f"{len(pages)} sidor, {sum(1 for _ in laid.iterdir())} ark i {laid}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
