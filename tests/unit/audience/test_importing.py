"""Files of people: the exports of six systems and plain CSV, dry and wet, whole and damaged."""

import gc
import io
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import schema
from pipeline.address import Address, parse
from pipeline.audience.importing import KEPT_PROBLEMS, Result, import_rows, read_rows
from pipeline.audience.intake import Entry, Standing
from pipeline.audience.reader_table import Row
from pipeline.audience.roster import PAGE, Roster
from pipeline.audience.subscriber import Evidence
from pipeline.audience.systems import SYSTEMS
from pipeline.cli.subscribers import SYSTEMS as OFFERED
from pipeline.database import Database
from pipeline.errors import AudienceError, OutputError, Problem

NOON = datetime(2026, 3, 24, 12, 0, tzinfo=UTC)
LISTS = ("weekly", "daily")


@pytest.fixture
def roster(tmp_path: Path) -> Iterator[Roster]:
    database = Database(f"sqlite:///{tmp_path / 'avviso.db'}")
    with database.write() as connection:
        schema.metadata.create_all(connection)
    yield Roster(database, b"the key of a ledger in a test...")
    database.close()


def rows(text: str, kind: str = "csv", name: str = "people.csv") -> list[Row | Problem]:
    return list(read_rows(io.BytesIO(text.encode()), kind, name=name))


def entries(text: str, kind: str = "csv", name: str = "people.csv") -> list[Entry]:
    found = rows(text, kind, name)
    assert [row for row in found if isinstance(row, Problem)] == []
    return [row.entry for row in found if isinstance(row, Row)]


def standings(text: str, kind: str, name: str = "people.csv") -> dict[str, str]:
    return {entry.address.wire: entry.standing.value for entry in entries(text, kind, name)}


def bring(roster: Roster, text: str, kind: str = "csv", *, into: str | None = None,
          asked: list[str] | None = None, dry_run: bool = False) -> Result:
    def ask(addresses: Sequence[Address]) -> None:
        assert asked is not None
        asked.extend(address.wire for address in addresses)

    return import_rows(read_rows(io.BytesIO(text.encode()), kind, name="people.csv"), roster, lists=LISTS,
                       now=NOON, into=into, consent="signed up at the fair", dry_run=dry_run,
                       ask=None if asked is None else ask)


def standing(roster: Roster) -> dict[str, str]:
    return {f"{member.subscriber.address} {member.subscription.list}": member.subscription.state.value
            for member in roster.list_subscribers()}


# ---- what the systems write -------------------------------------------------------------------

SUBSTACK = """\
email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at
free@example.com,false,,other,false,2025-01-01T08:00:00.000Z,
paid@example.com,true,2027-01-01,yearly,false,2025-02-01T08:00:00.000Z,2025-03-01
gone@example.com,false,,other,true,2025-03-01T08:00:00.000Z,
"""
MAILCHIMP = """\
Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID,EUID,NOTES,TAGS
in@example.com,Ann,Lee,2,2018-02-12 10:54:26,192.0.2.1,2018-02-12 10:54:27,192.0.2.2,1,a,,"""  # noqa: E501
MAILCHIMP_UNSUBSCRIBED = """\
Email Address,First Name,Last Name,OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_ID,UNSUB_REASON,TAGS
out@example.com,Ann,,2018-02-12 10:54:27,2018-02-12 10:54:27,2018-07-23 12:19:27,,NORMAL,\"\"\"Editors\"\"\"
angry@example.com,,,2018-02-12 10:54:27,2018-02-12 10:54:27,2018-07-23 12:19:27,,ABUSE,
"""
MAILCHIMP_CLEANED = """\
Email Address,First Name,Last Name,OPTIN_TIME,CONFIRM_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID
dead@example.com,Ann,,2018-02-12 10:54:27,2018-02-12 10:54:27,2020-03-23 17:30:05,,
"""
BUTTONDOWN = """\
email_address,type,creation_date,unsubscription_date,undeliverability_date,ip_address,tags,metadata
in@example.com,regular,2024-02-02T10:00:00Z,2024-01-01T10:00:00Z,,192.0.2.1,,{}
paid@example.com,premium,2024-02-02T10:00:00Z,,,,,{}
new@example.com,unactivated,2024-02-02T10:00:00Z,,,,,{}
out@example.com,unsubscribed,2024-02-02T10:00:00Z,2024-03-01T10:00:00Z,,,,{}
dead@example.com,undeliverable,2024-02-02T10:00:00Z,,2024-03-01T10:00:00Z,,,{}
angry@example.com,complained,2024-02-02T10:00:00Z,,,,,{}
gone@example.com,removed,2024-02-02T10:00:00Z,,,,,{}
spam@example.com,blocked,2024-02-02T10:00:00Z,,,,,{}
"""
LISTMONK = """\
uuid,email,name,attributes,status,created_at,updated_at
1-1,in@example.com,Ann Lee,"{""city"": ""Venice""}",enabled,2019-08-24 14:15:22.123456 +0530 IST,2020-01-01
1-2,out@example.com,Bob,{},disabled,2019-08-24 14:15:22 +0000 UTC,
1-3,never@example.com,Carl,{},blocklisted,2019-08-24 14:15:22 +0000 UTC,
"""
GHOST = """\
id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers
6231,in@example.com,Ann Lee,,true,false,,2022-03-16T08:03:11.000Z,,VIP,
6232,out@example.com,Bob,,false,,,2022-03-16T08:03:11.000Z,,,
6233,gone@example.com,Carl,,true,,,2022-03-16T08:03:11.000Z,2023-01-01T00:00:00.000Z,,
6234,blank@example.com,Dora,,,,,2022-03-16T08:03:11.000Z,,,
"""
KEILA = """\
Email,First name,Last name,Data,External ID,Status
in@example.com,Ann,Lee,"{""tags"":[""x""]}",,active
blank@example.com,Bob,,,,
out@example.com,Carl,,,,unsubscribed
dead@example.com,Dora,,,,unreachable
"""
PHPLIST = """\
id,Email,Is this subscriber confirmed,Is this subscriber blacklisted,Number of bounces,Is this account disabled?,List Membership
1,in@example.com,1,0,2,0,News
2,never@example.com,1,1,0,0,News
3,new@example.com,0,0,0,0,News
4,shut@example.com,1,0,0,1,News
5,out@example.com,1,0,0,0,No Lists
"""  # noqa: E501, a header as it is exported
KIT = """\
first_name,email_address,state,created_at,tags
Ann,in@example.com,active,2025-03-03,"a, b"
Bob,out@example.com,cancelled,2025-03-03,
Dora,dead@example.com,bounced,2025-03-03,
"""
GOOGLE_GROUPS = """\
Email address,Nickname,Group status,Email status,Email preference,Posting permissions
in@example.com,Ann,member,,All email,allowed
dead@example.com,Bob,member,bouncing,All email,allowed
out@example.com,Carl,member,,No email,allowed
never@example.com,Dora,banned,,All email,allowed
new@example.com,Eve,invited,,All email,allowed
"""


