"""Signed links: only what we signed is read, for what it was signed, as long as it holds."""

import hmac
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.audience.tokens import LIFETIMES, Claim, KeyRing, Purpose
from pipeline.errors import ConfigError, ExpiredToken, InvalidToken

NOON = datetime(2026, 3, 24, 12, 0, tzinfo=UTC)
OLD, NEW, FOREIGN = b"an old secret 0123456789", b"a new secret 0123456789", b"a foreign secret 0123456"
RING = KeyRing((NEW, OLD))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

purposes = st.sampled_from(Purpose)
subscriber_ids = st.integers(0, 2**48 - 1)
list_ids = st.text(st.characters(codec="utf-8"), min_size=1, max_size=16)


def issue(purpose: Purpose, subscriber_id: int = 7, list_id: str = "weekly", ring: KeyRing = RING) -> str:
    return ring.sign(purpose, subscriber_id, list_id, issued=NOON if purpose in LIFETIMES else None)


def refuses(purpose: Purpose, text: str) -> bool:
    """Whether the one answer to everything that is not ours is given."""
    with pytest.raises(InvalidToken) as refusal:
        RING.read(purpose, text, NOON)
    return str(refusal.value) == "this link is not valid: use the link of a newer mail"


@given(purposes, subscriber_ids, list_ids)
def test_a_token_says_what_was_signed(purpose: Purpose, subscriber_id: int, list_id: str) -> None:
    issued = NOON if purpose in LIFETIMES else None

    claim = RING.read(purpose, issue(purpose, subscriber_id, list_id), NOON)

    assert claim == Claim(purpose, list_id, subscriber_id, issued)


@example(b"a secret of a whole block".ljust(64, b"!"), 7, "weekly")
@given(st.binary(min_size=16, max_size=130), subscriber_ids, list_ids)
def test_a_token_is_vouched_for_by_what_the_standard_library_makes_of_it(key: bytes, who: int, list_id: str) -> None:
    token = issue(Purpose.UNSUBSCRIBE, who, list_id, KeyRing((key,)))
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))

    assert raw[-16:] == hmac.digest(key, b"avviso link\0" + raw[:-16], "sha256")[:16]


@given(purposes, purposes, subscriber_ids)
def test_a_token_for_one_purpose_is_none_for_another(signed: Purpose, read: Purpose, who: int) -> None:
    assert signed is read or refuses(read, issue(signed, who))


@given(purposes, st.lists(subscriber_ids, min_size=2, max_size=9, unique=True))
def test_tokens_of_one_list_differ_and_have_one_width(purpose: Purpose, subscribers: list[int]) -> None:
    tokens = [issue(purpose, subscriber_id) for subscriber_id in subscribers]

    assert len(set(tokens)) == len(tokens)
    assert {len(token) for token in tokens} == {44 if purpose in LIFETIMES else 39}
    assert set("".join(tokens)) <= set(ALPHABET)


@given(purposes, st.integers(0), st.sampled_from(ALPHABET))
def test_a_token_with_another_character_is_refused(purpose: Purpose, at: int, other: str) -> None:
    token = issue(purpose)
    at %= len(token)
    altered = token[:at] + other + token[at + 1 :]

    assert altered == token or refuses(purpose, altered)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_cut_short_or_made_longer_is_refused(purpose: Purpose) -> None:
    token = issue(purpose)

    cut = [token[:end] for end in range(len(token))]
    longer = [token + more for more in ("A", "=", "==", "AAAA", "\n", " ", "!", token, "A" * 100_000)]
    assert all(refuses(purpose, text) for text in [*cut, *longer, "\n" + token, token.swapcase()])


@given(purposes, st.text(max_size=200) | st.text(ALPHABET, max_size=200) | st.just("é\ud800"))
def test_any_other_text_is_refused(purpose: Purpose, text: str) -> None:
    assert refuses(purpose, text)


@given(purposes, subscriber_ids, subscriber_ids, list_ids)
def test_parts_of_two_tokens_make_no_third(purpose: Purpose, one: int, other: int, list_id: str) -> None:
    first, second = issue(purpose, one, list_id), issue(purpose, other, list_id)
    mixed = first[:-22] + second[-22:]

    assert mixed in (first, second) or refuses(purpose, mixed)


