"""Who each file is: by the identity it asks for, by what the book knows, and by what it says.

Editing, re-dating, renaming or moving a file never makes a new issue. What several new files ask for is told apart by
their years and folders where it can be. Pure: values in, values out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.issues.dates import date_in_name
from pipeline.issues.likeness import likeness
from pipeline.issues.naming import number_in_name, stem
from pipeline.issues.years import begin_anew, year_named, year_of

SAME = 0.6  # from this likeness on, two texts are one issue
MANY = 3    # so many numbers that several new files have are no mistakes: these numbers tell no issues apart


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

    claims, unnumbered = _by_place(_by_year(claims, known), known)
    keys, withheld, dropped = _by_name(claims, known, aliases, has_moved_on)
    found = _by_text(keys, claims, known, sketch_of, sketches)
    usurped = {path: other for other, key in found.items() for path in keys if keys[path] == key}
    kept = {path: key for path, key in keys.items() if path not in usurped}
    return Identities(kept | found, withheld | usurped, {claims[path]: key for path, key in found.items()}, dropped,
                      unnumbered)


def _by_year(claims: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The claims, where numbers begin anew each year with the year: `2024/01.md` and `2025/01.md` are two issues.

    An issue that is known by the year, or without it, stays so.
    """
    if len(set(claims.values())) == len(claims) and not any("/" in key for key in known):
        return dict(claims)
    years = {path: year for path, claim in claims.items() if claim.isdecimal() and (year := year_named(path))}
    sharing: defaultdict[str, set[str]] = defaultdict(set)
    for path, year in years.items():
        sharing[claims[path]].add(year)
    shared = {claim for claim, found in sharing.items() if len(found) > 1}
    anew = len(shared) >= MANY or begin_anew((year, int(claims[path])) for path, year in years.items())

    def settled(path: str, year: str) -> str:
        claim = claims[path]
        kept = claim in known and year_named(known[claim]) == year
        return f"{year}/{claim}" if not kept and ((anew and claim in shared) or f"{year}/{claim}" in known) else claim

    return dict(claims) | {path: settled(path, year) for path, year in years.items()}


def _by_place(claims: Mapping[str, str], known: Mapping[str, str]) -> tuple[dict[str, str], frozenset[str]]:
    """The claims, where several files are called alike with the folder or the whole name; and whose numbers are none.

    An issue that is known so stays so.
    """
    held = {path: key for key, path in known.items()}
    asking: defaultdict[str, list[str]] = defaultdict(list)
    for path, claim in claims.items():
        asking[claim].append(path)
    clashes = {claim: paths for claim, paths in asking.items() if len(paths) > 1 and (
        all(claim in (stem(path), str(number_in_name(stem(path)))) for path in paths)
        or (claim.isdecimal() and _have_days(paths)))}
    numbers = {claim for claim in clashes if claim.isdecimal() and claim not in known}
    apart = {path: key for path, key in held.items() if "/" in key and path in claims
             and key in (_below(path, claims[path]), _below(path, stem(path)))}
    for claim, paths in clashes.items():
        strangers = [path for path in paths if path not in apart and held.get(path) != claim]
        if _are_apart(claim, paths, claim in known):
            apart |= {path: _below(path, claim) for path in strangers}
        elif claim in numbers and (len(numbers) >= MANY or _have_days(paths)
                                   or any(held.get(path) == stem(path) for path in paths)):
            apart |= {path: _below(path, stem(path)) for path in strangers}
    return dict(claims) | apart, frozenset(
        path for path, key in apart.items() if claims[path].isdecimal() and key != _below(path, claims[path]))


def _have_days(paths: Sequence[str]) -> bool:
    """Whether each of these files is named for a day of its own."""
    days = {date_in_name(stem(path)) for path in paths}
    return len(days) == len(paths) and None not in days


def _are_apart(claim: str, paths: Sequence[str], known: bool) -> bool:
    """Whether files of one name, or number in it, are each in a folder of its own, and none beside these folders.

    Years tell names apart even if one of them is known without its folder; numbers go on from year to year.
    """
    years = set(map(year_of, paths))
    places = {_below(path, claim) for path in paths}
    if len(places) < len(paths) or claim in places:
        return False
    return not known and len(years) == 1 if claim.isdecimal() else not known or all(years)


def _below(path: str, name: str) -> str:
    """A name in the folder of a file: `css/14`."""
    return path.rpartition("/")[0] + "/" + name if "/" in path else name


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
    vanished = [
        key for key, path in known.items() if (path not in claims or keys.get(path, key) != key)
        and (key not in holders or likeness(sketch_of(holders[key]), sketches[key]) < SAME)
    ]
    pairs = sorted(
        ((likeness(sketch_of(path), sketches[key]), path, key) for path in newcomers for key in vanished),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    found: dict[str, str] = {}
    for alike, path, key in pairs:
        if alike >= SAME and path not in found and key not in found.values():
            found[path] = key
    return found