@pytest.mark.parametrize(
    ("text", "kind", "name", "expected"),
    [
        (SUBSTACK, "substack", "email_list.csv",
         {"free@example.com": "subscribed", "paid@example.com": "subscribed", "gone@example.com": "left"}),
        (MAILCHIMP, "mailchimp", "subscribed_members_export_1a.csv", {"in@example.com": "subscribed"}),
        (MAILCHIMP_UNSUBSCRIBED, "mailchimp", "export.csv",
         {"out@example.com": "left", "angry@example.com": "complained"}),
        (MAILCHIMP_CLEANED, "mailchimp", "export.csv", {"dead@example.com": "bounced"}),
        (MAILCHIMP, "mailchimp", "/home/ann/nonsubscribed_members_export_1a.csv", {"in@example.com": "pending"}),
        (MAILCHIMP, "mailchimp", "unsubscribed_members_export_1a.csv", {"in@example.com": "left"}),
        (BUTTONDOWN, "buttondown", "subscribers.csv",
         {"in@example.com": "subscribed", "paid@example.com": "subscribed", "new@example.com": "pending",
          "out@example.com": "left", "dead@example.com": "bounced", "angry@example.com": "complained",
          "gone@example.com": "left", "spam@example.com": "blocked"}),
        ("email_address,creation_date\nout@example.com,2024-02-02T10:00:00Z\n", "buttondown", "unsubscribers.csv",
         {"out@example.com": "left"}),
        (LISTMONK, "listmonk", "subscribers.csv",
         {"in@example.com": "subscribed", "out@example.com": "left", "never@example.com": "blocked"}),
        (GHOST, "ghost", "members.csv",
         {"in@example.com": "subscribed", "out@example.com": "left", "gone@example.com": "left",
          "blank@example.com": "pending"}),
        (KEILA, "keila", "contacts.csv",
         {"in@example.com": "subscribed", "blank@example.com": "subscribed", "out@example.com": "left",
          "dead@example.com": "bounced"}),
        (PHPLIST, "csv", "phpList Export.csv",
         {"in@example.com": "subscribed", "never@example.com": "blocked", "new@example.com": "pending",
          "shut@example.com": "left", "out@example.com": "left"}),
        (KIT, "csv", "subscribers.csv",
         {"in@example.com": "subscribed", "out@example.com": "left", "dead@example.com": "bounced"}),
        (GOOGLE_GROUPS, "csv", "weekly.csv",
         {"in@example.com": "subscribed", "dead@example.com": "bounced", "out@example.com": "left",
          "never@example.com": "blocked", "new@example.com": "pending"}),
    ],
)
def test_who_is_out_in_the_old_system_is_out_here(
    text: str, kind: str, name: str, expected: dict[str, str]
) -> None:
    assert standings(text, kind, name) == expected


