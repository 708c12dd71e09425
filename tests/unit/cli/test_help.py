"""What `--help` says of commands: all of it."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from pipeline.cli import avviso

GROUPS = [[], *([name] for name, command in avviso.commands.items() if isinstance(command, click.Group))]


@pytest.mark.parametrize("group", GROUPS, ids=" ".join)
def test_no_command_is_cut_off_in_the_middle_of_what_it_does(group: list[str]) -> None:
    said = CliRunner().invoke(avviso, [*group, "--help"])

    options_and_commands = said.output.partition("Options:")[2]
    assert said.exit_code == 0
    assert options_and_commands.count("\n  ") > 3
    assert "..." not in options_and_commands
