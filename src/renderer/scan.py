"""One piece of Markdown read for the linter: code and formulas masked, ids, references and links collected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from renderer.finding import Finding

FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$")
COMMENT = re.compile(r"<!--.*?-->", re.S)
INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
DISPLAY_MATH = re.compile(r"(?<!\\)\$\$.+?\$\$", re.S)
INLINE_MATH = re.compile(r"(?<![\\$\w])\$(?=\S)(?:\\.|[^$\\\n])+?(?<=\S)\$(?![\d$])")
ATTRIBUTES = r"\{(?:[^{}\"]|\"(?:[^\"\\]|\\.)*\")*\}"
HEADING = re.compile(rf"^(#{{1,6}})\s+(.*?)\s*({ATTRIBUTES})?\s*#*\s*$")
IMAGE = re.compile(
    rf"!\[((?:[^\[\]]|\[[^\]]*\])*)\]\(\s*(?:<([^>]*)>|([^)\s]*))[^)]*\)\s*({ATTRIBUTES})?", re.S
)
LINK = re.compile(r"\]\(\s*(?:<([^>]*)>|([^)\s]+))(?:\s+\"[^\"]*\")?\s*\)")
HREF = re.compile(r"""\bhref\s*=\s*["']([^"']+)["']""")
IDENTIFIER = re.compile(r"\{#([^\s}]+)[^}]*\}")
HTML_ID = re.compile(r"""<[a-zA-Z][^>]*\sid\s*=\s*["']([^"']+)["']""")
REFERENCE = re.compile(r"(?<![\w.@\\/])(\[-?|-)?@([A-Za-zÅÄÖåäö_][\w:.+/-]*)")


@dataclass(frozen=True)
class Segment:
    """A piece of Markdown with its place: a page's body, a Markdown cell or a Markdown output."""

    file: str
    text: str
    first_line: int = 1
    cell: int = 0
    is_output: bool = False

    def finding(self, line: int, message: str) -> Finding:
        """Make a finding at a line of the piece (1 is the first)."""
        place = 0 if self.is_output else self.first_line + line - 1
        return Finding(self.file, place, message, self.cell)


@dataclass
class Facts:
    """What the linter must know of a page as a whole, gathered over its pieces."""

    ids: list[tuple[str, Finding]] = field(default_factory=list)
    references: list[tuple[str, Finding]] = field(default_factory=list)
    links: list[tuple[str, Finding]] = field(default_factory=list)
    slugs: set[str] = field(default_factory=set)
    slugs_certain: bool = True


@dataclass(frozen=True)
class Block:
    """A fenced block: its info string, content and first line."""

    info: str
    text: str
    line: int


def split_code(text: str) -> tuple[str, list[Block]]:
    """Blank out fenced blocks and comments, keeping line numbers; also return the blocks."""
    lines, blocks = text.split("\n"), []
    prose: list[str] = []
    fence, start, held = "", 0, []  # type: ignore[var-annotated]
    info = ""
    for number, line in enumerate(lines, 1):
        match = FENCE.match(line)
        if fence:
            if match and match[2].startswith(fence) and not match[3]:
                blocks.append(Block(info, "\n".join(held), start))
                fence = ""
            else:
                held.append(line)
            prose.append("")
        elif match and not ("`" in match[3] and match[2][0] == "`"):
            fence, info, start, held = match[2], match[3], number, []
            prose.append("")
        else:
            prose.append(line)
    if fence:
        blocks.append(Block(info, "\n".join(held), start))
    return blank(COMMENT, "\n".join(prose)), blocks


def blank(pattern: re.Pattern[str], text: str) -> str:
    """Replace every match with spaces, keeping line ends."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def mask_inline(prose: str) -> str:
    """Blank out inline code and formulas."""
    for pattern in (INLINE_CODE, DISPLAY_MATH, INLINE_MATH):
        prose = blank(pattern, prose)
    return prose


def line_of(text: str, position: int) -> int:
    """Line of a position in a text, 1 is the first."""
    return text.count("\n", 0, position) + 1


def slug(heading: str) -> str:
    """Id that pandoc gives a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    text = re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", text)
    kept = "".join(sign for sign in text if sign.isalnum() or sign in "_-. " or sign.isspace())
    kept = re.sub(r"(?<!\w)_+|_+(?!\w)", "", kept)
    joined = "-".join(kept.lower().split())
    start = next((i for i, sign in enumerate(joined) if sign.isalpha()), len(joined))
    return joined[start:] or "section"


def collect(segment: Segment, facts: Facts) -> None:
    """Add the ids, references, links and heading ids of one piece to the page's facts."""
    prose, blocks = split_code(segment.text)
    bare = blank(INLINE_CODE, prose)
    masked = mask_inline(prose)
    for match in IDENTIFIER.finditer(bare):
        facts.ids.append((match[1], segment.finding(line_of(bare, match.start()), "")))
    raw = [(block.text, block.line + 1) for block in blocks if block.info == "{=html}"]
    for text, first in [(masked, 1), *raw]:
        facts.slugs |= set(HTML_ID.findall(text))
        for match in HREF.finditer(text):
            facts.links.append((match[1], segment.finding(first - 1 + line_of(text, match.start()), "")))
    for target, position in _targets(masked):
        facts.links.append((target, segment.finding(line_of(masked, position), "")))
    for match in REFERENCE.finditer(masked):
        name = match[2].rstrip(".:/-")
        facts.references.append(
            ((match[1] or "") + name, segment.finding(line_of(masked, match.start()), ""))
        )
    for line in prose.split("\n"):
        if heading := HEADING.match(line):
            facts.slugs.add(slug(heading[2]))
            facts.slugs_certain &= not re.search(r"[$<\\]", heading[2])


def _targets(masked: str) -> Iterator[tuple[str, int]]:
    for match in IMAGE.finditer(masked):
        yield match[2] or match[3] or "", match.start()
    for match in LINK.finditer(blank(IMAGE, masked)):
        yield match[1] or match[2], match.start()
