"""Reading a plan file as YAML with the line of every value, so that an error can point at it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import yaml

from analysis.plain import demand_plain
from foundation.errors import BistandError

Place = Sequence[str | int]


_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Base):  # type: ignore[misc, valid-type]
    """A safe loader that refuses the same key twice, which YAML would silently let win."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[object, object]:
    seen: set[object] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"nyckeln ”{key}” står två gånger", key_node.start_mark
            )
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> object:
    """Read a YAML file.

    Raises
    ------
    BistandError
        If the file cannot be read as UTF-8 text or is not YAML, with the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.load(text, Loader=_StrictLoader)
    except UnicodeDecodeError as error:
        raise BistandError(
            "Filen är inte sparad som UTF-8.", file=path, fix="Spara om filen med teckenkodningen UTF-8."
        ) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise BistandError(
            f"Filen går inte att läsa som YAML: {error.problem}.",
            file=path,
            row=line,
            fix="Kontrollera indrag, kolon och citattecken vid raden. MALL.yml visar hur det ska se ut.",
        ) from error
    except ValueError as error:
        row, said = _no_day(text)
        raise BistandError(
            f"”{said}” är inte ett datum", file=path, row=row, fix="Skriv en dag som finns, ÅÅÅÅ-MM-DD."
        ) from error
    except yaml.YAMLError as error:
        raise BistandError(f"Filen går inte att läsa som YAML: {error}", file=path) from error
    demand_plain(content, path)
    return content


def _no_day(text: str) -> tuple[int | None, str]:
    """Return the row and the words of the first date that no calendar has."""
    for row, line in enumerate(text.splitlines(), start=1):
        for said in re.findall(r"\d{4}-\d\d?-\d\d?", line.partition("#")[0]):
            try:
                date(*(int(part) for part in said.split("-")))
            except ValueError:
                return row, str(said)
    return None, "något i filen"


def line_of(path: Path, place: Place) -> int | None:
    """Return the line (from 1) of the deepest node along `place` that exists in a readable file."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    for step in place:
        child = _child(node, step)
        if child is None:
            break
        node = child
    return None if node is None else node.start_mark.line + 1


def _child(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        child: yaml.Node = node.value[step]
        return child
    return None
