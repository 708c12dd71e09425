"""Lives of a publication, in any order: its editor writes, renames, edits, re-dates, deletes and copies, settings
change, processes die. Nobody gets an issue twice, and in the feeds each stays who it is.

Each text has a word of its own, by which mails and entries are known whatever their files are called. A copy has a
second one.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from pipeline.errors import Refusal
from pipeline.issues.issue import State
from pipeline.issues.record import Record
from pipeline.mailings.mailing import DeliveryState, Mailing, MailingState
from tests.books import dies
from tests.publications import Publication, words

WORD, COPY = re.compile(r"\bword\d+\b"), re.compile(r"\bcopy\d+\b")
NAMES = st.sampled_from(["{n}-{name}.md", "{name}.md", "{name}-{n}.md", "第{n}期-{name}.md", "2026/{n}-{name}.md"])
ANY = st.integers(0, 10**6)  # which of those there are
SETTINGS: tuple[dict[str, Any], ...] = (
    {"publication": {"title": "Another title"}}, {"publication": {"url": "https://new.example.org/below/"}},
    {"issues": {"permalink": "{slug}/"}}, {"issues": {"permalink": "{year}/{stem}/"}},
    {"feeds": {"entries": 2}}, {"feeds": {"tags": True}},
)


@dataclass
class Written:
    """A file of the editor's. `was_seen`: a pass has looked at it since it was touched."""

    path: Path
    day: date
    text: str
    front: str = ""
    was_seen: bool = False