@pytest.mark.parametrize(
    ("text", "out"),
    [
        (SUBSTACK, {"gone@example.com"}),
        (MAILCHIMP_UNSUBSCRIBED, {"out@example.com", "angry@example.com"}),
        (MAILCHIMP_CLEANED, {"dead@example.com"}),
        (LISTMONK, {"out@example.com", "never@example.com"}),
        (BUTTONDOWN,  # who left and came back is known by the type alone, which is Buttondown's
         {"in@example.com", "new@example.com", "out@example.com", "dead@example.com", "angry@example.com",
          "gone@example.com", "spam@example.com"}),
        (GHOST, {"out@example.com", "gone@example.com", "blank@example.com"}),
        (KEILA, {"out@example.com", "dead@example.com"}),
        ("email,unsubscribed\nin@example.com,no\nout@example.com,2024-01-01\n", {"out@example.com"}),
        ("email,subscribed\nin@example.com,yes\nout@example.com,no\n", {"out@example.com"}),
        ("email,subscribed\nin@example.com,x\nout@example.com,\n", {"out@example.com"}),
        ("email,Confirmed\nin@example.com,2024-01-01\nout@example.com,NULL\n", {"out@example.com"}),
        ("email,confirmed,subscribed\nin@example.com,1,\nout@example.com,,\n", {"out@example.com"}),
        ("email,status,verified\nin@example.com,active,\nout@example.com,,\n", {"out@example.com"}),
        ("EMAIL;FIRSTNAME;BLACKLISTED\nin@example.com;Ann;No\nout@example.com;Bob;Yes\n", {"out@example.com"}),
        ("EMAIL;EMAIL BLOCKLISTED;SMS BLOCKLISTED\nin@example.com;false;true\nout@example.com;true;\n",
         {"out@example.com"}),
        ("email,complained_at,bounce_count\nin@example.com,,3\nout@example.com,2024-01-01,0\n", {"out@example.com"}),
        ("email,Opted out of email: News\nin@example.com,\nout@example.com,true\n", {"out@example.com"}),
        ("email,Email hard bounce reason\nin@example.com,\nout@example.com,UNKNOWN_USER\n", {"out@example.com"}),
        ("email,State,Email Suppressions\nin@example.com,CA,[]\nout@example.com,CA,['HARD_BOUNCE']\n",
         {"out@example.com"}),
        ("email,Marked email as spam\nin@example.com,false\nout@example.com,true\n", {"out@example.com"}),
        ("email,Contact Status\nin@example.com,Active\nout@example.com,Do Not Mail\n", {"out@example.com"}),
        ("Email 1,Email Subscriber Status\nin@example.com,Subscribed\nout@example.com,Unsubscribed\n",
         {"out@example.com"}),
        ("email,Hard bounce count\nin@example.com,3\n", set()),
        ("email,subscribed_to_emails\nin@example.com,WAHR\nout@example.com,FALSCH\n", {"out@example.com"}),
        ("email,subscribed,unsubscribed\nin@example.com,1.0,0.0\nout@example.com,0.0,0.0\n", {"out@example.com"}),
        ("邮箱,是否订阅\nin@example.com,✓\nnew@example.com,×\nout@example.com,未订阅\n",
         {"new@example.com", "out@example.com"}),
        ("email,Subscribed\nin@example.com,Yes\nnew@example.com,Pending\nout@example.com,Unsubscribed\n",
         {"new@example.com", "out@example.com"}),
        ("email,email_disabled\nin@example.com,FAUX\nout@example.com,VRAI\n", {"out@example.com"}),
        ("email,left_at\nin@example.com,0000-00-00\nnew@example.com,0001-01-01T00:00:00Z\nout@example.com,2024-01-01\n",
         {"out@example.com"}),
        ("email,Unsubscribed (SMS),Bounced (count)\nin@example.com,yes,3\n", set()),
        ("email,Anti-spam consent,退订方式\nin@example.com,yes,回复T\n", set()),
        ("email,status,Unsubscribe reason\nin@example.com,active,too many\n", set()),
        ("email,created_at,confirmed_at\nin@example.com,2024-01-01,2024-01-01\nout@example.com,2024-01-01,\n",
         {"out@example.com"}),
        ("email,active,confirmed_at\nin@example.com,x,\nout@example.com,,2024-01-01\n", {"out@example.com"}),
        ("email,contact status,Unsubscribed from all email\nin@example.com,Active,\nout@example.com,Active,true\n",
         {"out@example.com"}),
        ("email,Fax Opt Out,Mobile opt out\nin@example.com,1,1\n", set()),
        ("email,Email disabled?\nin@example.com,false\nout@example.com,true\n", {"out@example.com"}),
        ("邮箱（必填）,2、是否已退订：\nin@example.com,未退订\nout@example.com,是\n", {"out@example.com"}),
        ("email,opt_out\nin@example.com,0\nout@example.com,1\n", {"out@example.com"}),
        ("email,Opt-In\nin@example.com,double\nout@example.com,no\n", {"out@example.com"}),
        ("email,Unsubscribe Date\nin@example.com,\nout@example.com,2024-01-01\n", {"out@example.com"}),
        ("E-Mail-Adresse;Abgemeldet\nin@example.com;nein\nout@example.com;ja\n", {"out@example.com"}),
        ("邮箱,是否订阅\nin@example.com,是\nout@example.com,否\n", {"out@example.com"}),
        ("email,state\nin@example.com,CA\nout@example.com,Unsubscribed\n", {"out@example.com"}),
        ("email,status\nin@example.com,active\nout@example.com,cancelled\n", {"out@example.com"}),
        ("email,status,Status\nin@example.com,active,\nout@example.com,active,unsubscribed\n", {"out@example.com"}),
        ("email,opt_out,Opt-Out\nin@example.com,no,no\nout@example.com,no,yes\n", {"out@example.com"}),
        ("email,state,state\nin@example.com,CA,CA\nout@example.com,CA,unsubscribed\n", {"out@example.com"}),
        ("email,member status,Member Status\nin@example.com,VIP,\nout@example.com,VIP,bounced\n",
         {"out@example.com"}),
        ("email,Email\nin@example.com,\n,out@example.com\n", set()),
    ],
)
def test_who_is_out_stays_out_also_when_the_system_is_not_named(text: str, out: set[str]) -> None:
    found = standings(text, "csv")

    assert {address for address, said in found.items() if said != "subscribed"} == out


