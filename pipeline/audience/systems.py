"""Where each system's export keeps what.

Read in November 2026: the header in listmonk's export code and in Ghost's tests of its export, sample
files with which Ghost's migration tools and Keila test their imports, and Buttondown's documentation of
its subscribers; also the route by which Mailtrain exports, and phpList's tables with the headings under which
it exports them; of beehiiv, Brevo, Kit and MailerLite samples that others test with. Names beyond those are
other spellings.

Column names are compared without case, and `_` and `-` count as spaces. Whatever system a file is said
to come from, a column by which any of them says that someone is out is heeded: it is better to miss a
reader than to mail somebody who left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline.audience.intake import Standing


@dataclass(frozen=True, slots=True)
class System:
    """The columns of one export; of several names the first that is filled counts."""

    email: tuple[str, ...]
    name: tuple[str, ...] = ()
    first_name: tuple[str, ...] = ()
    last_name: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    status: tuple[str, ...] = ()  # besides STATUS_COLUMNS
    consent_at: tuple[str, ...] = ()
    consent_source: tuple[str, ...] = ()
    consent_text: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    left_at: tuple[str, ...] = ()


SYSTEMS: Mapping[str, System] = {
    "csv": System(
        email=("email", "e mail", "email address", "e mail address", "emailaddress", "mail", "subscriber",
               "e mail adresse", "email adresse", "adresse e mail", "e post", "correo electrónico", "邮箱", "电子邮箱",
               "电子邮件", "邮件地址", "邮箱地址", "メールアドレス", "이메일",
               "adresse de messagerie", "dirección de correo electrónico", "indirizzo posta elettronica",  # Outlook's
               "e mail 1 value", "email 1"),  # Google's and Wix's, of contacts
        name=("name", "full name", "display name", "姓名", "名字", "昵称", "称呼", "您的姓名", "您的昵称", "您的称呼",
              "nickname"),
        first_name=("first name", "firstname", "merge first name", "fname", "given name", "vorname", "prénom"),
        last_name=("last name", "lastname", "merge last name", "lname", "surname", "family name", "nachname", "nom"),
        language=("language", "语言"),
        lists=("lists", "list", "列表"),
        consent_at=("consent at", "confirmed at", "confirmed on", "confirmation date", "confirm time", "optin time",
                    "opt in date", "subscribed at", "subscribed on", "subscribed since", "date subscribed",
                    "subscription date", "signed up at", "joined", "joined at", "订阅时间", "订阅日期", "提交时间",
                    "提交答卷时间"),
        consent_source=("consent source",),
        consent_text=("consent text",),
        left_at=("left at", "unsubscribed at", "unsubscribe date", "unsubscribed date", "date unsubscribed",
                 "退订时间", "退订日期"),
    ),
    "substack": System(
        email=("email",),
        name=("name",),
        consent_at=("created at", "start date"),
    ),
    "mailchimp": System(
        email=("email address", "email"),
        first_name=("first name", "fname"),
        last_name=("last name", "lname"),
        consent_at=("confirm time", "optin time"),
        network=("confirm ip", "optin ip"),
        left_at=("unsub time", "clean time"),
    ),
    "buttondown": System(
        email=("email address", "email"),
        status=("type",),
        consent_at=("creation date", "subscription date"),
        network=("ip address",),
        left_at=("unsubscription date", "undeliverability date"),
    ),
    "listmonk": System(
        email=("email",),
        name=("name",),
        consent_at=("created at",),
    ),
    "ghost": System(
        email=("email",),
        name=("name",),
        consent_at=("created at",),
        left_at=("deleted at",),
    ),
    "keila": System(
        email=("email",),
        first_name=("first name",),
        last_name=("last name",),
        consent_at=("double opt in at", "created at", "inserted at"),
    ),
    "beehiiv": System(email=("email",), consent_at=("subscribed at", "created at")),
    "brevo": System(email=("email",), consent_at=("added time",)),
    "kit": System(email=("email address", "email"), consent_at=("subscribed at", "created at")),
    "mailerlite": System(
        email=("email", "subscriber"),
        first_name=("name",),
        last_name=("last name",),
        consent_at=("opted in at", "subscribed", "subscribed at", "date subscribed"),
        left_at=("unsubscribed", "unsubscribed at"),
    ),
    "phplist": System(email=("email",), consent_at=("entered",)),
}


def widened(kind: str) -> System:
    """The columns of one export; who somebody is, and when they left, is read under the names that other tables have
    for it as well: an export may be translated, or its fields called as its owner likes."""
    system, others = SYSTEMS[kind], SYSTEMS["csv"]
    names = [name for name in others.name if name not in system.first_name]
    return replace(
        system, email=_both(system.email, others.email), name=_both(system.name, names),
        first_name=_both(system.first_name, others.first_name), last_name=_both(system.last_name, others.last_name),
        language=_both(system.language, others.language), left_at=_both(system.left_at, others.left_at))


def _both(own: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*own, *others)))


@dataclass(frozen=True, slots=True)
class Sign:
    """A column that says somebody is out: when it `says` yes (anything but no, zero or nothing), or no.

    A `weak` sign may be older than the status beside it, and counts only where there is none. One that is `guessed`
    from the words of its name gives way to a status, too, but not to one that may be of something else.
    """

    standing: Standing
    says: bool = True
    weak: bool = False
    guessed: bool = False


_NOT_TO_BE_MAILED = ("do not email", "do not mail", "do not contact")
_LEFT, _STAYED_OUT = Sign(Standing.LEFT), Sign(Standing.LEFT, says=False)
_LEFT_ONCE, _BOUNCED_ONCE = Sign(Standing.LEFT, weak=True), Sign(Standing.BOUNCED, weak=True)

# By the name of the column. Systems that have no entry in SYSTEMS, and tables kept by hand, have theirs here too.
SIGNS: Mapping[str, Sign] = {
    "email disabled": _LEFT,                        # Substack
    "unsub time": _LEFT,                            # Mailchimp
    **dict.fromkeys(("unsub reason", "unsub reason other"), _LEFT_ONCE),
    "clean time": Sign(Standing.BOUNCED),           # Mailchimp
    "subscribed to emails": _STAYED_OUT,            # Ghost
    "deleted at": _LEFT,                            # Ghost
    "unsubscription date": _LEFT_ONCE,              # Buttondown
    "undeliverability date": _BOUNCED_ONCE,         # Buttondown
    **dict.fromkeys(("blacklisted", "blocklisted", "blacklist", "blocklist", "email blacklisted", "email blocklisted",
                     "suppressed"), Sign(Standing.BLOCKED)),        # phpList, Brevo
    "is this subscriber blacklisted": Sign(Standing.BLOCKED),       # phpList, as are the next two
    "is this subscriber confirmed": Sign(Standing.PENDING, says=False),
    "is this account disabled": _LEFT,
    **dict.fromkeys(
        ("unsubscribed", "unsubscribe", "is unsubscribed", "has unsubscribed", "unsub", "opt out", "optout",
         "opted out", "email opt out", "has opted out", "has opted out of email", *_NOT_TO_BE_MAILED, "disabled",
         "is deleted", "abgemeldet", "désinscrit", "désabonné", "退订", "已退订", "是否退订"), _LEFT),
    **dict.fromkeys(
        ("unsubscribed at", "unsubscribed on", "unsubscribed date", "unsubscribe date", "unsubscribe time",
         "date unsubscribed", "opt out date", "opt out time", "optout date", "optout time", "opted out at", "left at",
         "abgemeldet am", "abmeldedatum", "退订时间", "退订日期"), _LEFT_ONCE),
    **dict.fromkeys(
        ("subscribed", "is subscribed", "opt in", "optin", "opted in", "email opt in", "accepts marketing",
         "accepts email marketing", "active", "is active", "enabled", "angemeldet", "是否订阅"), _STAYED_OUT),
    **dict.fromkeys(("confirmed", "is confirmed", "verified", "bestätigt", "是否确认"),
                    Sign(Standing.PENDING, says=False)),
    **dict.fromkeys(("confirmed at", "confirmed on", "confirmation date", "verified at", "email verified at"),
                    Sign(Standing.PENDING, says=False, weak=True)),
    **dict.fromkeys(("bounced", "is bounced", "hard bounced", "hard bounce"), Sign(Standing.BOUNCED)),
    **dict.fromkeys(("bounced at", "bounce date"), _BOUNCED_ONCE),
    **dict.fromkeys(("complained", "complaint", "spam complaint", "marked as spam"), Sign(Standing.COMPLAINED)),
}

# What a column says by the words in its name that has no entry above ("Opted out of email: News"). Others may be
# of the same name and say less, so it counts only where none of STATUS_COLUMNS does.
SIGN_WORDS: Mapping[str, Standing] = {
    **dict.fromkeys(("unsubscribed", "unsubscribe", "unsub", "opted out", "opt out", "optout", "deactivated",
                     *_NOT_TO_BE_MAILED, "退订", "取消订阅"), Standing.LEFT),
    **dict.fromkeys(("bounced", "hard bounce", "undeliverable", "退信"), Standing.BOUNCED),
    **dict.fromkeys(("complained", "spam complaint", "reported spam", "as spam", "投诉"), Standing.COMPLAINED),
    **dict.fromkeys(("blacklisted", "blocklisted", "blocked", "suppressed", "suppression", "suppressions", "黑名单",
                     "拉黑"), Standing.BLOCKED),
}
# Words beside them by which a column says it of something else, or how often, or how to.
OTHER_THINGS = frozenset(
    {"sms", "whatsapp", "phone", "mobile", "fax", "call", "push", "soft", "number", "count", "total", "rate", "score",
     "link", "url", "token", "campaign", "hash", "key", "code", "id", "短信", "次数", "链接", "方式", "说明"})

# Columns that say in a word where somebody stands, whatever system the file is said to come from.
STATUS_COLUMNS = (
    "status", "subscription status", "subscriber status", "subscriber type", "email marketing status", "list status",
    "状态", "订阅状态")
# Those that may also say something else, such as "Lead" or "Gold": what we do not know there is not heeded.
LOOSE_STATUS_COLUMNS = (
    "state",                                        # Kit; elsewhere a part of a country
    "group status", "email preference",             # Google Groups
    "email subscriber status", "email marketing consent", "email permission status",
    "email status", "global status", "contact status", "member status")

# How the name of a file begins that says it of everybody in it: Mailchimp's four files, Buttondown's second one,
# and a way to say it of listmonk's, whose export of those who left looks like any other.
FILE_NAMES: Mapping[str, Standing] = {
    "nonsubscribed": Standing.PENDING,
    **dict.fromkeys(("unsubscri", "unsubs", "optout", "opt-out", "退订", "已退订", "取消订阅"), Standing.LEFT),
    **dict.fromkeys(("bounce", "退信"), Standing.BOUNCED),
    "complain": Standing.COMPLAINED,
    **dict.fromkeys(("blocklist", "blacklist", "suppress"), Standing.BLOCKED),
}
# A list that was cleaned is the rest, but for Mailchimp.
_CLEANED = re.compile("cleaned.*export")
# Somewhere in a name, as in `weekly-unsubscribed.csv`, but not `without unsubscribed`.
_LEFT_BY_NAME = re.compile(
    r"(?<![^\W_])(?P<others>(?:no|not|non|without|except|excluding|minus|ohne|sans|sin)[\W_]+)?"
    r"(?:unsubscri|unsubs|optout|opt-out)|(?<!不含)(?<![未无去除掉])(?:退订|取消订阅)")


def standing_by_name(file_name: str, *, is_said: bool) -> Standing:
    """Where everybody in a file stands by its name. `is_said`: a column tells who left, so that only its beginning
    counts."""
    name = file_name.casefold()
    if _CLEANED.match(name):
        return Standing.BOUNCED
    if begun := next((said for start, said in FILE_NAMES.items() if name.startswith(start)), None):
        return begun
    left = not is_said and any(not found["others"] for found in _LEFT_BY_NAME.finditer(name))
    return Standing.LEFT if left else Standing.SUBSCRIBED


# Mailchimp's reason for leaving; these two are complaints.
COMPLAINT_COLUMN, COMPLAINT_WORDS = "unsub reason", ("abuse", "spam")

# What Excel makes of TRUE and FALSE when a file is saved by one in another language.
_TRUE_IN_EXCEL = ("wahr", "vrai", "verdadero", "vero", "verdadeiro", "waar", "prawda", "истина", "sant", "sann", "sand",
                  "tosi", "pravda", "igaz", "doğru")
_FALSE_IN_EXCEL = ("falsch", "faux", "falso", "onwaar", "fałsz", "ложь", "falskt", "usann", "falsk", "epätosi",
                   "nepravda", "hamis", "yanliş", "yanlış")
NO_WORDS = frozenset(
    {"false", "no", "n", "f", "0", "off", "never", "nein", "non", "nej", "não", "nie", "нет", "否", "无", "没有",
     "未退订", "×", "✗", "✘", "☐", "❌", *_FALSE_IN_EXCEL})
EMPTY_WORDS = frozenset({"", "null", "none", "nil", "nan", "n/a", "-", "[]", "{}"})
_NO_DAYS = ("0000-00-00", "0001-01-01", "1970-01-01")  # what MySQL, Go and a clock at zero write for no day


def is_no(cell: str) -> bool:
    """Whether a cell says no, in small letters; zero as pandas writes it (`0.0`) does so too."""
    return cell in NO_WORDS or (cell != "" and not cell.strip("0.,"))


def is_empty(cell: str) -> bool:
    """Whether a cell says nothing, in small letters."""
    return cell in EMPTY_WORDS or cell.startswith(_NO_DAYS)


# Words that mean that somebody is out in whichever column they stand alone.
PLAIN_WORDS: Mapping[str, Standing] = {
    **dict.fromkeys(
        ("unsubscribed", "unsub", "opted out", "opt out", "optout", "removed", "no lists", *_NOT_TO_BE_MAILED,
         "abgemeldet", "désinscrit", "désabonné", "退订", "已退订", "取消订阅", "已取消订阅"),
        Standing.LEFT),  # phpList: on "No Lists"
    **dict.fromkeys(("bounced", "hard bounced", "hard bounce", "cleaned", "undeliverable", "退信"),
                    Standing.BOUNCED),
    **dict.fromkeys(("complained", "marked as spam", "投诉"), Standing.COMPLAINED),
    **dict.fromkeys(("blocked", "blocklisted", "blacklisted", "spammy", "黑名单"), Standing.BLOCKED),
    **dict.fromkeys(("unactivated", "unconfirmed"), Standing.PENDING),
}

# What the systems call where somebody stands. A word that is not here is a problem of its row: nobody is
# mailed on the strength of a word that we do not know.
WORDS: Mapping[str, Standing] = {
    **dict.fromkeys(
        ("subscribed", "confirmed", "active", "enabled", "yes", "true", "1", "opted in", "aktiv", "angemeldet", "是",
         *_TRUE_IN_EXCEL,
         "已订阅", "已确认", "订阅中", "正常", "有效",
         "regular", "premium", "gifted", "trialed", "churning", "churned", "past due", "paused", "unpaid",
         "upcoming", "free", "paid", "comped"), Standing.SUBSCRIBED),
    **dict.fromkeys(
        ("pending", "not confirmed", "nonsubscribed", "non subscribed",
         "never subscribed", "not subscribed", "transactional", "invited", "unverified", "validating",
         "needs approval", "needs attention", "待确认", "未确认"), Standing.PENDING),
    **dict.fromkeys(
        ("left", "disabled", "archived", "inactive", "cancelled", "canceled", "deleted", "no", "false", "0",
         "deactivated", "suspended", "no email", "no emails", "否", "已取消", "未订阅", "inaktiv", *_FALSE_IN_EXCEL),
        Standing.LEFT),
    **dict.fromkeys(("unreachable", "invalid", "bouncing", "无效"), Standing.BOUNCED),
    **dict.fromkeys(("spam", "abuse", "junk"), Standing.COMPLAINED),
    **dict.fromkeys(("banned", "suppressed", "forgotten"), Standing.BLOCKED),
    **PLAIN_WORDS,
}


_NUMBERED = re.compile(r"\d+ ?[、.．)）:：] ?")  # a question of a form
_REMARK = re.compile(r" ?[(（【\[](?:必填|选填|可选|自动|单选|填空题?|required|optional|pflichtfeld)[)）】\]]$")
_CLOSING = " :：?？*＊"


def sign_of(column: str) -> Sign | None:
    """What a column says of who is out, by its name; None for one that says nothing of it."""
    if sign := SIGNS.get(column):
        return sign
    words = re.sub(r"[^\w ]", " ", f" {column} ")
    if any(_stands_in(words, thing) for thing in OTHER_THINGS):
        return None
    said = [standing for phrase, standing in SIGN_WORDS.items() if _stands_in(words, phrase)]
    return Sign(said[0], guessed=True) if said else None


def _stands_in(words: str, phrase: str) -> bool:
    return (f" {phrase} " if phrase.isascii() else phrase) in words


def heading(cell: str) -> str:
    """The name of a column as it is compared: `1、邮箱（必填）：` is 邮箱, `Email disabled?` is email disabled."""
    name = folded(cell)
    asked = _NUMBERED.match(name)
    bare = name[asked.end() if asked else 0:].rstrip(_CLOSING)
    return _REMARK.sub("", bare).rstrip(_CLOSING) or name


def folded(word: str) -> str:
    """Column names and status words as they are compared: no case, one space for `_`, `-` and any run of them."""
    return " ".join(word.replace("_", " ").replace("-", " ").casefold().split())
