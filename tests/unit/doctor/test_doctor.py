"""A publication that is well, and each of its illnesses: named, with the remedy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from starlette.testclient import TestClient

from pipeline.address import parse
from pipeline.app import App
from pipeline.audience.subscriber import Evidence
from pipeline.cli import avviso
from pipeline.clock import HandClock
from pipeline.config import load
from pipeline.doctor.examination import Doctor, examine, exit_code, open_names, post_of
from pipeline.doctor.finding import Finding, State
from pipeline.doctor.free_mail import owner_of
from pipeline.doctor.sender import Sender, examine_sender
from pipeline.errors import Unreachable
from pipeline.mailings.dkim_key import public_key
from pipeline.subscribe.application import Application
from pipeline.subscribe.spool_worker import SpoolWorker
from pipeline.web.assembly import open_site
from pipeline.web.spool_thread import SpoolThread
from tests.books import NOON, copied_database
from tests.imap import ImapServer
from tests.limits import permissions_count
from tests.resolver import Resolver
from tests.s3 import SECRET, Bucket, served
from tests.sink import DATA_ONLY, EVERYTHING, Behaviour, MailServer, server_context
from tests.standins import Service
from tests.vendors import APIS, PLATFORMS

PASSWORD = "tr0ub4dor"
WEB = "https://news.example.com/"
REFUSED = "403 SignatureDoesNotMatch The request signature we calculated does not match"
PUBLIC = "9.9.9.9"  # an address that everybody can reach; nobody goes there
POINTER = "9.9.9.9.in-addr.arpa"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    path = tmp_path_factory.mktemp("keys") / "dkim.pem"
    path.write_bytes(rsa.generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@dataclass
class Patient:
    """Everything is well until a test makes it ill."""

    folder: Path
    key: Path
    post: MailServer
    mailbox: ImapServer
    resolver: Resolver
    settings: dict[str, Any] = field(default_factory=dict)
    free_bytes: int = 10 ** 12
    machine_zone: str = "Europe/Berlin"
    mode: int = 0o600
    clock: HandClock = field(default_factory=lambda: HandClock(NOON))
    probe: Callable[[str], tuple[int, str]] | None = None

    def __post_init__(self) -> None:
        copied_database(self.folder / "var" / "avviso.db").close()
        (self.folder / "var" / "avviso.db").chmod(0o600)
        self.key.chmod(0o600)
        ca = str(self.mailbox.certificate)
        self.settings = {
            "publication": {"title": "Letters", "url": WEB, "timezone": "Europe/Berlin",
                            "postal_address": "1 Printer's Row, Example"},
            "mailings": {"from": "Letters <letters@example.com>"},
            "lists": [{"id": "weekly", "name": "Weekly"}],
            "transport": {"kind": "smtp", "host": "127.0.0.1", "port": self.post.port, "username": "letters",
                          "password": PASSWORD, "ca_file": ca,
                          "dkim": {"domain": "example.com", "selector": "news", "key_file": str(self.key)}},
            "mailbox": {"host": "127.0.0.1", "port": self.mailbox.port, "username": "letters", "password": PASSWORD,
                        "ca_file": ca},
            "web": {"url": WEB, "secret": "0123456789abcdef"},
            "dns": {"resolver": f"127.0.0.1:{self.resolver.port}"},
        }
        public = public_key(self.key.read_bytes(), "key")
        parts = " ".join(f'"{part}"' for part in (f"v=DKIM1; k=rsa; p={public[:200]}", public[200:]))
        self.resolver.zone.update({
            ("example.com", "MX"): ["10 mail.example.com."], ("example.com", "TXT"): [f'"v=spf1 ip4:{PUBLIC} -all"'],
            (POINTER, "PTR"): ["mail.example.com."], ("mail.example.com", "A"): [PUBLIC],
            ("news._domainkey.example.com", "TXT"): [parts],
            ("_dmarc.example.com", "TXT"): ['"v=DMARC1; p=quarantine"'],
            ("news.example.com", "A"): [PUBLIC],
        })

    def set(self, section: str, **values: Any) -> None:
        self.settings[section] = {**self.settings[section], **values}

    def txt(self, name: str, *records: str) -> None:
        self.resolver.zone[name, "TXT"] = [f'"{one}"' for one in records]

    def app(self) -> App:
        (self.folder / "config.yaml").write_text(yaml.safe_dump(self.settings), "utf-8")
        (self.folder / "config.yaml").chmod(self.mode)
        return App(load(self.folder / "config.yaml", {}), self.clock)

    def examine(self) -> list[Finding]:
        app = self.app()
        doctor = Doctor(app, self.folder / "config.yaml", open_names(app), self.probe or self._outside,
                        lambda _: self.free_bytes, lambda: self.machine_zone)
        return examine(doctor, lambda done, everything: None)

    def _outside(self, address: str) -> tuple[int, str]:
        """The real site, as it would answer from outside."""
        app = App(load(self.folder / "config.yaml", {}), self.clock)
        site = open_site(app, SpoolThread(SpoolWorker(app.spool, lambda: app.subscriptions).work))
        client = TestClient(site, base_url=WEB, follow_redirects=False)
        answer = client.post(address, data={"List-Unsubscribe": "One-Click"})
        return answer.status_code, answer.headers.get("location", "")


@pytest.fixture
def patient(tmp_path: Path, certificate: Path, key: Path) -> Iterator[Patient]:
    behaviour = Behaviour(security="starttls", login=("letters", PASSWORD), tls=server_context(certificate))
    with MailServer(behaviour) as post, ImapServer(certificate, password=PASSWORD) as mailbox, Resolver({}) as resolver:
        yield Patient(tmp_path, key, post, mailbox, resolver)


def ill(findings: list[Finding]) -> list[tuple[str, str]]:
    """What is not well."""
    return [(one.check, one.state.value) for one in findings if one.state is not State.OK]


def test_publication_that_is_well_has_nothing_to_mend(patient: Patient) -> None:
    findings = patient.examine()

    assert ill(findings) == []
    assert exit_code(findings) == 0
    assert [one.check for one in findings] == [
        "ledger", "clock", "zone", "disk", "permissions", "postal_address", "list_id", "transport.login",
        "transport.tls", "transport.limits", "sender.mx", "sender.spf", "sender.reverse", "sender.dkim", "sender.dmarc",
        "sender.alignment", "way_out", "one_click.answer", "mailbox"]
    assert patient.post.accepted == []
    assert patient.mailbox.flags() == []


@pytest.mark.parametrize("name", ["feeds", "site", "var/outbox"])
def test_folder_that_is_written_and_cannot_be_is_named_with_what_stands_there(patient: Patient, name: str) -> None:
    patient.settings["transport"] = {"kind": "folder"}
    folder = patient.folder / name
    folder.mkdir(mode=0o555)

    with permissions_count():
        (found,) = (one for one in patient.examine() if one.check == "disk")

    assert found == Finding("disk", State.ERROR, f"{folder} cannot be written", "let this account write there")


def test_folder_in_which_none_can_be_made_is_named(patient: Patient) -> None:
    with permissions_count():
        patient.app()
        patient.folder.chmod(0o555)
        (found,) = (one for one in patient.examine() if one.check == "disk")
        patient.folder.chmod(0o755)

    assert found.message == f"{patient.folder} cannot be written"


@pytest.mark.parametrize(("offers", "said"), [
    (EVERYTHING, "several messages are on their way at once (CHUNKING)"),
    (DATA_ONLY, "a message is one round trip (PIPELINING)"),
    ((), "each message waits for four answers: it offers no PIPELINING")])
def test_pace_of_a_distant_server_is_told(patient: Patient, offers: Sequence[str], said: str) -> None:
    patient.post.behaviour = replace(patient.post.behaviour, offers=offers)

    (limits,) = (one for one in patient.examine() if one.check == "transport.limits")

    assert (limits.state, limits.message) == (State.OK, f"every mail of ours is small enough; {said}")


Illness = Callable[[Patient], object]


def _ledger_elsewhere(patient: Patient) -> None:
    path = (patient.folder / "var" / "avviso.db").rename(patient.folder / "elsewhere.db")
    path.chmod(0o644)
    patient.settings["database"] = f"sqlite:///{path}"


def _refuse_sender(patient: Patient) -> None:
    patient.post.behaviour = replace(patient.post.behaviour, replies={"mail": "553 5.7.1 not your address"})


def _small(patient: Patient) -> None:
    patient.post.behaviour = replace(patient.post.behaviour, size_bytes=50_000)


def _no_tls(patient: Patient) -> None:
    patient.settings["transport"].pop("ca_file")


def _no_way_out(patient: Patient) -> None:
    patient.settings.pop("mailbox")
    patient.settings["web"] = {"secret": "0123456789abcdef"}


def _other_secret(patient: Patient) -> None:
    patient.probe = lambda address: patient._outside(address[:-4] + "AAAA")


def _includes(patient: Patient) -> None:
    patient.txt("example.com", "v=spf1 " + " ".join(f"include:s{n}.test" for n in range(11)) + " -all")
    for n in range(11):
        patient.txt(f"s{n}.test", "v=spf1 ip4:192.0.2.1 -all")


def _damaged(patient: Patient) -> None:
    path = patient.folder / "var" / "avviso.db"
    content = bytearray(path.read_bytes())
    content[8192:40_000] = bytes(40_000 - 8192)
    path.write_bytes(content)


def _down(_: str) -> tuple[int, str]:
    raise Unreachable("does not answer (refused)")


def _ahead(patient: Patient) -> None:
    patient.app().ledger.workers.enter("w", host="", boot_id="", pid=1, now=NOON + timedelta(days=3))


def _signed_before(patient: Patient) -> None:
    patient.app().subscriptions.ask(Application("ada@example.com"), "1")
    patient.set("web", secret="fedcba9876543210")


DMARC = '_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.com"'


def _limited_key(patient: Patient, tags: str) -> None:
    name = ("news._domainkey.example.com", "TXT")
    patient.resolver.zone[name] = [patient.resolver.zone[name][0].replace("k=rsa", tags)]


@pytest.mark.parametrize(("make_ill", "check", "said", "remedy"), [
    (lambda p: p.resolver.zone.pop(("example.com", "MX")), "sender.mx", "takes no mail",
     "example.com. MX 10 mail.example.com."),
    (lambda p: p.txt("example.com", "other=1"), "sender.spf", "does not say who may send",
     'example.com. TXT "v=spf1 ip4:ADDRESS-OF-YOUR-SERVER ~all"'),
    (lambda p: p.txt("example.com", "v=spf1 a -all", "v=spf1 mx ~all"), "sender.spf", "has 2 SPF records",
     'example.com. TXT "v=spf1 a mx ~all"'),
    (lambda p: p.txt("example.com", "v=spf1 a +all"), "sender.spf", "lets everybody send",
     'example.com. TXT "v=spf1 a ~all"'),
    (lambda p: p.txt("example.com", "v=spf1 include:spf.mall.test all"), "sender.spf", "lets everybody send",
     'example.com. TXT "v=spf1 include:spf.mall.test ~all"'),
    (_includes, "sender.spf", "takes 11 lookups", "take out includes"),
    (lambda p: p.txt("example.com", "v=spf1 mx include:spf.gone.test -all"), "sender.spf",
     "the SPF record of example.com leads to spf.gone.test, which has none: it fails whole",
     "take out what names spf.gone.test, or mend it"),
    (lambda p: p.txt("example.com", "v=spf1 mx include:spf..gone -all"), "sender.spf",
     "the SPF record of example.com leads to spf..gone, which has none: it fails whole",
     "take out what names spf..gone, or mend it"),
    (lambda p: p.resolver.zone.pop((POINTER, "PTR")), "sender.reverse", f"{PUBLIC} has no name",
     f"{POINTER}. PTR mail.example.com."),
    (lambda p: p.resolver.zone.update({("mail.example.com", "A"): ["1.1.1.1"]}), "sender.reverse",
     f"{PUBLIC} is called mail.example.com, which does not lead back", f"mail.example.com. A {PUBLIC}"),
    (lambda p: p.resolver.zone.pop(("news._domainkey.example.com", "TXT")), "sender.dkim", "has no key",
     'news._domainkey.example.com. TXT "v=DKIM1; k=rsa; p=MII'),
    (lambda p: p.txt("news._domainkey.example.com", "v=DKIM1; p="), "sender.dkim", "is revoked", "p=MII"),
    (lambda p: p.txt("news._domainkey.example.com", "v=DKIM1; p=MIIOTHER"), "sender.dkim", "is not the one in",
     "p=MII"),
    *((partial(_limited_key, tags=tags), "sender.dkim", f"says {tags}, so that receivers believe no signature", "p=MII")
      for tags in ("k=ed25519", "h=sha1", "s=tlsrpt")),
    (lambda p: p.resolver.zone.pop(("_dmarc.example.com", "TXT")), "sender.dmarc", "has no DMARC record", DMARC),
    (lambda p: p.txt("_dmarc.example.com", "v=DMARC1; p=none", "v=DMARC1; p=reject"), "sender.dmarc",
     "has 2 DMARC records", DMARC),
    (lambda p: p.txt("_dmarc.example.com", "v=DMARC1; p=maybe"), "sender.dmarc", "has no policy", DMARC),
    (lambda p: (p.set("transport", dkim=None), p.set("mailbox", address="bounces@example.net", plus=True),
                p.txt("example.net", "v=spf1 -all")), "sender.alignment", "DMARC fails", "sign for example.com"),
    (lambda p: p.set("mailings", **{"from": "Letters <letters@gmail.com>"}), "sender.domain",
     "lets no other server send", "send from a domain of your own, or by gmail's own server"),
    (lambda p: p.set("transport", port=1), "transport.login", "", "check transport.host and transport.port"),
    (lambda p: p.set("transport", password="guess"), "transport.login", "AUTH was refused", "check username, password"),
    (_refuse_sender, "transport.login", "not your address", "may send as mailings.from"),
    (_no_tls, "transport.tls", "", "transport.ca_file"),
    (_small, "transport.limits", "takes no message over 48 KB", "ask its operator"),
    (_no_way_out, "way_out", "readers cannot leave", "set web.url, or name a mailbox"),
    (lambda p: p.set("web", url="http://news.example.com/"), "one_click.address", "is not https",
     "web.url: https://news.example.com/"),
    (lambda p: p.resolver.zone.update({("news.example.com", "A"): ["10.0.0.7"]}), "one_click.address",
     "is at 10.0.0.7, which nobody outside can reach", "news.example.com. A ADDRESS-OF-YOUR-SERVER"),
    (lambda p: p.resolver.zone.pop(("news.example.com", "A")), "one_click.address", "has no address",
     "news.example.com. A ADDRESS-OF-YOUR-SERVER"),
    (lambda p: setattr(p, "probe", _down), "one_click.answer", "does not answer", "start `avviso run`"),
    (lambda p: setattr(p, "probe", lambda _: (302, "https://login.example.com/")), "one_click.answer",
     "is sent to https://login.example.com/", "write the final address into web.url"),
    (lambda p: setattr(p, "probe", lambda _: (403, "")), "one_click.answer", "is answered 403", "let POST through"),
    (_signed_before, "links", "lead nowhere: the secret that signed them is not here",
     "write the old one behind your own in web.secret"),
    (_other_secret, "one_click.answer", "does not know our links", "the same web.secret"),
    (lambda p: p.set("mailbox", password="guess"), "mailbox", "refuses the login", "mend mailbox.username"),
    (lambda p: p.set("mailbox", move_to="Nowhere"), "mailbox", "mailbox.move_to Nowhere is not there",
     "make that folder"),
    (lambda p: p.set("web", hooks={"resend": "re_1"}), "hooks", "is not a signing secret", "whsec_"),
    (lambda p: p.set("publication", postal_address=""), "postal_address", "no postal address",
     "set publication.postal_address"),
    (lambda p: p.set("publication", timezone="UTC"), "zone", "this machine lives in Europe/Berlin",
     "publication.timezone: Europe/Berlin"),
    (lambda p: p.clock.turn(timedelta(days=-9000)), "clock", "this machine says 2001", "set its clock"),
    (_ahead, "clock", "the ledger knows 2026-03-27", "set the clock"),
    (lambda p: setattr(p, "free_bytes", 10_000_000), "disk", "9 MB are left", "free some space"),
    (_damaged, "ledger", "", "restore the last backup"),
    (lambda p: (p.folder / "var" / "avviso.db").chmod(0o644), "permissions", "others on this machine can read",
     "chmod 600"),
    (lambda p: p.key.chmod(0o644), "permissions", "dkim.pem", "chmod 600"),
    (_ledger_elsewhere, "permissions", "others on this machine can read", "elsewhere.db"),
    (lambda p: setattr(p, "mode", 0o644), "permissions",
     "others on this machine can read transport.password, mailbox.password, web.secret in", "chmod 600"),
    (lambda p: setattr(p.resolver, "is_broken", True), "sender", "the DNS does not answer", "dns.resolver"),
])
def test_illness_is_named_with_its_remedy(
    patient: Patient, make_ill: Illness, check: str, said: str, remedy: str
) -> None:
    make_ill(patient)

    findings = patient.examine()

    (found,) = (one for one in findings if one.check == check and one.state in (State.ERROR, State.WARNING))
    assert said in found.message
    assert remedy in found.remedy
    assert all("\n" not in one.message + one.remedy and PASSWORD not in one.message for one in findings)
    others = [one for one in findings if one.check.partition(".")[0] not in (check.partition(".")[0], "mailbox",
                                                                             "way_out", "one_click", "answers")]
    if check not in ("sender", "clock", "ledger"):
        assert ill(others) == []


@pytest.mark.parametrize("record", [
    "v=spf1 redirect=_spf.google.com", "v=spf1 include:_spf.letters.test ~all",
    "v=spf1 include:%{i}._ip.%{h}._ehlo.%{d}._spf.letters.test ~all"])
def test_spf_record_may_name_a_provider_by_another_record(patient: Patient, record: str) -> None:
    patient.txt("example.com", record)
    patient.txt("_spf.letters.test", "v=spf1 include:_spf.google.com ~all")
    patient.txt("_spf.google.com", "v=spf1 ip4:192.0.2.0/24 ~all")
    sender = Sender("example.com", "example.com", "smtp.gmail.com")

    findings = {one.check: one for one in examine_sender(sender, open_names(patient.app()))}

    assert findings["sender.spf"].message == f"example.com: {record}"


@pytest.mark.parametrize(("record", "wanted"), [
    ("v=spf1 mx ~all", "v=spf1 include:_spf.google.com mx ~all"),
    ("V=SPF1 -all", "v=spf1 include:_spf.google.com -all"), ("v=spf1", "v=spf1 include:_spf.google.com"),
])
def test_spf_record_that_does_not_name_the_provider_is_shown_as_it_should_be(
    patient: Patient, record: str, wanted: str
) -> None:
    patient.txt("example.com", record)
    sender = Sender("example.com", "example.com", "smtp.gmail.com")

    findings = {one.check: one for one in examine_sender(sender, open_names(patient.app()))}

    assert findings["sender.spf"].remedy == f'publish: example.com. TXT "{wanted}"'


@pytest.mark.parametrize(("domain", "post", "owner"), [
    ("icloud.com", "smtp.mail.me.com", ""), ("outlook.com", "smtp-mail.outlook.com", ""),
    ("hotmail.com", "smtp.office365.com", ""), ("foxmail.com", "smtp.qq.com", ""), ("bk.ru", "smtp.mail.ru", ""),
    ("example.com", "smtp.qq.com", ""), ("me.com", "smtp.qq.com", "icloud"), ("msn.com", "ses", "outlook.com"),
    ("yeah.net", "smtp.163.com", "yeah.net"), ("gmx.net", "mail.example.com", "gmx"), ("web.de", "ses", "web.de"),
    ("sina.com", "ses", "sina"), ("mail.ru", "ses", "mail.ru"), ("yandex.ru", "ses", "yandex"),
    ("protonmail.com", "ses", "proton"),
])
def test_domain_of_a_mail_service_is_sent_for_by_its_own_servers_alone(
    patient: Patient, domain: str, post: str, owner: str
) -> None:
    findings = {one.check: one for one in examine_sender(Sender(domain, domain, post), open_names(patient.app()))}

    assert ["sender.domain"] * bool(owner) == [one for one in findings if one == "sender.domain"]
    assert findings.get("sender.domain", Finding("", State.OK, "")).remedy == (
        f"send from a domain of your own, or by {owner}'s own server" if owner else "")


@pytest.mark.parametrize(("domain", "envelope", "state"), [
    ("example.com.cn", "printer.com.cn", State.ERROR), ("example.co.uk", "printer.co.uk", State.ERROR),
    ("news.example.com.br", "bounces.example.com.br", State.OK), ("news.example.org", "bounces.example.org", State.OK),
    ("example.org", "bounces.example.org", State.OK), ("example.org", "example.net", State.ERROR),
])
def test_two_organisations_below_one_country_s_domain_do_not_speak_for_each_other(
    patient: Patient, domain: str, envelope: str, state: State
) -> None:
    patient.txt(f"_dmarc.{domain}", "v=DMARC1; p=none")
    patient.txt(envelope, "v=spf1 mx -all")

    found = {one.check: one for one in examine_sender(Sender(domain, envelope, "mail"), open_names(patient.app()))}

    assert found["sender.alignment"].state is state


@pytest.mark.parametrize(("preset", "domain"), [
    ("126", "126.com"), ("163", "vip.163.com"), ("gmail", "gmail.com"), ("icloud", "me.com"), ("office365", "live.com"),
    ("outlook", "hotmail.com"), ("qq", "foxmail.com"), ("yahoo", "ymail.com")])
def test_mail_service_that_a_preset_names_sends_for_its_own_domains(
    patient: Patient, preset: str, domain: str
) -> None:
    patient.settings["transport"] = {"kind": "smtp", "preset": preset}

    assert owner_of(domain, post_of(patient.app().config)) == ""


def test_policy_above_an_organisation_is_none_of_its_own(patient: Patient) -> None:
    patient.txt("_dmarc.com.cn", "v=DMARC1; p=none")

    found = {one.check: one for one in examine_sender(
        Sender("news.example.com.cn", "example.com.cn", "mail"), open_names(patient.app()))}

    assert found["sender.dmarc"].message.startswith("news.example.com.cn has no DMARC record")


def test_provider_that_reports_nothing_is_a_warning_with_the_address_of_its_hook(patient: Patient) -> None:
    patient.resolver.zone.pop(("example.com", "TXT"))
    api, settings = APIS["postmark"]

    with Service(api()) as service:
        patient.settings["transport"] = {"kind": "postmark", **settings, "url": service.url}
        findings = {one.check: one for one in patient.examine()}

    assert findings["answers.hook"].remedy == (
        "set web.hooks.postmark and give postmark the address https://news.example.com/hooks/postmark")
    assert (findings["transport.login"].state, findings["sender.spf"].state, findings["sender.alignment"].state) == (
        State.OK, State.WARNING, State.SKIPPED)
    assert findings["sender.spf"].remedy == 'publish: example.com. TXT "v=spf1 include:spf.mtasv.net ~all"'


def test_readers_of_ours_whom_a_service_does_not_mail_are_a_warning(patient: Patient) -> None:
    api, settings = PLATFORMS["buttondown"]

    with Service(api()) as service:
        patient.settings["transport"] = {"kind": "buttondown", **settings, "url": service.url}
        before = {one.check: one for one in patient.examine()}["readers"]
        patient.app().roster.add(parse("ada@example.com"), ["weekly"], Evidence("test"), NOON)
        after = {one.check: one for one in patient.examine()}["readers"]

    assert (before.state, after.state) == (State.OK, State.WARNING)
    assert after.message == "buttondown mails its own readers alone, not the 1 reader here"
    assert after.remedy == "`avviso subscribers export readers.csv --mailed`, and import that at buttondown"


def test_readers_of_a_list_that_the_settings_do_not_name_are_a_warning(patient: Patient) -> None:
    patient.app().roster.add(parse("ada@example.com"), ["weekly"], Evidence("test"), NOON)
    before = [one for one in patient.examine() if one.check == "readers"]
    patient.settings["lists"] = [{"id": "main", "name": "Weekly"}]
    after, = (one for one in patient.examine() if one.check == "readers")

    assert before == []
    assert (after.state, after.message) == (
        State.WARNING, "the list weekly has 1 reader and config.yaml does not name it: they are mailed nothing")


def test_doctor_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = {"publication": {"title": "Letters", "url": WEB}, "mailings": {"from": "letters@example.com"}}
    Path("config.yaml").write_text(yaml.safe_dump(settings), "utf-8")

    said = CliRunner().invoke(avviso, ["doctor"])
    answer = CliRunner().invoke(avviso, ["doctor", "--json"])

    assert said.exit_code == answer.exit_code == 0
    assert "! postal_address" in said.output
    assert "→ set publication.postal_address" in said.output
    assert said.output.splitlines()[-1] == "2 to improve, 1 not looked at, 6 fine"
    assert {tuple(one) for one in json.loads(answer.output)} == {("check", "state", "message", "remedy")}
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


def test_bucket_is_listed_and_one_that_refuses_says_why(patient: Patient) -> None:
    with served(Bucket(objects={"index.html": b""})) as bucket:
        found = []
        for secret in (SECRET, "another"):
            patient.settings["bucket"] = bucket.settings(secret_access_key=secret)
            found += [one for one in patient.examine() if one.check == "bucket"]

    assert [(one.state, one.message) for one in found] == [
        (State.OK, "the key may list it: 1 object"),
        (State.ERROR, f"weekly refuses GET its list: {REFUSED}")]
