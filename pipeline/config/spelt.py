"""Which secrets stand in config.yaml itself and not in the environment: then the file is nobody else's business."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr


def spelt_out(config: BaseModel, text: str) -> tuple[str, ...]:
    """The settings whose secret can be read in the file's `text`, such as `transport.password`."""
    return tuple(dict.fromkeys(name for name, value in _secrets(config, "") if value and value in text))


def _secrets(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel):
        for field in type(value).model_fields:
            yield from _secrets(getattr(value, field), f"{name}.{field}" if name else field)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _secrets(inner, f"{name}.{key}")
    elif isinstance(value, tuple):
        for inner in value:
            yield from _secrets(inner, name)
    elif isinstance(value, SecretStr):
        said = value.get_secret_value()
        yield name, (urlsplit(said).password or "") if name == "database" else said
