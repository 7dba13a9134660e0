"""The search index, in pieces of which a reader loads only what a search needs.

The first piece holds every page's title and every word of the site once; it grows slowly, because the pages share their
words. Where a word stands is in one of many small pieces, and each page's text in one of its own, loaded for the hits that
are shown. All are scripts that call a function, so that they load from a folder as well as from a server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from renderer.links import page_url
from renderer.shell import ASSET_FOLDER, Page

INDEX: Final = f"{ASSET_FOLDER}/sokindex.js"
PARTS: Final = f"{ASSET_FOLDER}/sok"
#: So many words share a piece.
WORDS_A_PIECE: Final = 250
_WORD: Final = re.compile(r"\w{2,}")


def search_files(pages: Sequence[Page], sections: Mapping[str, str]) -> dict[str, str]:
    """Return the index's files by path from the site's root.

    Pages with ``search: false`` are found by their title only.

    Parameters
    ----------
    pages
        The pages in order.
    sections
        Title of the menu section of each source path, for pages that have one.
    """
    listed, files = [], {}
    places: dict[str, list[int]] = {}
    count = 0
    for number, page in enumerate(pages):
        parts = page.body.sections if page.source.meta.search else ()
        path = page.source.path
        listed.append([page_url(path), page.title, sections.get(path, ""), len(parts)])
        for part in parts:
            # an even number: the word stands in a part's text; an odd one: in its heading
            for odd, text in enumerate((part.text, part.heading)):
                for word in set(_WORD.findall(text.lower())):
                    places.setdefault(word, []).append(2 * count + odd)
            count += 1
        if parts:
            texts = [[part.heading, part.id, part.text] for part in parts]
            files[f"{PARTS}/t{number}.js"] = _script("text", number, texts)
    words = sorted(places)
    for start in range(0, len(words), WORDS_A_PIECE):
        steps = [_steps(sorted(places[word])) for word in words[start : start + WORDS_A_PIECE]]
        piece = start // WORDS_A_PIECE
        files[f"{PARTS}/o{piece}.js"] = _script("ord", piece, steps)
    files[INDEX] = _script("index", WORDS_A_PIECE, {"sidor": listed, "ord": " ".join(words)})
    return files


def _steps(numbers: list[int]) -> list[int]:
    """Rising numbers as the first and the steps between them: short to write."""
    return [after - before for before, after in zip([0, *numbers], numbers, strict=False)]


def _script(name: str, number: int, content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"bistandSok.{name}({number},{text});\n"
