"""What only tests or benchmarks use lies with them, and what nothing uses is gone."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from tests.conftest import ROOT

Definition = ast.FunctionDef | ast.ClassDef
#: Asked for by Python, pydantic or a package's index, never by name.
ASKED_FOR = {"__getattr__", "__all__", "__version__"}


def defined(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Functions, classes and constants of a module; what a decorator registers is used by whoever made it."""
    for node in tree.body:
        if isinstance(node, Definition):
            if not any(_registers(item) for item in node.decorator_list):
                yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from ((item.id, node) for item in ast.walk(target) if isinstance(item, ast.Name))


def _registers(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and getattr(decorator.func, "attr", "") in {"command", "callback"}


def mentioned(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names that are read; an import alone reads nothing, unless it gives another name."""
    for top in nodes:
        for node in ast.walk(top):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                yield node.id
            elif isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.alias) and node.asname:
                yield node.name


def unused(modules: dict[str, ast.Module], readers: Iterable[ast.Module]) -> list[str]:
    """Names that nothing reads but the definition itself."""
    definitions = {(file, name): node for file, tree in modules.items() for name, node in defined(tree)}
    everywhere: dict[str, int] = {}
    for name in mentioned([*modules.values(), *readers]):
        everywhere[name] = everywhere.get(name, 0) + 1
    return sorted(
        f"{file}: {name}"
        for (file, name), node in definitions.items()
        if name not in ASKED_FOR and everywhere.get(name, 0) <= list(mentioned([node])).count(name)
    )


def notebook(path: Path) -> ast.Module:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    lines = "\n".join(code).split("\n")
    return ast.parse("\n".join("" if line.startswith(("%", "!")) else line for line in lines))


def test_everything_in_the_source_is_used_by_the_source_or_a_notebook() -> None:
    source = ROOT / "src"
    modules = {
        path.relative_to(source).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in source.rglob("*.py")
    }
    assert unused(modules, map(notebook, sorted((ROOT / "notebooks").glob("*.ipynb")))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(): return f()", ["m.py: f"]),
        ("LEVEL = 3", ["m.py: LEVEL"]),
        ("class A: pass\nclass B(A): pass", ["m.py: B"]),
        ("from x import f\nLIMIT: int = 3", ["m.py: LIMIT"]),
        ("@app.command()\ndef run(): pass", []),
        ("def f(): pass\ng = f\nprint(g)", []),
    ],
)
def test_an_unused_name_is_found(source: str, found: list[str]) -> None:
    assert unused({"m.py": ast.parse(source)}, []) == found
