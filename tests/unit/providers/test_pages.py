"""The catalogue and its pages keep step: one page for each kind, with settings that suffice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.clock import HandClock
from pipeline.config import parse, plain_values
from pipeline.config.transports import KINDS
from pipeline.providers.catalogue import BUILT_IN, transport_opener
from pipeline.providers.smtp_presets import PRESETS
from tests.messages import NOON

PAGES = Path(__file__).parents[3] / "docs" / "guides" / "providers"
LEAST = """\
publication: {title: Letters, url: https://letters.example.com/}
mailings: {from: letters@example.com}
"""
WORDS = {"in doubt", "events", "limits"}


def text(kind: str) -> str:
    return (PAGES / f"{kind}.md").read_text("utf-8")


def test_every_kind_has_a_page_settings_of_its_own_and_a_line_in_the_list() -> None:
    listed = set(re.findall(r"\[\w+\]\((\w+)\.md\)", text("README")))

    assert {page.stem for page in PAGES.glob("*.md")} - {"README"} == BUILT_IN.keys() == KINDS.keys() == listed


@pytest.mark.parametrize("kind", BUILT_IN)
def test_page_says_what_readers_look_for(kind: str) -> None:
    assert {word for word in WORDS if word in text(kind).lower()} == WORDS


@pytest.mark.parametrize("kind", BUILT_IN)
def test_settings_of_a_page_suffice(kind: str) -> None:
    found = re.search(r"^```yaml\n(.*?)^```$", text(kind), re.MULTILINE | re.DOTALL)
    assert found is not None
    secrets = dict.fromkeys(re.findall(r"\$\{([A-Z_]+)\}", found[1]), "0123456789-us21")

    config = parse(LEAST + found[1], Path("config.yaml"), secrets)
    transport = transport_opener(config.transport.kind, plain_values(config.transport), HandClock(NOON))()
    transport.close()

    assert (transport.name, transport.broadcasts) == (kind, config.transport.broadcasts)


def test_every_preset_stands_on_its_page() -> None:
    assert [name for name in (*PRESETS, "ses-REGION") if f"`{name}`" not in text("smtp")] == []
