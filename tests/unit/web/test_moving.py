"""A change of address: asked for with a link, confirmed at the new one; nobody learns whose an address is."""

from __future__ import annotations

from datetime import timedelta

from pipeline.address import parse
from pipeline.audience.tokens import Purpose
from pipeline.providers.event import Event, Kind
from tests.readers import House, link

ADA, NEW = "ada@example.com", "ada@new.example.com"


def preferences(house: House, id_: int) -> str:
    return f"/preferences/{house.app.ring.sign(Purpose.PREFERENCES, id_, 'weekly')}"


def ask(house: House, id_: int, email: str) -> bytes:
    """The answer to who asks to move."""
    answer = house.client.post(preferences(house, id_), data={"action": "move", "email": email})
    house.spool_worker.work()
    assert answer.status_code == 200
    return answer.content


def test_reader_moves_with_a_letter_to_the_new_address(house: House) -> None:
    id_ = house.add(ADA, name="Ada")

    page = ask(house, id_, NEW).decode()
    (letter,) = house.letters()
    path = link(letter, "confirm")
    looked = house.client.get(path)
    before = house.app.roster.get(id_)
    moved = [house.client.post(path) for _ in range(2)]
    after = house.app.roster.get(id_)

    assert "If this address is new to us, a letter is on its way to it" in page
    assert (str(letter["To"]), str(letter["Subject"])) == (
        NEW, "Please confirm your new address for Letters")
    assert ("Use this address" in looked.text, letter["List-Unsubscribe"]) == (True, None)
    assert [answer.status_code for answer in moved] == [200, 200]
    assert before
    assert after
    assert (before.address, after.address, house.standing(NEW)) == (ADA, NEW, {"weekly": "confirmed"})
    assert house.app.roster.find(parse(ADA)) is None


def test_old_address_is_not_brought_back_and_an_erasure_forgets_both(house: House) -> None:
    id_ = house.add(ADA)
    ask(house, id_, NEW)
    house.client.post(link(house.letters()[0], "confirm"))

    house.client.post(preferences(house, id_), data={"action": "erase", "sure": "yes"})
    for address in (ADA, NEW):
        house.ask(address)

    assert [house.app.roster.find(parse(address)) for address in (ADA, NEW)] == [None, None]
    held = b"".join(file.read_bytes() for file in (house.folder / "var").rglob("*") if file.is_file())
    assert b"ada@" not in held


def test_who_lost_the_new_mailbox_can_subscribe_again_with_the_old_one(house: House) -> None:
    id_ = house.add(ADA)
    ask(house, id_, NEW)
    house.client.post(link(house.letters()[0], "confirm"))
    house.clock.turn(timedelta(days=2))

    house.ask(ADA)
    barred_until_then = house.app.roster.suppression(parse(ADA))
    worker = house.app.ledger.workers.enter("w", host="", boot_id="", pid=1, now=house.clock.now())
    claims = house.app.ledger.deliveries.claim(
        worker.id, worker.shard, limit=9, now=house.clock.now(), lease=timedelta(minutes=5))
    answer = house.client.post(link(house.letters()[-1], "confirm"))

    assert barred_until_then
    assert [claim.address for claim in claims] == [NEW, ADA]
    assert answer.status_code == 200
    assert (house.standing(ADA), house.app.roster.suppression(parse(ADA))) == ({"weekly": "confirmed"}, None)
    assert house.app.roster.count("weekly") == 2


def test_given_up_address_that_is_suppressed_for_another_reason_gets_no_letter(house: House) -> None:
    ask(house, house.add(ADA), NEW)
    house.client.post(link(house.letters()[0], "confirm"))
    house.app.roster.suppress(parse(ADA), "by hand", "command", house.clock.now())

    house.ask(ADA)

    assert [str(letter["To"]) for letter in house.letters()] == [NEW]
    assert not house.app.roster.is_free(parse(ADA))


def test_address_with_a_subscription_that_waits_or_ended_gets_no_letter_and_the_page_says_what_to_do(
    house: House,
) -> None:
    id_ = house.add(ADA)
    house.ask(NEW)
    left = house.add("left@example.com")
    house.app.roster.leave(left, "weekly", "unsubscribed", house.clock.now())

    pages = [ask(house, id_, address).decode() for address in (NEW, "left@example.com")]
    house.ask("left@example.com")

    assert all("If none comes, subscribe with the new address" in page for page in pages)
    assert [str(letter["To"]) for letter in house.letters()] == [NEW, "left@example.com"]
    assert house.client.post(link(house.letters()[1], "confirm")).status_code == 200
    assert house.standing("left@example.com") == {"weekly": "confirmed"}


