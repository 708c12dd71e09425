"""avviso: a folder of Markdown issues becomes mail and feeds.

The packages are the stages of the trade, the doors (`publish`, `subscribe`, `feedback`)
and the assembly (`app`). Imports run down the floors drawn in `docs/how-it-works.md`; a test keeps it so.
"""

from pathlib import Path

__version__ = "0.1.0"

CONFIG = "config.yaml"
"""The settings file of a command that names none."""

READER = 30
"""Grows when files are to be read anew after an upgrade."""

RENDERER = 41
"""Grows when the same Markdown comes out differently after an upgrade."""

GARBAGE = 50_000
"""Objects made between two searches for unused cycles: loading and rendering make next to none, and gain a tenth."""

GARBAGE_AT_START = 10 * GARBAGE
"""The same for a command that has only begun: all that a pass over ten thousand issues loads is fewer, and stays."""


def shipped(in_wheel: str, in_checkout: str) -> Path:
    """A folder that comes with the program: in a wheel inside the package, in a checkout beside it."""
    package = Path(__file__).parent
    inside = package / in_wheel
    return inside if inside.is_dir() else package.parent / in_checkout


TEMPLATES = shipped("templates", "templates")
"""Our own templates, a folder for each kind; the owner's stand before them."""
