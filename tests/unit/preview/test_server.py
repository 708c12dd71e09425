"""A mail in the light and in the dark, whatever the browser that looks at it prefers."""

from __future__ import annotations

import pytest

from pipeline.preview.server import in_scheme

MAIL = ('<html><head><meta name="color-scheme" content="light dark"><style>:root{color-scheme:light dark}'
        "@media (prefers-color-scheme: dark) {a{}}</style></head><body>prefers-color-scheme: dark</body></html>")


@pytest.mark.parametrize(("scheme", "condition"), [("dark", "min-width: 0px"), ("light", "max-width: 0px")])
def test_scheme_is_decided_in_the_head_and_the_text_stays(scheme: str, condition: str) -> None:
    assert in_scheme(MAIL, scheme) == (
        f'<html><head><meta name="color-scheme" content="{scheme}"><style>:root{{color-scheme:{scheme}}}'
        f'@media ({condition}) {{a{{}}}}</style><base target="_blank"></head>'
        "<body>prefers-color-scheme: dark</body></html>")
