"""The reference document that gives Word its styles, made from pandoc's own by code: nothing binary is committed."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from dataclasses import dataclass

from renderer.pandoc import pandoc_path

FONT = "Calibri"
INK, QUIET, ACCENT, PALE, LINE, WARNING = "1C2126", "4A545E", "0B5394", "EAF1F8", "D7DDE3", "7A4F00"
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FOOTER_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
FIXED_TIME = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Style:
    """A paragraph style: sizes in half points, distances in twentieths of a point, as Word has them."""

    id: str
    name: str
    size: int = 22
    color: str = INK
    bold: bool = False
    italic: bool = False
    before: int = 0
    after: int = 120
    level: int | None = None
    keep_next: bool = False
    edge: str = ""
    fill: str = ""

    def xml(self) -> str:
        """Style as WordprocessingML."""
        base = "" if self.id == "Normal" else '<w:basedOn w:val="Normal"/>'
        default = ' w:default="1"' if self.id == "Normal" else ""
        outline = f'<w:outlineLvl w:val="{self.level}"/>' if self.level is not None else ""
        keep = "<w:keepNext/><w:keepLines/>" if self.keep_next else ""
        border = (
            f'<w:pBdr><w:left w:val="single" w:sz="36" w:space="8" w:color="{self.edge}"/></w:pBdr>'
            if self.edge
            else ""
        )
        shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{self.fill}"/>' if self.fill else ""
        indent = '<w:ind w:left="200" w:right="100"/>' if self.edge else ""
        spacing = (
            f'<w:spacing w:before="{self.before}" w:after="{self.after}" w:line="269" w:lineRule="auto"/>'
        )
        weight = ("<w:b/>" if self.bold else "") + ("<w:i/>" if self.italic else "")
        return (
            f'<w:style w:type="paragraph"{default} w:styleId="{self.id}"><w:name w:val="{self.name}"/>{base}'
            f"<w:qFormat/><w:pPr>{keep}{border}{shade}{spacing}{indent}{outline}</w:pPr>"
            f'<w:rPr>{weight}<w:color w:val="{self.color}"/><w:sz w:val="{self.size}"/><w:szCs w:val="{self.size}"/></w:rPr>'
            "</w:style>"
        )


STYLES = (
    Style("Normal", "Normal"),
    Style("BodyText", "Body Text", before=80),
    Style("FirstParagraph", "First Paragraph", before=80),
    Style("Compact", "Compact", before=20, after=20),
    Style("Title", "Title", size=48, bold=True, color=ACCENT, before=120, after=120, keep_next=True),
    Style("Subtitle", "Subtitle", size=28, color=QUIET, after=160, keep_next=True),
    Style("Heading1", "heading 1", size=36, bold=True, before=160, after=120, level=0, keep_next=True),
    Style("Heading2", "heading 2", size=28, bold=True, before=280, after=80, level=1, keep_next=True),
    Style("Heading3", "heading 3", size=24, bold=True, before=280, after=100, level=2, keep_next=True),
    Style("Heading4", "heading 4", size=22, bold=True, before=240, after=80, level=3, keep_next=True),
    Style("TableCaption", "Table Caption", size=20, bold=True, before=160, after=80, keep_next=True),
    Style("ImageCaption", "Image Caption", size=20, color=QUIET, after=160),
    Style("CaptionedFigure", "Captioned Figure", before=160, after=60, keep_next=True),
    Style("Slutsats", "Slutsats", size=24, before=120, after=140, edge=ACCENT, fill=PALE),
    Style("Varningsruta", "Varningsruta", before=120, after=200, edge=WARNING, fill="FDF3DC"),
    Style(
        "Rutarubrik",
        "Ruta rubrik",
        bold=True,
        color=ACCENT,
        before=200,
        after=40,
        edge=ACCENT,
        keep_next=True,
    ),
    Style("Ruta", "Ruta", after=40, edge=ACCENT),
    Style("FootnoteText", "footnote text", size=18, color=QUIET, after=40),
)

TABLE_STYLE = (
    '<w:style w:type="table" w:default="1" w:styleId="Table"><w:name w:val="Table"/><w:qFormat/>'
    '<w:pPr><w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/></w:pPr>'
    '<w:rPr><w:sz w:val="20"/><w:szCs w:val="20"/></w:rPr>'
    f'<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:color="{INK}"/>'
    f'<w:bottom w:val="single" w:sz="8" w:color="{INK}"/>'
    f'<w:insideH w:val="single" w:sz="4" w:color="{LINE}"/></w:tblBorders>'
    '<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="90" w:type="dxa"/><w:bottom w:w="40" w:type="dxa"/>'
    '<w:right w:w="90" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>'
    f'<w:bottom w:val="single" w:sz="8" w:color="{INK}"/></w:tcBorders><w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/>'
    '<w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>'
)

#: What stands in smaller text below the text of a cell.
SMALL_STYLE = (
    '<w:style w:type="character" w:customStyle="1" w:styleId="Litentext"><w:name w:val="Liten text"/>'
    f'<w:rPr><w:b w:val="0"/><w:color w:val="{QUIET}"/><w:sz w:val="16"/><w:szCs w:val="16"/></w:rPr></w:style>'
)


def reference_document(footer: str) -> bytes:
    """Make the reference document.

    Parameters
    ----------
    footer
        Text at the foot of every page, before the page number.
    """
    done = subprocess.run(
        [pandoc_path(), "--print-default-data-file", "reference.docx"], capture_output=True, check=True
    )
    with zipfile.ZipFile(io.BytesIO(done.stdout)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts["word/styles.xml"] = _styles(parts["word/styles.xml"].decode()).encode()
    parts["word/document.xml"] = _page(parts["word/document.xml"].decode()).encode()
    parts["word/footer1.xml"] = _footer(footer).encode()
    parts["word/_rels/document.xml.rels"] = _add_footer_relation(
        parts["word/_rels/document.xml.rels"].decode()
    ).encode()
    parts["[Content_Types].xml"] = (
        parts["[Content_Types].xml"]
        .decode()
        .replace("</Types>", f'<Override PartName="/word/footer1.xml" ContentType="{FOOTER_TYPE}"/></Types>')
        .encode()
    )
    return pack(parts)


def pack(parts: dict[str, bytes]) -> bytes:
    """Zip the parts of a document the same way every time."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, data)
    return target.getvalue()


