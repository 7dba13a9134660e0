"""Pieces of a page, as objects that show themselves as Markdown in a notebook.

Tables go out as a raw HTML block inside Markdown: a ``text/html`` output would make Quarto load scripts from other
hosts.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

#: Values or names that one sentence, or a figure's labels, name one by one; more are summed up.
LONGEST_LIST = 5


@dataclass(frozen=True)
class Markdown:
    """Markdown that a notebook shows as such; `+` puts two pieces after each other."""

    text: str

    def _repr_markdown_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Markdown, {len(self.text)} tecken>"

    def __add__(self, other: Markdown) -> Markdown:
        return Markdown(f"{self.text.rstrip()}\n\n{other.text}")


def raw_html(markup: str) -> Markdown:
    """Wrap markup so that both renderers pass it through untouched."""
    return Markdown(f"```{{=html}}\n{markup.strip()}\n```\n")


def paragraphs(*texts: str) -> Markdown:
    """Return paragraphs; empty texts are left out."""
    return Markdown("\n\n".join(text for text in texts if text) + "\n")


def callout(kind: Literal["note", "tip", "warning", "important"], title: str, text: str) -> Markdown:
    """Return a titled callout."""
    return Markdown(f"::: {{.callout-{kind}}}\n## {title}\n\n{text.strip()}\n:::\n")


def conclusion(*sentences: str) -> Markdown:
    """Return the page's conclusion: a few sentences in a box."""
    return Markdown(
        "::: {.slutsats}\n" + " ".join(sentence for sentence in sentences if sentence) + "\n:::\n"
    )


def synthetic_banner(text: str) -> Markdown:
    """Return the banner that every page with synthetic data must carry."""
    return Markdown(f"::: {{.varning-syntetisk}}\n**Syntetiska data.** {text}\n:::\n")


@dataclass(frozen=True)
class KeyFigure:
    """One number on a card: the value as text, what it is, and where it comes from."""

    value: str
    label: str
    note: str


def key_figures(figures: Sequence[KeyFigure]) -> Markdown:
    """Return key figures as a list of cards."""
    cards = "\n".join(
        f'<li><span class="{_size(item.value)}">{html.escape(item.value)}</span>'
        f'<span class="etikett">{html.escape(item.label)}</span>'
        f'<span class="not">{html.escape(item.note)}</span></li>'
        for item in figures
    )
    return raw_html(f'<ul class="nyckeltal">\n{cards}\n</ul>')


def _size(value: str) -> str:
    """Words are set smaller than numbers, so that no card breaks a word."""
    return "tal ord" if len(value) > 12 else "tal"


def bullet_list(items: Sequence[str]) -> Markdown:
    """Return a bulleted list."""
    return Markdown("\n".join(f"- {item}" for item in items) + "\n")


def named_link(text: str, target: str, about: str) -> str:
    """Return a link whose name, read out alone, also says what it is about: ``Data (CSV) till figuren: Läget``."""
    name = f"{text} {about}".replace('"', "”").replace("\n", " ")
    return f'[{text}]({target}){{aria-label="{name}"}}'


def sentence_list(items: Sequence[str], conjunction: str = "och") -> str:
    """Join words as in a sentence: ``a, b och c``."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def lower_first(text: str) -> str:
    """Return `text` with its first letter small, the rest untouched: for use inside a sentence."""
    return text[:1].lower() + text[1:]


def capitalise(text: str) -> str:
    """Return `text` with its first letter as a capital, the rest untouched."""
    return text[:1].upper() + text[1:]
