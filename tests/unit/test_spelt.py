"""Which secrets of a config.yaml can be read in it."""

from __future__ import annotations

from pathlib import Path

from pipeline.config import parse

BASE = """
publication: {title: Letters, url: https://letters.example.com/}
mailings: {from: letters@example.com}
"""
SPELT = """
transport: {kind: http, url: https://api.example.com/, body: '{"to": "{recipient}"}', headers: {x-key: k-123456}}
mailbox: {host: imap.example.com, username: letters, password: tr0ub4dor}
web: {secret: [0123456789abcdef, "${OLD}"], hooks: {postmark: hook-123456}}
database: postgresql://avviso:s3cret@db.example.com/avviso
"""
KEPT = """
transport: {kind: postmark, api_key: "${KEY}"}
database: postgresql://avviso:${KEY}@db.example.com/avviso
"""


def spelt_out(text: str) -> tuple[str, ...]:
    return parse(BASE + text, Path("config.yaml"), {"KEY": "k-1234567890", "OLD": "fedcba9876543210"}).spelt_out


def test_secrets_that_stand_in_the_file_are_named_and_those_of_the_environment_are_not() -> None:
    assert sorted(spelt_out(SPELT)) == [
        "database", "mailbox.password", "transport.headers.x-key", "web.hooks.postmark", "web.secret"]
    assert spelt_out(KEPT) == spelt_out("") == ()
