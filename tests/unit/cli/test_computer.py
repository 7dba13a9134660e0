"""When the computer fails: everything stays whole, and what happened is said in Swedish."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
import typer

from analysis.alone import alone
from analysis.cli.shared import swedish_errors
from analysis.panel.build import build_panel, read_panel
from analysis.paths import Project
from analysis.pipeline.data_add import AddOptions, add_file
from analysis.pipeline.manifest import stored
from analysis.pipeline.publish import HEADERS
from analysis.pipeline.serve import open_server
from foundation.errors import BistandError
from foundation.files import write_text
from foundation.owned import discard_damaged, remove_folder, seal, strangers

SOURCE = Path(__file__).resolve().parents[3] / "src"
LINUX = sys.platform.startswith("linux")
ENGLISH = re.compile(r"No such|Permission|denied|Traceback|Error|space left|File too", re.IGNORECASE)
#: What each fault is called.
SAID = {
    errno.ENOSPC: "disken är full",
    errno.EDQUOT: "utrymmet",
    errno.EFBIG: "större än",
    errno.EACCES: "behörighet",
    errno.EPERM: "behörighet",
    errno.EROFS: "skrivskyddad",
    errno.ENOENT: "finns inte",
    errno.ENOTDIR: "en fil ligger",
    errno.EISDIR: "en mapp ligger",
    errno.ENAMETOOLONG: "för lång",
    errno.EMFILE: "för många filer",
    errno.ENOMEM: "minnet räcker inte",
    errno.EIO: "disken går inte",
}


@pytest.mark.parametrize("code", SAID, ids=lambda code: errno.errorcode[code])
def test_what_the_system_refuses_is_said_in_swedish(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    @swedish_errors
    def command() -> None:
        raise OSError(code, os.strerror(code), "/projekt/data/fil.csv")

    with pytest.raises(typer.Exit) as caught:
        command()
    said = capsys.readouterr().err
    assert caught.value.exit_code == 1
    assert SAID[code] in said
    assert "fil.csv" in said
    assert "Gör så här" in said
    assert not ENGLISH.search(said)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A project just large enough for ``bistand miljo``, in a folder with a space and Swedish letters."""
    root = tmp_path / "Mina filer åäö"
    (root / "reports").mkdir(parents=True)
    for name in ("_quarto.yml", "pyproject.toml"):
        (root / name).write_bytes((SOURCE.parent / name).read_bytes())
    (root / "reports" / "runs.yml").write_text("", encoding="utf-8")
    (root / "environment.yml").write_text("förra\n", encoding="utf-8")
    return root


