"""What every sentence of a page must hold to, whatever the answer behind it is."""

from __future__ import annotations

import re

from foundation.swedish import MONTHS

#: Values or names that one sentence lists at most; a sixth is summed up.
LONGEST_LIST = 5
#: Words of a sentence in a page's conclusion, as `benchmarks/reading.py` counts them.
LONGEST_SENTENCE = 25
_BROKEN = re.compile(
    r"[;:,.]\s*[;:,.]|\s[;:,.](?!\d)|\( |\(\)|\bnan\b|\bNone\b|\bkan kan\b|\bcirka 0\b|\b(?:och|eller|att) ?[.;]|^[,;.]"
    r"|\b(?:De|de) 1 |\ben månader\b|\bAlla 1 |\bÖvriga 1 |\b(\d{4})–\1\b|[−-]0,0+\b(?!,)"
    r"|\b0,00\u00a0procentenheter (?:över|under|från|lägre|högre)"
)
_ONE = re.compile(r"(?<![\d,–−-])(?<!\d\u00a0)\b1[ \u00a0]([a-zåäö]+(?:er|ar|or|na|värden))\b")
#: Words in -er and -ar that are no plural: verbs, and compounds that 1 does not count.
_NOT_COUNTED = {"saknar", "avviker", "lever", "är", "har", "indikator"} | set(MONTHS)


def plain(said: str) -> str:
    """Text without markup; one line a sentence's home."""
    lines = [line for line in said.splitlines() if not line.startswith((":::", "```"))]
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", "\n".join(lines))
    return re.sub(r"<[^>]+>", "\n", text).replace("**", "").replace("&nbsp;", "\u00a0")


def sentences(said: str) -> list[str]:
    """The sentences of a text, line by line."""
    return [
        part
        for line in plain(said).splitlines()
        for part in re.split(r"(?<=[.?!])\s+(?=[A-ZÅÄÖ0-9])", line)
        if part
    ]


def whole(said: str) -> None:
    """The sentences are whole: no empty clause, double punctuation, wrong number, nan; none lists more than five."""
    for line in plain(said).splitlines():
        found = _BROKEN.search(line)
        assert not found, f"{found and found.group()!r} in: {line}"
        for word in _ONE.findall(line):
            assert word in _NOT_COUNTED, f"1 {word}: {line}"
    for sentence in sentences(said):
        assert len(re.findall(r"\d,\d\d\u00a0% \(", sentence)) <= LONGEST_LIST, sentence
        listed = re.sub(r"\([^)]*\)", "", sentence)
        for clause in re.split(r"[;:]", listed):
            names = clause.rpartition(" och ")[0]
            assert names.count(", ") < LONGEST_LIST, f"a long list: {sentence}"


def short(said: str) -> None:
    """No sentence of a conclusion is longer than the rule."""
    for sentence in sentences(said):
        words = len(sentence.replace("\u00a0", " ").split())
        assert words <= LONGEST_SENTENCE, f"{words} words: {sentence}"
