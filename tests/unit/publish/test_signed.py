"""With `transport.dkim` everything that leaves is signed: issues, letters, test messages, and what preview shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli import avviso
from pipeline.cli.invocation import Invocation
from pipeline.errors import ConfigError
from pipeline.preview.copies import copy_of
from pipeline.publish.samples import send_test_message
from pipeline.subscribe.application import Application
from tests.keys import KINDS, pem, verifies
from tests.publications import Publication


@pytest.fixture(params=KINDS)
def signing(request: pytest.FixtureRequest, tmp_path: Path) -> Publication:
    """A publication that signs; its settings name the kind of key for the test to know."""
    made = Publication(tmp_path / "weekly", settings(request.param))
    (made.folder / f"{request.param}.pem").write_bytes(pem(request.param))
    made.begin(write=False)
    return made


def settings(kind: str) -> dict[str, dict[str, object]]:
    return {"transport": {"dkim": {"domain": "example.com", "selector": "news", "key_file": f"{kind}.pem"}},
            "mailings": {"from": "Letters <letters@example.com>"}}


def kind_of(made: Publication) -> str:
    assert made.app.config.transport.dkim
    return made.app.config.transport.dkim.key_file.stem


def outbox(made: Publication) -> dict[str, bytes]:
    return {path.stem.partition("-")[2]: path.read_bytes() for path in (made.folder / "var/outbox").rglob("*.eml")}


def test_issues_letters_and_test_messages_are_signed_and_preview_gives_the_very_bytes(signing: Publication) -> None:
    signing.write("01-Paper.md", "Words about paper.")
    signing.add_readers("ada@example.org")
    signing.app.subscriptions.ask(Application("ben@example.org"), "one")
    signing.deliver()
    shown = copy_of(signing.app, "1", "ada@example.org").mime
    record = signing.record("1")
    send_test_message(record, ["eve@example.org"], dresser=signing.app.dresser, ring=signing.app.ring, list_id="weekly",
                      open_transport=signing.app.open_transport, dkim=signing.app.dkim)

    mails = outbox(signing)
    assert sorted(mails) == ["ada@example.org", "ben@example.org", "eve@example.org"]
    assert {name: verifies(mime, kind_of(signing)) for name, mime in mails.items()} == dict.fromkeys(mails, True)
    assert shown == mails["ada@example.org"]


def test_sample_of_an_issue_ahead_is_signed_too(signing: Publication) -> None:
    signing.write("02-Ahead.md", "Words ahead.", day="2026-12-24")

    assert verifies(copy_of(signing.app, "2").mime, kind_of(signing))


def test_key_that_others_can_read_is_named_once(signing: Publication, caplog: pytest.LogCaptureFixture) -> None:
    key = signing.folder / f"{kind_of(signing)}.pem"
    key.chmod(0o644)

    for _ in range(2):
        _ = signing.restart().dkim  # it reads the key

    told = [one for one in caplog.records if one.message == "file.open_to_others"]
    assert [one.__dict__["path"] for one in told] == [str(key)]


def test_missing_key_stops_before_anything_is_mailed(tmp_path: Path) -> None:
    made = Publication(tmp_path, settings("rsa"))
    made.write("01-Paper.md", "Words about paper.")

    with pytest.raises(ConfigError, match=r"rsa\.pem: the key of transport\.dkim cannot be read \(No such file or "
                                          r"directory\): name the file with the private key in "
                                          r"transport\.dkim\.key_file$"):
        made.deliver()
    assert made.standings == {}


@pytest.mark.parametrize("words", [["publish"], ["check"], ["run"]])
def test_commands_say_it_in_one_line_and_exit_2(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    made = Publication(tmp_path, settings("rsa"))
    (made.folder / "rsa.pem").write_text("not a key")

    code = avviso.main([*words, "--config", str(made.folder / "config.yaml")], standalone_mode=False, obj=Invocation())

    said = capsys.readouterr()
    assert code == 2
    assert (said.out + said.err).splitlines() == [
        f"{made.folder}/rsa.pem: there is no private key in it that can be read: make one with `openssl genrsa 2048`"]
