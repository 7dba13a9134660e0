"""The linter's rules for Markdown: what Quarto and the embedded renderer treat alike, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from renderer.finding import Finding
from renderer.scan import (
    ATTRIBUTES,
    HEADING,
    IMAGE,
    INLINE_CODE,
    Block,
    Segment,
    blank,
    line_of,
    mask_inline,
    split_code,
)

Remark = tuple[int, str]

CALLOUTS = ("note", "tip", "warning", "important")
DIV = re.compile(rf"^\s*:{{3,}}\s*({ATTRIBUTES}|[^\s:{{]\S*)?\s*:*\s*$")
FORBIDDEN_CLASS = re.compile(
    r"^(panel-|column|page-|grid$|g-col|content-|aside$|margin|layout|listing|quarto-|cell|tabset|screen-|"
    r"fragment|incremental|callout-caution|figure-|hero|unlisted$|hidden$)"
)
FORBIDDEN_TAGS = re.compile(
    r"<\s*/?\s*(script|style|iframe|object|embed|form|input|button|select|textarea|link|meta|base|h1|"
    r"audio|video|center|font|marquee|template|slot|canvas)\b",
    re.I,
)
TAG = re.compile(r"<[a-zA-Z][a-zA-Z0-9]*(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?/?>", re.S)
STYLE_OR_HANDLER = re.compile(r"""\s(style|on[a-z]+)\s*=""", re.I)
FOREIGN = re.compile(r"""\s(src|srcset|poster|data|xlink:href)\s*=\s*["']?\s*(https?:)?//""", re.I)
EQUATION_ID = re.compile(r"(\$\$)?[ \t]*\n?\{#(eq-[\w-]+)\}")
CLASS = re.compile(r"\.([\w-]+)")
KEY = re.compile(r"([\w-]+)\s*=")


def lint_segment(segment: Segment) -> Iterator[Finding]:
    """Find everything in one piece of Markdown that lies outside the subset."""
    prose, blocks = split_code(segment.text)
    masked = mask_inline(prose)
    remarks: list[Remark] = []
    for block in blocks:
        remarks += _block(block)
    remarks += _divs(masked)
    remarks += _headings(prose, masked)
    remarks += _images(masked)
    remarks += _html(masked, 1)
    remarks += _equations(blank(INLINE_CODE, prose))
    remarks += _odd_lines(masked)
    for line, message in remarks:
        yield segment.finding(line, message)


def _block(block: Block) -> Iterator[Remark]:
    info = block.info
    if info == "{=html}":
        yield from _html(block.text, block.line + 1)
    elif info.startswith("{="):
        yield block.line, f"rått block {info} går inte att visa; bara {{=html}} är tillåtet."
    elif re.match(r"\{[\w-]", info):
        yield block.line, f"körbart kodblock {info}: skriv ``` följt av språket i stället."
    elif info.startswith("{") and re.search(r"code-fold|#lst-|lst-|filename|code-line", info):
        yield block.line, f"kodblockets attribut {info} ingår inte i delmängden."


def _html(text: str, first: int) -> Iterator[Remark]:
    for match in FORBIDDEN_TAGS.finditer(text):
        yield (
            first - 1 + line_of(text, match.start()),
            f"HTML-elementet <{match[1].lower()}> är inte tillåtet.",
        )
    for match in TAG.finditer(text):
        line = first - 1 + line_of(text, match.start())
        tag = match.group()
        if found := STYLE_OR_HANDLER.search(tag):
            yield line, f"attributet {found[1]} är inte tillåtet i HTML; använd en klass."
        if FOREIGN.search(tag) or "javascript:" in tag.lower():
            yield line, "HTML får inte hämta något från en annan värd eller köra skript."
        if re.match(r"<img\b", tag, re.I) and not re.search(r"\salt\s*=", tag):
            yield line, "bild i HTML saknar alt."
    for match in re.finditer(r"<table\b.*?</table>", text, re.S | re.I):
        if not re.search(r"<th\b", match.group(), re.I):
            yield first - 1 + line_of(text, match.start()), "HTML-tabell utan rubrikceller (th)."


def _divs(masked: str) -> Iterator[Remark]:
    lines = masked.split("\n")
    depth: list[int] = []
    for number, line in enumerate(lines, 1):
        match = DIV.match(line)
        if not match:
            continue
        if match[1] is None:
            if depth:
                depth.pop()
            else:
                yield number, "::: stänger en ruta som inte är öppnad."
            continue
        depth.append(number)
        attributes = match[1] if match[1].startswith("{") else "{." + match[1] + "}"
        yield from ((number, message) for message in _div(attributes, lines[number:]))
    for number in depth:
        yield number, "::: öppnar en ruta som aldrig stängs."


