"""What is reported becomes a fact once, and a suppression where it must; on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, update
from sqlalchemy import event as listened

from pipeline.address import parse
from pipeline.audience.subscriber import Evidence
from pipeline.audience.tokens import Purpose
from pipeline.database import Database
from pipeline.errors import Unreachable
from pipeline.feedback.feedback import Effect
from pipeline.feedback.report_brake import Shares
from pipeline.feedback.scrubbing import LONGEST, one_line, scrubbed
from pipeline.mailings.mailing import DeliveryState, Doubt, MailingState, Outcome
from pipeline.providers.event import Bounce, Event, Kind
from pipeline.providers.hooks import Report, open_hook
from pipeline.schema import delivery, event
from tests.answers import LATER, RING, AnswerDesk
from tests.books import EXPIRE, LEASE, NOON
from tests.hostile import SQUARE, TIMES, again, cpu_s, growth

HARD, SOFT = (Kind.BOUNCED, Bounce.HARD), (Kind.BOUNCED, Bounce.SOFT)


@pytest.fixture
def desk(database: Database) -> AnswerDesk:
    return AnswerDesk(database)


def test_hard_bounce_suppresses_the_address_and_keeps_the_consent(desk: AnswerDesk) -> None:
    desk.send(1)

    assert desk.report(0, *HARD) == [Effect.SUPPRESSED]

    assert desk.suppressions() == {"reader0@example.com": "bounced"}
    assert desk.lists(0) == {"weekly": "confirmed"}


def test_complaint_suppresses_and_ends_every_subscription(desk: AnswerDesk) -> None:
    desk.send(1)

    assert desk.report(0, Kind.COMPLAINED) == [Effect.SUPPRESSED]

    assert desk.suppressions() == {"reader0@example.com": "complained"}
    assert desk.lists(0) == {"weekly": "left complained"}


def test_hard_bounce_in_the_middle_keeps_the_reader_out_of_the_rest(desk: AnswerDesk) -> None:
    desk.send(1)
    desk.feedback.take([desk.event(1, *HARD)])  # of a reader who waits: an earlier message of theirs came back

    desk.send(2)

    assert [row["state"] for row in map(desk.row, range(3))] == ["sent", "skipped", "sent"]
    assert desk.mailing.balances


def test_name_that_a_provider_gave_to_several_messages_blames_no_reader(desk: AnswerDesk) -> None:
    desk.send(2, provider="http", provider_id="batch 1")

    assert desk.report(1, *HARD, message_id="", provider_id="batch 1") == [Effect.STRANGE]
    assert desk.suppressions() == {}


def test_hundred_replays_change_nothing(desk: AnswerDesk) -> None:
    desk.send(3)
    first = desk.report(0, *HARD)
    before = desk.events(), desk.suppressions()

    effects = [desk.report(0, *HARD) for _ in range(100)]

    assert (first, effects) == ([Effect.SUPPRESSED], [[Effect.KNOWN]] * 100)
    assert (desk.events(), desk.suppressions()) == before


def test_report_with_characters_that_a_database_refuses_is_taken(desk: AnswerDesk) -> None:
    names = dict.fromkeys(("id", "event", "bounce", "delivery", "message_id", "provider_id", "status", "reason"),
                          "odd\0\ud800")
    body = json.dumps({"events": [names]}).encode()

    events = open_hook("http", ["secret"], lambda _: b"")(
        Report({"authorization": "Bearer secret"}, body), NOON)

    assert desk.feedback.take(events) == [Effect.STRANGE]


@pytest.mark.parametrize("given", [
    {"message_id": "0" * 32}, {"message_id": "", "delivery_key": "0" * 32}, {"message_id": ""},
    {"message_id": "", "provider_id": "a-name-of-theirs"},
])
def test_event_for_an_unknown_message_is_recorded_and_suppresses_nobody(
    desk: AnswerDesk, given: dict[str, str]
) -> None:
    desk.send(1)

    assert desk.report(0, *HARD, address="reader0@example.com", **given) == [Effect.STRANGE]

    assert desk.suppressions() == {}
    assert [(row.kind, row.delivery_key) for row in desk.events()] == [("bounced", None)]


def test_address_that_is_claimed_is_never_the_one_that_is_suppressed(desk: AnswerDesk) -> None:
    desk.send(2)

    desk.report(0, *HARD, address="reader1@example.com")

    assert desk.suppressions() == {"reader0@example.com": "bounced"}


def test_message_is_found_by_our_tag_and_by_the_name_that_its_provider_gave_it(desk: AnswerDesk) -> None:
    desk.send(1, provider="postmark", provider_id="0a2b4c6d")
    desk.send(1, provider="postmark", provider_id="883953f4")

    assert desk.report(0, Kind.DELIVERED, message_id="", delivery_key=desk.row(0)["key"]) == [Effect.RECORDED]
    assert desk.report(1, Kind.DELIVERED, message_id="", provider_id="883953f4") == [Effect.RECORDED]
    assert {row.subscriber_id is None for row in desk.events()} == {False}


def test_complaint_wins_over_bounce_in_either_order_and_delivered_over_neither(desk: AnswerDesk) -> None:
    desk.send(2)

    for reader, kinds in enumerate([(HARD, (Kind.COMPLAINED,)), ((Kind.COMPLAINED,), HARD)]):
        for kind in (*kinds, (Kind.DELIVERED,), (Kind.OPENED,)):
            desk.report(reader, *kind)

    assert desk.suppressions() == {"reader0@example.com": "complained", "reader1@example.com": "complained"}


def test_suppression_of_another_kind_keeps_its_reason(desk: AnswerDesk) -> None:
    desk.send(1)
    desk.add("reader0@example.com")

    desk.report(0, Kind.COMPLAINED)

    assert desk.suppressions() == {"reader0@example.com": "manual"}


@pytest.mark.parametrize("kind", [Kind.FAILED, Kind.REJECTED, Kind.DEFERRED, Kind.DELIVERED, Kind.OPENED, Kind.CLICKED,
                                  Kind.AUTORESPONDED, Kind.QUEUED, Kind.SENT, Kind.UNKNOWN])
def test_what_is_not_about_the_reader_is_recorded_only(desk: AnswerDesk, kind: Kind) -> None:
    desk.send(1)

    assert desk.report(0, kind, status="5.7.26") == [Effect.RECORDED]

    assert (desk.suppressions(), desk.lists(0)) == ({}, {"weekly": "confirmed"})


def test_soft_bounces_count_once_an_issue_and_suppress_at_the_threshold(database: Database) -> None:
    desk = AnswerDesk(database, soft_bounces=3)
    desk.send(3)
    for retry in range(5):
        assert desk.report(0, *SOFT, at=LATER + timedelta(minutes=retry)) == [Effect.RECORDED]
    for key in ("15", "16"):
        assert desk.suppressions() == {}
        mailing = desk.next_issue(key)
        desk.send(3)
        desk.report(0, *SOFT, mailing_id=mailing)

    assert desk.suppressions() == {"reader0@example.com": "bounced"}


def test_issue_that_arrived_in_between_begins_the_count_again(database: Database) -> None:
    desk = AnswerDesk(database, soft_bounces=2)
    desk.send(3)
    desk.report(0, *SOFT)
    desk.report(0, Kind.DELIVERED, at=LATER + timedelta(minutes=9))
    second = desk.next_issue("15")
    desk.send(3)

    desk.report(0, *SOFT, mailing_id=second)

    assert desk.suppressions() == {}


def test_soft_bounces_before_the_last_yes_are_not_counted_after_it(database: Database) -> None:
    desk = AnswerDesk(database, soft_bounces=2)
    desk.send(3)
    desk.report(0, *SOFT, at=NOON)
    desk.roster.leave(desk.ids[0], "weekly", "unsubscribed", NOON)
    desk.roster.ask(parse("reader0@example.com"), ["weekly"], Evidence("form"), NOON)
    assert desk.roster.confirm(desk.ids[0], "weekly", NOON + timedelta(minutes=1))
    second = desk.next_issue("15")
    desk.send(3)

    assert desk.report(0, *SOFT, mailing_id=second) == [Effect.RECORDED]

    third = desk.next_issue("16")
    desk.send(3)
    assert desk.report(0, *SOFT, mailing_id=third) == [Effect.SUPPRESSED]


def test_soft_bounces_before_a_suppression_was_taken_back_are_not_counted_after_it(database: Database) -> None:
    desk = AnswerDesk(database, soft_bounces=2)
    desk.send(3)
    desk.report(0, *SOFT)
    second = desk.next_issue("15")
    desk.send(3)
    assert desk.report(0, *SOFT, mailing_id=second) == [Effect.SUPPRESSED]
    desk.clock.turn(timedelta(minutes=1))
    assert desk.roster.unsuppress(parse("Reader0@example.com"), desk.clock.now())

    effects = []
    for key in ("16", "17"):
        mailing = desk.next_issue(key)
        desk.send(3)
        desk.clock.turn(timedelta(minutes=1))
        effects += desk.report(0, *SOFT, mailing_id=mailing, at=desk.clock.now())

    assert effects == [Effect.RECORDED, Effect.SUPPRESSED]


def test_soft_bounces_at_the_old_address_are_not_counted_at_the_new_one(database: Database) -> None:
    desk = AnswerDesk(database, soft_bounces=2)
    desk.send(3)
    desk.report(0, *SOFT)
    assert desk.roster.readdress(desk.ids[0], parse("new@example.com"), LATER)
    second = desk.next_issue("15")
    desk.send(3)

    assert desk.report(0, *SOFT, mailing_id=second) == [Effect.RECORDED]

    assert desk.suppressions() == {None: "moved"}


def test_what_happened_before_the_last_yes_is_over(desk: AnswerDesk) -> None:
    desk.send(1)
    earlier = NOON - timedelta(days=1)

    effects = [desk.report(0, *kind, at=earlier) for kind in (HARD, (Kind.COMPLAINED,), (Kind.UNSUBSCRIBED,))]

    assert effects == [[Effect.RECORDED]] * 3
    assert (desk.suppressions(), desk.lists(0)) == ({}, {"weekly": "confirmed"})


def test_report_that_tells_no_more_than_the_second_of_the_last_yes_is_not_over(desk: AnswerDesk) -> None:
    desk.send(1)
    desk.roster.leave(desk.ids[0], "weekly", "unsubscribed", NOON)
    desk.roster.ask(parse("reader0@example.com"), ["weekly"], Evidence("form"), NOON)
    assert desk.roster.confirm(desk.ids[0], "weekly", NOON + timedelta(seconds=0.7))

    assert desk.report(0, *HARD, at=NOON - timedelta(seconds=1)) == [Effect.RECORDED]
    assert desk.report(0, *HARD, at=NOON) == [Effect.SUPPRESSED]


def test_yes_of_a_clock_that_was_far_ahead_makes_nothing_over(desk: AnswerDesk) -> None:
    desk.send(2)
    for reader in range(2):
        desk.roster.leave(desk.ids[reader], "weekly", "unsubscribed", NOON)
        desk.roster.ask(parse(f"reader{reader}@example.com"), ["weekly"], Evidence("form"), NOON)
        assert desk.roster.confirm(desk.ids[reader], "weekly", LATER + timedelta(days=400))

    token = RING.sign(Purpose.UNSUBSCRIBE, desk.ids[0], "weekly")

    assert desk.report(0, Kind.UNSUBSCRIBED, token=token, message_id="") == [Effect.LEFT]
    assert desk.report(1, *HARD) == [Effect.SUPPRESSED]


def test_instant_of_a_clock_that_is_ahead_is_now(desk: AnswerDesk) -> None:
    desk.send(1)

    desk.report(0, Kind.DELIVERED, at=LATER + timedelta(days=400))

    assert [row.at for row in desk.events()] == [LATER]


def test_reader_leaves_by_an_event_or_by_the_token_of_a_mail(desk: AnswerDesk) -> None:
    desk.send(3)
    token = RING.sign(Purpose.UNSUBSCRIBE, desk.ids[1], "weekly")

    assert desk.report(0, Kind.UNSUBSCRIBED) == [Effect.LEFT]
    assert desk.report(1, Kind.UNSUBSCRIBED, token=token, message_id="") == [Effect.LEFT]

    assert [desk.lists(reader) for reader in range(3)] == [
        {"weekly": "left unsubscribed"}, {"weekly": "left unsubscribed"}, {"weekly": "confirmed"}]


@pytest.mark.parametrize("purpose", [Purpose.PREFERENCES, Purpose.VIEW])
def test_token_for_something_else_takes_nobody_off(desk: AnswerDesk, purpose: Purpose) -> None:
    token = RING.sign(purpose, desk.ids[0], "weekly")

    assert desk.report(0, Kind.UNSUBSCRIBED, token=token) == [Effect.FORGED]

    assert (desk.events(), desk.lists(0)) == ([], {"weekly": "confirmed"})


def test_report_is_taken_whole_or_not_at_all(desk: AnswerDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.send(3)
    events = [desk.event(reader, *HARD) for reader in range(3)]
    suppress, calls = desk.roster.suppress, []

    def failing(*words: object) -> bool:
        calls.append(words)
        if len(calls) == 2:
            raise Unreachable("the database does not answer")
        return suppress(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.roster, "suppress", failing)
    with pytest.raises(Unreachable):
        desk.feedback.take(events)

    assert (desk.events(), desk.suppressions()) == ([], {})
    assert desk.feedback.take(events) == [Effect.SUPPRESSED] * 3


def test_event_proves_that_a_message_in_doubt_was_taken(desk: AnswerDesk) -> None:
    desk.send(1, DeliveryState.IN_DOUBT, doubt=Doubt.PROCESS)

    desk.report(0, Kind.DELIVERED)

    assert (desk.row(0)["state"], desk.row(0)["reply"]) == ("sent", "test reported on it")
    assert desk.mailing.balances


def test_event_that_comes_while_the_answer_is_waited_for_proves_it_too(desk: AnswerDesk) -> None:
    first, second = desk.claim(2)
    desk.report(0, Kind.DELIVERED)
    desk.ledger.deliveries.record(1, [Outcome(one, DeliveryState.IN_DOUBT, "", doubt=Doubt.LINE)
                                      for one in (first, second)], now=LATER)

    assert desk.ledger.doubts.prove_reported(LATER) == 1
    assert (desk.row(0)["state"], desk.row(1)["state"]) == ("sent", "in_doubt")
    assert desk.mailing.balances


def test_event_of_an_earlier_attempt_proves_nothing_of_what_a_person_sent_again(desk: AnswerDesk) -> None:
    desk.send(1, DeliveryState.IN_DOUBT, doubt=Doubt.PROCESS)
    desk.ledger.doubts.resend(list(Doubt), LATER)
    desk.report(0, Kind.DELIVERED)
    again = desk.ledger.deliveries.claim("w", 1, limit=1, now=LATER + LEASE, lease=LEASE)
    desk.ledger.deliveries.record(1, [Outcome(one, DeliveryState.IN_DOUBT, "", doubt=Doubt.LINE) for one in again],
                                  now=LATER + LEASE)

    assert desk.ledger.doubts.prove_reported(LATER + LEASE) == 0


@pytest.mark.parametrize(("provider", "state", "waiting"), [
    ("smtp", "sent", 0),   # its answer was lost: it is there, and a repeat would be a second mail
    ("", "deferred", 1),   # it was plainly refused for now
])
def test_event_about_a_message_that_waits_to_be_repeated_ends_its_waiting(
    desk: AnswerDesk, provider: str, state: str, waiting: int
) -> None:
    desk.send(1, DeliveryState.DEFERRED, "the line broke", provider=provider, due_at=NOON)

    desk.report(0, Kind.DELIVERED)

    assert desk.row(0)["state"] == state
    assert desk.mailing.balances
    assert [one.id for one in desk.claim(3)].count(desk.row(0)["id"]) == waiting


def test_event_takes_no_word_of_a_person_back(desk: AnswerDesk) -> None:
    desk.send(1, DeliveryState.IN_DOUBT, doubt=Doubt.PROCESS)
    desk.ledger.doubts.resend(list(Doubt), LATER)

    desk.report(0, Kind.DELIVERED)

    assert desk.row(0)["state"] == "deferred"


def test_erased_reader_stays_away_and_leaves_no_address(desk: AnswerDesk) -> None:
    desk.send(1)
    one = desk.event(0, *HARD, address="reader0@example.com", reason="550 <reader0@example.com>: unknown",
                     raw='{"to": "reader0@example.com"}')
    desk.ledger.deliveries.erase(desk.ids[0])
    desk.roster.forget(parse("reader0@example.com"), LATER)

    assert desk.feedback.take([one]) == [Effect.RECORDED]
    desk.roster.add(parse("reader0@example.com"), ["weekly"], Evidence("import:csv"), LATER)

    assert "reader0" not in repr(desk.events())
    assert desk.suppressions() == {None: "forgotten"}
    assert desk.roster.find(parse("reader0@example.com")) is None


def test_message_to_a_list_that_a_service_owns_suppresses_nobody(desk: AnswerDesk) -> None:
    desk.send(1)
    with desk.database.write() as connection:
        connection.execute(update(delivery).where(delivery.c.key == desk.row(0)["key"]).values(address="the list"))

    assert desk.report(0, *HARD, address="the list") == [Effect.RECORDED]


def test_no_event_keeps_an_address(desk: AnswerDesk) -> None:
    desk.send(1)

    desk.report(0, *HARD, address="Reader0@Example.com", reason="550 5.1.1 <reader0@example.com>:\nuser unknown",
                raw='{"Email": "reader0@example.com", "u": "mailto:a%40example.org", "v": "b\\u0040example.net"}')

    (row,) = desk.events()
    assert row.reason == "550 5.1.1 <…@example.com>: user unknown"
    assert row.raw == '{"Email": "…@example.com", "u": "mailto:…@example.org", "v": "…@example.net"}'
    assert row.address_hash == desk.roster.address_hash("reader0@example.com")


def test_report_with_a_nul_is_kept_without_it_and_acts(desk: AnswerDesk) -> None:
    """PostgreSQL holds none: whoever sent such a bounce kept all others behind it from being read."""
    desk.send(1)

    assert desk.report(0, *HARD, reason="550 no\0body", raw="550 no\0body") == [Effect.SUPPRESSED]

    (row,) = desk.events()
    assert (row.reason, row.raw) == ("550 no body", "550 no body")


@pytest.mark.parametrize(("text", "kept"), [
    ("x " * 3995 + "ada.lovelace@example.com", "x " * 3995 + "…@example."),
    ("ada.lovelace@example.com " * 1_000, ("…@example.com " * 310)[:4_337]),
    ("x " * 4155 + "ada.lovelace@example.com", "x " * 3995 + "x x x x x "),
])
def test_no_half_of_an_address_stays_where_a_report_is_cut(text: str, kept: str) -> None:
    assert scrubbed(text) == kept


def test_scrubbed_text_is_cut_and_one_line_is_printable() -> None:
    assert len(scrubbed("x" * 20_000)) == 8_000
    assert scrubbed("a@b.example+c@d.example e@") == "…@d.example e@"
    assert one_line("a\x1b[31m\r\nb" + "c" * 400) == "a [31m b" + "c" * 292


@pytest.mark.parametrize("sign", ["x", "@", "=", "%4"])
def test_scrubbing_a_word_grows_with_its_length_and_not_with_its_square(sign: str) -> None:
    """A report of one long word took seconds to be scrubbed, in the ledger's own transaction."""
    def cost(text: str) -> float:
        return cpu_s(lambda: [scrubbed(text) for _ in range(20)])

    assert growth(cost, again(sign), LONGEST // (3 * TIMES)) <= SQUARE  # none of its texts is cut


def test_news_of_a_message_that_arrived_is_two_statements(desk: AnswerDesk) -> None:
    """Nearly every event is of this kind, a provider sends a thousand at once, and senders wait for the ledger."""
    desk.send(3)
    news = [desk.event(reader, Kind.DELIVERED) for reader in range(3)]
    statements: list[str] = []

    def listen(*words: object) -> None:
        statements.append(str(words[2]).split()[0])

    listened.listen(Engine, "before_cursor_execute", listen)
    try:
        assert desk.feedback.take(news) == [Effect.RECORDED] * 3
    finally:
        listened.remove(Engine, "before_cursor_execute", listen)

    assert [word for word in statements if word != "BEGIN"] == ["SELECT", "INSERT"] * 3


# ---- what the post refused while it was handed over -----------------------------------------------


@pytest.mark.parametrize(("reply", "kind", "suppressed"), [
    ("550 5.1.1 <reader0@example.com>: Recipient address rejected: User unknown", "bounced", True),
    ("550 5.2.1 The email account that you tried to reach is disabled", "bounced", True),
    ("550 No such user here", "bounced", True),
    ("gave up after `mailings.expire`: 452 4.2.2 mailbox full", "bounced", False),
    ("gave up after `mailings.expire`: 452 4.3.1 Insufficient system storage", "failed", False),
    ("gave up after `mailings.expire`: 451 4.4.2 timed out", "failed", False),
    ("550 5.7.26 this mail is unauthenticated", "failed", False),
    ("550 rejected because of our spam policy", "failed", False),
])
def test_refusal_at_the_door_counts_like_a_bounce(desk: AnswerDesk, reply: str, kind: str, suppressed: bool) -> None:
    desk.send(1, DeliveryState.FAILED, reply)

    assert (desk.refusals.collect(), desk.refusals.collect()) == (1, 0)

    assert [row.kind for row in desk.events()] == [kind]
    assert desk.suppressions() == ({"reader0@example.com": "bounced"} if suppressed else {})


def test_mail_server_that_is_broken_for_many_issues_costs_no_reader(database: Database) -> None:
    desk = AnswerDesk(database, readers=2, soft_bounces=2)
    for key in ("15", "16", "17"):
        desk.send(2, DeliveryState.FAILED, "gave up after `mailings.expire`: 451 4.3.0 queue file write error")
        desk.next_issue(key)

    assert (desk.refusals.collect(), desk.suppressions()) == (6, {})


@pytest.mark.parametrize(("first", "then"), [
    (LATER, NOON),                       # by a machine whose clock is behind the other's, or was set back
    (NOON + timedelta(days=30), NOON),   # while a clock was far ahead, and when it was right again
])
def test_refusal_is_heard_whatever_the_clock_showed_that_wrote_it_down(
    desk: AnswerDesk, first: datetime, then: datetime
) -> None:
    desk.send(1, DeliveryState.FAILED, "550 5.1.1 user unknown", at=first)
    assert desk.refusals.collect() == 1

    desk.send(1, DeliveryState.FAILED, "550 5.1.1 user unknown", at=then)

    assert (desk.refusals.collect(), desk.refusals.collect()) == (1, 0)
    assert desk.suppressions() == {"reader0@example.com": "bounced", "reader1@example.com": "bounced"}


def test_reader_whom_we_could_not_address_is_no_news(desk: AnswerDesk) -> None:
    desk.send(1, DeliveryState.FAILED, '"ü@example.com" has letters before the @ that this transport cannot carry')

    desk.refusals.collect()

    assert desk.events() == []


def test_refusals_are_read_page_by_page_also_of_one_instant(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.mailings.ledger.events.PAGE", 2)
    desk = AnswerDesk(database, readers=5)
    desk.send(5, DeliveryState.FAILED, "550 5.1.1 user unknown")

    assert desk.refusals.collect() == 5

    assert len(desk.suppressions()) == 5


# ---- the brake ------------------------------------------------------------------------------------


def test_mailing_is_paused_when_too_much_comes_back_and_says_where_and_whence(database: Database) -> None:
    desk = AnswerDesk(database, readers=40, shares=Shares(returns=0.25))
    desk.send(39)
    for reader in range(9):
        desk.report(reader, *HARD)
    for reader in range(9, 15):
        desk.report(reader, *SOFT)  # a full mailbox says nothing about a list
    assert desk.mailing.state is MailingState.SENDING

    desk.report(20, Kind.FAILED)

    assert desk.mailing.state is MailingState.PAUSED
    assert desk.mailing.reason == ("10 of 39 messages came back (0.26 is more than feedback.bounce_share, 0.25): "
                                   "10 at example.com, 10 who came from an unknown source")


def test_mailing_is_paused_by_three_complaints_of_few_readers(database: Database) -> None:
    desk = AnswerDesk(database, readers=5)
    desk.send(4)

    states = []
    for reader in range(3):
        desk.report(reader, Kind.COMPLAINED)
        states.append(desk.mailing.state.value)

    assert states == ["sending", "sending", "paused"]
    assert desk.mailing.reason.startswith("3 of 4 readers complained (0.75 is more than feedback.complaint_share")


def test_refusals_at_the_hand_over_are_counted_by_the_senders_brake_and_not_here(database: Database) -> None:
    desk = AnswerDesk(database, readers=40, shares=Shares(returns=0.25))
    desk.send(15, DeliveryState.FAILED, "550 5.1.1 user unknown")
    desk.send(20)

    desk.refusals.collect()
    desk.report(0, Kind.REJECTED)  # the same refusal, by the provider's hook

    assert (len(desk.suppressions()), desk.mailing.state) == (15, MailingState.SENDING)
    for reader in range(15, 25):
        desk.report(reader, *HARD)
    assert desk.mailing.reason.startswith("10 of 20 messages came back")


def test_resumed_mailing_is_paused_by_new_reports_only(database: Database) -> None:
    desk = AnswerDesk(database, readers=8)
    desk.send(7)
    for reader in range(3):
        desk.report(reader, Kind.COMPLAINED)
    desk.clock.turn(timedelta(minutes=1))
    desk.ledger.mailings.resume(desk.mailing_id, reason="a person", now=desk.clock.now(), expire=EXPIRE)

    for reader in (3, 4):
        desk.report(reader, Kind.COMPLAINED)

    assert desk.mailing.state is MailingState.SENDING
    desk.report(5, Kind.COMPLAINED)
    assert desk.mailing.state is MailingState.PAUSED


def test_events_of_a_person_are_listed_for_them(desk: AnswerDesk) -> None:
    desk.send(1)
    desk.report(0, *HARD, reason="550 5.1.1 unknown")

    assert desk.ledger.events.of(desk.ids[0]) == [
        {"kind": "bounced", "bounce": "hard", "at": LATER, "provider": "test", "reason": "550 5.1.1 unknown"}]


def test_one_event_is_one_row(desk: AnswerDesk) -> None:
    one = Event("same", Kind.DELIVERED, LATER, "test")

    assert desk.feedback.take([one, replace(one, kind=Kind.COMPLAINED)]) == [Effect.STRANGE, Effect.KNOWN]

    with desk.database.read() as connection:
        assert len(connection.execute(event.select()).all()) == 1
