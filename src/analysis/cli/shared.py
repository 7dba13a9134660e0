"""What all commands share: errors as plain text, one command at a time, and a question answered yes or no."""

from __future__ import annotations

import codecs
import errno
import os
import re
import shutil
import sys
from collections.abc import Callable
from functools import lru_cache, wraps
from itertools import takewhile
from typing import Any, Final

import typer

from analysis.alone import alone as hold
from analysis.paths import find_project
from analysis.plain import printable
from foundation.errors import BistandError, computer_error

#: Help of every option that names a municipality.
TOWN: Final = "Kommunens namn eller kod, till exempel 1880"
_PLAIN: Final = str.maketrans("”“’–—−…≤≥→·\u00a0\u202f\u2011", '""\'---.<>>.  -')


def town_code(said: str) -> str:
    """Return the code of a municipality that is said by name or code; four digits are taken as they are.

    Raises
    ------
    BistandError
        For a name that no municipality has, with the nearest ones.
    """
    if re.fullmatch(r"\d{4}", said):
        return said
    from analysis.pipeline.said import find_town
    from analysis.sources.catalogue import load_catalogue

    return find_town(load_catalogue(find_project().raw), said).code


def swedish_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Print what went wrong as plain Swedish text and exit with 1: the user's faults and the computer's."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except BistandError as error:
            _stop(error)
        except BrokenPipeError:
            raise
        except OSError as error:
            _stop(computer_error(error))
        except MemoryError:
            _stop(computer_error(OSError(errno.ENOMEM, "")))
        except KeyboardInterrupt as error:
            typer.echo("\nAvbrutet. Det som fanns förut är orört; kör om kommandot när du vill.", err=True)
            raise typer.Exit(130) from error

    return wrapped


def _stop(error: BistandError) -> None:
    typer.secho(pasteable(printable(f"Fel: {error}")), fg=typer.colors.RED, err=True)
    raise typer.Exit(1) from error


def alone(command: Callable[..., None]) -> Callable[..., None]:
    """Run a command that writes only when no other one does in the same project."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        words = takewhile(lambda word: not word.startswith("-"), sys.argv[1:3])
        with hold(find_project().root, " ".join(("bistand", *words))):
            command(*args, **kwargs)

    return wrapped


def say(text: str, *, err: bool = False) -> None:
    """Print a text; what a file has put into it cannot steer the terminal, and commands in it can be pasted."""
    typer.echo(pasteable(printable(text)), err=err)


def pasteable(text: str) -> str:
    """Return a text where every ``bistand …`` is called what it is called here."""
    return re.sub(r"(?<![\w./-])bistand (?=[a-z])", f"{_own_name()} ", text)


@lru_cache(maxsize=1)
def _own_name() -> str:
    """Return how the command is started here: by its name if it is found by that, else by its place."""
    if shutil.which("bistand"):
        return "bistand"
    return "uv run bistand" if os.name == "nt" else ".venv/bin/bistand"


def confirm(question: str) -> bool:
    """Ask the user; anything but a yes is a no."""
    answer = typer.prompt(f"{printable(question)} [j/N]", default="", show_default=False)
    return str(answer).strip().lower() in {"j", "ja", "y", "yes"}


def prepare_terminal() -> None:
    """Let a terminal that lacks a character show a plainer one instead of stopping the command."""
    codecs.register_error("enklare", _plainer)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="enklare")


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return text.encode(error.encoding, errors="replace").decode(error.encoding), error.end