@pytest.mark.parametrize("kind", SYSTEMS)
def test_who_is_out_stays_out_also_when_another_system_is_named(kind: str) -> None:
    text = LISTMONK.replace("email", SYSTEMS[kind].email[0], 1)

    assert standings(text, kind) == {
        "in@example.com": "subscribed", "out@example.com": "left", "never@example.com": "blocked"}


@pytest.mark.parametrize("link", ["https://example.com/leave/1", "www.example.com/leave/1", "mailto:leave@example.com"])
def test_an_address_by_which_everybody_may_leave_says_of_nobody_that_they_left(link: str) -> None:
    assert standings(f"email,unsubscribe\nin@example.com,{link}\n", "csv") == {
        "in@example.com": "subscribed"}


def test_columns_that_are_left_out_are_told() -> None:
    told: list[Problem] = []

    list(read_rows(io.BytesIO(GHOST.encode()), "ghost", name="members.csv", remark=told.append))

    assert told == [Problem(
        "members.csv", "columns left out: id, note, complimentary plan, stripe customer id, labels, tiers",
        severity="info", rule="whole-file")]


def test_a_column_that_is_only_taken_for_one_of_who_is_out_is_told() -> None:
    told: list[Problem] = []
    text = b"email,UNSUB_REASON,Opted out of email: News\nann@example.com,,true\n"

    list(read_rows(io.BytesIO(text), "csv", name="people.csv", remark=told.append))

    assert [one.message for one in told] == [
        "by their names, these columns say who is out, where no status does: opted out of email: news"]


def test_a_file_whose_name_says_that_everybody_is_out_is_told() -> None:
    told: list[Problem] = []

    list(read_rows(io.BytesIO(b"email\nann@example.com\n"), "csv", name="old/Unsubscribed.csv", remark=told.append))

    assert [one.message for one in told] == ["by the file's name, everybody in it counts as left"]


@pytest.mark.parametrize(("name", "expected"), [
    ("weekly-unsubscribed.csv", "left"), ("2026_unsubscribers.csv", "left"), ("读者退订.csv", "left"),
    ("readers-without-unsubscribed.csv", "subscribed"), ("no_unsubscribes.csv", "subscribed"),
    ("resubscribed.csv", "subscribed"), ("未退订.csv", "subscribed"), ("读者-不含退订.csv", "subscribed"),
    ("readers-minus-unsubscribed.csv", "subscribed"),
    ("cleaned_email_audience_export_1a.csv", "bounced"), ("cleaned-list.csv", "subscribed"),
])
def test_a_name_says_that_everybody_is_out_only_where_it_means_that(name: str, expected: str) -> None:
    assert standings("email\nann@example.com\n", "csv", name) == {"ann@example.com": expected}


@pytest.mark.parametrize(("name", "text", "expected"), [
    ("bounces.csv", "created,email,reason,status\n1443651141,ann@example.com,no such user,5.1.1\n", "bounced"),
    ("suppressions.csv", "EmailAddress,SuppressionReason,Origin\nann@example.com,HardBounce,Recipient\n", "blocked"),
    ("bounces.csv", "address,code,error\nann@example.com,550,no such user\n", "bounced"),
])
def test_whom_a_mail_service_mails_no_more_is_out_by_the_name_of_the_file(
    name: str, text: str, expected: str
) -> None:
    assert standings(text, "csv", name) == {"ann@example.com": expected}


def test_behind_its_beginning_a_name_says_nothing_of_people_whom_a_column_tells_apart() -> None:
    text = "email,status\nin@example.com,active\nout@example.com,unsubscribed\n"

    assert standings(text, "csv", "active-and-unsubscribed.csv") == {
        "in@example.com": "subscribed", "out@example.com": "left"}


@pytest.mark.parametrize("text", [
    "email,state\nann@example.com,Texas\n", "email,confirmed_at\nann@example.com,2024-01-01\n",
    "email,bounced\nann@example.com,no\n"])
def test_a_column_that_says_nothing_of_leaving_tells_nobody_apart_from_those_who_left(text: str) -> None:
    assert standings(text, "csv", "weekly-unsubscribed.csv") == {"ann@example.com": "left"}


@pytest.mark.parametrize("files", [
    ["email,status,unsubscribed_at\nann@example.com,subscribed,\nann@example.com,unsubscribed,2024-01-01\n"],
    ["email\nann@example.com\n", "email,status,unsubscribed_at\nann@example.com,unsubscribed,2024-01-01\n"],
])
def test_a_file_that_names_no_day_of_consent_outweighs_no_leaving(roster: Roster, files: list[str]) -> None:
    for text in files:
        bring(roster, text)

    assert standing(roster) == {"ann@example.com weekly": "left"}


