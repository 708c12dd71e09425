"""One mail address: parsed once, compared one way, written to the wire another, and masked in logs.

The craft is `email_validator`'s (syntax, IDNA 2008, header injection); what it means for us is here. It is asked
about all but the plainest addresses, for loading it takes a while. No name is looked up: whether a mailbox exists is
for the post to say.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pipeline.errors import InvalidAddress

MAX_LENGTH = 320  # RFC 3696 section 3: 64 + "@" + 255; what is longer is not even looked at

_SHOWN = 60  # characters of a bad address that a message quotes
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # what copying from a page brings along
# What nobody can doubt, in letters, digits and single signs between them, at a domain of the public post; so short
# that no part of it can be too long (RFC 5321 section 4.5.3.1). A test holds it against email_validator.
_PLAIN = re.compile(
    r"(?=.{,64}\Z)([A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*)@((?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+(?:[A-Za-z]{2}|com|net|org))")
_FINAL_DOTS = ".。．｡"  # the root of the DNS, or the end of a sentence

# Services that are known to ignore these characters in a local part. If one of them stops, two people share
# a budget for confirmation letters, and nothing else happens.
_DOTLESS = {"gmail.com": ".", "proton.me": "._-", "protonmail.com": "._-", "pm.me": "._-"}
_SAME_SERVICE = {"googlemail.com": "gmail.com"}

# Letters of other scripts that are drawn like Latin ones: а е о р с у х і ј ѕ ԁ ɡ ο ν κ τ ι υ ρ α.
_LOOKALIKES = str.maketrans("аеорсухіјѕԁɡονκτιυρα", "aeopcyxijsdgovktiupa")


@dataclass(frozen=True, slots=True)
class Address:
    """An address that mail can be sent to; made by `parse` only.

    `text` is what the person typed, without what stood around it. `local` is NFC; `domain` is in
    A-labels and lower case (RFC 5890).
    """

    text: str
    local: str
    domain: str

    @property
    def wire(self) -> str:
        """For the envelope and headers: the domain is ASCII, the local part may not be."""
        return f"{self.local}@{self.domain}"

    @property
    def folded(self) -> str:
        """For uniqueness: equal for spellings that differ in case alone (Unicode chapter 3, D145)."""
        caseless = unicodedata.normalize("NFD", self.local).casefold()
        return f"{unicodedata.normalize('NFC', caseless)}@{self.domain}"

    @property
    def limiting_key(self) -> str:
        """Equal for addresses that probably end in one mailbox. For rate limits, never to tell people apart.

        No tag after a plus sign, no dots where the service ignores them, lookalike letters as one.
        Another domain is another post office, so a lookalike domain stays different.
        """
        domain = _SAME_SERVICE.get(self.domain, self.domain)
        local = _skeleton(self.local)
        name = local.split("+", 1)[0] or local
        bare = name.translate(str.maketrans("", "", _DOTLESS.get(domain, "")))
        return f"{bare or name}@{domain}"

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> Address:
    """The address that a person typed. Raises InvalidAddress, one line, for anything else.

    Space and invisible characters around it and one final dot are forgiven. Refused are quoted local
    parts (RFC 5321 section 4.1.2 asks hosts not to have them), addresses in brackets, display names,
    and domains that the public post cannot reach, such as `localhost`.
    """
    if len(text) > MAX_LENGTH:
        raise _invalid(text, f"is longer than {MAX_LENGTH} characters")
    typed = _without_final_dot(text.strip().strip(_INVISIBLE).strip())
    if "\N{REPLACEMENT CHARACTER}" in typed:
        raise _invalid(typed, "holds a character that was lost on the way")
    if plain := _PLAIN.fullmatch(typed):
        return Address(typed, plain[1], plain[2].lower())
    return _validated(typed)


def _validated(typed: str) -> Address:
    from email_validator import EmailNotValidError, validate_email  # slow import

    try:
        found = validate_email(typed, check_deliverability=False)
    except EmailNotValidError as error:
        raise _invalid(typed, f"is not a mail address ({str(error).rstrip('.')})") from None
    return Address(typed, found.local_part, found.ascii_domain.lower())


def mask(address: Address | str) -> str:
    """An address for logs: `a…@example.com`. Takes any text, and gives one printable line."""
    local, at, domain = (address.wire if isinstance(address, Address) else address).rpartition("@")
    first = local[:1] if len(local) > 1 else ""
    shown = f"{first}…@{domain}" if at else "…"
    return "".join(c for c in shown[:MAX_LENGTH] if c.isprintable())


def _without_final_dot(typed: str) -> str:
    return typed[:-1] if typed[-1:] in tuple(_FINAL_DOTS) else typed


def _skeleton(local: str) -> str:
    decomposed = unicodedata.normalize("NFKD", local).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LOOKALIKES)


def _invalid(text: str, why: str) -> InvalidAddress:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return InvalidAddress(f'"{shown}" {why}', remedy="write it like name@example.com", rule="address-invalid")