def _styles(xml: str) -> str:
    fonts = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>'
    xml = re.sub(r"<w:rFonts [^>]*/>", fonts, xml, count=1)
    xml = re.sub(r"<w:lang [^>]*/>", '<w:lang w:val="sv-SE" w:eastAsia="sv-SE" w:bidi="ar-SA"/>', xml)
    for style in STYLES:
        xml = _replace_style(xml, style.id, style.xml())
    return _replace_style(_replace_style(xml, "Table", TABLE_STYLE), "Litentext", SMALL_STYLE)


def _replace_style(xml: str, style_id: str, new: str) -> str:
    pattern = re.compile(rf'<w:style [^>]*w:styleId="{style_id}".*?</w:style>', re.S)
    if pattern.search(xml):
        return pattern.sub(lambda _: new, xml, count=1)
    return xml.replace("</w:styles>", f"{new}</w:styles>")


def _page(xml: str) -> str:
    section = (
        f'<w:sectPr><w:footerReference xmlns:r="{RELATIONS}" w:type="default" r:id="rIdSidfot"/>'
        '<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1250" w:right="1250" w:bottom="1250" w:left="1250" w:header="700" w:footer="600" w:gutter="0"/>'
        "</w:sectPr>"
    )
    return re.sub(r"<w:sectPr>.*?</w:sectPr>", section, xml, flags=re.S)


def _footer(text: str) -> str:
    def field(code: str) -> str:
        return f'<w:fldSimple w:instr=" {code} "><w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t>1</w:t></w:r></w:fldSimple>'

    def run(content: str) -> str:
        safe = content.replace("&", "&amp;").replace("<", "&lt;")
        return f'<w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">{safe}</w:t></w:r>'

    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:ftr xmlns:w="{NAMESPACE}"><w:p>'
        f"{run(f'{text}, sida ')}{field('PAGE')}{run(' av ')}{field('NUMPAGES')}</w:p></w:ftr>"
    )


def _add_footer_relation(xml: str) -> str:
    relation = f'<Relationship Type="{RELATIONS}/footer" Id="rIdSidfot" Target="footer1.xml"/>'
    return xml.replace("</Relationships>", f"{relation}</Relationships>")
