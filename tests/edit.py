"""Spoil or change raw files in a copied project, as a user's hand would."""

from __future__ import annotations

import re
from pathlib import Path

from foundation.files import sha256_of


def replace_line(path: Path, start: str, new: str | None) -> int:
    """Replace (or drop) the only line that begins with `start`; returns its number, the first being 1."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines) if line.startswith(start)]
    assert len(found) == 1, f"{start!r} begins {len(found)} lines"
    lines[found[0] : found[0] + 1] = [] if new is None else new.split("\n")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return found[0] + 1


def reseal(data: Path) -> None:
    """Give the passport beside `data` the checksum that the file has now."""
    passport = data.with_suffix(".pass.yml")
    text = passport.read_text(encoding="utf-8")
    passport.write_text(re.sub(r"sha256: [0-9a-f]{64}", f"sha256: {sha256_of(data)}", text), encoding="utf-8")
