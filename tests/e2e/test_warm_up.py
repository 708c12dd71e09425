"""A new sender's first day, through the command line: who waits is told why, and until when."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.street import Publication

WAITS = r"waits until 20\d\d-\d\d-\d\d \d\d:\d\d: this day's 2 messages are used up \(transport\.warm_up\)"


def test_rest_of_a_mailing_waits_for_tomorrow_and_says_so(tmp_path: Path) -> None:
    letters = Publication(tmp_path, {"transport": {"warm_up": {"start": 2}}})
    letters.run("init")
    letters.add_readers(5)
    letters.write("01-ink.md", "About ink and how it dries.", day=datetime.now(UTC) - timedelta(hours=1))

    published, again = letters.run("publish"), letters.run("publish", "--json")
    status, explained = letters.run("status"), letters.run("explain", "1")

    assert (published.code, again.code) == (0, 0)
    assert re.search(rf"sending, 5 readers: 3 pending, 2 sent\n{WAITS}\n$", published.out)
    assert again.json["mailings"][0]["counts"]["sent"] == 2
    assert re.search(rf"\n  {WAITS}\n", status.out)
    assert re.search(rf"; {WAITS} \(since ", explained.out)
