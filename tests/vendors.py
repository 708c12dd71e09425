"""What each service does with a request, as its documentation has it: the shapes it takes, the answers it gives.

Addresses decide: `gone@` is a reader the service refuses, and what is no address is refused as each service
does it. A request of another shape than the documented one is noted among the `oddities`, and refused.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any, ClassVar

from tests.standins import Reply, Request

KEY = "key-0123456789"
_ADDRESS = re.compile(r'(?:[\w.!#$%&\'*+/=?^`{|}~-]+|"[^"\\\r\n]*")@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?')


@dataclass(frozen=True)
class Mail:
    """A mail that a service took: to whom, our key, and what the reader gets of it."""

    recipient: str
    key: str
    headers: Mapping[str, str]
    subject: str = ""
    html: str = ""
    text: str = ""
    mime: bytes = b""


class Odd(Exception):
    """A request that the documentation does not know."""


class Vendor:
    """What all have in common: they count ids, check shapes and keep what they took."""

    account: ClassVar[tuple[str, dict[str, Any]]] = "", {}  # where it tells about an account, and what of a good one

    def __init__(self) -> None:
        self.standing = copy.deepcopy(self.account[1])
        self.mails: list[Mail] = []
        self.oddities: list[str] = []
        self._ids = itertools.count(1)

    def answer(self, request: Request) -> Reply:
        try:
            return self.respond(request)
        except Odd as error:
            self.oddities.append(str(error))
            return Reply(400, {"message": f"odd: {error}"})

    def respond(self, request: Request) -> Reply:
        raise NotImplementedError

    def asks_for_account(self, request: Request) -> bool:
        return (request.method, request.path) == ("GET", self.account[0])

    def new_id(self) -> str:
        return f"{next(self._ids):08d}-id"


def need(condition: object, what: str) -> None:
    if not condition:
        raise Odd(what)


def shape(document: Any, needed: Mapping[str, type], allowed: Mapping[str, type] | None = None) -> dict[str, Any]:
    """The object, if it has all that is needed, and nothing that is not known."""
    need(isinstance(document, dict), f"not an object: {str(document)[:80]}")
    known = {**needed, **(allowed or {})}
    for name, value in document.items():
        need(name in known, f"unknown key {name}")
        need(isinstance(value, known[name]), f"{name} is a {type(value).__name__}")
    need(needed.keys() <= document.keys(), f"without {needed.keys() - document.keys()}")
    return dict(document)


def address_in(mailbox: str) -> str:
    """`"Name" <address>` or an address alone."""
    return parseaddr(mailbox)[1] if mailbox.endswith(">") and mailbox.startswith('"') else mailbox


def is_address(text: str) -> bool:
    return bool(_ADDRESS.fullmatch(text)) and len(text) <= 320


def mime_mail(recipient: str, key: str, content: bytes) -> Mail:
    parsed = message_from_bytes(content, policy=SMTP)
    return Mail(recipient, key, {name: str(value) for name, value in parsed.items()}, mime=content)


class PostmarkApi(Vendor):
    """postmarkapp.com/developer/api/email-api and messages-api."""

    account = "/server", {"ID": 1, "Name": "letters", "DeliveryType": "Live", "SmtpApiActivated": True}

    def respond(self, request: Request) -> Reply:
        if request.headers.get("x-postmark-server-token") != KEY:
            return Reply(401, {"ErrorCode": 10, "Message": "No Account or Server API tokens were supplied."})
        if self.asks_for_account(request):
            return Reply(200, self.standing)
        if request.path == "/messages/outbound":
            return self._search(request.query)
        need((request.method, request.path) == ("POST", "/email/batch"), f"{request.method} {request.path}")
        need(len(request.document) <= 500 and len(request.body) <= 50_000_000, "too large a batch")
        return Reply(200, [self._take(one) for one in request.document])

    def _take(self, one: Any) -> dict[str, Any]:
        mail = shape(one, {"From": str, "To": str, "Subject": str, "MessageStream": str}, {
            "HtmlBody": str, "TextBody": str, "ReplyTo": str, "Headers": list, "Metadata": dict, "TrackOpens": bool,
            "TrackLinks": str, "Tag": str})
        headers = {shape(field, {"Name": str, "Value": str})["Name"]: field["Value"] for field in mail["Headers"]}
        need(all(len(name) <= 20 and len(value) <= 80 for name, value in mail["Metadata"].items()), "long metadata")
        need(headers.get("X-PM-KeepID") == "true", "our Message-ID would be lost")
        address = address_in(mail["To"])
        if not is_address(address):
            return {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{mail['To'][:40]}'."}
        if address.startswith("gone@"):
            return {"ErrorCode": 406, "Message": "You tried to send to recipient(s) that have been marked as inactive."}
        self.mails.append(Mail(address, mail["Metadata"]["avviso"], {**headers, "From": mail["From"], "To": mail["To"]},
                               mail["Subject"], mail["HtmlBody"], mail["TextBody"]))
        return {"To": mail["To"], "SubmittedAt": "2026-03-24T12:00:00Z", "MessageID": self.new_id(), "ErrorCode": 0,
                "Message": "OK"}

    def _search(self, query: Mapping[str, str]) -> Reply:
        need({"count", "offset"} <= query.keys(), "count and offset are needed")
        found = [mail for mail in self.mails if mail.key == query.get("metadata_avviso")]
        return Reply(200, {"TotalCount": len(found), "Messages": [
            {"MessageID": "found-id", "Status": "Sent", "Recipients": [mail.recipient]} for mail in found[:1]]})


class MailgunApi(Vendor):
    """documentation.mailgun.com: messages.mime and events."""

    account = "/v4/domains/mg.example.com", {
        "domain": {"name": "mg.example.com", "state": "active", "is_disabled": False},
        "sending_dns_records": [
            {"record_type": "TXT", "name": "mg.example.com", "value": "v=spf1 include:x ~all", "valid": "valid"},
            {"record_type": "TXT", "name": "pic._domainkey.mg.example.com", "value": "k=rsa; p=MII", "valid": "valid"}]}

    def respond(self, request: Request) -> Reply:
        login = "Basic " + base64.b64encode(f"api:{KEY}".encode()).decode()
        if request.headers.get("authorization") != login:
            return Reply(401, b"Forbidden")
        if self.asks_for_account(request):
            return Reply(200, self.standing)
        if request.path == "/v3/mg.example.com/events":
            found = [mail for mail in self.mails if mail.headers["Message-ID"] == f"<{request.query['message-id']}>"]
            ids = [mail.headers["Message-ID"].strip("<>") for mail in found]
            items = [{"event": "accepted", "message": {"headers": {"message-id": one}}} for one in ids]
            return Reply(200, {"items": items[:int(request.query["limit"])], "paging": {}})
        need((request.method, request.path) == ("POST", "/v3/mg.example.com/messages.mime"), request.path)
        form = _form(request)
        if "to" not in form:
            return Reply(400, {"message": "to parameter is missing"})
        need({"to", "message"} <= form.keys() <= {"to", "message", "o:tracking", "v:avviso"}, f"{form.keys()}")
        to = form["to"].decode()
        if not is_address(to) or to.startswith("gone@"):
            return Reply(400, {"message": "'to' parameter is not a valid address. please check documentation"})
        self.mails.append(mime_mail(to, form["v:avviso"].decode(), form["message"]))
        return Reply(200, {"id": self.mails[-1].headers["Message-ID"], "message": "Queued. Thank you."})


def _form(request: Request) -> dict[str, bytes]:
    """multipart/form-data."""
    boundary = re.search(r'boundary="?([^";]+)', request.headers["content-type"])
    need(boundary, "no boundary")
    assert boundary is not None
    found = {}
    for part in request.body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]+)"', head)
        assert name is not None
        found[name[1].decode()] = value.removesuffix(b"\r\n")
    return found


class SendGridApi(Vendor):
    """www.twilio.com/docs/sendgrid/api-reference: mail/send and messages."""

    account = "/v3/scopes", {"scopes": ["mail.send", "2fa_required"]}

    reserved = frozenset({"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "to", "from", "subject",
                          "content-transfer-encoding", "reply-to", "cc", "bcc"})

    def respond(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Reply(401, {"errors": [{"message": "Permission denied, wrong credentials", "field": None}]})
        if self.asks_for_account(request):
            return Reply(200, self.standing)
        if request.path == "/v3/messages":
            wanted = re.fullmatch(r"unique_args\['avviso'\]=\"(.+)\"", request.query["query"])
            need(wanted, "a query that is none")
            found = [mail for mail in self.mails if wanted and mail.key == wanted[1]]
            return Reply(200, {"messages": [{"msg_id": "found-id", "status": "delivered"} for _ in found[:1]]})
        need((request.method, request.path) == ("POST", "/v3/mail/send"), request.path)
        mail = shape(request.document, {"personalizations": list, "from": dict, "subject": str, "content": list},
                     {"headers": dict, "reply_to": dict, "tracking_settings": dict})
        (one,) = mail["personalizations"]
        shape(one, {"to": list}, {"custom_args": dict})
        (to,) = one["to"]
        shape(to, {"email": str}, {"name": str})
        need(not {name.lower() for name in mail["headers"]} & self.reserved, "a reserved header")
        need([part["type"] for part in mail["content"]] == ["text/plain", "text/html"], "content out of order")
        if not is_address(to["email"]) or to["email"].startswith("gone@"):
            return Reply(400, {"errors": [{"message": "Does not contain a valid address.", "help": "",
                                           "field": "personalizations.0.to.0.email"}]})
        self.mails.append(Mail(to["email"], one["custom_args"]["avviso"], mail["headers"], mail["subject"],
                               mail["content"][1]["value"], mail["content"][0]["value"]))
        return Reply(202, b"", {"X-Message-Id": self.new_id()})


class ResendApi(Vendor):
    """resend.com/docs: emails, emails/batch, idempotency keys, errors."""

    account = "/domains", {"object": "list", "data": [{"id": "d", "name": "example.com", "status": "verified"}]}

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, tuple[str, Reply]] = {}

    def respond(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Reply(403, {"statusCode": 403, "name": "invalid_api_key", "message": "API key is invalid"})
        if self.asks_for_account(request):
            return Reply(200, self.standing)
        need(request.method == "POST" and request.path in ("/emails", "/emails/batch"), request.path)
        key, digest = request.headers["idempotency-key"], hashlib.sha256(request.body).hexdigest()
        need(1 <= len(key) <= 256, "a key of the wrong length")
        if key in self._seen:
            before, reply = self._seen[key]
            return reply if before == digest else Reply(409, {
                "statusCode": 409, "name": "invalid_idempotent_request", "message": "Same key, other payload."})
        reply = self._take_one(request) if request.path == "/emails" else self._take_all(request)
        if reply.status == 200:
            self._seen[key] = digest, reply
        return reply

    def _take_one(self, request: Request) -> Reply:
        words = self._take(request.document)
        return Reply(422, {"statusCode": 422, "name": "validation_error", "message": words}) if words else \
            Reply(200, {"id": self.new_id()})

    def _take_all(self, request: Request) -> Reply:
        need(1 <= len(request.document) <= 100, "too many")
        need(request.headers.get("x-batch-validation") == "permissive", "strict")
        words = [self._take(one) for one in request.document]
        return Reply(200, {"data": [{"id": self.new_id()} for one in words if not one],
                           "errors": [{"index": n, "message": one} for n, one in enumerate(words) if one]})

    def _take(self, one: Any) -> str:
        mail = shape(one, {"from": str, "to": list, "subject": str},
                     {"html": str, "text": str, "headers": dict, "reply_to": list, "tags": list})
        need(all(re.fullmatch(r"[\w-]{1,256}", tag["value"], re.ASCII) for tag in mail["tags"]), "a tag of other signs")
        address = address_in(mail["to"][0])
        if not is_address(address) or address.startswith("gone@"):
            return "Invalid `to` field. The email address needs to follow the `email@example.com` format."
        self.mails.append(Mail(address, mail["headers"]["X-Avviso-Delivery"], mail["headers"], mail["subject"],
                               mail["html"], mail["text"]))
        return ""


class BrevoApi(Vendor):
    """developers.brevo.com: sendtransacemail, with an idempotency key."""

    account = "/v3/account", {"email": "a@example.com", "relay": {"enabled": True}, "plan": [
        {"type": "free", "creditsType": "sendLimit", "credits": 297},
        {"type": "sms", "creditsType": "sms", "credits": 0}]}

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[str] = set()

    def forget_keys(self) -> None:
        """Its half hour is over."""
        self._seen.clear()

    def respond(self, request: Request) -> Reply:
        if request.headers.get("api-key") != KEY:
            return Reply(401, {"code": "unauthorized", "message": "Key not found"})
        if self.asks_for_account(request):
            return Reply(200, self.standing)
        need((request.method, request.path) == ("POST", "/v3/smtp/email"), request.path)
        mail = shape(request.document, {"sender": dict, "to": list, "subject": str, "htmlContent": str},
                     {"textContent": str, "headers": dict, "replyTo": dict})
        key = mail["headers"]["idempotencyKey"]
        need(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", key), "the key is no UUID")
        if key in self._seen:
            return Reply(400, {"code": "duplicate_request", "message": "This idempotencyKey was processed"})
        (to,) = mail["to"]
        if not is_address(to["email"]) or to["email"].startswith("gone@"):
            return Reply(400, {"code": "invalid_parameter", "message": "email is not valid in to"})
        self._seen.add(key)
        self.mails.append(Mail(to["email"], mail["headers"]["X-Avviso-Delivery"], mail["headers"], mail["subject"],
                               mail["htmlContent"], mail["textContent"]))
        return Reply(201, {"messageId": f"<{self.new_id()}@smtp-relay.example.com>"})


class SesApi(Vendor):
    """docs.aws.amazon.com/ses/latest/APIReference-V2: SendEmail. The signature is checked by Amazon's own code."""

    account = "/v2/email/account", {
        "ProductionAccessEnabled": True, "SendingEnabled": True, "EnforcementStatus": "HEALTHY",
        "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 120.0}}

    def respond(self, request: Request) -> Reply:
        if not _is_signed(request):
            return _amazon(403, "InvalidSignatureException", "The request signature we calculated does not match.")
        if self.asks_for_account(request):
            return Reply(200, self.standing)
        need((request.method, request.path) == ("POST", "/v2/email/outbound-emails"), request.path)
        mail = shape(request.document, {"Content": dict}, {"Destination": dict, "EmailTags": list,
                                                           "ConfigurationSetName": str})
        (to,) = shape(mail["Destination"], {"ToAddresses": list})["ToAddresses"]
        tags = {tag["Name"]: tag["Value"] for tag in mail["EmailTags"]}
        if not is_address(to) or to.startswith("gone!"):
            return _amazon(400, "BadRequestException", "Illegal address")
        content = base64.b64decode(mail["Content"]["Raw"]["Data"], validate=True)
        self.mails.append(mime_mail(to, tags["avviso"], content))
        return Reply(200, {"MessageId": self.new_id()})


def _amazon(status: int, code: str, words: str) -> Reply:
    return Reply(status, {"message": words}, {"x-amzn-ErrorType": f"{code}:http://internal.example.com/"})


def _is_signed(request: Request) -> bool:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    given = request.headers.get("authorization", "")
    names = re.search(r"SignedHeaders=([^,]+)", given)
    if not names or not {"host", "x-amz-date"} <= set(names[1].split(";")):
        return False
    signed = {name: request.headers[name] for name in names[1].split(";")}
    address = f"http://{request.headers['host']}{request.path}"
    again = AWSRequest(request.method, address, headers=signed, data=request.body)
    again.context["timestamp"] = request.headers["x-amz-date"]
    auth = SigV4Auth(Credentials("AKIDEXAMPLE", KEY), "ses", "eu-west-1")
    return given.endswith(auth.signature(auth.string_to_sign(again, auth.canonical_request(again)), again))


class AnyApi(Vendor):
    """A service of the long tail, with a key header of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[str] = set()

    def respond(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Reply(401, {"error": "who are you"})
        mail = request.document
        key = request.headers["idempotency-key"]
        if key not in self._seen:
            self._seen.add(key)
            self.mails.append(Mail(mail["to"], key, mail["headers"], mail["subject"], mail["html"], mail["text"]))
        return Reply(200, {"data": [{"id": self.new_id()}]})


# How each kind is set up for its api: what config.yaml would say, without `kind` and `url`.
APIS: dict[str, tuple[type[Vendor], dict[str, Any]]] = {
    "ses": (SesApi, {"region": "eu-west-1", "access_key_id": "AKIDEXAMPLE", "secret_access_key": KEY}),
    "postmark": (PostmarkApi, {"api_key": KEY}),
    "mailgun": (MailgunApi, {"api_key": KEY, "domain": "mg.example.com"}),
    "sendgrid": (SendGridApi, {"api_key": KEY}),
    "resend": (ResendApi, {"api_key": KEY}),
    "resend-batch": (ResendApi, {"api_key": KEY, "batch": True}),
    "brevo": (BrevoApi, {"api_key": KEY}),
    "http": (AnyApi, {
        "headers": {"authorization": f"Bearer {KEY}"}, "id": "data.0.id", "idempotency": "Idempotency-Key",
        "body": '{"to": "{recipient}", "subject": "{subject}", "html": "{html}", "text": "{text}", '
                '"headers": "{headers}"}'}),
}


class Platform(Vendor):
    """A service that owns the readers: `broadcasts` has every one that was made, as its own interface shows it."""

    def __init__(self) -> None:
        super().__init__()
        self.broadcasts: list[dict[str, Any]] = []

    @property
    def sent(self) -> list[dict[str, Any]]:
        """Those that went to the readers."""
        return [one for one in self.broadcasts if one["sent"]]

    def texts(self, one: dict[str, Any]) -> tuple[str, str, str]:
        """Subject, page and text of a broadcast, as its readers get them; no text where the service makes its own."""
        page = one["body"].removeprefix("<!-- buttondown-editor-mode: fancy -->")
        return one["subject"], page, one.get("altbody", "")

    def find(self, id_: str) -> dict[str, Any]:
        return next(one for one in self.broadcasts if str(one["id"]) == id_)


class ButtondownApi(Platform):
    """github.com/buttondown/openapi: emails."""

    def respond(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Token {KEY}":
            return Reply(403, {"detail": "Invalid token."})
        if (request.method, request.path) == ("GET", "/v1/emails"):
            need(request.query["ordering"] == "-creation_date", "out of order")
            shown = [{name: one[name] for name in ("id", "status", "subject", "metadata")} for one in self.broadcasts]
            return Reply(200, {"count": len(shown), "results": shown[::-1]})
        if request.method == "PATCH":
            one = self.find(request.path.rpartition("/")[2])
            one |= shape(request.document, {"status": str}) | {"sent": True, "status": "in_flight"}
            return Reply(200, {"id": one["id"], "status": one["status"]})
        need((request.method, request.path) == ("POST", "/v1/emails"), request.path)
        mail = shape(request.document, {"subject": str, "body": str, "status": str},
                     {"template": str, "metadata": dict})
        need(mail["status"] == "draft" and mail["template"] == "naked", "would go out at once")
        self.broadcasts.append({"id": self.new_id(), "sent": False, **mail})
        return Reply(201, {"id": self.broadcasts[-1]["id"], "status": "draft"})


class ListmonkApi(Platform):
    """listmonk.app/docs/apis/campaigns, and cmd/campaigns.go, which differs: it filters by `tag`."""

    def respond(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"token bot:{KEY}":
            return Reply(403, {"message": "invalid session"})
        if (request.method, request.path) == ("GET", "/api/campaigns"):
            found = [one for one in self.broadcasts if request.query.get("tag", one["tags"][0]) in one["tags"]]
            page = found[::-1][:int(request.query.get("per_page", 20))]
            return Reply(200, {"data": {"results": page, "total": len(found)}})
        if request.method == "PUT":
            one = self.find(request.path.split("/")[3])
            need(shape(request.document, {"status": str})["status"] == "running", "not started")
            if one["status"] != "draft":
                return Reply(400, {"message": "Only paused campaigns and drafts can be started"})
            one |= {"status": "running", "sent": True}
            return Reply(200, {"data": one})
        need((request.method, request.path) == ("POST", "/api/campaigns"), request.path)
        mail = shape(request.document, {"name": str, "subject": str, "lists": list, "type": str, "content_type": str,
                                        "body": str},
                     {"altbody": str, "from_email": str, "messenger": str, "template_id": int, "tags": list})
        need(mail["lists"] == [3], "another list")
        self.broadcasts.append({"id": next(self._ids), "status": "draft", "sent": False, **mail})
        return Reply(200, {"data": self.broadcasts[-1]})


class MailchimpApi(Platform):
    """mailchimp.com/developer/marketing/api: campaigns."""

    def texts(self, one: dict[str, Any]) -> tuple[str, str, str]:
        return one["settings"]["subject_line"], one["content"]["html"], one["content"]["plain_text"]

    def respond(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Reply(401, {"title": "API Key Invalid", "detail": "Your API key may be invalid."})
        id_ = request.path.split("/")[3] if request.path.count("/") > 2 else ""
        if request.method == "GET":
            shown = [{name: one[name] for name in ("id", "status", "settings")} for one in self.broadcasts]
            return Reply(200, {"campaigns": shown[::-1]})
        if request.method == "PUT":
            self.find(id_)["content"] = shape(request.document, {"html": str}, {"plain_text": str})
            return Reply(200, {"html": "", "plain_text": ""})
        if request.path.endswith("/actions/send"):
            one = self.find(id_)
            need("content" in one, "nothing to send")
            if one["status"] != "save":
                return Reply(400, {"title": "Bad Request", "detail": "This campaign has been sent."})
            one |= {"status": "sending", "sent": True}
            return Reply(204, b"")
        need(request.path == "/3.0/campaigns", request.path)
        mail = shape(request.document, {"type": str, "recipients": dict, "settings": dict}, {"tracking": dict})
        shape(mail["settings"], {"subject_line": str, "title": str, "from_name": str, "reply_to": str})
        self.broadcasts.append({"id": self.new_id(), "status": "save", "sent": False, **mail})
        return Reply(200, {"id": self.broadcasts[-1]["id"], "status": "save"})


class KitApi(Platform):
    """developers.kit.com/api-reference/broadcasts; a change takes what it does not name back to the default."""

    _whole: ClassVar[dict[str, type]] = {"subject": str, "content": str, "description": str}

    def texts(self, one: dict[str, Any]) -> tuple[str, str, str]:
        return one["subject"], one["content"], ""

    def respond(self, request: Request) -> Reply:
        if request.headers.get("x-kit-api-key") != KEY:
            return Reply(401, {"errors": ["The access token is invalid"]})
        if request.method == "GET":
            return Reply(200, {"broadcasts": [
                {name: one[name] for name in ("id", "subject", "description", "content", "public", "send_at", "status")}
                for one in self.broadcasts[::-1]]})
        if request.method == "PUT":
            one = self.find(request.path.rpartition("/")[2])
            change = shape(request.document, {"public": bool},
                           {**self._whole, "send_at": str, "published_at": str, "email_template_id": int})
            if change["public"] and change.get("send_at"):
                change |= {"sent": True, "status": "scheduled"}
            one |= dict.fromkeys((*self._whole, "email_template_id")) | change
            return Reply(200, {"broadcast": one})
        need((request.method, request.path) == ("POST", "/v4/broadcasts"), request.path)
        mail = shape(request.document, {**self._whole, "public": bool, "send_at": type(None)},
                     {"email_template_id": int})
        need(not mail["public"], "on the account's pages already")
        self.broadcasts.append({"id": next(self._ids), "sent": False, "status": "draft", **mail})
        return Reply(201, {"broadcast": self.broadcasts[-1]})


PLATFORMS: dict[str, tuple[type[Platform], dict[str, Any]]] = {
    "buttondown": (ButtondownApi, {"api_key": KEY}),
    "listmonk": (ListmonkApi, {"api_key": KEY, "username": "bot", "list": 3}),
    "mailchimp": (MailchimpApi, {"api_key": KEY, "list": "a1b2c3d4e5"}),
    "kit": (KitApi, {"api_key": KEY}),
}
