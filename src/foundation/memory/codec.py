"""Frozen results as bytes and back, exactly: dataclasses of this project, tables, arrays and plain values.

Reading builds only these; nothing in a stored file is ever executed.
"""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

_OWN = ("analysis.", "renderer.")
_PLAIN = (str, int, float, bool, type(None))


def pack(value: object) -> bytes:
    """Return `value` as bytes; equal values give equal bytes.

    Raises
    ------
    TypeError
        For anything that `unpack` could not give back as it was.
    """
    arrays: list[np.ndarray] = []
    text = json.dumps(_encode(value, arrays), ensure_ascii=False, separators=(",", ":"))
    buffer = io.BytesIO()
    buffer.write(f"{len(text.encode())} {len(arrays)}\n".encode() + text.encode())
    for array in arrays:
        np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def unpack(data: bytes) -> Any:
    """Return what was packed."""
    buffer = io.BytesIO(data)
    size, count = (int(part) for part in buffer.readline().split())
    text = buffer.read(size).decode()
    arrays = [np.load(buffer, allow_pickle=False) for _ in range(count)]
    return _decode(json.loads(text), arrays)


def _encode(value: object, arrays: list[np.ndarray]) -> object:
    if isinstance(value, np.ndarray):
        return {"t": "array", "n": _keep(value, arrays)}
    if isinstance(value, np.generic):
        return {"t": "tal", "n": _keep(np.asarray(value), arrays)}
    if isinstance(value, Enum):
        return {"t": "val", "c": _name(type(value)), "v": _encode(value.value, arrays)}
    if isinstance(value, float):
        return {"t": "flyt", "v": value.hex()}
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, date):
        return {"t": "dag", "v": value.isoformat()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return {"t": type(value).__name__, "v": [_encode(item, arrays) for item in items]}
    if isinstance(value, Mapping):
        return {
            "t": "dict",
            "v": [[_encode(key, arrays), _encode(item, arrays)] for key, item in value.items()],
        }
    if isinstance(value, pd.DataFrame):
        columns = [_series(value.iloc[:, place], arrays) for place in range(value.shape[1])]
        return {
            "t": "tabell",
            "c": _index(value.columns, arrays),
            "i": _index(value.index, arrays),
            "v": columns,
        }
    if isinstance(value, pd.Series):
        name = _encode(value.name, arrays)
        return {"t": "serie", "i": _index(value.index, arrays), "v": _series(value, arrays), "n": name}
    if isinstance(value, BaseModel):
        return {"t": "modell", "c": _name(type(value)), "v": value.model_dump_json()}
    if is_dataclass(value) and not isinstance(value, type):
        parts = {item.name: _encode(getattr(value, item.name), arrays) for item in fields(value)}
        return {"t": "post", "c": _name(type(value)), "v": parts}
    raise TypeError(f"{type(value).__name__} cannot be stored")


def _keep(array: np.ndarray, arrays: list[np.ndarray]) -> int:
    if array.dtype.hasobject:
        raise TypeError("an array of objects cannot be stored")
    arrays.append(np.ascontiguousarray(array) if array.ndim else array)
    return len(arrays) - 1


def _name(kind: type) -> str:
    if not kind.__module__.startswith(_OWN):
        raise TypeError(f"{kind.__module__}.{kind.__qualname__} is not this project's")
    return f"{kind.__module__}:{kind.__qualname__}"


def _series(values: pd.Series | pd.Index, arrays: list[np.ndarray]) -> object:
    """Values and dtype: numbers and truth values as an array, texts once each with their places, the rest one by one."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "biuf":
        return {"d": str(values.dtype), "a": _keep(values.to_numpy(), arrays)}
    if str(values.dtype) not in {"str", "object", "string"}:
        raise TypeError(f"a column of {values.dtype} cannot be stored")
    items = list(values)
    if all(type(item) is str for item in items):
        places = {text: place for place, text in enumerate(dict.fromkeys(items))}
        numbers = np.array([places[item] for item in items], dtype=np.int32)
        return {"d": str(values.dtype), "u": list(places), "k": _keep(numbers, arrays)}
    return {
        "d": str(values.dtype),
        "v": [None if isinstance(item, float) and item != item else _encode(item, arrays) for item in items],
    }


def _index(index: pd.Index, arrays: list[np.ndarray]) -> object:
    if isinstance(index, pd.MultiIndex):
        raise TypeError("a table with several index levels cannot be stored")
    if isinstance(index, pd.RangeIndex):
        return {"r": [index.start, index.stop, index.step], "n": _encode(index.name, arrays)}
    return {"v": _series(index, arrays), "n": _encode(index.name, arrays)}


def _decode(value: Any, arrays: list[np.ndarray]) -> Any:
    if not isinstance(value, dict):
        return value
    kind = value["t"]
    if kind == "array":
        return arrays[value["n"]]
    if kind == "tal":
        return arrays[value["n"]][()]
    if kind == "flyt":
        return float.fromhex(value["v"])
    if kind == "dag":
        return date.fromisoformat(value["v"])
    if kind in {"list", "tuple", "set", "frozenset"}:
        items = [_decode(item, arrays) for item in value["v"]]
        return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind](items)
    if kind == "dict":
        return {_decode(key, arrays): _decode(item, arrays) for key, item in value["v"]}
    if kind == "tabell":
        index = _decode_index(value["i"], arrays)
        columns = [_decode_series(part, arrays) for part in value["v"]]
        frame = pd.DataFrame(
            {place: pd.Series(part, index=index) for place, part in enumerate(columns)}, index=index
        )
        frame.columns = _decode_index(value["c"], arrays)
        return frame
    if kind == "serie":
        index = _decode_index(value["i"], arrays)
        return pd.Series(_decode_series(value["v"], arrays), index=index, name=_decode(value["n"], arrays))
    if kind == "modell":
        return _class(value["c"]).model_validate_json(value["v"])
    if kind == "val":
        return _class(value["c"])(_decode(value["v"], arrays))
    return _post(value, arrays)


def _post(value: dict[str, Any], arrays: list[np.ndarray]) -> object:
    kind: Any = _class(value["c"])
    if not is_dataclass(kind) or {item.name for item in fields(kind)} != set(value["v"]):
        raise ValueError(f"{value['c']} is not what was stored")
    made: object = object.__new__(kind)  # type: ignore[arg-type]
    for name, item in value["v"].items():
        object.__setattr__(made, name, _decode(item, arrays))
    return made


def _class(name: str) -> Any:
    module, _, qualified = name.partition(":")
    if not module.startswith(_OWN):
        raise ValueError(f"{name} is not this project's")
    found: Any = importlib.import_module(module)
    for part in qualified.split("."):
        found = getattr(found, part)
    return found


def _decode_series(value: dict[str, Any], arrays: list[np.ndarray]) -> Any:
    if "a" in value:
        return arrays[value["a"]]
    if "u" in value:
        return pd.array(np.array(value["u"], dtype=object)[arrays[value["k"]]], dtype=value["d"])
    return pd.array([_decode(item, arrays) for item in value["v"]], dtype=value["d"])


def _decode_index(value: dict[str, Any], arrays: list[np.ndarray]) -> pd.Index:
    name = _decode(value["n"], arrays)
    if "r" in value:
        return pd.RangeIndex(*value["r"], name=name)
    return pd.Index(_decode_series(value["v"], arrays), dtype=value["v"]["d"], name=name)
