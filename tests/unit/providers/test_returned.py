"""Mails of real systems, rewritten from standards and public documentation with invented names."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from pipeline.providers.event import Kind
from pipeline.providers.mailbox import Mail
from pipeline.providers.returned import Returned, read_returned
from tests.hostile import SQUARE, again, cpu_s, growth
from tests.imap import NOON

SAMPLES = Path(__file__).parents[2] / "data" / "returned"
MARK = "0123456789abcdef0123456789abcdef"
NETEASE = """抱歉，您的邮件被退回来了。

收件人 ada@example.org 的邮箱空间不足（Mailbox is full），邮件无法投递。

----------原始邮件信头----------
From: letters@example.com
Message-ID: <MARK@example.com>
Subject: 垃圾邮件与黑名单
"""


def sample(name: str, mark: str = MARK) -> bytes:
    """A mail of the collection, about the message with this mark."""
    return (SAMPLES / f"{name}.eml").read_text("utf-8").replace("MARK", mark).encode()


def netease(mark: str = MARK) -> bytes:
    """163 returns what it says in one part, in GBK."""
    title, text = (base64.b64encode(one.encode("gbk")).decode() for one in ("系统退信", NETEASE.replace("MARK", mark)))
    return (f"Return-Path: <>\nFrom: Postmaster@163.example.net\nTo: letters@example.com\nSubject: =?GBK?B?{title}?=\n"
            f"Content-Type: text/plain; charset=gbk\nContent-Transfer-Encoding: base64\n\n{text}\n").encode()


def read(content: bytes) -> Returned:
    return read_returned(Mail(1, NOON, content.replace(b"\n", b"\r\n")))


@pytest.mark.parametrize(("name", "kind", "bounce", "status"), [
    ("postfix-unknown", "bounced", "hard", "5.1.1"),
    ("postfix-delayed", "deferred", "", "4.4.1"),
    ("exim-unrouteable", "bounced", "hard", "5.0.0"),
    ("exim-prose", "bounced", "hard", ""),
    ("sendmail-full", "bounced", "soft", "5.2.2"),
    ("qmail", "bounced", "hard", "5.1.1"),
    ("exchange-unknown", "bounced", "hard", "5.1.10"),
    ("gmail-unknown", "bounced", "hard", "5.1.1"),
    ("gmail-unauthenticated", "failed", "", "5.7.26"),
    ("qq-unknown", "bounced", "hard", ""),
    ("yahoo-complaint", "complained", "", ""),
    ("feedback-opt-out", "unsubscribed", "", ""),
    ("autoreply", "autoresponded", "", ""),
])
def test_report_of_each_system_gives_the_right_event(name: str, kind: str, bounce: str, status: str) -> None:
    event = read(sample(name)).event

    assert event
    assert (event.kind.value, event.bounce.value if event.bounce else "", event.status) == (kind, bounce, status)
    assert (event.message_id, event.at) == (MARK, NOON)


def test_report_of_163_in_gbk_is_soft_whatever_our_own_subject_says() -> None:
    event = read(netease()).event

    assert event
    assert (event.kind, event.bounce, event.message_id) == (Kind.BOUNCED, "soft", MARK)


def test_automatic_answer_in_chinese_is_known() -> None:
    event = read(sample("autoreply-chinese")).event

    assert event
    assert event.kind is Kind.AUTORESPONDED


def test_bounce_that_returns_nothing_is_known_by_the_address_it_came_to() -> None:
    content = sample("postfix-unknown").replace(f"Message-ID: <{MARK}@example.com>\n".encode(), b"").replace(
        b"Delivered-To: letters@example.com", f"Delivered-To: bounces+{MARK.upper()}@example.com".encode())

    event = read(content).event

    assert event
    assert event.message_id == MARK


def test_reports_of_a_relay_are_judged_by_what_the_reader_s_server_said() -> None:
    ours = sample("sendmail-full").replace(b"5.2.2", b"5.1.1", 1)
    refused = [line if not line.startswith(b"Diagnostic-Code") else b"Diagnostic-Code: SMTP; 550 5.7.1 we block you"
               for line in ours.splitlines()]
    event = read(b"\n".join(refused)).event

    assert event
    assert (event.kind, event.bounce, event.status) == (Kind.FAILED, None, "5.7.1")


def test_report_from_a_name_without_an_address_is_read() -> None:
    """DragonFly's mail agent, which FreeBSD has, calls itself so."""
    event = read(f"""From: MAILER-DAEMON <>
To: letters@example.com
Subject: Mail delivery failed

There was an error delivering your mail to <ada@example.org>.

mx.example.org [192.0.2.25] did not like our RCPT TO:
550 5.1.1 <ada@example.org>: user unknown

Message headers follow.

Message-Id: <{MARK}@example.com>
""".encode()).event

    assert event
    assert (event.kind, event.bounce, event.message_id) == (Kind.BOUNCED, "hard", MARK)


