"""From the folder to the book of issues: what an editor does to files, and what the book says afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from pipeline.errors import Problem
from pipeline.issues.archive.files import KnownFiles
from pipeline.issues.reading import manuscript as reading
from pipeline.issues.record import KnownFile
from pipeline.publish.gather import READ_WITH, SEEN
from pipeline.publish.inventory import Inventory
from pipeline.publish.overview import overview
from pipeline.publish.publisher import Pass
from pipeline.schema import issue
from tests.books import NOON
from tests.hostile import SQUARE, again, cpu_s, growth
from tests.limits import permissions_count
from tests.publications import TODAY, Publication, lines, words

DAY = timedelta(days=1)


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    return Publication(tmp_path / "letters")


def look(letters: Publication) -> Pass:
    """One look at the folder; nothing is published."""
    return letters.app.publisher.look_only()


# ---- identity on the disk -----------------------------------------------------------------------


def test_renaming_moving_re_dating_and_editing_never_make_a_new_issue(letters: Publication) -> None:
    """Once losing its number: the text says who it is."""
    path = letters.write("14-apples.md", words(14))
    letters.begin()
    published = letters.record("14")
    letters.add_readers("ada@example.com")

    for change in (
        lambda: path.rename(letters.issues / "14-cider.md"),
        lambda: (letters.issues / "14-cider.md").rename(letters.issues / "cider.md"),
        lambda: letters.write("cider.md", words(14) + "\n\nA remark.", day=TODAY - DAY),
        lambda: ((letters.issues / "2026").mkdir(), (letters.issues / "cider.md").rename(
            letters.issues / "2026" / "cider.md")),
        lambda: (letters.issues / "2026" / "cider.md").rename(letters.issues / "14-last.md"),
    ):
        change()
        letters.turn(hours=1)
        assert lines(letters.deliver().problems) == []

    now = letters.record("14")
    assert letters.standings == {"14": "adopted"}
    assert (now.path, now.feed_id, now.published_at) == ("14-last.md", published.feed_id, published.published_at)
    assert letters.mails == []


def test_a_program_that_reads_numbers_elsewhere_makes_no_new_issue_of_an_old_file(
    letters: Publication, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pictures have no words to know them by; one number is another issue's; one text is written anew afterwards."""
    with monkeypatch.context() as older:
        for told in ("number_in_name", "number_in_title"):
            older.setattr(reading, told, lambda _name: None)
        for name in ("第14期", "第15期", "15"):
            letters.write(f"{name}.md", f"![](https://example.com/{name}.png)")
        letters.begin()
    letters.app.ledger.notebook.write_note(READ_WITH, "as before")
    letters.app.ledger.notebook.write_note(SEEN, "")
    letters.restart()
    letters.add_readers("ada@example.com")

    letters.deliver()
    letters.write("第14期.md", words(14))
    letters.turn(hours=1)
    letters.deliver()

    assert letters.standings == dict.fromkeys(("第14期", "第15期", "15"), "adopted")
    assert (letters.record("第14期").number, letters.record("第14期").permalink) == (14, "第14期/")
    assert letters.mails == []


