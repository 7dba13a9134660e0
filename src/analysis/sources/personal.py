"""Personal data in one text: numbers of persons in any disguise, names, addresses, e-mail addresses, telephone numbers.

A text is first made plain: one kind of space, hyphen and digit, nothing invisible. Every pattern is bounded, so the
time grows with the length of the text and not with its square.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

from analysis.sources.first_names import FIRST_NAMES

Hit = tuple[str, str]

_RUN: Final = re.compile(r"\d(?:[\W_]{0,3}\d){9,}")
_PARTS: Final = re.compile(r"\d+|[\W_]+")
_LETTERED: Final = re.compile(
    r"(?<![^\W_])((?:18|19|20)?\d{6})[\W_]{0,3}(?:[a-z]{1,2}[\W_]?\d{2,3}|x{3,4}|\*{3,4})(?![^\W_])",
    re.IGNORECASE,
)
_CASE: Final = re.compile(
    r"\b(?:lma|dossier|ärende|arende|klient|person|akt|dnr|pnr|persnr|föd(?:d|elsedatum|elsedag))[- ]?"
    r"(?:kort)?(?:nr|nummer|id)?\W{0,3}"
    r"\d[\d -]{4,15}\d",
    re.IGNORECASE,
)
#: A day of birth and four digits with words between.
_APART: Final = re.compile(r"(?<!\d)((?:19|20)?\d{6})[^\d]{1,24}(?!(?:19|20)\d\d)(\d{4})(?!\d)")
_STAMP: Final = re.compile(
    r"(?<=[A-Za-z]_)20[0-2]\d[01]\d[0-3]\d_[0-2]\d[0-5]\d(?!\d)|"
    r"(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?|"
    r"(?i:\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b)"
)
_STREET: Final = re.compile(
    r"\b(?!riksväg|länsväg)(?:\w{2,30}|(?:norra|södra|östra|västra|gamla|nya|stora|lilla|övre|nedre) )"
    r"(?:gatan|gata|vägen|väg|gränd|gränden|stigen|allén|stråket|leden|torget|backen)\s{1,2}\d{1,3} ?[a-z]?\b",
    re.IGNORECASE,
)
_POSTAL: Final = re.compile(
    r"(?<![\d ])(?:se-)?[1-9]\d\d \d\d {1,2}(?!kr|tkr|hush|pers|vux|barn|st\b|proc|inv|ären|beslut)[a-zåäö]{3,}",
    re.IGNORECASE,
)
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,}")
_PHONE: Final = re.compile(
    r"(?<![\d-])(?:\+46 ?|0)7[02369][- ]?\d{3} ?\d{2} ?\d{2}(?!\d)|(?<!\d)0\d{1,3}-\d{2,3} ?\d{2} ?\d{2,3}(?!\d)"
)
_WORD: Final = re.compile(r"[^\W\d_]{2,40}(?:-[^\W\d_]{2,40})?")
_PHRASE: Final = re.compile(
    r"[^\W\d_]{2,40}(?:[-'’][^\W\d_]{1,40})?(?:,? [^\W\d_]{2,40}(?:[-'’][^\W\d_]{1,40})?){1,3}"
)
_FIRST: Final = frozenset(name.lower() for name in FIRST_NAMES)
#: First names that are also common words: they count only with a capital, and never in a text all in capitals.
_ALSO_WORDS: Final = frozenset(
    "per bo said gun mona ali rut kent karim urban rune maja ida sara dan jan hans".split()  # noqa: SIM905
)
_NOT_SURNAMES: Final = frozenset(
    """
    kommun kommuns kommunen stad län socken församling region gatan torg och på för av med per månad år antal hushåll
    vuxna barn personer centrum skolan kön kapita capita period totalt januari februari mars april maj juni juli augusti
    september oktober november december jan feb mar apr jun jul aug sep sept okt nov dec
    """.split()  # noqa: SIM905
)
_PLACES: Final = ("gatan", "gata", "vägen", "skolan", "kyrkan", "torget", "parken", "ansvar", "kommun")
_FAMILY: Final = re.compile(r"(?:(?:familjen|herr|fru|[a-zåäö]\.) ?)?([a-zåäöéü]{2,20}sson)", re.IGNORECASE)
_SURNAME: Final = re.compile(r"[^\W\d_]{2,20}(?:sson|ström|qvist|kvist|lund|berg|gren|dotter)", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """Return a text with ordinary spaces, hyphens and digits, and without invisible characters."""
    if "<" in text or "&" in text:
        text = html.unescape(re.sub(r"<[^<>]{0,200}>", "", text))
    if text.isascii():
        return re.sub(r"[\x00-\x1f\x7f]+", " ", text)
    out = []
    for letter in unicodedata.normalize("NFKC", text):
        kind = unicodedata.category(letter)
        if kind == "Cf":
            continue
        if kind in ("Zs", "Zl", "Zp", "Cc"):
            out.append(" ")
        elif kind == "Pd" or letter in "\u2212\u00af":
            out.append("-")
        elif kind == "Nd":
            out.append(str(unicodedata.decimal(letter)))
        else:
            out.append(letter)
    return "".join(out)


def luhn_ok(ten: str) -> bool:
    """Whether the last of ten digits is the right check digit (Luhn, modulus 10)."""
    total = 0
    for position, digit in enumerate(ten):
        product = int(digit) * (2 - position % 2)
        total += product // 10 + product % 10
    return total % 10 == 0


def is_birth_date(digits: str) -> bool:
    """Whether 6 or 8 digits are a day in the past on which someone could be born; coordination numbers add 60 to the day."""
    month, day = int(digits[-4:-2]), int(digits[-2:])
    day = day - 60 if day > 60 else day
    for century in (digits[:2],) if len(digits) == 8 else ("19", "20"):
        try:
            born = date(int(century + digits[-6:-4]), month, day)
        except ValueError:
            continue
        if date(1890, 1, 1) <= born <= date.today():
            return True
    return False


def is_personal_number(digits: str) -> bool:
    """Whether 10 or 12 digits are a personnummer or samordningsnummer: possible date, right check digit."""
    return (
        len(digits) in (10, 12)
        and digits.isdecimal()
        and is_birth_date(digits[:-4])
        and luhn_ok(digits[-10:])
    )


def find_numbers(text: str) -> Iterator[Hit]:
    """Yield the numbers of persons in a text (already plain); lone bare ten digits are judged by their column instead."""
    if sum(letter.isdigit() for letter in text) < 6:
        return
    text = _STAMP.sub(" · ", text)
    if (lettered := _LETTERED.search(text)) and is_birth_date(lettered.group(1)):
        yield "personnummer", _mask(lettered.group(1))
    if case := _CASE.search(text):
        yield "ett ärende- eller personnummer", f"{case.group(0)[:4]}…"
    if (apart := _APART.search(text)) and is_personal_number("".join(apart.groups())):
        yield "personnummer", _mask(apart.group(1))
    wordy = any(letter.isalpha() for letter in text)
    for run in _RUN.finditer(text):
        if (
            not wordy
            and run.group(0) == text.strip()
            and text.strip().isdecimal()
            and len(text.strip()) == 10
        ):
            return
        yield from _in_run(run.group(0), wordy)


def _in_run(run: str, wordy: bool) -> Iterator[Hit]:
    parts = _PARTS.findall(run)
    groups, between = parts[::2], ["", *parts[1::2], ""]
    ends = list(accumulate(map(len, groups), initial=0))
    place = {end: index for index, end in enumerate(ends)}
    for first in range(len(groups)):
        for size in (10, 12):
            last = place.get(ends[first] + size)
            if last is None:
                continue
            digits = "".join(groups[first:last])
            shape = tuple(map(len, groups[first:last]))
            seps, around = between[first + 1 : last], (between[first], between[last])
            if is_birth_date(digits[:-4]) and _counts(digits, shape, seps, around, wordy):
                yield "personnummer", _mask(digits)


def _counts(
    digits: str, shape: tuple[int, ...], seps: list[str], around: tuple[str, str], wordy: bool
) -> bool:
    """Whether digits that begin with a possible date are a number of a person and not a date, an amount or a list."""
    right = luhn_ok(digits[-10:])
    joined = shape in ((6, 4), (8, 4), (2, 6, 4))
    if not joined and (around[0].strip() or around[1].strip()):
        return False  # a piece of a longer chain: dates in a row, telephone numbers
    if joined and seps[-1].strip() in ("-", "+", "/"):
        return right or not _may_be_time(digits)
    if shape in ((4, 2, 2, 4), (2, 2, 2, 4)) and seps[-1].strip() in ("-", "+"):
        return True
    if shape == (12,) or (len(digits) == 12 and shape in ((8, 4), (2, 6, 4), (8, 2, 2), (2, 6, 2, 2))):
        return right or not _may_be_time(digits)
    whole = len(shape) == 1 or set(shape) == {1} or len(digits) - 4 in accumulate(shape)
    amount = len(shape) > 2 and shape[0] <= 3 and set(shape[1:-1]) == {3} and len(set(seps[:-1])) == 1
    if not whole or (amount and (shape[-1] == 3 or seps[-1] in (",", "."))):
        return False
    return right or (wordy and shape in ((10,), (6, 4), (6, 2, 2)) and not any(sep in ".," for sep in seps))


def _may_be_time(digits: str) -> bool:
    """Whether twelve digits may be a recent day and a time of day, as in the stamp of an export."""
    return len(digits) == 12 and digits[:8] >= "20120101" and digits[8:10] < "24" and digits[10:] < "60"


def find_words(text: str) -> Iterator[Hit]:
    """Yield names, addresses, e-mail addresses and telephone numbers in a text (already plain)."""
    if "@" in text and _EMAIL.search(text):
        yield "e-postadress", "…@…"
    if any(letter.isdigit() for letter in text):
        if _PHONE.search(text):
            yield "telefonnummer", "0…"
        if _STREET.search(text) or _POSTAL.search(text):
            yield "adress", f"{text[:3]}…"
    if found := find_name(text):
        yield "namn", found


def find_name(text: str) -> str | None:
    """Return the initials of a person's name in a text, whatever the case and the order; None if there is none."""
    if family := _FAMILY.fullmatch(text.strip()):
        return f"{family.group(1)[0]}."
    words = _WORD.findall(text)
    whole = bool(_PHRASE.fullmatch(text.strip()))
    for one, two in pairwise(words):
        if not re.search(rf"{re.escape(one)},? {re.escape(two)}", text):
            continue
        for first, last in ((one, two), (two, one)):
            if _is_name(first, last, whole, reverse=first is two):
                return f"{first[0]}. {last[0]}."
    return None


def _is_name(first: str, last: str, whole: bool, *, reverse: bool) -> bool:
    low, end = first.lower().split("-")[0], last.lower()
    if low not in _FIRST or end in _NOT_SURNAMES or len(end) < 3 or end.endswith(_PLACES):
        return False
    capital = first[0].isupper() and last[0].isupper() and not (first.isupper() and not last.isupper())
    surname = bool(_SURNAME.fullmatch(last)) or end in _FIRST
    if low in _ALSO_WORDS and not (capital and (surname or not (first.isupper() or reverse))):
        return False
    if reverse:  # surname first: only a known kind of surname, or a text that is nothing but the name
        return surname or (whole and capital)
    return capital or surname or whole


def _mask(digits: str) -> str:
    return f"{digits[:2]}••••-••••"


@lru_cache(maxsize=65_536)
def find_personal(text: str) -> tuple[Hit, ...]:
    """Return all personal data in a text."""
    clear = plain(text)
    hits = list(dict.fromkeys(find_numbers(clear)))
    if any(letter.isalpha() for letter in clear):
        hits += find_words(clear)
    elif _PHONE.fullmatch(clear.strip()):
        hits.append(("telefonnummer", f"{clear.strip()[:3]}…"))
    return tuple(hits)
