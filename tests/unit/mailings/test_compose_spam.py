"""SpamAssassin's local rules on the mail of our newest sample: a list's mail, and nothing that costs points.

Rules that count tags inside words (HTML_OBFUSCATE) take every tag in a line of Chinese for one; that is worth up to 0.6
points without network tests, nothing with them, and no space in a reader's line.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import time
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.issues.reading.manuscript import read_manuscript
from pipeline.mailings.compose import Stencil
from tests.mail_samples import envelope, reader, render

ROOT = Path(__file__).parents[3]
SPAMASSASSIN = shutil.which("spamassassin")
HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
           "List-Archive", "Feedback-ID", "MIME-Version", "X-Avviso-Delivery")


def newest_sample() -> bytes:
    path = max((ROOT / "issues").glob("*.md"))
    one = read_manuscript(path.read_bytes(), path.name, zone=ZoneInfo("UTC"), send_at=time(8), git_date=lambda _: None)
    edition = render(one.body, title=one.title, number=one.number, cover=one.cover, description=one.descriptions[0])
    return Stencil(edition, envelope()).message(reader()).mime()


def test_mail_of_the_newest_sample_has_its_headers_and_no_defect() -> None:
    made = message_from_bytes(newest_sample(), policy=policy.default)

    assert [name for name in HEADERS if name not in made] == []
    assert [part.defects for part in made.walk() if part.defects] == []


@pytest.mark.skipif(SPAMASSASSIN is None, reason="SpamAssassin is not installed")
def test_spamassassin_takes_the_newest_sample_for_the_mail_of_a_list(tmp_path: Path) -> None:
    assert SPAMASSASSIN
    answer = subprocess.run([SPAMASSASSIN, "-L", "-t", "-x"], input=newest_sample(), capture_output=True, timeout=120,
                            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin:/usr/sbin"}, check=True)
    said = answer.stdout.decode("utf-8", "replace").rpartition("Content analysis details:")[2]
    points = re.search(r"\((-?[\d.]+) points", said)

    assert points, said
    assert float(points[1]) <= -1.0, said
