"""What receivers look up about the sender: MX, SPF (RFC 7208), addresses, DKIM (RFC 6376), DMARC (RFC 7489)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.doctor.finding import Finding, error, ok, skipped, warning
from pipeline.doctor.free_mail import owner_of
from pipeline.doctor.names import Names
from pipeline.doctor.reverse import examine_reverse

MOST_LOOKUPS = 10  # RFC 7208 section 4.6.4; beyond, SPF fails for everybody

# By which include a provider's servers are named, by a part of its host or its kind; as their help pages had it.
INCLUDES = {
    "amazonaws.com": "amazonses.com", "ses": "amazonses.com", "postmark": "spf.mtasv.net", "mailgun": "mailgun.org",
    "sendgrid": "sendgrid.net", "brevo": "spf.brevo.com", "gmail.com": "_spf.google.com",
    "office365": "spf.protection.outlook.com", "qq.com": "spf.mail.qq.com", "163.com": "spf.163.com",
    "aliyun": "spf1.dm.aliyun.com", "qcloudmail": "qcloudmail.com", "fastmail": "spf.messagingengine.com",
}
# Labels below which countries register organisations, as in example.co.uk. The exact list is not in this house: what
# stands below any other label is taken for an organisation's.
_OF_COUNTRIES = frozenset((
    "ac", "ad", "co", "com", "ed", "edu", "gen", "go", "gob", "gouv", "gov", "gr", "id", "ind", "ltd", "me", "mil",
    "ne", "net", "nhs", "nom", "or", "org", "plc", "sch"))
_LOOKED_UP = re.compile(r"include:|a(?:$|[:/])|mx(?:$|[:/])|ptr|exists:|redirect=")
_FOLLOWED = re.compile(r"(?:include:|redirect=)(.+)")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, by whom. `envelope_domain` is where bounces go to; `post` is the host or kind of the transport.

    `signature` is the domain and selector that sign, with the public key if it is ours, as base64 of its DER.
    `is_service` says that the transport is a service with a sender of its own in the envelope, and a signature;
    `own_server` is the host of one that is none.
    """

    domain: str
    envelope_domain: str
    post: str
    signature: tuple[str, str] | None = None
    public_key: str = ""
    is_service: bool = False
    own_server: str = ""


def examine_sender(sender: Sender, names: Names) -> Iterator[Finding]:
    """All that the DNS says. Raises Unreachable."""
    if (free := _free_mail(sender)) is not None:
        yield free
        return
    yield _mx(sender.domain, names)
    yield from _spf(sender, names)
    if sender.own_server and not include_of(sender.own_server):
        yield examine_reverse(sender.own_server, sender.envelope_domain, names)
    if sender.signature is not None:
        yield _dkim(sender, *sender.signature, names)
    yield from _dmarc(sender, names)


def _free_mail(sender: Sender) -> Finding | None:
    service = owner_of(sender.domain, sender.post)
    return error("sender.domain", f"{sender.domain} lets no other server send for it: most mails would be refused",
                 f"send from a domain of your own, or by {service}'s own server") if service else None


def _mx(domain: str, names: Names) -> Finding:
    servers = names.mail_servers(domain)
    if servers == ["."] or not (servers or names.addresses(domain)):
        return error("sender.mx", f"{domain} takes no mail: answers and bounces are lost, and receivers distrust it",
                     f"publish where its mail goes: {domain}. MX 10 mail.{domain}.")
    return ok("sender.mx", f"{domain} takes mail at {servers[0].rstrip('.') if servers else domain}")


