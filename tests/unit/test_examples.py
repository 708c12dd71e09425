"""What stands in docs/examples/ works as it is: units systemd accepts, YAML of the right shape, commands that exist."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from pipeline.cli import avviso
from pipeline.config import parse
from pipeline.engines.service import GRACE_S
from pipeline.feeds import file_headers

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
UNITS = sorted((EXAMPLES / "systemd").iterdir())
COMPOSE = yaml.safe_load((EXAMPLES / "compose.yaml").read_text("utf-8"))
KUBERNETES = list(yaml.safe_load_all((EXAMPLES / "kubernetes.yaml").read_text("utf-8")))
PROGRAM = "/srv/avviso/.venv/bin/avviso"
SECRETS = {"SMTP_PASSWORD": "x", "DATABASE_URL": "postgresql://avviso@db/avviso", "AVVISO_SECRET": "0123456789abcdef"}


def of_kind(kind: str) -> dict[str, Any]:
    return {one["metadata"]["name"]: one for one in KUBERNETES if one["kind"] == kind}


def containers() -> Iterator[Any]:
    for one in of_kind("Deployment").values():
        yield from one["spec"]["template"]["spec"]["containers"]


def unit(path: Path) -> ConfigParser:
    read = ConfigParser(interpolation=None, delimiters="=", comment_prefixes="#")
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(path.read_text("utf-8"))
    return read


def commands() -> Iterator[tuple[str, ...]]:
    """The words behind `avviso` wherever an example runs it."""
    for path in UNITS:
        if "Service" in (read := unit(path)):
            program, *words = read["Service"]["ExecStart"].split()
            assert program == PROGRAM
            yield tuple(words)
    for service in COMPOSE["services"].values():
        if service["image"] == "avviso":
            yield tuple(service["command"])
    for container in containers():
        yield tuple(container["args"])
    for path in EXAMPLES.glob("*.y*ml"):
        text = path.read_text("utf-8")
        yield from map(tuple, map(str.split, re.findall(r"^\s*(?:- run: )?avviso ([^|#\n]+)", text, re.MULTILINE)))
        yield from (tuple(line.split()) for line in re.findall(r"run --rm \w+ ([^#\n]*?)(?:\s{2,}|$)", text))


def in_help(group: click.Group = avviso) -> Iterator[tuple[str, ...]]:
    """The words behind `avviso` in the example of every command's help."""
    for command in group.commands.values():
        for line in re.findall(r"^\s*avviso (.+)$", command.help or "", re.MULTILINE):
            yield tuple(shlex.split(re.split(r"\s{4,}| > ", line)[0]))
        if isinstance(command, click.Group):
            yield from in_help(command)


@pytest.mark.parametrize("words", sorted({*commands(), *in_help()}), ids=" ".join)
def test_every_command_in_the_examples_is_understood(words: tuple[str, ...]) -> None:
    """Taken apart by the program's own parser, down to the last word; nothing is run."""
    command: click.Command = avviso
    rest = list(words)
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(click.Context(command), rest)
        assert found is not None, name
        command = found

    command.make_context(command.name, rest, obj=None, resilient_parsing=False)


def test_the_examples_run_what_the_guide_names() -> None:
    assert {("run",), ("run", "--only", "send"), ("run", "--only", "web"), ("publish",), ("init",)} <= set(commands())


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze (Debian: systemd)")
def test_systemd_has_nothing_to_say_about_the_units(tmp_path: Path) -> None:
    """It wants the program to be there; every key it does not know is a line."""
    for path in UNITS:
        text = path.read_text("utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")

    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *(tmp_path / path.name for path in UNITS)],
                          capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze (Debian: systemd)")
def test_services_reach_little_of_the_machine(tmp_path: Path) -> None:
    """On systemd's scale, from 0 to 10; a service with nothing said of it has 9.6."""
    services = [path.name for path in UNITS if path.suffix == ".service"]
    for path in UNITS:
        shutil.copy(path, tmp_path)

    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager",
         *(tmp_path / name for name in services)], capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout.count("Overall exposure level")) == (0, len(services)), done.stdout


@pytest.mark.parametrize("path", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name)
def test_service_has_the_time_it_needs_to_end_and_writes_nowhere_else(path: Path) -> None:
    service = unit(path)["Service"]

    assert int(service["TimeoutStopSec"]) > GRACE_S
    assert service["ReadWritePaths"] == service["WorkingDirectory"]
    assert (service["ProtectSystem"], service["User"]) == ("strict", "avviso")


def test_timer_wakes_a_service_that_is_there() -> None:
    timers = [path for path in UNITS if path.suffix == ".timer"]

    assert [path.with_suffix(".service").exists() for path in timers] == [True]


@pytest.mark.parametrize(("name", "schema"), [
    ("compose.yaml", "vendor.compose-spec"), ("github-actions.yml", "vendor.github-workflows")])
