"""Signatures through a real Postfix: what it adds and folds leaves them whole."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.clock import HandClock
from pipeline.mailings.compose import Stencil
from pipeline.mailings.envelope import Reader
from pipeline.providers.catalogue import transport_opener
from tests.fault.house import happens
from tests.keys import KINDS, dkim_signer, verifies
from tests.mail_samples import edition, envelope, reader, render
from tests.messages import NOON
from tests.postfix import PROGRAM, postfix
from tests.sink import MailServer

NAMES = ("", "Mira", "Li, Hua", "林子", "😀 Ada 👩‍🔬", 'the "Printer"', "a" * 120, "字" * 80, "=?utf-8?q?x?=",
         "O'Neil; x")
DOMAINS = ("example.org", "mail.example.net", "bücher.example", "例子.example")


def random_readers(count: int) -> list[Reader]:
    chance = random.Random(6376)

    def token() -> str:
        return "".join(chance.choices("abcXYZ019_-", k=chance.randint(1, 400)))

    return [reader(key=f"d{n}", message_id=f"m{n}.{token()[:40]}", name=chance.choice(NAMES),
                   address=f"reader+{n}@{chance.choice(DOMAINS)}", unsubscribe=token(), view=token(),
                   preferences=token()) for n in range(count)]


@pytest.mark.skipif(PROGRAM is None, reason="Postfix is not installed")
@pytest.mark.skipif(os.geteuid() != 0, reason="Postfix can be started by root alone")
def test_signatures_of_both_kinds_are_believed_behind_a_real_relay(trials: Callable[[int, int], int]) -> None:
    readers = random_readers(trials(40, 1000))
    english = replace(edition(), text="Type  and\tpaper. \n.\n..\nFrom here\n" * 40)
    stencils = [(kind, Stencil(words, envelope(), dkim_signer(kind)))
                for kind in KINDS for words in (edition(), english, render("正文。\n\n" * 40))]
    sent = {}
    with MailServer() as post, postfix(post.port) as port:
        smtp = transport_opener("smtp", {"host": "127.0.0.1", "port": port, "security": "none"}, HandClock(NOON))()
        for n, one in enumerate(readers):
            kind, stencil = stencils[n % len(stencils)]
            made = stencil.message(one)
            smtp.send(made)
            sent[made.message_id] = (kind, made.mime())
        smtp.close()
        assert happens(lambda: len(post.accepted) >= len(readers), 60)

    arrived = {letter.as_json()["message_id"]: letter.content for letter in post.accepted}
    assert arrived.keys() == sent.keys()
    assert [name for name, (kind, mime) in sent.items()
            if not verifies(arrived[name], kind) or not arrived[name].endswith(mime)] == []
