"""How many, as people say it."""

from __future__ import annotations


def counted(number: int, one: str, several: str = "") -> str:
    """`1 reader`, `3 readers`; `several` where it is not `one` with an s."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"


def deliveries(number: int) -> str:
    """`1 delivery`, `3 deliveries`."""
    return counted(number, "delivery", "deliveries")