def test_warning_of_a_server_that_goes_on_trying_is_no_bounce() -> None:
    event = read(f"""From: Mail Delivery System <mailer-daemon@example.net>
To: letters@example.com
Auto-Submitted: auto-replied
Subject: Warning: message 1abc delayed 24 hours

A message that you sent has not yet been delivered to ada@example.org.
Message-ID: <{MARK}@example.com>
""".encode()).event

    assert event
    assert (event.kind, event.message_id) == (Kind.DEFERRED, MARK)


def test_report_that_a_mail_arrived_is_no_failure_whatever_it_calls_that() -> None:
    event = read(sample("postfix-unknown").replace(b"Action: failed", b"Action: deliverable")
                 .replace(b"Status: 5.1.1", b"Status: 2.1.5")).event

    assert event
    assert event.kind is Kind.DELIVERED


def test_complaint_that_outlook_sends_without_a_report_is_one() -> None:
    """Microsoft's Junk Mail Reporting Program returns the mail and says the rest in the subject."""
    event = read(f"""From: staff@hotmail.com
To: letters@example.com
Subject: complaint about message from 192.0.2.5
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: message/rfc822

X-HmXmrOriginalRecipient: ada@example.org
Subject: Weekly 14
Message-ID: <{MARK}@example.com>

Hello
--x--
""".encode()).event

    assert event
    assert (event.kind, event.message_id) == (Kind.COMPLAINED, MARK)


@pytest.mark.parametrize("feedback", ["not-spam", "novel"])
def test_feedback_of_another_type_is_unknown(feedback: str) -> None:
    content = sample("yahoo-complaint").replace(b"Feedback-Type: abuse", f"Feedback-Type: {feedback}".encode())
    event = read(content).event

    assert event
    assert event.kind is Kind.UNKNOWN


@pytest.mark.parametrize(("was", "written"), [
    (b"message/delivery-status", b"message/global-delivery-status"),  # RFC 6533
    (b"message/rfc822", b"message/global"),
    (b"text/rfc822-headers", b"message/global-headers"),
])
def test_report_of_a_server_that_speaks_utf_8_is_the_same_report(was: bytes, written: bytes) -> None:
    for name in ("postfix-unknown", "postfix-delayed", "sendmail-full"):
        known, event = read(sample(name)).event, read(sample(name).replace(was, written)).event

        assert known
        assert event
        assert (event.kind, event.bounce, event.status, event.message_id) == (
            known.kind, known.bounce, known.status, MARK)


@pytest.mark.parametrize("kind", ["message/delivery-status", "message/global-delivery-status"])
def test_words_in_another_script_are_kept_as_a_report_has_them(kind: str) -> None:
    known = b"Diagnostic-Code: smtp; 550 5.1.1"
    said = "Status: 5.0.0\nDiagnostic-Code: smtp; 550 用户不存在".encode()
    content = sample("postfix-unknown").replace(b"message/delivery-status", kind.encode())
    report, _, rest = content.partition(b"Status: 5.1.1")

    event = read(report + said + b"\n" + rest.partition(known)[2].partition(b"\n\n")[2]).event

    assert event
    assert (event.reason, event.bounce) == ("smtp; 550 用户不存在", "hard")


def in_parts(kind: str, *parts: tuple[str, str]) -> bytes:
    """A report of parts of these types; a part of message/* is encoded, which the standards forbid."""
    def part(kind: str, text: str) -> str:
        if not kind.startswith("message/"):
            return f"--x\nContent-Type: {kind}\n\n{text}\n"
        encoded = base64.encodebytes(text.encode()).decode()
        return f"--x\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{encoded}\n"

    return (f"Return-Path: <>\nFrom: postmaster@example.net\nTo: letters@example.com\nSubject: A report\n"
            f"Content-Type: multipart/report; report-type={kind}; boundary=x\n\n"
            f"{''.join(part(*one) for one in parts)}--x--\n").encode()


RETURNED = f"From: letters@example.com\nSubject: Weekly 14\nMessage-ID: <{MARK}@example.com>\n\nHello.\n"


