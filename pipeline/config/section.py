"""What all sections of config.yaml have in common.

A default is written as one would write it in config.yaml and is read in the same way, so the reference
can show it and nothing can be wrong in one place and right in another.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """Frozen, no unknown keys, defaults read like anything else, no value repeated in an error.

    A section is built with the first one that is read and holds it, not for itself as well.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True, defer_build=True)


def default(written: object) -> Any:
    """A default in the words of config.yaml; `{}` is a section with its own defaults."""
    return Field(written)