def test_taken_suppressed_invalid_own_and_free_addresses_get_the_same_answer(house: House) -> None:
    id_ = house.add(ADA)
    house.add("taken@example.com")
    house.app.roster.suppress(parse("barred@example.com"), "complained", "test", house.clock.now())

    answers = {ask(house, id_, address) for address in (
        "taken@example.com", "barred@example.com", "no address", ADA, "\ud800".encode("utf-8", "surrogatepass").decode(
            "utf-8", "replace"), "a@b\r\nBcc: c@example.com", "", NEW)}

    assert len(answers) == 1
    assert [str(letter["To"]) for letter in house.letters()] == [NEW]


def test_letters_to_new_addresses_have_the_budgets_of_all_confirmations(house: House) -> None:
    id_ = house.add(ADA)

    for n in range(25):
        ask(house, id_, f"victim{n}@example.com")
        ask(house, id_, f"victim{n}+tag@example.com")

    assert len(house.letters()) == 20


def test_change_link_is_good_for_48_hours_and_for_nothing_else(house: House) -> None:
    id_ = house.add(ADA)
    ask(house, id_, NEW)
    path = link(house.letters()[0], "confirm")

    other = [house.client.post(path.replace("confirm", page)).status_code for page in ("unsubscribe", "preferences")]
    house.clock.turn(timedelta(hours=48, seconds=1))
    late = [house.client.get(path).status_code, house.client.post(path).status_code]

    assert (other, late, house.standing(ADA)) == ([404, 404], [410, 410], {"weekly": "confirmed"})


def test_change_link_of_a_letter_that_waited_for_the_mail_server_lives(house: House) -> None:
    ask(house, house.add(ADA), NEW)
    house.clock.turn(timedelta(days=3))

    assert house.client.post(link(house.letters()[0], "confirm")).status_code == 200
    assert house.standing(NEW) == {"weekly": "confirmed"}


def test_change_link_is_void_when_the_address_was_taken_or_the_reader_erased_meanwhile(house: House) -> None:
    one, other = house.add(ADA), house.add("bo@example.com")
    ask(house, one, NEW)
    ask(house, other, "bo@new.example.com")
    ada, bo = (link(letter, "confirm") for letter in house.letters())
    house.add(NEW)
    house.app.subscriptions.forget(parse("bo@example.com"))

    assert [house.client.post(path).status_code for path in (ada, bo)] == [404, 404]
    assert house.standing(ADA) == {"weekly": "confirmed"}


def test_link_of_who_was_erased_writes_to_nobody(house: House) -> None:
    id_ = house.add(ADA)
    token = house.app.ring.sign(Purpose.PREFERENCES, id_, "weekly")
    house.app.subscriptions.forget(parse(ADA))

    assert not house.app.subscriptions.ask_to_move(token, NEW, "once")
    assert house.letters() == []


def test_who_got_the_letter_by_mistake_and_asks_to_be_left_alone_takes_nobody_else_off(house: House) -> None:
    ask(house, house.add(ADA), "stranger@example.com")
    (letter,) = house.letters()
    mark = str(letter["Message-ID"]).strip("<>").partition("@")[0]

    house.app.feedback.take([Event("u1", Kind.UNSUBSCRIBED, house.clock.now(), "mailbox", message_id=mark)])

    assert house.standing(ADA) == {"weekly": "confirmed"}


def test_complaint_of_who_got_the_letter_by_mistake_takes_nobody_else_off(house: House) -> None:
    ask(house, house.add(ADA), NEW)
    (letter,) = house.letters()
    mark = letter["Message-ID"].strip("<").partition("@")[0]

    house.app.feedback.take([Event("c1", Kind.COMPLAINED, house.clock.now(), "mailbox", message_id=mark)])

    suppressed = house.app.roster.suppression(parse(NEW))
    assert suppressed
    assert suppressed.reason == "complained"
    assert house.standing(ADA) == {"weekly": "confirmed"}
