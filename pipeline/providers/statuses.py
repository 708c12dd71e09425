"""What a message that came back says about whom: by the status of RFC 3463, else by the words.

    5.1.x 5.2.1           the address is dead                                         bounced, hard
    5.2.x 4.1.x 4.2.x     the mailbox is full, or away                                bounced, soft
    5.3 to 5.7, 4.7       about us, the route or the message: no reader is blamed     failed
    5.0.x, or none        what the words say; a doubt counts for the reader

Blaming readers for what is our fault costs a whole list (Gmail's 5.7.26, Microsoft's 5.7.515 come for everybody).
"""

from __future__ import annotations

import re

from pipeline.providers.event import Bounce, Kind

Meaning = tuple[Kind, Bounce | None]

HARD: Meaning = (Kind.BOUNCED, Bounce.HARD)
SOFT: Meaning = (Kind.BOUNCED, Bounce.SOFT)
OURS: Meaning = (Kind.FAILED, None)

STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")

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

# In this order: what speaks of us wins over what speaks of the reader, and "full" over "unavailable".
_WORDS: tuple[tuple[Meaning, re.Pattern[str]], ...] = (
    (OURS, re.compile(
        r"spam|block(?:ed|list| list)|blacklist|polic(?:y|ies)|reputation|\bspf\b|dkim|dmarc|unauthenticated"
        r"|not accepted due|rate limit|too many|content reject|virus|too large|size limit"
        r"|垃圾|黑名单|拒收|反垃圾|频率|认证|授权|过大", re.IGNORECASE)),
    (SOFT, re.compile(
        r"quota|mailbox (?:is )?full|over ?quota|insufficient (?:system )?storage|exceeded storage|inbox is full"
        r"|空间不足|已满|容量|超过限额", re.IGNORECASE)),
    (HARD, re.compile(
        r"user (?:is )?unknown|unknown (?:user|recipient|address|local part)|no such (?:user|recipient|mailbox|address)"
        r"|no mailbox here|mailbox (?:not found|unavailable|does not exist|is disabled|disabled)|does(?: not|n't) exist"
        r"|doesn't have an? \S+ account|invalid (?:recipient|mailbox|address)"
        r"|recipient (?:address )?(?:not found|rejected)|address (?:not found|rejected)"
        r"|(?:account|user|mailbox)(?: has been| is)? (?:disabled|suspended|closed|inactive)"
        r"|couldn't be found|wasn't found|domain (?:not found|does not exist)|host unknown|unrouteable address"
        r"|用户不存在|帐号不存在|账号不存在|收件人不存在|收件人地址不存在|邮箱不存在|地址不存在"
        r"|域名不存在|帐户不存在|使用者不存在",
        re.IGNORECASE)),
)


def meaning(status: str, text: str = "", *, otherwise: Meaning = SOFT) -> Meaning:
    """What a failure means. `status` is like `5.1.1`, or "" to look for one in the words.

    `otherwise` is for what neither status nor words decide: what the provider itself makes of it.
    """
    found = STATUS.search(status) or STATUS.search(text)
    if found and found[2] != "0":
        whole, subject = found[0], f"{found[1]}.{found[2]}"
        return _MEANINGS.get(whole) or _MEANINGS.get(subject, OURS)
    return next((said for said, words in _WORDS if words.search(text)), otherwise)


def status_in(text: str) -> str:
    """The status that stands in a reply, such as `5.1.1`; "" if none does."""
    found = STATUS.search(text)
    return found[0] if found else ""