def _div(attributes: str, below: list[str]) -> Iterator[str]:
    classes = CLASS.findall(re.sub(r'"[^"]*"', '""', attributes))
    keys = set(KEY.findall(re.sub(r'"[^"]*"', '""', attributes)))
    for name in classes:
        if FORBIDDEN_CLASS.match(name):
            yield f"klassen ”.{name}” ingår inte i delmängden."
        elif name.startswith("callout") and name.removeprefix("callout-") not in CALLOUTS:
            yield f"rutan ”{name}” finns inte; tillåtna är {', '.join(CALLOUTS)}."
    if found := re.search(r"#((?:fig|tbl|lst|eq|sec)-[\w-]+|refs)", attributes):
        yield f"ett block får inte ha id ”{found[1]}” (delfigurer och blockfigurer ingår inte)."
    if any(key.startswith("layout") for key in keys) or keys & {"when-format", "unless-format", "style"}:
        yield f"attributen i {attributes} ingår inte i delmängden."
    if any(name.startswith("callout") for name in classes):
        if keys:
            yield "rutor tar inga attribut (collapse, appearance, icon, title); titeln är en rubrik."
        first = next((line for line in below if line.strip()), "")
        if not HEADING.match(first.strip()):
            yield "rutan saknar titel: börja den med en rubrik (## Titel)."


def _headings(prose: str, masked: str) -> Iterator[Remark]:
    lines, shown = prose.split("\n"), masked.split("\n")
    level, in_callout_head = 1, False
    for number, line in enumerate(lines, 1):
        if DIV.match(shown[number - 1]):
            in_callout_head = ".callout" in line or "callout-" in line
            continue
        match = HEADING.match(line)
        if match and in_callout_head:
            in_callout_head = False
        elif match:
            yield from ((number, message) for message in _heading(match, level))
            level = len(match[1])
            if number > 1 and lines[number - 2].strip() and not DIV.match(lines[number - 2]):
                yield number, "det ska vara en tom rad före en rubrik."
        above = lines[number - 2].strip() if number > 1 else ""
        if re.fullmatch(r"=+\s*|-{2,}\s*", line) and above and "|" not in above:
            yield number, "understrukna rubriker ingår inte; skriv ## före rubriken."


def _heading(match: re.Match[str], before: int) -> Iterator[str]:
    level = len(match[1])
    if level == 1:
        yield "rubriker börjar på nivå två (##); sidans titel är nivå ett."
    elif level > before + 1 and before > 1:
        yield f"rubriken ”{match[2]}” hoppar över en nivå."
    attributes = match[3] or ""
    for name in CLASS.findall(attributes):
        if FORBIDDEN_CLASS.match(name):
            yield f"klassen ”.{name}” ingår inte i delmängden."


def _images(masked: str) -> Iterator[Remark]:
    for match in IMAGE.finditer(masked):
        line = line_of(masked, match.start())
        attributes = match[4] or ""
        target = match[2] or match[3] or ""
        alt = re.search(r'fig-alt\s*=\s*(?:"((?:[^"\\]|\\.)*)"|(\S+))', attributes)
        if not alt or not (alt[1] or alt[2] or "").strip():
            yield line, f"bilden ”{target}” saknar fig-alt."
        if re.match(r"(https?:)?//|data:", target):
            yield line, f"bilden ”{target}” ligger inte på webbplatsen."
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', attributes)
        extra = set(KEY.findall(bare)) - {"fig-alt", "width", "height"}
        if extra:
            yield line, f"bildens attribut {', '.join(sorted(extra))} ingår inte i delmängden."
        if re.search(r"(width|height)\s*=\s*\"?[\d.]+(%|[a-z])", attributes):
            yield line, "bildens bredd och höjd anges i hela bildpunkter, utan enhet."
        if found := re.search(r"#(?!fig-)([\w-]+)", bare):
            yield line, f"bildens id ”{found[1]}” ska börja på fig-."


def _equations(bare: str) -> Iterator[Remark]:
    for match in EQUATION_ID.finditer(bare):
        if not match[1]:
            yield line_of(bare, match.start(2)), f"{{#{match[2]}}} ska stå direkt efter formelns $$."


def _odd_lines(masked: str) -> Iterator[Remark]:
    for number, line in enumerate(masked.split("\n"), 1):
        if "{{<" in line:
            yield number, "kortkoder och inkluderingar ({{< … >}}) ingår inte i delmängden."
        if re.match(r"^\s*\+[-=:+]{3,}\+\s*$", line):
            yield number, "rutnätstabeller ingår inte; skriv en tabell med lodstreck."
        if re.match(r"^\s*\\(begin|newpage|pagebreak|input|include)\b", line):
            yield number, "LaTeX-kommandon utanför formler visas inte."
        if re.match(r"^\s*:\s.*\{[^}]*tbl-colwidths", line):
            yield number, "tbl-colwidths ingår inte i delmängden."
        if re.search(r"\{#lst-|\{\.embed", line):
            yield number, "kodlistor och inbäddningar ingår inte i delmängden."
