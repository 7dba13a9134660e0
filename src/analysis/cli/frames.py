"""The frame around the commands in Swedish: usage, help and faults of use; old command names go on working and say so."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from analysis.cli.shared import pasteable

Run = TypeVar("Run", bound=Callable[..., Any])

#: Said when Python finds half a compiled file.
HALF_COMPILED: Final = (
    "Fel: en av Pythons förkompilerade filer är avbruten, troligen för att disken blev full\n"
    "  Gör så här: python -m compileall -q -f src"
)
#: Old names of commands and the names they have now, by the group's name ("" is ``bistand`` itself).
RENAMED: Final[dict[str, dict[str, str]]] = {
    "": {"report": "rapport", "new-period": "ny-period", "publish": "publicera", "serve": "visa"},
    "data": {"add": "lagg-till", "fetch": "hamta", "diff": "skillnad"},
    "mikro": {"check": "prova", "run": "kor"},
}

_PHRASES: Final = (
    (r"^Usage: ", "Användning: "),
    (r"^Options:$", "Val:"),
    (r"^Arguments:$", "Argument:"),
    (r"^Commands:$", "Kommandon:"),
    (r"\[OPTIONS\]", "[VAL]"),
    (r"COMMAND \[ARGS\]\.\.\.", "KOMMANDO ..."),
    (r"<str> ?(?=  )", "<text>"),
    (r"<int>", "<tal>"),
    (r"<float>", "<tal>  "),
    (r"<list\[str\]>", "<text>     "),
    (r"<path> {0,2}(?=  )", "<sökväg>"),
    (r"\[required\]", "[krävs]"),
    (r"\[default: ", "[annars: "),
    (r"Show this message and exit\.", "Visa den här hjälpen."),
    (r"Install completion for the current shell\.", "Lägg in komplettering med tabb i det skal som används."),
    (
        r"Show completion for the current shell, to copy it or\s+customize the installation\.",
        "Visa kompletteringen, för att kopiera eller ändra den.",
    ),
)
_FAULTS: Final = (
    (r"No such command '(.+?)'\.(?: Did you mean '(.+?)'(?:.*))?", r"kommandot ”\1” finns inte"),
    (r"No such option: (\S+?)(?: .*)?$", r"valet \1 finns inte"),
    (r"Missing argument '(.+?)'\.?(?: .*)?", r"argumentet \1 saknas"),
    (r"Missing option '(.+?)'\.?(?: .*)?", r"valet \1 saknas"),
    (r"Missing command\.", "kommandot saknas"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", r"”\1” är för mycket"),
    (r"Option '(.+?)' requires an argument\.", r"valet \1 behöver ett värde"),
    (r"Option '(.+?)' requires \d+ arguments\.", r"valet \1 behöver fler värden"),
    (r"Option '(.+?)' does not take a value\.", r"valet \1 ska stå utan värde"),
    (
        r"Invalid value for '(.+?)': '(.*?)' is not a valid (?:integer|int)( range)?\.",
        r"\1: ”\2” är inget heltal",
    ),
    (
        r"Invalid value for '(.+?)': '(.*?)' is not a valid float\.",
        r"\1: ”\2” är inget tal (skriv decimaler med punkt)",
    ),
    (r"Invalid value for '(.+?)': (?:File|Path|Directory) '(.*?)' does not exist\.", r"\1: ”\2” finns inte"),
    (r"Invalid value for '?(.+?)'?: Input should be a valid integer.*", r"\1: värdet är inget heltal"),
    (
        r"Invalid value for '?(.+?)'?: Input should be a valid number.*",
        r"\1: värdet är inget tal (decimaler skrivs med punkt här)",
    ),
    (r"Invalid value for '?(.+?)'?: (.*)", r"\1 har ett värde som inte går att använda: \2"),
)


def in_swedish(text: str) -> str:
    """Return a help text with its frame in Swedish."""
    for english, swedish in _PHRASES:
        text = re.sub(english, swedish, text, flags=re.MULTILINE)
    return text


def fault_in_swedish(text: str) -> str:
    """Return what was wrong with the words of a command, in Swedish."""
    for english, swedish in _FAULTS:
        if found := re.fullmatch(english, text.strip(), flags=re.DOTALL):
            return found.expand(swedish)
    return text


class Command(TyperCommand):
    """A command whose help is in Swedish."""

    def get_help(self, ctx: Any) -> str:
        """Return the help text; its example can be pasted as it stands."""
        text, example, command = in_swedish(super().get_help(ctx)).rpartition("Exempel: ")
        return f"{text}{example}{pasteable(command)}" if example else command


class Commands(typer.Typer):
    """Commands with Swedish frames, each with an example in its help."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(cls=Group, rich_markup_mode=None, pretty_exceptions_enable=False, **kwargs)

    def command(self, name: str | None = None, *, example: str = "", **kwargs: Any) -> Callable[[Run], Run]:
        """Return the decorator of a command; `example` is what follows ``bistand``."""
        return super().command(
            name, cls=Command, epilog=f"Exempel: bistand {example}" if example else None, **kwargs
        )


class Group(TyperGroup):
    """A group of commands whose help is in Swedish, and that knows what its commands were called before."""

    command_class = Command

    def get_help(self, ctx: Any) -> str:
        """Return the help text."""
        return in_swedish(super().get_help(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by its name, or by the one it had."""
        renamed = RENAMED.get("" if ctx.parent is None else str(self.name), {})
        new = renamed.get(cmd_name)
        if new is None:
            return super().get_command(ctx, cmd_name)
        if not ctx.resilient_parsing:
            typer.echo(f"(”{cmd_name}” heter nu ”{new}”; båda fungerar.)", err=True)
        return super().get_command(ctx, new)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run, and tell a fault of use in Swedish, with the command that shows help."""
        if kwargs.get("standalone_mode") is False:
            return super().main(*args, **kwargs)
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except typer.Abort as stop:
            # A disk that was full while Python stored compiled code leaves half a file, which reads as an end of input.
            half = "marshal" in str(stop.__cause__)
            typer.echo(HALF_COMPILED if half else "Avbrutet. Ingenting har ändrats.", err=True)
            raise SystemExit(1) from None
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            raise SystemExit(_tell(error)) from None
        raise SystemExit(code if isinstance(code, int) else 0)


def _tell(error: Any) -> int:
    """Print a fault of use; returns the exit code."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(context.get_help() if context is not None else "")
        return 0
    message = str(error.format_message())
    near = re.search(r"Did you mean (.+?)\?", message)
    fix = [f"Menade du {near[1].replace(chr(39), '')}?"] if near else []
    if context is not None:
        fix.append(f"Se {context.command_path} --help.")
    typer.secho(f"Fel: {fault_in_swedish(message)}", fg=typer.colors.RED, err=True)
    if fix:
        typer.secho(f"  Gör så här: {' '.join(fix)}", fg=typer.colors.RED, err=True)
    return int(getattr(error, "exit_code", 2))