def test_altered_tokens_are_never_accepted(trials: Callable[[int, int], int]) -> None:
    """Bit flips, another's id, another list, another purpose, a foreign key."""
    chance, accepted = Random(8), 0
    originals = {issue(purpose, n, name) for purpose in Purpose for n in (7, 8) for name in ("daily", "hi")}
    pool = [*originals, issue(Purpose.UNSUBSCRIBE, ring=KeyRing((FOREIGN,)))]
    for _ in range(trials(20_000, 1_000_000)):
        text = list(chance.choice(pool))
        for _ in range(chance.randint(1, 3)):
            text[chance.randrange(len(text))] = chance.choice(ALPHABET)
        if "".join(text) in originals:
            continue
        try:
            RING.read(chance.choice(list(Purpose)), "".join(text), NOON)
            accepted += 1
        except InvalidToken:
            pass

    assert accepted == 0


def test_a_link_signed_with_a_foreign_key_is_refused() -> None:
    assert refuses(Purpose.UNSUBSCRIBE, issue(Purpose.UNSUBSCRIBE, ring=KeyRing((FOREIGN,))))


def test_an_old_link_still_works_years_later_and_after_rotation() -> None:
    for purpose in set(Purpose) - set(LIFETIMES):
        token = issue(purpose, ring=KeyRing((OLD,)))

        assert RING.read(purpose, token, NOON + timedelta(days=3000)) == Claim(purpose, "weekly", 7)


def test_a_confirmation_holds_for_48_hours_and_not_a_second_more() -> None:
    token = issue(Purpose.CONFIRM)

    claim = RING.read(Purpose.CONFIRM, token, NOON + timedelta(hours=48))
    with pytest.raises(ExpiredToken) as refusal:
        RING.read(Purpose.CONFIRM, token, NOON + timedelta(hours=48, seconds=1))

    assert claim == Claim(Purpose.CONFIRM, "weekly", 7, NOON)
    assert str(refusal.value) == "this link has expired: ask again to get a new one"


def test_an_expired_link_of_somebody_else_is_only_invalid() -> None:
    token = issue(Purpose.CONFIRM, ring=KeyRing((FOREIGN,)))

    with pytest.raises(InvalidToken):
        RING.read(Purpose.CONFIRM, token, NOON + timedelta(days=9))


def test_a_mailing_keeps_its_key_while_the_ring_turns() -> None:
    before = KeyRing((OLD,))
    kept = before.key_id

    assert RING.key_id != kept
    assert RING.sign(Purpose.VIEW, 7, "m12", key_id=kept) == before.sign(Purpose.VIEW, 7, "m12")
    assert RING.signer(Purpose.VIEW, "m12", key_id=kept)(7) == before.sign(Purpose.VIEW, 7, "m12")


def test_a_key_that_left_the_ring_is_named() -> None:
    gone = KeyRing((FOREIGN,)).key_id

    with pytest.raises(ConfigError) as refusal:
        RING.signer(Purpose.VIEW, "m12", key_id=gone)

    assert str(refusal.value) == (f"the key {gone} that signs this mailing's links is gone from web.secret: "
                                  "put the old secret back, behind the new one; what avviso made for itself is in "
                                  "var/secret")


def test_a_key_that_lay_in_a_file_is_missed_there() -> None:
    gone = KeyRing((FOREIGN,)).key_id

    with pytest.raises(ConfigError) as refusal:
        KeyRing((NEW,), "var/secret").signer(Purpose.VIEW, "m12", key_id=gone)

    assert str(refusal.value) == (f"var/secret: the key {gone} that signs this mailing's links is gone: bring the file "
                                  "back from a backup, or set web.secret to the secret that it had before")


@pytest.mark.parametrize("keys", [(), (b"",), (NEW, b"fifteen bytes !")])
def test_a_ring_without_a_good_secret_is_refused(keys: tuple[bytes, ...]) -> None:
    with pytest.raises(ConfigError):
        KeyRing(keys)


def test_a_ring_never_prints_its_secrets() -> None:
    assert repr(RING) == "KeyRing()"


@pytest.mark.parametrize(
    ("purpose", "list_id", "issued"),
    [
        (Purpose.CONFIRM, "weekly", None),
        (Purpose.UNSUBSCRIBE, "weekly", NOON),
        (Purpose.UNSUBSCRIBE, "", None),
        (Purpose.UNSUBSCRIBE, "é" * 33, None),
    ],
)
def test_a_token_that_could_not_be_read_is_not_signed(
    purpose: Purpose, list_id: str, issued: datetime | None
) -> None:
    with pytest.raises(ValueError):
        RING.sign(purpose, 7, list_id, issued=issued)
