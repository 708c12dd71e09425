"""Whom a message that came back speaks of."""

from __future__ import annotations

import pytest

from pipeline.providers.statuses import HARD, OURS, SOFT, Meaning, meaning, status_in


@pytest.mark.parametrize(("status", "text", "expected"), [
    ("5.1.1", "", HARD), ("5.1.2", "", HARD), ("5.1.3", "", HARD), ("5.1.6", "", HARD), ("5.1.10", "", HARD),
    ("5.2.1", "", HARD), ("5.2.2", "", SOFT), ("5.2.0", "", SOFT), ("5.2.3", "", OURS),
    ("5.1.7", "", OURS), ("5.1.8", "", OURS), ("5.1.4", "", SOFT),
    ("5.7.26", "user unknown", OURS), ("5.7.515", "", OURS), ("5.7.1", "", OURS), ("5.4.1", "", OURS),
    ("5.3.4", "", OURS), ("5.5.0", "", OURS), ("5.6.1", "", OURS), ("4.7.0", "", OURS), ("4.7.28", "", OURS),
    ("4.2.2", "", SOFT), ("4.4.1", "", SOFT), ("4.3.1", "", SOFT), ("4.1.8", "", OURS),
    ("", "550 5.1.1 unknown", HARD), ("5.0.0", "550 user unknown", HARD), ("", "550 No such user here", HARD),
    ("5.0.0", "", SOFT), ("", "", SOFT), ("", "550 blocked by our policy, user unknown", OURS),
    ("", "552 mailbox unavailable: over quota", SOFT),
    ("", "550 用户不存在", HARD), ("", "550 收件人邮箱空间不足", SOFT), ("", "554 疑似垃圾邮件", OURS),
    ("", "host 192.0.2.5.1.1 said no", SOFT), ("", "Exim 4.94.2 gave up", SOFT), ("", "250 2.1.5 ok, then 550", SOFT),
    # QQ, 163 and others in China say 550 to a whole sender, for an hour or for good
    *(("", f"550 {words}", OURS) for words in (
        "Ip frequency limited", "Domain frequency limited", "Sender frequency limited", "Connection frequency limited",
        "Mail content denied", "Connection denied", "Suspected bounce attacks", "RP:TRC", "MI:SPF", "HL:IPB",
        "DT:SUM Envelope sender and header From mismatched", "Requested action not taken: Local user only")),
    ("", "550 Mailbox unavailable or access denied", SOFT), ("", "553 invalid User", HARD),
    ("", "559 Invalid rcptto [@sm070102]", HARD), ("", "554 RCPT (ada@example.org) dosn't exist", HARD),
    ("", "550 The recipient may contain a non-existent account, please check the recipient address.", HARD),
    ("", "550 relay not permitted", OURS), ("", "550 Sender verify failed", OURS),
    ("", "550 Access denied, invalid HELO name: no such domain", OURS), ("", "553 sender domain: no such domain", OURS),
    # a domain that is none
    ("5.4.4", "Host or domain name not found. Name service error for name=example.org type=AAAA: Host not found", HARD),
    ("5.4.4", "unable to route", OURS),
    ("5.4.4", "smtp; 550 5.4.4 Invalid domain", HARD), ("5.0.0", "unknown; No such domain.", HARD),
    ("", "Sorry, I couldn't find a mail exchanger or IP address. (#5.4.4)", HARD),
    ("", "Sorry, I couldn't find any host by that name. (#4.1.2)", SOFT),
    ("5.1.0", "Domain example.org does not accept mail (nullMX)", HARD),
    ("4.4.3", "Host or domain name not found. Name service error for name=example.org type=MX: try again", SOFT),
    # the words contradict the status: a doubt counts for the reader
    ("5.1.1", "550 5.1.1 203.0.113.9 has sent to too many recipients this hour", OURS),
    ("5.2.1", "550 5.2.1 the user is receiving mail at a rate that prevents more", SOFT),
    ("5.1.1", "552 mailbox of ada@example.org is over quota", SOFT),
    ("5.1.1", "550 5.1.1 user unknown, as our spam policy asks", HARD),
    # statuses that are used for two things
    ("5.1.0", "550 5.1.0 sender rejected", OURS), ("5.1.0", "550 5.1.0 user unknown", HARD), ("5.1.0", "", SOFT),
    ("5.7.1", "550 5.7.1 User unknown or access denied", OURS),
    ("5.7.1", "554 5.7.1 <ada@example.org>: Recipient address rejected: Access denied", OURS),
    ("5.2.1", "550 5.2.1 This mailbox has been blocked due to inactivity", HARD),
    ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable", HARD), ("5.5.0", "550 5.5.0 what?", OURS),
    ("5.4.1", "550 5.4.1 [ada@example.org]: Recipient address rejected: Access denied", SOFT),
    ("5.1.0", "5.1.0 Unknown address error 550-'5.7.1 Access denied'", OURS),
])
def test_blame_follows_the_status_and_then_the_words(status: str, text: str, expected: Meaning) -> None:
    assert meaning(status, text) == expected


def test_status_is_found_in_a_reply() -> None:
    assert (status_in("550-5.1.1 The email account"), status_in("550 no")) == ("5.1.1", "")
