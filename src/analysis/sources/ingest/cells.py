"""One cell of numbers: the value it holds, or the reason why it holds none."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Decimal = Literal[",", "."]

#: Tokens that stand in the place of a number. None of them is ever read as zero.
TOKENS: Final[dict[str, str]] = {
    **dict.fromkeys(("", "..", "...", "…", "-", "--", "---", "–", "—", "−"), "missing"),
    **dict.fromkeys(("na", "n/a", "#n/a", "#saknas!", "saknas", "uppgift saknas", "null", "nan"), "missing"),
    **dict.fromkeys((".", "e.t.", "et", "ej tillämplig", "ej tillämpligt", "ej aktuellt"), "not_applicable"),
    **dict.fromkeys(("x", "xx", "*", "**", "s", "skyddad", "sekretess", "röjd"), "suppressed"),
}
_FEW: Final = re.compile(r"(?:<|≤|färre än|mindre än|under) ?=? ?\d+|[01] ?[-–] ?[1-9]")
_SPACES: Final = re.compile(r"[\s\u00a0\u2007\u2009\u202f\u2060']")
_NUMBER: Final = re.compile(r"[-+]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:e[-+]?\d+)?")
_GROUPED: Final = re.compile(r"[-+]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_MARKS: Final = (
    (re.compile(r"\s*(?:\(p\)|p\)|(?<=\d)\s*p\.?$|prel\.?|preliminär[t]?|\(prel\.?\))\s*$"), "preliminary"),
    (re.compile(r"\s*(?:\(r\)|(?<=\d)\s*r$)\s*$"), "observed"),
)
_ABOUT: Final = re.compile(r"^(?:ca\.?|cirka|c:a|~|≈|omkring)\s*")
_FOOTNOTE: Final = re.compile(r"(?:\s+\d\)|[¹²³⁴⁵*]+)$")
EXCEL_ERRORS: Final = frozenset(
    (
        "#div/0!",
        "#division/0!",
        "#ref!",
        "#referens!",
        "#name?",
        "#namn?",
        "#value!",
        "#värdefel!",
        "#num!",
        "#null!",
    )
)


@dataclass(frozen=True)
class CellValue:
    """A number with its status, or no number (NaN) with the status that says why.

    `percent` tells whether the cell wrote a per-cent sign.
    """

    value: float
    status: str
    percent: bool = False


class NotANumber(ValueError):
    """The cell holds text that is neither a number nor a known token."""


def clean(text: str) -> str:
    """Make every kind of space ordinary and strip the ends; the true minus becomes a hyphen."""
    plain = re.sub(r"[\s\u00a0\u2007\u2009\u202f]+", " ", text.replace("\u2060", "").replace("\ufeff", ""))
    return plain.strip().replace("\u2212", "-")


def token_status(text: str, extra: dict[str, str] | None = None) -> str | None:
    """Return the status of a token that stands for "no number", else None."""
    key = clean(text).lower()
    if extra and key in extra:
        return extra[key]
    if key in TOKENS:
        return TOKENS[key]
    return "suppressed" if _FEW.fullmatch(key) else None


def parse_cell(
    value: object, decimal: Decimal, *, extra: dict[str, str] | None = None, thousands: bool = False
) -> CellValue:
    """Read one cell.

    Parameters
    ----------
    value
        Text, number, date or empty, as the file holds it.
    decimal
        The file's decimal sign; the other sign then separates thousands (only if `thousands` is true).
    extra
        More tokens (lower case) and their statuses.

    Raises
    ------
    NotANumber
        If the cell holds anything else; the message is Swedish.
    """
    if value is None:
        return CellValue(math.nan, "missing")
    if isinstance(value, bool | date):
        raise NotANumber("cellen innehåller ett datum eller sant/falskt, inte ett tal")
    if isinstance(value, float | int):
        if not math.isfinite(value):
            raise NotANumber("cellen innehåller inget ändligt tal")
        return CellValue(float(value), "observed")
    text = clean(str(value))
    status = token_status(text, extra)
    if status is not None:
        return CellValue(math.nan, status)
    if text.lower() in EXCEL_ERRORS:
        raise NotANumber(f"cellen innehåller Excels felvärde {text}")
    return _number(text, decimal, thousands)


def _number(text: str, decimal: Decimal, thousands: bool) -> CellValue:
    rest, status = text.lower(), "observed"
    for pattern, meaning in _MARKS:
        if pattern.search(rest):
            rest, status = pattern.sub("", rest), meaning
    if _ABOUT.match(rest):
        rest, status = _ABOUT.sub("", rest), "approximate"
    rest = _FOOTNOTE.sub("", rest).strip()
    percent = rest.endswith("%")
    rest = rest.rstrip("%").strip()
    if " " in rest and not _GROUPED.fullmatch(rest):
        raise NotANumber(f"”{text}” är varken ett tal eller ett känt tecken för saknat värde")
    digits = _SPACES.sub("", rest)
    if not _NUMBER.fullmatch(digits):
        raise NotANumber(f"”{text}” är varken ett tal eller ett känt tecken för saknat värde")
    return CellValue(_to_float(digits, decimal, thousands, text), status, percent)


def _to_float(digits: str, decimal: Decimal, thousands: bool, text: str) -> float:
    other = "," if decimal == "." else "."
    if other in digits:
        whole = digits.split(decimal)[0]
        if not thousands or not re.fullmatch(rf"[-+]?\d{{1,3}}(?:\{other}\d{{3}})+", whole):
            raise NotANumber(f"”{text}” använder ”{other}” men filens decimaltecken är ”{decimal}”")
        digits = digits.replace(other, "")
    if digits.count(decimal) > 1:
        raise NotANumber(f"”{text}” har fler än ett decimaltecken")
    number = float(digits.replace(decimal, "."))
    if not math.isfinite(number):
        raise NotANumber(f"”{text}” är orimligt stort")
    return number


@dataclass(frozen=True)
class DecimalGuess:
    """The file's decimal sign, whether the other one separates thousands, and whether that is certain."""

    decimal: Decimal
    thousands: bool
    certain: bool