def test_a_consent_of_a_later_day_outweighs_a_leaving(roster: Roster) -> None:
    bring(roster, "email,consent_at\nann@example.com,2025-01-01\n")
    bring(roster, "email,status,unsubscribed_at\nann@example.com,unsubscribed,2024-01-01\n")

    assert standing(roster) == {"ann@example.com weekly": "confirmed"}


@pytest.mark.parametrize(("left_at", "state"), [
    ("2025-01-01", "left"), ("2025年1月1日", "left"), ("9999-12-31", "left"),
    ("2025-01-01 08:00", "confirmed"), ("2024-12-31", "confirmed")])
def test_a_leaving_of_which_only_the_day_is_known_is_not_older_than_a_consent_of_that_day(
    roster: Roster, left_at: str, state: str
) -> None:
    bring(roster, "email,consent_at\nann@example.com,2025-01-01 09:00\n")
    bring(roster, f"email,status,unsubscribed_at\nann@example.com,unsubscribed,{left_at}\n")

    assert standing(roster) == {"ann@example.com weekly": state}


def test_a_row_keeps_name_and_evidence_of_its_system() -> None:
    (mailchimp,) = entries(MAILCHIMP, "mailchimp")
    listmonk = entries(LISTMONK, "listmonk")[0]

    assert mailchimp == Entry(
        parse("in@example.com"), (),
        Evidence("import:mailchimp", network="192.0.2.2", at=datetime(2018, 2, 12, 10, 54, 27, tzinfo=UTC)),
        "Ann Lee")
    assert listmonk == Entry(
        parse("in@example.com"), (), Evidence("import:listmonk", at=datetime(2019, 8, 24, 8, 45, 22, tzinfo=UTC)),
        "Ann Lee")


@pytest.mark.parametrize(("kind", "text"), [
    ("beehiiv", "Email,Status,Created At,Name\nann@example.com,active,2025-03-03 10:00:00 UTC,Ann Lee\n"),
    ("kit", "first_name,last_name,email,state,created_at\nAnn,Lee,ann@example.com,active,2025-03-03T10:00:00Z\n"),
    ("mailerlite", "Subscriber,Subscribed,Unsubscribed,Name,Last name\nann@example.com,2025-03-03 10:00,,Ann,Lee\n"),
    ("phplist", "Email,Is this subscriber blacklisted,Entered,Name\nann@example.com,0,2025-03-03 10:00:00,Ann Lee\n"),
    ("mailchimp", "E-Mail-Adresse,Vorname,Nachname,CONFIRM_TIME\nann@example.com,Ann,Lee,2025-03-03 10:00:00\n"),
])
def test_the_day_of_consent_and_the_name_come_along_from_each_system(kind: str, text: str) -> None:
    assert entries(text, kind) == [Entry(
        parse("ann@example.com"), (), Evidence(f"import:{kind}", at=datetime(2025, 3, 3, 10, tzinfo=UTC)), "Ann Lee")]


def test_when_somebody_left_is_read_whatever_system_is_named() -> None:
    (entry,) = entries("Email,Status,Unsubscribed At\nann@example.com,inactive,2025-11-10 10:10:10 UTC\n", "beehiiv")

    assert (entry.standing, entry.left_at) == (Standing.LEFT, datetime(2025, 11, 10, 10, 10, 10, tzinfo=UTC))


def test_evidence_holds_no_nul_which_postgresql_would_refuse() -> None:
    (entry,) = entries("email,consent_at,consent_source,consent_text\na@example.com,lon\0g ago,pa\0per,I a\0gree\n")

    assert entry.evidence == Evidence("paper", "I agree", note="long ago")


