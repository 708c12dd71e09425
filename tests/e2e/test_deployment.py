"""Every command of docs/examples/ really run, by itself, with the settings of the Kubernetes example."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from tests.fault.house import happens
from tests.street import Publication
from tests.unit.test_examples import SECRETS, commands, of_kind

SOON_S = 60


@pytest.fixture
def place(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Publication:
    """The example's config.yaml as it is but for the port, with a database and the secrets in the environment."""
    pytest.importorskip("procrastinate", reason="needs the `postgres` extra")
    for name, value in (SECRETS | {"DATABASE_URL": postgres_url}).items():
        monkeypatch.setenv(name, value)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (settings,) = of_kind("ConfigMap").values()
    place = Publication(tmp_path)
    (tmp_path / "config.yaml").write_text(
        settings["data"]["config.yaml"].replace("0.0.0.0:8080", f"127.0.0.1:{port}"), encoding="utf-8")
    return place


@pytest.mark.parametrize("words", sorted(set(commands())), ids=" ".join)
def test_command_of_the_examples_does_its_work_and_ends_well(place: Publication, words: tuple[str, ...]) -> None:
    if words[0] != "run":
        answer = place.run(*words)
        assert (answer.code, answer.err) == (0, "")
        return
    log = place.folder / "run.log"
    process = place.start(*words)
    try:
        assert happens(lambda: "run.started" in log.read_text("utf-8") or process.poll() is not None, SOON_S)
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(SOON_S) == 0, log.read_text("utf-8")
    finally:
        process.kill()
