"""Addresses: what is accepted, what is one mailbox, what the wire and the logs see."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.address import Address, _validated, mask, parse
from pipeline.errors import InvalidAddress


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        ("ann@example.com", "ann@example.com"),
        ("  Ann.Lee+news@Example.COM\t", "Ann.Lee+news@example.com"),
        ("\ufeffann@example.com\u200b", "ann@example.com"),
        ("ann@example.com\r\n", "ann@example.com"),
        ("ann@example.com.", "ann@example.com"),
        ("ann@example.com。", "ann@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example"),
        ("用户@例子.公司", "用户@xn--fsqu00a.xn--55qx5d"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
        ("o'hara!#$%&'*+/=?^_`{|}~-@example.com", "o'hara!#$%&'*+/=?^_`{|}~-@example.com"),
    ],
)
def test_an_address_is_written_to_the_wire_with_an_ascii_domain(typed: str, wire: str) -> None:
    assert parse(typed).wire == wire


@pytest.mark.parametrize(
    "typed",
    [
        "", "@", "ann", "ann@", "@example.com", "ann@@example.com", "ann@localhost", "ann@gmail",
        "ann@firm.local", "ann@.example.com", "ann@example..com", "ann@-example.com", ".ann@example.com",
        "a..b@example.com", "ann @example.com", "ann@exam ple.com", '"ann lee"@example.com',
        "ann@[127.0.0.1]", "Ann <ann@example.com>", "mailto:ann@example.com", "a@example.com,b@example.com",
        "ann@example.com\r\nBcc: bob@example.com", "ann\n@example.com", "ann\x00@example.com",
        "ann@exam\x00ple.com", "\u202eann@example.com", "a\ufffdn@example.com", "\ud800@example.com",
        "ann＠example.com", "ann@" + "x" * 64 + ".com", "a" * 250 + "@example.com", "a" * 100_000,
        "ann@example.com..", "=cmd|' /C calc'!A0",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_one_line(typed: str) -> None:
    with pytest.raises(InvalidAddress) as refusal:
        parse(typed)

    line = str(refusal.value)
    assert line.isprintable()
    assert len(line) < 300
    assert line.endswith(": write it like name@example.com")


def test_a_refusal_reads_aloud() -> None:
    with pytest.raises(InvalidAddress) as refusal:
        parse("ann@gmail")

    assert str(refusal.value) == (
        '"ann@gmail" is not a mail address (The part after the @-sign is not valid. It should have a period):'
        " write it like name@example.com"
    )


def test_text_keeps_what_the_person_typed() -> None:
    address = parse(" Ann@Bücher.example. ")

    assert address == Address("Ann@Bücher.example", "Ann", "xn--bcher-kva.example")
    assert str(address) == "Ann@Bücher.example"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Example.com", "ann@EXAMPLE.COM"),
        ("ann@bücher.example", "ANN@xn--bcher-kva.EXAMPLE"),
        ("JOSE\u0301@example.com", "jos\u00e9@example.com"),
        ("ΣΟΦΟΣ@example.com", "σοφος@example.com"),
    ],
)
def test_spellings_of_one_mailbox_fold_alike(one: str, other: str) -> None:
    assert parse(one).folded == parse(other).folded


def test_different_mailboxes_fold_apart() -> None:
    typed = ["ann@example.com", "ann+x@example.com", "ann@example.org", "аnn@example.com",
             "ann@gmail.com", "a.nn@gmail.com"]

    assert len({parse(text).folded for text in typed}) == len(typed)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Ann+news@example.com", "ann@example.com"),
        ("ann+a+b@example.com", "ann@example.com"),
        ("+ann@example.com", "+ann@example.com"),
        ("a.n.n+x@gmail.com", "ann@gmail.com"),
        ("a.nn@GoogleMail.com", "ann@gmail.com"),
        ("a.nn@example.com", "a.nn@example.com"),
        ("a-n_n.@proton.me".replace(".@", "@"), "ann@proton.me"),
        ("_@proton.me", "_@proton.me"),
        ("аnn@example.com", "ann@example.com"),
        ("ánn@example.com", "ann@example.com"),
        ("ａｎｎ@example.com", "ann@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
    ],
)
def test_the_limiting_key_sees_through_disguises(typed: str, key: str) -> None:
    assert parse(typed).limiting_key == key


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("ann@example.com", "a…@example.com"),
        ("a@example.com", "…@example.com"),
        ("用户@example.com", "用…@example.com"),
        ("no address", "…"),
        ("ann@exa\r\nmple.com", "a…@example.com"),
        ("\x1b[31mann@example.com", "…@example.com"),
        ("", "…"),
    ],
)
def test_a_mask_hides_the_person_and_stays_on_one_line(given_text: str, shown: str) -> None:
    assert mask(given_text) == shown


def test_a_mask_of_an_address_shows_its_wire_domain() -> None:
    assert mask(parse("ann@bücher.example")) == "a…@xn--bcher-kva.example"


def answer(read: Callable[[str], Address], text: str) -> Address | str:
    try:
        return read(text)
    except InvalidAddress as refusal:
        return str(refusal)


@given(st.text(max_size=40) | st.builds("{}@{}.example".format, st.text(max_size=20), st.text(max_size=20)))
def test_any_text_is_an_address_or_a_refusal(text: str) -> None:
    try:
        shown = parse(text).wire
    except InvalidAddress as refusal:
        shown = str(refusal).replace(" ", "")

    assert not any(c.isspace() or unicodedata.category(c) == "Cc" for c in shown)


@given(st.from_regex(r"[a-zA-Z0-9._+-]{1,66}@([a-zA-Z0-9-]{1,9}\.){1,7}(com|org|[a-z]{2}|test|arpa)", fullmatch=True))
def test_a_plain_address_is_what_the_library_says_too(text: str) -> None:
    assert answer(parse, text) == answer(_validated, text)


@given(st.from_regex(r"[a-zA-Z0-9ÀàßŒœΣσςИиİıǅﬁ]{1,12}@[a-z0-9]{1,8}\.(com|example)", fullmatch=True))
def test_what_was_parsed_parses_to_itself_again(text: str) -> None:
    address = parse(text)

    assert (parse(address.wire).wire, parse(address.wire).folded) == (address.wire, address.folded)
    assert parse(address.folded).folded == address.folded