def test_every_known_column_of_plain_csv_is_read() -> None:
    text = (
        "E-Mail;NAME;language;Lists;status;consent_at;Consent-Source;consent_text;left_at;colour\n"
        "ann@example.com;Ann Lee;zh_Hans;weekly, daily;confirmed;2024/1/5 9:30;form;version 3;;red\n"
        "bob@example.com;;not a language;daily;left;last summer;;;2025-02-01T00:00:00+02:00;\n"
    )

    assert entries(text) == [
        Entry(parse("ann@example.com"), ("weekly", "daily"),
              Evidence("form", "version 3", at=datetime(2024, 1, 5, 9, 30, tzinfo=UTC)), "Ann Lee", "zh-Hans"),
        Entry(parse("bob@example.com"), ("daily",), Evidence("import:csv", note="last summer"), "", "",
              Standing.LEFT, datetime(2025, 1, 31, 22, 0, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("written", "at", "note"),
    [
        ("2024-01-05", datetime(2024, 1, 5, tzinfo=UTC), ""),
        ("2024-01-05T09:30:15Z", datetime(2024, 1, 5, 9, 30, 15, tzinfo=UTC), ""),
        ("2024-01-05 09:30:15.123456789 -0800 PST", datetime(2024, 1, 5, 17, 30, 15, tzinfo=UTC), ""),
        ("2024-01-05 09:30:15.123+00", datetime(2024, 1, 5, 9, 30, 15, tzinfo=UTC), ""),
        ("2024-01-05 09:30:15+0530", datetime(2024, 1, 5, 4, 0, 15, tzinfo=UTC), ""),
        ("2024年1月5日", datetime(2024, 1, 5, tzinfo=UTC), ""),
        ("2024.1.5 9:30", datetime(2024, 1, 5, 9, 30, tzinfo=UTC), ""),
        ("2024-02-30", None, "2024-02-30"),
        ("2024-01-05 25:00", None, "2024-01-05 25:00"),
        ("0000-00-00 00:00:00", None, "0000-00-00 00:00:00"),
        ("0001-01-01T00:00:00Z", None, "0001-01-01T00:00:00Z"),
        ("0001-01-01 00:00:00 +1400", None, "0001-01-01 00:00:00 +1400"),
        ("6/18/2026", None, "6/18/2026"),
        ("", None, ""),
    ],
)
def test_an_instant_is_read_or_kept_as_it_was_written(written: str, at: datetime | None, note: str) -> None:
    (entry,) = entries(f"email,consent_at\nann@example.com,{written}\n")

    assert entry.evidence == Evidence("import:csv", at=at, note=note)


@pytest.mark.parametrize(("written", "at", "note"), [
    ("2062-01-05", None, "2062-01-05T00:00:00+00:00"),
    ("{tomorrow}", "{tomorrow}", ""),  # an hour of a zone to the east that the file did not name
])
def test_consent_that_lies_ahead_is_kept_as_a_note_and_is_no_consents_day(
    roster: Roster, written: str, at: str | None, note: str,
) -> None:
    tomorrow = (NOON + timedelta(hours=14)).isoformat()
    bring(roster, f"email,consent_at\nann@example.com,{written.format(tomorrow=tomorrow)}\n")

    (member,) = roster.list_subscribers()
    said = member.subscription
    assert (said.evidence.at, said.evidence.note, said.confirmed_at) == (
        at and datetime.fromisoformat(tomorrow), note, NOON)


def test_header_behind_two_marks_is_known() -> None:
    found = entries("\ufeff\ufeffemail,name\nann@example.com,Ann\n")

    assert [entry.address.wire for entry in found] == ["ann@example.com"]


def test_chinese_headers_are_known() -> None:
    text = "邮箱,姓名,状态\nann@example.com,章北海,已订阅\nbob@example.com,李雷,已退订\n"

    assert [(entry.name, entry.standing) for entry in entries(text)] == [
        ("章北海", Standing.SUBSCRIBED), ("李雷", Standing.LEFT)]


@pytest.mark.parametrize("text", [
    "Members for group weekly\nEmail address,Nickname\nann@example.com,Ann\n",
    "Table 1\nE-Mail;Name;Town\n\nann@example.com;Ann;\n",
    "Readers, and friends\n\n\nName\tEmail\nAnn\tann@example.com\n",
    "#,What's your name?,What's your email?\n1,x,ann@example.com\n",
    "序号,2、您的邮箱：,3、您的姓名（选填）\n1,ann@example.com,Ann\n",
    "First Name,E-mail 1 - Label,E-mail 1 - Value\nAnn,* Home,ann@example.com\n",
    "Your email please,How shall we write?\nann@example.com,Email\n",
    "Email\nAnn <ann@example.com>\n",
    'Email\n"Ann" <ann@example.com>\n',
    '"Name\n(full)",Email\nAnn,ann@example.com\n',
    'Email,Name\n"ann@example.com;",Ann\n',
    "Email,Name\nmailto:ann@example.com,Ann\n",
    "Email,Name\nann＠example.com,Ann\n",
])
@pytest.mark.parametrize("kind", ["csv", "mailchimp"])
def test_a_column_of_addresses_is_found_below_a_title_and_in_a_question(text: str, kind: str) -> None:
    assert [entry.address.wire for entry in entries(text, kind)] == ["ann@example.com"]


@pytest.mark.parametrize("column", ["姓名", "2、您的称呼（选填）", "Nickname"])
def test_a_name_is_found_by_what_forms_call_it(column: str) -> None:
    assert [entry.name for entry in entries(f"邮箱,{column}\nann@example.com,菊\n")] == ["菊"]


def test_a_name_that_stands_before_the_address_is_the_readers_where_no_column_has_one() -> None:
    text = 'email,name\n"Lee, Ann <ann@example.com>",\nBob <bob@example.com>,Robert\n'

    assert [entry.name for entry in entries(text)] == ["Lee, Ann", "Robert"]


def test_below_a_title_rows_keep_their_lines() -> None:
    found = rows("Readers\n\nemail,name\nann@example.com,Ann\n,Bob\n")

    assert [row.line if isinstance(row, Row) else str(row) for row in found] == [
        4, "people.csv:5: the row has no address: write one into it, or leave it out"]


# ---- rows that are none -----------------------------------------------------------------------


def test_a_bad_row_is_named_with_its_line_and_the_others_go_on() -> None:
    text = 'email,name\nann@example.com,"Ann\nLee"\nnobody,N\n\nbob@example.com,Bob\ncarl@example.com,C,r,l\n'

    found = [row.line if isinstance(row, Row) else str(row) for row in rows(text)]

    assert found == [
        2,
        ('people.csv:4: "nobody" is not a mail address (An email address must have an @-sign): '
         "write it like name@example.com"),
        6,
        ("people.csv:7: the row has 4 cells, the header 2: "
         "put quotation marks around a cell that holds the separator"),
    ]


def test_a_status_that_nobody_knows_is_a_problem_and_no_consent() -> None:
    assert rows("email,status\nann@example.com,vip\n") == [
        Problem("people.csv", 'status "vip" is not known', "write confirmed, pending, left, bounced or complained",
                2, rule="status-unknown")]


@pytest.mark.parametrize(("said", "standing"), [
    ("Gold", "subscribed"), ("", "subscribed"), ("inactive", "left"), ("Blocked", "blocked")])
def test_a_status_of_something_else_is_heeded_where_it_says_that_somebody_is_out(said: str, standing: str) -> None:
    found = standings(f"email,member status\nann@example.com,{said}\n", "csv")

    assert found == {"ann@example.com": standing}


ADDRESS_FIRST = ('people.csv:1: the first line has no column "email" but an address: '
                 "write a line above it that names the columns")
NAME_THEM = "name the columns there, or say --from which system the file is"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "people.csv: is empty: export the file again"),
        ("\n\n", "people.csv: is empty: export the file again"),
        ("ann@example.com,Ann\nbob@example.com,Bob\n",
         f"{ADDRESS_FIRST}, such as email,name"),
        ("ann@example.com\nbob@example.com\n",
         f"{ADDRESS_FIRST}, such as email"),
        ('\ufeff\n[{"email": "ann@example.com"}]',
         "people.csv: is JSON: export it as CSV, or save it as CSV, and import that file"),
        ('{"email": "ann@example.com", "status": "left"}\n',
         "people.csv: is JSON: export it as CSV, or save it as CSV, and import that file"),
        ("\nName;Town\nAnn;Venice\n",
         f'people.csv:2: the first line has no column "email" but name, town: {NAME_THEM}'),
        ('"email,name\nann@example.com,Ann\n',
         'people.csv:1: a quotation mark is opened and not closed: close it, or write "" for one inside'),
        ("PK\x03\x04",
         "people.csv: is an archive or a workbook: unpack it, or save the sheet as CSV, and import that file"),
    ],
)
def test_a_file_that_is_no_table_of_people_is_refused_in_one_line(text: str, line: str) -> None:
    with pytest.raises(AudienceError) as refusal:
        rows(text)

    assert str(refusal.value) == line


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as refusal:
        list(read_rows(tmp_path / "none.csv", "csv"))

    assert str(refusal.value) == f"{tmp_path}/none.csv: cannot be read (No such file or directory): name a CSV file"


