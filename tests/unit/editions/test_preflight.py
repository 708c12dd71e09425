"""The last look before a mail goes: what holds it, and what its author should know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.editions.edition import Edition, Hole
from pipeline.editions.preflight import preflight
from tests.mail_samples import FRAME, render

GOOD = Edition(
    name="7", language="en", subject="Type", preheader="", html=f'<p><a href="{Hole.UNSUBSCRIBE}">out</a></p>',
    text=f"<{Hole.UNSUBSCRIBE}>",
)


def test_a_real_edition_passes_without_a_word() -> None:
    assert preflight(render("![A press](a.png)\n\n[x](https://example.com)"), FRAME) == ()


@pytest.mark.parametrize(("changes", "line"), [
    ({"html": GOOD.html + "x" * 97_280},
     "error 07.md: the mail has 97,328 bytes of HTML, and clients hide what is over 95,232: shorten the template"),
    ({"html": "<p>AVVISO-HOLE-QUOTED-UNSUBSCRIBE</p>"},
     "error 07.md: the HTML part has no unsubscribe link: put {{ unsubscribe_url }} into the template"),
    ({"text": "words"},
     "error 07.md: the text part has no unsubscribe link: put {{ unsubscribe_url }} into the template"),
    ({"subject": " "}, "error 07.md: the subject is empty: give the issue a title"),
    ({"subject": "x" * 151},
     "warning 07.md: the subject has 151 characters; inboxes show about 60: shorten the title"),
    ({"html": GOOD.html + '<a href="notes.pdf">a</a><img src="notes.pdf" alt="">'},
     ('warning 07.md: the address "notes.pdf" leads nowhere from an inbox: write it out from https:// on, '
     "or put the file beside the issue")),
    ({"html": GOOD.html + '<img src="https://example.com/a.png">'},
     "warning 07.md: a picture has no alternative text: https://example.com/a.png: add one, even an empty one"),
    ({"html": GOOD.html + "AVVISO-HOLE-UNSUBSCRIPE"},
     "error 07.md: AVVISO-HOLE-UNSUBSCRIPE is filled by nobody: mend the template"),
    ({"text": GOOD.text + "see *|UNSUB|*"},
     'warning 07.md: "*|UNSUB|*" looks like a placeholder: replace it, or write it as code'),
    ({"subject": "Dear {{ name }}", "text": GOOD.text + "Dear {{ name }}"},
     ('warning 07.md: the subject has "{{ name }}", which looks like a placeholder: replace it, unless readers are to '
      "see it")),
])
def test_each_fault_is_one_line_and_says_whether_it_holds_the_mail(changes: dict[str, str], line: str) -> None:
    found = preflight(replace(GOOD, **changes), FRAME, path="07.md")

    assert [f"{problem.severity} {problem}" for problem in found] == [line]


def test_a_mail_without_a_postal_address_is_told_so() -> None:
    found = preflight(GOOD, replace(FRAME, postal_address=""))

    assert [(str(problem), problem.severity) for problem in found] == [(
        ("7: the mail shows no postal address, which many countries ask for: "
        "set publication.postal_address in config.yaml"), "warning")]


def test_a_placeholder_in_code_is_an_example() -> None:
    assert preflight(render("`{{ name }}`\n\n```\n*|FNAME|*\n```\n"), FRAME) == ()


def test_a_mark_that_an_author_wrote_is_no_fault() -> None:
    assert preflight(render("AVVISO-HOLE-UNSUBSCRIPE and AVVISO-HOLE-VIEW"), FRAME) == ()
