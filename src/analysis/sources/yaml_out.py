"""YAML for people: no anchors, Swedish letters as they are, and codes such as 0380 always within quotes."""

from __future__ import annotations

from typing import Any

import yaml


class _Plain(yaml.SafeDumper):
    """No anchors, and digits that are text within quotes whatever the YAML version."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if text.isdigit() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Plain.add_representer(str, _text)


def dump_yaml(data: Any, *, flow: bool = False, width: int = 110) -> str:
    """Return `data` as YAML text in the order of its keys."""
    text = yaml.dump(
        data, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=width, default_flow_style=flow
    )
    return str(text).removesuffix("...\n")