def test_a_program_that_reads_no_number_leaves_an_issue_with_its_own_and_its_address(
    letters: Publication, monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as older:
        older.setattr(reading, "number_in_name", lambda _name: 2025)
        letters.write("recap-2025-readers.md", words(1))
        letters.begin()
    letters.app.ledger.notebook.write_note(READ_WITH, "as before")
    letters.app.ledger.notebook.write_note(SEEN, "")
    letters.restart()

    letters.publish()
    letters.write("recap-2025-readers.md", words(2))
    letters.turn(hours=1)
    letters.publish()

    record = letters.record("2025")
    assert (list(letters.standings), record.number, record.permalink) == (["2025"], 2025, "2025/")


def test_two_new_files_of_one_number_are_both_withheld_until_one_goes(letters: Publication) -> None:
    letters.write("14-a.md", words(1))
    letters.write("14-b.md", words(2))
    assert lines(look(letters).problems) == [
        '14-a.md: has the same identity "14" as 14-b.md: give one of them another number, or an `id:` of its own',
        '14-b.md: has the same identity "14" as 14-a.md: give one of them another number, or an `id:` of its own']
    assert letters.standings == {}

    (letters.issues / "14-b.md").unlink()

    assert lines(look(letters).problems) == []
    assert letters.record("14").path == "14-a.md"


def test_a_second_file_of_a_known_number_is_withheld_until_the_first_goes(letters: Publication) -> None:
    letters.write("14-a.md", words(1))
    look(letters)
    letters.write("14-a copy.md", words(2))
    assert lines(look(letters).problems) == [(
        '14-a copy.md: has the same identity "14" as 14-a.md: give one of them another number, '
        "or an `id:` of its own")]
    assert (letters.record("14").path, letters.record("14").title) == ("14-a.md", "a")

    (letters.issues / "14-a.md").unlink()

    assert lines(look(letters).problems) == []
    assert (letters.record("14").path, letters.record("14").title) == ("14-a copy.md", "a copy")


def test_an_alias_is_taken_back_by_a_new_issue_of_that_name(letters: Publication) -> None:
    path = letters.write("14-apples.md", words(14))
    look(letters)
    path.rename(letters.issues / "apples.md")
    look(letters)
    assert letters.app.archive.names.aliases() == {"apples": "14"}

    (letters.issues / "apples.md").rename(letters.issues / "14-apples.md")
    letters.write("apples.md", words(15))
    look(letters)

    assert {key: record.path for key, record in letters.app.archive.issues().items()} == {
        "14": "14-apples.md", "apples": "apples.md"}
    assert letters.app.archive.names.aliases() == {}


def test_an_issue_can_name_its_identity_itself(letters: Publication) -> None:
    letters.write("14-a.md", words(1), front="id: apples\n")
    look(letters)

    letters.write("14-a.md", words(2), front="id: apples\nnumber: 15\n")
    look(letters)

    assert [(key, record.number) for key, record in letters.app.archive.issues().items()] == [("apples", 15)]


# ---- files that are written right now -----------------------------------------------------------


def test_a_file_that_was_just_written_is_looked_at_again_after_two_seconds(letters: Publication) -> None:
    letters.write("14-a.md", words(1), age_s=1)

    look(letters)

    assert letters.standings == {"14": "published"}
    assert letters.clock.now() == NOON + timedelta(seconds=2)


def test_a_file_that_goes_on_being_written_is_not_there_yet(letters: Publication) -> None:
    path = letters.write("14-a.md", words(1))
    letters.touch(path, age_s=-1.5)  # at the second look it is half a second old

    made = look(letters)

    assert (letters.standings, lines(made.problems)) == ({}, [])


def test_a_known_file_that_is_being_written_stands_as_it_was(letters: Publication) -> None:
    path = letters.write("14-a.md", words(1))
    letters.begin()
    before = letters.output()
    path.write_text("half a sen", "utf-8")
    letters.touch(path, age_s=-1.5)

    made = letters.publish()

    assert lines(made.problems) == []
    assert letters.output() == before
    assert letters.record("14").missing_at is None


# ---- files with mistakes ------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "problem"), [
    ("---\ndate: 2024/13/24\n---\nx\n", '14-a.md:2: date "2024/13/24" is not a day'),
    ("No front matter and no date anywhere.\n", "14-a.md:1: has no date"),
    ("---\ndate: 2026/03/24\nlist: dayly\n---\nx\n", '14-a.md:3: its list "dayly" is not in config.yaml'),
])
def test_a_file_with_a_mistake_is_one_line_and_the_others_go_on(
    letters: Publication, text: str, problem: str
) -> None:
    letters.write("13-b.md", words(2))
    path = letters.issues / "14-a.md"
    path.write_text(text, "utf-8")
    letters.touch(path)

    made = letters.publish()

    assert [str(one).startswith(problem) for one in made.problems] == [True]
    assert letters.standings == {"13": "adopted"}


def test_last_good_text_of_a_published_issue_stands_while_its_file_is_broken(letters: Publication) -> None:
    path = letters.write("14-a.md", words(1))
    letters.begin()
    before = letters.output()
    path.write_text("---\ndate: never\n---\nOops.\n", "utf-8")
    letters.touch(path)

    made = letters.publish()

    assert [problem.rule for problem in made.problems] == ["date-impossible"]
    assert (letters.standings, letters.output()) == ({"14": "adopted"}, before)


def test_a_file_that_is_mended_is_read_although_its_size_and_time_are_the_same(letters: Publication) -> None:
    path = letters.write("14-a.md", "x", day="2026/03/99")
    assert len(look(letters).problems) == 1
    letters.write("14-a.md", "x", day="2026/03/19")

    made = look(letters)

    assert (lines(made.problems), letters.standings) == ([], {"14": "published"})
    assert path.exists()


