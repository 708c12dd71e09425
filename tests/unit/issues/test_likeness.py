"""How alike two texts are: from small sketches, for texts of any length and script."""

from __future__ import annotations

from array import array
from hashlib import blake2b
from random import Random

import pytest

from pipeline.issues import likeness as craft
from pipeline.issues.likeness import KEPT, likeness, sketch
from tests.publications import words

POEM = "夜色渐深，城里的灯一盏一盏熄灭，只有印刷所还亮着，机器的声音像远处的雨。"


def alike(one: str, other: str) -> float:
    return likeness(sketch(one), sketch(other))


def book(n: int, length: int = 5000) -> list[str]:
    """A long text of its own, word by word."""
    random = Random(n)
    return [f"w{random.randrange(50_000)}" for _ in range(length)]


@pytest.mark.parametrize("text", [words(1), POEM, "word", " ".join(book(1))], ids=["short", "cjk", "one word", "long"])
def test_text_is_like_itself(text: str) -> None:
    assert alike(text, text) == 1.0


@pytest.mark.parametrize("length", [4, 500, 1027, 1028, 5000])
def test_sketch_is_the_smallest_hashes_of_all_runs(length: int) -> None:
    text = book(3, length)
    hashes = {blake2b(" ".join(text[at:at + 4]).encode(), digest_size=8).digest() for at in range(length - 3)}

    assert list(array("Q", sketch(" ".join(text)))) == [int.from_bytes(one) for one in sorted(hashes)[:KEPT]]


def test_smallest_hashes_are_found_however_unevenly_they_lie() -> None:
    large = [(2**63 + number).to_bytes(8) for number in range(3000)]

    assert craft._smallest(large[::-1]) == large[:KEPT]


@pytest.mark.parametrize("length", [KEPT - 200, KEPT])
def test_texts_whose_sketches_hold_all_of_them_are_compared_to_the_last_run(length: int) -> None:
    both, left, right = book(1, length // 2), book(2, length // 2), book(3, length // 2)
    runs, shared = 2 * (length // 2) - 3, length // 2 - 3

    assert alike(" ".join(both + left), " ".join(both + right)) == pytest.approx(shared / runs)


@pytest.mark.parametrize(("one", "other"), [
    (words(1), words(2)), (POEM, words(1)), (" ".join(book(1)), " ".join(book(2))), ("", ""), ("", words(1)),
    ("…!?", "…!?")])
def test_texts_with_nothing_in_common_are_not_alike(one: str, other: str) -> None:
    assert alike(one, other) == 0.0


@pytest.mark.parametrize(("one", "other"), [
    ("The Apple\n\nand the Pear fell.", "the apple and the pear fell"),
    ("苹果，谷歌：大声密谋。", "苹果 谷歌 大声 密谋"),
    ("a_b c-d e.f g/h", "A B C D E F G H"),
])
def test_case_spaces_and_punctuation_do_not_count(one: str, other: str) -> None:
    assert alike(one, other) == 1.0


@pytest.mark.parametrize("length", [200, 5000])
@pytest.mark.parametrize("kept", [0.9, 0.6, 0.3])
def test_share_that_two_texts_have_in_common_is_told(length: int, kept: float) -> None:
    """Exactly for short texts, within a few hundredths for long ones."""
    first, second = book(1, length), book(2, length)
    mixed = first[: int(length * kept)] + second[int(length * kept):]

    assert alike(" ".join(first), " ".join(mixed)) == pytest.approx(kept, abs=0.06)


def test_likeness_is_the_same_both_ways() -> None:
    one, other = " ".join(book(1)), " ".join(book(1)[:2500])

    assert alike(one, other) == alike(other, one)


@pytest.mark.parametrize("length", [40, 400, 4000])
@pytest.mark.parametrize("least", [0.3, 0.6, 0.9])
def test_search_among_many_finds_those_that_are_alike_enough(length: int, least: float) -> None:
    own = book(1, length)
    others = {f"{share}": sketch(" ".join(own[:length * share // 40] + book(2 + share, length)[length * share // 40:]))
              for share in range(41)}
    text = sketch(" ".join(own))

    found = set(craft.alike(text, others, least))

    assert found == {name for name, other in others.items() if likeness(text, other) >= least}
    assert 0 < len(found) < 41
    assert list(craft.Sketches(others).alike(text, least)) == [name for name in others if name in found]


@pytest.mark.parametrize("length", [131, 132, 200, 4000])
def test_search_finds_what_is_just_alike_enough_at_any_length(length: int) -> None:
    """The sketch of 131 words is one hash too short for a sample."""
    own = book(1, length)
    others = {f"{n}": sketch(" ".join(own[:length * 62 // 100] + book(2 + n, length)[length * 62 // 100:]))
              for n in range(60)}
    text = sketch(" ".join(own))

    found = set(craft.alike(text, others, craft.SAME))

    assert found == {name for name, other in others.items() if likeness(text, other) >= craft.SAME}
    assert found


def test_short_text_within_a_long_one_is_a_small_share() -> None:
    assert alike(" ".join(book(1)), " ".join(book(1)[:250])) == pytest.approx(0.095, abs=0.05)


@pytest.mark.parametrize(("text", "hashes"), [("", 0), ("…", 0), ("one", 1), ("one two three four", 1),
                                              ("one two three four five", 2), ("一二三四五", 2)])
def test_sketch_holds_a_hash_for_each_run_of_four(text: str, hashes: int) -> None:
    assert len(sketch(text)) == hashes * 8


def test_sketch_of_a_long_text_is_bounded() -> None:
    assert len(sketch(" ".join(book(1, 20_000)))) == KEPT * 8


def test_texts_shorter_than_a_run_are_told_apart() -> None:
    assert (alike("one two", "one two"), alike("one two", "one three")) == (1.0, 0.0)
