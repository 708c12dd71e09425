"""Every route as everybody: nobody, a forger, the holder of each kind of link, another reader. Deny by default."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.audience.tokens import LIFETIMES, KeyRing, Purpose
from tests.readers import House
from tests.unit.web.test_keeping import dump, mail
from tools import reference

ROUTES = [(method, path) for method, path, *_ in reference.web_routes()]
# Whose link opens which page; the letters' two buttons have one.
OPENED_BY = {"confirm": {Purpose.CONFIRM, Purpose.MOVE}, "unsubscribe": {Purpose.UNSUBSCRIBE},
             "preferences": {Purpose.PREFERENCES}, "view": {Purpose.VIEW}}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.add("ada@example.com", name="Ada")
    mail(house)
    house.ask("bo@example.com")
    return house


def token(house: House, purpose: Purpose, id_: int, ring: KeyRing | None = None) -> str:
    about = {Purpose.VIEW: "1", Purpose.MOVE: "0" * 32}.get(purpose, "weekly")
    issued = house.clock.now() if purpose in LIFETIMES else None
    return (ring or house.app.ring).sign(purpose, id_, about, issued=issued)


def callers(house: House) -> dict[str, str]:
    """Everybody who might stand at the door, by what they hold."""
    foreign = KeyRing((b"somebody else's!",))
    held = {"nothing": "x", "admin": "admin", "longest": "A" * 2000}
    held |= {f"a forged {purpose} link": token(house, purpose, 1, foreign) for purpose in Purpose}
    held |= {f"a {purpose} link of nobody": token(house, purpose, 4711) for purpose in Purpose}
    return held | {f"a {purpose} link": token(house, purpose, 2 if purpose is Purpose.CONFIRM else 1)
                   for purpose in Purpose}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_route_opens_to_its_own_proof_alone(house: House, method: str, path: str) -> None:
    page = path.split("/")[1]
    form = {"action": "export"} if method == "POST" else None
    answers = {held: house.client.request(method, path.format(token=proof, provider=proof, path="nowhere"), data=form)
               for held, proof in callers(house).items()}
    opened = {held for held, answer in answers.items() if answer.status_code < 400}
    refused = {answer.status_code for held, answer in answers.items() if held not in opened}

    if "{token}" in path:
        own = {f"a {purpose} link" for purpose in OPENED_BY[page]}
        # What is shown before the ledger is asked, and what leaves for good, does not say whether there is a reader.
        blind = {f"a {purpose} link of nobody" for purpose in OPENED_BY[page]} if (
            page == "unsubscribe" or (page, method) == ("confirm", "GET")) else set()
        changed = {"a move link"} if (page, method) == ("confirm", "POST") else set()  # no letter was ever written
        assert (opened, refused) == ((own | blind) - changed, {404})
    elif "{provider}" in path:
        assert (opened, refused) == (set(), {404})  # none is set up
    elif "{path}" in path or path == "/metrics":  # figures are for the house alone
        assert (opened, refused) == (set(), {404})
    else:
        assert refused == set()  # anybody may


@pytest.mark.parametrize("path", sorted({path for _, path in ROUTES}))
def test_methods_that_are_not_in_the_table_are_refused_and_change_nothing(house: House, path: str) -> None:
    known = {method for method, one in ROUTES if one == path}
    known |= {"HEAD"} if "GET" in known else set()
    before = dump(house)

    answers = [house.client.request(method, path.format(
        token=token(house, Purpose.UNSUBSCRIBE, 1), provider="ses", path="x"))
        for method in METHODS if method not in known]

    assert {answer.status_code for answer in answers} <= {404, 405}
    assert {answer.headers["allow"] for answer in answers if answer.status_code == 405} <= {", ".join(sorted(known))}
    assert dump(house) == before


@pytest.mark.parametrize("path", ["/admin", "/admin/login", "/login", "/api", "/hooks", "/hooks/", "/confirm/",
                                  "/unsubscribe/", "/preferences/", "/view/", "/subscribe/x", "/.env", "/var/avviso.db",
                                  "/config.yaml", "/debug"])
def test_what_is_in_no_row_is_not_there(house: House, path: str) -> None:
    answers = [house.client.request(method, path).status_code for method in METHODS]

    assert set(answers) <= {404, 405}
    assert house.client.get(path).status_code == 404


def test_nobody_is_given_a_cookie_and_none_is_looked_at(house: House) -> None:
    """With nothing that a browser sends by itself, no foreign page can act in a reader's name."""
    for method, path in ROUTES:
        shown = house.client.request(method, path.format(
            token=token(house, Purpose.PREFERENCES, 1), provider="ses", path="x"),
            headers={"cookie": "session=1; admin=1", "authorization": "Basic YWRtaW46YWRtaW4="})
        assert "set-cookie" not in shown.headers
        assert "www-authenticate" not in shown.headers