def test_unpublished_issue_whose_file_breaks_waits_until_it_is_mended(letters: Publication) -> None:
    letters.begin()
    letters.add_readers("ada@example.com")
    letters.write("14-a.md", words(1), day=TODAY + DAY)
    letters.deliver()
    letters.write("14-a.md", words(1), day="tomorrow")
    letters.deliver()
    letters.turn(days=2)
    letters.deliver()
    assert letters.standings == {"14": "problem"}
    assert letters.record("14").reason.startswith('14-a.md:2: date "tomorrow"')

    letters.write("14-a.md", words(1), day=TODAY + DAY)
    letters.deliver()

    assert (letters.standings, letters.mails) == ({"14": "mailed"}, ["ada@example.com"])


def close_it(path: Path) -> None:
    path.chmod(0)


def close_its_folder(path: Path) -> None:
    path.parent.chmod(0)


def put_a_folder_in_its_place(path: Path) -> None:
    path.rename(path.with_suffix(".away"))
    path.mkdir()


def put_a_link_to_nowhere_in_its_place(path: Path) -> None:
    path.rename(path.with_suffix(".away"))
    path.symlink_to("nowhere.md")


def open_it_again(path: Path) -> None:
    path.parent.chmod(0o755)
    away = path.with_suffix(".away")
    if away.exists():
        path.unlink() if path.is_symlink() else path.rmdir()
        away.rename(path)
    path.chmod(0o644)


@pytest.mark.parametrize(("hide", "said"), [
    (close_it, "2026/14-a.md: cannot be read: Permission denied: check that it is a plain file and who may read it"),
    (close_its_folder, "2026: this folder cannot be listed: Permission denied: allow reading it, or exclude it"),
    (put_a_folder_in_its_place, "2026/14-a.md: is a folder, not a file: move it out of the folder or exclude it"),
    (put_a_link_to_nowhere_in_its_place, "2026/14-a.md: is a link that leads nowhere: mend or remove it"),
], ids=lambda value: getattr(value, "__name__", ""))
def test_known_issue_that_cannot_be_read_any_more_stays_in_the_feeds_and_its_mail_waits(
    tmp_path: Path, hide: Callable[[Path], None], said: str,
) -> None:
    """Neither its time nor its size says so: it was noticed when its bytes changed, or was taken for gone."""
    letters = Publication(tmp_path / "letters", {"schedule": {"quiet": "15m", "send_at": "08:00"}})
    letters.begin()
    letters.add_readers("ada@example.com")
    path = letters.write("2026/14-a.md", words(14), age_s=10)
    letters.deliver()
    feed = (letters.folder / "feeds" / "atom.xml").read_bytes()
    assert b"/14/" in feed

    with permissions_count():
        hide(path)
        letters.turn(hours=1)
        broken = letters.deliver()
        again = letters.deliver()
        built = letters.app.publisher.build()
    assert [lines(made.problems) for made in (broken, again, built)] == [[said]] * 3
    assert ((letters.folder / "feeds" / "atom.xml").read_bytes(), letters.mails) == (feed, [])
    assert (letters.standings["14"], letters.record("14").reason) == (
        "waiting", "its file 2026/14-a.md cannot be read yet")
    assert overview(letters.app.archive, letters.app.ledger).needs == (said,)

    open_it_again(path)
    mended = letters.deliver()

    assert (lines(mended.problems), letters.standings["14"], letters.mails) == ([], "mailed", ["ada@example.com"])


def test_setting_broken_files_aside_grows_with_their_number_and_not_with_its_square() -> None:
    def cost(one_each: str) -> float:
        paths = [f"{n}.md" for n in range(len(one_each))]
        inventory = Inventory({path: KnownFile(path, 1, 1, "", 1, path, path, None) for path in paths}, NOON)
        nowhere = [Problem(path, "is a link that leads nowhere", rule="link") for path in paths]
        return cpu_s(lambda: inventory.set_aside(nowhere))

    assert growth(cost, again("x"), 1500) <= SQUARE


def test_draft_without_a_date_is_no_issue_and_no_mistake(letters: Publication) -> None:
    letters.write("14-a.md", words(1), day=None, front="draft: true\n")

    assert (lines(look(letters).problems), letters.standings) == ([], {})


