"""config.yaml: every setting is read, every mistake is one line with its place and remedy, no secret is repeated."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import time, timedelta
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Config, Listen, Rate, Sender, load, parse
from pipeline.errors import ConfigError

FOLDER = Path("/weekly")
LEAST = """\
publication:
  title: Ai周刊
  url: https://weekly.example.com/
mailings:
  from: Ai周刊 <weekly@example.com>
"""

ONE_LINE = ("2: publication.title: must be one line of text: "
            "write it without line breaks and control characters")


def read(text: str, **environ: str) -> Config:
    return parse(text, FOLDER / "config.yaml", environ)


def complaints(text: str, **environ: str) -> list[str]:
    """What is said about a settings file, a line each."""
    with pytest.raises(ConfigError) as caught:
        parse(text, Path("config.yaml"), environ)
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
    return str(caught.value).splitlines()


def test_language_may_be_written_as_locales_are() -> None:
    assert read(LEAST.replace("  title:", "  language: zh_CN\n  title:")).publication.language == "zh-CN"


@pytest.mark.parametrize(("text", "named"), [
    ("baseURL: https://weekly.example.com/\ntitle: Ink\nmenu:\n  main: []\npermalinks:\n  post: /:slug/\n",
     "baseURL, title, menu, …"),
    ("site:\n  name: Ink\nauthor: Lin\npaths: {docs: docs}\n", "author, paths"),
])
def test_settings_of_another_program_are_told_in_one_line(text: str, named: str) -> None:
    remedy = ("keep those of avviso in a file of their own: `avviso init --config avviso.yaml`, "
              "and name it with --config from then on")

    assert complaints(text) == [f"config.yaml: these are settings of another program ({named}): {remedy}"]


@pytest.mark.parametrize("text", ["Publication:\n  title: Ink\n", "mailing:\n  from: a@example.com\n",
                                  "issues:\n  folder: posts\nfeed: {}\nsite: {}\n", "mailings: {}\na: 1\nb: 2\n"])
def test_settings_with_slips_are_still_ours(text: str) -> None:
    assert "another program" not in "\n".join(complaints(text))


def test_config_with_three_settings_has_the_defaults_of_the_contract() -> None:
    config = read(LEAST)

    assert config.model_dump(exclude={"database"}, by_alias=True) == {
        "publication": {
            "title": "Ai周刊", "description": "", "url": "https://weekly.example.com/", "language": "en",
            "timezone": ZoneInfo("UTC"), "author": {"name": "Ai周刊", "email": None}, "postal_address": "",
            "theme": {"accent": "#b4552d", "logo": None, "width": 640},
        },
        "issues": {
            "folder": FOLDER / "issues", "include": ("**/*.md",), "exclude": ("**/README.md",), "static": None,
            "breaks": "auto", "permalink": "{number}/",
        },
        "schedule": {
            "send_at": time(8), "check_every": timedelta(seconds=60), "quiet": timedelta(minutes=15),
            "max_age": timedelta(days=7), "max_burst": 2,
        },
        "feeds": {
            "folder": FOLDER / "feeds", "entries": 20, "max_bytes": 512 * 1024, "content": "full", "id": "tag",
            "tags": False, "websub": (),
        },
        "site": {"folder": FOLDER / "site"},
        "bucket": None,
        "mailings": {
            "from": {"name": "Ai周刊", "address": "weekly@example.com"}, "reply_to": None, "subject": "{title}",
            "welcome": "letter",
            "approve": "first", "in_doubt": "auto",
            "retry": tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 240)), "expire": timedelta(hours=36),
            "refused_share": 0.05,
        },
        "lists": ({"id": "weekly", "name": "Weekly", "public": True},),
        "transport": {
            "kind": "folder", "folder": FOLDER / "var/outbox", "rate": None, "dkim": None, "connections": 4,
            "domains": {}, "warm_up": None,
        },
        "mailbox": None,
        "feedback": {"soft_bounces": 5, "bounce_share": 0.05, "complaint_share": 0.003},
        "notify": {"email": None},
        "engine": "embedded",
        "web": {
            "listen": {"host": "127.0.0.1", "port": 8080}, "url": None, "secret": (), "trusted_proxies": (),
            "hooks": {}, "admin": None,
        },
        "dns": {"resolver": None},
    }
    assert config.database.get_secret_value() == "sqlite:////weekly/var/avviso.db"
    assert (config.folder, config.var, config.zone) == (FOLDER, FOLDER / "var", ZoneInfo("UTC"))


@pytest.mark.parametrize(("setting", "where", "expected"), [
    ("issues: {folder: ../posts}", "issues.folder", FOLDER / "../posts"),
    ("issues: {folder: /srv/posts}", "issues.folder", Path("/srv/posts")),
    ("issues: {permalink: '{year}/{slug}.html'}", "issues.permalink", "{year}/{slug}.html"),
    ("issues:", "issues.breaks", "auto"),
    ("issues: {breaks: }", "issues.breaks", "auto"),
    ("schedule: {send_at: 8:05}", "schedule.send_at", time(8, 5)),
    ("schedule: {quiet: 0s}", "schedule.quiet", timedelta(0)),
    ("schedule: {max_age: 36h}", "schedule.max_age", timedelta(hours=36)),
    ("feeds: {entries: 010}", "feeds.entries", 10),
    ("feeds: {max_bytes: 2MB}", "feeds.max_bytes", 2 * 1024 * 1024),
    ("feeds: {tags: no}", "feeds.tags", False),
    ("transport: {rate: 14/s}", "transport.rate", Rate(14, timedelta(seconds=1))),
    ("transport: {rate: 1000/h}", "transport.rate", Rate(1000, timedelta(hours=1))),
    ("transport: {warm_up: {growth: 1.25}}", "transport.warm_up.start", 200),
    ("transport: {warm_up: {growth: 1.25}}", "transport.warm_up.growth", 1.25),
    ("transport: {kind: smtp, host: a, security: tls}", "transport.port", 465),
    ("transport: {kind: smtp, host: a, security: none}", "transport.port", 25),
    ("transport: {kind: smtp, host: a, security: tls, port: 2465}", "transport.port", 2465),
    ("transport: {kind: smtp, preset: gmail}", "transport.security", None),
    ("transport: {kind: smtp, preset: gmail}", "transport.port", None),
    ("transport: {kind: pigeon, coop: 3}", "transport.kind", "pigeon"),
    ("transport: {kind: pigeon, coop: 3}", "transport.coop", "3"),
    ("transport: {kind: postmark, api_key: x}", "transport.stream", "broadcast"),
    ("transport: {kind: kit, api_key: x, draft: yes}", "transport.draft", True),
    ("web: {listen: '[::1]:0'}", "web.listen", Listen("::1", 0)),
    ("bucket: {name: weekly-example, prefix: /letters/}", "bucket.prefix", "letters/"),
    ("bucket: {name: weekly, endpoint: 'http://127.0.0.1:9000'}", "bucket.endpoint", "http://127.0.0.1:9000/"),
    ("web: {url: https://reader.example.com/mail}", "web.url", "https://reader.example.com/mail/"),
    ("web: {trusted_proxies: [10.0.0.0/8]}", "web.trusted_proxies", (ip_network("10.0.0.0/8"),)),
    ("lists: [{id: a, name: A}, {id: b, name: B}]", "lists.1.name", "B"),
])
def test_setting_is_read_as_its_kind(setting: str, where: str, expected: object) -> None:
    value: object = read(LEAST + setting)
    for part in where.split("."):
        value = value[int(part)] if isinstance(value, tuple) else getattr(value, part)

    assert value == expected


def test_mail_domains_are_read_by_name() -> None:
    transport = read(LEAST + "transport: {domains: {GMail.com: {rate: 20/s}, qq.com: {concurrency: 4}}}").transport

    assert transport.model_dump()["domains"] == {
        "gmail.com": {"rate": {"count": 20, "per": timedelta(seconds=1)}, "concurrency": None},
        "qq.com": {"rate": None, "concurrency": 4},
    }


@pytest.mark.parametrize(("written", "address"), [
    ("https://weekly.example.com", "https://weekly.example.com/"),
    ("http://127.0.0.1:8080/a/b", "http://127.0.0.1:8080/a/b/"),
    ("http://[::1]:8080", "http://[::1]:8080/"),
    ("https://周刊.example.com/期", "https://xn--obr90d.example.com/%E6%9C%9F/"),
    ("https://weekly.example.com/%E6%9C%9F/", "https://weekly.example.com/%E6%9C%9F/"),
])
def test_publication_url_becomes_ascii_with_one_final_slash(written: str, address: str) -> None:
    assert read(LEAST.replace("https://weekly.example.com/", written)).publication.url == address


@pytest.mark.parametrize(("written", "sender"), [
    ("weekly@example.com", Sender("", "weekly@example.com")),
    ("<weekly@example.com>", Sender("", "weekly@example.com")),
    ("The Weekly, since 1600 <weekly@example.com>", Sender("The Weekly, since 1600", "weekly@example.com")),
    ("'\"周刊\" <weekly@example.com>'", Sender("周刊", "weekly@example.com")),
    ("'\"Ink, \\\"our\\\" \\\\ weekly\" <weekly@example.com>'", Sender('Ink, "our" \\ weekly', "weekly@example.com")),
])
def test_sender_is_a_name_and_an_address(written: str, sender: Sender) -> None:
    assert read(LEAST.replace("Ai周刊 <weekly@example.com>", written)).mailings.sender == sender


def test_sender_is_written_as_a_header_that_any_mail_program_reads() -> None:
    assert str(Sender("周刊", "weekly@example.com")) == "=?utf-8?b?5ZGo5YiK?= <weekly@example.com>"


def test_rate_is_known_a_second() -> None:
    assert Rate(1800, timedelta(hours=1)).per_second == 0.5


def test_environment_fills_values_and_never_structure() -> None:
    config = read(
        LEAST + "transport: {kind: smtp, host: '${HOST}', username: '${USER:-me}', password: ${PASSWORD}}\n",
        HOST="mail.example.com", PASSWORD="a: [b, ${HOST}] # c",
    )

    assert (config.transport.host, config.transport.username) == ("mail.example.com", "me")
    assert config.transport.password is not None
    assert config.transport.password.get_secret_value() == "a: [b, ${HOST}] # c"


def test_empty_value_from_the_environment_leaves_the_default() -> None:
    config = read(LEAST + "web: {url: ${WEB_URL:-}}\nfeeds: {entries: ${ENTRIES:-5}}\n", ENTRIES="")

    assert (config.web.url, config.feeds.entries) == (None, 5)


def test_empty_value_from_the_environment_without_a_default_is_as_good_as_none() -> None:
    """A job without the secret is given an empty one: another ledger, or another key, must not be made silently."""
    assert complaints(LEAST + "database: ${DATABASE_URL}\nweb:\n  secret: ${AVVISO_SECRET}\n",
                      DATABASE_URL="", AVVISO_SECRET="") == [
        ("config.yaml:6: database: DATABASE_URL is empty in the environment: "
        "set it (`export DATABASE_URL=…`), or write ${DATABASE_URL:-}"),
        ("config.yaml:8: web.secret: AVVISO_SECRET is empty in the environment: "
        "set it (`export AVVISO_SECRET=…`), or write ${AVVISO_SECRET:-}")]


def test_secrets_do_not_show_in_the_config_or_its_parts() -> None:
    secrets = ["hunter2-smtp", "hunter2-database", "hunter2-links-0123456789"]
    config = read(LEAST + f"""\
