"""axe-core in a page that Chromium shows: what keeps people from reading it."""

from __future__ import annotations

from typing import Any

import pytest

sync = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")


def violations(page: Any) -> list[str]:
    """Every violation of axe's rules (WCAG A and AA, and its best practices), one line each with its first place."""
    found = sync.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f'{one["id"]}: {one["help"]}: {one["nodes"][0]["html"][:120]}' for one in found]
