"""What a message that came back says about whom: by the status of RFC 3463, else by the words.

    5.1.x 5.2.1           the address is dead                                         bounced, hard
    5.2.x 4.1.x 4.2.x     the mailbox is full, or away                                bounced, soft
    5.3 to 5.7, 4.7       about us, the route or the message: no reader is blamed     failed
    4.3.x 4.4.x           their server, or the way to it, tried for days              bounced, soft
                          our own server, while it is handed a message                failed
    5.0.x, 5.1.0, or none what the words say; a doubt counts for the reader

Some statuses are used for two things, and a server's words may contradict its status ("550 5.2.1 … receiving mail at a
rate that prevents …"): then the words tell, where they blame the reader less. What large mailbox providers really say:
public collections of bounces, November 2026.

Blaming readers for what is our fault costs a whole list (Gmail's 5.7.26, Microsoft's 5.7.515 come for everybody).
"""

from __future__ import annotations

import re

from pipeline.providers.event import Bounce, Kind

Meaning = tuple[Kind, Bounce | None]

HARD: Meaning = (Kind.BOUNCED, Bounce.HARD)
SOFT: Meaning = (Kind.BOUNCED, Bounce.SOFT)
OURS: Meaning = (Kind.FAILED, None)

STATUS = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?![\d.])")  # RFC 3463 knows eight subjects

# Class, subject and detail; the longer key first.
_MEANINGS: dict[str, Meaning] = {
    "5.1.4": SOFT,   # the address is ambiguous
    "5.1.7": OURS,   # the sender's address
    "5.1.8": OURS,
    "5.1.9": OURS,
    "5.1": HARD,
    "5.2.1": HARD,   # the mailbox is switched off
    "5.2.3": OURS,   # the message is too long for it
    "5.2": SOFT,
    "4.1.7": OURS,
    "4.1.8": OURS,
    "4.1": SOFT,
    "4.2": SOFT,
    "4.3": SOFT,     # their system, for now: it was tried for days
    "4.4": SOFT,     # the route to them, as above
}

# What these mean where the words say that there is no such reader, and where they do not.
_EITHER: dict[str, tuple[Meaning, Meaning]] = {
    "5.1.0": (HARD, SOFT),  # whatever is wrong about an address, the sender's too
    "5.4.1": (SOFT, OURS),  # Microsoft: no such address, or its domain is just moving
    "5.4.4": (HARD, OURS),  # Postfix: no such domain
    "5.5.0": (HARD, OURS),  # Outlook.com: no such mailbox
}

# By Amazon's bounceType, and by the bounceSubType of what is about us.
_AMAZONS: dict[str, Meaning] = {"Permanent": HARD, "Transient": SOFT, "Undetermined": SOFT}
_ABOUT_US = frozenset({"MessageTooLarge", "ContentRejected", "AttachmentRejected"})

# In this order: what speaks of us wins over what speaks of the reader, and "full" over "unavailable".
_WORDS: tuple[tuple[Meaning, re.Pattern[str]], ...] = (
    (OURS, re.compile(
        r"spam|block(?:ed(?! due to inactivity)|list| list)|blacklist|polic(?:y|ies)|reputation|\bspf\b|dkim|dmarc"
        r"|unauthenticated|not accepted due|rate limit|frequency limit|too many|content (?:reject|denied)"
        r"|virus|too large|size limit|\b(?:he|eh)lo\b|sender domain"
        r"|sender (?:address )?(?:rejected|denied)|authentication checks? fail|not allowed to send|after mail from"
        r"|connection denied|suspected bounce|sender verif|null sender|local user only|from mis-?match"
        r"|relay(?:ing)? (?:is )?(?:not permitted|denied)"
        r"|\b(?:DT|HL|MI|RP|WM):[A-Z]{3}\b"  # NetEase's own codes
        r"|垃圾|黑名单|拒收|反垃圾|频率|认证|授权|过大", re.IGNORECASE)),
    (SOFT, re.compile(
        r"quota|mailbox (?:is )?full|over ?quota|insufficient (?:system )?storage|exceeded storage|inbox is full"
        r"|receiving mail (?:at a rate|too quickly)|out of storage"
        r"|mailbox unavailable or access denied"  # QQ, of a reader who gets too much mail at once
        r"|空间不足|已满|容量|超过限额", re.IGNORECASE)),
    (HARD, re.compile(
        r"user (?:is )?unknown|unknown (?:user|recipient|address|local part)|no such (?:user|recipient|mailbox|address)"
        r"|(?:user|recipient|account) not found|recipient name is not recognized|not listed in \S+ directory"
        r"|no mailbox here|mailbox (?:not found|unavailable|does not exist|is disabled|disabled)"
        r"|do(?:es|s)?(?: not|n't) exist"
        r"|doesn't have an? \S+ account|invalid (?:user|recipient|rcptto|mailbox|address)"
        r"|non-?exist[ea]nt (?:user|recipient|mailbox|address|account)"
        r"|recipient (?:address )?(?:not found|rejected)|address (?:not found|rejected)"
        r"|(?:account|user|mailbox)(?: has been| is)? (?:disabled|suspended|closed|inactive)"
        r"|couldn't be found|wasn't found|(?:host or )?domain (?:name )?(?:not found|does not exist)|host unknown"
        r"|5\.4\.4 invalid domain|couldn't find (?:a mail exchanger|any host)|no such domain|\(nullmx\)"
        r"|unrouteable address"
        r"|用户不存在|帐号不存在|账号不存在|收件人不存在|收件人地址不存在|邮箱不存在|地址不存在"
        r"|域名不存在|帐户不存在|使用者不存在",
        re.IGNORECASE)),
)


def meaning(status: str, text: str, *, otherwise: Meaning = SOFT) -> Meaning:
    """What a failure means. `status` is like `5.1.1`, or "" to look for one in the words.

    `otherwise` is for what neither status nor words decide: what the provider itself makes of it.
    """
    found = telling(f"{status} {text}")
    said = next((said for said, words in _WORDS if words.search(text)), None)
    if not found:
        return said or otherwise
    if found in _EITHER:
        if_unknown, if_not = _EITHER[found]
        return if_unknown if said is HARD else said or if_not
    meant = _MEANINGS.get(found) or _MEANINGS.get(found.rpartition(".")[0], OURS)
    is_contradicted = meant is HARD and said and not _WORDS[-1][1].search(text)
    return said if said and is_contradicted else meant


def meaning_by_amazon(kind: str, subkind: str, status: str, text: str) -> Meaning:
    """What a bounce means to Amazon SES, and to Resend, which mails by it; the server's own words tell more, if any."""
    if subkind in _ABOUT_US:
        return OURS
    return meaning(status, text, otherwise=_AMAZONS.get(kind, SOFT))


def meaning_at_the_door(reply: str) -> Meaning:
    """What it means that our own mail server took no message: what is wrong with it or its routes is no reader's."""
    return OURS if telling(reply).startswith(("4.3.", "4.4.")) else meaning("", reply)


def telling(text: str) -> str:
    """The first status of a failure in a text that says more than that it is one; "" if none does."""
    found = [one[0] for one in STATUS.finditer(text) if one[1] != "2" and one[2] != "0"]
    return next((one for one in found if not one.endswith(".1.0")), found[0] if found else "")


def status_in(text: str) -> str:
    """The status that stands in a reply, such as `5.1.1`; "" if none does."""
    found = STATUS.search(text)
    return found[0] if found else ""