def test_known_issue_that_becomes_a_draft_without_a_date_is_not_mailed_at_its_old_hour(letters: Publication) -> None:
    letters.begin()
    letters.add_readers("ada@example.com")
    letters.write("14-a.md", words(1), day=TODAY + DAY)
    letters.publish()
    letters.write("14-a.md", words(1), day=None, front="draft: true\n")
    letters.turn(days=2)

    letters.deliver()
    assert (letters.standings, letters.mails) == ({"14": "draft"}, [])
    letters.write("14-a.md", words(1), day=TODAY + 2 * DAY)
    letters.deliver()

    assert (letters.standings, letters.mails) == ({"14": "mailed"}, ["ada@example.com"])


def test_draft_that_gets_a_date_becomes_an_issue(letters: Publication) -> None:
    letters.begin()
    letters.write("14-a.md", words(1), day=None, front="draft: true\n")
    letters.publish()

    letters.write("14-a.md", words(1))
    letters.publish()

    assert letters.mailings == {"14/weekly": "sending"}


def test_settings_that_decide_how_files_are_read_have_them_read_anew(letters: Publication) -> None:
    letters.write("14-a.md", words(1))
    look(letters)
    assert letters.record("14").due_at == NOON - timedelta(hours=4)

    letters.configure({"schedule": {"send_at": "09:00"}})
    look(letters)

    assert letters.record("14").due_at == NOON - timedelta(hours=3)


# ---- what is visible ----------------------------------------------------------------------------


def test_updated_moves_on_a_visible_change_alone(letters: Publication) -> None:
    letters.write("14-a.md", "# A\n\nOne *word*.\n\n- first\n- second")
    letters.begin()
    published = letters.record("14").published_at
    for body in ("# A\n\nOne _word_.\n\n* first\n* second\n\n\n", "# A\n\nOne\n*word*.\n\n+ first\n+ second"):
        letters.write("14-a.md", body)
        letters.publish()
        assert letters.record("14").updated_at == published

    letters.write("14-a.md", "# A\n\nOne other *word*.\n\n- first\n- second")
    letters.publish()

    assert letters.record("14").updated_at == letters.clock.now()
    assert letters.record("14").published_at == published


def test_updated_moves_with_a_title_that_is_the_file_s_name_and_not_with_its_folder(letters: Publication) -> None:
    path = letters.write("14-Inc.md", words(14))
    letters.begin()
    published = letters.record("14").published_at
    folder = letters.issues / "2026"
    folder.mkdir()
    path.rename(folder / "14-Inc.md")
    letters.publish()
    moved = letters.record("14").updated_at

    (folder / "14-Inc.md").rename(folder / "14-Ink.md")
    letters.turn(hours=1)
    letters.publish()

    assert (moved, letters.record("14").updated_at) == (published, letters.clock.now())
    assert (letters.record("14").title, letters.record("14").published_at) == ("Ink", published)


def test_updated_stays_where_a_newer_version_reads_the_same_file_otherwise(letters: Publication) -> None:
    letters.write("14-a.md", "# A\n\nOne word.")
    letters.begin()
    published = letters.record("14").published_at
    with letters.app.database.write() as connection:
        connection.execute(update(issue).values(text_digest="as an older version had it"))

    letters.configure({"schedule": {"send_at": "07:00"}})  # all files are read anew, as after an upgrade
    letters.publish()

    assert letters.record("14").text_digest != "as an older version had it"
    assert letters.record("14").updated_at == published


def test_updated_is_never_before_published_nor_goes_back_with_the_clock(letters: Publication) -> None:
    letters.write("14-a.md", "# A\n\nOne word.")
    letters.begin()
    published = letters.record("14").published_at
    assert published
    seen = [published]
    for words_ in ("One other word.", "One more word."):
        letters.clock.turn(-timedelta(days=1))
        letters.write("14-a.md", f"# A\n\n{words_}")
        letters.publish()
        updated = letters.record("14").updated_at
        assert updated
        seen.append(updated)

    assert seen == sorted(set(seen))


@pytest.mark.parametrize("body", [
    "See [here](https://example.com/b).", "See [here](https://example.com/a) ![](pic.png).",
    "Look [here](https://example.com/a)."])
