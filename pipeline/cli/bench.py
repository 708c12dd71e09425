"""The command that measures: bench."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.invocation import DONE, Command, Group, Invocation, pass_invocation


@click.group(cls=Group)
def bench() -> None:
    """The figures in the documentation, measured on this machine, as ratios.

    \b
    Example:
      avviso bench send --readers 10000
    """
    from pipeline.cli.stopping import end_like_ctrl_c  # slow import

    click.get_current_context().with_resource(end_like_ctrl_c())


@bench.command(cls=Command)
@click.option("--issues", type=click.IntRange(1, 100_000), multiple=True, default=(10, 1_000, 10_000),
              show_default=True, help="How many; may be given several times.")
@click.option("--kilobytes", type=click.IntRange(1, 1_000), default=5, show_default=True, help="Of one issue's text.")
@pass_invocation
def build(invocation: Invocation, issues: tuple[int, ...], kilobytes: int) -> int:
    """Builds cold, with nothing new and with one new issue, beside plain rendering, Hugo and Pelican if installed.

    \b
    Example:
      avviso bench build
      avviso bench build --issues 400 --kilobytes 20
    """
    from pipeline.bench import builds  # slow import

    laps = builds.measure(issues, kilobytes, lambda line: click.echo(line, err=True))
    invocation.answer(builds.shape(laps), builds.table(laps))
    return DONE


@bench.command(cls=Command)
@click.option("--readers", type=click.IntRange(100, 1_000_000), multiple=True, default=(20_000,), show_default=True,
              help="How many; may be given several times.")
@click.option("--connections", type=click.IntRange(1, 200), default=10, show_default=True, help="To the mail server.")
@click.option("--rounds", type=click.IntRange(1, 99), default=3, show_default=True, help="The table has their medians.")
@click.option("--sink", type=click.Choice(["own", "postfix"]), default="own", show_default=True,
              help="A server of avviso's own, or Postfix's smtp-sink where it is installed.")
@click.option("--offers", type=click.Choice(["chunking", "pipelining"]), default="chunking", show_default=True,
              help="What the own server offers.")
@click.option("--rtt", type=click.IntRange(0, 1_000), multiple=True, default=(0,), show_default=True, metavar="MS",
              help="Round trip in milliseconds; may be given several times.")
@click.option("--dkim", type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
              metavar="KEY", help="Sign with this private key (PEM).")
@click.option("--processes", type=click.IntRange(1, 16), default=1, show_default=True,
              help="So many senders share the ledger and the connections.")
@click.option("--svg", type=click.Path(path_type=Path), metavar="PATH", help="Write a plot of the ratios too.")
@pass_invocation
def send(
    invocation: Invocation, readers: tuple[int, ...], connections: int, rounds: int, sink: str, offers: str,
    rtt: tuple[int, ...], dkim: Path | None, processes: int, svg: Path | None,
) -> int:
    """The real send of a prepared mailing, beside smtp-source, smtplib and a message built for each reader.

    Everything runs on this machine; nothing leaves it.

    \b
    Example:
      avviso bench send
      avviso bench send --readers 10000 --readers 1000000 --rounds 1
      avviso bench send --rtt 100 --offers pipelining
    """
    from pipeline.bench import report  # slow import
    from pipeline.bench.contest import Course, race

    if processes > connections:
        raise click.UsageError(f"--processes {processes} needs a connection for each: "
                               f"give --connections {processes} or more")
    if svg:
        svg.touch()  # what cannot be written is to be told before hours of measuring
    courses = [Course(count, connections, sink, offers, ms, dkim, rounds, processes) for count in readers for ms in rtt]
    results = [race(course, lambda line: click.echo(line, err=True)) for course in courses]
    if svg:
        svg.write_text(report.plot(results), "utf-8")
    invocation.answer(report.shape(results), report.table(results))
    return DONE


@bench.command(cls=Command)
@click.option("--database", metavar="URL", help="An empty PostgreSQL database too, emptied again afterwards.")
@click.option("--readers", type=click.IntRange(100, 1_000_000), default=20_000, show_default=True,
              help="Of the mailing that is sent.")
@click.option("--workers", type=click.IntRange(1, 16), multiple=True, default=(1, 2, 4), show_default=True,
              help="How many senders; may be given several times.")
@click.option("--connections", type=click.IntRange(1, 200), default=4, show_default=True, help="Of each sender.")
@click.option("--rounds", type=click.IntRange(1, 99), default=3, show_default=True, help="The table has their medians.")
@click.option("--rtt", type=click.IntRange(0, 1_000), default=0, show_default=True, metavar="MS",
              help="Round trip to the mail server in milliseconds.")
@click.option("--ledger", type=click.IntRange(100, 10_000_000), multiple=True, metavar="READERS",
              help="Measure ledgers of so many readers instead; may be given several times.")
@pass_invocation
def machines(
    invocation: Invocation, database: str | None, readers: int, workers: tuple[int, ...], connections: int,
    rounds: int, rtt: int, ledger: tuple[int, ...],
) -> int:
    """One mailing sent by one, two and four senders on SQLite and PostgreSQL; or what a large ledger takes.

    \b
    Example:
      avviso bench machines
      avviso bench machines --database postgresql://avviso@127.0.0.1/bench
      avviso bench machines --ledger 1000000
    """
    from pipeline.bench import machines as several  # slow import
    from pipeline.bench import report
    from pipeline.bench.contest import Course
    from pipeline.bench.publication import SQLITE

    databases = [SQLITE, *([database] if database else [])]
    if ledger:
        found = several.sizes(ledger, databases, lambda line: click.echo(line, err=True))
        invocation.answer(several.shape(found), several.table(found))
        return DONE
    course = Course(readers, connections, round_trip_ms=rtt, rounds=rounds)
    result = several.crews(course, workers, databases, lambda line: click.echo(line, err=True))
    invocation.answer(report.shape([result]), report.table([result]))
    return DONE


@bench.command(cls=Command)
@click.option("--readers", type=click.IntRange(100, 10_000_000), default=1_000_000, show_default=True,
              help="Of the mailing.")
@click.option("--machines", type=click.IntRange(1, 1_000), multiple=True, default=(1, 2, 4, 8), show_default=True,
              help="How many; may be given several times.")
@click.option("--connections", type=click.IntRange(1, 200), default=10, show_default=True, help="Of each machine.")
@click.option("--window", type=click.IntRange(1, 16), default=1, show_default=True,
              help="Messages a connection has on the wire: 4 where a distant server offers CHUNKING.")
@click.option("--rtt", type=click.IntRange(0, 1_000), default=100, show_default=True, metavar="MS",
              help="Round trip to the mail server in milliseconds.")
@click.option("--rate", type=click.IntRange(0), default=0, show_default=True, metavar="N",
              help="Messages a second for all machines together; 0 is no limit.")
@click.option("--sender-us", type=click.IntRange(0), default=130, show_default=True, metavar="US",
              help="The sender's processor time for a message: `bench send` measures it.")
@click.option("--ledger-us", type=click.IntRange(0), default=250, show_default=True, metavar="US",
              help="The database's time for a claim and its outcome: `bench machines --ledger` measures claims of 500.")
@click.option("--server-us", type=click.IntRange(0), default=0, show_default=True, metavar="US",
              help="The mail server's time for a message; 0 bears anything.")
@click.option("--dies-at", type=click.FloatRange(min=0), metavar="S",
              help="One machine falls silent after so many seconds.")
@pass_invocation
def simulate(
    invocation: Invocation, readers: int, machines: tuple[int, ...], connections: int, window: int, rtt: int, rate: int,
    sender_us: int, ledger_us: int, server_us: int, dies_at: float | None,
) -> int:
    """A mailing over more machines than there are here, from what was measured on one. Sends nothing.

    \b
    Example:
      avviso bench simulate --machines 4 --machines 16 --connections 50
      avviso bench simulate --window 4 --rtt 20 --dies-at 60
    """
    from pipeline.bench import simulation  # slow import

    if not any((rtt, rate, sender_us, ledger_us, server_us)):
        raise click.UsageError("nothing takes any time: give one of --rtt, --rate, --sender-us, --ledger-us and "
                               "--server-us")
    if dies_at is not None and max(machines) == 1:
        raise click.UsageError("--dies-at needs more than one machine: give --machines 2 or more")
    found = [
        simulation.play(simulation.Assumptions(
            readers=readers, machines=count, connections=connections, window=window, round_trip_s=rtt / 1e3,
            sender_s=sender_us / 1e6, ledger_s=ledger_us / 1e6, server_s=server_us / 1e6, rate_per_s=rate,
            dies_at_s=dies_at))
        for count in machines if count > 1 or dies_at is None]
    invocation.answer(simulation.shape(found), simulation.table(found))
    return DONE


COMMANDS = (bench,)