def test_file_is_what_its_schema_says(name: str, schema: str) -> None:
    """The schemas come with check-jsonschema; nothing is fetched."""
    pytest.importorskip("check_jsonschema", reason="needs check-jsonschema (make test-environment)")

    done = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, EXAMPLES / name],
                          capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_manifest_has_only_fields_that_kubernetes_knows_each_of_its_type_and_none_is_missing() -> None:
    """lightkube's models are made from the schema of Kubernetes: they refuse wrong types and drop unknown fields."""
    codecs = pytest.importorskip("lightkube.codecs", reason="needs lightkube (make test-environment)")

    assert [codecs.from_dict(document).to_dict() for document in KUBERNETES] == KUBERNETES


def test_compose_gives_each_avviso_the_same_ledger_and_secret() -> None:
    ours = {name: one for name, one in COMPOSE["services"].items() if one["image"] == "avviso"}

    assert set(ours) == {"publisher", "sender"}
    assert {tuple(sorted(one["environment"])) for one in ours.values()} == {tuple(sorted(SECRETS))}
    assert all(set(one["depends_on"]) <= set(COMPOSE["services"]) for one in ours.values())
    assert {volume.split(":")[0] for one in COMPOSE["services"].values() for volume in one.get("volumes", ())
            if not volume.startswith((".", "/"))} == set(COMPOSE["volumes"])
    assert {one["stop_grace_period"] for one in ours.values()} == {"30s"}


def test_kubernetes_names_only_what_it_makes() -> None:
    for deployment in of_kind("Deployment").values():
        template = deployment["spec"]["template"]
        labels = template["metadata"]["labels"]
        volumes = {volume["name"]: volume for volume in template["spec"]["volumes"]}
        (container,) = template["spec"]["containers"]
        assert deployment["apiVersion"] == "apps/v1"
        assert deployment["spec"]["selector"]["matchLabels"] == labels
        assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
        assert template["spec"]["terminationGracePeriodSeconds"] > GRACE_S
        for volume in volumes.values():
            assert volume.get("configMap", {"name": "avviso"})["name"] in of_kind("ConfigMap")
            assert volume.get("persistentVolumeClaim", {"claimName": "weekly"})["claimName"] in of_kind(
                "PersistentVolumeClaim")
    (service,) = of_kind("Service").values()
    publisher = of_kind("Deployment")["avviso-publisher"]
    assert service["spec"]["selector"] == publisher["spec"]["template"]["metadata"]["labels"]


def test_settings_in_kubernetes_are_understood_and_heard_by_the_service() -> None:
    (settings,) = of_kind("ConfigMap").values()
    (service,) = of_kind("Service").values()

    config = parse(settings["data"]["config.yaml"], Path("config.yaml"), SECRETS)

    assert config.engine == "procrastinate"
    assert config.web.listen.port == service["spec"]["ports"][0]["targetPort"]


def test_image_is_made_from_the_locks_and_from_all_that_the_package_takes_along() -> None:
    """And from nothing else: a checkout may hold a ledger and a secret."""
    text = (EXAMPLES / "Dockerfile").read_text("utf-8")
    project = tomllib.loads((EXAMPLES.parents[1] / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]

    copied = {word for words in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for word in words.split()}
    assert copied == {"requirements", "pyproject.toml", project["project"]["readme"],
                      *project["project"]["license-files"], *wheel["packages"], *wheel["force-include"]}
    assert re.findall(r"-r (\S+)", text) == ["requirements/build.txt", "requirements/extras.txt"]
    assert 'ENTRYPOINT ["avviso"]' in text


@pytest.mark.parametrize("page", ["examples/github-actions.yml", "guides/publishing.md"])
def test_feeds_lie_beside_the_archive_also_after_the_second_pass(page: str, tmp_path: Path) -> None:
    (copy,) = re.findall(r"^(?:\s*- run: )?(.*\bcp -R feeds\S* site/feeds\S*)$",
                         (EXAMPLES.parent / page).read_text("utf-8"), re.MULTILINE)
    (tmp_path / "site").mkdir()
    (tmp_path / "feeds" / "archive").mkdir(parents=True)

    for words in ("first", "second"):
        (tmp_path / "feeds" / "atom.xml").write_text(words)
        subprocess.run(["sh", "-c", copy], cwd=tmp_path, check=True)

    assert sorted(path.name for path in (tmp_path / "site" / "feeds").iterdir()) == ["archive", "atom.xml"]
    assert (tmp_path / "site" / "feeds" / "atom.xml").read_text() == "second"


def test_nginx_hands_out_each_feed_as_run_and_the_bucket_do() -> None:
    guide = (EXAMPLES.parent / "guides" / "publishing.md").read_text("utf-8")

    told = re.findall(r'location = /feeds/(\S+)\s+\{ types \{ \} default_type "([^"]+)"', guide)

    assert dict(told) == file_headers.TYPES
