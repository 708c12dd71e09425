"""What tells files apart that ask for one identity: the years and folders they lie in, or their whole names.

Two files of one number are a mistake, and both are withheld. But a folder may have a habit: numbers that begin anew
each year, one name in every folder, numbers that count something else. Pure: values in, values out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from pipeline.issues.likeness import SAME, Sketches
from pipeline.issues.reading.dates import date_in_name
from pipeline.issues.reading.filenumbers import number_in_name
from pipeline.issues.reading.paths import day_around, folder_around, stem
from pipeline.issues.reading.years import begin_anew, year_named, year_of

MANY = 3    # so many identities that are asked for twice, or files that ask for one, are no mistake
RARE = 10   # where no more than one file in so many has a number, numbers are those of talks, parts and meetings

Claims = Mapping[str, str]  # the identity that each path asks for
SketchOf = Callable[[str], bytes]


def with_years(claims: Claims, known: Mapping[str, str]) -> dict[str, str]:
    """The claims, where numbers begin anew each year with the year: `2024/01.md` and `2025/01.md` are two issues.

    Not where most of them begin anew more often, as those of a month's weeks do. An issue that is known by the year,
    or without it, stays so.
    """
    if len(set(claims.values())) == len(claims) and not any("/" in key for key in known):
        return dict(claims)
    years = {path: year for path, claim in claims.items() if claim.isdecimal() and (year := year_named(path))}
    sharing: defaultdict[str, list[str]] = defaultdict(list)
    for path, year in years.items():
        sharing[claims[path]].append(year)
    repeated = {claim for claim, found in sharing.items() if len(set(found)) > 1}
    shared = {claim for claim in repeated if not _is_of_many(sharing[claim])}
    shared = shared if 2 * len(shared) > len(repeated) else set()
    anew = len(shared) >= MANY or begin_anew((year, int(claims[path])) for path, year in years.items())

    def settled(path: str, year: str) -> str:
        claim = claims[path]
        kept = claim in known and year_named(known[claim]) == year
        return f"{year}/{claim}" if not kept and ((anew and claim in shared) or f"{year}/{claim}" in known) else claim

    return dict(claims) | {path: settled(path, year) for path, year in years.items()}


def with_places(
    claims: Claims, known: Mapping[str, str], sketch_of: SketchOf, sketches: Mapping[str, bytes],
) -> tuple[dict[str, str], frozenset[str]]:
    """The claims, with the folder or the whole name where one identity is asked for by habit; whose numbers are none.

    An issue that is known so stays so, and files that say the same are not told apart, unless the days of their folders
    do.
    """
    held = {path: key for key, path in known.items()}
    apart = {path: key for path, key in held.items() if "/" in key and path in claims
             and key in (_below(path, claims[path]), _below(path, stem(path)))}
    is_rare = _are_rare(claims)
    clashes = _clashes(claims, known, is_rare=is_rare)
    for claim, paths in clashes.items():
        if is_rare and claim.isdecimal():
            own = {path: _below(path, stem(path)) for path in paths}
        else:
            own = _own_names(claim, paths, known, is_habit=len(clashes) >= MANY)
        apart |= {path: name for path, name in own.items() if held.get(path) == name}
        strangers = [path for path in paths if path not in apart and held.get(path) != claim]
        if strangers and own:
            names = {path: own[path] if path in strangers else apart.get(path, claim) for path in paths}
            _unite_twins(strangers, names, {
                path: sketch_of(path) or sketches.get(held.get(path, ""), b"") for path in paths})
            apart |= {path: names[path] for path in strangers}
    return dict(claims) | apart, frozenset(
        path for path, key in apart.items() if claims[path].isdecimal()
        and key == _below(path, stem(path)) != _below(path, claims[path]))


def _are_rare(claims: Claims) -> bool:
    """Whether numbers are so rare in this folder that they count no issues."""
    return RARE * sum(claim.isdecimal() for claim in claims.values()) <= len(claims)


def _clashes(claims: Claims, known: Mapping[str, str], *, is_rare: bool) -> dict[str, list[str]]:
    """What several files ask for by their names, by a number in their texts where numbers count something else, or by
    an id that tells nothing."""
    asking: defaultdict[str, list[str]] = defaultdict(list)
    for path, claim in claims.items():
        asking[claim].append(path)
    return {claim: paths for claim, paths in asking.items() if len(paths) > 1 and (
        (claim.isdecimal() and (is_rare or _have_days(paths)))
        or _is_no_id(claim, paths, known)
        or all(claim in (stem(path), str(number_in_name(stem(path)))) for path in paths))}


def _is_no_id(claim: str, paths: Sequence[str], known: Mapping[str, str]) -> bool:
    """Whether an `id:` stands in so many files, or did, that it tells none of them, as a script may write it."""
    if claim.isdecimal() or claim in known or any(claim == stem(path) for path in paths):
        return False
    return len(paths) >= MANY or any(known.get(stem(path)) == path for path in paths)


def _own_names(claim: str, paths: Sequence[str], known: Mapping[str, str], *, is_habit: bool) -> dict[str, str]:
    """What tells files of one claim apart; nothing where it may be a mistake."""
    is_number, years = claim.isdecimal(), set(map(year_of, paths))
    if _is_no_id(claim, paths, known):
        return {path: _below(path, stem(path)) for path in paths}
    below = {path: _below(path, claim) for path in paths}
    if len(set(below.values())) == len(paths) and claim not in below.values():  # each in a folder of its own
        goes_on = is_number and len(years) > 1  # numbers go on from year to year
        is_usual = (is_habit or len(paths) >= MANY) and claim not in known and not goes_on
        if is_usual or (all(years) and not is_number):
            return below
    counts_else = (
        is_habit or (len(paths) >= MANY and _have_days(paths)) or _is_of_many(list(map(year_of, paths)))
        or any(known.get(stem(path)) == path for path in paths))
    if is_number and claim not in known and counts_else:
        return {path: _below(path, stem(path)) for path in paths}
    return {}


def _unite_twins(strangers: Sequence[str], names: dict[str, str], sketched: Mapping[str, bytes]) -> None:
    """Gives strangers that say what another of these files says its name: one of them at most is an issue."""
    sketches = Sketches(sketched)
    for path in strangers:
        for twin in sketches.alike(sketched[path], SAME):
            if twin != path and not _are_of_other_days(path, twin):
                names[path] = names[twin]


def _are_of_other_days(path: str, other: str) -> bool:
    """Whether two files lie in folders of different days: issues of one frame are alike."""
    days = day_around(path), day_around(other)
    return None not in days and days[0] != days[1]


def _is_of_many(years: Sequence[str]) -> bool:
    """Whether a number is that of so many files in the same years that it counts no issues: `press2-released`."""
    return len(years) - len(set(years)) >= MANY


def _have_days(paths: Sequence[str]) -> bool:
    """Whether each of these files is named for a day of its own."""
    days = {date_in_name(stem(path)) for path in paths}
    return len(days) == len(paths) and None not in days


def _below(path: str, name: str) -> str:
    """A name in the folder of an issue: `css/14`."""
    folder = folder_around(path)
    return f"{folder}/{name}" if folder else name