def test_updated_moves_with_a_link_a_picture_or_a_word(letters: Publication, body: str) -> None:
    letters.write("14-a.md", "See [here](https://example.com/a).")
    letters.begin()

    letters.write("14-a.md", body)
    letters.publish()

    assert letters.record("14").updated_at == letters.clock.now()


def test_a_formatter_that_rewrites_every_file_changes_nothing_visible(letters: Publication) -> None:
    letters.fill(3)
    letters.begin()
    letters.add_readers("ada@example.com")
    before = letters.output()
    for path in letters.issues.glob("*.md"):
        head, _, body = path.read_text("utf-8").partition("---\n\n")
        path.write_bytes(f"{head}---\n\n\n{body.replace('. ', '.  ')}\n\n".replace("\n", "\r\n").encode())
        letters.touch(path, age_s=10)

    letters.deliver()

    assert letters.output() == before
    assert letters.mails == []


def test_two_issues_of_one_instant_are_a_second_apart_in_order_of_number(letters: Publication) -> None:
    for name in ("10-b.md", "9-a.md", "c.md"):
        letters.write(name, words(len(name)))

    letters.publish()

    hour = NOON - timedelta(hours=4)
    instants = {key: record.published_at for key, record in letters.app.archive.issues().items()}
    assert (instants["9"], instants["10"]) in (
        (hour, hour + timedelta(seconds=1)), (hour + timedelta(seconds=1), hour + timedelta(seconds=2)))
    assert sorted(instants.values()) == [hour, hour + timedelta(seconds=1), hour + timedelta(seconds=2)]


# ---- descriptions -------------------------------------------------------------------------------

HELLO = "Welcome to our letters, dear readers, wherever you may be this week."
APPLES = "About the apples of the old orchard, and who may pick them."
BELLS = "About the bells that nobody rang, and who heard them all the same."


def test_description_is_the_first_paragraph_that_earlier_issues_do_not_have(letters: Publication) -> None:
    letters.write("1-a.md", f"{HELLO}\n\n{APPLES}", day=TODAY - 2 * DAY)
    look(letters)
    letters.write("2-b.md", f"{HELLO}\n\n{BELLS}", day=TODAY - DAY)

    look(letters)

    assert (letters.record("1").description, letters.record("2").description) == (HELLO, BELLS)


@pytest.mark.parametrize("greeting", [
    "This is issue {} of our letters, of October {}, 2026.", "Welcome to the {}th issue of our letters.",
    "这是「墨水」第 {} 期，发表于：2026年10月{}日。",
])
def test_greeting_that_names_its_number_and_day_is_no_description(letters: Publication, greeting: str) -> None:
    for number in (4, 5, 6):
        text = f"{greeting.format(number, 10 + number)}\n\nOf {'abc'[number - 4]} ink and paper."
        letters.write(f"{number}.md", text, day=TODAY + number * DAY)

    look(letters)

    assert [letters.record(f"{n}").description for n in (5, 6)] == ["Of b ink and paper.", "Of c ink and paper."]


@pytest.mark.parametrize("greetings", [
    ("This is the third letter of ours.", "This is the fourth letter of ours.", "This is the fifth letter of ours."),
    ("These are letters of April 2026!", "These are letters of May 2026!", "These are letters of June 2026!"),
    ("Diese Ausgabe behandelt März 2026.", "Diese Ausgabe behandelt Mai 2026.", "Diese Ausgabe behandelt Juni 2026."),
    ("欢迎收看「墨水」第九期。", "欢迎收看「墨水」第十期。", "欢迎收看「墨水」第十一期。"),
], ids=["in words", "months", "months in another language", "Chinese numerals"])
def test_greeting_that_names_its_number_or_month_in_words_is_no_description(
    letters: Publication, greetings: tuple[str, str, str],
) -> None:
    for number, greeting in enumerate(greetings, 4):
        letters.write(f"{number}.md", f"{greeting}\n\nOf {'abc'[number - 4]} ink and paper.", day=TODAY + number * DAY)

    look(letters)

    assert [letters.record(f"{n}").description for n in (5, 6)] == ["Of b ink and paper.", "Of c ink and paper."]


