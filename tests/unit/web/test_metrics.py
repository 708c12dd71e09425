"""The ledger's figures for Prometheus: for this house, without anybody's address; and what is built on them exists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from pipeline.mailings.mailing import DeliveryState, Outcome
from tests.books import LEASE, NOON, add_issue, begin_mailing
from tests.readers import House

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "watching.md"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Two readers of one mailing, the first of whom was sent it."""
    house = House(tmp_path)
    house.add("ada@example.com")
    house.add("bo@example.com")
    add_issue(house.app.database, "14")
    begin_mailing(house.app.ledger, "14", "weekly")
    worker = house.app.ledger.workers.enter("w", host="here", boot_id="", pid=7, now=NOON)
    claim, = house.app.ledger.deliveries.claim("w", worker.shard, limit=1, now=NOON, lease=LEASE)
    house.app.ledger.deliveries.record(worker.shard, [Outcome(claim, DeliveryState.SENT, "250")], now=NOON)
    return house


def figures(house: House) -> dict[tuple[str, ...], float]:
    """Every figure by its name and label values."""
    answer = house.browser("127.0.0.1").get("/metrics")
    assert answer.status_code == 200
    return {(sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(answer.text) for sample in family.samples}


def test_figures_are_in_the_format_that_every_scraper_reads(house: House) -> None:
    """The library's newest one is for who asks for it, and we ask nobody what they take."""
    answer = house.browser("127.0.0.1").get("/metrics")

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_figures_are_what_the_books_say(house: House) -> None:
    found = figures(house)

    about = ("14", "weekly", "1")
    assert {key[-1]: n for key, n in found.items() if key[0] == "avviso_deliveries"} == {
        state.value: {"sent": 1, "pending": 1}.get(state.value, 0) for state in DeliveryState}
    assert found["avviso_mailings", "sending"] == 1
    assert found["avviso_mailing_started_seconds", *about] == NOON.timestamp()
    assert found["avviso_worker_seen_seconds", "here", "7"] == NOON.timestamp()
    assert found["avviso_in_doubt",] == 0
    assert "example.com" not in house.browser("127.0.0.1").get("/metrics").text


@pytest.mark.parametrize(("address", "headers", "status"), [
    ("127.0.0.1", {}, 200), ("10.1.2.3", {}, 200), ("fd00::1", {}, 200), ("198.51.100.7", {}, 404),
    ("127.0.0.1", {"x-forwarded-for": "198.51.100.7"}, 404), ("10.1.2.3", {"forwarded": "for=198.51.100.7"}, 404),
])
def test_figures_are_for_the_house_alone(house: House, address: str, headers: dict[str, str], status: int) -> None:
    assert house.browser(address).get("/metrics", headers=headers).status_code == status


def families(house: House) -> set[str]:
    text = house.browser("127.0.0.1").get("/metrics").text
    return set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


def test_alerts_and_dashboard_use_figures_that_exist(house: House) -> None:
    alerts = yaml.safe_load((EXAMPLES / "prometheus-alerts.yml").read_text("utf-8"))
    rules = [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    board = json.loads((EXAMPLES / "grafana-dashboard.json").read_text("utf-8"))
    shown = [target["expr"] for panel in board["panels"] for target in panel["targets"]]

    used = {name for expression in [*rules, *shown] for name in re.findall(r"avviso_\w+", expression)}

    assert used - families(house) == set()
    assert len(rules) >= 5


def test_every_figure_is_in_the_guide(house: House) -> None:
    assert set(re.findall(r"^\| `(avviso_\w+)`", GUIDE.read_text("utf-8"), re.MULTILINE)) == families(house)
