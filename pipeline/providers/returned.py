"""What came by mail, understood: a report of a mail server, a complaint, an automatic answer, a reader who leaves.

    feedback-report (RFC 5965)         complained, or what its Feedback-Type says
    "complaint about message from"     complained: Outlook.com sends the message back without a report
    delivery-status (RFC 3464)         bounced, failed, deferred, delivered: by Action and Status
    a report in prose                  qmail, older Exim, QQ, 163: by the words above the returned message
    an automatic answer (RFC 3834)     autoresponded
    a mail with the way out            unsubscribed: the token in its subject, or an answer to a message of ours

Anybody can write a report. It proves something only by carrying what nobody but the receiver of a message and the
servers on its way has seen: our Message-ID, whose left side is a keyed digest. It stands in the returned headers, in
what the report quotes or, where the mailbox takes plus addresses, in the address that the report was sent to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr
from html import unescape

from pipeline.providers.event import Event, Kind, event_key
from pipeline.providers.mailbox import Mail
from pipeline.providers.statuses import Meaning, meaning, status_in, telling

PROVIDER = "mailbox"
LONGEST = 20_000  # characters of prose that are looked at

_MARK = re.compile(r"(?<![0-9a-f])([0-9a-f]{32})@", re.IGNORECASE)
_PLUS = re.compile(r"\+([0-9a-f]{32})@", re.IGNORECASE)
_TOKEN = re.compile(r"(?:^|unsubscribe\s+)([\w-]{32,128})\s*$", re.ASCII | re.IGNORECASE)
_ENVELOPE_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-RCPT-TO", "To")

_LEAVE = re.compile(
    r"(?:(?:re|aw|sv|回复|答复|回覆)\s*[:：]\s*)*"
    r"(?:(?:(?:please|hello|hi|i (?:want|would like) to|i['’]d like to|您好|你好|请|請|麻烦|麻煩|帮我|幫我|我要|我想)"
    r"[\s,.:!，。：！]*)*"
    r"(?:(?:unsubscribe(?: me)?|remove me|take me off)(?:(?: from)? (?:this|your|the)(?: e-?mail| mailing)?"
    r" (?:list|newsletter)s?)?|退订|取消订阅|退訂|取消訂閱)|td)"
    r"(?:[\s,.!，。！]*(?:please|thanks|thank you|谢谢|謝謝))*[\s.!。！]*", re.IGNORECASE)
_AUTOMATIC = re.compile(
    r"auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|abwesenheit|absence|vacation|自动回复|自動回覆|休假"
    r"|automatische antwort|réponse automatique|respuesta automática|risposta automatica|resposta automática"
    r"|автоответ|自動応答|자동 회신",
    re.IGNORECASE)
_RETURN = re.compile(
    r"undeliver|delivery (?:status|failure|problem|delayed|has failed)|(?:mail )?delivery failed"
    r"|warning: (?:message|could not send)|returned (?:mail|to sender)|failure notice"
    r"|mail system error|non-?delivery|message (?:not delivered|status)"
    r"|退信|投递失败|发送失败|无法投递|被退回|退件|無法傳遞", re.IGNORECASE)
_DAEMON = re.compile(r"mailer-?daemon|postmaster|mail-?daemon|mdaemon|mail\.delivery|system admin", re.IGNORECASE)
_LATER = re.compile(
    r"will (?:be|continue to be) retried|still (?:being )?(?:try|retr)|delayed (?:\d+|for)|no action is required"
    r"|warning: message|has not yet been delivered|稍后(?:会|将)?重试|继续尝试", re.IGNORECASE)
# From here on it is our own text, whose words blame nobody.
_COPY = re.compile(
    r"(?<!-)-{3,}+[^\n]{0,40}(?:copy of (?:the|your) message|original message|below this line|returned message"
    r"|message text)|original message headers|message headers follow|原始邮件|原邮件|----- transcript|message-id:",
    re.IGNORECASE)

_COMPLAINT = re.compile(r"complaint about message from ", re.IGNORECASE)  # Microsoft's Junk Mail Reporting Program

_LINES = re.compile(r"<(?:br|/?(?:p|div|tr|li|blockquote|h[1-6]))\b[^<>]*>", re.IGNORECASE)  # where a new line begins
_TAGS = re.compile(r"<(?:style|script)\b.*?(?:</(?:style|script)>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE)

_FEEDBACK: dict[str, Meaning] = {
    "abuse": (Kind.COMPLAINED, None),
    "fraud": (Kind.COMPLAINED, None),
    "other": (Kind.COMPLAINED, None),
    "virus": (Kind.FAILED, None),
    "opt-out": (Kind.UNSUBSCRIBED, None),
    "opt-out-list": (Kind.UNSUBSCRIBED, None),
    "auth-failure": (Kind.FAILED, None),  # RFC 6591: about our signatures
}
_ACTIONS: dict[str, Kind] = {
    "delayed": Kind.DEFERRED, "delivered": Kind.DELIVERED, "relayed": Kind.DELIVERED, "expanded": Kind.DELIVERED}


@dataclass(frozen=True, slots=True)
class Returned:
    """A mail understood. `event` is None for what says nothing to us.

    `asks_to_leave` is a reader who wants to be taken off and carries no proof of who they are: for a person to read.
    """

    event: Event | None = None
    asks_to_leave: bool = False
    sender: str = ""


def read_returned(mail: Mail) -> Returned:
    """What a mail says. Whatever its shape, something comes back."""
    try:
        return _read(mail, BytesParser(policy=compat32).parsebytes(mail.content))
    except RecursionError:  # parts in parts, or comments in a field, deeper than any report has them
        return Returned()


def _read(mail: Mail, message: Message) -> Returned:
    sender = parseaddr(_header(message, "From"))[1]
    subject = _header(message, "Subject")
    for read in (_complaint, _status_report):
        if (found := read(message)) is not None:
            return Returned(_event(mail, message, *found), sender=sender)
    if given := _TOKEN.search(subject):  # nothing else: any subject may have a long word
        return Returned(_leaving(mail, token=given[1]), sender=sender)
    if _is_return(message, sender, subject):
        words = _prose(message)
        meant = (Kind.DEFERRED, None) if _LATER.search(words) else meaning("", f"{subject} {words}")
        return Returned(_event(mail, message, meant, status_in(words), words), sender=sender)
    if _is_automatic(message, subject):
        return Returned(_event(mail, message, (Kind.AUTORESPONDED, None), "", subject), sender=sender)
    if any(_LEAVE.fullmatch(words) for words in (subject.strip(), *_opening(message))):
        mark = _answered(message)
        return Returned(_leaving(mail, message_id=mark) if mark else None, asks_to_leave=not mark, sender=sender)
    return Returned(sender=sender)


Finding = tuple[Meaning, str, str]  # what it means, the status, the words


def _complaint(message: Message) -> Finding | None:
    """RFC 5965: what a reader's provider says they did."""
    part = _part(message, "message/feedback-report")
    if part is None:
        is_one = _COMPLAINT.match(_header(message, "Subject")) and _part(message, "message/rfc822")
        return ((Kind.COMPLAINED, None), "", "abuse reported in the manner of Outlook.com") if is_one else None
    fields = _fields(_carried(part))
    kind = fields.get("feedback-type", "abuse").strip().lower()
    meant = _FEEDBACK.get(kind, (Kind.UNKNOWN, None))
    return meant, "", f"{kind} reported by {fields.get('user-agent') or fields.get('reporting-mta') or 'somebody'}"