class Lives(RuleBasedStateMachine):
    """`here` and `gone` are the editor's files by their own words; `released` are those that a person let go."""

    @initialize(old=st.integers(1, 4))
    def begin(self, old: int) -> None:
        self.count = itertools.count(1)
        self.place = Path(tempfile.mkdtemp(prefix="avviso-life-"))
        self.settings: dict[str, Any] = {"schedule": {"quiet": "0s", "max_burst": 3}}
        self.made = Publication(self.place / "weekly", self.settings)
        self.here: dict[str, Written] = {}
        self.gone: dict[str, Written] = {}
        self.released: set[str] = set()
        self.entries: dict[str, tuple[str, str]] = {}
        for n in range(old):
            self.write("{n}-{name}.md", -10 - n, draft=False)
        self.old = set(self.here)
        self.made.add_readers("ada@example.org", "ben@example.org")
        self.made.begin()
        self.be_seen()

    # ---- the editor -----------------------------------------------------------------------------

    @rule(name=NAMES, days=st.integers(-4, 3), draft=st.booleans())
    def write(self, name: str, days: int, draft: bool) -> None:
        self.begin_text(self.named(name), self.today() + timedelta(days=days),
                        "draft: true\n" if draft and days > 0 else "")

    @rule(at=ANY, days=st.integers(1, 4))
    def save_over(self, at: int, days: int) -> None:
        """The next issue, in the file of this one."""
        for word, file in self.some(at, lambda word, file: file.was_seen and not COPY.match(word)):
            del self.here[word]
            self.begin_text(file.path, file.day + timedelta(days=days))

    @rule(at=ANY, name=NAMES, edits=st.booleans())
    def rename(self, at: int, name: str, edits: bool) -> None:
        """And edits it a little before the next pass. A copy that is renamed cannot be told from its original."""
        for word, file in self.some(at, lambda word, file: file.was_seen and not COPY.match(word)):
            self.path(file).unlink()
            file.path = self.named(name)
            file.text += "\n\nOne more line." if edits else ""
            self.save(word, file)

    @rule(at=ANY, front=st.sampled_from(["", "title: Another\n", "tags: [a, b]\n", "description: Said so\n"]))
    def edit(self, at: int, front: str) -> None:
        for word, file in self.some(at):
            file.text += f"\n\nAdded line {next(self.count)}."
            file.front = front
            self.save(word, file)

    @rule(at=ANY, days=st.integers(-4, 4))
    def redate(self, at: int, days: int) -> None:
        for word, file in self.some(at):
            file.day = self.today() + timedelta(days=days)
            self.save(word, file)

    @rule(at=ANY)
    def delete(self, at: int) -> None:
        for word, file in self.some(at, lambda _word, file: file.was_seen):
            self.path(file).unlink()
            file.was_seen = False
            self.gone[word] = self.here.pop(word)

    @rule()
    def bring_back(self) -> None:
        for word in [word for word, file in self.gone.items() if file.was_seen][:1]:
            self.save(word, self.gone.pop(word))

    @rule(at=ANY, name=NAMES)
    def copy(self, at: int, name: str) -> None:
        for _word, file in self.some(at, lambda word, file: file.was_seen and not COPY.match(word)):
            word = f"copy{next(self.count):03}"
            file.was_seen = False
            self.save(word, Written(self.named(name), file.day, f"{file.text}\n\n{word}", file.front))

    @rule()
    def touch_all(self) -> None:
        for file in self.here.values():
            self.made.touch(self.path(file))

    # ---- the maintainer -------------------------------------------------------------------------

    @rule(changed=st.sampled_from(SETTINGS))
    def configure(self, changed: dict[str, Any]) -> None:
        self.settings |= changed
        self.made.configure(self.settings)

    @rule(hours=st.sampled_from([1, 12, 30]))
    def wait(self, hours: int) -> None:
        self.made.turn(hours=hours)

    @rule(at=ANY, what=st.sampled_from(["approve", "hold", "resume", "adopt", "cancel"]))
    def decide(self, at: int, what: str) -> None:
        known = list(self.made.app.archive.issues().values())
        record = known[at % len(known)]
        with suppress(Refusal):
            getattr(self.made.app.decisions, what)(record)
            if what in ("approve", "resume"):
                self.released.add(self.word_of(record))

    @rule()
    def add_reader(self) -> None:
        self.made.add_readers(f"reader{next(self.count)}@example.com")

    @rule()
    def build(self) -> None:
        self.made.app.publisher.build()
        self.be_seen()

    @rule()
    def publish(self) -> None:
        self.made.deliver()
        self.be_seen()
        self.look()

    @rule(statement=st.integers(1, 150))
    def die_publishing(self, statement: int) -> None:
        self.made.app.close()
        dies(self.publish_anew, statement)
        self.made.restart()

    def publish_anew(self) -> None:
        self.made.restart()
        self.made.deliver()

    # ---- what must be true ----------------------------------------------------------------------

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            self.made.app.close()
            shutil.rmtree(self.place)

    def settle(self) -> None:
        """At last all that is due is settled, a pass finds nothing to write, and a lost tree is built as it was."""
        for _ in range(2):
            self.publish()
        last = self.made.deliver()
        output = self.made.output()
        for name in ("feeds", "site"):
            shutil.rmtree(self.made.folder / name)
        self.made.restart().publisher.build()

        assert last.feeds_written == []
        assert all(one.counts[DeliveryState.SENT] == one.audience >= 2 for one in self.mailings
                   if one.state is MailingState.SENT)
        if any(problem.rule == "issues-missing" for problem in last.problems):
            return  # feeds and archive stand until that is settled
        assert self.made.output() == output
        assert [record.key for record in self.made.app.archive.issues().values()
                if record.state is State.PUBLISHED and not record.missing_at and record.reason != "cancelled"] == []

    def look(self) -> None:
        mailed = Counter((reader, word) for reader, word in self.mailed() if word not in self.released)
        assert {one: count for one, count in mailed.items() if count > 1} == {}
        assert {word for _, word in mailed} & self.old == set()
        assert all(mailing.balances for mailing in self.mailings)
        shown = self.shown()
        assert len({entry_id for entry_id, _ in shown.values()}) == len(shown)
        assert {word: shown.get(word, entry) for word, entry in self.entries.items()} == self.entries
        self.entries |= shown

    @property
    def mailings(self) -> list[Mailing]:
        return self.made.app.ledger.mailings.all()

    def mailed(self) -> list[tuple[str, str]]:
        """Who got which text, once for each mail."""
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default)
                 for path in (self.made.folder / "var/outbox").rglob("*.eml")]
        return [(str(mail["To"]), found[0]) for mail in mails if (found := WORD.search(
            str(mail.get_body(("plain",)).get_content())))]  # type: ignore[union-attr]

    def shown(self) -> dict[str, tuple[str, str]]:
        """Id and date of each entry of the feed and its archive, by the word of its text."""
        found: dict[str, tuple[str, str]] = {}
        for path in [self.made.folder / "feeds/feed.json", *(self.made.folder / "feeds/archive").glob("*.json")]:
            for entry in json.loads(path.read_bytes())["items"]:
                text = entry["content_html"]
                word = (COPY.search(text) or WORD.search(text) or [""])[0]
                assert found.setdefault(word, (entry["id"], entry["date_published"]))[0] == entry["id"]
        return found

    # ---- the folder -----------------------------------------------------------------------------

    def today(self) -> date:
        return self.made.clock.now().date()

    def named(self, name: str) -> Path:
        """A path that no file ever had."""
        n = next(self.count)
        return Path(name.format(n=n, name=f"ink{n}"))

    def begin_text(self, path: Path, day: date, front: str = "") -> None:
        n = next(self.count)
        text = f"Of word{n:03}. {words(n)}\n\n{words(1000 + n)}"
        self.save(f"word{n:03}", Written(path, day, text, front))

    def path(self, file: Written) -> Path:
        return self.made.issues / file.path

    def save(self, word: str, file: Written) -> None:
        file.was_seen = False
        self.here[word] = file
        self.made.write(str(file.path), file.text, day=file.day, front=file.front)

    def some(
        self, at: int, which: Callable[[str, Written], bool] = lambda _word, _file: True
    ) -> list[tuple[str, Written]]:
        """One of the files that are there, if there is one."""
        found = [(word, file) for word, file in self.here.items() if which(word, file)]
        return [found[at % len(found)]] if found else []

    def be_seen(self) -> None:
        for file in (*self.here.values(), *self.gone.values()):
            file.was_seen = True

    def word_of(self, record: Record) -> str:
        found = WORD.search(self.made.app.archive.texts.of(record.key).body)
        assert found
        return found[0]


def test_nobody_gets_an_issue_twice_and_entries_stay_who_they_are_whatever_happens(
    trials: Callable[[int, int], int],
) -> None:
    run_state_machine_as_test(
        Lives, settings=settings(max_examples=trials(8, 200), stateful_step_count=40, deadline=None))
