"""Who each file is: a table of all that an editor may do to a folder between two looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

import pytest

from pipeline.issues.likeness import sketch
from pipeline.publish.identity import Identities, identify
from tests.hostile import SQUARE, again, cpu_s, growth

TEXTS = {
    "apples": "In autumn the apples of the old orchard are pressed into a cider that tastes of smoke and honey.",
    "apples, edited": "In autumn the apples of the old orchard are pressed into a cider that tastes of smoke and rain.",
    "bells": "Nobody in the valley could say who rang the bells that night, nor for whom they had been rung.",
    "drums": "Every drum of the procession had been made from one cedar, felled by lightning before the war ended.",
    "clouds": "Clouds over the northern sea were counted for thirty years by a teacher who never left her island.",
}


@dataclass
class Case:
    """A folder: for each path the identity it asks for and its text; and what the book knows."""

    files: Mapping[str, tuple[str, str]]
    known: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # key: its path, its text
    aliases: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    withheld: Mapping[str, str] = field(default_factory=dict)
    new_aliases: Mapping[str, str] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    unnumbered: frozenset[str] = frozenset()


APPLES = {"14": ("14-apples.md", "apples")}
TWO = APPLES | {"15": ("15-bells.md", "bells")}
THREE_NAMES = {"apples": ("apples.md", "apples"), "bells": ("bells.md", "bells")}
VERSIONS = {"d-3.md": ("3", "apples"), "e-3.md": ("3", "bells"), "d-4.md": ("4", "bells"), "e-4.md": ("4", "clouds"),
            "d-5.md": ("5", "clouds"), "e-5.md": ("5", "")}
MONTHS = {f"{month}-0{week}.md": (f"{week}", "") for month in ("2025-01", "2025-02", "2026-01", "2026-02", "2026-03")
          for week in (1, 2)}
MONTHS |= {"2025-01-29.md": ("5", ""), "2026-01-29.md": ("5", ""), "2026-03-29.md": ("5", "")}
NAMES = {f"word-{n}.md": (f"word-{n}", "") for n in range(18)}  # none of which has a number
NAMED = {path: name for path, (name, _) in NAMES.items()}
PART_1 = {"talk.md": ("1", "apples"), "meeting.md": ("1", "bells")}

CASES = {
    "files of one name in folders of days are issues of those days, much alike as they may be": Case(
        {"2026-10-12/zh.md": ("zh", "apples"), "2026-10-19/zh.md": ("zh", "apples, edited"),
         "2026-10-26/zh.md": ("zh", "bells")},
        keys={"2026-10-12/zh.md": "2026-10-12/zh", "2026-10-19/zh.md": "2026-10-19/zh",
              "2026-10-26/zh.md": "2026-10-26/zh"}),
    "a new file is itself": Case({"14-apples.md": ("14", "apples")}, keys={"14-apples.md": "14"}),
    "an empty folder is nobody": Case({}, APPLES),
    "an edited file stays itself": Case(
        {"14-apples.md": ("14", "bells")}, APPLES, keys={"14-apples.md": "14"}),
    "a renamed file with its number stays itself": Case(
        {"14-cider.md": ("14", "bells")}, APPLES, keys={"14-cider.md": "14"}),
    "a moved file stays itself": Case(
        {"2026/14-apples.md": ("14", "apples")}, APPLES, keys={"2026/14-apples.md": "14"}),
    "a renamed file without a number stays itself by its text": Case(
        {"cider.md": ("cider", "apples")}, {"apples": ("apples.md", "apples")},
        keys={"cider.md": "apples"}, new_aliases={"cider": "apples"}),
    "a file that lost its number stays itself by its text": Case(
        {"apples.md": ("apples", "apples")}, APPLES, keys={"apples.md": "14"}, new_aliases={"apples": "14"}),
    "a file that lost its number and was edited a little stays itself": Case(
        {"apples.md": ("apples", "apples, edited")}, APPLES, keys={"apples.md": "14"}, new_aliases={"apples": "14"}),
    "a file that lost its number and all its words is another issue": Case(
        {"apples.md": ("apples", "bells")}, APPLES, keys={"apples.md": "apples"}),
    "a file that was renumbered stays itself by its text": Case(
        {"16-apples.md": ("16", "apples")}, APPLES, keys={"16-apples.md": "14"}, new_aliases={"16": "14"}),
    "a file that was renumbered in its text stays itself": Case(
        {"hello.md": ("15", "apples, edited")}, {"14": ("hello.md", "apples")},
        keys={"hello.md": "14"}, new_aliases={"15": "14"}),
    "a file that was renumbered and rewritten is another issue": Case(
        {"hello.md": ("15", "bells")}, {"14": ("hello.md", "apples")}, keys={"hello.md": "15"}),
    "an alias is remembered": Case(
        {"apples.md": ("apples", "bells")}, {"14": ("apples.md", "apples")}, {"apples": "14"},
        keys={"apples.md": "14"}),
    "a second renaming leads to the same key": Case(
        {"cider.md": ("cider", "apples")}, {"14": ("apples.md", "apples")}, {"apples": "14"},
        keys={"cider.md": "14"}, new_aliases={"cider": "14"}),
    "the number given back is the same issue": Case(
        {"14-apples.md": ("14", "apples")}, {"14": ("apples.md", "apples")}, {"apples": "14"},
        keys={"14-apples.md": "14"}),
    "an alias is taken back by a new file of that name beside the old issue": Case(
        {"14-apples.md": ("14", "apples"), "apples.md": ("apples", "bells")},
        {"14": ("14-apples.md", "apples")}, {"apples": "14"},
        keys={"14-apples.md": "14", "apples.md": "apples"}, dropped=frozenset({"apples"})),
    "an alias is taken back in one go with the number": Case(
        {"14-apples.md": ("14", "apples"), "apples.md": ("apples", "bells")},
        {"14": ("apples.md", "apples")}, {"apples": "14"},
        keys={"14-apples.md": "14", "apples.md": "apples"}, dropped=frozenset({"apples"})),
    "an alias stays taken back": Case(
        {"14-apples.md": ("14", "apples"), "apples.md": ("apples", "bells")},
        {"14": ("14-apples.md", "apples"), "apples": ("apples.md", "bells")},
        keys={"14-apples.md": "14", "apples.md": "apples"}),
    "two files that swapped their numbers swapped their issues": Case(
        {"15-apples.md": ("15", "apples"), "14-bells.md": ("14", "bells")}, TWO,
        keys={"15-apples.md": "15", "14-bells.md": "14"}),
    "two files that swapped their names swapped their issues": Case(
        {"apples.md": ("apples", "bells"), "bells.md": ("bells", "apples")}, THREE_NAMES,
        keys={"apples.md": "apples", "bells.md": "bells"}),
    "a copy without a number is another issue": Case(
        {"apples.md": ("apples", "apples"), "apples copy.md": ("apples copy", "apples")},
        {"apples": ("apples.md", "apples")}, keys={"apples.md": "apples", "apples copy.md": "apples copy"}),
    "a copy with the number is withheld, the known path keeps it": Case(
        {"14-apples.md": ("14", "apples"), "14-apples copy.md": ("14", "apples")}, APPLES,
        keys={"14-apples.md": "14"}, withheld={"14-apples copy.md": "14-apples.md"}),
    "two new files of one number are both withheld": Case(
        {"14-a.md": ("14", "apples"), "14-b.md": ("14", "bells")},
        withheld={"14-a.md": "14-b.md", "14-b.md": "14-a.md"}),
    "three new files of one number are all withheld": Case(
        {"14-a.md": ("14", "apples"), "14-b.md": ("14", "bells"), "14-c.md": ("14", "clouds")},
        withheld={"14-a.md": "14-b.md", "14-b.md": "14-a.md", "14-c.md": "14-a.md"}),
    "the others go on beside two that are withheld": Case(
        {"14-a.md": ("14", "apples"), "14-b.md": ("14", "bells"), "15-c.md": ("15", "clouds")},
        keys={"15-c.md": "15"}, withheld={"14-a.md": "14-b.md", "14-b.md": "14-a.md"}),
    "the file that the book knows keeps its identity under another name; a newcomer that asks for it is withheld": Case(
        {"cider.md": ("cider", "apples"), "14-bells.md": ("14", "bells")},
        {"14": ("cider.md", "apples")}, {"cider": "14"},
        keys={"cider.md": "14"}, withheld={"14-bells.md": "cider.md"}),
    "a number given on to other words in one go leaves the old issue what it was": Case(
        {"15-apples.md": ("15", "apples"), "14-bells.md": ("14", "bells")}, APPLES,
        keys={"15-apples.md": "14"}, withheld={"14-bells.md": "15-apples.md"}, new_aliases={"15": "14"}),
    "a number given on stays with the old issue at the next look": Case(
        {"15-apples.md": ("15", "apples"), "14-bells.md": ("14", "bells")},
        {"14": ("15-apples.md", "apples")}, {"15": "14"},
        keys={"15-apples.md": "14"}, withheld={"14-bells.md": "15-apples.md"}),
    "a copy beside a file of its number that was rewritten is another issue": Case(
        {"14-apples.md": ("14", "bells"), "15-apples.md": ("15", "apples")}, APPLES,
        keys={"14-apples.md": "14", "15-apples.md": "15"}),
    "a renamed and rewritten file stays itself where nobody else has its old words": Case(
        {"14-bells.md": ("14", "bells"), "15-clouds.md": ("15", "clouds")}, APPLES,
        keys={"14-bells.md": "14", "15-clouds.md": "15"}),
    "of two new files the more alike is the one that vanished": Case(
        {"x.md": ("x", "apples, edited"), "y.md": ("y", "apples")}, APPLES,
        keys={"x.md": "x", "y.md": "14"}, new_aliases={"y": "14"}),
    "two files that were both renamed are told apart by their texts": Case(
        {"x.md": ("x", "bells"), "y.md": ("y", "apples")}, TWO,
        keys={"x.md": "15", "y.md": "14"}, new_aliases={"x": "15", "y": "14"}),
    "of two equal texts that vanished each new file takes one": Case(
        {"x.md": ("x", "apples"), "y.md": ("y", "apples")},
        {"14": ("14.md", "apples"), "15": ("15.md", "apples")},
        keys={"x.md": "14", "y.md": "15"}, new_aliases={"x": "14", "y": "15"}),
    "a vanished issue is not taken over by a file that was there before": Case(
        {"15-bells.md": ("15", "apples")}, TWO, keys={"15-bells.md": "15"}),
    "a broken file that still asks for its own is not missing": Case(
        {"14-apples.md": ("14", ""), "cider.md": ("cider", "apples")}, APPLES,
        keys={"14-apples.md": "14", "cider.md": "cider"}),
    "numbers that begin anew in a later year go with their years": Case(
        {"2025/01.md": ("1", "apples"), "2026/01.md": ("1", "bells"), "2026/02.md": ("2", "clouds")},
        keys={"2025/01.md": "2025/1", "2026/01.md": "2026/1", "2026/02.md": "2"}),
    "what was known before numbers began anew keeps its number": Case(
        {"2025/01.md": ("1", "apples"), "2026/01.md": ("1", "bells")}, {"1": ("2025/01.md", "apples")},
        keys={"2025/01.md": "1", "2026/01.md": "2026/1"}),
    "what is known by its year stays so when the other year is gone, and under another name": Case(
        {"2026/01-bells.md": ("1", "clouds")}, {"2026/1": ("2026/01.md", "bells")},
        keys={"2026/01-bells.md": "2026/1"}),
    "two new files of one number and year are both withheld": Case(
        {"2025/01.md": ("1", "apples"), "2026/01.md": ("1", "bells"), "2026/01 copy.md": ("1", "bells")},
        keys={"2025/01.md": "2025/1"},
        withheld={"2026/01.md": "2026/01 copy.md", "2026/01 copy.md": "2026/01.md"}),
    "two years that share a number by mistake are withheld where the numbers go on": Case(
        {"2025/14.md": ("14", "apples"), "2026/14.md": ("14", "bells")},
        withheld={"2025/14.md": "2026/14.md", "2026/14.md": "2025/14.md"}),
    "numbers that begin anew in a later year go with the years of the days in their names": Case(
        {"2016-05-30.md": ("1", "apples"), "2017-01-02.md": ("1", "bells")}, {"1": ("2016-05-30.md", "apples")},
        keys={"2016-05-30.md": "1", "2017-01-02.md": "2017/1"}),
    "new files of one name in many folders go with these": Case(
        {"css/14.md": ("14", "apples"), "dom/14.md": ("14", "bells"), "svg/14.md": ("14", "clouds")},
        keys={"css/14.md": "css/14", "dom/14.md": "dom/14", "svg/14.md": "svg/14"}),
    "two new files of one name in two folders may be a mistake and are withheld": Case(
        {"css/14.md": ("14", "apples"), "dom/14.md": ("14", "bells")},
        withheld={"css/14.md": "dom/14.md", "dom/14.md": "css/14.md"}),
    "new files of one name that say the same are withheld among many that do not": Case(
        {"css/14.md": ("14", "apples"), "dom/14.md": ("14", "bells"), "drafts/14.md": ("14", "apples, edited")},
        keys={"dom/14.md": "dom/14"},
        withheld={"css/14.md": "drafts/14.md", "drafts/14.md": "css/14.md"}),
    "a new file that says what one known by its folder says is withheld": Case(
        {"css/14.md": ("14", "apples"), "dom/14.md": ("14", "bells"), "drafts/14.md": ("14", "apples, edited")},
        {"css/14": ("css/14.md", "apples"), "dom/14": ("dom/14.md", "bells")},
        keys={"css/14.md": "css/14", "dom/14.md": "dom/14"}, withheld={"drafts/14.md": "css/14.md"}),
    "what is known by its folder stays so, and a file of the next year goes with it": Case(
        {"2025/week.md": ("week", "apples"), "2026/week.md": ("week", "bells")},
        {"2025/week": ("2025/week.md", "apples")},
        keys={"2025/week.md": "2025/week", "2026/week.md": "2026/week"}),
    "a name of the next year is new beside one that is known without its year": Case(
        {"2025/week.md": ("week", "apples"), "2026/week.md": ("week", "bells")}, {"week": ("2025/week.md", "apples")},
        keys={"2025/week.md": "week", "2026/week.md": "2026/week"}),
    "a file of the same name in a folder below is withheld": Case(
        {"14.md": ("14", "apples"), "en/14.md": ("14", "bells")},
        withheld={"14.md": "en/14.md", "en/14.md": "14.md"}),
    "a known issue's name in another folder is withheld": Case(
        {"a/week.md": ("week", "apples"), "b/week.md": ("week", "bells")}, {"week": ("a/week.md", "apples")},
        keys={"a/week.md": "week"}, withheld={"b/week.md": "a/week.md"}),
    "a number that many days of a year have is none": Case(
        {f"2026-10-0{day}-a.md": ("3", text) for day, text in enumerate(("apples", "bells", "clouds"), 1)},
        keys={f"2026-10-0{day}-a.md": f"2026-10-0{day}-a" for day in (1, 2, 3)},
        unnumbered=frozenset(f"2026-10-0{day}-a.md" for day in (1, 2, 3))),
    "a number that two days of a year have withholds both": Case(
        {"2026-10-01-a.md": ("3", "apples"), "2026-10-08-a.md": ("3", "bells")},
        withheld={"2026-10-01-a.md": "2026-10-08-a.md", "2026-10-08-a.md": "2026-10-01-a.md"}),
    "a number that two files of one day have withholds both": Case(
        {"2026-10-01-a.md": ("3", "apples"), "2026-10-01-a copy.md": ("3", "apples")},
        withheld={"2026-10-01-a.md": "2026-10-01-a copy.md", "2026-10-01-a copy.md": "2026-10-01-a.md"}),
    "a number that four new files have is none": Case(
        {"2025/v2-a/index.md": ("2", "apples"), "2025/v2-b.md": ("2", "bells"), "2025/v2-c.md": ("2", "clouds"),
         "2025/v2-d.md": ("2", "drums"), "2026/1.md": ("1", "apples, edited")},
        keys={"2025/v2-a/index.md": "2025/v2-a", "2025/v2-b.md": "2025/v2-b", "2025/v2-c.md": "2025/v2-c",
              "2025/v2-d.md": "2025/v2-d", "2026/1.md": "1"},
        unnumbered=frozenset(("2025/v2-a/index.md", "2025/v2-b.md", "2025/v2-c.md", "2025/v2-d.md"))),
    "many numbers that several new files have are none": Case(
        VERSIONS, keys={path: path[:-3] for path in VERSIONS}, unnumbered=frozenset(VERSIONS)),
    "numbers that begin anew each month are none, nor is one that only some months of a year have": Case(
        MONTHS, keys={path: path[:-3] for path in MONTHS}, unnumbered=frozenset(MONTHS)),
    "what is known by its name instead of such a number stays so": Case(
        {"d-3.md": ("3", "apples"), "e-3.md": ("3", "bells")}, {"d-3": ("d-3.md", "apples")},
        keys={"d-3.md": "d-3", "e-3.md": "e-3"}, unnumbered=frozenset(("d-3.md", "e-3.md"))),
    "a number that two files have is none where hardly any other has one": Case(
        NAMES | PART_1, keys=NAMED | {"talk.md": "talk", "meeting.md": "meeting"}, unnumbered=frozenset(PART_1)),
    "what is known by such a number stays so, and another that has it is itself": Case(
        NAMES | PART_1, {"1": ("talk.md", "apples")}, keys=NAMED | {"talk.md": "1", "meeting.md": "meeting"},
        unnumbered=frozenset(("meeting.md",))),
    "a number that two files have, of which one says what the other says, withholds the copy": Case(
        NAMES | PART_1 | {"meeting.md": ("1", "apples")}, {"1": ("talk.md", "apples")},
        keys=NAMED | {"talk.md": "1"}, withheld={"meeting.md": "talk.md"}),
    "a number that two files have withholds both where one file in ten has one": Case(
        {**NAMES, "2-a.md": ("2", "clouds")} | PART_1, keys=NAMED | {"2-a.md": "2"},
        withheld={"talk.md": "meeting.md", "meeting.md": "talk.md"}),
    "an id that many files give tells none of them, so these go by their names": Case(
        {"a.md": ("MjAyNg", "apples"), "b.md": ("MjAyNg", "bells"), "2026/c.md": ("MjAyNg", "clouds"),
         "d.md": ("own", "drums")},
        keys={"a.md": "a", "b.md": "b", "2026/c.md": "2026/c", "d.md": "own"}),
    "files of an id that tells nothing stay what they are when one more has it, or says the same": Case(
        {"a.md": ("MjAyNg", "apples"), "b.md": ("MjAyNg", "bells"), "c.md": ("MjAyNg", "clouds"),
         "d.md": ("MjAyNg", "apples, edited")},
        {"a": ("a.md", "apples"), "b": ("b.md", "bells")},
        keys={"a.md": "a", "b.md": "b", "c.md": "c"}, withheld={"d.md": "a.md"}),
    "files that were told apart by their names stay so when fewer have their id": Case(
        {"a.md": ("MjAyNg", "apples"), "b.md": ("MjAyNg", "bells")},
        {"a": ("a.md", "apples"), "b": ("b.md", "bells")}, keys={"a.md": "a", "b.md": "b"}),
    "an id by which an issue is known stays its own, whoever gives it too": Case(
        {"a.md": ("spring", "apples"), "b.md": ("spring", "bells"), "c.md": ("spring", "clouds")},
        {"spring": ("a.md", "apples")},
        keys={"a.md": "spring"}, withheld={"b.md": "a.md", "c.md": "a.md"}),
    "an id that the front matter gives twice is withheld in folders of years too": Case(
        {"2025/01.md": ("spring", "apples"), "2026/01.md": ("spring", "bells")},
        withheld={"2025/01.md": "2026/01.md", "2026/01.md": "2025/01.md"}),
}


@pytest.mark.parametrize("name", CASES)
def test_identity_when(name: str) -> None:
    case = CASES[name]

    found = identify(
        {path: claim for path, (claim, _) in case.files.items()},
        {key: path for key, (path, _) in case.known.items()}, case.aliases,
        lambda path: sketch(TEXTS.get(case.files[path][1], "")),
        {key: sketch(TEXTS[text]) for key, (_, text) in case.known.items()})

    assert found == Identities(case.keys, case.withheld, case.new_aliases, case.dropped, case.unnumbered)


def test_texts_are_not_sketched_while_nothing_is_missing() -> None:
    """A sketch costs a rendering: it is asked for only when a file vanished."""
    def refuse(path: str) -> bytes:
        raise AssertionError(path)

    found = identify({"14.md": "14", "15.md": "15"}, {"14": "14.md"}, {}, refuse, {"14": b""})

    assert found.keys == {"14.md": "14", "15.md": "15"}


def renamed(texts: list[bytes]) -> Identities:
    """All files have other names than before, in a pass."""
    return identify({f"new-{n}.md": f"new-{n}" for n in range(len(texts))},
                    {f"old-{n}": f"old-{n}.md" for n in range(len(texts))}, {},
                    lambda path: texts[int(path[4:-3])], {f"old-{n}": text for n, text in enumerate(texts)})


def of_one_name(texts: list[bytes]) -> Identities:
    """Each file lies in a folder of its own."""
    return identify({f"{n}/letter.md": "letter" for n in range(len(texts))}, {}, {},
                    lambda path: texts[int(path.partition("/")[0])], {})


@pytest.mark.parametrize(("settled", "keys"), [
    (renamed, lambda n: {f"new-{one}.md": f"old-{one}" for one in range(n)}),
    (of_one_name, lambda n: {f"{one}/letter.md": f"{one}/letter" for one in range(n)}),
])
def test_telling_files_apart_by_their_texts_grows_with_their_number_and_not_with_its_square(
    settled: Callable[[list[bytes]], Identities], keys: Callable[[int], Mapping[str, str]]
) -> None:
    def cost(one_each: str) -> float:
        texts = [b"".join(sorted(chance.randbytes(8) for _ in range(150))) for _ in one_each]
        assert settled(texts).keys == keys(len(texts))
        return cpu_s(lambda: settled(texts))

    chance = Random(1)
    assert growth(cost, again("x"), 300) <= SQUARE