def _spf(sender: Sender, names: Names) -> Iterator[Finding]:
    domain = sender.envelope_domain
    found = _spf_records(domain, names)
    include = include_of(sender.post)
    wanted = f"include:{include}" if include else "ip4:ADDRESS-OF-YOUR-SERVER"
    if not found:
        say = warning if sender.is_service else error
        yield say("sender.spf", f"{domain} does not say who may send for it",
                  f'publish: {domain}. TXT "v=spf1 {wanted} ~all"')
        return
    if len(found) > 1:
        yield error("sender.spf", f"{domain} has {len(found)} SPF records: none of them counts",
                    f'keep one: {domain}. TXT "{_merged(found)}"')
        return
    record = found[0]
    lookups, included, dead_ends = _led_to(record, names)
    if re.search(r" \+?all(?: |$)", record):
        yield error("sender.spf", f"the SPF record of {domain} lets everybody send for it",
                    f'publish: {domain}. TXT "{re.sub(r" [+]?all(?: .*)?$", "", record)} ~all"')
    elif dead_ends:
        yield error("sender.spf", f"the SPF record of {domain} leads to {dead_ends[0]}, which has none: it fails whole",
                    f"take out what names {dead_ends[0]}, or mend it")
    elif include and not sender.is_service and not any(one == include or "%" in one for one in included):
        yield error("sender.spf", f"the SPF record of {domain} does not name {sender.post}",
                    f'publish: {domain}. TXT "{" ".join(["v=spf1", wanted, *record.split()[1:]])}"')
    elif lookups > MOST_LOOKUPS:
        yield error("sender.spf", f"the SPF record of {domain} takes {lookups} lookups; beyond {MOST_LOOKUPS} it fails",
                    "take out includes of services that you do not use any more")
    else:
        yield ok("sender.spf", f"{domain}: {record}")


def include_of(post: str) -> str:
    """By which include the servers of a provider are named, "" for a server that is nobody's we know."""
    return next((value for part, value in INCLUDES.items() if part in post), "")


def _merged(records: list[str]) -> str:
    """One record with the mechanisms of all."""
    words = [word for record in records for word in record.split()[1:]]
    kept = dict.fromkeys(word for word in words if not word.lstrip("+-~?").startswith("all"))
    return " ".join(["v=spf1", *kept, "~all"])


def _led_to(record: str, names: Names) -> tuple[int, set[str], list[str]]:
    """How many lookups a receiver makes for a record, the names by which it lets others send, and those without a
    record, for which the whole fails (RFC 7208 section 5.2). A name with a macro is another one for each letter.
    """
    lookups, found, records, dead_ends = 0, set[str](), [record], list[str]()
    while records:
        for word in records.pop().lower().split()[1:]:
            name = word.lstrip("+-~?")
            lookups += bool(_LOOKED_UP.match(name))
            follow = _FOLLOWED.match(name)
            if not follow or lookups > MOST_LOOKUPS:
                continue
            found |= {follow[1]} if word[0] not in "-~?" else set()
            if "%" not in follow[1]:
                led_to = _spf_records(follow[1], names)
                records += led_to[:1]
                dead_ends += [] if led_to else [follow[1]]
    return lookups, found, dead_ends


def _spf_records(name: str, names: Names) -> list[str]:
    return sorted(one for one in names.texts(name) if re.match(r"v=spf1(?: |$)", one, re.IGNORECASE))


def _limit(tags: Mapping[str, str], kind: str) -> str:
    """What a key's record says that keeps it from our mail (RFC 6376 section 3.6.1); "" for one that is good for it."""
    said = {"k": "rsa", "h": "sha256", "s": "*", **tags}
    good = {"k": {kind}, "h": {"sha256"}, "s": {"*", "email"}}
    return next((f"{tag}={said[tag]}" for tag, words in good.items()
                 if words.isdisjoint(word.strip() for word in said[tag].split(":"))), "")


