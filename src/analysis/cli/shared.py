"""What all commands share: errors as plain text, and a question that can be answered yes or no."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import typer

from analysis.errors import BistandError


def swedish_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Print a :class:`BistandError` as plain text and exit with 1."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except BistandError as error:
            typer.secho(f"Fel: {error}", fg=typer.colors.RED, err=True)
            raise typer.Exit(1) from error

    return wrapped


def confirm(question: str) -> bool:
    """Ask the user; anything but a yes is a no."""
    return typer.confirm(question, default=False)
