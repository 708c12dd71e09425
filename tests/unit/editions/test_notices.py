"""Notices: every catalogue says everything, and a letter holds the very commands."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from lxml import html

from pipeline.editions.holes import split
from pipeline.editions.notice_wording import notice_wording
from pipeline.editions.notices import Matter, render_notice
from tests.mail_samples import FRAME, TEMPLATES

COUNTS = {"sent": 7, "failed": 1, "in_doubt": 0, "skipped": 2, "cancelled": 0}
FINISHED = Matter("finished 3", "finished", 14, "On paper", ("avviso status",),
                  {"list": "weekly", "audience": "10", "begun": "2026-03-24 08:00", "ended": "2026-03-24 08:09"},
                  COUNTS)
HELD = Matter("held x", "held", None, "<Odd> AVVISO-HOLE-VIEW", ("avviso approve 'a b'", "avviso adopt 'a b'"),
              {"cause": "late", "reason": "late: first seen 9 days after its hour", "way": "decided"})
DOUBT = Matter("doubt 3", "doubt", 14, "On paper", ("avviso resolve 14 --assume-sent", "avviso resolve 14 --resend"),
               {"list": "weekly", "count": "2", "audience": "10", "expires": "2026-03-25 20:00"})
OTHERS = [
    Matter("l", "held_list", 1, "A", ("x",), {
        "list": "daily", "cause": "late", "reason": "late: why", "way": "list_decided"}),
    Matter("e", "held", 1, "A", ("x",), {"cause": "mistake", "reason": "mistake: why", "way": "mended"}),
    Matter("f", "held_list", 1, "A", (), {
        "list": "daily", "cause": "mistake", "reason": "mistake: why", "way": "list_mended"}),
    Matter("a", "approval", 1, "A", ("x",), {"cause": "approval", "reason": "the first mailing that really goes out"}),
    Matter("p", "paused", 1, "A", ("x",), {"list": "weekly", "reason": "why", "sent": "1", "audience": "2"}),
    Matter("b", "broken", None, "", ("x",), {"path": "1.md", "problem": '1.md:2: date "x" is not a day'}),
    Matter("", "broken_more", None, "", ("x",), {"count": "3"}),
    Matter("d", "depleted", None, "", ("x",), {"count": "4", "path": "1.md", "since": "2026-03-24 08:00"}),
    Matter("s", "stalled", None, "", ("x",), {"since": "2026-03-24 08:00", "reason": "page.html:2: why"}),
    Matter("k", "asks", None, "", ("x",), {"who": "a…@example.org"}),
    Matter("i", "mailbox", None, "", ("x",), {"since": "2026-03-24 08:00", "reason": "the mailbox cannot be reached"}),
    Matter("m", "missing", 1, "A", ("x",), {"expected": "2026-03-24 08:00", "last": "2026-03-17 08:00", "known": "5"}),
]
ENGLISH = replace(FRAME, language="en", title="Type & Paper")


def holes(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", ["zh-Hans", "zh-TW"])
def test_each_catalogue_says_all_that_the_english_one_says_and_no_more(language: str) -> None:
    english, other = notice_wording("en"), notice_wording(language)

    assert english.keys() - other.keys() == set()
    assert {key for key in english if holes(other[key]) != holes(english[key])} == set()


@pytest.mark.parametrize("language", ["zh-Hans", "zh-TW"])
@pytest.mark.parametrize("cause", ["approval", "late", "burst", "copy", "restored", "clock", "mistake", "unwelcome"])
def test_chinese_notice_says_in_chinese_why_an_issue_is_held(language: str, cause: str) -> None:
    held = replace(HELD, values={**HELD.values, "cause": cause})

    told = render_notice([held], replace(ENGLISH, language=language), TEMPLATES).text

    said = notice_wording(language)[f"cause_{cause}"].partition("（")[0]
    assert "".join(said.split()) in "".join(told.split())  # wherever its lines are broken


def test_one_matter_is_the_subject_and_its_command_stands_on_a_line_of_its_own() -> None:
    made = render_notice([FINISHED], ENGLISH, TEMPLATES)

    assert made.subject == "No. 14 “On paper” is out"
    assert made.text == (
        "No. 14 “On paper” is out\n"
        "========================\n\n"
        "No. 14 “On paper” was mailed to weekly: 10 readers, 7 sent, 1 failed, 2\nleft before it was sent. Begun "
        "2026-03-24 08:00, done 2026-03-24 08:09.\n\n"
        "    avviso status\n\n" + "-" * 74 + "\n"
        "avviso writes this to the address of notify.email in config.yaml. Each\n"
        "matter is told once; `avviso status` shows what is still open.\n")


def test_several_matters_are_one_letter() -> None:
    made = render_notice([HELD, FINISHED], ENGLISH, TEMPLATES)
    shown = html.document_fromstring(made.html)

    assert made.subject == "2 matters at Type & Paper"
    assert [block.text for block in shown.iter("pre")] == ["avviso approve 'a b'\navviso adopt 'a b'", "avviso status"]
    assert [h.text_content() for h in shown.iter("h1")] == [made.subject]


def test_what_an_author_wrote_stays_text() -> None:
    made = render_notice([HELD], ENGLISH, TEMPLATES)

    assert "“<Odd> AVVISO-HOLE-VIEW” is held" in " ".join(split(made.text)[0].split())  # type: ignore[arg-type]
    assert len(split(made.html)) == 1


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_every_kind_of_matter_can_be_told_in_every_language(language: str) -> None:
    for matter in (FINISHED, HELD, DOUBT, *OTHERS):
        made = render_notice([matter], replace(FRAME, language=language), TEMPLATES)

        assert all(line in made.text for line in matter.commands)
        assert "{" not in made.subject + made.text


@pytest.mark.parametrize(("expires", "said"), [("2026-03-25 20:00", "on 2026-03-25 20:00 they count as sent."),
                                               ("", "they stay as they are.")])
def test_doubt_says_what_becomes_of_it_by_itself(expires: str, said: str) -> None:
    made = render_notice([replace(DOUBT, values={**DOUBT.values, "expires": expires})], ENGLISH, TEMPLATES)

    assert said in " ".join(made.text.split())


def test_notice_in_a_language_that_only_mails_speak_is_english_throughout_and_says_so() -> None:
    made = render_notice([HELD], replace(FRAME, language="ja"), TEMPLATES)
    shown = html.document_fromstring(made.html)

    assert (made.language, shown.get("lang")) == ("en", "en")
    assert not re.search("[\u3040-\u30ff]", made.html + made.text)


def test_reasons_are_explained_in_chinese_and_kept() -> None:
    made = render_notice([HELD], FRAME, TEMPLATES)

    assert "到期太久（late:firstseen9daysafteritshour）" in "".join(made.text.split())