@pytest.mark.parametrize(("content", "kind"), [
    (in_parts("delivery-status", ("text/plain", "Sorry."), ("message/delivery-status", (
        "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\n"
        "Status: 5.1.1\nDiagnostic-Code: smtp;\n 550 5.1.1 unknown\n")), ("message/rfc822", RETURNED)), Kind.BOUNCED),
    (in_parts("feedback-report", ("text/plain", "Somebody likes it."), (
        "message/feedback-report", "Feedback-Type: not-spam\n"), ("message/rfc822", RETURNED)), Kind.UNKNOWN),
    (in_parts("feedback-report", ("text/plain", "Somebody does not."), (
        "message/feedback-report", "Feedback-Type: abuse\n"), ("message/rfc822", RETURNED)), Kind.COMPLAINED),
])
def test_part_that_is_encoded_against_the_standards_is_read(content: bytes, kind: Kind) -> None:
    event = read(content).event

    assert event
    assert (event.kind, event.message_id) == (kind, MARK)


@pytest.mark.parametrize("subject", [
    "Automatic reply: Undeliverable: why mail comes back", "Automatische Antwort: Message status",
    "自动回复: 退信怎么办", "Re: Undeliverable, why mail comes back"])
def test_absence_is_no_bounce_whatever_our_title_and_the_answer_speak_of(subject: str) -> None:
    """Exchange and others answer without a sender in the envelope, as a report comes."""
    event = read(mail(subject, "I left: this account is disabled, the address does not exist.", Return_Path="<>",
                      Auto_Submitted="auto-replied", In_Reply_To=f"<{MARK}@example.com>")).event

    assert event
    assert (event.kind, event.bounce, event.message_id) == (Kind.AUTORESPONDED, None, MARK)


def test_receipt_of_a_mail_that_was_thrown_away_unread_is_no_bounce() -> None:
    """RFC 8098; the title is ours."""
    event = read(f"""Return-Path: <>
From: postmaster@example.org
Subject: Not read: Undeliverable, why mail comes back
Content-Type: multipart/report; report-type=disposition-notification; boundary=x

--x
Content-Type: text/plain

The mailbox is closed, your message was deleted without being read.
--x
Content-Type: message/disposition-notification

Original-Message-ID: <{MARK}@example.com>
Disposition: automatic-action/MDN-sent-automatically; deleted

--x--
""".encode()).event

    assert event
    assert (event.kind, event.message_id) == (Kind.AUTORESPONDED, MARK)


@pytest.mark.parametrize("charset", ["undefined", '"utf-8\x00"', "punycode", "utf-16"])
def test_report_in_a_charset_that_is_none_is_read_as_what_it_may_be(charset: str) -> None:
    event = read(f"""Return-Path: <>
From: mailer-daemon@example.net
Subject: Undeliverable
Content-Type: text/plain; charset={charset}

550 user unknown.
Message-ID: <{MARK}@example.com>
""".encode()).event

    assert event
    assert event.kind is Kind.BOUNCED


@pytest.mark.parametrize("sign", ["-", "<", "<style>", "--- "])
def test_reading_a_report_grows_with_its_length_and_not_with_its_square(sign: str) -> None:
    """20,000 dashes took ten minutes, and the mailbox with it, each minute again."""
    def cost(text: str) -> float:
        content = mail("Undeliverable", text, Return_Path="<>", Content_Type="text/html")
        return cpu_s(lambda: read(content))

    assert growth(cost, again(sign), 10_000) <= SQUARE


@pytest.mark.parametrize("content", [
    b"Content-Type: message/rfc822\n\n" * 9_000, b"From: " + b"(" * 100_000 + b"\n\n"])
def test_mail_in_mail_without_an_end_says_nothing_to_us(content: bytes) -> None:
    assert read(content) == Returned()


@pytest.mark.parametrize("field", [
    b"Subject: Undelivered Mail Returned to Sender", b"From: MAILER-DAEMON@mx.example.net (Mail Delivery System)"])
def test_report_with_a_field_that_was_cut_within_a_word_is_read(field: bytes) -> None:
    """A title that a server returns may end anywhere, and five letters of base64 are no bytes."""
    cut = field.partition(b" ")[0] + b" =?utf-8?b?5Y2V5?="
    whole = sample("postfix-unknown")
    event = read(whole.replace(field, cut)).event

    assert whole.count(field) == 1
    assert event
    assert (event.kind, event.bounce, event.message_id) == (Kind.BOUNCED, "hard", MARK)


# ---- readers who leave ----------------------------------------------------------------------------

TOKEN = "EXdlZWtseQAAAAAABwAAAAAAAAAAAAAAAAAAAA"


def mail(subject: str, body: str = "", **headers: str) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return f"From: Ada <ada@example.org>\nTo: letters@example.com\nSubject: {subject}\n{more}\n{body}\n".encode()