def test_a_file_is_read_from_its_path_and_from_a_pipe_alike(tmp_path: Path) -> None:
    text = "email,name\nann@example.com,章北海\n".encode("utf-16")
    path = tmp_path / "people.csv"
    path.write_bytes(text)
    out, into = os.pipe()
    os.write(into, text)
    os.close(into)

    with os.fdopen(out, "rb") as pipe:
        from_pipe = list(read_rows(pipe, "csv"))

    assert [(row.path, row.line, row.entry.name) for row in from_pipe if isinstance(row, Row)] == [
        ("standard input", 2, "章北海")]
    assert [(row.path, row.line, row.entry.name) for row in read_rows(path, "csv") if isinstance(row, Row)] == [
        (str(path), 2, "章北海")]


def test_a_file_may_be_left_half_read(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email\nann@example.com\nbob@example.com\n")

    first = next(read_rows(path, "csv"))

    assert isinstance(first, Row)
    assert first.entry.address == parse("ann@example.com")


# ---- writing down -----------------------------------------------------------------------------

MIXED = """\
email,name,lists,status
ann@example.com,Ann,,
ANN@example.com,Ann,,confirmed
bob@example.com,Bob,daily,
nobody,,,
out@example.com,,,unsubscribed
dead@example.com,,,bounced
sue@example.com,,monthly,
ann@example.com,,daily,
left@example.com,,,
pen@example.com,,,pending
"""
COUNTS = Result(added=3, known=1, invalid=2, kept_out=4, problems=(
    Problem("people.csv", '"nobody" is not a mail address (An email address must have an @-sign)',
            "write it like name@example.com", 5, rule="address-invalid"),
    Problem("people.csv", 'list "monthly" is not in config.yaml', "add it there, or use --list", 8,
            rule="list-unknown"),
    Problem("people.csv", "left@example.com is kept out: left the list here",
            "`avviso subscribers add left@example.com --ask` writes to them, and their own yes lets them in", 10,
            rule="kept-out"),
    Problem("people.csv", "pen@example.com is kept out: never confirmed there",
            "`--ask` writes to them, and their own yes lets them in", 11, rule="kept-out"),
))


def someone_left(roster: Roster) -> None:
    left = parse("left@example.com")
    roster.add(left, ["weekly"], Evidence("command"), NOON)
    roster.leave(1, "weekly", "unsubscribed", NOON)


def test_each_row_is_counted_once_and_the_good_ones_are_in(roster: Roster) -> None:
    someone_left(roster)

    result = bring(roster, MIXED)

    assert result == COUNTS
    assert standing(roster) == {
        "left@example.com weekly": "left", "ann@example.com weekly": "confirmed", "ann@example.com daily": "confirmed",
        "bob@example.com daily": "confirmed", "out@example.com weekly": "left"}
    assert [one.address for one in roster.suppressions()] == ["dead@example.com"]


def test_a_dry_run_counts_alike_and_changes_nothing(roster: Roster) -> None:
    someone_left(roster)
    before = list(roster.list_subscribers())

    assert bring(roster, MIXED, dry_run=True) == COUNTS
    assert list(roster.list_subscribers()) == before
    assert list(roster.suppressions()) == []


def test_a_dry_run_finds_duplicates_across_batches_as_the_import_does(roster: Roster) -> None:
    people = [f"r{n}@example.com," for n in range(PAGE + 10)]
    text = "\n".join(["email,status", "gone@example.com,left", *people, "R0@example.com,", "r1@example.com,left",
                      "r1@example.com,", "x@example.com,bounced", *people[:3], "x@example.com,", "gone@example.com,"])

    dry = bring(roster, text, dry_run=True)
    wet = bring(roster, text)

    assert dry == wet == Result(added=PAGE + 10, known=3, invalid=0, kept_out=7, problems=wet.problems)
    assert [one.message for one in wet.problems] == [
        "r1@example.com is kept out: left the list here", "r1@example.com is kept out: left the list here",
        "x@example.com is kept out: suppressed here", "gone@example.com is kept out: left the list here"]


def test_a_dry_run_keeps_out_whom_the_book_keeps_out(roster: Roster) -> None:
    roster.suppress(parse("dead@example.com"), "bounce hard", "test", NOON)
    roster.add(parse("gone@example.com"), ["weekly"], Evidence("test"), NOON)
    roster.leave(1, "weekly", "unsubscribed", NOON)
    text = "email\ndead@example.com\ngone@example.com\nnew@example.com\n"

    dry = bring(roster, text, dry_run=True)

    assert [one.message for one in dry.problems] == [
        "dead@example.com is kept out: suppressed here", "gone@example.com is kept out: left the list here"]
    assert bring(roster, text) == dry == Result(added=1, known=0, invalid=0, kept_out=2, problems=dry.problems)


def test_importing_twice_changes_nothing_the_second_time(roster: Roster) -> None:
    bring(roster, MIXED)
    before = (list(roster.list_subscribers()), list(roster.suppressions()))

    second = bring(roster, MIXED)

    assert (second.added, second.known, second.invalid, second.kept_out) == (0, 5, 2, 3)
    assert (list(roster.list_subscribers()), list(roster.suppressions())) == before


def test_a_list_for_all_rows_and_how_they_agreed_are_written_down(roster: Roster) -> None:
    bring(roster, "email,lists\nann@example.com,weekly\n", into="daily")

    (said,) = roster.subscriptions(1)
    assert (said.list, said.confirmed_at) == ("daily", NOON)
    assert said.evidence == Evidence("import:csv", "signed up at the fair")


WAITING = "email,status\nann@example.com,\npen@example.com,pending\n"


def test_with_asking_everybody_waits_for_their_own_confirmation(roster: Roster) -> None:
    asked: list[str] = []

    dry = bring(roster, WAITING, asked=asked, dry_run=True)
    nobody = list(asked)
    result = bring(roster, WAITING, asked=asked)

    assert (dry, nobody) == (result, [])
    assert (result.added, result.kept_out, asked) == (2, 0, ["ann@example.com", "pen@example.com"])
    assert standing(roster) == {"ann@example.com weekly": "pending", "pen@example.com weekly": "pending"}


def test_of_very_many_problems_the_first_are_shown_and_the_others_counted(roster: Roster) -> None:
    result = bring(roster, "email\n" + "nobody\n" * (KEPT_PROBLEMS + 5))

    assert (result.invalid, len(result.problems)) == (KEPT_PROBLEMS + 5, KEPT_PROBLEMS + 1)
    assert str(result.problems[-1]) == "invalid or kept out: 5 more rows: mend these first and import again"


def test_rows_without_an_address_are_counted_and_told_in_one_line(roster: Roster) -> None:
    result = bring(roster, "name,email\nAnn,\nBob,nobody\nCarl,\nDora,dora@example.com\n")

    assert (result.added, result.invalid) == (1, 3)
    assert [str(one) for one in result.problems] == [
        ('people.csv:3: "nobody" is not a mail address (An email address must have an @-sign): '
         "write it like name@example.com"),
        "people.csv:2: the row has no address, like 1 other: write one into it, or leave it out"]


def test_pages_that_are_written_wait_for_no_search_for_garbage(roster: Roster) -> None:
    """Searches are rare in a command, so what is left in a cycle is memory that grows with the file."""
    def pages() -> int:
        return sum(type(one) is list and len(one) == PAGE for one in gc.get_objects())

    gc.collect()
    before = pages()
    gc.disable()
    try:
        bring(roster, "email\n" + "".join(f"reader{n}@example.com\n" for n in range(3 * PAGE)))
        left = pages() - before
    finally:
        gc.enable()

    assert left == 0


def test_the_command_offers_every_system_that_is_known() -> None:
    assert sorted(OFFERED) == sorted(SYSTEMS)
