"""What somebody typed into the form, before anybody believed a word of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

FORM, JSON, COMMAND = "form", "json", "command"  # sources
ANYBODY = frozenset({FORM, JSON})                # where a stranger may have typed any text beside any address


@dataclass(frozen=True, slots=True)
class Application:
    """Somebody asks for a list: any text, from anybody.

    `list` may be "" for the first one. `source` is the way it came, `text` the words
    that stood beside the button, `network` where it came from, such as "203.0.113.0/24", "" if not known. `language`
    is that of the form, "" for the publication's.
    """

    email: str
    list: str = ""
    name: str = ""
    source: str = FORM
    text: str = ""
    network: str = ""
    language: str = ""

    def as_json(self) -> dict[str, str]:
        """For the spool."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, str]) -> Application:
        """What `as_json` gave; what else stands there is not ours."""
        return cls(**{field.name: value[field.name] for field in fields(cls) if field.name in value})
