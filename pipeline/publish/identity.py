"""Who each file is: by the identity it asks for, by what the book knows, and by what it says.

Editing, re-dating, renaming or moving a file never makes a new issue. Pure: values in, values out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.issues.likeness import SAME, Sketches, likeness
from pipeline.publish.apart import with_places, with_years


@dataclass(frozen=True, slots=True)
class Identities:
    """`keys`: whose text each file is. `withheld`: files whose identity another file has, and that other's path.

    `aliases`: names that from now on lead to another key; `dropped`: names that no longer do. `unnumbered`: files
    whose numbers count something else than issues.
    """

    keys: Mapping[str, str]
    withheld: Mapping[str, str]
    aliases: Mapping[str, str]
    dropped: frozenset[str]
    unnumbered: frozenset[str] = frozenset()


def identify(
    claims: Mapping[str, str], known: Mapping[str, str], aliases: Mapping[str, str],
    sketch_of: Callable[[str], bytes], sketches: Mapping[str, bytes],
) -> Identities:
    """Settles identities for all files present.

    `claims` gives each path's claimed identity, `known` each issue's path in the book, `sketches` each issue's
    sketch; `sketch_of(path)` sketches a file of which the book knows nothing and is asked only then.
    """
    def is_like(path: str, key: str, *, unread: bool) -> bool:
        said = sketch_of(path)
        return likeness(said, sketches[key]) >= SAME if said else unread

    def has_moved_on(key: str) -> bool:
        """Whether the file that the book knows says something else, and one that asks for its key says the same."""
        return not is_like(known[key], key, unread=True) and any(
            is_like(path, key, unread=False) for path, name in claims.items() if name == key)

    claims, unnumbered = with_places(with_years(claims, known), known, sketch_of, sketches)
    keys, withheld, dropped = _by_name(claims, known, aliases, has_moved_on)
    found = _by_text(keys, claims, known, sketch_of, sketches)
    holders = {key: path for path, key in keys.items()}
    usurped = {holders[key]: path for path, key in found.items() if key in holders}
    kept = {path: key for path, key in keys.items() if path not in usurped}
    return Identities(kept | found, withheld | usurped, {claims[path]: key for path, key in found.items()}, dropped,
                      unnumbered)


def _by_name(
    claims: Mapping[str, str], known: Mapping[str, str], aliases: Mapping[str, str],
    has_moved_on: Callable[[str], bool],
) -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    """One file an identity: the path that the book knows keeps it; where none is known, nobody has it.

    An alias is taken back by a new file of that name only where the old issue goes by its own name again.
    """
    direct = set(claims.values())
    taken_back = frozenset(
        alias for alias, key in aliases.items()
        if alias in direct and key in direct and (claims.get(known.get(key, "")) != alias or has_moved_on(key))
    )
    claimants: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(claims):
        name = claims[path]
        claimants[name if name in taken_back else aliases.get(name, name)].append(path)
    keys: dict[str, str] = {}
    withheld: dict[str, str] = {}
    for key, paths in claimants.items():
        holder = paths[0] if len(paths) == 1 else known.get(key)
        for path in paths:
            if path == holder:
                keys[path] = key
            else:
                withheld[path] = holder if holder in paths else next(other for other in paths if other != path)
    return keys, withheld, taken_back


def _by_text(
    keys: Mapping[str, str], claims: Mapping[str, str], known: Mapping[str, str],
    sketch_of: Callable[[str], bytes], sketches: Mapping[str, bytes],
) -> dict[str, str]:
    """A file that vanished and a new one that says the same in the same pass are one issue.

    So are one that asks for another identity than it had and says the same, and those where another file has come with
    the old one's number and other words: a number given on.
    """
    holders = {key: path for path, key in keys.items()}
    newcomers = [path for path, key in keys.items() if key not in known]
    if not newcomers:
        return {}
    vanished = {
        key: sketches[key] for key, path in known.items() if (path not in claims or keys.get(path, key) != key)
        and (key not in holders or likeness(sketch_of(holders[key]), sketches[key]) < SAME)
    }
    if not vanished:
        return {}
    said = {path: sketch_of(path) for path in newcomers}
    gone = Sketches(vanished)
    pairs = sorted(
        ((likeness(said[path], vanished[key]), path, key) for path in newcomers
         for key in gone.alike(said[path], SAME)),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    found: dict[str, str] = {}
    taken: set[str] = set()
    for _, path, key in pairs:
        if path not in found and key not in taken:
            found[path] = key
            taken.add(key)
    return found
