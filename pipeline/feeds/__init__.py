"""The issues as Atom, RSS and JSON feeds, and as a static archive for the web."""