transport: {{kind: smtp, host: mail.example.com, password: {secrets[0]}}}
database: postgresql://avviso:{secrets[1]}@db.example.com/avviso
web: {{secret: {secrets[2]}}}
""")

    shown = f"{config!r} {config} {config.transport!r} {config.model_dump()} {config.model_dump_json()}"

    assert [secret for secret in secrets if secret in shown] == []
    assert config.web.secret[0].get_secret_value() == secrets[2]


@pytest.mark.parametrize(("text", "expected"), [
    ("- a\n", ["1: no settings here: write `key: value` lines, as in `avviso init`'s config.yaml"]),
    ("Ai周刊", ["1: no settings here: write `key: value` lines, as in `avviso init`'s config.yaml"]),
    ("publication:\n\ttitle: x\n", ["2: a tab in the indentation: use spaces"]),
    ("a: b: c\n", ["1: a colon where none may stand: put the value in quotes, or check the indentation"]),
    ("a: [1, 2\n", ["2: a bracket that is never closed: close it, with commas between the values"]),
    ("a:\n  - 'x\n", ["3: a quote that is never closed: close it"]),
    ("a: b\nc\n", ["3: a key without its colon: write `key: value`"]),
    ("a: 1\n  b: 2\n", ["2: a colon where none may stand: put the value in quotes, or check the indentation"]),
    ("a:\n  b: 1\n c: 2\n",
     [("3: uneven indentation, or text behind a value in quotes or brackets: line the keys up below each other, "
       "or put the whole value in quotes")]),
    ("a: & b\n", ["1: a value that begins with & or *: put the value in quotes"]),
    ('a: "C:\\Users"\n', ["1: an unknown escape between double quotes: use single quotes"]),
    ("a: %hunter2\n", ["1: a character that cannot start a value: put the value in quotes"]),
    ('a: "hunter2\\q"\n', ["1: an unknown escape between double quotes: use single quotes"]),
    ("a: 1\n\x07b: 2\n", ["2: an invisible control character: delete it"]),
    ("? [a]\n: b\n", ["1: a key must be one word: quote the value if it begins with [ { ? * &"]),
    ("a: 1\n---\nb: 2\n", ["3: a second document begins here: keep one; delete the `---` line"]),
    ("a: {b: {c: {d: {e: {f: [[[[[[]]]]]]}}}}}}", [("1: nested too deeply: no setting lies this deep: "
                                                    "check the indentation")]),
    ("a: " + "[" * 50_000, ["1: nested too deeply: no setting lies this deep: check the indentation"]),
    ("a: 1\na: " + "[" * 500, [
        "2: a: stands here a second time (first in line 1): keep one of the two",
        "2: nested too deeply: no setting lies this deep: check the indentation"]),
])
def test_text_that_is_no_settings_file_is_refused_with_its_line(text: str, expected: list[str]) -> None:
    assert complaints(text) == [f"config.yaml:{line}" for line in expected]


@pytest.mark.parametrize(("setting", "expected"), [
    ("title: x", "title: unknown key: did you mean publication.title?"),
    ("feed: {}", "feed: unknown key: did you mean feeds?"),
    ("feeds: {entires: 3}", "feeds.entires: unknown key: did you mean entries?"),
    ("lists: [{id: a, name: A, nam: B}]", "lists.0.nam: unknown key: did you mean name?"),
    ("on: push", ("on: unknown key: the nearest is dns; known here: publication, issues, schedule, feeds, site, "
                 "bucket, mailings, lists, transport, mailbox, feedback, notify, database, engine, web, dns")),
    ("transport: {kind: smtp, pasword: hunter2}", "transport.pasword: unknown key: did you mean password?"),
    ("transport: {domains: {gmail.com: {rat: 2/s}}}",
     "transport.domains.gmail.com.rat: unknown key: did you mean rate?"),
    ("transport: {warm_up: {growth: 3}}",
     'transport.warm_up.growth: "3" is not a growth: write it as 1.5: more than 1, at most 2'),
    ("transport: {domains: {gmail: {rate: 2/s}}}",
     "transport.domains.gmail: is not a domain: write it as example.com"),
    ("transport: {kind: smtp, host: smtp.example.com:587}",
     ('transport.host: "smtp.example.com:587" is more than a server\'s name: write smtp.example.com, and '
      "`port: 587` in a line of its own")),
    ("mailbox: {host: 'imaps://imap.example.com/', username: b, password: c}",
     'mailbox.host: "imaps://imap.example.com/" is more than a server\'s name: write imap.example.com'),
    ("transport: {kind: smtp, host: a.example.com, password: $PASSWORD}",
     ("transport.password: a name behind $ without braces: write ${NAME}, or put the value in quotes if it is meant "
      "so")),
    ("feeds: 20", "feeds: must hold keys of its own: write them below it, indented"),
    ("lists: weekly", "lists: must be a list: write it as [first, second]"),
    ("lists: []", "lists: must not be empty: leave the key out for the default"),
    ("lists: [{id: a, name: A}, {id: a, name: B}]", "lists: two lists have one id: give each its own"),
    ("lists: [{id: a b, name: A}]", ('lists.0.id: "a b" is not a list\'s id: use up to 50 of a-z, 0-9, - and dots '
                                    "inside")),
    ("mailbox: {host: a, username: b}", "mailbox.password: missing: add `password: ${NAME}` from the environment"),
    ("schedule: {send_at: '25:00'}", 'schedule.send_at: "25:00" is not a time of day: write it as "08:00"'),
    ("schedule: {quiet: -5m}", 'schedule.quiet: "-5m" is not a duration: write it as 90s, 15m, 36h or 7d'),
    ("schedule: {quiet: [5m]}", "schedule.quiet: must be a single value: write it on one line behind the colon"),
    ("schedule: {max_age: 999999999d}", 'schedule.max_age: "999999999d" is too long: write at most 3660d'),
    ("schedule: {check_every: 0s}", 'schedule.check_every: "0s" is too short: write at least 1s'),
    ("schedule: {max_burst: 1.5}", 'schedule.max_burst: "1.5" is not a whole number above 0: write digits only'),
    ("feeds: {entries: 1000001}", 'feeds.entries: "1000001" is too many: write at most 1000000'),
    ("feeds: {entries: 0}", 'feeds.entries: "0" is not a whole number above 0: write digits only'),
    ("feeds: {entries: " + "9" * 5000 + "}", 'feeds.entries: "' + "9" * 60 + '…" is too many: write at most 1000000'),
    ("feeds: {max_bytes: 0KB}", 'feeds.max_bytes: "0KB" is not a size: write it as 512KB or 2MB'),
    ("feeds: {content: half}", 'feeds.content: "half" is not known here: write full or summary'),
    ("feeds: {tags: maybe}", 'feeds.tags: "maybe" is neither true nor false: write true or false'),
    ("issues: {folder: ~nobody-of-that-name/x}", ('issues.folder: "~nobody-of-that-name/x" is not a path: write one '
                                                 "path on one line")),
    ("issues: {include: '*.md'}", "issues.include: must be a list: write it as [first, second]"),
    ("issues: {permalink: '../{number}'}", ('issues.permalink: "../{number}" is not a relative address: write it as '
                                           '"{number}/" or "{year}/{slug}/"')),
    ("issues: {permalink: '{number.__class__}/'}", ('issues.permalink: "{number.__class__}/" has an unknown '
     "placeholder: use {day}, {month}, {number}, {slug}, {stem}, {year}")),
    ("issues: {permalink: all/}", ('issues.permalink: "all/" has no placeholder, so all issues would share one '
     "address: use {day}, {month}, {number}, {slug}, {stem}, {year}")),
    ("issues: {permalink: '{number'}", ('issues.permalink: "{number" has a brace without its partner: write '
                                       "placeholders as {number}")),
    ("transport: {rate: 5}", 'transport.rate: "5" is not a rate: write it as "14/s" or "1000/h"'),
    ("transport: {kind: smtp}", "transport: kind: smtp needs a server: add `host: mail.example.com`"),
    ("transport: {kind: smtp, host: m.example.com, port: 465}",
     "transport: port 465 speaks TLS from the first byte: add `security: tls`"),
    ("transport: {preset: gmail}",
     "transport.preset: kind: folder does not read it: leave it out, or use kind: smtp"),
    ("transport: {kind: mailgun, api_key: hunter2, domain: example.com, lst: 3}",
     ("transport.lst: unknown key: kind: mailgun reads kind, rate, connections, domains, warm_up, api_key, "
      "domain, region, url")),
    ("transport: {kind: postmark}", "transport.api_key: missing: add `api_key: ${NAME}` from the environment"),
    ("transport: {kind: http, url: 'https://a.example', body: hunter2}",
     "transport.body: must be JSON: write it between single quotes as '{\"to\": \"{recipient}\"}'"),
    (f"transport: {{kind: http, url: 'https://a.example', body: '{'[' * 5_000}'}}",
     "transport.body: must be JSON: write it between single quotes as '{\"to\": \"{recipient}\"}'"),
    ("transport: {kind: [hunter2]}", "transport.kind: must be a single value: write it on one line behind the colon"),
    ("transport: {kind: postmark, api_key: x, dkim: {domain: example.com, selector: a, key_file: k}}",
     "transport.dkim: kind: postmark signs by itself: leave dkim out"),
    ("transport: {dkim: {domain: com, selector: a, key_file: k}}",
     'transport.dkim.domain: "com" is not a domain: write it as example.com'),
    ("transport: {dkim: {domain: a..example.com, selector: a, key_file: k}}",
     'transport.dkim.domain: "a..example.com" is not a domain: write it as example.com'),
    ("transport: {dkim: {domain: example.com, selector: 'a; b', key_file: k}}",
     'transport.dkim.selector: "a; b" is not a selector: write letters, digits, - and dots inside, such as news2026'),
    ("transport: {kind: smtp, host: a, port: 70000}",
     'transport.port: "70000" is not a port: write a number from 1 to 65535'),
    ("transport: {kind: smtp, host: a, security: maybe}",
     'transport.security: "maybe" is not known here: write starttls, tls or none'),
    ("transport: {kind: smtp, host: a, password: [hunter2]}",
     "transport.password: must be text: write it on one line behind the colon"),
    ("transport: {kind: smtp, host: a, password: hunter2, port: hunter2}",
     "transport.port: its value is not a port: write a number from 1 to 65535"),
    ("database: mysql://me:hunter2@db/x", ("database: its value is not a database: write sqlite:///var/avviso.db or "
                                          "postgresql://USER:PASSWORD@HOST/NAME")),
    ("database: sqlite://", ("database: its value is not a database: write sqlite:///var/avviso.db or "
                            "postgresql://USER:PASSWORD@HOST/NAME")),
    ("database: sqlite:///var/avviso.db?mode=ro", ("database: options behind ? are not read with SQLite: write "
                                                 "sqlite:///var/avviso.db")),
    ("web: {secret: hunter2}", "web.secret: too short to sign links with: make one with `openssl rand -hex 32`"),
    ("web: {listen: 8080}", 'web.listen: "8080" is not an address to listen on: write it as 127.0.0.1:8080'),
    ("bucket: {name: s3://weekly}", (
        'bucket.name: "s3://weekly" is not the name of a bucket: write its name alone, such as weekly-example')),
    ("bucket: {name: weekly, prefix: a/../b}", (
        'bucket.prefix: "a/../b" is not a prefix of keys: write it as weekly/')),
    ("bucket: {name: weekly, endpoint: 'http://s3.example.com'}", (
        'bucket.endpoint: "http://s3.example.com" is http, and everything would cross the network in clear text: write https://')),
    ("bucket: {name: weekly, secret_access_key: hunter2}", (
        "bucket: a key has an id and a secret: set both access_key_id and secret_access_key, or neither")),
    ("web: {url: https://me:hunter2@x.example/}", ("web.url: must be a plain address: leave out the part with ?, # or "
                                                  "@")),
    ("web: {url: weekly.example.com}", ('web.url: "weekly.example.com" is not a web address: write it as '
                                       "https://weekly.example.com/")),
    ("web: {url: 'https://[::1'}", ('web.url: "https://[::1" is not a web address: write it as '
                                   "https://weekly.example.com/")),
    ("web: {trusted_proxies: [10.0.0.1/8]}", ('web.trusted_proxies.0: "10.0.0.1/8" is not a network: write it as '
                                             "10.0.0.0/8 or 127.0.0.1")),
    ("web: {hooks: [a]}", "web.hooks: must hold keys of its own: write them below it, indented"),
    ("dns: {resolver: x}", 'dns.resolver: "x" is not an IP address: write it as 9.9.9.9 or 127.0.0.1:5353'),
    ("a: &hunter2 1", "a: an anchor (&) is not read in settings: put the value in quotes if the sign belongs to it"),
    ("feeds: *hunter2", ("feeds: an alias (*) is not read in settings: put the value in quotes if the sign belongs to "
                        "it")),
    ("feeds: !!python/object/apply:os.system [echo]",
     "feeds: a tag (!) is not read in settings: put the value in quotes if the sign belongs to it"),
    ("feeds: {entries: 1, entries: 2}", ("feeds.entries: stands here a second time (first in line 6): keep one of the "
                                        "two")),
    ("mailings: {from: x, retry: [[1]]}", ("mailings: stands here a second time (first in line 4): keep one of the "
                                          "two")),
    ("transport: {kind: smtp, host: a, password: $" + "{SMTP_PASSWORD}}",
     ("transport.password: SMTP_PASSWORD is not set in the environment: "
      "set it (`export SMTP_PASSWORD=…`), or write ${SMTP_PASSWORD:-default}")),
    ("web: {hooks: {'${POST}': hunter2}}", "${} within a key: write the key out, for only values are filled in"),
    ("transport: {kind: smtp, host: a, password: '${1x}'}",
     "transport.password: ${} without a name: write ${NAME} or ${NAME:-default}"),
    ("engine: '${X:-${Y}}'",
     "engine: ${ within a default: write ${NAME:-default} with plain text for the default"),
    ("engine: ${X", "engine: ${ without a }: write ${NAME} or ${NAME:-default}"),
    ("engine: procrastinate", ("engine: procrastinate needs PostgreSQL: set `database: postgresql://…`, or leave it "
                               "out")),
    ("engine: '${ENGINE:-celery}'", "engine: its value is not known here: write embedded or procrastinate"),
])
def test_wrong_setting_is_one_line_with_place_reason_and_remedy(setting: str, expected: str) -> None:
    found = [line for line in complaints(LEAST + setting) if not line.startswith("config.yaml:6: a: unknown key")]

    assert found == [f"config.yaml:6: {expected}"]
    assert "hunter2" not in found[0]


def test_machines_that_share_the_work_need_one_secret() -> None:
    many = LEAST + "database: postgresql://localhost/avviso\nengine: procrastinate\n"

    (line,) = complaints(many)

    assert line == ("config.yaml:7: engine: procrastinate needs web.secret, the same on all machines: "
                    "set `web.secret: ${AVVISO_SECRET}`; the one of a publication that has begun is in var/secret")
    assert parse(many + "web: {secret: one for all machines}\n", Path("config.yaml"), {}).web.secret


def test_secret_that_is_not_in_the_environment_is_not_called_missing_as_well() -> None:
    many = LEAST + "database: postgresql://localhost/avviso\nengine: procrastinate\nweb: {secret: ${NO}}\n"

    assert complaints(many) == [
        "config.yaml:8: web.secret: NO is not set in the environment: set it (`export NO=…`), or write ${NO:-default}"]


@pytest.mark.parametrize(("old", "new", "expected"), [
    ("  title: Ai周刊\n", "", "1: publication.title: missing: add `title: My Weekly`"),
    ("title: Ai周刊", "title: ''", "2: publication.title: must not be empty: write it behind the colon"),
    ("title: Ai周刊", 'title: "Ai\\r\\nBcc: all"', ONE_LINE),
    ("  title:", "  timezone: asia/shangai\n  title:",
     '2: publication.timezone: "asia/shangai" is not a time zone: did you mean Asia/Shanghai?'),
    ("  title:", "  timezone: New York\n  title:",
     '2: publication.timezone: "New York" is not a time zone: did you mean America/New_York?'),
    ("  title:", "  timezone: Asia/Mumbai\n  title:",
     '2: publication.timezone: "Asia/Mumbai" is not a time zone: write a name such as Asia/Shanghai'),
    ("  title:", "  timezone: Asia/Beijing\n  title:",
     '2: publication.timezone: "Asia/Beijing" is not a time zone: write Asia/Shanghai, which has the same clock'),
    ("  title:", "  timezone: 北京\n  title:",
     '2: publication.timezone: "北京" is not a time zone: write Asia/Shanghai, which has the same clock'),
    ("  title:", "  timezone: ../../etc/passwd\n  title:",
     '2: publication.timezone: "../../etc/passwd" is not a time zone: write a name such as Asia/Shanghai'),
    ("  title:", "  timezone: CST\n  title:",
     '2: publication.timezone: "CST" is an abbreviation and no time zone: write a name such as Asia/Shanghai'),
    ("https://weekly.example.com/", "https://<your-domain>/",
     '3: publication.url: "https://<your-domain>/" has no usable host name: write it as https://weekly.example.com/'),
    ("  title:", "  timezone: GMT+8\n  title:",
     '2: publication.timezone: "GMT+8" is an offset and no time zone: write a name such as Asia/Shanghai'),
    ("  title:", "  language: CN\n  title:",
     '2: publication.language: "CN" is a country and no language: write zh-Hans'),
    ("  title:", "  theme:\n    accent: #b4552d\n  title:",
     ("3: publication.theme.accent: nothing is here, for # begins a comment: put the colour in quotes, as in "
      '"#b4552d"')),
    ("  title:", "  language: 中文\n  title:",
     '2: publication.language: "中文" is not a language tag: write zh'),
    ("  title:", "  theme: {accent: 'red;}'}\n  title:",
     '2: publication.theme.accent: "red;}" is not a colour: write it in quotes as "#b4552d"'),
    ("  title:", "  theme: {width: 10}\n  title:",
     '2: publication.theme.width: "10" is not a width: write pixels from 320 to 1200, such as 640'),
    ("https://weekly.example.com/", "ftp://weekly.example.com/", ('3: publication.url: "ftp://weekly.example.com/" is '
     "not a web address: write it as https://weekly.example.com/")),
    ("Ai周刊 <weekly@example.com>", "weekly", ('5: mailings.from: "weekly" is not a mail address: write it as '
                                          "editor@example.com")),
    ("Ai周刊 <weekly@example.com>", '"Ai\\r\\nBcc: all <weekly@example.com>"', ('5: mailings.from: "Ai Bcc: all '
     '<weekly@example.com>" is not a sender: write it as "Ai周刊 <weekly@example.com>"')),
    ("mailings:\n", "mailings:\n  subject: '{titel}'\n",
     '5: mailings.subject: "{titel}" has an unknown placeholder: use {date}, {number}, {publication}, {title}'),
    ("mailings:\n", "mailings:\n  retry: []\n",
     "5: mailings.retry: must not be empty: leave the key out for the default"),
])
def test_wrong_value_of_a_needed_section_is_one_line(old: str, new: str, expected: str) -> None:
    assert complaints(LEAST.replace(old, new)) == [f"config.yaml:{expected}"]


def test_all_problems_are_told_in_one_pass_in_the_order_of_the_file() -> None:
    text = "publication:\n  titel: x\n  url: here\nfeeds:\n  entries: many\n  entries: 3\ntransport:\n  host: ${NO}\n"

    assert complaints(text) == [
        'config.yaml: mailings.from: missing: add `from: "My Weekly <weekly@example.com>"`',
        "config.yaml:1: publication.title: missing: add `title: My Weekly`",
        "config.yaml:2: publication.titel: unknown key: did you mean title?",
        'config.yaml:3: publication.url: "here" is not a web address: write it as https://weekly.example.com/',
        'config.yaml:5: feeds.entries: "many" is not a whole number above 0: write digits only',
        "config.yaml:6: feeds.entries: stands here a second time (first in line 5): keep one of the two",
        ("config.yaml:8: transport.host: NO is not set in the environment: "
        "set it (`export NO=…`), or write ${NO:-default}"),
    ]


def test_empty_file_names_what_has_no_default() -> None:
    assert complaints("# later\n") == [
        "config.yaml: publication.title: missing: add `title: My Weekly`",
        "config.yaml: publication.url: missing: add `url: https://weekly.example.com/`",
        'config.yaml: mailings.from: missing: add `from: "My Weekly <weekly@example.com>"`',
    ]


@pytest.mark.parametrize(("setting", "expected"), [
    ("web: {admin: x}", "web.admin: this version cannot do that yet (the admin pages)"),
])
def test_setting_without_its_feature_is_refused_and_not_silently_ignored(setting: str, expected: str) -> None:
    assert complaints(LEAST + setting) == [f"config.yaml:6: {expected}: leave it out"]


def test_notices_through_a_service_that_owns_the_readers_are_refused() -> None:
    line, = complaints(LEAST + "transport: {kind: kit, api_key: x}\nnotify: {email: me@example.com}\n")

    assert line == ("config.yaml:7: notify.email is not reached by kind: kit, which mails its own readers: leave it "
                    "out; `avviso status` shows what needs you")


@pytest.mark.parametrize(("settings", "said"), [
    ("feeds: {folder: ./issues/}", "6: feeds.folder is the folder of the issues"),
    ("issues: {folder: feeds}", "6: feeds.folder is the folder of the issues"),
    ("site: {folder: /}", "6: site.folder contains the issues"),
    ("feeds: {folder: .}", "6: feeds.folder contains the issues"),
    ("issues: {folder: ../posts}\nsite: {folder: .}", "7: site.folder contains var"),
    ("site: {folder: var}", "6: site.folder is the folder of var"),
    ("database: sqlite:///site/avviso.db", "6: site.folder contains the ledger"),
    ("transport: {folder: feeds/outbox}", "6: feeds.folder contains the outbox")])
def test_output_folder_that_holds_the_issues_or_the_ledger_is_refused(settings: str, said: str) -> None:
    assert complaints(f"{LEAST}{settings}\n") == [f"config.yaml:{said}: give what is written its own folder"]


def test_alias_bomb_is_refused_without_being_expanded() -> None:
    ninefold = (f"{b}: &{b} [{', '.join(9 * [f'*{a}'])}]\n" for a, b in pairwise("abcdefghi"))

    told = complaints(LEAST + "a: &a [x]\n" + "".join(ninefold))

    assert sum("an alias (*) is not read" in line for line in told) == 8 * 9


@pytest.mark.parametrize(("written", "slip", "expected"), [
    ("  title: Ai周刊", "  title：Ai周刊",
     '2: a full-width colon "：" behind title: write `title: ` with a plain one and a space'),
    ("publication:", "publication：",
     '1: a full-width colon "：" behind publication: write `publication: ` with a plain one and a space'),
    ("  from: ", "  from：", '5: a full-width colon "：" behind from: write `from: ` with a plain one and a space'),
    ("  from: ", "  from:", "5: no space behind the colon of from: write `from: ` and then the value"),
    ("  title", "\u3000title", "2: a wide or no-break space in the indentation: use plain spaces"),
    ("mailings:", "lists: [{id: weekly，name: 周刊}]\nmailings:",
     '4: a full-width comma "，" between two keys: write a plain one and a space'),
    ("mailings:", "lists: [{id: weekly, name：周刊}]\nmailings:",
     '4: a full-width colon "：" behind name: write `name: ` with a plain one and a space'),
])
def test_slip_that_yaml_takes_for_text_is_named_where_it_stands(written: str, slip: str, expected: str) -> None:
    assert complaints("# title：x\n" + LEAST.replace(written, slip)) == [
        f"config.yaml:{int(expected[0]) + 1}{expected[1:]}"]


def test_what_looks_like_a_slip_may_stand_in_a_value() -> None:
    about = read(LEAST.replace("title: Ai周刊", "title: Ai：周刊\n  postal_address: |\n    tel：1，2")).publication

    assert (about.title, about.postal_address) == ("Ai：周刊", "tel：1，2")


@pytest.mark.parametrize("address", ["Tel：12 34", "Tel:12 34", "\u3000\u3000墨水社：纸", "{纸，Tel：1}"])
def test_what_looks_like_a_slip_hides_no_other_fault(address: str) -> None:
    written = LEAST.replace("  title:", f"  postal_address: |\n    {address}\n  autor: x\n  title:")

    assert complaints(written) == ["config.yaml:4: publication.autor: unknown key: did you mean author?"]


def test_a_remark_that_looks_like_a_colour_may_stand_behind_another_setting() -> None:
    assert read(f"{LEAST}mailbox: #decade\n").mailbox is None


def test_missing_file_names_the_folder_above_that_has_one(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(LEAST, encoding="utf-8")
    issues = tmp_path / "content" / "posts"
    issues.mkdir(parents=True)

    with pytest.raises(ConfigError) as caught:
        load(issues / "config.yaml", {})

    assert str(caught.value) == (f"{issues}/config.yaml: there is no such file: go to {tmp_path}, where one is, or "
                                 "name it with --config")


def test_missing_file_names_init(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "config.yaml", {})

    assert str(caught.value) == (f"{tmp_path}/config.yaml: there is no such file: run `avviso init` in the folder of "
                                 "the publication, or name a file with --config")
    assert caught.value.exit_code == 2


def _fifo(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(("make", "expected"), [
    (_fifo, ": not a file: name the settings file itself with --config"),
    (Path.mkdir, ": not a file: name the settings file itself with --config"),
    (lambda path: path.write_bytes(b"a: 1\nb: \xff\n"), ":2: not UTF-8: save the file as UTF-8"),
    (lambda path: path.write_bytes(b"#" * 300_000),
     ": larger than 256 KB: name the settings file itself with --config"),
    (lambda path: path.symlink_to(path), (": cannot be read (Too many levels of symbolic links): check the path and "
                                         "its permissions")),
])
def test_what_is_no_text_file_is_refused_in_one_line(tmp_path: Path, make: object, expected: str) -> None:
    path = tmp_path / "config.yaml"
    make(path)  # type: ignore[operator]

    with pytest.raises(ConfigError) as caught:
        load(path, {})

    assert str(caught.value) == f"{path}{expected}"


def test_file_with_a_byte_order_mark_and_dos_line_ends_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode())

    config = load(path, {})

    assert (config.publication.title, config.folder) == ("Ai周刊", tmp_path)


@given(st.lists(st.sampled_from([*"abc:-[]{}&*!|>'\"%@`#?,~", "\n", "  ", "\t", ": ", "- ", "${A}", "feeds", "lists",
                                 "publication", "08:00", "null", "\x00", "\ud800", "中"]), max_size=40))
def test_any_text_is_either_read_or_refused_in_whole_lines(pieces: list[str]) -> None:
    text = "".join(pieces)

    with pytest.raises(ConfigError) as caught:
        parse(text, Path("config.yaml"), {"A": "[&"})

    assert all(str(problem).startswith("config.yaml:") and problem.remedy for problem in caught.value.problems)


@given(st.sampled_from(LEAST.splitlines()), st.text(max_size=20))
def test_any_value_in_any_line_never_raises_anything_else(line: str, value: str) -> None:
    with suppress(ConfigError):
        read(LEAST.replace(line, f"{line.partition(':')[0]}: {value}"))
