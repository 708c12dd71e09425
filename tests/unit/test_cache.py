"""What is kept from one process to the next comes back whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest

from pipeline.cache import MOST, Bytecode, Cache


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def test_what_was_put_comes_back(cache: Cache) -> None:
    cache.put("a", b"one")
    cache.put("a", b"two")
    cache.put("b", b"")

    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (b"two", b"", None)
    assert sorted(path.name for path in cache.folder.iterdir()) == ["a", "b"]
    assert cache.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", [
    lambda content: content[:-1], lambda content: content[:10], lambda content: b"",
    lambda content: content[:-1] + b"X", lambda content: b"X" + content[1:],
], ids=["cut", "cut in the seal", "empty", "changed", "changed in the seal"])
def test_what_was_damaged_is_not_there(cache: Cache, damage: Callable[[bytes], bytes]) -> None:
    cache.put("a", b"one")
    file = cache.folder / "a"
    file.write_bytes(damage(file.read_bytes()))

    assert cache.get("a") is None


def test_what_others_may_have_put_there_is_not_ours(cache: Cache) -> None:
    cache.put("a", b"one")
    cache.folder.chmod(0o770)

    assert cache.get("a") is None


def test_where_no_file_can_be_written_nothing_is_kept_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    for folder in (tmp_path / "taken", tmp_path / "absent" / "cache"):
        Cache(folder).put("a", b"one")

        assert Cache(folder).get("a") is None
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_cache_that_is_full_begins_anew(cache: Cache) -> None:
    for n in range(MOST + 1):
        cache.put(str(n), b"x")

    assert [path.name for path in cache.folder.iterdir()] == [str(MOST)]


def test_a_template_is_compiled_once_for_all_processes(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    def process(text: str) -> str:
        return jinja2.Environment(loader=jinja2.DictLoader({"a": text}), bytecode_cache=Bytecode(cache)).get_template(
            "a").render(n=1)

    assert process("n is {{ n }}") == "n is 1"
    assert process("edited, n is {{ n }}") == "edited, n is 1"
    monkeypatch.delattr(jinja2.Environment, "_generate")

    assert process("edited, n is {{ n }}") == "edited, n is 1"
    with pytest.raises(AttributeError):
        process("n is {{ n }}")