def _status_report(message: Message) -> Finding | None:
    """RFC 3464, and RFC 6533 in UTF-8: of several recipients the one that fared worst; ours have one."""
    part = _part(message, "message/delivery-status", "message/global-delivery-status")
    if part is None:
        return None
    blocks = [_fields(block) for block in re.split(r"\n[ \t]*(?:\r?\n)+", _carried(part))]
    told = [block for block in blocks if "action" in block]
    block = next((one for one in told if one["action"].strip().lower() == "failed"), told[0] if told else None)
    if block is None:
        return None
    words = " ".join(block.get("diagnostic-code", "").split())
    status = status_in(block.get("status", ""))
    kind = _ACTIONS.get(block["action"].strip().lower())
    if kind is not None:
        return (kind, None), status, words
    if status.startswith("2."):
        return (Kind.DELIVERED, None), status, words
    nearer = telling(words) or status  # a relay in between may translate every 550 into 5.1.1
    return meaning(nearer, f"{words} {_prose(message)}"), nearer, words or _prose(message)


def _event(mail: Mail, message: Message, meant: Meaning, status: str, words: str) -> Event:
    kind, bounce = meant
    return Event(
        event_key(PROVIDER, mail.content.decode("latin-1")), kind, mail.at, PROVIDER, bounce=bounce,
        address=_reported(message), message_id=next(_marks(message), ""), status=status, reason=words, raw=words)


def _leaving(mail: Mail, *, token: str = "", message_id: str = "") -> Event:
    return Event(event_key(PROVIDER, mail.content.decode("latin-1")), Kind.UNSUBSCRIBED, mail.at, PROVIDER,
                 token=token, message_id=message_id, reason="asked for by mail")


# ---- whose message it is --------------------------------------------------------------------------


def _marks(message: Message) -> Iterator[str]:
    """What may be the left side of a Message-ID of ours, the surest place first."""
    for name in _ENVELOPE_TO:
        yield from _found(_PLUS, " ".join(message.get_all(name, [])))
    for part in message.walk():
        if part is not message:
            yield from _found(_MARK, _text_of(part, "Message-ID"))
            yield from _found(_MARK, _text_of(part, "X-MS-Original-Message-ID") + _text_of(part, "Original-Message-ID"))
    for part in message.walk():
        if part.get_content_maintype() == "message":
            yield from _found(_MARK, _carried(part))
        elif part.get_content_maintype() == "text" and not part.is_multipart():
            yield from _found(_MARK, _decoded(part))
    if mark := _answered(message):
        yield mark


