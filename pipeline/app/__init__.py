"""Everything assembled once: settings become parts, and parts never see the settings.

Each floor of the assembly builds on the one below: books, post, outputs, first door, and who receives people. Slow
parts (rendering, feeds, mail, the web) are imported by the function that first needs them.
"""

from pipeline.app.books import open_database
from pipeline.app.reception import Reception

__all__ = ["App", "open_database"]


class App(Reception):
    """One publication at work."""