def guess_decimal(texts: list[str]) -> DecimalGuess:
    """Find the decimal sign from all numbers of a file.

    One sign with other than three digits after it settles the matter, as does a number with both signs or
    with one sign twice. A sign that is always followed by exactly three digits could be either and is reported as
    uncertain; any other comma is a decimal comma (Swedish).
    """
    both, comma, point, uncertain, unsure = [], False, False, False, False
    for text in texts:
        digits = _SPACES.sub("", clean(text).rstrip("% ").lower())
        if not re.fullmatch(r"[-+]?[\d.,]*\d", digits):
            continue
        if "," in digits and "." in digits:
            both.append("," if digits.rfind(",") > digits.rfind(".") else ".")
        elif digits.count(".") > 1:
            both.append(",")
        elif digits.count(",") > 1:
            both.append(".")
        elif "," in digits:
            exact_comma = bool(re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", digits))
            comma, unsure = comma or not exact_comma, unsure or exact_comma
        elif "." in digits:
            exact = re.fullmatch(r"[-+]?[1-9]\d{0,2}\.\d{3}", digits)
            uncertain, point = uncertain or bool(exact), point or not exact
    if both:
        return DecimalGuess("," if both[0] == "," else ".", thousands=True, certain=len(set(both)) == 1)
    if unsure and not comma:
        return DecimalGuess(",", thousands=False, certain=False)
    if comma:
        return DecimalGuess(",", thousands=uncertain and not point, certain=not point)
    if point:
        return DecimalGuess(".", thousands=False, certain=True)
    return DecimalGuess("." if uncertain else ",", thousands=False, certain=not uncertain)