def _answered(message: Message) -> str:
    """The message of ours that this one answers."""
    return next(_found(_MARK, _text_of(message, "In-Reply-To") + " " + _text_of(message, "References")), "")


def _found(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    return (found.lower() for found in pattern.findall(text))


def _reported(message: Message) -> str:
    """Who it is about, as far as it says so."""
    for part in message.walk():
        for name in ("Final-Recipient", "Original-Recipient", "Original-Rcpt-To", "X-Failed-Recipients"):
            if value := _text_of(part, name):
                return parseaddr(value.rpartition(";")[2].partition(",")[0])[1]
    return ""


# ---- what kind of mail it is ----------------------------------------------------------------------


def _is_return(message: Message, sender: str, subject: str) -> bool:
    """A report in prose: from a mail server, or with a title and no sender in the envelope.

    An automatic answer has no sender either and repeats our title, whatever that is about.
    """
    if message.get("X-Failed-Recipients"):
        return True
    if _AUTOMATIC.match(subject) or _part(message, "message/disposition-notification"):
        return False
    nobody = _text_of(message, "Return-Path").strip() == "<>" and _submitted(message) != "auto-replied"
    daemon = bool(_DAEMON.search(sender.partition("@")[0] or _header(message, "From")))  # "MAILER-DAEMON <>"
    return (daemon or nobody) and bool(_RETURN.search(subject) or "qmail-send program" in _prose(message))


def _is_automatic(message: Message, subject: str) -> bool:
    """RFC 3834 section 5, and what was in use before it. Apple Mail says so of a reader who pressed its button."""
    if message.get("X-Apple-Unsubscribe"):
        return False
    if _part(message, "message/disposition-notification"):
        return True  # RFC 8098: read, or thrown away unread
    other = _text_of(message, "Precedence").strip().lower() in ("auto_reply", "auto-reply", "junk")
    known = any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply"))
    return _submitted(message) not in ("", "no") or other or known or bool(_AUTOMATIC.search(subject))


def _submitted(message: Message) -> str:
    return _text_of(message, "Auto-Submitted").partition(";")[0].strip().lower()


def _opening(message: Message) -> tuple[str, str]:
    """The first line, and the first two as one: a greeting may have a line of its own."""
    lines = [line for line in map(str.strip, _prose(message, whole=True).splitlines()) if line]
    return "".join(lines[:1])[:80], " ".join(lines[:2])[:80]


# ---- its parts ------------------------------------------------------------------------------------


def _part(message: Message, *kinds: str) -> Message | None:
    return next((part for part in message.walk() if part.get_content_type() in kinds), None)


def _carried(part: Message) -> str:
    """What stands in a part of message/*, which the parser takes for a message in it, for several, or for text.

    The parser leaves an encoding as it is there, for the standards forbid one; some write one all the same.
    """
    payload = part.get_payload()
    if not isinstance(payload, list):
        return _decoded(part)
    whole = Message()
    whole["Content-Transfer-Encoding"] = _text_of(part, "Content-Transfer-Encoding")
    whole.set_payload("\n\n".join(_written(inner) for inner in payload if isinstance(inner, Message)))
    return _decoded(whole)


def _written(message: Message) -> str:
    """The header and, where it has no parts, the text: its bytes, for as text it has lost what is not ASCII."""
    content = message.get_payload(decode=True)
    text = content.decode("ascii", "surrogateescape") if isinstance(content, bytes) else None
    lines = [f"{name}: {value}" for name, value in message.raw_items()]
    return "\n".join([*lines, "", *([] if text is None else [text])])


def _fields(text: str) -> dict[str, str]:
    """A group of fields, their names in lower case; one that was folded is in one line."""
    pairs = (line.partition(":") for line in re.sub(r"\r?\n[ \t]+", " ", text).splitlines())
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _prose(message: Message, *, whole: bool = False) -> str:
    """What the report says in words, without the message that it returns."""
    for part in message.walk():
        if part.get_content_type() in ("text/plain", "text/html") and not part.is_multipart():
            text = _decoded(part)[:LONGEST]
            if part.get_content_type() == "text/html":
                text = unescape(_TAGS.sub(" ", _LINES.sub("\n", text)))
            end = None if whole else _COPY.search(text)
            return text[: end.start()] if end else text
    return ""


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "gb18030"):
        try:
            return content.decode(charset)
        except (LookupError, ValueError):  # nobody knows it, or it is not what it says
            continue
    return content.decode("latin-1")


def _header(message: Message, name: str) -> str:
    try:
        return str(make_header(decode_header(_text_of(message, name))))
    except (LookupError, ValueError, HeaderParseError):  # an encoding that nobody knows, or base64 that was cut
        return _text_of(message, name)


def _text_of(message: Message, name: str) -> str:
    """A field as it stands there, in one line; "" where there is none. Some write UTF-8 or GBK without a word of it."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    content = raw.encode("utf-8", "surrogateescape")
    for charset in ("utf-8", "gb18030"):
        try:
            return " ".join(content.decode(charset).split())
        except UnicodeDecodeError:
            continue
    return ""