def command(
    root: Path, *words: str, env: dict[str, str] | None = None, prepare: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``bistand`` as a user would."""
    return subprocess.run(
        [sys.executable, "-c", "from analysis.cli import app; app()", *words],
        cwd=root,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SOURCE),
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        | (env or {}),
        preexec_fn=prepare,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=120,
    )


def _little_room() -> None:
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))


def _bound_by_permissions() -> None:
    """Let permissions hold for the administrator too: drop the right to pass them by."""
    for right in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, right, 0, 0, 0)  # PR_CAPBSET_DROP


ODD = {
    "vanligt": ({}, 0, "Skrev environment.yml"),
    "HOME saknas": ({"HOME": ""}, 0, "Skrev environment.yml"),
    "HOME finns inte": ({"HOME": "/finns/inte"}, 0, "Skrev environment.yml"),
    "TMPDIR finns inte": ({"TMPDIR": "/finns/inte"}, 0, "Skrev environment.yml"),
    "språket C": ({"LC_ALL": "C"}, 0, "Skrev environment.yml"),
    "terminal i latin-1": ({"PYTHONIOENCODING": "latin-1"}, 0, "Skrev environment.yml"),
    "ASCII rakt igenom": (
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        1,
        "tecken som terminalens spr",
    ),
}


FAST = ("vanligt", "HOME saknas", "ASCII rakt igenom")


@pytest.mark.skipif(not LINUX, reason="how locales and limits are set")
@pytest.mark.parametrize(
    "how", [pytest.param(how, marks=[] if how in FAST else pytest.mark.slow) for how in ODD]
)
def test_odd_surroundings(how: str, place: Path) -> None:
    env, code, said = ODD[how]
    done = command(place, "miljo", env=env)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert (place / "environment.yml").read_text(encoding="utf-8").startswith("förra") == (code == 1)


@pytest.mark.skipif(not LINUX, reason="how locales and limits are set")
def test_a_terminal_without_the_character_shows_a_plainer_one(place: Path) -> None:
    done = command(place, "report", "--atergivare", "x", env={"PYTHONIOENCODING": "latin-1"})
    assert 'tergivaren "x" ' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not LINUX, reason="how locales and limits are set")
@pytest.mark.parametrize("fault", ["full disk", "skrivskyddad mapp", "mappen borta", "skrivskyddad fil"])
def test_a_fault_leaves_all_whole_and_is_told(fault: str, place: Path, tmp_path: Path) -> None:
    prepare = {"full disk": _little_room, "mappen borta": None}.get(fault, _bound_by_permissions)
    if fault.startswith("skrivskyddad"):
        (place / ".cache").mkdir()
        (place / ".cache").chmod(0o777 if fault == "skrivskyddad fil" else 0o555)
        place.chmod(0o555)
    before = {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()}
    words = ("miljo",)
    if fault == "mappen borta":
        gone = tmp_path / "borta"
        gone.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", f"import os; os.rmdir({str(gone)!r}); from analysis.cli import app; app()", "miljo"],
            cwd=gone, env={"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"]}, capture_output=True, text=True,
            encoding="utf-8", check=False,
        )  # fmt: skip
    else:
        done = command(place, *words, prepare=prepare)
    place.chmod(0o755)
    said = {
        "full disk": "större än vad som tillåts",
        "skrivskyddad mapp": "behörighet saknas",
        "skrivskyddad fil": "behörighet saknas",
        "mappen borta": "finns inte längre",
    }[fault]
    assert done.returncode == 1, done.stderr
    assert said in done.stderr
    assert "Gör så här" in done.stderr
    assert not ENGLISH.search(done.stderr)
    assert {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()} == before
    assert command(place, "miljo").returncode == 0


@pytest.fixture
def other(place: Path) -> Iterator[subprocess.Popen[str]]:
    """Another command at work in the project."""
    code = (
        "import time; from pathlib import Path; from analysis.alone import alone\n"
        "with alone(Path('.'), 'bistand rapport'): print('här', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=place,
        env={"PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_the_second_command_is_told_who_is_there(place: Path, other: subprocess.Popen[str]) -> None:
    who = rf"”bistand rapport” \(process {other.pid}, sedan 20"
    with pytest.raises(BistandError, match=who), alone(place, "bistand miljo"):
        pytest.fail("två samtidigt")
    other.kill()
    other.wait()
    with alone(place, "bistand miljo"), alone(place, "bistand miljo"):
        assert (
            json.loads((place / ".cache" / "pagar.json").read_text(encoding="utf-8"))["process"]
            == os.getpid()
        )
    with alone(place, "bistand lista"):
        pass


def test_a_clock_set_back_stores_nothing(copy: Project, tmp_path: Path) -> None:
    file = tmp_path / "fil.csv"
    options = AddOptions(serie="prov", kommun="0380", yes=True)
    file.write_text("Månad;Antal hushåll\n2025-01;2300\n2025-02;2310\n", encoding="utf-8")
    add_file(
        copy, file, options, confirm=lambda question: True, echo=lambda text: None, today=date(2026, 3, 1)
    )
    file.write_text("Månad;Antal hushåll\n2025-01;2300\n2025-02;2311\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in copy.own.rglob("*") if path.is_file()}
    with pytest.raises(
        BistandError, match="klocka visar 2025-06-01, men serien har redan en utgåva från 2026-03-01"
    ):
        add_file(
            copy, file, options, confirm=lambda question: True, echo=lambda text: None, today=date(2025, 6, 1)
        )
    assert {path: path.read_bytes() for path in copy.own.rglob("*") if path.is_file()} == before


@pytest.mark.skipif(not LINUX, reason="how umasks work")
def test_a_strict_umask_keeps_own_files_private_and_the_site_readable(tmp_path: Path) -> None:
    code = (
        "import os; os.umask(0o077)\n"
        "from pathlib import Path; from foundation.files import write_text; from foundation.owned import *\n"
        "new = Path('ny'); (new / 'figurer').mkdir(parents=True)\n"
        "(new / 'figurer' / 'a.svg').write_text('x'); write_text(new / 'index.html', 'x')\n"
        "write_text(Path('eget.csv'), 'x')\n"
        "open_to_readers(new); replace_folder(new, Path('_site'))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(SOURCE)}, check=True)
    modes = {
        path.relative_to(tmp_path).as_posix(): path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")
    }
    assert modes["eget.csv"] == 0o600
    assert {modes["_site"], modes["_site/figurer"]} == {0o755}
    assert {modes["_site/index.html"], modes["_site/figurer/a.svg"]} == {0o644}


@pytest.mark.parametrize(
    ("name", "data", "discarded"),
    [
        ("manifest.json", b'{"key": "a', True),
        ("manifest.json", b"", True),
        ("a.ipynb", b'{"cells": [', True),
        ("a.html", b"", True),
        ("a.html", b"\0\0\0\0", True),
        ("a.html", b"<p>rettad</p>", False),
        ("manifest.json", b'{"key": "egen"}', False),
    ],
)
def test_only_what_can_be_nobodys_work_is_discarded(
    name: str, data: bytes, discarded: bool, tmp_path: Path
) -> None:
    """Cut short by a full disk: made again in silence. Changed by somebody: left, and the folder with it."""
    folder = tmp_path / "mapp"
    for made in ("manifest.json", "a.ipynb", "a.html"):
        write_text(folder / made, '{"gammal": 1}')
    seal(folder)
    (folder / "egen.json").write_bytes(b"{")
    (folder / name).write_bytes(data)
    assert discard_damaged(folder) == ((name,) if discarded else ())
    assert (folder / name).exists() != discarded
    assert (folder / "egen.json").read_bytes() == b"{"
    assert strangers(folder)
    (folder / "egen.json").unlink()
    assert remove_folder(folder) == discarded


@pytest.mark.parametrize(
    "data", [b"", b"{", b"null", b"[]", b'{"key": 1}', b'{"key": "a", "keys": [], "files": []}', b"\xff\xfe"]
)
def test_a_damaged_manifest_means_not_made(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(data)
    assert stored(tmp_path) is None


def test_a_damaged_table_is_built_again_in_silence(copy: Project) -> None:
    build_panel(copy)
    whole = copy.observations.read_bytes()
    for data in (whole[: len(whole) // 2], b"", b"PAR1", whole[:-8] + b"\0" * 8):
        copy.observations.write_bytes(data)
        with pytest.raises(BistandError, match=r"skadad\n.*bistand data bygg"):
            read_panel(copy)
        assert build_panel(copy).rows > 1000
        assert copy.observations.read_bytes() == whole


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    site = tmp_path / "_site"
    (site / "figurer").mkdir(parents=True)
    (site / "index.html").write_text("<p>start</p>", encoding="utf-8")
    (site / "figurer" / "a.svg").write_text("<svg/>", encoding="utf-8")
    (site / ".bistandslaget.json").write_text("{}", encoding="utf-8")
    (tmp_path / "hemligt.txt").write_text("hemligt", encoding="utf-8")
    (site / "lank.txt").symlink_to(tmp_path / "hemligt.txt")
    (site / "mapp").symlink_to(tmp_path)
    with open_server(site, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def get(port: int, path: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    return response, response.read()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/index.html", 200),
        ("/figurer/a.svg", 200),
        ("/figurer/", 404),
        ("/figurer", 301),
        ("/lank.txt", 404),
        ("/mapp/hemligt.txt", 404),
        ("/mapp/", 404),
        ("/../hemligt.txt", 404),
        ("/%2e%2e/hemligt.txt", 404),
        ("/.bistandslaget.json", 404),
        ("/finns-inte.html", 404),
    ],
)
def test_serve_shows_files_of_the_site_and_nothing_else(port: int, path: str, status: int) -> None:
    response, body = get(port, path)
    assert response.status == status
    assert b"hemligt" not in body
    assert response.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_busy_or_impossible_port_is_told(port: int, tmp_path: Path) -> None:
    with pytest.raises(BistandError, match=f"porten {port} används redan") as caught:
        open_server(tmp_path / "_site", port)
    assert "--port" in str(caught.value)
    for wrong in (-1, 70_000):
        with pytest.raises(BistandError, match="finns inte"):
            open_server(tmp_path / "_site", wrong)
    with pytest.raises(BistandError, match="ingen webbplats"):
        open_server(tmp_path / "tom", 0)
