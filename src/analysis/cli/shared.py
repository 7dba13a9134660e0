"""What all commands share: errors as plain text, one command at a time, and a question answered yes or no."""

from __future__ import annotations

import codecs
import errno
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import click
import typer

from analysis.alone import alone as hold
from analysis.errors import BistandError
from analysis.paths import find_project

_FULL: Final = ("disken är full", "Gör plats och kör om. Det som fanns förut är orört.")
_CLOSED: Final = (
    "det går inte att skriva eller läsa här; behörighet saknas",
    "Kontrollera mappens behörigheter, eller om filen är öppen i ett annat program.",
)
_READ_ONLY: Final = ("mappen är skrivskyddad", "Flytta projektet till en mapp där du får skriva.")
_GONE: Final = (
    "filen eller mappen finns inte (längre)",
    "Kontrollera sökvägen. Försvann den under körningen: lägg tillbaka den och kör om.",
)
_SAID: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: ("utrymmet som du får använda är slut", _FULL[1]),
    errno.EFBIG: ("filen blir större än vad som tillåts här", _FULL[1]),
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
    errno.EROFS: _READ_ONLY,
    errno.ENOENT: _GONE,
    errno.ESTALE: _GONE,
    errno.ENOTDIR: ("en fil ligger där en mapp ska vara", "Flytta undan filen och kör om."),
    errno.EISDIR: ("en mapp ligger där en fil ska vara", "Flytta undan mappen och kör om."),
    errno.ENAMETOOLONG: ("sökvägen är för lång", "Lägg projektet närmare diskens rot."),
    errno.EMFILE: ("för många filer är öppna", "Stäng andra program och kör om."),
    errno.ENOMEM: ("minnet räcker inte", "Stäng andra program, eller kör med --processer 1."),
    errno.EIO: ("disken går inte att läsa eller skriva", "Kontrollera disken eller nätverksmappen."),
}
_PLAIN: Final = str.maketrans("”“’–—−…≤≥→·\u00a0\u202f\u2011", '""\'---.<>>.  -')


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
            _stop(BistandError(_SAID[errno.ENOMEM][0], fix=_SAID[errno.ENOMEM][1]))
        except KeyboardInterrupt as error:
            typer.echo("\nAvbrutet. Det som fanns förut är orört; kör om kommandot när du vill.", err=True)
            raise typer.Exit(130) from error

    return wrapped


def _stop(error: BistandError) -> None:
    typer.secho(f"Fel: {error}", fg=typer.colors.RED, err=True)
    raise typer.Exit(1) from error


def computer_error(error: OSError) -> BistandError:
    """Say what the operating system refused, and what to do about it."""
    problem, fix = _SAID.get(
        error.errno or 0, (f"datorn svarade: {error.strerror or error}", "Kör om kommandot.")
    )
    return BistandError(problem, file=error.filename if isinstance(error.filename, str) else None, fix=fix)


def alone(command: Callable[..., None]) -> Callable[..., None]:
    """Run a command that writes only when no other one does in the same project."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        context = click.get_current_context(silent=True)
        with hold(find_project().root, context.command_path if context else f"bistand {command.__name__}"):
            command(*args, **kwargs)

    return wrapped


def confirm(question: str) -> bool:
    """Ask the user; anything but a yes is a no."""
    return typer.confirm(question, default=False)


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