def _dkim(sender: Sender, domain: str, selector: str, names: Names) -> Finding:
    name = f"{selector}._domainkey.{domain}"
    kind = "ed25519" if len(sender.public_key) == 44 else "rsa"
    publish = (f'publish: {name}. TXT "v=DKIM1; k={kind}; p={sender.public_key}"' if sender.public_key
               else f"publish the record that {sender.post} shows for {name}")
    tags = next((tags for one in names.texts(name) if "p" in (tags := _tags(one))), None)
    if tags is None:
        return error("sender.dkim", f"{name} has no key: signatures cannot be checked", publish)
    if not tags["p"]:
        return error("sender.dkim", f"the key at {name} is revoked", publish)
    if sender.public_key and "".join(tags["p"].split()) != sender.public_key:
        return error("sender.dkim", f"the key at {name} is not the one in transport.dkim.key_file", publish)
    if sender.public_key and (limit := _limit(tags, kind)):
        return error("sender.dkim", f"{name} says {limit}, so that receivers believe no signature of ours", publish)
    if kind == "rsa" and len(tags["p"]) < 200 and tags.get("k", "rsa") == "rsa":
        return error("sender.dkim", f"the key at {name} is too short to be believed", "make one of 2048 bits")
    return ok("sender.dkim", f"{name} has a key")


def _dmarc(sender: Sender, names: Names) -> Iterator[Finding]:
    found, where = _dmarc_records(sender.domain, names)
    publish = f'publish: _dmarc.{sender.domain}. TXT "v=DMARC1; p=none; rua=mailto:postmaster@{sender.domain}"'
    if len(found) != 1:
        yield error("sender.dmarc", f"{sender.domain} has {'no' if not found else len(found)} DMARC "
                    f"record{'s' if len(found) > 1 else ''}: Gmail and Yahoo refuse many mails without one", publish)
        return
    tags = _tags(found[0])
    if tags.get("p") not in ("none", "quarantine", "reject"):
        yield error("sender.dmarc", f"the DMARC record at {where} has no policy that receivers know", publish)
        return
    yield ok("sender.dmarc", f"{where}: {found[0]}")
    yield _alignment(sender, tags)


def _alignment(sender: Sender, tags: dict[str, str]) -> Finding:
    """Whether SPF or DKIM speak for the domain that readers see (RFC 7489 section 3.1)."""
    by_spf = _aligned(sender.envelope_domain, sender.domain, strict=tags.get("aspf") == "s")
    by_dkim = sender.signature is not None and _aligned(sender.signature[0], sender.domain,
                                                        strict=tags.get("adkim") == "s")
    if by_dkim:
        return ok("sender.alignment", f"the signature of {sender.domain} speaks for the sender")
    if sender.is_service:
        return skipped("sender.alignment", f"{sender.post} signs for {sender.domain} once the domain is verified there",
                       "see that its page says verified: DKIM")
    if by_spf:
        return ok("sender.alignment", f"SPF of {sender.envelope_domain} speaks for the sender")
    signed = sender.signature[0] if sender.signature else "nobody"
    return error("sender.alignment", f"mail comes from {sender.domain}, bounces go to {sender.envelope_domain}, and "
                 f"{signed} signs: DMARC fails", f"sign for {sender.domain}, or take a mailbox.address there")


def _dmarc_records(domain: str, names: Names) -> tuple[list[str], str]:
    """Of the domain itself, else of the nearest above it that has one, up to the organisation's."""
    for name in _above(domain):
        found = [one for one in names.texts(f"_dmarc.{name}") if one.replace(" ", "").startswith("v=DMARC1")]
        if found:
            return found, f"_dmarc.{name}"
    return [], ""


def _above(domain: str) -> Iterator[str]:
    labels = domain.split(".")
    most = len(labels) - len(_organisation(domain).split("."))
    return (".".join(labels[start:]) for start in range(most + 1))


def _aligned(one: str, other: str, *, strict: bool) -> bool:
    return one == other or (not strict and _organisation(one) == _organisation(other))


def _organisation(domain: str) -> str:
    """The domain that its owner registered (RFC 7489 section 3.2): three labels for `news.example.co.uk`."""
    labels = domain.split(".")
    is_of_country = len(labels[-1]) == 2 and labels[-2:-1] and labels[-2] in _OF_COUNTRIES
    return ".".join(labels[-3 if is_of_country else -2:])


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}
