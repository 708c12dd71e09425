"""One click from outside, as a mailbox provider makes it (RFC 8058 section 3.2)."""

from __future__ import annotations

import httpx2

from pipeline.errors import Unreachable

PATIENCE_S = 15.0


def post_one_click(address: str) -> tuple[int, str]:
    """Status and redirect of the answer. No cookie, no login, no redirect followed. Raises Unreachable."""
    try:
        answer = httpx2.post(address, data={"List-Unsubscribe": "One-Click"}, timeout=PATIENCE_S,
                             follow_redirects=False)
    except httpx2.HTTPError as reason:
        raise Unreachable(f"web.url does not answer: {reason or type(reason).__name__}") from reason
    return answer.status_code, answer.headers.get("location", "") if answer.is_redirect else ""