@pytest.mark.parametrize(("texts", "descriptions"), [
    (("Hi everyone, welcome to issue 4! No. 5 says how ink dries.", "Hi everyone, welcome to issue 5! Ink dries.",
      "Hi everyone, welcome to issue 6! Of ink and paper."),
     ("Hi everyone, welcome to issue 4! No. 5 says how ink dries.", "Hi everyone, welcome to issue 5! Ink dries.",
      "Of ink and paper.")),
    (("Welcome! It is May. Our letters come by post. We print.", "Welcome! It is June. Mr. Vale prints them for us.",
      "Welcome! It is July. Our letters come by post. Ink is dear."),
     ("Welcome! It is May. Our letters come by post. We print.", "Mr. Vale prints them for us.",
      "Our letters come by post. Ink is dear.")),
    (("These are letters #4. On 4. May we print.", "These are letters #5. On 5. May we print and dry.",
      "These are letters #60. We print."),
     ("These are letters #4. On 4. May we print.", "On 5. May we print and dry.", "These are letters #60. We print.")),
    (("大家好，这是墨水第4期。本期说墨水。", "大家好，这是墨水第5期。本期说纸从哪里来。",
      "大家好，这是墨水第6期！说船。"),
     ("大家好，这是墨水第4期。本期说墨水。", "本期说纸从哪里来。", "大家好，这是墨水第6期！说船。")),
], ids=["too little left", "several sentences", "points", "Chinese"])
def test_sentences_that_begin_every_issue_are_left_out_where_enough_follows(
    letters: Publication, texts: tuple[str, ...], descriptions: tuple[str, ...],
) -> None:
    for number, text in enumerate(texts, 4):
        letters.write(f"{number}.md", text, day=TODAY + number * DAY)

    look(letters)

    assert tuple(letters.record(f"{n}").description for n in (4, 5, 6)) == descriptions


def test_issues_of_one_look_are_described_in_the_order_of_their_hours_and_not_of_their_names(
    letters: Publication,
) -> None:
    letters.write("10-b.md", f"{HELLO}\n\n{BELLS}", day=TODAY - DAY)
    letters.write("9-a.md", f"{HELLO}\n\n{APPLES}", day=TODAY - 2 * DAY)

    look(letters)

    assert (letters.record("9").description, letters.record("10").description) == (HELLO, BELLS)


def test_what_a_later_issue_says_too_still_describes_the_earlier_one(letters: Publication) -> None:
    letters.write("2-b.md", f"{HELLO}\n\n{BELLS}", day=TODAY - DAY)
    look(letters)
    letters.write("1-a.md", f"{HELLO}\n\n{APPLES}", day=TODAY - 2 * DAY)

    look(letters)

    assert letters.record("1").description == HELLO


def test_description_is_kept_when_later_issues_repeat_it(letters: Publication) -> None:
    letters.write("1-a.md", f"{HELLO}\n\n{APPLES}", day=TODAY - 2 * DAY)
    letters.begin()
    letters.write("2-b.md", f"{HELLO}\n\n{BELLS}", day=TODAY - DAY)
    letters.publish()

    letters.write("1-a.md", f"{HELLO}\n\n{APPLES} And pears.", day=TODAY - 2 * DAY)
    letters.publish()

    assert letters.record("1").description == HELLO


@pytest.mark.parametrize(("body", "front", "description"), [
    (f"<small>In short</small>\n\n{HELLO}", "", "In short"),
    (f"<small>In short</small>\n\n{HELLO}", "description: From the front\n", "From the front"),
    (BELLS, "", BELLS),
    ("", "", ""),
])
def test_description_follows_its_author(letters: Publication, body: str, front: str, description: str) -> None:
    letters.write("1-a.md", f"{HELLO}\n\n{APPLES}")
    letters.begin()

    letters.write("1-a.md", body, front=front)
    letters.publish()

    assert letters.record("1").description == description


def test_files_that_did_not_change_are_not_opened(letters: Publication) -> None:
    path = letters.write("14-a.md", words(1))
    look(letters)
    stat = path.stat()
    path.write_bytes(b"x" * stat.st_size)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    made = look(letters)

    assert (lines(made.problems), letters.record("14").title) == ([], "a")


def test_look_at_a_folder_that_did_not_change_reads_no_row_of_it(
    letters: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters.write("14-a.md", words(1))
    look(letters)
    asked: list[str] = []
    everything = KnownFiles.all
    monkeypatch.setattr(KnownFiles, "all", lambda files: asked.append("files") or everything(files))

    look(letters)
    letters.write("15-b.md", words(2))
    look(letters)

    assert (asked, letters.record("15").title) == (["files"], "b")