@pytest.mark.parametrize("subject", [
    f"unsubscribe {TOKEN}", f"Re: unsubscribe {TOKEN}", f"[EXTERNAL] Unsubscribe {TOKEN} ", TOKEN,
    f"unsubscribe\n {TOKEN}",
    "=?utf-8?q?unsubscribe_" + TOKEN.replace("_", "=5F") + "?=",
])
def test_token_in_the_subject_is_the_way_out(subject: str) -> None:
    event = read(mail(subject, Auto_Submitted="auto-generated")).event

    assert event
    assert (event.kind, event.token) == (Kind.UNSUBSCRIBED, TOKEN)


def test_long_word_in_the_subject_hides_no_report() -> None:
    event = read(mail(f"Undeliverable: {'x' * 40} weekly", "550 5.1.1 no such user", Return_Path="<>",
                      In_Reply_To=f"<{MARK}@example.com>")).event

    assert event
    assert (event.kind, event.message_id) == (Kind.BOUNCED, MARK)


@pytest.mark.parametrize("words", [
    "unsubscribe", "Unsubscribe.", "Re: UNSUBSCRIBE", "退订", "回复：退订", "取消订阅", "退訂",
    "Please unsubscribe me from this list.", "take me off your mailing list", "Unsubscribe from the newsletter",
    "Unsubscribe please", "Hi, unsubscribe. Thanks!", "I'd like to unsubscribe", "我要退订", "退订，谢谢！",
    "您好，请帮我取消订阅"])
def test_answer_to_a_mail_of_ours_that_asks_is_proof_enough(words: str) -> None:
    by_subject = read(mail(words, In_Reply_To=f"<{MARK}@example.com>")).event
    by_body = read(mail("Re: Weekly 14", f"\n{words}\n\n> Weekly 14", References=f"<x@y> <{MARK}@example.com>")).event

    for event in (by_subject, by_body):
        assert event
        assert (event.kind, event.message_id, event.token) == (Kind.UNSUBSCRIBED, MARK, "")


@pytest.mark.parametrize("words", ["Hello TD!", "Hi, thanks!", "Please do not unsubscribe me"])
def test_answer_to_somebody_asks_for_nothing(words: str) -> None:
    returned = read(mail(words, In_Reply_To=f"<{MARK}@example.com>"))

    assert (returned.event, returned.asks_to_leave) == (None, False)


@pytest.mark.parametrize("words", ["您好：\n\n请退订，谢谢", "Hello,\nplease unsubscribe me\nAda"])
def test_greeting_above_the_wish_to_leave_is_passed_over(words: str) -> None:
    event = read(mail("Re: Weekly 14", words, References=f"<{MARK}@example.com>")).event

    assert event
    assert (event.kind, event.message_id) == (Kind.UNSUBSCRIBED, MARK)


def test_answer_in_html_alone_asks_by_its_first_line() -> None:
    page = "<style>p{}</style><div dir=ltr>Unsubscribe</div><br><div>On Monday, Weekly wrote: <p>Hello</div>"
    event = read(mail("Re: Weekly 14", page, Content_Type="text/html", References=f"<{MARK}@example.com>")).event

    assert event
    assert (event.kind, event.message_id) == (Kind.UNSUBSCRIBED, MARK)


@pytest.mark.parametrize("content", [mail("unsubscribe"), mail("Hello", "退订\n\nthank you")])
def test_wish_without_proof_is_for_a_person(content: bytes) -> None:
    assert read(content) == Returned(None, asks_to_leave=True, sender="ada@example.org")


def test_button_of_apple_mail_is_a_wish_although_it_calls_itself_automatic() -> None:
    pressed = mail("unsubscribe", Auto_Submitted="auto-replied", X_Apple_Unsubscribe="true")

    assert read(pressed) == Returned(None, asks_to_leave=True, sender="ada@example.org")


@pytest.mark.parametrize("content", [
    mail("I like it", "How do I unsubscribe my dog?"), mail("Re: Weekly 14", "Good issue.\n> unsubscribe"),
    mail("Take me off the hook", "Please remove me from this story."), mail("Re: Weekly 14", "Take me"),
    b"", b"\x00\xff\xfe", b"Subject: =?klingon?b?AAAA?=\nFrom: \xff@\n\n", mail("Undelivered mail"),
    mail(f"Your receipt {'a1' * 20} of March"),
    b"Content-Type: message/delivery-status\n\n",
    b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\nnonsense\n--x--",
])
def test_other_mail_says_nothing_to_us(content: bytes) -> None:
    returned = read(content)

    assert (returned.event, returned.asks_to_leave) == (None, False)


def test_any_prefix_of_any_sample_is_understood_or_not_but_never_breaks() -> None:
    for path in SAMPLES.glob("*.eml"):
        whole = path.read_bytes()
        for end in range(0, len(whole), 97):
            read(whole[:end])
