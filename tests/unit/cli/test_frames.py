"""The frame around the commands: Swedish throughout, old names work, every help has an example that exists."""

from __future__ import annotations

import re
import shutil

import pytest
import typer.main
from typer.testing import CliRunner, Result

from analysis.cli import app
from analysis.cli.frames import RENAMED
from analysis.cli.shared import _own_name, confirm, pasteable

ENGLISH = re.compile(
    r"\b(Usage|Options|Commands|Arguments|Show|Error|Try|Missing|No such|required|default|Install|Invalid|Got)\b"
)
ROOT = typer.main.get_command(app)


def _commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in ROOT.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [(name, other) for other in inner] if inner else [(name,)]
    return found


def _run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), prog_name="bistand")


@pytest.mark.parametrize("words", [(), ("data",), ("mikro",), ("deklaration",), *_commands()], ids=" ".join)
def test_every_help_is_swedish_and_has_an_example(words: tuple[str, ...]) -> None:
    result = _run(*words, "--help")
    assert result.exit_code == 0
    assert not ENGLISH.search(result.output), result.output
    assert result.output.startswith("Användning: bistand")
    if words in _commands():
        example = re.sub(r"\s+", " ", result.output).rpartition("Exempel: ")[2].partition("bistand ")[2]
        assert example.startswith(" ".join(words))
        assert not re.search("[A-ZÅÄÖ]", words[-1])


@pytest.mark.parametrize(
    ("words", "said", "fix"),
    [
        (["rapprt"], "kommandot ”rapprt” finns inte", "Menade du rapport?"),
        (["mal"], "argumentet kommun saknas", "bistand mal --help"),
        (["mal", "1880"], "valet --niva saknas", "bistand mal --help"),
        (["mal", "1880", "--niva"], "valet --niva behöver ett värde", "Fel: "),
        (["mal", "1880", "--niva", "2", "--senast", "x"], "--senast: värdet är inget heltal", "--help"),
        (["lista", "--alla"], "valet --alla finns inte", "bistand lista --help"),
        (["lista", "nu"], "”nu” är för mycket", "bistand lista --help"),
        (["data", "hmta"], "kommandot ”hmta” finns inte", "Menade du hamta?"),
    ],
)
def test_faults_of_use_are_told_in_swedish(words: list[str], said: str, fix: str) -> None:
    result = _run(*words)
    assert result.exit_code == 2
    assert said in result.output.lower().replace("'", "")
    assert fix in result.output
    assert not ENGLISH.search(result.output), result.output


@pytest.mark.parametrize(
    ("group", "old"), [(group, old) for group, names in RENAMED.items() for old in names]
)
def test_old_names_work_and_say_so(group: str, old: str) -> None:
    words = [group, old] if group else [old]
    result = _run(*words, "--help")
    assert result.exit_code == 0
    assert f"”{old}” heter nu ”{RENAMED[group][old]}”" in result.output
    assert "Användning:" in result.output


def test_the_version_is_told() -> None:
    result = _run("--version")
    assert result.exit_code == 0
    assert re.fullmatch(r"bistand \d+\.\d+\.\d+\n", result.output)


def test_commands_in_messages_can_be_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(found: str | None) -> str:
        monkeypatch.setattr(shutil, "which", lambda name: found)
        _own_name.cache_clear()
        return pasteable("Kör: bistand data hamta kolada. Se .venv/bin/bistand mal.")

    assert told("/usr/bin/bistand").startswith("Kör: bistand data")
    assert told(None).count(".venv/bin/bistand ") == 2
    _own_name.cache_clear()


@pytest.mark.parametrize(
    ("answer", "agreed"), [("j", True), ("Ja", True), ("y", True), ("", False), ("nej", False)]
)
def test_a_question_is_asked_and_answered_in_swedish(answer: str, agreed: bool) -> None:
    asked = typer.Typer()
    asked.command()(lambda: typer.echo(f"svar: {confirm('Spara?')}"))
    result = CliRunner().invoke(asked, input=f"{answer}\n")
    assert "Spara? [j/N]" in result.output
    assert f"svar: {agreed}" in result.output


def test_fewer_than_no_processes_is_told_before_anything_is_read() -> None:
    result = _run("rapport", "--processer", "-1")
    assert result.exit_code == 1
    assert "-1 processer går inte" in result.output
    assert "Ange 1 eller fler" in result.output


def test_half_a_compiled_file_is_told_as_what_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise EOFError("marshal data too short")

    monkeypatch.setattr("analysis.paths.find_project", broken)
    monkeypatch.setattr("analysis.cli.find_project", broken, raising=False)
    with pytest.raises(SystemExit):
        app(["lista"])
    said = capsys.readouterr().err
    assert "förkompilerade" in said
    assert "compileall" in said
