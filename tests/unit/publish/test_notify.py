"""With `notify.email` the maintainer hears of what needs them, once, in one letter a pass, by the same door out."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from pipeline.editions.notices import Matter
from pipeline.engines.jobs import Shift, publish_once
from pipeline.errors import ConfigError, Refused
from pipeline.feedback.needs import note_trouble, remember_asker
from pipeline.mailings.mailing import Doubt, MailingState
from pipeline.providers.local import Faulty
from pipeline.publish.matters import condensed
from pipeline.publish.pickup import Approve
from tests.hostile import SQUARE, again, cpu_s, growth
from tests.publications import TODAY, Publication, words

EDITOR = "editor@example.net"


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    made = Publication(tmp_path / "weekly", {"notify": {"email": EDITOR}})
    made.begin(write=False)
    made.add_readers("ada@example.org", "ben@example.org")
    return made


def notices(made: Publication) -> list[tuple[str, str]]:
    """Subject and text of each letter to the editor, in order."""
    found = []
    for path in sorted((made.folder / "var/outbox").rglob(f"*{EDITOR}*.eml"), key=lambda path: path.stat().st_mtime_ns):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        assert body
        found.append((str(mail["Subject"]), " ".join(str(body.get_content()).split())))
    return found


def subjects(made: Publication) -> list[str]:
    return [subject for subject, _ in notices(made)]


def test_end_of_a_mailing_is_told_once_with_its_report(letters: Publication) -> None:
    letters.write("01-Paper.md", words(1))

    for _ in range(3):
        letters.deliver()

    (subject, text), = notices(letters)
    assert subject == "No. 1 “Paper” is out"
    assert "“Paper” was mailed to weekly: 2 readers, 2 sent. Begun 2026-03-24 13:00, done 2026-03-24 13:00." in text


def test_reader_who_asks_by_mail_to_leave_is_told_once_and_by_no_name(letters: Publication) -> None:
    for sender in ("ada@example.org", "ben@example.org", "ada@example.org"):
        remember_asker(letters.app.ledger, sender, letters.turn(minutes=1), letters.clock.now())
        letters.deliver()

    assert subjects(letters) == ["a…@example.org asks to be taken off", "b…@example.org asks to be taken off"]
    assert "avviso subscribers remove ADDRESS" in notices(letters)[0][1]
    assert "ada@" not in notices(letters)[0][1]


def test_mailbox_that_nobody_can_read_is_told_after_an_hour_once_and_anew_when_it_fails_again(tmp_path: Path) -> None:
    """Nothing listens at its port; what leaves by mail would be left lying."""
    box = {"host": "127.0.0.1", "port": 1, "username": "letters", "password": "secret"}
    made = Publication(tmp_path / "weekly", {"notify": {"email": EDITOR}, "mailbox": box})
    made.begin(write=False)
    told = []
    for minutes in (0, 30, 40, 60):
        made.turn(minutes=minutes)
        made.deliver()
        told.append(len(notices(made)))
    note_trouble(made.app.ledger, "", made.clock.now())  # as a look that found the mailbox
    made.deliver()
    made.turn(hours=1)
    made.deliver()

    assert told == [0, 0, 1, 1]
    assert subjects(made) == ["The mailbox is not read"] * 2
    assert "has not been read since 2026-03-24 13:00: the mailbox of letters at 127.0.0.1" in notices(made)[0][1]


def test_several_matters_of_a_pass_are_one_letter(letters: Publication) -> None:
    letters.write("01-Paper.md", words(1))
    letters.write("02-Late.md", words(2), day="2026-01-01")

    letters.deliver()

    (subject, text), = notices(letters)
    assert subject == "2 matters at Letters"
    assert "“Late” is held and nobody was mailed: late: first seen 82 days after its hour" in text
    assert "avviso approve 2 avviso adopt 2" in text


def test_issue_that_is_held_for_a_mistake_is_told_once_while_its_author_writes(letters: Publication) -> None:
    for text in ("[Ink](LINK_HERE).", "One more line.\n\n[Ink](LINK_HERE).", "[Ink](TODO)."):
        letters.write("01-Paper.md", f"{text} {words(1)}")
        letters.deliver()
        letters.turn(minutes=1)

    assert subjects(letters) == ["No. 1 “Paper” is held"]


def test_what_no_person_can_let_go_before_it_is_mended_names_no_command_that_would(letters: Publication) -> None:
    letters.write_template("email/issue.html", "{{ titel }}")
    letters.restart()
    letters.write("01-Paper.md", words(1))

    letters.deliver()

    (subject, text), = notices(letters)
    assert subject == "No. 1 “Paper” is held"
    assert "It goes once that is mended; to publish it without mail: avviso adopt 1" in text
    assert "approve" not in text


def test_first_mailing_that_waits_names_the_command_that_lets_it_go(letters: Publication) -> None:
    app = letters.restart()
    app.rules = replace(app.rules, approve=Approve.FIRST)  # files in a folder never wait
    letters.write("01-Paper.md", words(1))

    letters.deliver()

    (subject, text), = notices(letters)
    assert subject == "No. 1 “Paper” waits for you"
    assert "(the first mailing that really goes out)" in text
    assert "avviso preview 1 avviso approve 1" in text


@pytest.mark.parametrize(("reason", "told"), [
    ("late: why", "late: why. Once you are content, let it go: avviso approve 1 "),
    ("mistake: why", r"mistake: .*'titel' is undefined.*\. It goes once that is mended\. --"),
])
def test_list_that_is_held_beside_one_that_was_mailed_is_told(letters: Publication, reason: str, told: str) -> None:
    lists = [{"id": "weekly", "name": "Weekly"}, {"id": "daily", "name": "Daily"}]
    letters.configure({"notify": {"email": EDITOR}, "lists": lists})
    letters.write("01-Paper.md", words(1), front="list: [weekly, daily]\n")
    letters.publish(start=False)
    mailings, now = letters.app.ledger.mailings, letters.clock.now()
    weekly, daily = mailings.all()
    mailings.move(daily.id, MailingState.HELD, reason=reason, now=now)
    dressed = letters.app.dresser.dress(letters.record("1"), weekly.list)
    mailings.start(weekly.id, *dressed, now=now, expire=timedelta(days=1))
    letters.write_template("email/issue.html", "{{ titel }}")
    letters.restart()

    letters.deliver()

    _, text = notices(letters)[0]
    assert re.search(f"No. 1 “Paper” was mailed, but not to daily: {told}", text)


def test_what_a_person_did_is_no_news(letters: Publication) -> None:
    letters.write("01-Paper.md", words(1))
    letters.publish(start=False)
    letters.app.decisions.hold(letters.record("1"))
    letters.write("02-Ink.md", words(2))
    letters.publish()
    letters.app.decisions.hold(letters.record("2"))
    assert letters.mailings == {"1/weekly": "held", "2/weekly": "paused"}

    letters.deliver()

    assert notices(letters) == []


def pass_with(made: Publication, verdict: Callable[[], Exception]) -> None:
    """A pass in which nobody but the editor can be mailed."""
    real = made.app.open_transport
    made.app.open_transport = lambda: Faulty(
        lambda message, _: None if message.recipient == EDITOR else verdict(), real())  # type: ignore[arg-type, return-value]
    publish_once(made.app, threading.Event())
    made.app.open_transport = real


def test_pause_by_the_brake_is_told_and_told_again_when_it_happens_again(letters: Publication) -> None:
    letters.write("01-Paper.md", words(1))

    pass_with(letters, lambda: Refused("no", reply="554 go away", session=True))
    pass_with(letters, lambda: Refused("no", reply="554 go away", session=True))
    assert subjects(letters) == ["No. 1 “Paper”: sending is paused"]
    assert "554 go away. 0 of 2 readers have it." in notices(letters)[0][1]

    letters.app.decisions.resume(letters.record("1"))
    with Shift.begin(letters.app) as shift:
        shift.notify()  # a look while it runs
    letters.turn(minutes=10)
    pass_with(letters, lambda: Refused("no", reply="554 go away", session=True))
    assert subjects(letters) == ["No. 1 “Paper”: sending is paused"] * 2


def test_chinese_letter_about_a_pause_says_in_chinese_who_refuses_us(letters: Publication) -> None:
    letters.configure({"notify": {"email": EDITOR}, "publication": {
        "title": "周刊", "url": "https://weekly.example.com/", "language": "zh-Hans"}})
    letters.write("01-纸.md", words(1))

    pass_with(letters, lambda: Refused("no", reply="554 go away", session=True))

    text = notices(letters)[0][1].replace(" ", "")
    assert "暂停了：发信服务器拒绝了我们（thepostrefusesus:554goaway）。2位读者中已有0位收到。" in text


def test_doubt_is_told_with_both_ways_to_decide(letters: Publication) -> None:
    letters.configure({"notify": {"email": EDITOR}, "mailings": {"in_doubt": "hold"}})
    letters.write("01-Paper.md", words(1))
    letters.publish()
    books, now, lease = letters.app.ledger, letters.clock.now(), timedelta(minutes=5)
    books.deliveries.claim("dead", 1, limit=9, now=now, lease=lease)
    books.doubts.reclaim("dead", Doubt.PROCESS)

    letters.deliver()

    (subject, text), = notices(letters)
    assert subject == "No. 1 “Paper”: 2 in doubt"
    assert "2 of 2 readers of No. 1 “Paper” (weekly) may or may not have it" in text
    assert "they stay as they are. avviso resolve 1 --assume-sent avviso resolve 1 --resend" in text


def test_doubt_in_a_warm_up_names_an_hour_that_has_not_passed(letters: Publication) -> None:
    """A mailing that warms up outlasts its time, and a doubt stays open for as long as any other."""
    letters.configure({"notify": {"email": EDITOR}, "transport": {"warm_up": {"start": 2, "growth": 2}}})
    letters.write("01-Paper.md", words(1))
    letters.publish()
    letters.turn(days=3)
    books, now, lease = letters.app.ledger, letters.clock.now(), timedelta(minutes=5)
    books.deliveries.claim("dead", 1, limit=9, now=now, lease=lease)
    books.doubts.reclaim("dead", Doubt.PROCESS)

    with Shift.begin(letters.app) as shift:
        shift.notify()
    letters.deliver()

    texts = [text for subject, text in notices(letters) if "in doubt" in subject]
    assert [re.findall("on ([-0-9: ]+) they count as sent", text) for text in texts] == [["2026-03-29 01:00"]]


@pytest.fixture
def weekly(tmp_path: Path) -> Publication:
    """Every Tuesday for five weeks; it is Tuesday afternoon, and the sixth is not there."""
    made = Publication(tmp_path / "weekly", {"notify": {"email": EDITOR}})
    for number in range(5):
        made.write(f"{number + 1:02}-Letter.md", words(number), day=TODAY - timedelta(weeks=5 - number))
    made.begin(write=False)
    return made


def test_missing_issue_is_told_once_when_it_is_half_a_day_late(weekly: Publication) -> None:
    weekly.deliver()
    told = notices(weekly)
    weekly.turn(hours=8)
    weekly.deliver()
    weekly.turn(days=3)
    weekly.deliver()

    (subject, text), = notices(weekly)
    assert told == []
    assert subject == "An issue is overdue"
    assert ("An issue was expected on 2026-03-24 08:00, by the rhythm of the last 5; "
            "the last one was No. 5 “Letter” on 2026-03-17 08:00.") in text


def test_issue_that_lies_ahead_is_not_missing(weekly: Publication) -> None:
    weekly.write("06-Letter.md", words(9), day=TODAY + timedelta(days=4))
    weekly.turn(hours=8)

    weekly.deliver()

    assert notices(weekly) == []


def test_issue_that_lay_ahead_and_whose_file_is_gone_is_missing(weekly: Publication) -> None:
    path = weekly.write("06-Letter.md", words(9), day=TODAY + timedelta(days=4))
    weekly.deliver()
    path.unlink()
    weekly.turn(hours=8)

    weekly.deliver()

    assert [subject for subject, _ in notices(weekly)] == ["An issue is overdue"]


def told_after_quiet(letters: Publication) -> tuple[str, str]:
    """The one letter that is written when a quarter of an hour is over, and neither before nor again."""
    letters.turn(minutes=14)
    letters.deliver()
    assert notices(letters) == []
    letters.turn(minutes=1)
    letters.deliver()
    letters.turn(days=1)
    letters.deliver()
    (letter,) = notices(letters)
    return letter


def test_broken_file_is_told_once_when_nobody_has_touched_it_for_as_long_as_one_writes(tmp_path: Path) -> None:
    """A file that was copied has an old change time; one that is being written has a new one, again and again."""
    letters = Publication(tmp_path / "weekly", {"notify": {"email": EDITOR}, "schedule": {"quiet": "15m"}})
    letters.begin(write=False)
    letters.write("01-Paper.md", words(1), day="tomorrow")
    letters.deliver()
    letters.turn(minutes=14)
    letters.write("01-Paper.md", words(2), day="next week", age_s=10)
    letters.deliver()

    subject, text = told_after_quiet(letters)

    assert subject == "01-Paper.md cannot be used"
    assert 'cannot be used: 01-Paper.md:2: date "next week" is not' in text
    assert "avviso check 01-Paper.md" in text

    letters.write("01-Paper.md", words(1), day=TODAY + timedelta(days=9))
    letters.deliver()
    letters.write("01-Paper.md", words(1), day="tomorrow")
    letters.deliver()
    letters.turn(minutes=15)
    letters.deliver()

    assert subjects(letters) == ["01-Paper.md cannot be used"] * 2


def test_folder_that_lost_too_much_is_told_once_when_it_has_for_as_long_as_one_writes(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "weekly", {"notify": {"email": EDITOR}, "schedule": {"quiet": "15m"}})
    letters.fill(4)
    letters.begin()
    for n in (1, 2, 3):
        (letters.issues / f"0{n}-letter.md").unlink()
    letters.deliver()

    subject, text = told_after_quiet(letters)

    assert subject == "3 issues are missing"
    assert "3 known issues, 01-letter.md among them, are missing from the issues folder since 2026-03-24 13:00." in text
    assert "avviso build --accept-missing" in text


def test_pass_that_comes_to_nothing_is_told_once_when_it_has_for_as_long_as_one_writes(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "weekly", {"notify": {"email": EDITOR}, "schedule": {"quiet": "15m"}})
    letters.fill(1)
    letters.begin()
    letters.write_template("web/page.html", "{{ titel }}")
    told = []

    for minutes in (0, 14, 1, 1440):
        letters.turn(minutes=minutes)
        with pytest.raises(ConfigError, match="'titel' is undefined"):
            letters.deliver()
        told.append(len(notices(letters)))

    assert told == [0, 0, 1, 1]
    (subject, text), = notices(letters)
    assert subject == "Nothing new goes out"
    assert "Nothing new has been shown or mailed since 2026-03-24 13:00: " in text
    assert "page.html:1: template: 'titel' is undefined" in text


def test_of_many_broken_files_a_letter_names_ten_and_counts_the_others(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "weekly", {"notify": {"email": EDITOR}})
    letters.begin(write=False)
    for number in range(12):
        letters.write(f"notes {number:02}.md", words(number), day=None)

    letters.deliver()
    letters.deliver()

    (subject, text), = notices(letters)
    assert subject == "11 matters at Letters"
    assert re.findall(r"avviso check '(.*?)'", text) == [f"notes {number:02}.md" for number in range(10)]
    assert "Files of the issues folder that cannot be used: 2 more. All of them: avviso check" in text


def test_choosing_what_a_letter_names_grows_with_the_broken_files_and_not_with_their_square() -> None:
    """Where somebody's notes lie in the folder of the issues there are thousands."""
    def cost(one_each: str) -> float:
        broken = [Matter(f"broken {n}.md", "broken", None, "", (), {"path": f"{n}.md"}) for n in range(len(one_each))]
        return cpu_s(lambda: condensed(broken))

    assert growth(cost, again("x"), 1000) <= SQUARE


def test_template_that_cannot_be_filled_stops_nothing(letters: Publication) -> None:
    letters.write_template("email/notice.txt", "{{ nothing }}")
    letters.write("01-Paper.md", words(1))

    letters.deliver()

    assert letters.mails == ["ada@example.org", "ben@example.org"]


def test_without_the_setting_nobody_is_told(tmp_path: Path) -> None:
    made = Publication(tmp_path / "weekly")
    made.begin(write=False)
    made.write("02-Late.md", words(2), day="2026-01-01")

    made.deliver()

    assert made.mails == []


def test_old_ends_are_no_news_when_the_setting_comes(tmp_path: Path) -> None:
    made = Publication(tmp_path / "weekly")
    made.begin(write=False)
    made.add_readers("ada@example.org")
    made.write("01-Paper.md", words(1))
    made.deliver()
    made.turn(hours=1)
    made.configure({"notify": {"email": EDITOR}})

    made.deliver()

    assert notices(made) == []
    assert made.app.ledger.notices.told() == {"finished 1"}
